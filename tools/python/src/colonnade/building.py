"""From Python's own values to Arrow's memory, with nothing but the standard library."""

from __future__ import annotations

import ctypes
import datetime
import decimal
import struct
import uuid
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import SchemaMismatchError
from .exports import fill_array
from .structures import ArrowArray
from .temporal import (
    days_of, microseconds_of_duration, microseconds_of_time, microseconds_of_timestamp)
from .types import DataType, Field
from .values import plain_value

_ARRAY_CODES = {"c": "b", "C": "B", "s": "h", "S": "H", "i": "i", "I": "I", "l": "q", "L": "Q",
                "f": "f", "g": "d"}
_MOST_DIGITS = 38
_EXACT = decimal.Context(prec=80)


class Built:
    """A column made here: its field and the memory of its values.

    Attributes:
        buffers: Anything that has a buffer, or None where Arrow allows it.
    """

    def __init__(self, field: Field, length: int, null_count: int, buffers: list[Any],
                 children: list[Built] | None = None, dictionary: Built | None = None) -> None:
        self.field = field
        self.length = length
        self.null_count = null_count
        self.buffers = buffers
        self.children = children or []
        self.dictionary = dictionary

    def fill(self, target: ArrowArray) -> None:
        """Describes the values in a structure, which keeps their memory."""
        children = []
        for child in self.children:
            child_array = ArrowArray()
            child.fill(child_array)
            children.append(child_array)
        dictionary = None
        if self.dictionary is not None:
            dictionary = ArrowArray()
            self.dictionary.fill(dictionary)
        fill_array(target, length=self.length, null_count=self.null_count,
                   buffers=[_address(buffer) for buffer in self.buffers], children=children,
                   dictionary=dictionary, keep=self.buffers)


def _address(buffer: Any) -> int | None:
    if buffer is None:
        return None
    if hasattr(buffer, "ctypes"):
        return buffer.ctypes.data
    if isinstance(buffer, array):
        return buffer.buffer_info()[0] or None
    if len(buffer) == 0:
        return None
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


def validity_buffer(values: Sequence[Any]) -> tuple[bytearray | None, int]:
    """A bit for each value that is there, and how many are not; no bits where all are."""
    null_count = sum(value is None for value in values)
    return (packed(value is not None for value in values), null_count) if null_count else (None, 0)


def packed(flags: Any) -> bytearray:
    """Bits, lowest first."""
    bits = bytearray()
    byte = position = 0
    for flag in flags:
        byte |= bool(flag) << position
        position += 1
        if position == 8:
            bits.append(byte)
            byte = position = 0
    if position:
        bits.append(byte)
    return bits


def build_values(name: str, values: Sequence[Any], field: Field | None = None) -> Built:
    """A column from a list of values; its type is found by looking at all of them if not given.

    Raises:
        SchemaMismatchError: Values do not fit the type, or fit no common one; says which row.

    Complexity: O(values).
    """
    listed = [plain_value(value) for value in values]
    if field is None:
        field = Field(name, inferred_type(name, listed))
    try:
        built = _build(name, listed, field.data_type)
    except (TypeError, ValueError, OverflowError, AttributeError, struct.error) as error:
        if isinstance(error, SchemaMismatchError):
            raise
        raise SchemaMismatchError(f"column {name!r}: {error}") from None
    if built.null_count and not field.nullable:
        raise SchemaMismatchError(
            f"column {name!r} is not null, and row {listed.index(None)} has no value")
    built.field = Field(field.name, built.field.data_type, field.nullable)
    return built


def _misfit(name: str, values: Sequence[Any], kinds: tuple[type, ...], what: str) -> None:
    for row, value in enumerate(values):
        if value is not None and (not isinstance(value, kinds)
                                  or isinstance(value, bool) and bool not in kinds):
            raise SchemaMismatchError(
                f"column {name!r}, row {row}: {value!r} is no {what}")


def _build(name: str, values: list[Any], data_type: DataType) -> Built:
    code = data_type.format
    field = Field(name, data_type)
    validity, null_count = validity_buffer(values)

    if data_type.is_categorical:
        return _categories(name, values, field, [validity], null_count)

    def built(*buffers: Any, children: list[Built] | None = None) -> Built:
        return Built(field, len(values), null_count, [validity, *buffers], children)

    if code == "n":
        if null_count != len(values):
            raise SchemaMismatchError(f"column {name!r} is of type null and holds values")
        return Built(field, len(values), null_count, [])
    if code == "b":
        _misfit(name, values, (bool,), "bool")
        return built(packed(value or False for value in values))
    if code in ("f", "g", "e"):
        _misfit(name, values, (int, float), "number")
        numbers = [0.0 if value is None else float(value) for value in values]
        if code == "e":
            return built(bytearray(struct.pack(f"<{len(numbers)}e", *numbers)))
        return built(array(_ARRAY_CODES[code], numbers))
    if code in _ARRAY_CODES:
        _misfit(name, values, (int,), "integer")
        return built(array(_ARRAY_CODES[code], [0 if value is None else value for value in values]))
    if code in ("u", "z"):
        return built(*_text_buffers(name, values, code), children=None)
    if code.startswith("w:"):
        return built(_fixed(name, values, int(code[2:])))
    if code.startswith("d:"):
        return built(_decimals(name, values, code))
    if code[0] == "t":
        return built(_times(name, values, code))
    if code == "+s":
        return built(children=_fields(name, values, data_type))
    if code in ("+l", "+m") or code.startswith("+w:"):
        return _lists(name, values, data_type, built)
    raise SchemaMismatchError(f"column {name!r}: values of type {data_type} are not made from lists")


