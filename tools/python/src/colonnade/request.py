"""The questions of a scan as the library takes them, and the memory they stand in."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .binding import library, text_argument
from .errors import InvalidArgumentError
from .expressions import Column, Expression, Rendering
from .progress import Progress, ProgressCallback, callback_of
from .structures import ArrowSchema, ScanOptions, text_array_type
from .values import Parameters

# Values of colonnade_layout.
LAYOUTS = {"views": 0, "offsets": 1, "large_offsets": 2}


class ScanRequest:
    """A `colonnade_scan_options` and everything it points to.

    Raises:
        InvalidArgumentError: A value makes no sense; the engine says so for the rest when it reads.
    """

    def __init__(self, *, columns: Iterable[str | Column] | None = None,
                 filter: str | Expression | None = None,
                 parameters: Mapping[str, Any] | Sequence[Any] | None = None,
                 limit: int | None = None, rows: range | None = None,
                 batch_rows: int | None = None, strings: str = "offsets",
                 progress: Progress = None) -> None:
        self.options = ScanOptions.new()
        self._kept: list[object] = []
        if columns is not None:
            self._set_columns(columns)
        if filter is not None or parameters:
            self._set_filter(filter, parameters)
        if limit is not None:
            self.options.limit = _count(limit, "limit")
        if rows is not None:
            self._set_rows(rows)
        if batch_rows is not None:
            if _count(batch_rows, "batch_rows") == 0:
                raise InvalidArgumentError("batch_rows is 0: a batch has one row at least")
            self.options.batch_row_count = batch_rows
        if strings not in LAYOUTS:
            raise InvalidArgumentError(
                f"strings is one of {', '.join(map(repr, LAYOUTS))}, not {strings!r}")
        self.options.layout = LAYOUTS[strings]
        self.progress: ProgressCallback | None = callback_of(progress, self._cancel)
        if self.progress is not None:
            self.options.progress = self.progress.callback

    def _set_columns(self, columns: Iterable[str | Column]) -> None:
        if isinstance(columns, (str, bytes)) or not isinstance(columns, Iterable):
            raise InvalidArgumentError(f"columns is a list of names, not {columns!r}; a single one "
                                       f"is [{columns!r}]")
        listed = list(columns)
        if not listed:
            self.options.no_columns = True
            return
        if any(isinstance(column, Column) for column in listed):
            parts = [column if isinstance(column, Column) else Column((str(column),))
                     for column in listed]
            self.options.select = text_argument(", ".join(part.selection for part in parts))
            return
        names = []
        for column in listed:
            if not isinstance(column, str):
                raise InvalidArgumentError(
                    f"a column is a name or col(…), with .field(…) and .alias(…), not {column!r}")
            names.append(text_argument(column))
        self.options.columns = text_array_type(len(names))(*names)
        self.options.column_count = len(names)
        self._kept.append(names)

    def _set_filter(self, filter: str | Expression | None,
                    parameters: Mapping[str, Any] | Sequence[Any] | None) -> None:
        if isinstance(filter, Expression):
            if parameters:
                raise InvalidArgumentError(
                    "parameters belong to a predicate that is text; an expression has its own")
            rendering = Rendering()
            filter, parameters = filter.render(rendering), rendering.parameters
        elif filter is not None and not isinstance(filter, str):
            raise InvalidArgumentError(
                f"filter is the text of a predicate or an expression of col(…), not "
                f"{type(filter).__name__}")
        elif filter is None:
            raise InvalidArgumentError("parameters were given, and no filter")
        self.options.where = text_argument(filter)
        if parameters is None:
            return
        bound = Parameters(parameters)
        if bound.count:
            self._kept.append(bound)
            self.options.parameters = bound.array
            self.options.parameter_count = bound.count

    def _set_rows(self, rows: range) -> None:
        if not isinstance(rows, range) or rows.step != 1 or rows.start < 0:
            raise InvalidArgumentError(
                f"rows is a range of row numbers such as range(0, 1000), not {rows!r}")
        self.options.first_row = rows.start
        self.options.end_row = max(rows.start, rows.stop)

    @property
    def address(self) -> int:
        """Where the options stand, as long as this lives."""
        return ctypes.addressof(self.options)

    def ask_for(self, schema: ArrowSchema) -> None:
        """Asks for layouts that a schema names; it must live until the stream is made."""
        self.options.requested_schema = ctypes.addressof(schema)

    def use(self, cancellation: int | None) -> None:
        """Lets the work end early; progress that raises ends it too."""
        self.options.cancellation = cancellation

    def _cancel(self) -> None:
        if self.options.cancellation:
            library().colonnade_cancellation_cancel(self.options.cancellation)


def _count(value: int, name: str) -> int:
    try:
        number = value.__index__()
    except AttributeError:
        raise InvalidArgumentError(f"{name} is a number, not {value!r}") from None
    if not 0 <= number < 2**63:
        raise InvalidArgumentError(f"{name} is {number}: it must not be negative")
    return number
