"""Types of columns: their text form, as in `schema` and schema files, and their Arrow format."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .errors import InvalidArgumentError

_SIMPLE = {
    "n": "null", "b": "bool", "c": "int8", "s": "int16", "i": "int32", "l": "int64",
    "C": "uint8", "S": "uint16", "I": "uint32", "L": "uint64", "e": "float16", "f": "float32",
    "g": "float64", "u": "string", "U": "string", "vu": "string", "z": "binary", "Z": "binary",
    "vz": "binary", "tdD": "date", "tdm": "date",
}
_FORMATS = {
    "null": "n", "bool": "b", "int8": "c", "int16": "s", "int32": "i", "int64": "l", "uint8": "C",
    "uint16": "S", "uint32": "I", "uint64": "L", "float16": "e", "float32": "f", "float64": "g",
    "string": "u", "binary": "z", "date": "tdD", "categorical": "u",
}
_UNITS = {"s": "s", "m": "ms", "u": "us", "n": "ns"}
_UNIT_LETTERS = {text: letter for letter, text in _UNITS.items()}
_PLAIN_NAME = re.compile(r"[^\W\d]\w*\Z")


def quoted_name(name: str) -> str:
    """A name as predicates and schema texts take it: in quotes, a quote doubled."""
    return '"' + name.replace('"', '""') + '"'


def name_text(name: str) -> str:
    """A name as a schema file shows it, in quotes where it needs them."""
    return name if _PLAIN_NAME.match(name) else quoted_name(name)


@dataclass(frozen=True)
class Field:
    """A column, or a part of one.

    Attributes:
        name: As it stands in the table.
        data_type: What its values are.
        nullable: Whether values may be missing.

    Example:
        >>> colonnade.Schema.parse("a: int32 not null")["a"].type
        'int32'
    """

    name: str
    data_type: DataType
    nullable: bool = True

    @property
    def type(self) -> str:
        """The type in its text form, such as `list<int32>`."""
        return self.data_type.text

    def __str__(self) -> str:
        return f"{name_text(self.name)}: {self.type}{'' if self.nullable else ' not null'}"


@dataclass(frozen=True)
class DataType:
    """A type of values.

    Attributes:
        format: Its format in Arrow's C data interface; of a categorical that of its texts.
        children: Elements, fields, or keys and values.
        is_categorical: Whether few texts repeat.
        is_ordered: Whether the texts of a categorical have an order.
    """

    format: str
    children: tuple[Field, ...] = field(default=())
    is_categorical: bool = False
    is_ordered: bool = False

    @property
    def text(self) -> str:
        """The text form, such as `decimal(12, 2)`; complexity O(size of the type)."""
        if self.is_categorical:
            return "categorical(ordered)" if self.is_ordered else "categorical"
        code = self.format
        if code in _SIMPLE:
            return _SIMPLE[code]
        head, _, rest = code.partition(":")
        if head == "d":
            precision, scale = rest.split(",")[:2]
            return f"decimal({precision}, {scale})"
        if head == "w":
            return f"binary({rest})"
        if head.startswith("ts"):
            unit = _UNITS[head[2]]
            return f"timestamp({unit}, '{rest}')" if rest else f"timestamp({unit})"
        if head.startswith("tt"):
            return f"time({_UNITS[head[2]]})"
        if head.startswith("tD"):
            return f"duration({_UNITS[head[2]]})"
        if head in ("+l", "+L", "+vl", "+vL"):
            return f"list<{_part(self.children[0])}>"
        if head == "+w":
            return f"list<{_part(self.children[0])}, {rest}>"
        if head == "+s":
            return f"struct<{', '.join(map(str, self.children))}>"
        if head == "+m":
            key, value = self.children[0].data_type.children
            return f"map<{key.type}, {_part(value)}>"
        return f"arrow '{code}'"

    def __str__(self) -> str:
        return self.text


def _part(part: Field) -> str:
    return part.type + ("" if part.nullable else " not null")


class TypeText:
    """Reads schema texts such as `a: int32, "b c": list<string not null> not null`."""

    _TOKEN = re.compile(
        r"(?:\s|#[^\n]*|--[^\n]*)*(?:(\"(?:[^\"]|\"\")*\")|('(?:[^']|'')*')|([\w]+)|([:,<>()])|(\S))")

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, int]] = []
        position = 0
        while (match := self._TOKEN.match(text, position)) is not None:
            start = match.start(match.lastindex or 0)
            if match.group(5):
                raise self._error(f"unexpected {match.group(5)!r}", start)
            self._tokens.append((text[start:match.end()], start))
            position = match.end()
        self._tokens.append(("", len(text)))
        self._index = 0

    def fields(self) -> tuple[Field, ...]:
        """The columns of the text; lines and commas part them."""
        found: list[Field] = []
        while self._peek():
            found.append(self._field())
            self._take(",")
        return tuple(found)

    def _error(self, message: str, offset: int) -> InvalidArgumentError:
        line = self._text.count("\n", 0, offset) + 1
        column = offset - (self._text.rfind("\n", 0, offset) + 1) + 1
        return InvalidArgumentError(
            f"line {line}, column {column} of the schema: {message}", message=message, line=line,
            column=column)

    def _unexpected(self, wanted: str) -> InvalidArgumentError:
        token, offset = self._tokens[self._index]
        return self._error(f"expected {wanted}, not {token!r}" if token else f"expected {wanted}",
                           offset)

    def _peek(self) -> str:
        return self._tokens[self._index][0]

    def _next(self) -> str:
        token = self._peek()
        self._index += 1
        return token

    def _take(self, token: str) -> bool:
        if self._peek() == token:
            self._index += 1
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise self._unexpected(repr(token))

    def _field(self) -> Field:
        name = self._name()
        self._expect(":")
        data_type = self._type()
        return Field(name, data_type, not self._is_not_null())

    def _name(self) -> str:
        token = self._peek()
        if token.startswith('"'):
            return self._next()[1:-1].replace('""', '"')
        if not _PLAIN_NAME.match(token):
            raise self._unexpected("a name")
        return self._next()

    def _is_not_null(self) -> bool:
        if self._peek().lower() != "not":
            return False
        self._next()
        if self._next().lower() != "null":
            self._index -= 1
            raise self._unexpected("'null'")
        return True

    def _element(self, name: str) -> Field:
        data_type = self._type()
        return Field(name, data_type, not self._is_not_null())

    def _number(self) -> int:
        if not self._peek().isdecimal():
            raise self._unexpected("a number")
        return int(self._next())

    def _unit(self) -> str:
        if self._peek() not in _UNIT_LETTERS:
            raise self._unexpected("a unit: s, ms, us or ns")
        return _UNIT_LETTERS[self._next()]

    def _type(self) -> DataType:
        name = self._peek()
        offset = self._tokens[self._index][1]
        self._index += 1
        if name == "categorical":
            if not self._take("("):
                return DataType("u", is_categorical=True)
            if self._next() != "ordered":
                raise self._error("expected 'ordered'", offset)
            self._expect(")")
            return DataType("u", is_categorical=True, is_ordered=True)
        if name == "binary" and self._take("("):
            width = self._number()
            self._expect(")")
            return DataType(f"w:{width}")
        if name in _FORMATS:
            return DataType(_FORMATS[name])
        if name == "decimal":
            return self._decimal()
        if name in ("time", "timestamp", "duration"):
            return self._time(name)
        if name in ("list", "struct", "map"):
            return self._nested(name)
        self._index -= 1
        raise self._unexpected("a type")

    def _decimal(self) -> DataType:
        self._expect("(")
        precision = self._number()
        scale = self._number() if self._take(",") else 0
        self._expect(")")
        return DataType(f"d:{precision},{scale}")

    def _time(self, name: str) -> DataType:
        self._expect("(")
        unit = self._unit()
        zone = ""
        if name == "timestamp" and self._take(","):
            if not self._peek().startswith("'"):
                raise self._unexpected("a time zone in quotes")
            zone = self._next()[1:-1].replace("''", "'")
        self._expect(")")
        return DataType({"time": f"tt{unit}", "duration": f"tD{unit}",
                         "timestamp": f"ts{unit}:{zone}"}[name])

    def _nested(self, name: str) -> DataType:
        self._expect("<")
        if name == "struct":
            fields: list[Field] = []
            while self._peek() != ">":
                fields.append(self._field())
                if not self._take(","):
                    break
            self._expect(">")
            return DataType("+s", tuple(fields))
        first = self._element("key" if name == "map" else "item")
        if name == "map":
            self._expect(",")
            value = self._element("value")
            self._expect(">")
            entries = DataType("+s", (Field("key", first.data_type, False), value))
            return DataType("+m", (Field("entries", entries, False),))
        code = f"+w:{self._number()}" if self._take(",") else "+l"
        self._expect(">")
        return DataType(code, (first,))
