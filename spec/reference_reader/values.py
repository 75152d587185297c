"""types.md, "In memory": what the bits of a slot mean, and how values are handed out."""

import math
import struct
from decimal import Decimal

from .notation import check, signed, text
from .schema import (BINARY, BOOL, CATEGORICAL, DECIMAL, FIXED_BINARY, FLOATS, NULL, STRING, TIME,
                     UNSIGNED)


def value_of(f, raw):
    """types.md: the Python value of a slot. `raw` is None, bytes, or the bits as an unsigned integer."""
    code = f.code
    if raw is None or code == NULL:
        return None
    if code == BOOL:
        return bool(raw)
    if code in FLOATS:
        form, width = FLOATS[code]
        return struct.unpack(form, raw.to_bytes(width, "little"))[0]
    if code == DECIMAL:
        number = signed(raw, f.width)
        check(abs(number) < 10 ** f.first, f"{f.name}: {number} is outside {f.type}")
        return Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -f.second))
    if code == TIME:
        ticks = signed(raw, f.width)
        check(0 <= ticks < 86_400 * 1000 ** f.unit, f"{f.name}: time {ticks} is outside a day")
        return ticks
    if code in (STRING, CATEGORICAL):
        return text(raw, f.name)
    if code in (BINARY, FIXED_BINARY):
        return bytes(raw)
    return raw if code in UNSIGNED else signed(raw, f.width)


def float_bits_of(f, raw):
    """Like value_of, but floats as the integer of their bits."""
    return raw if f.code in FLOATS else value_of(f, raw)


def expected_of(f, raw):
    """Like value_of, as exact JSON: float bits and bytes in hexadecimal, decimals as strings."""
    value = value_of(f, raw)
    if value is None:
        return None
    if f.code in FLOATS:
        return f"{raw:0{2 * f.width}x}"
    if f.code == DECIMAL:
        return format(value, "f")
    return value.hex() if isinstance(value, bytes) else value


def plain_of(f, raw):
    """Like value_of, as JSON to look at."""
    value = value_of(f, raw)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.hex() if isinstance(value, bytes) else value
