"""From Arrow's memory to Python's own values, with nothing but the standard library.

What Python's type cannot hold (nanoseconds, years beyond 9999) comes as the text of the value.
"""

from __future__ import annotations

import ctypes
import datetime
import decimal
import struct
from collections.abc import Callable
from typing import Any

from .errors import UnsupportedFeatureError
from .structures import ArrowArray, ArrowSchema
from .temporal import date_value, duration_value, time_value, timestamp_value

_CODES = {"c": "b", "C": "B", "s": "h", "S": "H", "i": "i", "I": "I", "l": "q", "L": "Q",
          "f": "f", "g": "d"}
_SIZES = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "q": 8, "Q": 8, "f": 4, "d": 8}
_DECIMALS = decimal.Context(prec=80)
_UNITS = {"s": 1, "m": 1_000, "u": 1_000_000, "n": 1_000_000_000}


def _memory(address: int | None, offset: int, count: int) -> memoryview:
    if count == 0 or not address:
        return memoryview(bytes(count))
    return memoryview((ctypes.c_ubyte * count).from_address(address + offset)).cast("B")


def _numbers(array: ArrowArray, index: int, code: str, first: int, count: int) -> list:
    size = _SIZES[code]
    return _memory(array.buffers[index], first * size, count * size).cast(code).tolist()


