"""Reads the conditions that pyarrow writes as Substrait (substrait.io, ExtendedExpression).

pyarrow's own expressions cannot be looked into from Python; their serialised form can. Only what such
conditions are made of is read: columns, values, comparisons, logic, lists. The protocol buffers' wire
format is read field by field; anything else ends in `Untranslatable`, and is left to pyarrow.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import struct
from collections.abc import Iterator
from typing import Any


class Untranslatable(Exception):
    """A condition has a part that is not read here; pyarrow evaluates it."""


@dataclasses.dataclass(frozen=True)
class Literal:
    """A value, and the kind Substrait gives it, such as `i64` or `fp64`; `null` for none."""

    kind: str
    value: Any


@dataclasses.dataclass(frozen=True)
class Reference:
    """A column by its index, and the indices of struct fields below it."""

    path: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Call:
    """A function by its Substrait name, such as `gte`, `and`, `is_null`."""

    name: str
    arguments: tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class Membership:
    """Whether a value is in a list of literals."""

    operand: Any
    options: tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class Choice:
    """`then` where `condition` is true, else `otherwise`."""

    condition: Any
    then: Any
    otherwise: Any


def read_condition(message: bytes) -> Any:
    """The one condition of an ExtendedExpression as a tree of the classes above.

    Raises:
        Untranslatable: It holds something that is not read here.
    """
    try:
        functions: dict[int, str] = {}
        expressions = []
        for number, value in _fields(message):
            if number == 2:
                for kind, declaration in _fields(value):
                    if kind == 3:
                        parts = dict(_fields(declaration))
                        functions[parts.get(2, 0)] = bytes(parts[3]).decode()
            elif number == 3:
                expressions += [inner for kind, inner in _fields(value) if kind == 1]
        if len(expressions) != 1:
            raise Untranslatable("not one expression")
        return _expression(expressions[0], functions)
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError, struct.error,
            RecursionError) as error:
        raise Untranslatable(str(error)) from error


def _fields(message: Any) -> Iterator[tuple[int, Any]]:
    """Field numbers and values of a message: integers, or the bytes of anything longer."""
    position = 0

    def variable() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(message):
        key = variable()
        number, wire = key >> 3, key & 7
        if wire == 0:
            yield number, variable()
            continue
        if wire not in (1, 2, 5):
            raise Untranslatable(f"wire type {wire}")
        length = {1: 8, 5: 4}.get(wire) or variable() if wire != 2 else variable()
        if position + length > len(message):
            raise Untranslatable("the message ends early")
        yield number, message[position:position + length]
        position += length


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _expression(message: Any, functions: dict[int, str]) -> Any:
    parts = list(_fields(message))
    if len(parts) != 1:
        raise Untranslatable("an expression of several kinds")
    number, value = parts[0]
    if number == 1:
        return _literal(value)
    if number == 2:
        return _reference(value)
    if number == 3:
        fields = list(_fields(value))
        anchor = next((inner for kind, inner in fields if kind == 1), 0)
        if any(kind == 5 for kind, _ in fields):
            raise Untranslatable("a function with options")
        arguments = []
        for kind, argument in fields:
            if kind == 4:
                ((place, inner),) = _fields(argument)
                if place != 3:
                    raise Untranslatable("an argument that is no value")
                arguments.append(_expression(inner, functions))
        return Call(functions[anchor], tuple(arguments))
    if number == 6:
        return _choice(value, functions)
    if number == 8:
        fields = list(_fields(value))
        operands = [_expression(inner, functions) for kind, inner in fields if kind == 1]
        options = [_expression(inner, functions) for kind, inner in fields if kind == 2]
        (operand,) = operands
        return Membership(operand, tuple(options))
    if number == 11:
        # pyarrow casts literals to types that Substrait lacks, such as unsigned integers.
        inner = [_expression(value, functions) for kind, value in _fields(value) if kind == 2]
        if len(inner) == 1 and isinstance(inner[0], Literal) and inner[0].kind in _INTEGERS:
            return inner[0]
        raise Untranslatable("a cast")
    raise Untranslatable(f"an expression of kind {number}")


def _choice(message: Any, functions: dict[int, str]) -> Choice:
    fields = list(_fields(message))
    clauses = [dict(_fields(value)) for kind, value in fields if kind == 1]
    others = [value for kind, value in fields if kind == 2]
    if len(clauses) != 1 or len(others) != 1:
        raise Untranslatable("a choice of several")
    return Choice(_expression(clauses[0][1], functions), _expression(clauses[0][2], functions),
                  _expression(others[0], functions))


def _reference(message: Any) -> Reference:
    segments = [value for kind, value in _fields(message) if kind == 1]
    if len(segments) != 1 or any(kind not in (1, 4) for kind, _ in _fields(message)):
        raise Untranslatable("a reference that is no column")
    path = []
    segment: Any = segments[0]
    while segment is not None:
        ((kind, inner),) = _fields(segment)
        if kind != 2:
            raise Untranslatable("a reference into a list or a map")
        parts = dict(_fields(inner))
        path.append(parts.get(1, 0))
        segment = parts.get(2)
    return Reference(tuple(path))


_INTEGERS = {"i8", "i16", "i32", "i64"}
_EPOCH = datetime.datetime(1970, 1, 1)


def _literal(message: Any) -> Literal:
    parts = [(number, value) for number, value in _fields(message) if number not in (50, 51)]
    if len(parts) != 1:
        raise Untranslatable("a literal of several kinds")
    number, value = parts[0]
    if number == 1:
        return Literal("bool", value != 0)
    if number in (2, 3, 5, 7):
        return Literal({2: "i8", 3: "i16", 5: "i32", 7: "i64"}[number], _signed(value))
    if number == 10:
        return Literal("fp32", struct.unpack("<f", value)[0])
    if number == 11:
        return Literal("fp64", struct.unpack("<d", value)[0])
    if number in (12, 21):
        return Literal("string", bytes(value).decode())
    if number == 13:
        return Literal("binary", bytes(value))
    if number == 14:
        return Literal("timestamp", _EPOCH + datetime.timedelta(microseconds=_signed(value)))
    if number == 27:
        return Literal("timestamp_tz", (_EPOCH + datetime.timedelta(
            microseconds=_signed(value))).replace(tzinfo=datetime.timezone.utc))
    if number == 16:
        return Literal("date", datetime.date(1970, 1, 1) + datetime.timedelta(_signed(value)))
    if number == 24:
        inner = dict(_fields(value))
        unscaled = int.from_bytes(bytes(inner[1]), "little", signed=True)
        sign, digits, _ = decimal.Decimal(unscaled).as_tuple()
        return Literal("decimal", decimal.Decimal((sign, digits, -_signed(inner.get(3, 0)))))
    if number == 29:
        return Literal("null", None)
    raise Untranslatable(f"a literal of kind {number}")
