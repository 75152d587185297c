#!/usr/bin/env python3
"""A reader of the Colonnade format, written from the pages beside it and from nothing else.

It is made to be read next to the specification: its parts stand in the order of the pages, and each
names the section it follows. It checks what the pages demand and prefers clarity to speed.

    python spec/reference_reader.py FILE             the schema, then a JSON object a row
    python spec/reference_reader.py FILE --json      each column as an array of exact values
    python spec/reference_reader.py FILE --dump      every byte of the file, in order, with its meaning
    python spec/reference_reader.py FILE --verify    decodes all, checks statistics and Bloom filters
    python spec/reference_reader.py FILE --root      what the root of a table says, as JSON

Needs Python 3.11 and the module `zstandard`.
"""

import argparse
import json
import math
import re
import struct
import sys
from dataclasses import dataclass, field as member
from decimal import Decimal

import zstandard


class FormatError(Exception):
    """The file is not what the specification says, or needs a reader that knows more."""

    def __init__(self, message, offset=None):
        super().__init__(message if offset is None else f"{message} (at byte {offset})")
        self.message = message
        self.offset = offset


def check(condition, message, offset=None):
    if not condition:
        raise FormatError(message, offset)


# ---------------------------------------------------------------------------------------------------
# README.md, "Notation"

NONE = 0xFFFFFFFF


def unsigned(data, at, size):
    """README.md, Notation: a little-endian unsigned integer."""
    return int.from_bytes(data[at:at + size], "little")


def signed(raw, width):
    """README.md, Notation: the two's complement value of `width` bytes of bits."""
    raw &= (1 << 8 * width) - 1
    return raw - (1 << 8 * width) if raw >> (8 * width - 1) else raw


def ceil_div(a, b):
    return -(-a // b)


def align(position, to):
    return ceil_div(position, to) * to


def bits(data, first, count):
    """README.md, Notation: bits of a byte are counted from the least significant."""
    return [data[i >> 3] >> (i & 7) & 1 for i in range(first, first + count)]


def is_zero(data):
    return not any(data)


# ---------------------------------------------------------------------------------------------------
# file.md, "Checksums", and the XXH64 of "Name slots" and statistics.md, "Bloom filters"

def _crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC32C = _crc32c_table()


def crc32c(data):
    """file.md, Checksums: CRC32C of bytes."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def checksum(file_id, offset, data):
    """file.md, Checksums: the checksum of everything but the header and the tail."""
    return crc32c(bytes(file_id) + offset.to_bytes(8, "little") + bytes(data))


def xxh64(data, seed=0):
    """XXH64 as its own specification has it (github.com/Cyan4973/xxHash, doc/xxhash_spec.md)."""
    mask = 0xFFFFFFFFFFFFFFFF
    p1, p2, p3, p4, p5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                          0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)

    def rotate(x, n):
        return (x << n | x >> 64 - n) & mask

    def step(lane, word):
        return rotate((lane + word * p2) & mask, 31) * p1 & mask

    at, size = 0, len(data)
    if size >= 32:
        lanes = [(seed + p1 + p2) & mask, (seed + p2) & mask, seed & mask, (seed - p1) & mask]
        while at + 32 <= size:
            lanes = [step(lane, unsigned(data, at + 8 * i, 8)) for i, lane in enumerate(lanes)]
            at += 32
        h = sum(rotate(lane, n) for lane, n in zip(lanes, (1, 7, 12, 18))) & mask
        for lane in lanes:
            h = ((h ^ step(0, lane)) * p1 + p4) & mask
    else:
        h = (seed + p5) & mask
    h = (h + size) & mask
    while at + 8 <= size:
        h = (rotate(h ^ step(0, unsigned(data, at, 8)), 27) * p1 + p4) & mask
        at += 8
    if at + 4 <= size:
        h = (rotate(h ^ unsigned(data, at, 4) * p1 & mask, 23) * p2 + p3) & mask
        at += 4
    while at < size:
        h = rotate(h ^ data[at] * p5 & mask, 11) * p1 & mask
        at += 1
    h = (h ^ h >> 33) * p2 & mask
    h = (h ^ h >> 29) * p3 & mask
    return h ^ h >> 32


# ---------------------------------------------------------------------------------------------------
# file.md, "Limits"

MAX_FIELDS = 1_000_000
MAX_DEPTH = 32
MAX_GROUP_ROWS = 1 << 20
MAX_ROW_GROUPS = 1 << 24
MAX_SLOTS = (1 << 32) - 1
MAX_VALUE = 1 << 30
MAX_FRAME = 16 << 20
MAX_DICTIONARY_ENTRIES = 1 << 20
MAX_DICTIONARY_BYTES = 1 << 20
MAX_COMPRESSION_DICTIONARY = 65_536
MAX_METADATA = 16 << 20
LARGE_VALUE = 65_536
READER_VERSION = 0

HEADER_MAGIC = bytes.fromhex("89434C4E0D0A1A0A")
TAIL_MAGIC = bytes.fromhex("434C4E454E440D0A")


class Record:
    """A fixed-size entry: names, offsets and sizes of its fields as the pages' tables state them."""

    def __init__(self, size, *fields):
        self.size = size
        self.fields = fields  # (name, at, size)

    def read(self, data):
        return {name: unsigned(data, at, size) for name, at, size in self.fields}


# ---------------------------------------------------------------------------------------------------
# file.md, "Header", "Tail", "Sections"

HEADER = Record(64, ("magic", 0, 8), ("version", 8, 2), ("minReader", 10, 2), ("zoneShift", 12, 1),
                ("blockShift", 13, 1), ("reserved", 14, 2), ("fileId", 16, 16),
                ("incompatibleFeatures", 32, 8), ("compatibleFeatures", 40, 8), ("reserved", 48, 12),
                ("crc", 60, 4))
TAIL = Record(64, ("tableOffset", 0, 8), ("sectionCount", 8, 4), ("tableChecksum", 12, 4),
              ("fileSize", 16, 8), ("rows", 24, 8), ("fileId", 32, 16), ("reserved", 48, 4),
              ("crc", 52, 4), ("magic", 56, 8))
SECTION = Record(32, ("kind", 0, 2), ("flags", 2, 2), ("stride", 4, 4), ("offset", 8, 8),
                 ("size", 16, 8), ("count", 24, 8))

SUMMARY = Record(64, ("fieldCount", 0, 4), ("topLevelCount", 4, 4), ("rowGroupCount", 8, 4),
                 ("metadataFirst", 12, 4), ("metadataCount", 16, 4), ("writer", 20, 4),
                 ("writerSize", 24, 2), ("flags", 26, 2), ("reserved", 28, 4), ("dataEnd", 32, 8),
                 ("rows", 40, 8), ("reserved", 48, 8), ("reserved", 56, 8))
FIELD = Record(40, ("name", 0, 4), ("nameSize", 4, 2), ("type", 6, 1), ("flags", 7, 1), ("id", 8, 4),
               ("parent", 12, 4), ("first", 16, 4), ("second", 20, 4), ("hash", 24, 4),
               ("firstChild", 28, 4), ("metadataFirst", 32, 4), ("metadataCount", 36, 2),
               ("childCount", 38, 2))
SLOT = Record(4, ("column", 0, 4))
ROW_GROUP = Record(32, ("firstRow", 0, 8), ("rowCount", 8, 4), ("reserved", 12, 4), ("stored", 16, 8),
                   ("decoded", 24, 8))
CHUNK = Record(64, ("firstPage", 0, 4), ("pageShift", 4, 1), ("flags", 5, 1), ("reference", 6, 2),
               ("slots", 8, 8), ("dictionaryEntries", 16, 4), ("dictionaryPage", 20, 4),
               ("statistics", 24, 4), ("bloom", 28, 4), ("validity", 32, 8), ("decoded", 40, 8),
               ("stored", 48, 8), ("largeValues", 56, 8))
PAGE = Record(40, ("offset", 0, 8), ("size", 8, 4), ("encoding", 12, 1), ("codec", 13, 1),
              ("width", 14, 1), ("frameShift", 15, 1), ("base", 16, 8), ("firstSlot", 24, 4),
              ("nulls", 28, 4), ("auxiliary", 32, 4), ("dictionary", 36, 2), ("flags", 38, 1),
              ("scale", 39, 1))
NARROW = Record(32, ("minimum", 0, 8), ("maximum", 8, 8), ("nulls", 16, 6), ("flags", 22, 2),
                ("nans", 24, 6), ("minimumSize", 30, 1), ("maximumSize", 31, 1))
WIDE = Record(48, ("minimum", 0, 16), ("maximum", 16, 16), ("nulls", 32, 6), ("flags", 38, 2),
              ("nans", 40, 6), ("minimumSize", 46, 1), ("maximumSize", 47, 1))
DATA_CHECKSUM = Record(4, ("crc", 0, 4))
COMPRESSION_DICTIONARY = Record(16, ("offset", 0, 8), ("size", 8, 4), ("field", 12, 4))
KEY_VALUE = Record(16, ("key", 0, 4), ("keySize", 4, 4), ("value", 8, 4), ("valueSize", 12, 4))
BLOOM = Record(16, ("offset", 0, 8), ("size", 8, 4), ("reserved", 12, 4))

(K_SUMMARY, K_FIELDS, K_SLOTS, K_HEAP, K_GROUPS, K_CHUNKS, K_PAGES, K_NARROW, K_WIDE, K_CHECKSUMS,
 K_DICTIONARIES, K_METADATA, K_BLOOM) = range(1, 14)

SECTIONS = {K_SUMMARY: ("summary", SUMMARY), K_FIELDS: ("fields", FIELD), K_SLOTS: ("name slots", SLOT),
            K_HEAP: ("heap", None), K_GROUPS: ("row groups", ROW_GROUP), K_CHUNKS: ("chunks", CHUNK),
            K_PAGES: ("pages", PAGE), K_NARROW: ("narrow statistics", NARROW),
            K_WIDE: ("wide statistics", WIDE), K_CHECKSUMS: ("data checksums", DATA_CHECKSUM),
            K_DICTIONARIES: ("compression dictionaries", COMPRESSION_DICTIONARY),
            K_METADATA: ("key-value metadata", KEY_VALUE), K_BLOOM: ("Bloom filters", BLOOM)}

# table.md, Root
CONTENT_SECTIONS = {33: "commit", 34: "partitionings", 35: "sort order", 36: "manifests", 37: "named commits",
                    38: "properties"}

BLOCK = 4096
CONTENT = 4092


class Section:
    """file.md, Sections: a section cut into metadata blocks, each verified before it is used."""

    def __init__(self, file, entry, at):
        self.file = file
        self.kind, self.flags, self.stride = entry["kind"], entry["flags"], entry["stride"]
        self.offset, self.size, self.count = entry["offset"], entry["size"], entry["count"]
        self.known = self.kind in SECTIONS
        self.is_content = 32 <= self.kind <= 63
        self.name, self.record = SECTIONS.get(
            self.kind, (CONTENT_SECTIONS.get(self.kind, f"section {self.kind}"), None))
        self.verified = set()
        check(self.known or self.is_content or not self.flags & 1,
              f"unknown required section {self.kind}", at)
        check(self.offset % 8 == 0, f"{self.name}: offset is no multiple of 8", at + 8)
        if self.kind == K_HEAP or self.is_content:
            check(self.stride == 0, f"{self.name}: stride is not 0", at + 4)
        elif self.known:
            check(self.record.size <= self.stride, f"{self.name}: stride is too small", at + 4)
        if self.stride == 0:
            self.per_block, unit = CONTENT, 1
        else:
            check(4 <= self.stride <= CONTENT, f"{self.name}: stride out of range", at + 4)
            self.per_block, unit = CONTENT // self.stride, self.stride
        self.unit = unit
        blocks = ceil_div(self.count, self.per_block)
        last = (self.count - (blocks - 1) * self.per_block) * unit + 4
        check(self.size == ((blocks - 1) * BLOCK + last if blocks else 0),
              f"{self.name}: size and number of entries disagree", at + 16)

    def position(self, i):
        """The offset in the file of entry `i` (of the heap: of byte `i` of the contents)."""
        return self.offset + i // self.per_block * BLOCK + i % self.per_block * self.unit

    def block(self, index):
        start = self.offset + index * BLOCK
        end = min(start + BLOCK, self.offset + self.size)
        data = self.file.data[start:end]
        if index not in self.verified:
            check(unsigned(data, len(data) - 4, 4) == checksum(self.file.file_id, start, data[:-4]),
                  f"{self.name}: checksum of block {index} does not hold", start)
            self.verified.add(index)
        return data[:-4]

    def raw(self, i):
        check(0 <= i < self.count, f"{self.name}: there is no entry {i}", self.offset)
        at = i % self.per_block * self.unit
        return self.block(i // self.per_block)[at:at + self.unit]

    def entry(self, i):
        return self.record.read(self.raw(i))

    def item(self, position, size):
        """file.md, Sections: an item of the heap."""
        if size == 0:
            return b""
        check(position + size <= self.count, "heap: item outside the heap", self.offset)
        first, at = divmod(position, CONTENT)
        check(at + size <= CONTENT if size <= CONTENT else at == 0, "heap: item crosses a block",
              self.position(position))
        last = (position + size - 1) // CONTENT
        return b"".join(self.block(b) for b in range(first, last + 1))[at:at + size]

    def content(self):
        """file.md, Sections: the bytes of a section of content."""
        return b"".join(self.block(b) for b in range(ceil_div(self.count, CONTENT)))


# ---------------------------------------------------------------------------------------------------
# types.md

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


def text(data, what, offset=None):
    try:
        return bytes(data).decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(f"{what}: no valid UTF-8", offset) from None


def value_of(f, raw):
    """types.md: the Python value of a slot. `raw` is None, bytes, or the bits as an unsigned integer."""
    code = f.code
    if raw is None or code == NULL:
        return None
    if code == BOOL:
        return bool(raw)
    if code in FLOATS:
        form, width = FLOATS[code]
        return struct.unpack(form, raw.to_bytes(width, "little"))[0]
    if code == DECIMAL:
        number = signed(raw, f.width)
        check(abs(number) < 10 ** f.first, f"{f.name}: {number} is outside {f.type}")
        return Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -f.second))
    if code == TIME:
        ticks = signed(raw, f.width)
        check(0 <= ticks < 86_400 * 1000 ** f.unit, f"{f.name}: time {ticks} is outside a day")
        return ticks
    if code in (STRING, CATEGORICAL):
        return text(raw, f.name)
    if code in (BINARY, FIXED_BINARY):
        return bytes(raw)
    return raw if code in UNSIGNED else signed(raw, f.width)


