"""Rows into tables: all of them at once, or batch by batch, published by one commit."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from ctypes import c_void_p
from dataclasses import dataclass
from typing import Any

from .binding import Handle, call, library, text_argument
from .cancellation import Cancellation, raise_interrupt_of_others
from .capsules import OwnedArray, OwnedSchema, OwnedStream
from .errors import ClosedError, InvalidArgumentError
from .progress import Progress, ProgressLine
from .schema import read_type
from .sources import DescribedSchema, Source, open_source, schema_argument
from .structures import CommitRecord, WriteOptions
from .table import Table, path_text

_WRITER_NAME = b"colonnade for Python"


@dataclass(frozen=True)
class Commit:
    """What a write published.

    Attributes:
        version: The number of the version that holds the rows.
        rows: How many rows were added.
        total_rows: How many rows the version has.
        path: The table's folder.
        was_already_committed: Whether a commit of this id was there; nothing was added then.
    """

    version: int
    rows: int
    total_rows: int
    path: str
    was_already_committed: bool = False

    def open(self) -> Table:
        """The version that was published."""
        return Table(self.path, self.version)


class Writer:
    """Writes batches into a table; nothing is seen of them before the commit.

    As a context it commits at its end, and abandons everything where an exception leaves it.

    Example:
        >>> with colonnade.writer("events", schema="id: int64, name: string") as writer:
        ...     writer.write({"id": [1, 2], "name": ["a", "b"]})
        ...     writer.write([{"id": 3, "name": "c"}])
        >>> writer.commit_result.rows
        3
    """

    def __init__(self, path: str | os.PathLike[str], schema: Any, *, mode: str = "create",
                 partition_by: str | Iterable[str] | None = None,
                 sort_by: str | Iterable[str] | None = None, profile: str = "balanced",
                 commit_id: str | None = None, bloom_filters: str | Iterable[str] | None = None,
                 memory: int | None = None, threads: int | None = None) -> None:
        self._path = path_text(path)
        self._schema = schema if isinstance(schema, OwnedSchema) else schema_argument(schema)
        self._columns = read_type(self._schema.structure)
        self.commit_result: Commit | None = None
        self._cancellation = Cancellation()
        options = WriteOptions()
        options.mode = text_argument(mode)
        options.partition_by = _list_text(partition_by, "partition_by")
        options.sort_by = _list_text(sort_by, "sort_by")
        options.profile = text_argument(profile)
        options.bloom_filters = _list_text(bloom_filters, "bloom_filters")
        options.memory_byte_count = _natural(memory, "memory")
        options.thread_count = _natural(threads, "threads")
        options.writer_name = _WRITER_NAME
        options.commit_id = text_argument(commit_id)
        options.cancellation = self._cancellation.address
        opened = c_void_p()
        call("colonnade_writer_open", text_argument(self._path),
             ctypes.addressof(self._schema.structure), options, ctypes.addressof(opened))
        self._handle: Handle | None = Handle(opened.value, library().colonnade_writer_free)

    @property
    def rows(self) -> int:
        """How many rows were written so far."""
        if self._handle is None:
            return self.commit_result.rows if self.commit_result else 0
        return library().colonnade_writer_row_count(self._handle.address)

    def _opened(self) -> Handle:
        if self._handle is None:
            raise ClosedError("the writer has committed or was closed: open another one")
        return self._handle

    def write(self, data: Any) -> int:
        """Adds rows; anything that `colonnade.write` takes, of the writer's schema.

        Returns: How many rows were written so far.

        Raises:
            SchemaMismatchError: The columns are others.
            ClosedError: The writer has committed or was closed.
        """
        self._opened()
        source = open_source(data, DescribedSchema(self._schema))
        self.write_source(source)
        return self.rows

    def write_source(self, source: Source, progress: Any = None) -> None:
        """Adds all parts of a source whose schema is the writer's."""
        for part in source.parts:
            self._write_part(part)
            if progress is not None:
                progress(self.rows, 0)

    def _write_part(self, part: OwnedStream | OwnedArray) -> None:
        handle = self._opened()
        name = ("colonnade_writer_write_stream" if isinstance(part, OwnedStream)
                else "colonnade_writer_write")
        try:
            call(name, handle.address, ctypes.addressof(part.structure))
        finally:
            # What a handler of a signal raised is the reason, where there is one.
            self._cancellation.raise_pending()
            raise_interrupt_of_others()

    def commit(self) -> Commit:
        """Publishes all rows at once, durably. The writer is done then.

        Raises:
            CommitConflictError: Another commit was faster; nothing was published.
            CommitUnknownError: Whether it was published is not known; write again with the same
                `commit_id`.
        """
        handle = self._opened()
        record = CommitRecord()
        try:
            call("colonnade_writer_commit", handle.address, ctypes.byref(record))
            self.commit_result = Commit(record.version, record.added_row_count, record.row_count,
                                        self._path, record.was_already_committed)
        finally:
            self.close()
            self._cancellation.raise_pending()
        return self.commit_result

    def close(self) -> None:
        """Abandons what was not committed: the table is as it was. May be called again."""
        self._handle = None
        self._cancellation.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if kind is None and self._handle is not None:
            self.commit()
        self.close()

    def __repr__(self) -> str:
        state = "done" if self._handle is None else f"{self.rows:,} rows so far"
        return f"<colonnade.Writer of {self._path!r}: {state}>"


