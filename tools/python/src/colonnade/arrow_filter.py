"""pyarrow's conditions as predicates of the engine, where both mean the same for every row.

What is pushed down has pyarrow's answer, null and NaN included: pyarrow compares floats as IEEE 754
does, the engine has NaN equal to itself and greatest, so that comparisons say what becomes of NaN. Of
a condition that is joined by AND, the parts that can be translated are pushed; where one cannot,
pyarrow evaluates the whole over the rows that are left.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from .substrait import (Call, Choice, Literal, Membership, Reference, Untranslatable,
                        read_condition)
from .types import quoted_name

_COMPARISONS = {"equal": "=", "not_equal": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclasses.dataclass
class ArrowFilter:
    """A condition divided between the engine and pyarrow."""

    #: A predicate of the engine, None for every row.
    text: str | None = None
    parameters: dict[str, Any] = dataclasses.field(default_factory=dict)
    #: Whether pyarrow has to evaluate the condition again over what is left.
    has_residual: bool = False
    #: Names of the columns the condition looks at; None where that is not known.
    columns: list[str] | None = None


def translate(condition: Any, schema: Any) -> ArrowFilter:
    """Divides a pyarrow expression over columns of a pyarrow schema."""
    result = ArrowFilter()
    try:
        tree = read_condition(bytes(condition.to_substrait(schema)))
    except (Untranslatable, NotImplementedError, ValueError, KeyError, TypeError):
        # pyarrow's own refusals are ArrowInvalid and ArrowNotImplementedError, of these classes.
        result.has_residual = True
        return result
    translation = _Translation(schema, result.parameters)
    texts = []
    for term in _terms(tree):
        before = dict(result.parameters)
        try:
            texts.append(translation.condition(term))
        except Untranslatable:
            result.parameters.clear()
            result.parameters.update(before)
            result.has_residual = True
    result.text = " AND ".join(f"({text})" for text in texts) or None
    result.columns = sorted({schema.names[reference.path[0]] for reference in _references(tree)})
    return result


def _terms(tree: Any) -> list[Any]:
    if isinstance(tree, Call) and tree.name == "and":
        return [term for argument in tree.arguments for term in _terms(argument)]
    return [tree]


def _references(tree: Any) -> list[Reference]:
    if isinstance(tree, Reference):
        return [tree]
    if isinstance(tree, Literal):
        return []
    children: list[Any] = []
    for field in dataclasses.fields(tree):
        value = getattr(tree, field.name)
        children += value if isinstance(value, tuple) else [value]
    return [found for child in children if dataclasses.is_dataclass(child)
            for found in _references(child)]


class _Translation:
    def __init__(self, schema: Any, parameters: dict[str, Any]) -> None:
        self.schema = schema
        self.parameters = parameters

    def condition(self, tree: Any) -> str:
        """The text of a condition; Untranslatable where it would not mean the same."""
        if isinstance(tree, Literal):
            if tree.kind == "bool":
                return "TRUE" if tree.value else "FALSE"
            if tree.kind == "null":
                return "NULL"
        if isinstance(tree, Reference):
            name, data_type = self.column(tree)
            if str(data_type) == "bool":
                return f"{name} = TRUE"
        if isinstance(tree, Membership):
            name = self.column(tree.operand)[0]
            listed, holds_null = self.list(tree)
            # pyarrow's is_in is never null: a null is in a list that holds one.
            return (f"({listed}) OR {name} IS NULL" if holds_null
                    else f"({listed}) AND {name} IS NOT NULL")
        if isinstance(tree, Choice):
            return self.choice(tree)
        if isinstance(tree, Call):
            return self.call(tree)
        raise Untranslatable("no condition")

    def call(self, tree: Call) -> str:
        if tree.name in ("and", "or"):
            joint = f" {tree.name.upper()} "
            return joint.join(f"({self.condition(argument)})" for argument in tree.arguments)
        if tree.name == "not":
            (argument,) = tree.arguments
            return f"NOT ({self.condition(argument)})"
        if tree.name in ("is_null", "is_not_null"):
            name = self.column(tree.arguments[0])[0]
            return f"{name} IS {'NOT ' if tree.name == 'is_not_null' else ''}NULL"
        if tree.name == "is_nan":
            name, data_type = self.column(tree.arguments[0])
            if _float(data_type):
                # The engine's test is never null, pyarrow's is for null.
                return f"{name} IS NAN OR ({name} IS NULL AND NULL)"
        if tree.name == "starts_with" and len(tree.arguments) == 2:
            name, data_type = self.column(tree.arguments[0])
            prefix = tree.arguments[1]
            if _text(data_type) and isinstance(prefix, Literal) and prefix.kind == "string":
                escaped = prefix.value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
                return f"{name} LIKE {self.parameter(escaped + '%')} ESCAPE '\\'"
        if tree.name in _COMPARISONS and len(tree.arguments) == 2:
            return self.comparison(_COMPARISONS[tree.name], *tree.arguments)
        raise Untranslatable(f"the function {tree.name}")

    def comparison(self, operator: str, left: Any, right: Any) -> str:
        if isinstance(left, Literal):
            left, right, operator = right, left, _MIRRORED[operator]
        name, data_type = self.column(left)
        if isinstance(right, Reference):
            other, other_type = self.column(right)
            if data_type != other_type or not _ordered(data_type):
                raise Untranslatable("columns of other types are compared")
            return f"{name} {operator} {other}"
        value = self.value(right, data_type)
        text = f"{name} {operator} {value}"
        if _float(data_type) and operator in (">", ">="):
            return f"{text} AND NOT {name} IS NAN"
        return text

    def list(self, tree: Membership) -> tuple[str, bool]:
        """`x IN (…)` over the values that are not null, and whether there is a null."""
        name, data_type = self.column(tree.operand)
        if not all(isinstance(option, Literal) for option in tree.options):
            raise Untranslatable("a list of other things than values")
        values = [option for option in tree.options if option.kind != "null"]
        if not values:
            raise Untranslatable("an empty list")
        listed = ", ".join(self.value(option, data_type) for option in values)
        return f"{name} IN ({listed})", len(values) < len(tree.options)

    def choice(self, tree: Choice) -> str:
        """`if_else` over a test that is never null."""
        test = tree.condition
        if not (isinstance(test, Call) and test.name in ("is_null", "is_not_null")):
            raise Untranslatable("a choice by a condition that may be null")
        null = isinstance(tree.otherwise, Literal) and tree.otherwise.kind == "null"
        if (null and test.name == "is_not_null" and isinstance(tree.then, Membership)
                and tree.then.operand == test.arguments[0]):
            listed, holds_null = self.list(tree.then)
            if not holds_null:
                return listed
        condition = self.condition(test)
        return (f"(({condition}) AND ({self.condition(tree.then)}))"
                f" OR (NOT ({condition}) AND ({self.condition(tree.otherwise)}))")

    def column(self, tree: Any) -> tuple[str, Any]:
        """The text of a column or a field of structs, and its type."""
        if not isinstance(tree, Reference):
            raise Untranslatable("something else than a column is asked about")
        field = self.schema.field(tree.path[0])
        names = [field.name]
        for index in tree.path[1:]:
            field = field.type.field(index)
            names.append(field.name)
        return ".".join(map(quoted_name, names)), field.type

    def value(self, tree: Any, data_type: Any) -> str:
        """A parameter of a literal that a column's values are compared with exactly."""
        if not isinstance(tree, Literal):
            raise Untranslatable("columns are compared with something else than values")
        kind, value, text = tree.kind, tree.value, str(data_type)
        fits = (
            (kind in ("i8", "i16", "i32", "i64") and text.lstrip("u").startswith("int"))
            or (kind == "fp64" and text == "double") or (kind == "fp32" and text == "float")
            or (kind == "string" and _text(data_type))
            or (kind == "binary" and text in ("binary", "large_binary", "binary_view"))
            or (kind == "bool" and text == "bool")
            or (kind == "date" and text.startswith("date32"))
            or (kind == "decimal" and text.startswith("decimal"))
            or (kind == "timestamp" and text.startswith("timestamp[") and data_type.tz is None)
            or (kind == "timestamp_tz" and text.startswith("timestamp[")
                and data_type.tz is not None))
        if not fits or (isinstance(value, float) and math.isnan(value)):
            raise Untranslatable(f"{kind} is compared with {text}")
        return self.parameter(value)

    def parameter(self, value: Any) -> str:
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = value
        return f"${name}"


def _float(data_type: Any) -> bool:
    return str(data_type) in ("float", "double", "halffloat")


def _text(data_type: Any) -> bool:
    return str(data_type) in ("string", "large_string", "string_view")


def _ordered(data_type: Any) -> bool:
    """Types whose values pyarrow and the engine compare alike, NaN being the exception."""
    text = str(data_type)
    return (text.lstrip("u").startswith("int") or _text(data_type) or text in ("bool", "date32[day]")
            or text.startswith(("timestamp[", "decimal")))
