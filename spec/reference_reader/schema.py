"""types.md, and file.md, "Fields": the types and the fields of a schema."""

import re
from dataclasses import dataclass, field as member

from .notation import check

(NULL, BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT16, FLOAT32, FLOAT64, DECIMAL,
 DATE, TIME, TIMESTAMP, DURATION, STRING, CATEGORICAL, BINARY, FIXED_BINARY, LIST, FIXED_LIST, STRUCT,
 MAP) = range(26)

SIMPLE_NAMES = {NULL: "null", BOOL: "bool", INT8: "int8", INT16: "int16", INT32: "int32", INT64: "int64",
                UINT8: "uint8", UINT16: "uint16", UINT32: "uint32", UINT64: "uint64", FLOAT16: "float16",
                FLOAT32: "float32", FLOAT64: "float64", DATE: "date", STRING: "string", BINARY: "binary"}
WIDTHS = {INT8: 1, INT16: 2, INT32: 4, INT64: 8, UINT8: 1, UINT16: 2, UINT32: 4, UINT64: 8, FLOAT16: 2,
          FLOAT32: 4, FLOAT64: 8, DATE: 4, TIMESTAMP: 8, DURATION: 8}
FLOATS = {FLOAT16: ("<e", 2), FLOAT32: ("<f", 4), FLOAT64: ("<d", 8)}
UNITS = ("s", "ms", "us", "ns")
UNSIGNED = (UINT8, UINT16, UINT32, UINT64)
VARIABLE = (STRING, CATEGORICAL, BINARY)
BYTES = VARIABLE + (FIXED_BINARY,)
LENGTHS = (LIST, MAP)
VALUELESS = (NULL, STRUCT, FIXED_LIST)
INTEGERS = (INT8, INT16, INT32, INT64, *UNSIGNED, DECIMAL, DATE, TIME, TIMESTAMP, DURATION)


@dataclass
class Field:
    """file.md, Fields, and types.md: one field of the schema."""
    index: int
    name: str
    code: int
    nullable: bool
    encrypted: bool
    row_ids: bool
    ordered: bool
    id: int
    parent: int
    first: int
    second: int
    offset: int
    children: list = member(default_factory=list)
    metadata: dict = member(default_factory=dict)
    zone: str = None

    @property
    def known(self):
        return self.code <= MAP

    @property
    def unit(self):
        return self.first & 3

    @property
    def width(self):
        """types.md: bytes of a value of fixed width in its layout; None where there is none."""
        if self.code == DECIMAL:
            return 8 if self.first <= 18 else 16
        if self.code == TIME:
            return 4 if self.unit < 2 else 8
        if self.code == FIXED_BINARY:
            return self.first
        return WIDTHS.get(self.code)

    @property
    def wide(self):
        """statistics.md: whether its statistics are wide."""
        return self.code in BYTES or self.code == DECIMAL and self.first > 18

    @property
    def type(self):
        """types.md, Text form."""
        code = self.code
        if code in SIMPLE_NAMES:
            return SIMPLE_NAMES[code]
        if code == DECIMAL:
            return f"decimal({self.first}, {self.second})"
        if code == TIMESTAMP and self.zone is not None:
            return f"timestamp({UNITS[self.unit]}, '{self.zone}')"
        if code in (TIME, TIMESTAMP, DURATION):
            return {TIME: "time", TIMESTAMP: "timestamp", DURATION: "duration"}[code] + f"({UNITS[self.unit]})"
        if code == CATEGORICAL:
            return "categorical(ordered)" if self.ordered else "categorical"
        if code == FIXED_BINARY:
            return f"binary({self.first})"
        if code in (LIST, FIXED_LIST):
            size = f", {self.first}" if code == FIXED_LIST else ""
            return f"list<{self.children[0].nullable_type}{size}>"
        if code == STRUCT:
            return "struct<" + ", ".join(f"{quoted(c.name)}: {c.nullable_type}" for c in self.children) + ">"
        if code == MAP:
            key, value = self.children[0].children
            return f"map<{key.type}, {value.nullable_type}>"
        return f"unknown({code})"

    @property
    def nullable_type(self):
        return self.type if self.nullable else self.type + " not null"

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


def quoted(name):
    """types.md, Text form: a name in a schema."""
    if re.fullmatch("[A-Za-z0-9_\\x80-\\U0010FFFF]+", name):
        return name
    return '"' + name.replace('"', '""') + '"'


def check_type(f):
    """types.md: parameters and children of a known type."""
    at, code = f.offset, f.code
    count = len(f.children)
    if code == DECIMAL:
        check(1 <= f.first <= 38 and f.second <= f.first, f"{f.name}: decimal({f.first}, {f.second})", at)
    if code in (TIME, DURATION):
        check(f.first <= 3, f"{f.name}: unknown unit {f.first}", at)
    if code == TIMESTAMP:
        check(f.first <= 7, f"{f.name}: unknown unit {f.first}", at)
    if code in (FIXED_BINARY, FIXED_LIST):
        check(1 <= f.first <= 1 << 20, f"{f.name}: size {f.first} out of range", at)
    if code in (LIST, FIXED_LIST):
        check(count == 1, f"{f.name}: a list has one child, not {count}", at)
    elif code == MAP:
        check(count == 1 and f.children[0].code == STRUCT and len(f.children[0].children) == 2,
              f"{f.name}: a map has one child, a struct of key and value", at)
    elif code != STRUCT:
        check(count == 0, f"{f.name}: a {f.type} has no children", at)


def schema_json(f):
    result = {"name": f.name, "type": f.type, "nullable": f.nullable, "id": f.id}
    if f.metadata:
        result["metadata"] = {k: v if isinstance(v, str) else v.hex() for k, v in f.metadata.items()}
    return result
