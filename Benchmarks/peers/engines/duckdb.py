"""Parquet by DuckDB."""

import duckdb

from .duckdb_select import select


class Engine:
    version = duckdb.__version__

    def write(self, table, path, dataset) -> None:
        partition = f", PARTITION_BY ({dataset.partition_by})" if dataset.partition_by else ""
        with duckdb.connect() as connection:
            connection.register("source", table)
            connection.execute(
                f"COPY source TO '{path}' (FORMAT parquet, COMPRESSION zstd{partition})")

    def read(self, path, dataset, columns, where):
        source = (f"read_parquet('{path}/**/*.parquet', hive_partitioning = true)"
                  if dataset.partition_by else f"read_parquet('{path}')")
        with duckdb.connect() as connection:
            return connection.sql(select(source, columns, where)).to_arrow_table()

    def take(self, path, dataset, rows):
        numbers = ", ".join(map(str, rows))
        with duckdb.connect() as connection:
            return connection.sql(
                f"SELECT * EXCLUDE file_row_number FROM read_parquet('{path}', "
                f"file_row_number = true) WHERE file_row_number IN ({numbers})").to_arrow_table()
