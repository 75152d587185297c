"""Tables as Polars' lazy frames: columns, conditions and limits are pushed into the engine."""

from __future__ import annotations

import datetime
import io
import json
import os
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .expressions import Expression, all_of, any_of, col
from .optional import required
from .table import Table, open as open_table

if TYPE_CHECKING:
    import polars


def scan_colonnade(source: Table | str | os.PathLike[str], at: Any = None) -> polars.LazyFrame:
    """A table as a lazy frame of Polars.

    Args:
        source: A table, or its path.
        at: A version or a time, where a path is given.

    Example:
        >>> colonnade.scan_colonnade("flights").filter(pl.col("month") == 7).select("carrier").collect()
    """
    polars = required("polars")
    plugins = required("polars.io.plugins")
    table = source if isinstance(source, Table) else open_table(source, at)
    schema = table.scan(limit=0).to_polars().schema

    def frames(with_columns: list[str] | None, predicate: Any, n_rows: int | None,
               batch_size: int | None) -> Iterator[polars.DataFrame]:
        names = list(schema) if with_columns is None else with_columns
        needed = list(names)
        if predicate is not None:
            needed = list(dict.fromkeys([*names, *predicate.meta.root_names()]))
        # Polars tests each row again: what is pushed down only has to keep every row that matches.
        scan = table.scan(columns=needed, filter=pushed_part(predicate, schema),
                          limit=n_rows if predicate is None else None,
                          batch_rows=None if batch_size is None else min(batch_size, 65_536),
                          strings="views")
        left = n_rows
        for batch in scan:
            frame = polars.DataFrame(batch)
            if predicate is not None:
                frame = frame.filter(predicate)
            if left is not None:
                frame = frame.head(left)
                left -= frame.height
            yield frame.select(names)
            if left == 0:
                return

    return plugins.register_io_source(frames, schema=schema)


class _Unknown(Exception):
    """A part of a condition that is left to Polars."""


def pushed_part(predicate: Any, schema: Any) -> Expression | None:
    """The parts of a condition that the engine can test, joined; None for none."""
    if predicate is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = json.loads(predicate.meta.serialize(format="json"))
    except Exception:
        # Polars does not promise this form: without it nothing is pushed, and all is still right.
        return None
    reading, terms = _Reading(schema), []
    for term in _terms(tree):
        try:
            terms.append(reading.condition(term))
        except (_Unknown, KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue
    return all_of(terms) if terms else None


def _terms(tree: Any) -> list[Any]:
    parts = tree.get("BinaryExpr") if isinstance(tree, dict) else None
    if parts and parts["op"] in ("And", "LogicalAnd"):
        return _terms(parts["left"]) + _terms(parts["right"])
    return [tree]


_MIRRORED = {"Eq": "Eq", "NotEq": "NotEq", "Lt": "Gt", "LtEq": "GtEq", "Gt": "Lt", "GtEq": "LtEq"}
_INTEGERS = {"Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"}
_EPOCH = datetime.datetime(1970, 1, 1)
_TICKS = {"Milliseconds": 1_000, "Microseconds": 1}


class _Reading:
    """Conditions over columns of a schema. A column is compared with values of its own type only:
    Polars rounds others to it, the engine does not."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    def condition(self, tree: Any) -> Expression:
        if "BinaryExpr" in tree:
            parts = tree["BinaryExpr"]
            operator = parts["op"]
            if operator in ("And", "LogicalAnd", "Or", "LogicalOr"):
                sides = [self.condition(parts["left"]), self.condition(parts["right"])]
                return all_of(sides) if "And" in operator else any_of(sides)
            return self.comparison(operator, parts["left"], parts["right"])
        if "Function" in tree:
            return self.function(tree["Function"])
        raise _Unknown

    def comparison(self, operator: str, left: Any, right: Any) -> Expression:
        if operator not in _MIRRORED:
            raise _Unknown
        if "Literal" in left:
            left, right, operator = right, left, _MIRRORED[operator]
        column, data_type = self.column(left)
        value = _value(right, data_type)
        return {"Eq": column.__eq__, "NotEq": column.__ne__, "Lt": column.__lt__,
                "LtEq": column.__le__, "Gt": column.__gt__, "GtEq": column.__ge__}[operator](value)

    def function(self, parts: Any) -> Expression:
        function, inputs = parts["function"], parts["input"]
        kind = function.get("Boolean")
        column, data_type = self.column(inputs[0])
        if kind == "IsNull":
            return column.is_null()
        if kind == "IsNotNull":
            return column.is_not_null()
        if kind == "IsNan":
            return column.is_nan()
        if isinstance(kind, dict) and "IsBetween" in kind:
            closed = kind["IsBetween"]["closed"]
            low = "GtEq" if closed in ("Both", "Left") else "Gt"
            high = "LtEq" if closed in ("Both", "Right") else "Lt"
            return all_of([self.comparison(low, inputs[0], inputs[1]),
                           self.comparison(high, inputs[0], inputs[2])])
        if isinstance(kind, dict) and "IsIn" in kind and not kind["IsIn"].get("nulls_equal"):
            return column.is_in(_list(inputs[1], data_type))
        if function.get("StringExpr") == "StartsWith":
            return column.starts_with(_value(inputs[1], data_type))
        raise _Unknown

    def column(self, tree: Any) -> tuple[Any, Any]:
        """A column or a field of structs, and Polars' type of it."""
        if "Column" in tree:
            return col(tree["Column"]), self.schema[tree["Column"]]
        struct = tree["Function"]["function"].get("StructExpr")
        if isinstance(struct, dict) and "FieldByName" in struct:
            column, data_type = self.column(tree["Function"]["input"][0])
            name = struct["FieldByName"]
            return column.field(name), {field.name: field.dtype for field in data_type.fields}[name]
        raise _Unknown


def _value(tree: Any, data_type: Any) -> Any:
    """A literal of a column's type, as Python has it."""
    literal, name = tree["Literal"], str(data_type.base_type())
    ((kind, value),) = (literal.get("Dyn") or literal["Scalar"]).items()
    if (kind in _INTEGERS or kind == "Int") and name in _INTEGERS and isinstance(value, int):
        return value
    if kind == "Float64" == name and isinstance(value, (int, float)):
        return float(value)
    if kind == "String" == name and isinstance(value, str):
        return value
    if kind == "Boolean" == name and isinstance(value, bool):
        return value
    if kind == "Date" == name:
        return datetime.date(1970, 1, 1) + datetime.timedelta(value)
    if kind == "Datetime" == name and value[1] in _TICKS:
        moment = _EPOCH + datetime.timedelta(microseconds=value[0] * _TICKS[value[1]])
        zoned, column_zoned = value[2] is not None, data_type.time_zone is not None
        if zoned == column_zoned:
            return moment.replace(tzinfo=datetime.timezone.utc) if zoned else moment
    raise _Unknown


def _list(tree: Any, data_type: Any) -> list[Any]:
    """The values of a literal list of a column's type, without nulls."""
    message = bytes(tree["Literal"]["Scalar"]["List"])
    series = required("polars").read_ipc_stream(io.BytesIO(message)).to_series()
    if series.dtype != data_type and str(series.dtype.base_type()) == "List":
        series = series.explode()
    if series.dtype != data_type or not (
            str(data_type.base_type()) in _INTEGERS | {"String", "Boolean", "Date"}):
        raise _Unknown
    return [value for value in series.to_list() if value is not None]