def writer(path: str | os.PathLike[str], schema: Any, **options: Any) -> Writer:
    """A writer of a table, batch by batch; see `Writer` and, for the options, `write`.

    Args:
        schema: A text (`"a: int32, b: string not null"`), a mapping from names to types, or
            anything with `__arrow_c_schema__`.
    """
    return Writer(path, schema, **options)


def write(path: str | os.PathLike[str], data: Any, mode: str = "create",
          partition_by: str | Iterable[str] | None = None,
          sort_by: str | Iterable[str] | None = None, profile: str = "balanced",
          schema: Any = None, commit_id: str | None = None,
          bloom_filters: str | Iterable[str] | None = None, memory: int | None = None,
          threads: int | None = None, progress: Progress = None) -> Commit:
    """Writes rows as one commit: all of them are there then, or none.

    Args:
        path: The table's folder.
        data: Anything with `__arrow_c_stream__` or `__arrow_c_array__`, frames of pandas and
            Polars, a mapping from names to lists or arrays, a structured array, rows as mappings,
            or an iterator of such batches, which is read as it is written. A table may be appended
            to itself.
        mode: `"create"` makes the table, `"append"` adds to it.
        partition_by: What divides rows into partitions, such as `"model, month(ts)"` or
            `["model", "bucket(16, user)"]`.
        sort_by: What rows of a partition are sorted by, such as `"a, b desc"`.
        profile: `"fast"`, `"balanced"` or `"archive"`, the smallest: it writes text at a few megabytes a
            second, and is for tables that are read by the column.
        schema: The types the table is to have, as text, mapping or Arrow's; the data's own if None.
        commit_id: Names the commit: the same id is published once at most.
        bloom_filters: Columns that get Bloom filters.
        memory: Bytes held back while rows are divided among partitions; 384 MiB if None.
        threads: How many threads work; one a processor if None.
        progress: Called with the rows done and 0, batch by batch; True shows a line on a terminal.

    Raises:
        InvalidArgumentError: Nothing is known of such data, or an option makes no sense.
        SchemaMismatchError: The data does not fit the schema or the table.
        CommitConflictError: Another commit was faster.

    Complexity: O(values); memory O(row groups being written), whatever the size of the data.

    Example:
        >>> colonnade.write("measurements", {"day": ["mon", "tue"], "value": [1.5, 2.5]}).version
        1
    """
    source = open_source(data, schema)
    shown, finish = _shown(progress)
    try:
        with Writer(path, source.schema, mode=mode, partition_by=partition_by, sort_by=sort_by,
                    profile=profile, commit_id=commit_id, bloom_filters=bloom_filters,
                    memory=memory, threads=threads) as opened:
            opened.write_source(source, shown)
            return opened.commit()
    finally:
        if finish is not None:
            finish()


def _shown(progress: Progress) -> tuple[Any, Any]:
    if progress is None or progress is False:
        return None, None
    if progress is True:
        line = ProgressLine("rows written")
        return line, line.finish
    return progress, getattr(progress, "finish", None)


def _list_text(value: str | Iterable[str] | None, name: str) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str):
        parts = list(value)
        if not all(isinstance(part, str) for part in parts):
            raise InvalidArgumentError(f"{name} is a text or a list of texts, not {value!r}")
        value = ", ".join(parts)
    return text_argument(value) if value else None


def _natural(value: int | None, name: str) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidArgumentError(f"{name} is a number above zero, not {value!r}")
    return value
