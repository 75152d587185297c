"""The columns of a table or of batches."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .errors import ColumnNotFoundError
from .structures import FLAG_DICTIONARY_ORDERED, FLAG_NULLABLE, ArrowSchema
from .types import DataType, Field, TypeText

if TYPE_CHECKING:
    import pyarrow


class Schema(Mapping[str, Field]):
    """Names and types of columns, in their order; a mapping from names to fields.

    Example:
        >>> schema = colonnade.Schema.parse("a: int32 not null, b: list<string>")
        >>> schema.names
        ['a', 'b']
        >>> print(schema["b"].type)
        list<string>
    """

    def __init__(self, fields: tuple[Field, ...],
                 export: Callable[[], object] | None = None) -> None:
        self.fields = tuple(fields)
        self._by_name = {field.name: field for field in self.fields}
        self._export = export

    @classmethod
    def parse(cls, text: str) -> Schema:
        """A schema from its text: `name: type` or `name: type not null`, parted by commas or lines.

        Raises:
            InvalidArgumentError: The text is none; it says where.
        """
        return cls(TypeText(text).fields())

    @property
    def names(self) -> list[str]:
        """The names of the columns, in their order."""
        return [field.name for field in self.fields]

    @property
    def types(self) -> list[str]:
        """The types of the columns in their text form."""
        return [field.type for field in self.fields]

    def __getitem__(self, name: str) -> Field:
        try:
            return self._by_name[name]
        except KeyError:
            raise ColumnNotFoundError(f"there is no column {name!r}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schema) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        return "\n".join(map(str, self.fields))

    def __repr__(self) -> str:
        return f"<colonnade.Schema of {len(self)} columns>\n{self}"

    def __arrow_c_schema__(self) -> object:
        """The schema as a capsule of Arrow's C data interface."""
        if self._export is not None:
            return self._export()
        from .exports import schema_capsule

        return schema_capsule(self.struct_type)

    @property
    def struct_type(self) -> DataType:
        """The columns as one struct."""
        return DataType("+s", self.fields)

    def to_arrow(self) -> pyarrow.Schema:
        """The same as a `pyarrow.Schema`.

        Raises:
            ImportError: pyarrow is not installed.
        """
        from .optional import required

        return required("pyarrow").schema(self)


def read_type(schema: ArrowSchema) -> DataType:
    """The type that a structure of Arrow describes."""
    children = tuple(read_field(schema.children[index].contents)
                     for index in range(schema.n_children))
    code = (schema.format or b"").decode()
    if schema.dictionary:
        value = read_type(schema.dictionary.contents)
        if value.format in ("u", "U", "vu"):
            return DataType(value.format, is_categorical=True,
                            is_ordered=bool(schema.flags & FLAG_DICTIONARY_ORDERED))
        return value
    return DataType(code, children)


def read_field(schema: ArrowSchema) -> Field:
    """The field that a structure of Arrow describes."""
    return Field((schema.name or b"").decode("utf-8", "replace"), read_type(schema),
                 bool(schema.flags & FLAG_NULLABLE))


def read_metadata(address: int | None) -> list[tuple[bytes, bytes]]:
    """The pairs of an ArrowSchema's metadata, in order, keys that come again included."""
    if not address:
        return []
    position = address

    def number() -> int:
        nonlocal position
        value = ctypes.c_int32.from_address(position).value
        position += 4
        return value

    def text() -> bytes:
        nonlocal position
        count = number()
        value = ctypes.string_at(position, count)
        position += count
        return value

    return [(text(), text()) for _ in range(number())]


def schema_of(capsule_owner: Any) -> Schema:
    """The schema of anything that has `__arrow_c_schema__`."""
    from .capsules import schema_structure

    keeper, structure = schema_structure(capsule_owner)
    fields = read_type(structure).children
    return Schema(fields, export=capsule_owner.__arrow_c_schema__)
