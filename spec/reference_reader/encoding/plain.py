"""encodings.md, "Encodings": 1 plain, 2 constant."""

from ..limits import LARGE_VALUE
from ..notation import check, unsigned
from ..schema import BOOL, FIXED_BINARY, FLOATS, INTEGERS, LENGTHS, VARIABLE
from .codes import layout_width


def decode_plain(f, page, cursor, n, valid, large_value):
    """encodings.md, Encodings, 1 plain."""
    if f.code == BOOL:
        return cursor.bitmap(n)
    if f.code == FIXED_BINARY:
        return [cursor.take(f.width) for _ in range(n)]
    if f.code not in VARIABLE:
        return cursor.integers(n, f.width)
    large = page["large"]
    lengths = [page["base"] + x & (1 << 64) - 1 for x in cursor.packed(n, page["width"])]
    values = []
    for i, length in enumerate(lengths):
        if not valid[i]:
            values.append(None)
        elif large is not None and large[i]:
            check(length == 24, f"{cursor.what}: reference of {length} bytes", cursor.offset)
            values.append(large_value(cursor.take(24)))
        else:
            check(length <= LARGE_VALUE, f"{cursor.what}: a value of {length} bytes in a frame", cursor.offset)
            values.append(cursor.take(length))
    return values


def decode_constant(f, page, cursor, n):
    """encodings.md, Encodings, 2 constant."""
    width = layout_width(f)
    if f.code == BOOL:
        check(page["base"] <= 1, f"{cursor.what}: a bool of {page['base']}", cursor.offset)
        return [page["base"]] * n
    if f.code in INTEGERS + LENGTHS + tuple(FLOATS) and width <= 8:
        return [page["base"] & (1 << 8 * width) - 1] * n
    if f.code in VARIABLE:
        check(len(cursor.data) <= LARGE_VALUE, f"{cursor.what}: constant too large", cursor.offset)
        return [cursor.take(len(cursor.data))] * n
    if f.code == FIXED_BINARY and width <= 8:
        return [page["base"].to_bytes(8, "little")[:width]] * n
    value = cursor.take(width)
    return [value if f.code == FIXED_BINARY else unsigned(value, 0, width)] * n
