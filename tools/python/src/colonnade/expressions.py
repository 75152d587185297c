"""Predicates from Python: `(col("delay") > 60) & col("carrier").is_in(["UA", "AA"])`.

An expression becomes the text of a predicate in which every value is a bound parameter, so that no
value is ever read as part of the predicate. What it means is settled in spec/semantics.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .errors import InvalidArgumentError
from .types import quoted_name
from .values import plain_value


class Rendering:
    """The text of an expression and the values of its parameters, `$p1`, `$p2`, …"""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def parameter(self, value: Any) -> str:
        """A parameter of that value, as it stands in the text."""
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = value
        return f"${name}"


class Expression:
    """A condition or a value made from columns; see `col` and `lit`.

    Comparisons are `== != < <= > >=`, conditions are joined with `&`, `|` and `~`. Python's `and`,
    `or` and `not` cannot be used.

    Example:
        >>> col("a").between(1, 5) & ~col("name").like("x%")
        <Expression ("a" BETWEEN 1 AND 5) AND (NOT ("name" LIKE 'x%'))>
    """

    __slots__ = ("_parts", "_alias")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, *parts: Any, alias: str | None = None) -> None:
        # Texts stand as they are, expressions in parentheses, the rest are values.
        self._parts = parts
        self._alias = alias

    # Rendering

    def render(self, rendering: Rendering) -> str:
        """The text of the expression; its values become parameters of `rendering`."""
        return "".join(part.text if isinstance(part, _Text)
                       else part._render_as_operand(rendering) if isinstance(part, Expression)
                       else rendering.parameter(part) for part in self._parts)

    def _render_as_operand(self, rendering: Rendering) -> str:
        text = self.render(rendering)
        return text if isinstance(self, Column) or len(self._parts) == 1 else f"({text})"

    def __repr__(self) -> str:
        return f"<Expression {self}>"

    def __str__(self) -> str:
        return self.render(_Shown())

    def __bool__(self) -> bool:
        raise TypeError(
            "an expression is neither true nor false before rows are read: join conditions with "
            "&, | and ~ (in place of and, or, not), each in parentheses; a <= x <= b is "
            "x.between(a, b)")

    def __contains__(self, value: Any) -> bool:
        raise TypeError("use .is_in([…]) in place of `in`")

    def __iter__(self) -> Any:
        raise TypeError("an expression holds no rows: scan the table with it")

    # Comparisons

    def _binary(self, operator: str, other: Any) -> Expression:
        return Expression(self, _Text(f" {operator} "), _operand(other))

    def _reversed(self, operator: str, other: Any) -> Expression:
        return Expression(_operand(other), _Text(f" {operator} "), self)

    def __eq__(self, other: Any) -> Expression:  # type: ignore[override]
        _refuse_none(other, "==", "is_null()")
        return self._binary("=", other)

    def __ne__(self, other: Any) -> Expression:  # type: ignore[override]
        _refuse_none(other, "!=", "is_not_null()")
        return self._binary("<>", other)

    def __lt__(self, other: Any) -> Expression:
        return self._binary("<", other)

    def __le__(self, other: Any) -> Expression:
        return self._binary("<=", other)

    def __gt__(self, other: Any) -> Expression:
        return self._binary(">", other)

    def __ge__(self, other: Any) -> Expression:
        return self._binary(">=", other)

    def between(self, low: Any, high: Any) -> Expression:
        """Whether a value lies from `low` to `high`, both included."""
        return Expression(self, _Text(" BETWEEN "), _operand(low), _Text(" AND "), _operand(high))

    def is_in(self, values: Iterable[Any]) -> Expression:
        """Whether a value is one of `values`; an empty list holds nothing.

        Raises:
            InvalidArgumentError: `values` is a single text or not a list of values.
        """
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise InvalidArgumentError(f"is_in takes a list of values, not {values!r}")
        parts: list[Any] = [self, _Text(" IN (")]
        for index, value in enumerate(values):
            if index:
                parts.append(_Text(", "))
            parts.append(_operand(value))
        return Expression(*parts, _Text(")"))

    def is_null(self) -> Expression:
        """Whether a value is missing."""
        return Expression(self, _Text(" IS NULL"))

    def is_not_null(self) -> Expression:
        """Whether a value is there."""
        return Expression(self, _Text(" IS NOT NULL"))

    def is_nan(self) -> Expression:
        """Whether a value is NaN; false where it is missing."""
        return Expression(self, _Text(" IS NAN"))

    def is_true(self) -> Expression:
        """Whether a condition is true; false where it is NULL."""
        return Expression(self, _Text(" IS TRUE"))

    def is_distinct_from(self, other: Any) -> Expression:
        """Whether two values differ, where NULL equals NULL."""
        return self._binary("IS DISTINCT FROM", other)

    def like(self, pattern: str, escape: str | None = None) -> Expression:
        """Whether a text fits a pattern: `%` stands for any text, `_` for one character.

        Args:
            escape: A character that takes the meaning away from the next one.
        """
        return self._like("LIKE", pattern, escape)

    def ilike(self, pattern: str, escape: str | None = None) -> Expression:
        """The same, whatever the case of letters."""
        return self._like("ILIKE", pattern, escape)

    def starts_with(self, prefix: str) -> Expression:
        """Whether a text begins with another."""
        return self._like("LIKE", _literally(prefix) + "%", "\\")

    def ends_with(self, suffix: str) -> Expression:
        """Whether a text ends with another."""
        return self._like("LIKE", "%" + _literally(suffix), "\\")

    def contains(self, part: str) -> Expression:
        """Whether a text holds another."""
        return self._like("LIKE", "%" + _literally(part) + "%", "\\")

    def _like(self, operator: str, pattern: str, escape: str | None) -> Expression:
        # Patterns are literals in the grammar, never parameters: quoted here, a quote doubled.
        parts: list[Any] = [self, _Text(f" {operator} {_quoted_text(pattern)}")]
        if escape is not None:
            parts.append(_Text(f" ESCAPE {_quoted_text(escape)}"))
        return Expression(*parts)

    # Conditions

    def __and__(self, other: Any) -> Expression:
        return _joined("AND", self, _condition(other))

    def __rand__(self, other: Any) -> Expression:
        return _joined("AND", _condition(other), self)

    def __or__(self, other: Any) -> Expression:
        return _joined("OR", self, _condition(other))

    def __ror__(self, other: Any) -> Expression:
        return _joined("OR", _condition(other), self)

    def __invert__(self) -> Expression:
        return Expression(_Text("NOT "), self)

    # Arithmetic

    def __add__(self, other: Any) -> Expression:
        return self._binary("+", other)

    def __radd__(self, other: Any) -> Expression:
        return self._reversed("+", other)

    def __sub__(self, other: Any) -> Expression:
        return self._binary("-", other)

    def __rsub__(self, other: Any) -> Expression:
        return self._reversed("-", other)

    def __mul__(self, other: Any) -> Expression:
        return self._binary("*", other)

    def __rmul__(self, other: Any) -> Expression:
        return self._reversed("*", other)

    def __truediv__(self, other: Any) -> Expression:
        return self._binary("/", other)

    def __rtruediv__(self, other: Any) -> Expression:
        return self._reversed("/", other)

    def __neg__(self) -> Expression:
        return Expression(_Text("-"), self)

    def remainder(self, other: Any) -> Expression:
        """What a division leaves, with the sign of the left side (Python's `%` has the right's)."""
        return self._binary("%", other)

    def quotient(self, other: Any) -> Expression:
        """The quotient of integers, rounded towards zero (Python's `//` rounds down)."""
        return self._binary("//", other)

    def abs(self) -> Expression:
        """The absolute value of a number."""
        return self._function("abs")

    # Functions

    def _function(self, name: str) -> Expression:
        return Expression(_Text(f"{name}("), self, _Text(")"))

    def lower(self) -> Expression:
        """Text in lower case, by Unicode's simple mapping."""
        return self._function("lower")

    def upper(self) -> Expression:
        """Text in upper case, by Unicode's simple mapping."""
        return self._function("upper")

    def length(self) -> Expression:
        """Characters of a text, bytes of binary, elements of a list or map."""
        return self._function("length")

    def year(self) -> Expression:
        """The year of a date or timestamp, in UTC."""
        return self._function("year")

    def month(self) -> Expression:
        """The month of a date or timestamp, 1–12, in UTC."""
        return self._function("month")

    def day(self) -> Expression:
        """The day of the month of a date or timestamp, in UTC."""
        return self._function("day")

    def hour(self) -> Expression:
        """The hour of a timestamp or time, in UTC."""
        return self._function("hour")

    def minute(self) -> Expression:
        """The minute of a timestamp or time."""
        return self._function("minute")

    def second(self) -> Expression:
        """The whole second of a timestamp or time."""
        return self._function("second")

    def cast(self, data_type: str) -> Expression:
        """The value as another type, such as `"float64"`; out of its range is an error."""
        from .types import TypeText

        text = TypeText(f"x: {data_type}").fields()[0].type
        return Expression(_Text("CAST("), self, _Text(f" AS {text})"))


class Column(Expression):
    """A column, or a field of structs below one; see `col`."""

    __slots__ = ("path",)

    def __init__(self, path: tuple[str, ...], alias: str | None = None) -> None:
        super().__init__(_Text(".".join(map(quoted_name, path))), alias=alias)
        self.path = path

    def field(self, name: str) -> Column:
        """A field of a struct."""
        return Column((*self.path, name), self._alias)

    def alias(self, name: str) -> Column:
        """The same under another name, in the columns of a scan."""
        return Column(self.path, name)

    @property
    def selection(self) -> str:
        """The column as it stands in a list of columns."""
        text = ".".join(map(quoted_name, self.path))
        return text if self._alias is None else f"{text} AS {quoted_name(self._alias)}"


class _Text:
    """A part of a predicate that stands as it is."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class _Shown(Rendering):
    """Shows values where they stand, for people; never given to the engine."""

    def parameter(self, value: Any) -> str:
        value = plain_value(value)
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, (int, float)):
            return str(value)
        return _quoted_text(str(value))


def _quoted_text(text: str) -> str:
    if not isinstance(text, str):
        raise InvalidArgumentError(f"expected a text, not {text!r}")
    return "'" + text.replace("'", "''") + "'"


def _literally(text: str) -> str:
    if not isinstance(text, str):
        raise InvalidArgumentError(f"expected a text, not {text!r}")
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _operand(value: Any) -> Any:
    return value if isinstance(value, Expression) else Expression(value)


def _refuse_none(value: Any, operator: str, method: str) -> None:
    if value is None:
        raise InvalidArgumentError(f"`{operator} None` is never true: use .{method}")


def _condition(value: Any) -> Expression:
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        return lit(value)
    raise TypeError(
        f"&, | and ~ join conditions, not {type(value).__name__}; they bind more strongly than "
        "comparisons: put each comparison in parentheses")


class _Joined(Expression):
    """Conditions in one list of AND or OR: long lists stay one level."""

    __slots__ = ("operator", "terms")

    def __init__(self, operator: str, terms: tuple[Expression, ...]) -> None:
        parts: list[Any] = []
        for term in terms:
            parts += [_Text(f" {operator} "), term] if parts else [term]
        super().__init__(*parts)
        self.operator, self.terms = operator, terms


def _joined(operator: str, *sides: Expression) -> Expression:
    terms: list[Expression] = []
    for side in sides:
        is_same = isinstance(side, _Joined) and side.operator == operator
        terms += side.terms if is_same else [side]
    return _Joined(operator, tuple(terms))


def all_of(conditions: Iterable[Expression]) -> Expression:
    """Whether all conditions are true; true where there are none."""
    listed = list(conditions)
    return _joined("AND", *listed) if len(listed) > 1 else listed[0] if listed else lit(True)


def any_of(conditions: Iterable[Expression]) -> Expression:
    """Whether one of the conditions is true; false where there are none."""
    listed = list(conditions)
    return _joined("OR", *listed) if len(listed) > 1 else listed[0] if listed else lit(False)


def col(name: str) -> Column:
    """A column of the table, by its exact name.

    Example:
        >>> col("delay") > 60
        <Expression "delay" > 60>
    """
    if not isinstance(name, str):
        raise InvalidArgumentError(f"a column's name is a text, not {type(name).__name__}")
    return Column((name,))


def lit(value: Any) -> Expression:
    """A value, for expressions that begin with one.

    Example:
        >>> lit(3) < col("a")
        <Expression 3 < "a">
    """
    # TRUE and FALSE are conditions by themselves, which parameters are not.
    if isinstance(value, bool):
        return Expression(_Text("TRUE" if value else "FALSE"))
    return Expression(value)
