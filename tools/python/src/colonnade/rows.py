"""What every answer of a table can do: be read in batches, or become a frame of another package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .batch import Batch
from .cancellation import foreign_cancellation, raise_interrupt_of_others
from .capsules import new_capsule, open_capsule
from .errors import ColonnadeError
from .optional import required
from .reader import BatchReader
from .request import ScanRequest
from .schema import Schema
from .structures import ArrowArrayStream, ArrowSchema

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars
    import pyarrow


class Rows:
    """Rows that can be read again and again; each reading starts anew and sees the same rows."""

    _schema: Schema | None = None

    def _fill(self, request: ScanRequest, address: int) -> None:
        """Makes the stream at an address."""
        raise NotImplementedError

    def _request(self, strings: str | None = None) -> ScanRequest:
        """What is asked of the library."""
        raise NotImplementedError

    @property
    def schema(self) -> Schema:
        """Names and types of the columns; no rows are read."""
        if self._schema is None:
            with iter(self) as reader:
                self._schema = reader.schema
        return self._schema

    def __iter__(self) -> BatchReader:
        return self._reader()

    def _reader(self, strings: str | None = None) -> BatchReader:
        request = self._request(strings)

        def fill(address: int, cancellation: int | None) -> None:
            request.use(cancellation)
            self._fill(request, address)

        return BatchReader.start(fill, request.progress)

    def to_pylist(self) -> list[dict[str, Any]]:
        """All rows as dictionaries; needs no other package. Complexity: O(values)."""
        return [row for batch in self for row in batch.to_pylist()]

    def to_pydict(self) -> dict[str, list[Any]]:
        """All columns by name as lists; needs no other package. Complexity: O(values)."""
        columns: dict[str, list[Any]] = {name: [] for name in self.schema.names}
        for batch in self:
            for name, values in batch.to_pydict().items():
                columns[name] += values
        return columns

    def to_numpy(self) -> dict[str, numpy.ndarray]:
        """All columns by name as NumPy arrays of one dimension; two for fixed-size lists.

        Raises:
            ImportError: NumPy is not installed.

        Complexity: O(values); each value is copied once.
        """
        numpy = required("numpy")
        batches = [batch.to_numpy() for batch in self]
        if not batches:
            return {name: numpy.empty(0, object) for name in self.schema.names}
        if len(batches) == 1:
            return batches[0]
        return {name: _concatenated(numpy, [batch[name] for batch in batches])
                for name in batches[0]}

    def to_arrow(self) -> pyarrow.Table:
        """All rows as a `pyarrow.Table`, without a copy after decoding.

        Raises:
            ImportError: pyarrow is not installed.
            ColonnadeError: A file is missing, corrupt, …
        """
        return self._to_arrow(None)

    def _to_arrow(self, strings: str | None) -> pyarrow.Table:
        pyarrow = required("pyarrow")
        with self._reader(strings) as reader:
            return reader._to_arrow(pyarrow)

    def to_batches(self) -> Iterator[Batch]:
        """The batches, one after the other."""
        return iter(self)

    def to_reader(self) -> pyarrow.RecordBatchReader:
        """The rows as a `pyarrow.RecordBatchReader`, read as it is.

        Raises:
            ImportError: pyarrow is not installed.
        """
        return required("pyarrow").RecordBatchReader.from_stream(self)

    def to_pandas(self) -> pandas.DataFrame:
        """All rows as a `pandas.DataFrame`.

        Raises:
            ImportError: pandas or pyarrow is not installed.
        """
        required("pandas")
        return self._to_arrow(None).to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """All rows as a `polars.DataFrame`, without a copy after decoding where that is possible.

        Raises:
            ImportError: Polars is not installed.
        """
        polars = required("polars")
        try:
            return polars.DataFrame(_Views(self))
        except Exception as error:
            raise self._failure() or error

    def _failure(self) -> ColonnadeError | None:
        """What the engine says of a reading that failed in the hands of others, found by reading
        again; None where it goes well."""
        raise_interrupt_of_others()
        try:
            for _ in self:
                pass
        except ColonnadeError as error:
            return error
        return None

    def __arrow_c_schema__(self) -> object:
        """The columns as a capsule of Arrow's C data interface."""
        return _SchemaCapsule(iter(self)).__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as a capsule of Arrow's C stream interface; any number of times.

        Args:
            requested_schema: A capsule; where it names another layout of the same values (views,
                64-bit offsets, dictionaries or not), the batches have it.
        """
        return self._stream_capsule(requested_schema, None)

    def _stream_capsule(self, requested_schema: object, strings: str | None) -> object:
        request = self._request(strings)
        if requested_schema is not None:
            request.ask_for(open_capsule(requested_schema, ArrowSchema))
        request.use(foreign_cancellation())
        if request.progress is not None:
            request.progress.keep_forever()
        return new_capsule(ArrowArrayStream, lambda address: self._fill(request, address))


class _SchemaCapsule:
    """The schema of a reader, for those who take capsules."""

    def __init__(self, reader: BatchReader) -> None:
        self._reader = reader

    def __arrow_c_schema__(self) -> object:
        from .exports import share_schema

        owner = self._reader._read_schema()[1]
        return new_capsule(ArrowSchema, lambda address: share_schema(
            owner.structure, ArrowSchema.from_address(address), owner))


class _Views:
    """Rows whose texts are views, for those who read them without a copy."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._rows._stream_capsule(requested_schema, "views")


def _concatenated(numpy: Any, parts: list[Any]) -> Any:
    if any(isinstance(part, numpy.ma.MaskedArray) for part in parts):
        return numpy.ma.concatenate(parts)
    return numpy.concatenate(parts)
