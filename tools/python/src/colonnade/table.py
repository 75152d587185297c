"""A version of a table."""

from __future__ import annotations

import ctypes
import datetime
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from ctypes import c_uint64, c_void_p
from typing import TYPE_CHECKING, Any

from .binding import Handle, call, library, take_text, text_argument
from .cancellation import Cancellation
from .capsules import OwnedSchema, OwnedStream, new_capsule
from .errors import ClosedError, InvalidArgumentError
from .expressions import Column, Expression
from .progress import Progress
from .reader import BatchReader
from .request import LAYOUTS, ScanRequest
from .scan import Scan
from .schema import Schema, read_type
from .structures import ArrowArrayStream, ArrowSchema, text_array_type
from .take import Take

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars
    import pyarrow



def open(path: str | os.PathLike[str],
         at: int | str | datetime.datetime | None = None) -> Table:
    """Opens a table's folder or one `.cln` file.

    Args:
        path: The folder, or the file.
        at: A version's number, or a time: the version that was the latest then. The latest if None.

    Raises:
        FileNotFoundError: There is no such table or version.
        CorruptError: It is damaged.

    Complexity: O(1) in rows, columns and partitions.

    Example:
        >>> table = colonnade.open("flights")
        >>> table.count("dep_delay > 120")
        9723
    """
    return Table(path, at)


def path_text(path: Any) -> str:
    """A path as text.

    Raises:
        InvalidArgumentError: It is none.
    """
    try:
        text = os.fspath(path)
    except TypeError:
        raise InvalidArgumentError(f"a path is a str or a PathLike, not {path!r}") from None
    return os.fsdecode(text)


def _version_text(at: int | str | datetime.datetime | None) -> str | None:
    if at is None or isinstance(at, str):
        return at
    if isinstance(at, bool):
        raise InvalidArgumentError("at is a version's number or a time, not a bool")
    if isinstance(at, int):
        return str(at)
    if isinstance(at, datetime.datetime):
        if at.tzinfo is None:
            raise InvalidArgumentError("at needs a time with an offset, such as UTC")
        return at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    raise InvalidArgumentError(f"at is a version's number or a time, not {at!r}")


def count_rows(handle: Handle, question: dict[str, Any]) -> int:
    """How many rows a question gives."""
    request = ScanRequest(**question)
    counted = c_uint64()
    with Cancellation() as cancellation:
        request.use(cancellation.address)
        call("colonnade_count", handle.address, request.address, ctypes.byref(counted))
    return counted.value


