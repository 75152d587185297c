"""encodings.md, "Encodings": codes, page flags, and which type may have which encoding."""

from ..schema import BOOL, FLOAT32, FLOAT64, FLOATS, INTEGERS, LENGTHS, VALUELESS, VARIABLE

E_NONE, E_PLAIN, E_CONSTANT, E_PACKED, E_DELTA, E_RUNS, E_DICTIONARY, E_DECIMAL = range(8)
E_SPLIT, E_SYMBOLS, E_REFERENCE = 8, 9, 10
ENCODINGS = {E_NONE: "none", E_PLAIN: "plain", E_CONSTANT: "constant", E_PACKED: "packed", E_DELTA: "delta",
             E_RUNS: "run-length", E_DICTIONARY: "dictionary", E_DECIMAL: "decimal", E_SPLIT: "split",
             E_SYMBOLS: "symbols", E_REFERENCE: "reference"}

F_FRAME_VALIDITY, F_CHUNK_VALIDITY, F_SHORT_ENDS, F_RUN_CODES, F_LARGE, F_MULTIPLES, F_PRODUCTS = (
    1, 2, 4, 8, 16, 32, 64)


def layout_width(f):
    """Bytes of what a page of `f` holds a slot: lengths are u32."""
    return 4 if f.code in LENGTHS else f.width


def encodings_for(f):
    """encodings.md, Encodings: column "for"."""
    if f.code in VALUELESS:
        return (E_NONE,)
    if f.code in LENGTHS:
        return (E_NONE, E_CONSTANT, E_PACKED)
    if f.code == BOOL:
        return (E_NONE, E_PLAIN, E_CONSTANT, E_RUNS)
    if f.code in VARIABLE:
        return (E_NONE, E_PLAIN, E_CONSTANT, E_RUNS, E_DICTIONARY, E_SYMBOLS)
    if f.code in INTEGERS:
        narrow = (E_DELTA, E_REFERENCE) if f.width <= 8 else ()
        return (E_NONE, E_PLAIN, E_CONSTANT, E_PACKED, E_RUNS, E_DICTIONARY) + narrow
    decimal = (E_DECIMAL, E_REFERENCE) if f.code in (FLOAT32, FLOAT64) else ()
    split = (E_SPLIT,) if f.code in FLOATS else ()
    return (E_NONE, E_PLAIN, E_CONSTANT, E_RUNS, E_DICTIONARY) + decimal + split
