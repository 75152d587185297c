"""Between NumPy's arrays and Arrow's memory, without a copy where the layouts agree."""

from __future__ import annotations

import ctypes
from typing import Any

from .building import Built, build_values
from .decoding import bits, decode
from .errors import SchemaMismatchError
from .structures import ArrowArray, ArrowSchema
from .types import DataType, Field

_TYPES = {"c": "i1", "C": "u1", "s": "<i2", "S": "<u2", "i": "<i4", "I": "<u4", "l": "<i8",
          "L": "<u8", "e": "<f2", "f": "<f4", "g": "<f8", "tdD": "<i4"}
_FORMATS = {"i1": "c", "u1": "C", "i2": "s", "u2": "S", "i4": "i", "u4": "I", "i8": "l",
            "u8": "L", "f2": "e", "f4": "f", "f8": "g"}
_UNITS = {"s": "s", "m": "ms", "u": "us", "n": "ns"}
_UNIT_LETTERS = {"s": "s", "ms": "m", "us": "u", "ns": "n"}


# Out

def column_array(schema: ArrowSchema, array: ArrowArray, first: int, count: int,
                 owner: object) -> Any:
    """A column of a batch as an array; see `Batch.to_numpy`."""
    import numpy

    values = _view(schema, array, first, count, owner)
    if values is None:
        listed = decode(schema, array, first, count)
        values = numpy.empty(count, object)
        values[:] = listed
        return values
    if array.null_count == 0 or not array.n_buffers or not array.buffers[0]:
        return values
    mask = ~numpy.array(bits(array.buffers[0], array.offset + first, count), bool)
    if not mask.any():
        return values
    if values.ndim == 2:
        mask = numpy.repeat(mask[:, None], values.shape[1], axis=1)
    return numpy.ma.MaskedArray(values, mask)


def _view(schema: ArrowSchema, array: ArrowArray, first: int, count: int, owner: object) -> Any:
    """The memory of a column of fixed width, or None for others."""
    import numpy

    code = (schema.format or b"").decode()
    start = array.offset + first
    if schema.dictionary:
        return None
    if code == "b":
        return numpy.array(bits(array.buffers[1], start, count), bool)
    if code.startswith("+w:"):
        width = int(code[3:])
        child = array.children[0].contents
        if child.null_count != 0:
            return None
        inner = _view(schema.children[0].contents, child, start * width, count * width, owner)
        return None if inner is None or inner.ndim != 1 else inner.reshape(count, width)
    if code[:2] in ("ts", "tD"):
        return _plain(array, "<i8", start, count, owner).view(
            f"{'M' if code[:2] == 'ts' else 'm'}8[{_UNITS[code[2]]}]")
    if code not in _TYPES:
        return None
    values = _plain(array, _TYPES[code], start, count, owner)
    return values.astype("M8[D]") if code == "tdD" else values


def _plain(array: ArrowArray, kind: str, start: int, count: int, owner: object) -> Any:
    import numpy

    data_type = numpy.dtype(kind)
    size = data_type.itemsize
    if count == 0 or not array.buffers[1]:
        return numpy.zeros(count, data_type)
    memory = (ctypes.c_ubyte * (count * size)).from_address(array.buffers[1] + start * size)
    memory.owner = owner  # The array refers to the memory, and the memory to the batch.
    values = numpy.frombuffer(memory, data_type)
    values.flags.writeable = False
    return values


# In

def build_column(name: str, values: Any) -> Built:
    """A column from an array of one dimension, or two for fixed-size lists.

    Raises:
        SchemaMismatchError: The array's type has no counterpart.
    """
    import numpy

    if values.dtype.names is not None:
        return _structured(name, values)
    mask = numpy.ma.getmaskarray(values) if isinstance(values, numpy.ma.MaskedArray) else None
    plain = numpy.asarray(values)
    if plain.ndim == 0:
        raise SchemaMismatchError(f"column {name!r} is a single value, not an array")
    if plain.ndim > 1:
        return _fixed_lists(name, values)
    kind = plain.dtype.kind
    if kind == "O":
        listed = plain.tolist()
        if mask is not None:
            listed = [None if hidden else value for value, hidden in zip(listed, mask)]
        return build_values(name, listed)
    if kind == "U":
        listed = plain.tolist()
        return build_values(name, _hidden(listed, mask), Field(name, DataType("u")))
    if kind == "S":
        return build_values(name, _hidden(plain.tolist(), mask), Field(name, DataType("z")))
    if kind in "mM":
        plain, code, missing = _temporal(name, plain)
        mask = missing if mask is None else mask | missing
    elif kind == "b":
        code = "b"
        plain = numpy.packbits(plain, bitorder="little")
    else:
        if plain.dtype.kind not in "iuf" or plain.dtype.itemsize > 8:
            raise SchemaMismatchError(
                f"column {name!r} has NumPy's type {plain.dtype}, which has no counterpart")
        plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
        code = _FORMATS[f"{plain.dtype.kind}{plain.dtype.itemsize}"]
    memory = numpy.ascontiguousarray(plain)
    validity = null_count = None
    if mask is not None and mask.any():
        validity, null_count = _packed(~mask), int(mask.sum())
    return Built(Field(name, DataType(code)), len(values), null_count or 0, [validity, memory])


def _hidden(listed: list, mask: Any) -> list:
    return listed if mask is None else [
        None if hidden else value for value, hidden in zip(listed, mask)]


def _packed(valid: Any) -> Any:
    import numpy

    return numpy.packbits(valid, bitorder="little")


def _temporal(name: str, values: Any) -> tuple[Any, str, Any]:
    import numpy

    unit, step = numpy.datetime_data(values.dtype)
    is_timestamp = values.dtype.kind == "M"
    missing = numpy.isnat(values)
    if step != 1 or unit not in (*_UNIT_LETTERS, "D", "h", "m"):
        raise SchemaMismatchError(
            f"column {name!r} has NumPy's type {values.dtype}, which has no counterpart")
    if unit == "D" and is_timestamp:
        days = numpy.where(missing, 0, values.astype("i8"))
        if ((days < -2**31) | (days >= 2**31)).any():
            raise SchemaMismatchError(f"column {name!r} holds dates beyond 32 bits of days")
        return days.astype("<i4"), "tdD", missing
    if unit in ("D", "h", "m"):
        values, unit = values.astype(f"{values.dtype.kind}8[s]"), "s"
    letter = _UNIT_LETTERS[unit]
    ticks = numpy.where(missing, 0, values.astype("<i8"))
    return ticks, f"ts{letter}:" if is_timestamp else f"tD{letter}", missing


def _fixed_lists(name: str, values: Any) -> Built:
    """Arrays of more dimensions are lists of a fixed size of those of one less."""
    import numpy

    count, width = values.shape[0], values.shape[1]
    if width == 0:
        raise SchemaMismatchError(f"column {name!r} has lists of no elements")
    inner = build_column("item", numpy.ma.asanyarray(values).reshape(
        (count * width, *values.shape[2:])) if isinstance(values, numpy.ma.MaskedArray)
        else values.reshape((count * width, *values.shape[2:])))
    return Built(Field(name, DataType(f"+w:{width}", (inner.field,))), count, 0, [None], [inner])


def _structured(name: str, values: Any) -> Built:
    children = [build_column(part, values[part]) for part in values.dtype.names]
    return Built(Field(name, DataType("+s", tuple(child.field for child in children))),
                 len(values), 0, [None], children)