def _categories(name: str, values: list[Any], field: Field, buffers: list[Any],
                null_count: int) -> Built:
    _misfit(name, values, (str,), "text")
    known: dict[str, int] = {}
    for value in values:
        if value is not None:
            known.setdefault(value, len(known))
    texts = build_values("", list(known), Field("", DataType("u")))
    indices = array("i", [0 if value is None else known[value] for value in values])
    return Built(field, len(values), null_count, [*buffers, indices], dictionary=texts)


def _text_buffers(name: str, values: list[Any], code: str) -> tuple[array, bytearray]:
    kinds = (str,) if code == "u" else (bytes, bytearray, memoryview, uuid.UUID)
    _misfit(name, values, kinds, "text" if code == "u" else "bytes")
    offsets = array("i", [0])
    whole = bytearray()
    for value in values:
        if value is not None:
            whole += value.encode() if code == "u" else getattr(value, "bytes", value)
        if len(whole) >= 2**31:
            raise SchemaMismatchError(
                f"column {name!r} has more than 2 GiB of text: write it in several batches")
        offsets.append(len(whole))
    return offsets, whole


def _fixed(name: str, values: list[Any], width: int) -> bytearray:
    _misfit(name, values, (bytes, bytearray, memoryview, uuid.UUID), "bytes")
    whole = bytearray()
    for row, value in enumerate(values):
        piece = bytes(width) if value is None else bytes(getattr(value, "bytes", value))
        if len(piece) != width:
            raise SchemaMismatchError(
                f"column {name!r}, row {row}: {len(piece)} bytes, not {width}")
        whole += piece
    return whole


def _decimals(name: str, values: list[Any], code: str) -> bytearray:
    _misfit(name, values, (decimal.Decimal, int), "decimal")
    precision, scale = [int(part) for part in code[2:].split(",")][:2]
    whole = bytearray()
    for row, value in enumerate(values):
        unscaled = decimal.Decimal(0) if value is None else _EXACT.scaleb(
            decimal.Decimal(value), scale)
        if not unscaled.is_finite() or unscaled != unscaled.to_integral_value():
            raise SchemaMismatchError(
                f"column {name!r}, row {row}: {value} does not fit decimal({precision}, {scale})")
        number = int(unscaled)
        if abs(number) >= 10**precision:
            raise SchemaMismatchError(
                f"column {name!r}, row {row}: {value} does not fit decimal({precision}, {scale})")
        whole += number.to_bytes(16, "little", signed=True)
    return whole


def _times(name: str, values: list[Any], code: str) -> array:
    if code == "tdD":
        _misfit(name, values, (datetime.date,), "date")
        return array("i", [0 if value is None else days_of(value) for value in values])
    per_second = {"s": 1, "m": 10**3, "u": 10**6, "n": 10**9}[code[2]]
    if code.startswith("tt"):
        _misfit(name, values, (datetime.time,), "time")
        measure: Any = microseconds_of_time
    elif code.startswith("tD"):
        _misfit(name, values, (datetime.timedelta,), "duration")
        measure = microseconds_of_duration
    else:
        _misfit(name, values, (datetime.datetime,), "timestamp")
        is_instant = bool(code[4:])
        for row, value in enumerate(values):
            if value is not None and (value.tzinfo is not None) != is_instant:
                raise SchemaMismatchError(
                    f"column {name!r}, row {row}: {value} has {'no' if is_instant else 'an'} offset")
        measure = microseconds_of_timestamp
    ticks = []
    for row, value in enumerate(values):
        microseconds = 0 if value is None else measure(value)
        tick, rest = divmod(microseconds * per_second, 10**6)
        if rest:
            raise SchemaMismatchError(f"column {name!r}, row {row}: {value} has a finer fraction "
                                      f"than {DataType(code)}")
        ticks.append(tick)
    return array("i" if code in ("tts", "ttm") else "q", ticks)


