"""Ctrl-C while the engine works.

Python runs signal handlers between two instructions of the main thread, and none pass while that
thread is inside the library. So the library asks now and then whether to go on, which runs Python
code, in which the handler runs; what the handler raises is kept and raised when the call is back.

The code that is asked is a generator: a handler may run at the first instruction of a function,
before any `try`, but a generator goes on inside of one.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator

from .binding import library
from .structures import POLL


def _look_for_signals() -> None:
    """Calling any function of Python lets pending handlers run."""


# Long enough for the code of others to have come back to Python with the error of its reading.
_SECONDS_UNTIL_RAISED_AGAIN = 0.05


_again: threading.Timer | None = None


def _raise_again() -> None:
    """Interrupts the main thread once more, when whoever reads has seen that the work was ended.

    At once it would hit that very code, or the interpreter as it shows the error.
    """
    global _again
    _again = threading.Timer(_SECONDS_UNTIL_RAISED_AGAIN, _interrupt_main_thread)
    _again.daemon = True
    _again.start()


def _interrupt_main_thread() -> None:
    global _again
    _again = None
    if callable(signal.getsignal(signal.SIGINT)):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def raise_interrupt_of_others() -> None:
    """Raises the interrupt that was to be raised again in a moment, where there is one.

    Code of ours that reads streams as others do calls it when it is back.
    """
    global _again
    timer, _again = _again, None
    if timer is not None and threading.current_thread() is threading.main_thread():
        timer.cancel()
        raise KeyboardInterrupt


def _foreign_answers() -> Generator[bool, object, None]:
    """Whether to end, where the stream is read by code of others: what were raised here is lost."""
    is_interrupted = False
    while True:
        try:
            while True:
                yield is_interrupted
                _look_for_signals()
        except KeyboardInterrupt:
            is_interrupted = True
            _raise_again()


_handed_over: list[Cancellation] = []


class Cancellation:
    """Ends the calls it is given to when Ctrl-C is pressed; made and used by one thread.

    At its end a `with` statement raises what a handler of a signal raised meanwhile.
    """

    def __init__(self) -> None:
        self.address: int | None = None
        self.raised: BaseException | None = None
        self._is_foreign = False
        functions = library()
        self._free = functions.colonnade_cancellation_free
        self._poll = None
        # Handlers run on the main thread only; elsewhere there is nothing to ask.
        if threading.current_thread() is threading.main_thread():
            answers = self._answers()
            next(answers)
            self._poll = POLL(answers.send)
        self.address = functions.colonnade_cancellation_new(self._poll, None)

    def _answers(self) -> Generator[bool, object, None]:
        try:
            while not self._is_foreign:
                yield False
                _look_for_signals()
        except GeneratorExit:
            raise
        except BaseException as raised:
            self.raised = raised
        if self._is_foreign:
            yield from _foreign_answers()
        while True:
            yield True

    def hand_over(self) -> None:
        """Goes on for a stream that is read by code of others from now on, whose end is not known
        here: it is never freed."""
        self._is_foreign = True
        _handed_over.append(self)

    def close(self) -> None:
        """Frees the handle; work that has it goes on and asks no more."""
        address, self.address = self.address, None
        if address:
            self._free(address)

    def raise_pending(self) -> None:
        """Raises what a handler raised while the library worked, once."""
        raised, self.raised = self.raised, None
        if raised is not None:
            raise raised from None

    def __enter__(self) -> Cancellation:
        return self

    def __exit__(self, kind, error, traceback) -> None:
        self.close()
        self.raise_pending()

    def __del__(self) -> None:
        self.close()


_foreign_poll = None
_foreign: int | None = None


def foreign_cancellation() -> int | None:
    """The address of a cancellation for a stream that is read by code of others.

    None outside of the main thread. It is never freed: when the reader is done is not known here. A
    cancelled one serves no further stream.
    """
    global _foreign, _foreign_poll
    if threading.current_thread() is not threading.main_thread():
        return None
    if _foreign_poll is None:
        answers = _foreign_answers()
        next(answers)
        _foreign_poll = POLL(answers.send)
    if _foreign is None or library().colonnade_cancellation_is_cancelled(_foreign):
        _foreign = library().colonnade_cancellation_new(_foreign_poll, None)
    return _foreign
