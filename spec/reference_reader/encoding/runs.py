"""encodings.md, "Encodings": 5 run-length, 6 dictionary."""

from ..notation import check
from ..schema import BOOL, FIXED_BINARY, VARIABLE
from .codes import F_RUN_CODES


def decode_runs(f, page, cursor, n, dictionary):
    """encodings.md, Encodings, 5 run-length. Codes that no valid slot may have come out as None."""
    start, runs = cursor.at, page["auxiliary"]
    ends = cursor.integers(runs, 4)
    check(all(a < b for a, b in zip([0] + ends, ends)) and (ends or [0])[-1] == n,
          f"{cursor.what}: ends of runs", cursor.offset)
    cursor.pad(start)
    if page["flags"] & F_RUN_CODES:
        values = [look_up(code, dictionary) for code in cursor.integers(runs, 4)]
    else:
        check(f.code not in VARIABLE, f"{cursor.what}: runs of text or binary values", cursor.offset)
        if f.code == FIXED_BINARY:
            values = [cursor.take(f.width) for _ in range(runs)]
        else:
            values = cursor.integers(runs, 1 if f.code == BOOL else f.width)
        check(f.code != BOOL or all(v <= 1 for v in values), f"{cursor.what}: a bool above 1", cursor.offset)
    return [value for a, b, value in zip([0] + ends, ends, values) for _ in range(b - a)]


def look_up(code, dictionary):
    return dictionary[code] if code < len(dictionary) else None
