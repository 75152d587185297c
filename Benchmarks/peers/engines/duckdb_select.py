"""A question in DuckDB's SQL, apart from the module that asks it."""

from ..predicate import sql


def select(source: str, columns, where) -> str:
    return (f"SELECT {', '.join(columns) if columns else '*'} FROM {source}"
            + (f" WHERE {sql(where)}" if where else ""))
