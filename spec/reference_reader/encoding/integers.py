"""encodings.md, "Encodings": 3 packed with its patches, 4 delta."""

from ..notation import NONE, ceil_div, check, signed
from ..schema import LENGTHS
from .codes import layout_width


def decode_packed(f, page, cursor, n):
    """encodings.md, Encodings, 3 packed."""
    width = layout_width(f)
    mask = (1 << 8 * width) - 1
    base = page["base"] & NONE if f.code in LENGTHS else page["base"]
    base = signed(base, 8) if width == 16 else base
    values = [base + x & mask for x in cursor.packed(n, page["width"])]
    patch(page, cursor, values, width)
    return values


def patch(page, cursor, values, width):
    """encodings.md, Encodings, 3 packed: the patches behind packed integers."""
    n = len(values)
    patches = page["auxiliary"]
    if patches:
        check(page["frameShift"] == 255, f"{cursor.what}: patches in frames", cursor.offset)
        check(width <= 8, f"{cursor.what}: patches of 16-byte values", cursor.offset)
        cursor.pad(0)
        slots = cursor.integers(patches, 4)
        cursor.pad(0)
        check(all(a < b for a, b in zip(slots, slots[1:] + [n])), f"{cursor.what}: slots of patches",
              cursor.offset)
        for slot, value in zip(slots, cursor.integers(patches, width)):
            values[slot] = value


def decode_delta(f, page, cursor, n):
    """encodings.md, Encodings, 4 delta."""
    mask = (1 << 64) - 1
    firsts = cursor.integers(ceil_div(n, 1024), 8)
    values = []
    for i, delta in enumerate(cursor.packed(n, page["width"])):
        values.append(firsts[i // 1024] if i % 1024 == 0 else values[-1] + page["base"] + delta & mask)
    return [value & (1 << 8 * f.width) - 1 for value in values]
