"""A reader of the Colonnade format, written from the pages beside it and from nothing else.

It is made to be read next to the specification: each part follows sections of the pages and names
them. It checks what the pages demand and prefers clarity to speed. In this order, each standing only
on those before it:

    notation, limits, checksums    numbers, bits and bounds
    records, section               entries of fixed size, and the sections that hold them
    schema, values, cursor         fields, what a slot means, packed integers
    encoding, compression          the values of a page's body, by encoding
    bounds, bloom                  statistics
    container, metadata, pages, columns, file     the layers of an open file
    regions, table                 every byte once; the root of a table
    command                        what stands below

    python spec/reference_reader FILE             the schema, then a JSON object a row
    python spec/reference_reader FILE --json      each column as an array of exact values
    python spec/reference_reader FILE --dump      every byte of the file, in order, with its meaning
    python spec/reference_reader FILE --verify    decodes all, checks statistics and Bloom filters
    python spec/reference_reader FILE --root      what the root of a table says, as JSON

Needs Python 3.11 and the module `zstandard`.
"""

from .checksums import crc32c, xxh64
from .command import main
from .cursor import packed_size, unpack
from .file import File, read
from .notation import FormatError
from .regions import dump
from .table import root

__all__ = ["File", "FormatError", "crc32c", "dump", "main", "packed_size", "read", "root", "unpack", "xxh64"]
