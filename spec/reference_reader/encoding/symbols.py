"""encodings.md, "Encodings": 9 symbols."""

from ..cursor import Cursor
from ..limits import LARGE_VALUE
from ..notation import NONE, ceil_div, check


def read_symbols(table, what):
    """encodings.md, Encodings, 9 symbols: the table."""
    cursor = Cursor(table, what, None)
    (count,) = cursor.integers(1, 4)
    check(1 <= count <= 65_536, f"{what}: {count} symbols")
    halves = cursor.take(ceil_div(count, 2))
    check(count % 2 == 0 or halves[-1] >> 4 == 0, f"{what}: padding of the lengths")
    symbols = [cursor.take((halves[i // 2] >> 4 * (i % 2) & 15) + 1) for i in range(count)]
    cursor.end()
    return symbols


def decode_symbols(page, cursor, n, valid, symbols):
    """encodings.md, Encodings, 9 symbols."""
    check(1 <= page["scale"] <= 16, f"{cursor.what}: codes of {page['scale']} bits", cursor.offset)
    least, total = page["base"] & NONE, page["base"] >> 32
    counts = [least + x if v else 0 for v, x in zip(valid, cursor.packed(n, page["width"]))]
    check(sum(counts) == page["auxiliary"], f"{cursor.what}: numbers of codes", cursor.offset)
    cursor.pad(0)
    codes = iter(cursor.packed(page["auxiliary"], page["scale"]))
    values = []
    for count in counts:
        value = b""
        for _ in range(count):
            code = next(codes)
            check(code < len(symbols), f"{cursor.what}: code {code} of {len(symbols)} symbols", cursor.offset)
            value += symbols[code]
        check(len(value) <= LARGE_VALUE, f"{cursor.what}: a value of {len(value)} bytes", cursor.offset)
        values.append(value)
    check(sum(map(len, values)) == total, f"{cursor.what}: decoded bytes", cursor.offset)
    return values
