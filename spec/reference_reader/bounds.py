"""statistics.md: what is known of a run of slots."""

import math
import struct
from dataclasses import dataclass
from decimal import Decimal

from .notation import check, signed
from .schema import BOOL, BYTES, DECIMAL, FLOATS, LENGTHS, UNSIGNED, VALUELESS
from .values import value_of


@dataclass
class Statistics:
    """statistics.md: what is known of a run of slots. Bounds are ints, floats, Decimals or bytes."""
    minimum: object
    maximum: object
    minimum_exact: bool
    maximum_exact: bool
    nulls: int
    nans: int
    ascending: bool
    descending: bool
    entry: int


def bound_of(f, raw, size, what):
    """statistics.md: a bound by type."""
    if f.wide and f.code != DECIMAL:
        check(size <= 16, f"{what}: size of a bound")
        return raw.to_bytes(16, "little")[:size]
    if f.code in FLOATS:
        return struct.unpack("<d", raw.to_bytes(8, "little"))[0]
    if f.code == DECIMAL:
        check(not f.wide or size == 16, f"{what}: size of a bound")
        number = signed(raw, 16 if f.wide else 8)
        return Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -f.second))
    if f.code == BOOL:
        return bool(raw)
    return raw if f.code in UNSIGNED + LENGTHS else signed(raw, 8)


def check_statistics(f, slots, s, what):
    """statistics.md: statistics say nothing untrue of slots."""
    if s is None:
        return
    what = f"statistics of {f.name!r}, {what}, entry {s.entry}"
    present = [x for x in slots if x is not None]
    check(s.nulls is None or s.nulls == len(slots) - len(present), f"{what}: number of nulls")
    if f.code in VALUELESS:
        check(s.minimum is None and s.maximum is None, f"{what}: bounds")
        return
    raw = f.code in BYTES + LENGTHS
    values = [bytes(x) if f.code in BYTES else x if raw else value_of(f, x) for x in present]
    ordered = [x for x in values if x == x]
    check(s.nans is None or s.nans == len(values) - len(ordered), f"{what}: number of NaNs")
    for bound, exact, bounds, zero in ((s.minimum, s.minimum_exact, lambda a, b: a <= b, -1.0),
                                       (s.maximum, s.maximum_exact, lambda a, b: a >= b, 1.0)):
        if bound is None:
            continue
        check(all(bounds(bound, x) for x in ordered), f"{what}: bound {bound!r}")
        check(not exact or bound in ordered, f"{what}: {bound!r} is said to be exact")
        check(f.code not in FLOATS or bound != 0 or math.copysign(1.0, bound) == zero, f"{what}: sign of zero")
    nan_last = all(x == x for x in values[:len(ordered)])
    check(not s.ascending or nan_last and all(a <= b for a, b in zip(ordered, ordered[1:])), f"{what}: ascending")
    check(not s.descending or nan_last and all(a >= b for a, b in zip(ordered, ordered[1:])), f"{what}: descending")
