"""Lance."""

import lance

from ..predicate import sql, sql_literal


def literal(value) -> str:
    """Lance's dates are casts."""
    text = sql_literal(value)
    return f"CAST({text[5:]} AS DATE)" if text.startswith("DATE ") else text


class Engine:
    version = lance.__version__

    def write(self, table, path, dataset) -> None:
        lance.write_dataset(table, path)

    def read(self, path, dataset, columns, where):
        return lance.dataset(path).to_table(
            columns=columns, filter=sql(where, literal) if where else None)

    def take(self, path, dataset, rows):
        return lance.dataset(path).take(rows)
