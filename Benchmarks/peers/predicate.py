"""A conjunction of comparisons, said once and spoken in every engine's language."""

import datetime
import operator

Comparison = tuple[str, str, object]
Predicate = tuple[Comparison, ...]

OPERATORS = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt,
             ">=": operator.ge}


def sql_literal(value) -> str:
    if isinstance(value, datetime.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def sql(predicate: Predicate, literal=sql_literal) -> str:
    return " AND ".join(f"{column} {sign} {literal(value)}" for column, sign, value in predicate)


def combined(predicate: Predicate, column, literal=lambda value: value):
    """The same as an expression of objects that overload the operators and `&`."""
    result = None
    for name, sign, value in predicate:
        part = OPERATORS[sign](column(name), literal(value))
        result = part if result is None else result & part
    return result
