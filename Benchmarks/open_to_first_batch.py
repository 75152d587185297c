"""From nothing to the first rows, from Python: what opening costs beside pyarrow, Polars and DuckDB.

    tools/library && .venv/bin/python Benchmarks/open_to_first_batch.py

Two data sets. *Wide*: 10,000 float32 columns × 1,000 rows in one file, one column wanted. *Partitioned*:
1,000,000 rows in 10,000 partitions, one wanted. Each job opens anew, asks, and ends with the rows in
memory; imports and connections are made before. The rows are compared in every run; medians of nine,
engines in turn, so that a slow moment hits all of them.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools/python/src"))
os.environ.setdefault("COLONNADE_LIBRARY",
                      str(ROOT / ".build/library/lib/libcolonnade.so.1"))

import colonnade  # noqa: E402
import duckdb  # noqa: E402
import numpy  # noqa: E402
import polars  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.dataset as ds  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

DATA = pathlib.Path(os.environ.get("COLONNADE_BENCH_DATA", ROOT / "Benchmarks" / "data"))
RUNS = 9
COLUMN = "c7531"
PARTITION = 4321


def make_wide():
    """One file of ours and one of Parquet, the same rows."""
    folder = DATA / "wide"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        numbers = numpy.random.default_rng(1)
        table = pa.table({f"c{index}": numbers.random(1000, dtype=numpy.float32)
                          for index in range(10_000)})
        colonnade.write(folder / "table", table)
        pq.write_table(table, folder / "wide.parquet", compression="zstd")
        (folder / "done").touch()
    return folder


def make_partitioned():
    folder = DATA / "partitioned"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        numbers = numpy.random.default_rng(2)
        table = pa.table({"p": numpy.repeat(numpy.arange(10_000, dtype=numpy.int32), 100),
                          "x": numbers.random(1_000_000), "y": numbers.integers(0, 9, 1_000_000)})
        colonnade.write(folder / "table", table, partition_by="p")
        ds.write_dataset(table, folder / "hive", format="parquet", max_partitions=10_000,
                         max_open_files=500,
                         partitioning=ds.partitioning(pa.schema([("p", pa.int32())]), flavor="hive"))
        (folder / "done").touch()
    return folder


def wide_jobs(folder):
    parquet, table = str(folder / "wide.parquet"), str(folder / "table")
    return {
        "colonnade": lambda: next(iter(colonnade.open(table).scan([COLUMN]))).to_arrow()[COLUMN],
        "pyarrow": lambda: pq.ParquetFile(parquet).read([COLUMN])[COLUMN],
        "Polars": lambda: polars.scan_parquet(parquet).select(COLUMN).collect()[COLUMN],
        "DuckDB": lambda: duckdb.sql(
            f"SELECT {COLUMN} FROM read_parquet('{parquet}')").to_arrow_table()[COLUMN],
    }


def partitioned_jobs(folder):
    hive, table = str(folder / "hive"), str(folder / "table")
    partitioning = ds.partitioning(pa.schema([("p", pa.int32())]), flavor="hive")
    return {
        "colonnade": lambda: next(iter(colonnade.open(table).scan(
            ["x"], colonnade.col("p") == PARTITION))).to_arrow()["x"],
        "pyarrow": lambda: ds.dataset(hive, format="parquet", partitioning=partitioning).to_table(
            ["x"], filter=ds.field("p") == PARTITION)["x"],
        "Polars": lambda: polars.scan_parquet(f"{hive}/**/*.parquet", hive_partitioning=True).filter(
            polars.col("p") == PARTITION).select("x").collect()["x"],
        "DuckDB": lambda: duckdb.sql(
            f"SELECT x FROM read_parquet('{hive}/**/*.parquet', hive_partitioning=true) "
            f"WHERE p = {PARTITION}").to_arrow_table()["x"],
    }


def measure(jobs):
    """Median seconds by engine; the values are compared."""
    values = {name: sorted(job().to_pylist() if hasattr(job(), "to_pylist") else job().to_list())
              for name, job in jobs.items()}
    first = values["colonnade"]
    for name, found in values.items():
        if found != first:
            raise SystemExit(f"{name} returned other values")
    times = {name: [] for name in jobs}
    for _ in range(RUNS):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}, len(first)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, help="where the figures go, as JSON")
    options = parser.parse_args()
    results = {}
    for name, jobs in [("wide, one of 10,000 columns", wide_jobs(make_wide())),
                       ("one of 10,000 partitions", partitioned_jobs(make_partitioned()))]:
        medians, rows = measure(jobs)
        best = min(found for engine, found in medians.items() if engine != "colonnade")
        results[name] = {"rows": rows, "seconds": medians, "ratio": medians["colonnade"] / best}
        print(f"{name} ({rows:,} rows)")
        for engine, found in medians.items():
            print(f"  {engine:10} {found * 1000:9.2f} ms")
        print(f"  ratio to the best peer: {results[name]['ratio']:.3f}")
    if options.output is None:
        today = datetime.date.today().isoformat()
        options.output = ROOT / "Benchmarks/results" / f"open-to-first-batch-{today}.json"
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps({
        "date": datetime.date.today().isoformat(), "processors": os.cpu_count(), "runs": RUNS,
        "peers": {"pyarrow": pa.__version__, "polars": polars.__version__,
                  "duckdb": duckdb.__version__}, "jobs": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
