"""statistics.md, "Bloom filters"."""

import struct

from .checksums import xxh64
from .notation import NONE, unsigned
from .schema import DECIMAL, FLOAT16, FLOAT32, FLOAT64, FLOATS
from .values import value_of

SALTS = [int(s, 16) for s in ("47b6137b 44974d91 8824ad5b a2b7289d 705495c7 2df1424b 9efc4947 5c6bfb31").split()]


class BloomFilter:
    """statistics.md, Bloom filters."""

    def __init__(self, f, data):
        self.field, self.data = f, data

    def may_contain_raw(self, raw):
        """`raw` as decoded: bytes, or the bits as an unsigned integer."""
        value_hash = xxh64(bloom_bytes(self.field, raw))
        block = (value_hash >> 32) * (len(self.data) // 32) >> 32
        low = value_hash & NONE
        return all(unsigned(self.data, block * 32 + 4 * i, 4) >> ((low * salt & NONE) >> 27) & 1
                   for i, salt in enumerate(SALTS))

    def may_contain(self, value):
        """`value` as the reader hands it out."""
        return self.may_contain_raw(raw_of(self.field, value))


def raw_of(f, value):
    """The inverse of value_of for a value that is not null."""
    if f.code in FLOATS:
        return unsigned(struct.pack(FLOATS[f.code][0], value), 0, f.width)
    if f.code == DECIMAL:
        value = int(value.scaleb(f.second))
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    return int(value) & (1 << 8 * (f.width or 1)) - 1


def bloom_bytes(f, raw):
    """statistics.md, Bloom filters: the bytes that are hashed."""
    if f.code in FLOATS:
        value = value_of(f, raw)
        if value != value:
            raw = {FLOAT16: 0x7E00, FLOAT32: 0x7FC00000, FLOAT64: 0x7FF8000000000000}[f.code]
        elif value == 0:
            raw = 0
    return raw if isinstance(raw, bytes) else raw.to_bytes(f.width or 1, "little")
