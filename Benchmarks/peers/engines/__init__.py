"""The engines: each writes a table of Arrow to its store, reads it with columns and a predicate, and
takes rows by number. Every call opens the store anew and ends with an Arrow table in memory.
Those that are programs say with what arguments they are started."""

import importlib

# Name → module and arguments of its class `Engine`. Modules load when they are asked for, so that a
# process holds no more than the engine it measures.
ENGINES = {
    "colonnade": ("colonnade", {}),
    "colonnade-fast": ("colonnade", {"profile": "fast"}),
    "colonnade-archive": ("colonnade", {"profile": "archive"}),
    "colonnade-attached": ("colonnade", {"attached": True}),
    "colonnade-unkept": ("colonnade", {"keeps": False}),
    "pyarrow": ("pyarrow", {}),
    "pyarrow-tuned": ("pyarrow", {"tuned": True}),
    "polars": ("polars", {}),
    "duckdb-parquet": ("duckdb", {}),
    "duckdb": ("duckdb_native", {}),
    "duckdb-attached": ("duckdb_native", {"attached": True}),
    "lance": ("lance", {}),
    "vortex": ("vortex", {}),
    "delta": ("delta", {}),
    "source": ("source", {}),
    "colonnade-program": ("colonnade_program", {}),
    "duckdb-program": ("duckdb_program", {}),
    "polars-csv": ("conversion", {"program": "polars"}),
    "duckdb-csv": ("conversion", {"program": "duckdb"}),
    "duckdb-csv-partitioned": ("conversion", {"program": "duckdb-partitioned"}),
    "pyarrow-csv-partitioned": ("conversion", {"program": "pyarrow-partitioned"}),
}
OURS = [name for name in ENGINES if name.startswith("colonnade")]


def load(name: str):
    module, arguments = ENGINES[name]
    return importlib.import_module(f".{module}", __name__).Engine(**arguments)
