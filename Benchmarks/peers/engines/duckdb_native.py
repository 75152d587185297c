"""DuckDB's own file: opened anew for every question, or attached once before the clock starts."""

import duckdb

from .duckdb_select import select


class Engine:
    version = f"{duckdb.__version__}-1"

    def __init__(self, attached: bool = False) -> None:
        self.attached = attached
        self.connection = None

    def write(self, table, path, dataset) -> None:
        with duckdb.connect(str(path)) as connection:
            # With two threads the rows of Arrow's batches are written twice, once before and once
            # in the checkpoint, and half of the file stays empty.
            connection.execute("SET threads = 1")
            connection.register("source", table)
            connection.execute("CREATE TABLE rows AS SELECT * FROM source")

    def _ask(self, path, question: str):
        if self.attached:
            if self.connection is None:
                self.connection = duckdb.connect(str(path), read_only=True)
            return self.connection.sql(question).to_arrow_table()
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.sql(question).to_arrow_table()

    def read(self, path, dataset, columns, where):
        return self._ask(path, select("rows", columns, where))

    def take(self, path, dataset, rows):
        numbers = ", ".join(map(str, rows))
        return self._ask(path, f"SELECT * FROM rows WHERE rowid IN ({numbers})")