def bits(address: int | None, first: int, count: int) -> list[bool]:
    """The bits `first` ..< `first + count` at an address, lowest first."""
    memory = _memory(address, first // 8, (first + count + 7) // 8 - first // 8)
    shift = first % 8
    return [bool(memory[(shift + index) >> 3] >> ((shift + index) & 7) & 1)
            for index in range(count)]


def decode(schema: ArrowSchema, array: ArrowArray, first: int, count: int) -> list[Any]:
    """The values `first` ..< `first + count` of an array; None where one is missing.

    Raises:
        UnsupportedFeatureError: The type is one that the engine never hands out.

    Complexity: O(values).
    """
    code = (schema.format or b"").decode()
    start = array.offset + first
    if code == "n":
        return [None] * count
    if schema.dictionary:
        texts = decode(schema.dictionary.contents, array.dictionary.contents, 0,
                       array.dictionary.contents.length)
        indices = _numbers(array, 1, _CODES[code], start, count)
        # The index of a missing value is any number.
        values = [texts[index] if 0 <= index < len(texts) else None for index in indices]
    else:
        values = _decoder(code)(schema, array, start, count)
    if array.null_count != 0 and array.n_buffers > 0 and array.buffers[0]:
        valid = bits(array.buffers[0], start, count)
        values = [value if is_valid else None for value, is_valid in zip(values, valid)]
    return values


_Decoder = Callable[[ArrowSchema, ArrowArray, int, int], list]


def _decoder(code: str) -> _Decoder:
    head = code.partition(":")[0]
    if code in _CODES:
        return lambda schema, array, start, count: _numbers(array, 1, _CODES[code], start, count)
    if code == "b":
        return lambda schema, array, start, count: bits(array.buffers[1], start, count)
    if code == "e":
        return lambda schema, array, start, count: list(struct.unpack(
            f"<{count}e", _memory(array.buffers[1], start * 2, count * 2)))
    if head in _BY_HEAD:
        return _BY_HEAD[head]
    if head[:2] in ("tt", "ts", "tD", "td"):
        return _temporal
    raise UnsupportedFeatureError(f"values of Arrow's format '{code}' are not read")


def _text(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    is_text = schema.format in (b"u", b"U")
    offsets = _numbers(array, 1, "i" if schema.format in (b"u", b"z") else "q", start, count + 1)
    base = offsets[0]
    whole = _memory(array.buffers[2], base, offsets[-1] - base).tobytes()
    pieces = [whole[one - base:two - base] for one, two in zip(offsets, offsets[1:])]
    return [piece.decode("utf-8", "replace") for piece in pieces] if is_text else pieces


def _views(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    is_text = schema.format == b"vu"
    memory = _memory(array.buffers[1], start * 16, count * 16)
    valid = None
    if array.null_count != 0 and array.buffers[0]:
        valid = bits(array.buffers[0], start, count)
    found: list[Any] = []
    for index in range(count):
        if valid is not None and not valid[index]:
            found.append(None)
            continue
        view = memory[index * 16:index * 16 + 16]
        length = int.from_bytes(view[:4], "little")
        if length <= 12:
            piece = view[4:4 + length].tobytes()
        else:
            _, _, buffer, offset = struct.unpack("<i4sii", view)
            piece = _memory(array.buffers[2 + buffer], offset, length).tobytes()
        found.append(piece.decode("utf-8", "replace") if is_text else piece)
    return found


def _fixed_binary(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    width = int(schema.format[2:])
    whole = _memory(array.buffers[1], start * width, count * width).tobytes()
    return [whole[index * width:(index + 1) * width] for index in range(count)]


def _decimal(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    parameters = [int(part) for part in schema.format[2:].split(b",")]
    scale = parameters[1]
    width = (parameters[2] if len(parameters) > 2 else 128) // 8
    whole = _memory(array.buffers[1], start * width, count * width).tobytes()
    return [_DECIMALS.scaleb(decimal.Decimal(int.from_bytes(
        whole[index * width:(index + 1) * width], "little", signed=True)), -scale)
        for index in range(count)]


def _temporal(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    code = schema.format.decode()
    if code == "tdD":
        return [date_value(day) for day in _numbers(array, 1, "i", start, count)]
    if code == "tdm":
        return [date_value(ticks // 86_400_000) for ticks in _numbers(array, 1, "q", start, count)]
    unit = _UNITS[code[2]]
    if code.startswith("tt"):
        ticks = _numbers(array, 1, "i" if code[2] in "sm" else "q", start, count)
        return [time_value(tick, unit) for tick in ticks]
    ticks = _numbers(array, 1, "q", start, count)
    if code.startswith("tD"):
        return [duration_value(tick, unit) for tick in ticks]
    zone = datetime.timezone.utc if code[4:] else None
    return [timestamp_value(tick, unit, zone) for tick in ticks]


def _list(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    offsets = _numbers(array, 1, "i" if schema.format == b"+l" else "q", start, count + 1)
    values = decode(schema.children[0].contents, array.children[0].contents, offsets[0],
                    offsets[-1] - offsets[0])
    base = offsets[0]
    return [values[one - base:two - base] for one, two in zip(offsets, offsets[1:])]


def _list_views(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    code = "i" if schema.format == b"+vl" else "q"
    starts = _numbers(array, 1, code, start, count)
    lengths = _numbers(array, 2, code, start, count)
    child_schema, child = schema.children[0].contents, array.children[0].contents
    return [decode(child_schema, child, one, length) for one, length in zip(starts, lengths)]


def _fixed_list(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    width = int(schema.format[3:])
    values = decode(schema.children[0].contents, array.children[0].contents, start * width,
                    count * width)
    return [values[index * width:(index + 1) * width] for index in range(count)]


def _struct(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    names = [(schema.children[index].contents.name or b"").decode("utf-8", "replace")
             for index in range(schema.n_children)]
    columns = [decode(schema.children[index].contents, array.children[index].contents, start, count)
               for index in range(schema.n_children)]
    if not columns:
        return [{} for _ in range(count)]
    return [dict(zip(names, row)) for row in zip(*columns)]


def _map(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    return [[tuple(entry.values()) for entry in entries]
            for entries in _list_of_entries(schema, array, start, count)]


def _list_of_entries(schema: ArrowSchema, array: ArrowArray, start: int, count: int) -> list:
    offsets = _numbers(array, 1, "i", start, count + 1)
    entries = decode(schema.children[0].contents, array.children[0].contents, offsets[0],
                     offsets[-1] - offsets[0])
    base = offsets[0]
    return [entries[one - base:two - base] for one, two in zip(offsets, offsets[1:])]


_BY_HEAD: dict[str, _Decoder] = {
    "u": _text, "U": _text, "z": _text, "Z": _text, "vu": _views, "vz": _views, "w": _fixed_binary,
    "d": _decimal, "+l": _list, "+L": _list, "+vl": _list_views, "+vL": _list_views,
    "+w": _fixed_list, "+s": _struct, "+m": _map,
}
