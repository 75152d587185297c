"""Python's values as values for the parameters of a predicate."""

from __future__ import annotations

import ctypes
import datetime
import decimal
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from .binding import text_argument
from .errors import InvalidArgumentError
from .structures import Value
from .temporal import (
    days_of, microseconds_of_duration, microseconds_of_time, microseconds_of_timestamp,
    timestamp_value)

NULL, BOOL, INTEGER, UNSIGNED, FLOAT, DECIMAL, STRING, BINARY = range(8)
DATE, TIME, TIMESTAMP, INSTANT, DURATION = range(8, 13)
_MOST_DIGITS = 38


class Parameters:
    """The parameters of one predicate, as the library takes them; keeps their memory.

    Raises:
        InvalidArgumentError: A value has no counterpart in a predicate.
    """

    def __init__(self, given: Mapping[str, Any] | Sequence[Any] | None) -> None:
        self._kept: list[object] = []
        pairs: list[tuple[str | None, Any]]
        if given is None:
            pairs = []
        elif isinstance(given, Mapping):
            pairs = [(str(name).removeprefix("$"), value) for name, value in given.items()]
        elif isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
            raise InvalidArgumentError(
                "parameters are a list, for $1, $2, …, or a mapping from names, for $name; not "
                f"{type(given).__name__}")
        else:
            pairs = [(None, value) for value in given]
        self.count = len(pairs)
        self.array = (Value * max(1, len(pairs)))()
        for target, (name, value) in zip(self.array, pairs):
            self._fill(target, value)
            if name is not None:
                text = text_argument(name)
                self._kept.append(text)
                target.name = text

    def _bytes(self, target: Value, kind: int, content: bytes) -> None:
        target.kind = kind
        memory = ctypes.create_string_buffer(content, max(1, len(content)))
        self._kept.append(memory)
        target.bytes = ctypes.addressof(memory)
        target.byte_count = len(content)

    def _integer(self, target: Value, kind: int, value: int) -> None:
        if not -2**63 <= value < 2**63:
            raise InvalidArgumentError(f"{value} is out of the range of 64 bits")
        target.kind, target.integer = kind, value

    def _fill(self, target: Value, value: Any) -> None:
        value = plain_value(value)
        if value is None:
            target.kind = NULL
        elif isinstance(value, bool):
            self._integer(target, BOOL, int(value))
        elif isinstance(value, int):
            if -2**63 <= value < 2**63:
                self._integer(target, INTEGER, int(value))
            elif 0 <= value < 2**64:
                target.kind, target.unsigned_integer = UNSIGNED, value
            else:
                self._decimal(target, decimal.Decimal(value))
        elif isinstance(value, float):
            target.kind, target.number = FLOAT, value
        elif isinstance(value, str):
            self._bytes(target, STRING, _encoded(value))
        elif isinstance(value, (bytes, bytearray, memoryview)):
            self._bytes(target, BINARY, bytes(value))
        elif isinstance(value, uuid.UUID):
            self._bytes(target, BINARY, value.bytes)
        elif isinstance(value, decimal.Decimal):
            self._decimal(target, value)
        elif isinstance(value, datetime.datetime):
            kind = TIMESTAMP if value.tzinfo is None else INSTANT
            self._integer(target, kind, microseconds_of_timestamp(value))
        elif isinstance(value, datetime.date):
            self._integer(target, DATE, days_of(value))
        elif isinstance(value, datetime.time):
            if value.tzinfo is not None:
                raise InvalidArgumentError("a time of day with an offset has no counterpart")
            self._integer(target, TIME, microseconds_of_time(value))
        elif isinstance(value, datetime.timedelta):
            self._integer(target, DURATION, microseconds_of_duration(value))
        else:
            hint = ("; use col(…).is_in([…]) for lists"
                    if isinstance(value, (list, tuple, set, frozenset)) else "")
            raise InvalidArgumentError(
                f"a value of type {type(value).__name__} cannot stand in a predicate{hint}")

    def _decimal(self, target: Value, value: decimal.Decimal) -> None:
        if not value.is_finite():
            target.kind, target.number = FLOAT, float(value)
            return
        text = f"{value:f}"
        if sum(letter.isdigit() for letter in text.lstrip("-0.")) > _MOST_DIGITS:
            raise InvalidArgumentError(f"{text} has more than {_MOST_DIGITS} digits")
        self._bytes(target, DECIMAL, text.encode())


def _encoded(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(f"{value!r} is not Unicode text: {error.reason}") from None


def plain_value(value: Any) -> Any:
    """A value of NumPy, pandas or pyarrow as Python's own; others as they are.

    Timestamps with nanoseconds, which Python's type cannot hold, become their text.
    """
    kind = type(value)
    module = kind.__module__.partition(".")[0]
    if module == "numpy":
        return _numpy_value(value)
    if module == "pyarrow" and hasattr(value, "as_py"):
        return plain_value(value.as_py())
    if module == "pandas":
        if kind.__name__ in ("NaTType", "NAType"):
            return None
        if kind.__name__ == "Timestamp":
            if value.nanosecond == 0:
                return value.to_pydatetime(warn=False)
            return value.isoformat()
        if kind.__name__ == "Timedelta":
            if value.nanoseconds != 0:
                raise InvalidArgumentError(f"{value} has nanoseconds, which a parameter cannot hold")
            return value.to_pytimedelta()
    return value


def _numpy_value(value: Any) -> Any:
    kind = value.dtype.kind
    if value.ndim != 0 if hasattr(value, "ndim") else False:
        return value
    if kind in "mM":
        if str(value) == "NaT":
            return None
        unit, step = _numpy_unit(value.dtype)
        ticks = int(value.astype("int64")) * step
        if kind == "M":
            if unit == "D":
                return value.item()
            return timestamp_value(ticks, {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit],
                                   None)
        microseconds = {"D": 86_400_000_000, "s": 10**6, "ms": 10**3, "us": 1}.get(unit)
        if microseconds is not None:
            return datetime.timedelta(microseconds=ticks * microseconds)
        if ticks % 1000:
            raise InvalidArgumentError(f"{value} has nanoseconds, which a parameter cannot hold")
        return datetime.timedelta(microseconds=ticks // 1000)
    return value.item()


def _numpy_unit(data_type: Any) -> tuple[str, int]:
    import numpy

    unit, step = numpy.datetime_data(data_type)
    if unit not in ("D", "s", "ms", "us", "ns"):
        raise InvalidArgumentError(f"values of {data_type} cannot stand in a predicate")
    return unit, step