def _fields(name: str, values: list[Any], data_type: DataType) -> list[Built]:
    _misfit(name, values, (Mapping,), "mapping")
    known = {child.name for child in data_type.children}
    for row, value in enumerate(values):
        for key in value or ():
            if key not in known:
                raise SchemaMismatchError(f"{name!r}, row {row}: there is no field {key!r}")
    return [build_values(child.name,
                         [None if value is None else value.get(child.name) for value in values],
                         Field(child.name, child.data_type, child.nullable or None in values))
            for child in data_type.children]


def _lists(name: str, values: list[Any], data_type: DataType, built: Any) -> Built:
    code, child = data_type.format, data_type.children[0]
    elements: list[Any] = []
    offsets = array("i", [0])
    width = int(code[3:]) if code.startswith("+w:") else None
    for row, value in enumerate(values):
        if isinstance(value, (str, bytes)):
            raise SchemaMismatchError(f"column {name!r}, row {row}: {value!r} is no list")
        items = value.items() if isinstance(value, Mapping) else value or ()
        if code == "+m":
            keys = [part.name for part in child.data_type.children]
            items = [dict(zip(keys, pair)) for pair in items]
        if width is not None:
            items = [None] * width if value is None else list(items)
            if len(items) != width:
                raise SchemaMismatchError(
                    f"column {name!r}, row {row}: {len(items)} elements, not {width}")
        elements += items
        offsets.append(len(elements))
    inner = build_values(child.name, elements,
                         Field(child.name, child.data_type, child.nullable or width is not None))
    return built(*([] if width is not None else [offsets]), children=[inner])


def inferred_type(name: str, values: Sequence[Any]) -> DataType:
    """The type that holds all of some values.

    Raises:
        SchemaMismatchError: There is none.
    """
    kinds = {type(value) for value in values if value is not None}
    kinds = {_base(kind) for kind in kinds}
    if not kinds:
        return DataType("n")
    if kinds == {bool}:
        return DataType("b")
    if kinds == {int}:
        return _integer_type(name, values)
    if kinds <= {int, float}:
        return DataType("g")
    if kinds <= {int, decimal.Decimal}:
        return _decimal_type(name, values)
    simple = {str: "u", bytes: "z", uuid.UUID: "w:16", datetime.date: "tdD",
              datetime.time: "ttu", datetime.timedelta: "tDu"}
    if len(kinds) == 1:
        kind = next(iter(kinds))
        if kind in simple:
            return DataType(simple[kind])
        if kind is datetime.datetime:
            is_instant = any(value is not None and value.tzinfo is not None for value in values)
            return DataType("tsu:UTC" if is_instant else "tsu:")
        if kind is dict:
            names = dict.fromkeys(key for value in values if value is not None for key in value)
            return DataType("+s", tuple(
                Field(str(key), inferred_type(f"{name}.{key}", [
                    plain_value(value.get(key)) for value in values if value is not None]))
                for key in names))
        if kind is list:
            elements = [plain_value(item) for value in values if value is not None
                        for item in value]
            return DataType("+l", (Field("item", inferred_type(f"{name}[]", elements)),))
    shown = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise SchemaMismatchError(
        f"column {name!r} holds values of {shown}: give a schema, or values of one type")


def _base(kind: type) -> type:
    # Beware of the order: a bool is an int, a datetime is a date.
    for base in (bool, int, float, str, decimal.Decimal, datetime.datetime, datetime.date,
                 datetime.time, datetime.timedelta, uuid.UUID):
        if issubclass(kind, base):
            return base
    if issubclass(kind, (bytes, bytearray, memoryview)):
        return bytes
    if issubclass(kind, Mapping):
        return dict
    if issubclass(kind, (list, tuple)) or kind.__name__ == "ndarray":
        return list
    return kind


def _integer_type(name: str, values: Sequence[Any]) -> DataType:
    there = [value for value in values if value is not None]
    low, high = min(there), max(there)
    if -2**63 <= low and high < 2**63:
        return DataType("l")
    if low >= 0 and high < 2**64:
        return DataType("L")
    return _decimal_type(name, values)


def _decimal_type(name: str, values: Sequence[Any]) -> DataType:
    whole = scale = 0
    for value in values:
        if value is None:
            continue
        number = decimal.Decimal(value)
        if not number.is_finite():
            raise SchemaMismatchError(f"column {name!r} holds {number}, which is no decimal")
        _, digits, exponent = number.as_tuple()
        scale = max(scale, -int(exponent))
        whole = max(whole, len(digits) + int(exponent))
    precision = max(1, whole + scale)
    if precision > _MOST_DIGITS:
        raise SchemaMismatchError(f"column {name!r} needs decimals of {precision} digits; there are "
                                  f"{_MOST_DIGITS}")
    return DataType(f"d:{precision},{scale}")
