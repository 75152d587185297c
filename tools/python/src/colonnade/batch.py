"""Rows in memory, column by column, as the engine hands them out."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from .capsules import OwnedArray, OwnedSchema, new_capsule
from .decoding import decode
from .errors import ColumnNotFoundError
from .exports import share_array, share_schema
from .optional import required
from .schema import Schema
from .structures import ArrowArray, ArrowSchema

if TYPE_CHECKING:
    import numpy
    import pyarrow


class Batch:
    """Rows of a scan; stays valid for as long as anything refers to it.

    `num_rows` rows of `num_columns` columns. pyarrow, Polars and others take it as it is, without a
    copy.

    Example:
        >>> for batch in table.scan(columns=["a"], limit=2):
        ...     print(batch.num_rows, batch.to_pydict())
        2 {'a': [1, 2]}
    """

    def __init__(self, schema: Schema, schema_owner: OwnedSchema, array: OwnedArray) -> None:
        self.schema = schema
        self._schema = schema_owner
        self._array = array

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return self._array.structure.length

    @property
    def num_columns(self) -> int:
        """How many columns there are."""
        return len(self.schema)

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in their order."""
        return self.schema.names

    def __len__(self) -> int:
        return self.num_rows

    def __repr__(self) -> str:
        return f"<colonnade.Batch of {self.num_rows:,} rows: {', '.join(self.column_names)}>"

    def _column(self, index: int) -> tuple[ArrowSchema, ArrowArray]:
        return (self._schema.structure.children[index].contents,
                self._array.structure.children[index].contents)

    def column(self, name: str) -> list[Any]:
        """The values of one column as Python's own; None where one is missing.

        What Python's type cannot hold (nanoseconds, years beyond 9999) comes as its text.

        Raises:
            ColumnNotFoundError: There is no such column.

        Complexity: O(values).
        """
        names = self.column_names
        if name not in names:
            raise ColumnNotFoundError(f"there is no column {name!r}")
        schema, array = self._column(names.index(name))
        return decode(schema, array, self._array.structure.offset, self.num_rows)

    def to_pydict(self) -> dict[str, list[Any]]:
        """Columns by name, as `column` gives them; needs no other package."""
        return {name: self.column(name) for name in self.column_names}

    def to_pylist(self) -> list[dict[str, Any]]:
        """Rows as dictionaries; needs no other package."""
        columns = self.to_pydict()
        if not columns:
            return [{} for _ in range(self.num_rows)]
        return [dict(zip(columns, row)) for row in zip(*columns.values())]

    def to_numpy(self) -> dict[str, numpy.ndarray]:
        """Columns by name as NumPy arrays.

        Numbers, dates and times, and fixed-size lists of numbers, which become arrays of two
        dimensions, are views of the batch's memory that cannot be written to; with missing values
        they are masked arrays. Other columns are arrays of Python's values.

        Raises:
            ImportError: NumPy is not installed.
        """
        from .numpy_arrays import column_array

        required("numpy")
        return {name: column_array(*self._column(index), self._array.structure.offset,
                                   self.num_rows, self)
                for index, name in enumerate(self.column_names)}

    def to_arrow(self) -> pyarrow.RecordBatch:
        """The same as a `pyarrow.RecordBatch`, without a copy.

        Raises:
            ImportError: pyarrow is not installed.
        """
        return required("pyarrow").record_batch(self)

    def __arrow_c_schema__(self) -> object:
        """The columns as a capsule of Arrow's C data interface."""
        return new_capsule(ArrowSchema, lambda address: share_schema(
            self._schema.structure, ArrowSchema.from_address(address), self._schema))

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """The rows as capsules of Arrow's C data interface, any number of times, without a copy.

        Args:
            requested_schema: Ignored; a scan's own `__arrow_c_stream__` honours one.
        """
        array = new_capsule(ArrowArray, lambda address: share_array(
            self._array.structure, ArrowArray.from_address(address), self._array))
        return self.__arrow_c_schema__(), array