def float_bits_of(f, raw):
    """Like value_of, but floats as the integer of their bits."""
    return raw if f.code in FLOATS else value_of(f, raw)


def expected_of(f, raw):
    """Like value_of, as exact JSON: float bits and bytes in hexadecimal, decimals as strings."""
    value = value_of(f, raw)
    if value is None:
        return None
    if f.code in FLOATS:
        return f"{raw:0{2 * f.width}x}"
    if f.code == DECIMAL:
        return format(value, "f")
    return value.hex() if isinstance(value, bytes) else value


def plain_of(f, raw):
    """Like value_of, as JSON to look at."""
    value = value_of(f, raw)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.hex() if isinstance(value, bytes) else value


# ---------------------------------------------------------------------------------------------------
# encodings.md, "Packed integers"

def packed_size(n, width):
    """encodings.md, Packed integers: bytes of `packed(n, width)`."""
    return n // 1024 * 128 * width + ceil_div(n % 1024 * width, 8)


def unpack(data, n, width):
    """encodings.md, Packed integers: the integers of `packed(n, width)` at the start of `data`."""
    mask = (1 << width) - 1
    lanes, word = (32, 4) if width <= 32 else (16, 8)
    values = []
    for block in range(n // 1024):
        start = block * 128 * width
        run = []
        for lane in range(lanes):
            words = (unsigned(data, start + (k * lanes + lane) * word, word) for k in range(width))
            run.append(sum(w << k * word * 8 for k, w in enumerate(words)))
        values += [run[i % lanes] >> (i // lanes * width) & mask for i in range(1024)]
    rest = int.from_bytes(data[n // 1024 * 128 * width:packed_size(n, width)], "little")
    values += [rest >> j * width & mask for j in range(n % 1024)]
    return values


class Cursor:
    """Takes the parts of a body or frame one after another, never beyond its end."""

    def __init__(self, data, what, offset):
        self.data, self.what, self.offset, self.at = data, what, offset, 0

    def take(self, size):
        check(self.at + size <= len(self.data), f"{self.what}: shorter than its contents", self.offset)
        self.at += size
        return self.data[self.at - size:self.at]

    def pad(self, start):
        """Padding to a multiple of 8 from `start`."""
        check(is_zero(self.take((start - self.at) % 8)), f"{self.what}: padding is not zero", self.offset)

    def bitmap(self, count):
        data = self.take(ceil_div(count, 8))
        check(count % 8 == 0 or data[-1] >> count % 8 == 0, f"{self.what}: bits behind a bitmap", self.offset)
        return bits(data, 0, count)

    def packed(self, count, width):
        check(width <= 64, f"{self.what}: bit width {width}", self.offset)
        return unpack(self.take(packed_size(count, width)), count, width)

    def integers(self, count, width):
        data = self.take(count * width)
        return [unsigned(data, i * width, width) for i in range(count)]

    def end(self):
        check(self.at == len(self.data), f"{self.what}: longer than its contents", self.offset)


# ---------------------------------------------------------------------------------------------------
# encodings.md, "Encodings": values of n slots, as unsigned integers of their bits or as bytes.
# What is decoded for a null slot is of no meaning; the page's validity is laid over it afterwards.

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


def decode_plain(f, page, cursor, n, valid, large_value):
    """encodings.md, Encodings, 1 plain."""
    if f.code == BOOL:
        return cursor.bitmap(n)
    if f.code == FIXED_BINARY:
        return [cursor.take(f.width) for _ in range(n)]
    if f.code not in VARIABLE:
        return cursor.integers(n, f.width)
    large = page["large"]
    lengths = [page["base"] + x & (1 << 64) - 1 for x in cursor.packed(n, page["width"])]
    values = []
    for i, length in enumerate(lengths):
        if not valid[i]:
            values.append(None)
        elif large is not None and large[i]:
            check(length == 24, f"{cursor.what}: reference of {length} bytes", cursor.offset)
            values.append(large_value(cursor.take(24)))
        else:
            check(length <= LARGE_VALUE, f"{cursor.what}: a value of {length} bytes in a frame", cursor.offset)
            values.append(cursor.take(length))
    return values


def decode_constant(f, page, cursor, n):
    """encodings.md, Encodings, 2 constant."""
    width = layout_width(f)
    if f.code == BOOL:
        check(page["base"] <= 1, f"{cursor.what}: a bool of {page['base']}", cursor.offset)
        return [page["base"]] * n
    if f.code in INTEGERS + LENGTHS + tuple(FLOATS) and width <= 8:
        return [page["base"] & (1 << 8 * width) - 1] * n
    if f.code in VARIABLE:
        check(len(cursor.data) <= LARGE_VALUE, f"{cursor.what}: constant too large", cursor.offset)
        return [cursor.take(len(cursor.data))] * n
    if f.code == FIXED_BINARY and width <= 8:
        return [page["base"].to_bytes(8, "little")[:width]] * n
    value = cursor.take(width)
    return [value if f.code == FIXED_BINARY else unsigned(value, 0, width)] * n


def decode_packed(f, page, cursor, n):
    """encodings.md, Encodings, 3 packed."""
    width = layout_width(f)
    mask = (1 << 8 * width) - 1
    base = page["base"] & NONE if f.code in LENGTHS else page["base"]
    base = signed(base, 8) if width == 16 else base
    values = [base + x & mask for x in cursor.packed(n, page["width"])]
    patch(page, cursor, values, width)
    return values


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


def decompress(data, limit, dictionary=None, what="frame", offset=None):
    """encodings.md, Frames: one zstd frame without its magic number."""
    whole = zstandard.MAGIC_NUMBER.to_bytes(4, "little") + bytes(data)
    try:
        parameters = zstandard.get_frame_parameters(whole)
        size = parameters.content_size
        check(size not in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR),
              f"{what}: no content size", offset)
        check(not parameters.has_checksum and not parameters.dict_id,
              f"{what}: has a checksum or dictionary id", offset)
        check(size <= limit, f"{what}: {size} bytes decompressed", offset)
        known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        decompressor = zstandard.ZstdDecompressor(dict_data=known)
        result = decompressor.decompress(whole, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise FormatError(f"{what}: {error}", offset) from None
    check(len(result) == size, f"{what}: size is not as stated", offset)
    return result


# ---------------------------------------------------------------------------------------------------
# statistics.md

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


# ---------------------------------------------------------------------------------------------------
# The file

@dataclass
class RowGroup:
    """file.md, Row groups."""
    first_row: int
    row_count: int
    stored: int
    decoded: int


class File:
    """An open file; everything but pages is checked when it is opened."""

    def __init__(self, data):
        self.data = bytes(data)
        self.refused = {}         # column index -> why
        self.large_values = []    # (offset, size, what) of those met while decoding
        self._slots = {}          # (row group, field index) -> (slots, first slot of each row)
        self._dictionaries = {}
        self._verified = set()
        self._read_ends()
        self._read_sections()
        self._read_summary()
        self._read_fields()
        self._read_row_groups()
        self._check_chunks()

    # file.md, Header and Tail

    def _read_ends(self):
        """file.md, Header, Tail: the two ends of the file, and README.md, What a reader does."""
        data, size = self.data, len(self.data)
        check(size >= 128, "shorter than a header and a tail", 0)
        self.header = header = HEADER.read(data[:64])
        check(data[:8] == HEADER_MAGIC, "not a Colonnade file", 0)
        check(header["crc"] == crc32c(data[:60]), "checksum of the header does not hold", 60)
        check(header["minReader"] <= READER_VERSION, f"needs a reader of version {header['minReader']}", 10)
        unknown = header["incompatibleFeatures"]
        check(not unknown, f"unknown incompatible feature bit {unknown.bit_length() - 1}", 32)
        self.zone_shift, self.block_shift = header["zoneShift"], header["blockShift"]
        check(4 <= self.zone_shift <= 16, f"zoneShift {self.zone_shift}", 12)
        check(self.block_shift == 10, f"blockShift {self.block_shift}", 13)
        self.file_id = data[16:32]
        self.tail_offset = at = size - 64
        self.tail = tail = TAIL.read(data[at:])
        check(data[-8:] == TAIL_MAGIC, "truncated: no tail", at + 56)
        check(tail["crc"] == crc32c(data[at:at + 52]), "checksum of the tail does not hold", at + 52)
        check(tail["fileSize"] == size, f"truncated: {size} bytes of {tail['fileSize']}", at + 16)
        check(data[at + 32:at + 48] == self.file_id, "header and tail are of different files", at + 32)

    # file.md, Sections

    def _read_sections(self):
        """file.md, Sections: the section table."""
        tail, at = self.tail, self.tail_offset
        start, count = tail["tableOffset"], tail["sectionCount"]
        check(count <= 64, f"{count} sections", at + 8)
        check(64 <= start and start + 32 * count == at, "section table does not end at the tail", at)
        table = self.data[start:start + 32 * count]
        check(checksum(self.file_id, start, table) == tail["tableChecksum"],
              "checksum of the section table does not hold", start)
        self.sections = {}
        for i in range(count):
            entry = SECTION.read(table[32 * i:32 * i + 32])
            check(entry["kind"] > max(self.sections, default=-1), "section table out of order", start + 32 * i)
            section = Section(self, entry, start + 32 * i)
            check(64 <= section.offset and section.offset + section.size <= start,
                  f"{section.name}: outside the file", start + 32 * i + 8)
            self.sections[section.kind] = section
        for kind in range(K_SUMMARY, K_CHECKSUMS + 1):
            check(kind in self.sections, f"section {SECTIONS[kind][0]} is missing", start)
        end = 0
        for section in sorted(self.sections.values(), key=lambda s: (s.offset, s.size)):
            check(section.size == 0 or section.offset >= end, f"{section.name}: overlaps another", section.offset)
            end = max(end, section.offset + section.size)

    def count(self, kind):
        return self.sections[kind].count if kind in self.sections else 0

    def entry(self, kind, i):
        check(kind in self.sections, f"section {SECTIONS[kind][0]} is missing")
        return self.sections[kind].entry(i)

    def expect(self, kind, count):
        section = self.sections[kind]
        check(section.count == count, f"{section.name}: {section.count} entries, not {count}", section.offset)

    def heap(self, position, size):
        return self.sections[K_HEAP].item(position, size)

    def key_value(self, i):
        """file.md, Key-value metadata: one entry, as text and bytes."""
        entry = self.entry(K_METADATA, i)
        check(max(entry["keySize"], entry["valueSize"]) <= MAX_METADATA, "metadata too large",
              self.sections[K_METADATA].position(i))
        return (text(self.heap(entry["key"], entry["keySize"]), "key of metadata"),
                self.heap(entry["value"], entry["valueSize"]))

    def key_values(self, first, count):
        pairs = (self.key_value(i) for i in range(first, first + count)) if count else ()
        return {key: metadata_value(value) for key, value in pairs}

    def _read_summary(self):
        """file.md, Summary, and the numbers of entries that follow from it."""
        self.expect(K_SUMMARY, 1)
        self.summary = summary = self.entry(K_SUMMARY, 0)
        at = self.sections[K_SUMMARY].offset
        self.data_end = summary["dataEnd"]
        fields, top, groups = summary["fieldCount"], summary["topLevelCount"], summary["rowGroupCount"]
        first = min((s.offset for s in self.sections.values() if s.size), default=0)
        check(64 <= self.data_end <= first, "dataEnd is not before the sections", at + 32)
        check(fields <= MAX_FIELDS and top <= fields and groups <= MAX_ROW_GROUPS,
              "more fields or row groups than a file has", at)
        check(summary["rows"] == self.tail["rows"], "summary and tail differ in the number of rows", at + 40)
        self.rows = summary["rows"]
        self.expect(K_FIELDS, fields)
        self.expect(K_SLOTS, 2 * top + 1 if top else 0)
        self.expect(K_GROUPS, groups)
        self.expect(K_CHUNKS, (groups + (groups > 1)) * fields)
        self.expect(K_CHECKSUMS, ceil_div(self.data_end, 1 << self.block_shift))
        self.writer = text(self.heap(summary["writer"], summary["writerSize"]), "name of the writer")
        self.metadata = self.key_values(summary["metadataFirst"], summary["metadataCount"])

    # file.md, Fields and Name slots

    def _read_fields(self):
        """file.md, Fields: the schema in level order."""
        section, summary = self.sections[K_FIELDS], self.summary
        self.fields = fields = []
        entries, ids = [], set()
        for i in range(section.count):
            e, at = section.entry(i), section.position(i)
            check(e["nameSize"] <= CONTENT, "name too long", at + 4)
            name = self.heap(e["name"], e["nameSize"])
            check(e["hash"] == xxh64(name) & NONE, "hash of a name does not hold", at + 24)
            check(e["id"] < 1 << 31 and e["id"] not in ids, f"id {e['id']} used twice or too large", at + 8)
            ids.add(e["id"])
            flags = e["flags"]
            f = Field(i, text(name, "name of a field", at), e["type"], bool(flags & 1), bool(flags & 2),
                      bool(flags & 4), bool(flags & 8), e["id"], e["parent"], e["first"], e["second"], at,
                      metadata=self.key_values(e["metadataFirst"], e["metadataCount"]))
            fields.append(f)
            entries.append(e)
        following, depth = summary["topLevelCount"], [1] * len(fields)
        for f, e in zip(fields, entries):
            if f.index < summary["topLevelCount"]:
                check(f.parent == NONE, f"{f.name}: a column has no parent", f.offset + 12)
            count = e["childCount"]
            check(e["firstChild"] == (following if count else NONE) and following + count <= len(fields),
                  f"{f.name}: children out of order", f.offset + 28)
            f.children = fields[following:following + count]
            for child in f.children:
                check(child.parent == f.index, f"{child.name}: wrong parent", child.offset + 12)
                depth[child.index] = depth[f.index] + 1
                check(depth[child.index] <= MAX_DEPTH, f"{child.name}: nested too deep", child.offset)
            following += count
        check(following == len(fields), "fields without a parent", section.offset)
        self.schema = fields[:summary["topLevelCount"]]
        check(summary["flags"] & 1 or all(a.id < b.id for a, b in zip(self.schema, self.schema[1:])),
              "ids of columns do not ascend", section.offset)
        for f in reversed(fields):  # children before parents
            if f.known:
                check_type(f)
            if f.code == TIMESTAMP and f.first & 4:
                key, value = self.key_value(f.second)
                check(key == "zone", f"{f.name}: the zone's entry has the key {key!r}", f.offset + 20)
                f.zone = text(value, "zone", f.offset + 20)
        for column in self.schema:
            for f in column.walk():
                if not f.known:
                    self.refused.setdefault(column.index, f"type {f.code} of field {f.name!r} is unknown")
                if f.encrypted:
                    self.refused.setdefault(column.index, f"field {f.name!r} is encrypted")
        for column, e in zip(self.schema, entries):
            check(column.index in self._candidates(e["hash"]), f"{column.name}: not in the name slots",
                  self.sections[K_SLOTS].offset)

    def _candidates(self, name_hash):
        """file.md, Name slots: columns from the hash's slot on, up to `none`."""
        n = self.count(K_SLOTS)
        for i in range(n):
            column = self.entry(K_SLOTS, (name_hash + i) % n)["column"]
            if column == NONE:
                return
            check(column < len(self.schema), "name slots: no such column", self.sections[K_SLOTS].offset)
            yield column

    def find(self, name):
        """file.md, Name slots: the column of a name, or None."""
        for column in self._candidates(xxh64(name.encode()) & NONE):
            if self.schema[column].name == name:
                return self.schema[column]
        return None

    # file.md, Row groups and Chunks

    def _read_row_groups(self):
        """file.md, Row groups."""
        section, row = self.sections[K_GROUPS], 0
        self.row_groups = []
        for g in range(section.count):
            e, at = section.entry(g), section.position(g)
            check(e["firstRow"] == row, f"row group {g} is not contiguous", at)
            check(1 <= e["rowCount"] <= MAX_GROUP_ROWS, f"row group {g} of {e['rowCount']} rows", at + 8)
            self.row_groups.append(RowGroup(row, e["rowCount"], e["stored"], e["decoded"]))
            row += e["rowCount"]
        check(row == self.rows, "rows of the row groups and of the file differ", section.offset)

    def chunk_index(self, g, f):
        return g * len(self.fields) + f.index

    def chunk(self, g, f):
        return self.entry(K_CHUNKS, self.chunk_index(g, f))

    def zones(self, g):
        """file.md, Row groups: the number of zones of a row group."""
        return ceil_div(self.row_groups[g].row_count, 1 << self.zone_shift)

    def _check_chunks(self):
        """file.md, Chunks: what can be checked without the pages' bodies."""
        section, groups = self.sections[K_CHUNKS], len(self.row_groups)
        for column in self.schema:
            unreadable = column.index in self.refused
            for f in column.walk():
                total = 0
                for g in range(groups + (groups > 1)):
                    c, at = self.chunk(g, f), section.position(self.chunk_index(g, f))
                    whole = g == groups
                    what = f"chunk of {f.name!r} in " + ("the file" if whole else f"row group {g}")
                    if c["statistics"] != NONE and f.known:
                        check(bool(c["flags"] & 1) == f.wide, f"{what}: kind of statistics", at + 5)
                        entries = self.zones(g) if not whole else 1
                        entries = 1 if entries == 1 else 1 + entries
                        check(c["statistics"] + entries <= self.count(K_WIDE if f.wide else K_NARROW),
                              f"{what}: no such statistics", at + 24)
                    if whole:
                        check(c["slots"] == total, f"{what}: number of slots", at + 8)
                        check(c["firstPage"] == NONE and c["dictionaryPage"] == NONE
                              and c["bloom"] == NONE and not c["validity"] and not c["pageShift"]
                              and not c["dictionaryEntries"] and not c["reference"], f"{what}: has pages", at)
                        continue
                    total += c["slots"]
                    if unreadable:
                        continue
                    check(c["pageShift"] <= 20, f"{what}: pageShift {c['pageShift']}", at + 4)
                    check(c["slots"] <= MAX_SLOTS, f"{what}: too many slots", at + 8)
                    pages = ceil_div(self.row_groups[g].row_count, 1 << c["pageShift"])
                    check(c["firstPage"] + pages <= self.count(K_PAGES), f"{what}: no such pages", at)
                    check((c["dictionaryPage"] == NONE) == (c["dictionaryEntries"] == 0),
                          f"{what}: dictionary", at + 16)
                    check(c["dictionaryEntries"] <= MAX_DICTIONARY_ENTRIES, f"{what}: dictionary too large", at + 16)
                    if c["dictionaryPage"] != NONE:
                        check(c["dictionaryPage"] < self.count(K_PAGES), f"{what}: no such page", at + 20)
                    check(c["bloom"] == NONE or c["bloom"] < self.count(K_BLOOM), f"{what}: no such filter", at + 28)
                    if c["validity"]:
                        check(c["validity"] % 64 == 0, f"{what}: offset of validity", at + 32)
                        self.inside(c["validity"], ceil_div(c["slots"], 8), f"{what}: validity")
                    for p in range(pages):
                        page = self.entry(K_PAGES, c["firstPage"] + p)
                        if page["encoding"] not in ENCODINGS:
                            self.refused[column.index] = f"encoding {page['encoding']} of field {f.name!r} is unknown"
                        elif page["codec"] > 1:
                            self.refused[column.index] = f"codec {page['codec']} of field {f.name!r} is unknown"
        for column in self.schema:
            for g in range(groups):
                c = self.chunk(g, column)
                other = column.index + signed(c["reference"], 2)
                if column.index not in self.refused and c["reference"] and other in self.refused:
                    pages = ceil_div(self.row_groups[g].row_count, 1 << c["pageShift"])
                    if any(self.entry(K_PAGES, c["firstPage"] + p)["encoding"] == E_REFERENCE for p in range(pages)):
                        self.refused[column.index] = (f"field {column.name!r} refers to {self.schema[other].name!r}: "
                                                      f"{self.refused[other]}")

    # file.md, Checksums: the data area

    def inside(self, offset, size, what):
        check(64 <= offset and offset + size <= self.data_end, f"{what}: outside the data area", offset)

    def read(self, offset, size, what):
        """file.md, Checksums: bytes of the data area, their data blocks verified before."""
        if size == 0:
            return b""
        self.inside(offset, size, what)
        shift = self.block_shift
        for block in range(offset >> shift, (offset + size - 1 >> shift) + 1):
            if block not in self._verified:
                start = block << shift
                data = self.data[start:min(start + (1 << shift), self.data_end)]
                check(self.entry(K_CHECKSUMS, block)["crc"] == checksum(self.file_id, start, data),
                      f"{what}: checksum of data block {block} does not hold", start)
                self._verified.add(block)
        return self.data[offset:offset + size]

    # file.md, Pages; encodings.md, Pages, Validity, Frames

    def compression_dictionary(self, index):
        """file.md, Compression dictionaries."""
        if index not in self._dictionaries:
            e = self.entry(K_DICTIONARIES, index)
            check(e["size"] <= MAX_COMPRESSION_DICTIONARY, "compression dictionary too large",
                  self.sections[K_DICTIONARIES].position(index))
            self._dictionaries[index] = self.read(e["offset"], e["size"], f"compression dictionary {index}")
        return self._dictionaries[index]

    def large_value(self, reference, what, start):
        """encodings.md, Encodings, 1 plain: a value stored outside its page; `start` is where the chunk's do."""
        distance, stored, size = unsigned(reference, 0, 8), unsigned(reference, 8, 4), unsigned(reference, 12, 4)
        codec, offset = reference[16], start + distance
        check(start % 8 == 0 and distance % 8 == 0, f"{what}: place of a large value", offset)
        check(LARGE_VALUE < size <= MAX_VALUE, f"{what}: large value of {size} bytes", offset)
        check(codec <= 1, f"{what}: unknown codec {codec}", offset)
        data = self.read(offset, stored, f"{what}: large value")
        self.large_values.append((offset, stored, what))
        if codec == 1:
            data = decompress(data, MAX_VALUE, None, f"{what}: large value", offset)
        check(len(data) == size, f"{what}: size of a large value", offset)
        return data

    def frames(self, page, n, what, low=0):
        """encodings.md, Frames: (offset, bytes, number of slots) of each frame as stored.

        Of encoding 8 of each plane of each frame; behind the last are `low` bytes.
        """
        check(page["frameShift"] <= 32, f"{what}: frameShift {page['frameShift']}", page["offset"])
        full = 1 << page["frameShift"]
        planes = page["auxiliary"] if page["encoding"] == E_SPLIT else 1
        count, width = ceil_div(n, full) * planes, 2 if page["flags"] & F_SHORT_ENDS else 4
        body = self.read(page["offset"], page["size"], what)
        check(count * width + low <= len(body), f"{what}: no room for frames", page["offset"])
        ends = [unsigned(body, i * width, width) for i in range(count)]
        check(all(a <= b for a, b in zip([0] + ends, ends))
              and (ends or [0])[-1] == len(body) - count * width - low, f"{what}: frame ends", page["offset"])
        for i, (a, b) in enumerate(zip([0] + ends, ends)):
            yield (page["offset"] + count * width + a, body[count * width + a:count * width + b],
                   min(full, n - i // planes * full))

    def split_frames(self, page, f, n, what, parts):
        """encodings.md, Encodings, 8 split: each frame's planes with its low bytes behind them."""
        planes, done = page["auxiliary"], 0
        lows = self.read(page["offset"], page["size"], what)[page["size"] - self.low_bytes(page, f, n):]
        frames = []
        for i in range(0, len(parts), planes):
            offset, _, m = parts[i]
            data = b"".join(part for _, part, _ in parts[i:i + planes])
            check(all(len(part) == m for _, part, _ in parts[i:i + planes]), f"{what}: size of a plane", offset)
            width = f.width - planes
            frames.append((offset, data + lows[done * width:(done + m) * width], m))
            done += m
        return frames

    @staticmethod
    def low_bytes(page, f, n):
        """encodings.md, Encodings, 8 split: bytes behind the frames."""
        return n * (f.width - page["auxiliary"]) if page["encoding"] == E_SPLIT else 0

    def read_page(self, f, index, n, chunk_valid, dictionary, what, large_values=0, reference=None):
        """encodings.md: the slots of one page; None for null.

        `chunk_valid` are the bits of the chunk's bitmap for this page, or None; `reference` finds the
        field that the chunk refers to, with all its slots, or is None.
        """
        page = self.entry(K_PAGES, index)
        page["large"] = None
        at = self.sections[K_PAGES].position(index)
        encoding, flags, nulls, framed = page["encoding"], page["flags"], page["nulls"], page["frameShift"] != 255
        check(encoding in ENCODINGS, f"{what}: encoding {encoding} is unknown", at + 12)
        check(page["codec"] <= 1, f"{what}: codec {page['codec']} is unknown", at + 13)
        check(flags < 128, f"{what}: page flags {flags} are unknown", at + 38)
        check(nulls <= n, f"{what}: more nulls than slots", at + 28)
        check(encoding in encodings_for(f), f"{what}: encoding {ENCODINGS[encoding]} of a {f.type}", at + 12)
        if page["size"]:
            before = self.entry(K_PAGES, index - 1) if page["firstSlot"] else page
            if encoding == before["encoding"] == E_PLAIN and not framed and before["frameShift"] == 255 \
                    and before is not page:
                check(page["offset"] == before["offset"] + before["size"], f"{what}: a gap between plain pages", at)
            else:
                check(page["offset"] % (8 if framed else 64) == 0, f"{what}: alignment of the body", at)
            self.inside(page["offset"], page["size"], what)
        if chunk_valid is not None:
            check(chunk_valid.count(0) == nulls, f"{what}: nulls in the chunk's bitmap", at + 28)

        if encoding == E_NONE:
            check(page["size"] == 0, f"{what}: encoding none has no body", at + 8)
            if nulls == n:
                return [None] * n
            check(f.code in VALUELESS and f.code != NULL, f"{what}: values without an encoding", at + 12)
            check(nulls == 0 or chunk_valid is not None, f"{what}: no validity", at + 38)
            return [None if chunk_valid and not chunk_valid[i] else True for i in range(n)]

        check(nulls < n or n == 0, f"{what}: a page of nulls has encoding none", at + 12)
        check(not (f.code in VARIABLE and encoding == E_PLAIN) or framed, f"{what}: not framed", at + 15)
        check(not (f.code in LENGTHS or encoding == E_CONSTANT) or not framed, f"{what}: framed", at + 15)
        check(framed or not flags & (F_FRAME_VALIDITY | F_SHORT_ENDS | F_LARGE) and page["codec"] == 0,
              f"{what}: frame flags without frames", at + 38)
        check(not flags & F_LARGE or f.code in VARIABLE and encoding == E_PLAIN, f"{what}: large values", at + 38)
        check(encoding != E_DICTIONARY and not (encoding == E_RUNS and flags & F_RUN_CODES)
              or dictionary is not None, f"{what}: no dictionary", at + 12)
        check(page["auxiliary"] == 0 or encoding in (E_PACKED, E_RUNS, E_DECIMAL, E_SPLIT, E_SYMBOLS, E_REFERENCE),
              f"{what}: auxiliary count", at + 32)
        check(not flags & F_MULTIPLES or encoding == E_REFERENCE, f"{what}: multiples of nothing", at + 38)
        check(not flags & F_PRODUCTS or encoding in (E_DECIMAL, E_REFERENCE) and f.code in FLOATS,
              f"{what}: products that are no decimals", at + 38)
        referred = None
        if encoding == E_REFERENCE:
            check(reference is not None, f"{what}: the chunk has no reference", at + 12)
            other, other_slots = reference()
            referred = other, other_slots[page["firstSlot"]:page["firstSlot"] + n]
        if nulls == 0:
            check(not flags & F_FRAME_VALIDITY, f"{what}: validity without nulls", at + 38)
        elif flags & F_FRAME_VALIDITY:
            check(not flags & F_CHUNK_VALIDITY, f"{what}: validity twice", at + 38)
        else:
            check(flags & F_CHUNK_VALIDITY and chunk_valid is not None, f"{what}: no validity", at + 38)

        symbols = None
        if encoding == E_SPLIT:
            check(framed and not flags & F_FRAME_VALIDITY, f"{what}: frames", at + 15)
            check(1 <= page["auxiliary"] <= f.width, f"{what}: {page['auxiliary']} planes", at + 32)
        if encoding == E_SYMBOLS:
            check(not framed, f"{what}: framed", at + 15)
            table = self.compression_dictionary(page["dictionary"])
            symbols = read_symbols(table, f"symbol table {page['dictionary']}")
        if framed:
            parts = list(self.frames(page, n, what, self.low_bytes(page, f, n)))
            check(encoding not in (E_DELTA, E_RUNS) or len(parts) <= 1, f"{what}: more than one frame", at + 15)
            if page["codec"] == 1:
                number = page["dictionary"]
                known = None if number == 0xFFFF else self.compression_dictionary(number)
                parts = [(o, decompress(d, MAX_FRAME, known, what, o), m) for o, d, m in parts]
            check(all(len(d) <= MAX_FRAME for _, d, _ in parts), f"{what}: a frame too large", page["offset"])
            if encoding == E_SPLIT:
                parts = self.split_frames(page, f, n, what, parts)
        else:
            parts = [(page["offset"], self.read(page["offset"], page["size"], what), n)]

        result, done = [], 0
        for offset, data, m in parts:
            cursor = Cursor(data, what, offset)
            if flags & F_FRAME_VALIDITY:
                valid = cursor.bitmap(m)
            elif nulls:
                valid = chunk_valid[done:done + m]
            else:
                valid = [1] * m
            page["large"] = cursor.bitmap(m) if flags & F_LARGE else None
            part = referred and (referred[0], referred[1][done:done + m])
            values = decode_values(f, page, cursor, m, valid, dictionary,
                                   lambda r: self.large_value(r, what, large_values), part, symbols)
            cursor.end()
            check(not any(v and x is None for v, x in zip(valid, values)), f"{what}: code outside the dictionary",
                  offset)
            result += [x if v else None for v, x in zip(valid, values)]
            done += m
        check(result.count(None) == nulls, f"{what}: number of nulls", at + 28)
        return result

    def read_chunk(self, g, f, row_starts):
        """file.md, Chunks: the slots of a field in a row group.

        `row_starts` has the first slot of each row and, last, the number of slots.
        """
        c, at = self.chunk(g, f), self.sections[K_CHUNKS].position(self.chunk_index(g, f))
        what = f"{f.name!r}, row group {g}"
        n = row_starts[-1]
        check(c["slots"] == n, f"{what}: {c['slots']} slots, not {n}", at + 8)
        validity = None
        if c["validity"]:
            validity = Cursor(self.read(c["validity"], ceil_div(n, 8), f"{what}: validity"),
                              f"{what}: validity", c["validity"]).bitmap(n)
        dictionary = None
        if c["dictionaryPage"] != NONE:
            page = self.entry(K_PAGES, c["dictionaryPage"])
            check(page["encoding"] == E_PLAIN and page["firstSlot"] == 0 and page["nulls"] == 0
                  and f.code in INTEGERS + BYTES + tuple(FLOATS), f"{what}: dictionary", at + 20)
            dictionary = self.read_page(f, c["dictionaryPage"], c["dictionaryEntries"], None, None,
                                        f"{what}, dictionary")
            size = sum(map(len, dictionary)) if f.code in BYTES else f.width * len(dictionary)
            check(size <= MAX_DICTIONARY_BYTES, f"{what}: dictionary of {size} bytes", at + 20)
        reference = (lambda: self._reference(g, f, c, what, at)) if c["reference"] else None
        slots = []
        step = 1 << c["pageShift"]
        pages = ceil_div(self.row_groups[g].row_count, step)
        starts = [row_starts[min(p * step, len(row_starts) - 1)] for p in range(pages + 1)]
        for p in range(pages):
            index, (a, b) = c["firstPage"] + p, starts[p:p + 2]
            check(self.entry(K_PAGES, index)["firstSlot"] == a, f"{what}, page {p}: first slot",
                  self.sections[K_PAGES].position(index) + 24)
            slots += self.read_page(f, index, b - a, validity[a:b] if validity else None, dictionary,
                                    f"{what}, page {p}", c["largeValues"], reference)
        if f.code in LENGTHS:
            self._check_lengths(f, c, slots, starts, what)
        return slots

    def _reference(self, g, f, c, what, at):
        """file.md, Chunks, and encodings.md, Encodings, 10 reference: the field that a chunk refers to."""
        index = f.index + signed(c["reference"], 2)
        check(f.parent == NONE and 0 <= index < len(self.schema), f"{what}: refers to field {index}", at + 6)
        other = self.schema[index]
        check(all(x.code in (FLOAT32, FLOAT64) or x.code in INTEGERS and x.width <= 8 for x in (f, other)),
              f"{what}: a {f.type} refers to a {other.type}", at + 6)
        check(self.chunk(g, other)["reference"] == 0, f"{what}: {other.name!r} has a reference itself", at + 6)
        return other, self.slots(g, other)[0]

    def _check_lengths(self, f, c, slots, starts, what):
        """encodings.md, Lengths: each page's base names the child slot of its first element."""
        element = 0
        for p, (a, b) in enumerate(zip(starts, starts[1:])):
            page = self.entry(K_PAGES, c["firstPage"] + p)
            if page["encoding"] != E_NONE:
                check(page["base"] >> 32 == element, f"{what}, page {p}: slot of the first element",
                      self.sections[K_PAGES].position(c["firstPage"] + p) + 16)
            element += sum(x or 0 for x in slots[a:b])
        check(element <= MAX_SLOTS, f"{what}: too many elements")

    def slots(self, g, f):
        """file.md, Chunks, "Slots of nested fields": (slots, first slot of each row), None for null."""
        if (g, f.index) not in self._slots:
            if f.parent == NONE:
                starts, under = list(range(self.row_groups[g].row_count + 1)), None
            else:
                parent = self.fields[f.parent]
                above, starts = self.slots(g, parent)
                if parent.code in LENGTHS:
                    ends = [0]
                    for length in above:
                        ends.append(ends[-1] + (length or 0))
                    starts = [ends[s] for s in starts]
                elif parent.code == FIXED_LIST:
                    starts = [s * parent.first for s in starts]
                held = self.chunk(g, f)["slots"]
                check(starts[-1] == held <= MAX_SLOTS, f"{f.name!r}, row group {g}: {held} slots, not {starts[-1]}")
                # For each slot of this field: whether the parent's slot is valid.
                if parent.code == STRUCT:
                    under = [x is not None for x in above]
                elif parent.code == FIXED_LIST:
                    under = [x is not None for x in above for _ in range(parent.first)]
                else:
                    under = [True] * held
            slots = self.read_chunk(g, f, starts)
            for i, x in enumerate(slots):
                present = under is None or under[i]
                check(present or x is None, f"{f.name!r}, row group {g}: a value under a null")
                check(not present or x is not None or f.nullable or f.code == NULL,
                      f"{f.name!r}, row group {g}: a null in a field that has none")
            self._slots[g, f.index] = slots, starts
        return self._slots[g, f.index]

    def assemble(self, g, f, convert):
        """One value a slot, nested ones from their children."""
        slots, _ = self.slots(g, f)
        if f.code == STRUCT:
            columns = [self.assemble(g, child, convert) for child in f.children]
            names = [child.name for child in f.children]
            return [None if x is None else dict(zip(names, (c[i] for c in columns))) for i, x in enumerate(slots)]
        if f.code in (LIST, FIXED_LIST, MAP):
            if f.code == MAP:
                keys, values = (self.assemble(g, child, convert) for child in f.children[0].children)
                elements = list(zip(keys, values))
            else:
                elements = self.assemble(g, f.children[0], convert)
            result, at = [], 0
            for x in slots:
                size = f.first if f.code == FIXED_LIST else x or 0
                result.append(None if x is None else elements[at:at + size])
                at += size
            return result
        return [convert(f, x) for x in slots]

    # What the reader hands out

    def columns(self):
        return [f.name for f in self.schema]

    def _column(self, column, convert):
        if isinstance(column, str):
            name, column = column, self.find(column)
            check(column is not None, f"there is no column {name!r}")
        check(column.index not in self.refused,
              f"column {column.name!r} cannot be read: {self.refused.get(column.index)}")
        return [x for g in range(len(self.row_groups)) for x in self.assemble(g, column, convert)]

    def column(self, name):
        """The values of a column as Python values."""
        return self._column(name, value_of)

    def float_bits(self, name):
        """Like `column`, floats as the integers of their bits."""
        return self._column(name, float_bits_of)

    def expected(self, name):
        """Like `column`, in the exact JSON form."""
        return self._column(name, expected_of)

    # statistics.md

    def _statistics(self, f, index, what):
        section = self.sections[K_WIDE if f.wide else K_NARROW]
        e, at = section.entry(index), section.position(index)
        flags = e["flags"]
        minimum = bound_of(f, e["minimum"], e["minimumSize"], what) if flags & 1 else None
        maximum = bound_of(f, e["maximum"], e["maximumSize"], what) if flags & 2 else None
        for bound in (minimum, maximum):
            check(bound is None or bound == bound, f"{what}: a bound is NaN", at)
        return Statistics(minimum, maximum, bool(flags & 4), bool(flags & 8),
                          e["nulls"] if flags & 16 else None, e["nans"] if flags & 32 else None,
                          bool(flags & 64), bool(flags & 128), index)

    def chunk_statistics(self, g, f):
        """statistics.md: of a field in a row group, or None."""
        c = self.chunk(g, f)
        if c["statistics"] == NONE or not f.known:
            return None
        return self._statistics(f, c["statistics"], f"statistics of {f.name!r}, row group {g}")

    def zone_statistics(self, g, zone, f):
        """statistics.md: of a field in a zone of a row group, or None."""
        zones = self.zones(g)
        check(0 <= zone < zones, f"row group {g} has no zone {zone}")
        c = self.chunk(g, f)
        if c["statistics"] == NONE or not f.known:
            return None
        index = c["statistics"] + (1 + zone if zones > 1 else 0)
        return self._statistics(f, index, f"statistics of {f.name!r}, row group {g}, zone {zone}")

    def file_statistics(self, f):
        """statistics.md: of a field in the whole file, or None."""
        groups = len(self.row_groups)
        return self.chunk_statistics(groups if groups > 1 else 0, f) if groups else None

    def bloom_filter(self, g, f):
        """statistics.md, Bloom filters: of a field in a row group, or None."""
        index = self.chunk(g, f)["bloom"]
        if index == NONE:
            return None
        e, at = self.entry(K_BLOOM, index), self.sections[K_BLOOM].position(index)
        check(e["size"] > 0 and e["size"] % 32 == 0, "size of a Bloom filter", at + 8)
        return BloomFilter(f, self.read(e["offset"], e["size"], f"Bloom filter of {f.name!r}, row group {g}"))

    def may_contain(self, name, value, g=None):
        """Whether a column may contain a value by the Bloom filters of its row groups (or of one)."""
        f = self.find(name)
        check(f is not None, f"there is no column {name!r}")
        filters = [self.bloom_filter(i, f) for i in (range(len(self.row_groups)) if g is None else [g])]
        return any(x is None or x.may_contain(value) for x in filters)

    def verify(self):
        """Decodes every column that can be read; checks statistics and Bloom filters against values."""
        for column in self.schema:
            if column.index in self.refused:
                continue
            self.column(column)
            for f in column.walk():
                everything = []
                for g in range(len(self.row_groups)):
                    slots, starts = self.slots(g, f)
                    everything += slots
                    check_statistics(f, slots, self.chunk_statistics(g, f), f"row group {g}")
                    step = 1 << self.zone_shift
                    for z in range(self.zones(g)):
                        a, b = starts[z * step], starts[min((z + 1) * step, len(starts) - 1)]
                        check_statistics(f, slots[a:b], self.zone_statistics(g, z, f), f"row group {g}, zone {z}")
                    bloom = self.bloom_filter(g, f)
                    for x in {x for x in slots if x is not None} if bloom else ():
                        check(bloom.may_contain_raw(x), f"{f.name!r}, row group {g}: Bloom filter without {x!r}")
                check_statistics(f, everything, self.file_statistics(f), "file")


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


def metadata_value(value):
    """Values of metadata are bytes; text where they are valid UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def read(path):
    """Opens a file."""
    with open(path, "rb") as stream:
        return File(stream.read())


# ---------------------------------------------------------------------------------------------------
# The annotated dump: every byte once

def regions(file):
    """(offset, size, meaning, padding?) of every region of a file, not sorted."""
    for name, record, start in (("header", HEADER, 0), ("tail", TAIL, file.tail_offset)):
        for field, at, size in record.fields:
            value = file.data[start + at:start + at + size]
            shown = value.hex(" ") if size > 8 or field == "magic" else unsigned(value, 0, size)
            yield start + at, size, f"{name}: {field} = {shown}", field == "reserved"
    yield from _data_regions(file)
    for section in file.sections.values():
        yield from _section_regions(file, section)
    start = file.tail["tableOffset"]
    for i, section in enumerate(file.sections.values()):
        yield (start + 32 * i, 32, f"section table: {section.name} (kind {section.kind}, flags {section.flags}, "
               f"stride {section.stride}, offset {section.offset}, size {section.size}, count {section.count})", False)


def _data_regions(file):
    file.verify()
    seen = set()
    used = set()
    for column in file.schema:
        refused = column.index in file.refused
        for f in column.walk():
            for g in range(len(file.row_groups)):
                c = file.chunk(g, f)
                what = f"field {f.index} {f.name!r}, row group {g}"
                if c["validity"]:
                    yield c["validity"], ceil_div(c["slots"], 8), f"{what}: validity of the chunk", False
                pages = ceil_div(file.row_groups[g].row_count, 1 << c["pageShift"])
                numbered = [(f"page {p}", c["firstPage"] + p) for p in range(pages)]
                if c["dictionaryPage"] != NONE:
                    numbered.append(("dictionary", c["dictionaryPage"]))
                firsts = [file.entry(K_PAGES, i)["firstSlot"] for _, i in numbered[:pages]] + [c["slots"]]
                for k, (name, index) in enumerate(numbered):
                    check(index not in used, f"{what}: page entry {index} is used twice")
                    used.add(index)
                    page = file.entry(K_PAGES, index)
                    n = firsts[k + 1] - firsts[k] if k < pages else c["dictionaryEntries"]
                    encoding = ENCODINGS.get(page["encoding"], page["encoding"])
                    label = f"{what}, {name} (entry {index}): {encoding}, {n} slots"
                    if page["frameShift"] == 255 or refused or not page["size"]:
                        yield page["offset"], page["size"], label, False
                        continue
                    low = file.low_bytes(page, f, n)
                    frames = list(file.frames(page, n, what, low))
                    table = len(frames) * (2 if page["flags"] & F_SHORT_ENDS else 4)
                    yield page["offset"], table, f"{label}: frame ends", False
                    for i, (offset, data, m) in enumerate(frames):
                        codec = "zstd" if page["codec"] else "stored"
                        part = f"frame {i}"
                        if page["encoding"] == E_SPLIT:
                            part = f"frame {i // page['auxiliary']}, plane {i % page['auxiliary']}"
                        yield offset, len(data), f"{label}: {part}, {m} slots, {codec}", False
                    if low:
                        yield page["offset"] + page["size"] - low, low, f"{label}: low bytes", False
                if c["bloom"] != NONE:
                    e = file.entry(K_BLOOM, c["bloom"])
                    yield e["offset"], e["size"], f"{what}: Bloom filter {c['bloom']}", False
    check(len(used) == file.count(K_PAGES), f"{file.count(K_PAGES) - len(used)} page entries are of no chunk")
    for i in range(file.count(K_DICTIONARIES)):
        e = file.entry(K_DICTIONARIES, i)
        file.compression_dictionary(i)
        yield e["offset"], e["size"], f"compression dictionary {i}, made for field {e['field']}", False
    for large in file.large_values:
        if large not in seen:
            seen.add(large)
            yield large[0], large[1], f"{large[2]}: large value", False
    for block in range(file.count(K_CHECKSUMS)):
        file.read(max(64, block << file.block_shift), 1 if file.data_end > 64 else 0, "data block")


def _section_regions(file, section):
    blocks = ceil_div(section.count, section.per_block)
    for b in range(blocks):
        start = section.offset + b * BLOCK
        end = min(start + BLOCK, section.offset + section.size)
        section.block(b)
        yield end - 4, 4, f"{section.name}: checksum of block {b}", False
        if section.stride:
            held = min(section.per_block, section.count - b * section.per_block) * section.stride
            if start + held < end - 4:
                yield start + held, end - 4 - start - held, f"{section.name}: end of block {b}", True
    if section.kind == K_HEAP:
        yield from _heap_regions(file, section)
        return
    if section.is_content:
        for b in range(blocks):
            size = min(CONTENT, section.count - b * CONTENT)
            yield section.offset + b * BLOCK, size, f"{section.name}: content", False
        return
    for i in range(section.count):
        at = section.position(i)
        if not section.known:
            yield at, section.stride, f"{section.name}: entry {i}", False
            continue
        size = section.record.size
        e = section.entry(i)
        e.pop("reserved", None)
        shown = ", ".join(f"{name} {value}" for name, value in e.items())
        yield at, size, f"{section.name}: entry {i}: {shown}", False
        for name, field_at, field_size in section.record.fields:
            check(name != "reserved" or is_zero(file.data[at + field_at:at + field_at + field_size]),
                  f"{section.name}: reserved bytes of entry {i} are not zero", at + field_at)
        if section.stride > size:
            yield at + size, section.stride - size, f"{section.name}: entry {i}, rest", False


def _heap_regions(file, heap):
    summary = file.summary
    items = {(summary["writer"], summary["writerSize"]): "name of the writer"}
    for f in file.fields:
        e = file.entry(K_FIELDS, f.index)
        items.setdefault((e["name"], e["nameSize"]), f"name of field {f.index} {f.name!r}")
    for i in range(file.count(K_METADATA)):
        e = file.entry(K_METADATA, i)
        file.key_value(i)
        items.setdefault((e["key"], e["keySize"]), f"key of metadata {i}")
        items.setdefault((e["value"], e["valueSize"]), f"value of metadata {i}")
    done = 0
    for (position, size), what in sorted(items.items()):
        if size == 0:
            continue
        check(position >= done, f"heap: {what} overlaps another item", heap.position(position))
        yield from _heap_parts(heap, done, position, "gap", True)
        yield from _heap_parts(heap, position, position + size, what, False)
        done = position + size
    yield from _heap_parts(heap, done, heap.count, "gap", True)


def _heap_parts(heap, start, end, what, padding):
    while start < end:
        size = min(end - start, CONTENT - start % CONTENT)
        yield heap.position(start), size, f"heap: {what}", padding
        start += size


def dump(file):
    """Lines of the annotated dump; refuses a file of which a byte is not accounted for."""
    at = 0
    lines = []
    starts = [s.offset for s in file.sections.values()] + [file.tail["tableOffset"]]
    for offset, size, meaning, padding in sorted(r for r in regions(file) if r[1]):
        check(offset >= at, f"{meaning}: overlaps the region before it", offset)
        if offset > at:
            allowed = 64 if offset < file.data_end else 8 if at >= file.data_end and offset in starts else 0
            check(offset - at < allowed or at < file.data_end <= offset, f"{offset - at} bytes not accounted for", at)
            check(is_zero(file.data[at:offset]), "padding is not zero", at)
            lines.append(f"{at:>12} {offset - at:>10}  padding")
        check(not padding or is_zero(file.data[offset:offset + size]), f"{meaning}: not zero", offset)
        lines.append(f"{offset:>12} {size:>10}  {meaning}")
        at = offset + size
    check(at == len(file.data), f"{len(file.data) - at} bytes not accounted for", at)
    return lines


# ---------------------------------------------------------------------------------------------------

def schema_json(f):
    result = {"name": f.name, "type": f.type, "nullable": f.nullable, "id": f.id}
    if f.metadata:
        result["metadata"] = {k: v if isinstance(v, str) else v.hex() for k, v in f.metadata.items()}
    return result


# ---------------------------------------------------------------------------------------------------
# table.md, "Root"

class Content(Cursor):
    """table.md, Root: the parts of a section of content."""

    def __init__(self, file, kind):
        check(kind in file.sections, f"no root of a table: section {kind} is missing")
        section = file.sections[kind]
        super().__init__(section.content(), section.name, section.offset)

    def number(self, size):
        return unsigned(self.take(size), 0, size)

    def text(self):
        return text(self.take(self.number(4)), self.what, self.offset)


def root(file):
    """table.md, Root: what one version of a table says of itself; bounds as bytes in hexadecimal."""
    for kind, section in file.sections.items():
        check(not (section.is_content and section.flags & 1) or kind in CONTENT_SECTIONS,
              f"unknown required section {kind}", section.offset)
    commit = Content(file, 33)
    check(file.rows == 0, "a root has no rows")
    said = {"root id": file.file_id.hex(), "table id": commit.take(16).hex()}
    for name, size in (("version", 8), ("parent", 8), ("time", 8), ("operation", 1), ("flags", 1),
                       ("reserved", 6), ("rows", 8), ("entries", 8), ("files", 8), ("bytes", 8),
                       ("added rows", 8), ("next column id", 4), ("next partition field id", 4)):
        said[name] = commit.number(size)
    del said["reserved"]
    check(max(said["rows"], said["entries"]) < 1 << 62, "more rows or entries than a table can have", commit.offset)
    said["time"] = signed(said["time"], 8)
    said["commit id"], said["writer"] = commit.text(), commit.text()
    check(said["version"] > said["parent"], f"version {said['version']} has the parent {said['parent']}")
    check(1 <= said["operation"] <= 8, f"operation {said['operation']}", commit.offset)
    said["columns"] = [schema_json(f) for f in file.schema]
    said["metadata"] = {key: value for key, value in file.metadata.items()}
    ids = {f.id for f in file.schema}

    parts = Content(file, 34)
    said["partitioning"] = parts.number(4)
    said["partitionings"] = partitionings = {}
    for _ in range(parts.number(4)):
        number = parts.number(4)
        check(number not in partitionings, f"partitioning {number} is given twice", parts.offset)
        partitionings[number] = fields = []
        for _ in range(parts.number(4)):
            f = {"id": parts.number(4), "source": parts.number(4), "transform": parts.number(1)}
            parts.take(3)
            f["parameter"], f["name"] = parts.number(4), parts.text()
            check(f["id"] >= 1000 and f["source"] in ids and f["transform"] <= 6,
                  f"partition field {f}", parts.offset)
            fields.append(f)
    check(said["partitioning"] in partitionings, "the current partitioning is missing", parts.offset)

    order = Content(file, 35)
    said["sort order"] = []
    for _ in range(order.number(4)):
        column, descending = order.number(4), order.number(4) & 1
        check(column in ids, f"sorted by column {column}, which is missing", order.offset)
        said["sort order"].append({"column": column, "descending": bool(descending)})

    listed = Content(file, 36)
    said["manifests"] = []
    for _ in range(listed.number(4)):
        m = {"name": listed.text(), "size": listed.number(8), "file id": listed.take(16).hex(),
             "partitioning": listed.number(4), "content": listed.number(4) & 0xFF}
        check(re.fullmatch("[0-9a-f]{32}[.]cln", m["name"]), f"a manifest is named {m['name']!r}")
        check(m["content"] == 0, f"unknown content {m['content']} of a manifest", listed.offset)
        for name in ("version", "entries", "rows", "bytes"):
            m[name] = listed.number(8)
        m["bounds"] = [bounds_of(listed) for _ in range(listed.number(4))]
        check(len(m["bounds"]) == len(partitionings[m["partitioning"]]), "bounds of another partitioning")
        said["manifests"].append(m)
    check(sum(m["entries"] for m in said["manifests"]) == said["entries"],
          "the manifests list another number of entries", listed.offset)

    named = Content(file, 37)
    said["named commits from"] = named.number(8)
    said["named commits"] = [[named.number(8), named.text()] for _ in range(named.number(4))]
    if 38 in file.sections:
        properties = Content(file, 38)
        said["properties"] = [[properties.text(), properties.text()] for _ in range(properties.number(4))]
    return said


def bounds_of(cursor):
    """table.md, Manifests: the bounds of one field."""
    flags = cursor.number(1)
    if not flags & 1:
        return None
    bounds = {"null": bool(flags & 2), "nan": bool(flags & 4)}
    if flags & 8:
        for name in ("least", "greatest"):
            size = cursor.number(4)
            check(size <= 1024, f"a bound of {size} bytes", cursor.offset)
            bounds[name] = cursor.take(size).hex()
    return bounds


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Reads a Colonnade file.")
    parser.add_argument("file")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--json", action="store_true", help="columns as arrays of exact values")
    mode.add_argument("--dump", action="store_true", help="every byte of the file with its meaning")
    mode.add_argument("--verify", action="store_true", help="decode all and check statistics")
    mode.add_argument("--root", action="store_true", help="what the root of a table says")
    options = parser.parse_args(arguments)
    try:
        file = read(options.file)
        for index, why in file.refused.items():
            print(f"column {file.schema[index].name!r} is left out: {why}", file=sys.stderr)
        columns = [f for f in file.schema if f.index not in file.refused]
        if options.dump:
            print("\n".join(dump(file)))
        elif options.verify:
            file.verify()
        elif options.root:
            print(json.dumps(root(file), ensure_ascii=False, indent=1))
        elif options.json:
            print(json.dumps({f.name: file.expected(f) for f in columns}, ensure_ascii=False))
        else:
            print(json.dumps({"schema": [schema_json(f) for f in file.schema], "rows": file.rows},
                             ensure_ascii=False))
            values = [file._column(f, plain_of) for f in columns]
            for row in range(file.rows):
                print(json.dumps({f.name: v[row] for f, v in zip(columns, values)}, ensure_ascii=False))
    except (FormatError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
