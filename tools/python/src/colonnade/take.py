"""Single rows of a table, by their numbers."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Iterable
from typing import Any

from .binding import Handle, call
from .errors import InvalidArgumentError
from .request import ScanRequest
from .rows import Rows


class Take(Rows):
    """Rows by their numbers, in the order named; made by `Table.take`."""

    def __init__(self, table: Any, handle: Handle, rows: Iterable[int],
                 question: dict[str, Any]) -> None:
        self._table = table
        self._handle = handle
        self._numbers = row_numbers(rows)
        self._question = question
        ScanRequest(**question)

    def _request(self, strings: str | None = None) -> ScanRequest:
        question = self._question if strings is None else {**self._question, "strings": strings}
        return ScanRequest(**question)

    def _fill(self, request: ScanRequest, address: int) -> None:
        call("colonnade_take", self._handle.address, self._numbers, len(self._numbers),
             request.address, address)

    def __len__(self) -> int:
        return len(self._numbers)

    def __repr__(self) -> str:
        return f"<colonnade.Take of {len(self):,} rows of {self._table.path!r}>"


def row_numbers(rows: Iterable[int]) -> Any:
    """Row numbers as the library takes them.

    Raises:
        InvalidArgumentError: One is negative, or no integer.
    """
    try:
        if hasattr(rows, "tolist"):
            rows = rows.tolist()
        # Bytes would be taken for numbers in memory instead of a number each.
        listed = rows if isinstance(rows, list | tuple) else list(rows)
    except TypeError:
        raise _no_list(rows) from None
    try:
        packed = array("Q", listed)
    except (OverflowError, TypeError):
        # Not all of them are row numbers: which one says so.
        packed = array("Q", _checked(rows, listed))
    return (ctypes.c_uint64 * len(packed)).from_buffer(packed)


def _checked(rows: Iterable[int], listed: list[int] | tuple[int, ...]) -> list[int]:
    """The same numbers one by one, for the first that is none."""
    try:
        numbers = [number.__index__() for number in listed]
    except (AttributeError, TypeError):
        raise _no_list(rows) from None
    for number in numbers:
        if not 0 <= number < 2**64:
            raise InvalidArgumentError(f"{number} is no row number: the first row is 0")
    return numbers


def _no_list(rows: Any) -> InvalidArgumentError:
    return InvalidArgumentError(f"rows is a list of row numbers, not {rows!r}")
