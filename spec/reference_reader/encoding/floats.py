"""encodings.md, "Encodings": 7 decimal, 8 split."""

import struct

from ..notation import check, signed, unsigned
from ..schema import FLOATS
from .codes import F_PRODUCTS
from .integers import patch


def decode_decimal(f, page, cursor, n):
    """encodings.md, Encodings, 7 decimal."""
    check(page["scale"] <= 18, f"{cursor.what}: scale {page['scale']}", cursor.offset)
    values = [decimal_bits(f, page["base"] + x, page["scale"], page) for x in cursor.packed(n, page["width"])]
    patch(page, cursor, values, f.width)
    return values


def decimal_bits(f, integer, scale, page):
    """encodings.md, Encodings, 7 decimal: the bits of the float that an integer of 64 bits stands for."""
    form, width = FLOATS[f.code]
    whole = float(signed(integer, 8))
    decimal = whole * float(f"1e-{scale}") if page["flags"] & F_PRODUCTS else whole / float(10 ** scale)
    return unsigned(struct.pack(form, decimal), 0, width)


def decode_split(f, page, cursor, n):
    """encodings.md, Encodings, 8 split: the planes of a frame, then its low bytes."""
    planes = [cursor.take(n) for _ in range(page["auxiliary"])]
    values = []
    for i, low in enumerate(cursor.integers(n, f.width - len(planes))):
        x = low
        for p, plane in enumerate(planes):
            x |= plane[i] << 8 * (f.width - 1 - p)
        values.append(x >> 1 | (x & 1) << 8 * f.width - 1)
    return values
