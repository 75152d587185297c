"""Arrow structures whose memory Python keeps: schemas and arrays built here, arrays shared again.

Each structure of an array refers to what it needs by itself, because a consumer may move a child
out of its parent and release the parent first.
"""

from __future__ import annotations

import ctypes
import itertools
from ctypes import POINTER, c_void_p
from typing import Any

from .capsules import new_capsule
from .structures import (
    ARRAY_RELEASE, FLAG_DICTIONARY_ORDERED, FLAG_NULLABLE, SCHEMA_RELEASE, ArrowArray, ArrowSchema)
from .types import DataType, Field

_kept: dict[int, object] = {}
_keys = itertools.count(1)


def _keep(value: object) -> int:
    key = next(_keys)
    _kept[key] = value
    return key


def _releasing(prototype: Any) -> Any:
    """A release callback for structures made here.

    It may be called when the interpreter ends and modules have lost their names: all it needs is in
    its closure, and it is never freed.
    """
    kept, byref = _kept, ctypes.byref

    def release_below(child: Any) -> None:
        if child.release:
            prototype(child.release)(byref(child))
            child.release = None

    @prototype
    def release_structure(pointer: Any) -> None:
        structure = pointer.contents
        for index in range(structure.n_children):
            release_below(structure.children[index].contents)
        if structure.dictionary:
            release_below(structure.dictionary.contents)
        structure.release = None
        kept.pop(structure.private_data, None)

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(release_structure))
    return ctypes.cast(release_structure, c_void_p).value


_SCHEMA_RELEASE_ADDRESS = _releasing(SCHEMA_RELEASE)
_ARRAY_RELEASE_ADDRESS = _releasing(ARRAY_RELEASE)


def fill_schema(schema: ArrowSchema, field: Field) -> None:
    """Describes a field in a structure; release it when it is done with."""
    data_type = field.data_type
    code = data_type.format.encode()
    name = field.name.encode("utf-8", "surrogateescape")
    schema.flags = FLAG_NULLABLE if field.nullable else 0
    kept: list[object] = [code, name]
    if data_type.is_categorical:
        value = ArrowSchema()
        fill_schema(value, Field("", DataType(data_type.format)))
        kept.append(value)
        schema.dictionary = ctypes.pointer(value)
        code = b"i"
        if data_type.is_ordered:
            schema.flags |= FLAG_DICTIONARY_ORDERED
    schema.format = code
    schema.name = name
    schema.n_children = len(data_type.children)
    if data_type.children:
        children = [ArrowSchema() for _ in data_type.children]
        for child, part in zip(children, data_type.children):
            fill_schema(child, part)
        schema.children = pointers(children)
        kept.append(children)
        kept.append(schema.children)
    schema.release = _SCHEMA_RELEASE_ADDRESS
    schema.private_data = _keep(kept)


def pointers(structures: list) -> Any:
    """A C array of pointers to structures."""
    kind = POINTER(type(structures[0]))
    return (kind * len(structures))(*map(ctypes.pointer, structures))


def schema_capsule(data_type: DataType) -> object:
    """A capsule named arrow_schema of a struct of columns."""
    return new_capsule(ArrowSchema, lambda address: fill_schema(
        ArrowSchema.from_address(address), Field("", data_type, False)))


def fill_array(array: ArrowArray, *, length: int, null_count: int, buffers: list[int | None],
               children: list[ArrowArray] | None = None, dictionary: ArrowArray | None = None,
               offset: int = 0, keep: object = None) -> None:
    """Describes values in a structure.

    Args:
        buffers: Addresses; None where a buffer is absent.
        keep: What owns the memory; referred to until the array is released.
    """
    array.length, array.null_count, array.offset = length, null_count, offset
    addresses = (c_void_p * max(1, len(buffers)))(*buffers)
    array.n_buffers, array.buffers = len(buffers), addresses
    kept: list[object] = [keep, addresses]
    array.n_children = len(children or [])
    if children:
        array.children = pointers(children)
        kept += [children, array.children]
    if dictionary is not None:
        array.dictionary = ctypes.pointer(dictionary)
        kept.append(dictionary)
    array.release = _ARRAY_RELEASE_ADDRESS
    array.private_data = _keep(kept)


def share_array(source: ArrowArray, target: ArrowArray, owner: object) -> None:
    """Makes `target` another owner of the buffers of `source`, which `owner` keeps."""
    children = []
    for index in range(source.n_children):
        child = ArrowArray()
        share_array(source.children[index].contents, child, owner)
        children.append(child)
    dictionary = None
    if source.dictionary:
        dictionary = ArrowArray()
        share_array(source.dictionary.contents, dictionary, owner)
    fill_array(target, length=source.length, null_count=source.null_count,
               buffers=[source.buffers[index] for index in range(source.n_buffers)],
               children=children, dictionary=dictionary, offset=source.offset, keep=owner)


def share_schema(source: ArrowSchema, target: ArrowSchema, owner: object) -> None:
    """Makes `target` another owner of what `source` says, which `owner` keeps."""
    kept: list[object] = [owner]
    ctypes.memmove(ctypes.addressof(target), ctypes.addressof(source), ctypes.sizeof(ArrowSchema))
    if source.n_children:
        children = []
        for index in range(source.n_children):
            child = ArrowSchema()
            share_schema(source.children[index].contents, child, owner)
            children.append(child)
        target.children = pointers(children)
        kept += [children, target.children]
    if source.dictionary:
        dictionary = ArrowSchema()
        share_schema(source.dictionary.contents, dictionary, owner)
        target.dictionary = ctypes.pointer(dictionary)
        kept.append(dictionary)
    target.release = _SCHEMA_RELEASE_ADDRESS
    target.private_data = _keep(kept)
