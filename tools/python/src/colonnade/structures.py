"""The structures of Arrow's C data and C stream interfaces, and those of colonnade.h, for ctypes.

Release callbacks are kept as plain addresses, so that "released" is a test against None.
"""

from __future__ import annotations

import ctypes
import functools
from ctypes import (
    CFUNCTYPE, POINTER, Structure, c_bool, c_char_p, c_double, c_int, c_int64, c_size_t, c_uint32,
    c_uint64, c_void_p)


class ArrowSchema(Structure):
    """`struct ArrowSchema`: a type and, below it, the types of its children."""


ArrowSchema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(ArrowSchema))),
    ("dictionary", POINTER(ArrowSchema)),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


class ArrowArray(Structure):
    """`struct ArrowArray`: the buffers of values and, below it, those of its children."""


ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(ArrowArray))),
    ("dictionary", POINTER(ArrowArray)),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


class ArrowArrayStream(Structure):
    """`struct ArrowArrayStream`: arrays of one schema, one after the other."""

    _fields_ = [
        ("get_schema", c_void_p),
        ("get_next", c_void_p),
        ("get_last_error", c_void_p),
        ("release", c_void_p),
        ("private_data", c_void_p),
    ]


SCHEMA_RELEASE = CFUNCTYPE(None, POINTER(ArrowSchema))
ARRAY_RELEASE = CFUNCTYPE(None, POINTER(ArrowArray))
# Those we only call take addresses: to see that a structure is of the right type takes ctypes longer
# than most calls.
RELEASE = CFUNCTYPE(None, c_void_p)
STREAM_GET_SCHEMA = CFUNCTYPE(c_int, c_void_p, c_void_p)
STREAM_GET_NEXT = CFUNCTYPE(c_int, c_void_p, c_void_p)
STREAM_GET_LAST_ERROR = CFUNCTYPE(c_char_p, c_void_p)

FLAG_DICTIONARY_ORDERED = 1
FLAG_NULLABLE = 2
FLAG_MAP_KEYS_SORTED = 4


def release(structure: ArrowSchema | ArrowArray | ArrowArrayStream) -> None:
    """Calls the release callback of a structure, once; nothing where it was called already."""
    address = structure.release
    if address:
        RELEASE(address)(ctypes.addressof(structure))
        structure.release = None


@functools.lru_cache(maxsize=64)
def text_array_type(count: int) -> type[ctypes.Array[c_char_p]]:
    """The type of an array of texts. To make a type takes longer than to fill an array of it."""
    return c_char_p * count


POLL = CFUNCTYPE(c_bool, c_void_p)
PROGRESS = CFUNCTYPE(None, c_void_p, c_uint64, c_uint64, c_uint64)


class Value(Structure):
    """`colonnade_value`: a value for a parameter of a predicate."""

    _fields_ = [
        ("name", c_char_p),
        ("kind", c_uint32),
        ("integer", c_int64),
        ("unsigned_integer", c_uint64),
        ("number", c_double),
        ("bytes", c_void_p),
        ("byte_count", c_size_t),
    ]


class ScanOptions(Structure):
    """`colonnade_scan_options`; a new one is as COLONNADE_SCAN_OPTIONS_INIT makes it."""

    _fields_ = [
        ("size", c_size_t),
        ("columns", POINTER(c_char_p)),
        ("column_count", c_size_t),
        ("no_columns", c_bool),
        ("select", c_char_p),
        ("where", c_char_p),
        ("parameters", POINTER(Value)),
        ("parameter_count", c_size_t),
        ("limit", c_int64),
        ("first_row", c_uint64),
        ("end_row", c_uint64),
        ("layout", c_uint32),
        ("requested_schema", c_void_p),
        ("batch_row_count", c_uint64),
        ("cancellation", c_void_p),
        ("progress", PROGRESS),
        ("progress_context", c_void_p),
    ]

    def __init__(self) -> None:
        super().__init__(size=ctypes.sizeof(ScanOptions), limit=-1, end_row=2**64 - 1)

    @staticmethod
    def new() -> ScanOptions:
        """New options, copied from such that were made before: names are not looked up again."""
        return ScanOptions.from_buffer_copy(_NEW_SCAN_OPTIONS)


_NEW_SCAN_OPTIONS = bytes(ScanOptions())


class WriteOptions(Structure):
    """`colonnade_write_options`; a new one is as COLONNADE_WRITE_OPTIONS_INIT makes it."""

    _fields_ = [
        ("size", c_size_t),
        ("mode", c_char_p),
        ("partition_by", c_char_p),
        ("sort_by", c_char_p),
        ("profile", c_char_p),
        ("bloom_filters", c_char_p),
        ("memory_byte_count", c_uint64),
        ("thread_count", c_uint32),
        ("writer_name", c_char_p),
        ("commit_id", c_char_p),
        ("cancellation", c_void_p),
    ]

    def __init__(self) -> None:
        super().__init__(size=ctypes.sizeof(WriteOptions))


class CommitRecord(Structure):
    """`colonnade_commit`."""

    _fields_ = [
        ("version", c_uint64),
        ("row_count", c_uint64),
        ("added_row_count", c_uint64),
        ("was_already_committed", c_bool),
    ]
