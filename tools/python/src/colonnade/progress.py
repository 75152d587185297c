"""How far work has come: handed to a function of the caller, or shown on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Union

from .structures import PROGRESS

# Called with the rows done and the rows there are.
Progress = Union[Callable[[int, int], Any], bool, None]

_forever: list[object] = []


class ProgressCallback:
    """A function of the caller as the library calls it; keeps what the function raises.

    A function that raises ends the work, with what it raised.
    """

    def __init__(self, function: Callable[[int, int], Any], finish: Callable[[], None] | None,
                 cancel: Callable[[], None]) -> None:
        self._function = function
        self._finish = finish
        self._cancel = cancel
        self.raised: BaseException | None = None
        self.callback = PROGRESS(self._called)

    def _called(self, _context: object, rows_total: int, rows_done: int, _returned: int) -> None:
        try:
            self._function(rows_done, rows_total)
        except BaseException as raised:
            self.raised = raised
            self._cancel()

    def raise_pending(self) -> None:
        """Raises what the function raised, once."""
        raised, self.raised = self.raised, None
        if raised is not None:
            raise raised

    def finish(self) -> None:
        """Takes away what was shown."""
        if self._finish is not None:
            self._finish()

    def keep_forever(self) -> None:
        """For streams of which it is not known how long they live."""
        _forever.append(self)


class ProgressLine:
    """One line on a terminal, after a second; nothing where standard error is none.

    Example:
        >>> colonnade.open("big").scan(progress=True).to_pandas()
    """

    def __init__(self, noun: str = "rows") -> None:
        self._noun = noun
        self._started = time.monotonic()
        self._shown_at = self._started
        self._is_shown = False
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._is_terminal or now - self._started < 1 or now - self._shown_at < 0.1:
            return
        self._shown_at = now
        self._is_shown = True
        rate = done / (now - self._started)
        parts = [f"{done:,} {self._noun}", f"{rate:,.0f}/s"]
        if total:
            parts.insert(0, f"{min(100, 100 * done // total)} %")
            if rate:
                parts.append(f"{(total - done) / rate:,.0f} s left")
        sys.stderr.write("\r\x1b[K" + "  ".join(parts))
        sys.stderr.flush()

    def finish(self) -> None:
        """Takes the line away."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._is_shown = False


def callback_of(progress: Progress, cancel: Callable[[], None]) -> ProgressCallback | None:
    """What the library is given for the `progress` of a call."""
    if progress is None or progress is False:
        return None
    if progress is True:
        line = ProgressLine()
        return ProgressCallback(line, line.finish, cancel)
    return ProgressCallback(progress, getattr(progress, "finish", None), cancel)