class Table:
    """A version of a table; nothing that others commit changes it. May be used by many threads.

    A context that closes it; it can be sent to other processes and used after a fork. pyarrow,
    Polars, pandas and DuckDB take it as it is.

    Example:
        >>> with colonnade.open("flights") as table:
        ...     january = table.scan(columns=["carrier"], filter="month = 1").to_pandas()
    """

    def __init__(self, path: str | os.PathLike[str],
                 at: int | str | datetime.datetime | None = None) -> None:
        self._path = path_text(path)
        table = c_void_p()
        call("colonnade_open", text_argument(self._path), text_argument(_version_text(at)),
             ctypes.addressof(table))
        self._opened: Handle | None = Handle(table.value, library().colonnade_table_free)
        self._described: dict[str, Any] | None = None
        self._schema: Schema | None = None

    # What is known

    @property
    def _handle(self) -> Handle:
        handle = self._opened
        if handle is None:
            raise ClosedError(f"the table {self._path!r} was closed: open it again")
        return handle

    @property
    def path(self) -> str:
        """The folder or file it was opened from."""
        return self._path

    @property
    def version(self) -> int:
        """The number of this version; 0 for a single file."""
        return library().colonnade_table_version(self._handle.address)

    @property
    def versions(self) -> list[int]:
        """The numbers of the versions there are."""
        return self._description().get("versions", [])

    @property
    def row_count(self) -> int:
        """How many rows there are; known without reading."""
        return library().colonnade_table_row_count(self._handle.address)

    @property
    def byte_count(self) -> int:
        """How many bytes the data files have."""
        return library().colonnade_table_byte_count(self._handle.address)

    @property
    def partition_by(self) -> str:
        """What divides the rows into partitions, such as `model, month(ts)`; empty for nothing."""
        return self._description().get("partitionedBy") or ""

    @property
    def sort_by(self) -> str:
        """What the rows of a partition are sorted by; empty for nothing."""
        return self._description().get("sortedBy") or ""

    def _description(self) -> dict[str, Any]:
        if self._described is None:
            text = c_void_p()
            call("colonnade_table_description", self._handle.address, ctypes.addressof(text))
            self._described = json.loads(take_text(text.value))
        return self._described

    @property
    def schema(self) -> Schema:
        """Names and types of the columns."""
        if self._schema is None:
            owner = OwnedSchema(ArrowSchema())
            self._fill_schema(ctypes.addressof(owner.structure), LAYOUTS["offsets"])
            self._schema = Schema(read_type(owner.structure).children,
                                  export=self.__arrow_c_schema__)
        return self._schema

    def _fill_schema(self, address: int, layout: int) -> None:
        call("colonnade_table_schema", self._handle.address, layout, address)

    def arrow_schema(self) -> pyarrow.Schema:
        """The schema as pyarrow's.

        Raises:
            ImportError: pyarrow is not installed.
        """
        return self.schema.to_arrow()

    def __len__(self) -> int:
        return self.row_count

    # Questions

    def scan(self, columns: Iterable[str | Column] | None = None,
             filter: str | Expression | None = None, limit: int | None = None,
             parameters: Mapping[str, Any] | Sequence[Any] | None = None,
             rows: range | None = None, batch_rows: int | None = None, strings: str = "offsets",
             progress: Progress = None) -> Scan:
        """The rows that match, in the table's order. Nothing is read yet.

        Args:
            columns: Names, or `col(…)` with `.field(…)` and `.alias(…)`, in the order wanted; all
                if None, none (batches only count rows) if empty.
            filter: A predicate, as text (`"a > $1 AND b IN ('x', 'y')"`) or built from `col`.
            limit: At most so many rows.
            parameters: Values of the text's parameters: a list for `$1` or `?`, a mapping for
                `$name`.
            rows: Only these rows of the table, such as `range(0, 1000)`; see `divide`.
            batch_rows: At most so many rows a batch; 65,536 if None.
            strings: How text is laid out: `"offsets"` of 32 bits, which everything reads,
                `"views"`, without a copy, or `"large_offsets"` of 64 bits.
            progress: Called with rows done and rows in all; True shows a line on a terminal.

        Raises:
            InvalidArgumentError: A value makes no sense.
            ColonnadeError: When it is read: an unknown column, a predicate that is none, a damaged
                file.

        Complexity: O(1); reading costs what is not skipped.

        Example:
            >>> scan = table.scan(["carrier"], "delay > $1", parameters=[60], limit=10)
            >>> for batch in scan:
            ...     print(batch.num_rows)
        """
        if columns is not None and not isinstance(columns, str):
            columns = list(columns)
        return Scan(self, self._handle, {
            "columns": columns, "filter": filter, "limit": limit, "parameters": parameters,
            "rows": rows, "batch_rows": batch_rows, "strings": strings, "progress": progress})

    def take(self, rows: Iterable[int], columns: Iterable[str | Column] | None = None) -> Take:
        """Rows by their numbers in the table's order (0 is the first), in the order named.

        Args:
            rows: Numbers; one may come again. A list, a range, a NumPy array.
            columns: As for `scan`.

        Raises:
            InvalidArgumentError: A number is negative, or, when read, beyond the last row.

        Example:
            >>> table.take([2, 0], columns=["a"]).to_pydict()
            {'a': [3, 1]}
        """
        return Take(self, self._handle, rows, {"columns": columns})

    def head(self, n: int = 10) -> Scan:
        """The first rows."""
        return self.scan(limit=n)

    def count(self, filter: str | Expression | None = None,
              parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> int:
        """How many rows match; they are read only where statistics do not tell.

        Example:
            >>> table.count(col("a") > 1)
            2
        """
        return count_rows(self._handle, {"filter": filter, "parameters": parameters})

    def min(self, column: str, filter: str | Expression | None = None,
            parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> Any:
        """The least value of a column among the rows that match; None where there is none.

        No row is read where metadata tells: of all but long text, where statistics show that every row
        of a part matches.

        Example:
            >>> table.min("a")
            1
        """
        return self._extremes(column, filter, parameters)["minimum"][0]

    def max(self, column: str, filter: str | Expression | None = None,
            parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> Any:
        """The greatest value of a column among the rows that match, as `min`; NaN is the greatest.

        Example:
            >>> table.max("a", filter="a < 3")
            2
        """
        return self._extremes(column, filter, parameters)["maximum"][0]

    def _extremes(self, column: str, filter: str | Expression | None,
                  parameters: Mapping[str, Any] | Sequence[Any] | None) -> dict[str, list[Any]]:
        request = ScanRequest(filter=filter, parameters=parameters)
        stream = OwnedStream(ArrowArrayStream())
        with Cancellation() as cancellation:
            request.use(cancellation.address)
            call("colonnade_extremes", self._handle.address, text_argument(column),
                 request.address, ctypes.addressof(stream.structure))
        return next(BatchReader(stream, None)).to_pydict()

    def stats(self, columns: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
        """What is known of columns without reading them: bounds, missing values, bytes.

        Returns: For each column a mapping, as `colonnade stats --json` shows it.

        Example:
            >>> table.stats(["a"])["a"]["maximum"]
            3
        """
        names = None if columns is None else [text_argument(name) for name in columns]
        array = None if names is None else text_array_type(max(1, len(names)))(*names)
        text = c_void_p()
        call("colonnade_table_statistics", self._handle.address, array,
             0 if names is None else len(names), ctypes.addressof(text))
        return {column["name"]: column for column in json.loads(take_text(text.value))["columns"]}

    def explain(self, columns: Iterable[str | Column] | None = None,
                filter: str | Expression | None = None,
                parameters: Mapping[str, Any] | Sequence[Any] | None = None,
                limit: int | None = None, analyze: bool = False) -> dict[str, Any]:
        """What a scan skips and why, as `colonnade explain --json` shows it.

        Args:
            analyze: Runs the scan too, and says what it really read.

        Example:
            >>> table.explain(filter="a > 2")["plan"]["rowsRead"]
            1
        """
        request = ScanRequest(columns=columns, filter=filter, parameters=parameters, limit=limit)
        text = c_void_p()
        with Cancellation() as cancellation:
            request.use(cancellation.address)
            call("colonnade_explain", self._handle.address, request.address, analyze,
                 ctypes.addressof(text))
        return json.loads(take_text(text.value))

    def divide(self, n: int) -> list[range]:
        """Cuts the rows into `n` runs of about equal size, for as many workers.

        Example:
            >>> [len(part) for part in table.divide(2)]
            [2, 1]
        """
        if not isinstance(n, int) or not 0 < n < 2**31:
            raise InvalidArgumentError(f"a table is divided into one part at least, not {n!r}")
        boundaries = (c_uint64 * (n + 1))()
        call("colonnade_table_divide", self._handle.address, n, boundaries)
        return [range(boundaries[index], boundaries[index + 1]) for index in range(n)]

    # All rows

    def __iter__(self) -> BatchReader:
        return iter(self.scan())

    def to_arrow(self) -> pyarrow.Table:
        """All rows as a `pyarrow.Table`."""
        return self.scan().to_arrow()

    def to_pandas(self) -> pandas.DataFrame:
        """All rows as a `pandas.DataFrame`."""
        return self.scan().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """All rows as a `polars.DataFrame`."""
        return self.scan().to_polars()

    def to_numpy(self) -> dict[str, numpy.ndarray]:
        """All columns by name as NumPy arrays."""
        return self.scan().to_numpy()

    def to_pylist(self) -> list[dict[str, Any]]:
        """All rows as dictionaries; needs no other package."""
        return self.scan().to_pylist()

    def to_pydict(self) -> dict[str, list[Any]]:
        """All columns by name as lists; needs no other package."""
        return self.scan().to_pydict()

    def __arrow_c_schema__(self) -> object:
        """The columns as a capsule of Arrow's C data interface."""
        return new_capsule(
            ArrowSchema, lambda address: self._fill_schema(address, LAYOUTS["offsets"]))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """All rows as a capsule of Arrow's C stream interface; any number of times."""
        return self.scan().__arrow_c_stream__(requested_schema)

    # Life

    def close(self) -> None:
        """Gives back what the table holds; what it handed out stays valid. May be called again."""
        self._opened = None

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self.close()

    def __reduce__(self) -> tuple:
        return Table, (self._path, self.version or None)

    def __repr__(self) -> str:
        if self._opened is None:
            return f"<colonnade.Table {self._path!r}, closed>"
        fields = self.schema.fields
        shown = "".join(f"\n  {field}" for field in fields[:20])
        rest = f"\n  … and {len(fields) - 20:,} more" if len(fields) > 20 else ""
        version = f", version {self.version}" if self.version else ""
        return (f"<colonnade.Table {self._path!r}{version}: {self.row_count:,} rows, "
                f"{len(fields):,} columns>{shown}{rest}")
