"""Python capsules around Arrow's structures: made, opened, and checked before anything is believed.

A capsule made here is destroyed by a function of the C library, so that it may be dropped at any
time, by any thread, when the interpreter ends too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import PYFUNCTYPE, c_char_p, c_int, c_void_p, py_object, pythonapi
from typing import Any, Generic, TypeVar

from .binding import library
from .errors import ClosedError, InvalidArgumentError
from .structures import ArrowArray, ArrowArrayStream, ArrowSchema, release

# Functions of our own: who else uses ctypes.pythonapi may have declared its functions otherwise.
_new = PYFUNCTYPE(py_object, c_void_p, c_void_p, c_void_p)(("PyCapsule_New", pythonapi))
_is_valid = PYFUNCTYPE(c_int, py_object, c_char_p)(("PyCapsule_IsValid", pythonapi))
_pointer = PYFUNCTYPE(c_void_p, py_object, c_char_p)(("PyCapsule_GetPointer", pythonapi))

_NAMES: dict[type, bytes] = {
    ArrowSchema: b"arrow_schema",
    ArrowArray: b"arrow_array",
    ArrowArrayStream: b"arrow_array_stream",
}
_Structure = TypeVar("_Structure", ArrowSchema, ArrowArray, ArrowArrayStream)
# A capsule refers to its name until it is destroyed, which may be after this module is gone.
_name_addresses: dict[type, int] = {}


def _name_address(kind: type) -> int:
    address = _name_addresses.get(kind)
    if address is None:
        name = _NAMES[kind]
        address = library().colonnade_capsule_allocate(len(name) + 1)
        if not address:
            raise MemoryError("no memory for the name of a capsule")
        ctypes.memmove(address, name, len(name))
        _name_addresses[kind] = address
    return address


def new_capsule(kind: type, fill: Callable[[int], None]) -> object:
    """A capsule of a zeroed structure that `fill` is given the address of.

    Raises:
        Exception: What `fill` raises; nothing leaks then.
    """
    address = library().colonnade_capsule_allocate(ctypes.sizeof(kind))
    if not address:
        raise MemoryError("no memory for a capsule")
    destroy = ctypes.cast(library().colonnade_capsule_destroy, c_void_p)
    capsule = _new(address, _name_address(kind), destroy)
    fill(address)
    return capsule


def open_capsule(capsule: Any, kind: type[_Structure]) -> _Structure:
    """The structure inside of a capsule, which stays its owner.

    Raises:
        InvalidArgumentError: It is no capsule of that name.
        ClosedError: The structure was handed over already.
    """
    name = _NAMES[kind]
    if type(capsule).__name__ != "PyCapsule":
        raise InvalidArgumentError(
            f"expected a capsule named '{name.decode()}', not {type(capsule).__name__}")
    if not _is_valid(capsule, name):
        raise InvalidArgumentError(f"the capsule {capsule!r} is not named '{name.decode()}'")
    structure = kind.from_address(_pointer(capsule, name))
    if not structure.release:
        raise ClosedError(f"the capsule '{name.decode()}' was used up: somebody took what was in it")
    return structure


def take_from_capsule(capsule: Any, kind: type[_Structure]) -> _Structure:
    """Moves the structure out of a capsule; who calls this releases it."""
    inside = open_capsule(capsule, kind)
    taken = kind()
    ctypes.memmove(ctypes.addressof(taken), ctypes.addressof(inside), ctypes.sizeof(kind))
    inside.release = None
    return taken


def _ask(owner: Any, method: str, *arguments: Any) -> Any:
    function = getattr(owner, method, None)
    if function is None:
        raise InvalidArgumentError(f"{type(owner).__name__} has no {method}")
    return function(*arguments)


def schema_structure(owner: Any) -> tuple[object, ArrowSchema]:
    """The schema of anything that has `__arrow_c_schema__`, or of such a capsule.

    Returns: Whatever keeps the structure, and the structure.
    """
    capsule = owner if type(owner).__name__ == "PyCapsule" else _ask(owner, "__arrow_c_schema__")
    return capsule, open_capsule(capsule, ArrowSchema)


class _Owned(Generic[_Structure]):
    """A structure of our own, released when nobody refers to it any more."""

    __slots__ = ("structure", "__weakref__")

    def __init__(self, structure: _Structure) -> None:
        self.structure = structure

    def __del__(self, release=release) -> None:
        release(self.structure)


class OwnedSchema(_Owned[ArrowSchema]):
    """An ArrowSchema of our own."""

    __slots__ = ()


class OwnedArray(_Owned[ArrowArray]):
    """An ArrowArray of our own."""

    __slots__ = ()


class OwnedStream(_Owned[ArrowArrayStream]):
    """An ArrowArrayStream of our own."""

    __slots__ = ()

    def handed_over(self) -> object:
        """What is left of the stream as a capsule; nothing is left here then."""

        def move(address: int) -> None:
            ctypes.memmove(address, ctypes.addressof(self.structure),
                           ctypes.sizeof(ArrowArrayStream))
            self.structure.release = None

        return new_capsule(ArrowArrayStream, move)


def take_stream(owner: Any) -> OwnedStream:
    """The stream of anything that has `__arrow_c_stream__`, or of such a capsule."""
    capsule = owner if type(owner).__name__ == "PyCapsule" else _ask(owner, "__arrow_c_stream__")
    return OwnedStream(take_from_capsule(capsule, ArrowArrayStream))


def take_array(owner: Any) -> tuple[OwnedSchema, OwnedArray]:
    """Schema and values of anything that has `__arrow_c_array__`."""
    pair = _ask(owner, "__arrow_c_array__")
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise InvalidArgumentError(
            f"__arrow_c_array__ of {type(owner).__name__} is no pair of capsules")
    schema = OwnedSchema(take_from_capsule(pair[0], ArrowSchema))
    return schema, OwnedArray(take_from_capsule(pair[1], ArrowArray))
