"""A peer that makes Parquet of CSV, as the shortest program in Python that does it; the start of Python
and the import are part of the whole job, a fiftieth of it."""

import importlib.metadata
import sys

PROGRAMS = {
    # Dates are parsed, as all others do.
    "polars": """
import polars, sys
polars.scan_csv(sys.argv[1], try_parse_dates=True).sink_parquet(sys.argv[2])
""",
    "duckdb": """
import duckdb, sys
duckdb.execute("SET preserve_insertion_order = false")
duckdb.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' "
               "(FORMAT parquet, COMPRESSION zstd)")
""",
    "duckdb-partitioned": """
import duckdb, sys
duckdb.execute("SET preserve_insertion_order = false")
duckdb.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' "
               "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (l_shipmode))")
""",
    "pyarrow-partitioned": """
import pyarrow.dataset, sys
source = pyarrow.dataset.dataset(sys.argv[1], format="csv")
keys = pyarrow.dataset.partitioning(
    pyarrow.schema([source.schema.field("l_shipmode")]), flavor="hive")
pyarrow.dataset.write_dataset(source, sys.argv[2], format="parquet", partitioning=keys)
""",
}


class Engine:
    def __init__(self, program: str) -> None:
        self.program = PROGRAMS[program]
        self.version = importlib.metadata.version(program.split("-")[0])

    def convert(self, csv, path) -> list:
        return [sys.executable, "-c", self.program, csv, path]

    def read_back(self, path):
        import pyarrow.dataset

        return pyarrow.dataset.dataset(path, format="parquet", partitioning="hive").to_table()
