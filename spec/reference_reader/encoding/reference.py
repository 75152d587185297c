"""encodings.md, "Encodings": 10 reference."""

import struct

from ..notation import check, signed
from ..schema import FLOATS, INTEGERS, UNSIGNED
from .codes import F_MULTIPLES
from .floats import decimal_bits
from .integers import patch


def reference_integer(f, x, scale):
    """encodings.md, Encodings, 10 reference: the integer of a slot of the reference, modulo 2^64.

    `x` are the bits of its value, or None for null.
    """
    if x is None:
        return 0
    if f.code in INTEGERS:
        return x if f.code in UNSIGNED else signed(x, f.width)
    form, width = FLOATS[f.code]
    product = struct.unpack(form, x.to_bytes(width, "little"))[0] * float(10 ** scale)
    # Python rounds ties to even as well.
    return round(product) if abs(product) < 1 << 50 else 0


def decode_reference(f, page, cursor, n, reference):
    """encodings.md, Encodings, 10 reference. `reference` is its field and the slots of this part."""
    other, slots = reference
    own_scale, other_scale = page["scale"] & 15, page["scale"] >> 4
    check(own_scale == 0 or f.code in FLOATS, f"{cursor.what}: scale of integers", cursor.offset)
    check(other_scale == 0 or other.code in FLOATS, f"{cursor.what}: scale of a reference's integers",
          cursor.offset)
    values = []
    for x, slot in zip(cursor.packed(n, page["width"]), slots, strict=True):
        r, d = reference_integer(other, slot, other_scale), page["base"] + x
        integer = (r * d if page["flags"] & F_MULTIPLES else r + d) & (1 << 64) - 1
        values.append(decimal_bits(f, integer, own_scale, page) if f.code in FLOATS
                      else integer & (1 << 8 * f.width) - 1)
    patch(page, cursor, values, f.width)
    return values
