"""The C library: found, loaded once, its functions declared, its failures raised.

The library lies beside this module, in `_library`; the environment variable COLONNADE_LIBRARY names
another one. It is loaded when it is first needed. Calls through it let other Python threads run.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import threading
from ctypes import (
    POINTER, c_bool, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p)

from . import structures
from .errors import (
    ColonnadeError, InvalidArgumentError, UnsupportedFeatureError, error_of)

ABI_VERSION = 1
_NAME = "libcolonnade.so.1"

# Where something of ours lies, or what is in a capsule. To see that a structure is of the right type
# takes ctypes longer than most calls.
_ADDRESS = c_void_p
_OUT = _ADDRESS
_OPTIONS = _ADDRESS
_FUNCTIONS: dict[str, tuple[object, list[object]]] = {
    "colonnade_abi_version": (c_uint32, []),
    "colonnade_version": (c_char_p, []),
    "colonnade_string_free": (None, [c_void_p]),
    "colonnade_release_files": (None, []),
    "colonnade_error_kind": (c_int, [c_void_p]),
    "colonnade_error_message": (c_char_p, [c_void_p]),
    "colonnade_error_hint": (c_char_p, [c_void_p]),
    "colonnade_error_file": (c_char_p, [c_void_p]),
    "colonnade_error_description": (c_char_p, [c_void_p]),
    "colonnade_error_offset": (c_int64, [c_void_p]),
    "colonnade_error_line": (c_int64, [c_void_p]),
    "colonnade_error_column": (c_int64, [c_void_p]),
    "colonnade_error_errno": (c_int, [c_void_p]),
    "colonnade_error_free": (None, [c_void_p]),
    # The poll is a callback of ours or an address, so that it can be absent.
    "colonnade_cancellation_new": (c_void_p, [c_void_p, c_void_p]),
    "colonnade_cancellation_cancel": (None, [c_void_p]),
    "colonnade_cancellation_is_cancelled": (c_bool, [c_void_p]),
    "colonnade_cancellation_free": (None, [c_void_p]),
    "colonnade_open": (c_int, [c_char_p, c_char_p, _OUT, _OUT]),
    "colonnade_table_free": (None, [c_void_p]),
    "colonnade_table_path": (c_char_p, [c_void_p]),
    "colonnade_table_version": (c_uint64, [c_void_p]),
    "colonnade_table_row_count": (c_uint64, [c_void_p]),
    "colonnade_table_byte_count": (c_uint64, [c_void_p]),
    "colonnade_table_schema": (c_int, [c_void_p, c_uint32, _ADDRESS, _OUT]),
    "colonnade_table_description": (c_int, [c_void_p, _OUT, _OUT]),
    "colonnade_table_statistics": (c_int, [c_void_p, POINTER(c_char_p), c_size_t, _OUT, _OUT]),
    "colonnade_table_divide": (c_int, [c_void_p, c_size_t, POINTER(c_uint64), _OUT]),
    "colonnade_scan": (c_int, [c_void_p, _OPTIONS, _ADDRESS, _OUT]),
    "colonnade_stream_error": (c_void_p, [_ADDRESS]),
    "colonnade_count": (c_int, [c_void_p, _OPTIONS, POINTER(c_uint64), _OUT]),
    "colonnade_extremes": (c_int, [c_void_p, c_char_p, _OPTIONS, _ADDRESS, _OUT]),
    "colonnade_take": (
        c_int, [c_void_p, POINTER(c_uint64), c_size_t, _OPTIONS, _ADDRESS, _OUT]),
    "colonnade_explain": (c_int, [c_void_p, _OPTIONS, c_bool, _OUT, _OUT]),
    "colonnade_writer_open": (
        c_int, [c_char_p, _ADDRESS, POINTER(structures.WriteOptions), _OUT, _OUT]),
    "colonnade_writer_write": (c_int, [c_void_p, _ADDRESS, _OUT]),
    "colonnade_writer_write_stream": (c_int, [c_void_p, _ADDRESS, _OUT]),
    "colonnade_writer_row_count": (c_uint64, [c_void_p]),
    "colonnade_writer_commit": (c_int, [c_void_p, POINTER(structures.CommitRecord), _OUT]),
    "colonnade_writer_free": (None, [c_void_p]),
    "colonnade_capsule_destroy": (None, [c_void_p]),
    "colonnade_capsule_allocate": (c_void_p, [c_size_t]),
}

_loaded: ctypes.CDLL | None = None
_loading = threading.Lock()


def library() -> ctypes.CDLL:
    """The C library.

    Raises:
        ImportError: It is not there, or cannot be loaded.
        UnsupportedFeatureError: It is of another time than this package.
    """
    if _loaded is not None:
        return _loaded
    with _loading:
        return _loaded or _load()


def _load() -> ctypes.CDLL:
    global _loaded
    path = os.environ.get("COLONNADE_LIBRARY") or str(
        pathlib.Path(__file__).parent / "_library" / _NAME)
    try:
        try:
            loaded = ctypes.CDLL(path)
        except OSError:
            # A system without zstd: the wheel carries it, and what is loaded once is found again.
            ctypes.CDLL(str(pathlib.Path(path).parent / "libzstd.so.1"))
            loaded = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"colonnade's library could not be loaded: {error}; install the wheel for this "
            f"machine, or set COLONNADE_LIBRARY to the path of {_NAME}") from error
    for name, (result, arguments) in _FUNCTIONS.items():
        try:
            function = getattr(loaded, name)
        except AttributeError:
            raise UnsupportedFeatureError(f"{path} has no function {name}", file=path) from None
        function.restype = result
        function.argtypes = arguments
    version = loaded.colonnade_abi_version()
    if version != ABI_VERSION:
        raise UnsupportedFeatureError(
            f"{path} speaks version {version} of the C interface, this package version "
            f"{ABI_VERSION}", file=path)
    _loaded = loaded
    return loaded


def library_version() -> str:
    """The version of the C library, such as `"0.2.0"`."""
    return library().colonnade_version().decode()


def release_files() -> None:
    """Closes files that were read and that no open table or result holds.

    Files stay open for a minute after their last use, or as many seconds as the environment variable
    COLONNADE_KEEP_SECONDS says at the first opening (0: not at all): who opens a table again finds them
    mapped, with what was verified of them, unless they changed meanwhile. Until then a deleted file
    takes its place on the disk, and its file system cannot be unmounted.
    """
    library().colonnade_release_files()


def take_error(address: int | None, status: int = 0) -> ColonnadeError:
    """The exception for an error of the C library, which is freed."""
    functions = library()
    if not address:
        return error_of(status, f"the engine failed with status {status} and no word", file=None)
    try:
        def text(function) -> str | None:
            value = function(address)
            return None if value is None else value.decode("utf-8", "replace")

        offset = functions.colonnade_error_offset(address)
        return error_of(
            functions.colonnade_error_kind(address),
            text(functions.colonnade_error_description) or "",
            message=text(functions.colonnade_error_message),
            hint=text(functions.colonnade_error_hint),
            file=text(functions.colonnade_error_file),
            offset=offset if offset >= 0 else None,
            line=functions.colonnade_error_line(address) or None,
            column=functions.colonnade_error_column(address) or None,
            errno=functions.colonnade_error_errno(address) or None)
    finally:
        functions.colonnade_error_free(address)


def call(name: str, *arguments) -> None:
    """Calls a function that can fail; its last parameter, the error, is added here.

    Raises:
        ColonnadeError: What the function says.
    """
    error = c_void_p()
    status = getattr(library(), name)(*arguments, ctypes.addressof(error))
    if status != 0:
        raise take_error(error.value, status)


def take_text(address: int | None) -> str:
    """The text of a `char *` of the library, which is freed."""
    if not address:
        return ""
    try:
        return ctypes.string_at(address).decode("utf-8", "replace")
    finally:
        library().colonnade_string_free(address)


def text_argument(value: str | None) -> bytes | None:
    """Text as the library takes it.

    Raises:
        InvalidArgumentError: The text holds a NUL, or halves of surrogate pairs.
    """
    if value is None:
        return None
    try:
        encoded = value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise InvalidArgumentError(f"{value!r} is not Unicode text: {error.reason}") from None
    if b"\0" in encoded:
        raise InvalidArgumentError(f"{value!r} holds a NUL character")
    return encoded


class Handle:
    """Something of the library's that is freed when nobody refers to it any more."""

    __slots__ = ("address", "_free")

    def __init__(self, address: int, free) -> None:
        self.address = address
        self._free = free

    def __del__(self) -> None:
        address, self.address = self.address, None
        if address:
            self._free(address)
