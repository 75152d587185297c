"""Parquet by Polars."""

import polars

from ..predicate import combined


class Engine:
    version = polars.__version__

    def write(self, table, path, dataset) -> None:
        frame = polars.from_arrow(table)
        if dataset.partition_by:
            frame.write_parquet(path, partition_by=[dataset.partition_by])
        else:
            frame.write_parquet(path)

    def read(self, path, dataset, columns, where):
        if dataset.partition_by:
            frame = polars.scan_parquet(f"{path}/**/*.parquet", hive_partitioning=True)
        else:
            frame = polars.scan_parquet(path)
        if where:
            frame = frame.filter(combined(where, polars.col, polars.lit))
        if columns:
            frame = frame.select(columns)
        return frame.collect().to_arrow()
