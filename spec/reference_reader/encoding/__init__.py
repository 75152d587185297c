"""encodings.md, "Encodings": values of n slots, as unsigned integers of their bits or as bytes.

What is decoded for a null slot is of no meaning; the page's validity is laid over it afterwards.
"""

from .codes import (E_CONSTANT, E_DECIMAL, E_DELTA, E_PACKED, E_PLAIN, E_REFERENCE, E_RUNS, E_SPLIT,
                    E_SYMBOLS)
from .floats import decode_decimal, decode_split
from .integers import decode_delta, decode_packed
from .plain import decode_constant, decode_plain
from .reference import decode_reference
from .runs import decode_runs, look_up
from .symbols import decode_symbols


def decode_values(f, page, cursor, n, valid, dictionary, large_value, reference, symbols):
    """encodings.md, Encodings."""
    encoding = page["encoding"]
    if encoding == E_PLAIN:
        return decode_plain(f, page, cursor, n, valid, large_value)
    if encoding == E_CONSTANT:
        return decode_constant(f, page, cursor, n)
    if encoding == E_PACKED:
        return decode_packed(f, page, cursor, n)
    if encoding == E_DECIMAL:
        return decode_decimal(f, page, cursor, n)
    if encoding == E_REFERENCE:
        return decode_reference(f, page, cursor, n, reference)
    if encoding == E_SPLIT:
        return decode_split(f, page, cursor, n)
    if encoding == E_SYMBOLS:
        return decode_symbols(page, cursor, n, valid, symbols)
    if encoding == E_DELTA:
        return decode_delta(f, page, cursor, n)
    if encoding == E_RUNS:
        return decode_runs(f, page, cursor, n, dictionary)
    return [look_up(code, dictionary) for code in cursor.packed(n, page["width"])]
