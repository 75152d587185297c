"""A question to a table, asked anew each time its answer is read."""

from __future__ import annotations

from typing import Any

from .binding import Handle, call
from .request import ScanRequest
from .rows import Rows


class Scan(Rows):
    """The rows of a table that match, in the table's order; made by `Table.scan`.

    Nothing is read before the first batch is asked for. It can be read again and again, handed to
    pyarrow, Polars, pandas or DuckDB as it is, and sent to other processes.

    Example:
        >>> scan = table.scan(columns=["a"], filter="a > 1")
        >>> scan.to_pylist()
        [{'a': 2}, {'a': 3}]
    """

    def __init__(self, table: Any, handle: Handle, question: dict[str, Any]) -> None:
        self._table = table
        self._handle = handle
        self._question = question
        # What makes no sense is said now; what was made for that serves the first reading.
        self._first: ScanRequest | None = ScanRequest(**question)

    def _request(self, strings: str | None = None) -> ScanRequest:
        first, self._first = self._first, None
        if first is not None and strings is None:
            return first
        question = self._question if strings is None else {**self._question, "strings": strings}
        return ScanRequest(**question)

    def _fill(self, request: ScanRequest, address: int) -> None:
        call("colonnade_scan", self._handle.address, request.address, address)

    def count(self) -> int:
        """How many rows the scan gives; they are read only where statistics do not tell."""
        from .table import count_rows

        return count_rows(self._handle, self._question)

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self._question.items()
                          if value is not None and (name, value) != ("strings", "offsets"))
        return f"<colonnade.Scan of {self._table.path!r}{': ' if given else ''}{given}>"

    def __reduce__(self) -> tuple:
        question = {name: value for name, value in self._question.items() if name != "progress"}
        return _scan_again, (self._table, question)


def _scan_again(table: Any, question: dict[str, Any]) -> Scan:
    """A scan that came from another process."""
    return table.scan(**question)
