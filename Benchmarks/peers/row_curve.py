"""What our scans cost against rows.

Time must be proportional to rows for what reads columns; a point query must not grow. Batches are
looked at one after the other and let go: what memory grows by is the file, whose mapped pages count.
"""

import pathlib
import statistics
import time

from . import data, places, stores
from .jobs import JANUARY, JANUARY_COLUMNS

THREE = ["l_quantity", "l_extendedprice", "l_discount"]
QUESTIONS = {"read-3": (THREE, None), "filter": (list(JANUARY_COLUMNS), JANUARY),
             # An order that the smallest table has, too.
             "point": (None, (("l_orderkey", "=", 500_001),))}
# Rows → scale of TPC-H that has them (the last is all of it, 59,986,052 rows).
ROWS = {1_000_000: 1, 10_000_000: 2, 60_000_000: 10}
NAME = "curves/rows"
COUNTS = tuple(ROWS)
LARGE = 60_000_000
RUNS = 5


def batches(parquet: pathlib.Path, count: int):
    """The first `count` rows, a batch at a time: the largest table does not fit into memory."""
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(parquet)
    schema = data.plain_schema(file.schema_arrow)

    def each():
        left = count
        for batch in file.iter_batches(data.BATCH_ROWS):
            if left <= 0:
                return
            yield batch.slice(0, left).cast(schema)
            left -= batch.num_rows

    return pyarrow.RecordBatchReader.from_batches(schema, each())


def table(count: int, engine) -> pathlib.Path:
    """Our table of so many rows, written by this build."""

    def write(path):
        parquet = data.tpch("parquet", path.parent / "source", ROWS[count])
        engine.write(batches(parquet, count), path, data.LINEITEM)
        stores.remove(parquet.parent)

    return stores.curve_table(engine, f"rows-{count}", write)


def point(count: int) -> dict:
    from .engines import load
    from .predicate import sql

    engine = load("colonnade")
    import colonnade

    path = table(count, engine)
    result = {"rows": 0, "bytes": places.byte_count(path), "seconds": {}, "answers": {}}
    for name, (columns, where) in QUESTIONS.items():
        seconds = []
        # The first warms up.
        for _ in range(RUNS + 1):
            started = time.perf_counter()
            scan = colonnade.open(path).scan(columns, sql(where) if where else None)
            answered = sum(batch.num_rows for batch in scan)
            seconds.append(time.perf_counter() - started)
        result["seconds"][name] = statistics.median(seconds[1:])
        result["answers"][name] = answered
    result["rows"] = result["answers"]["read-3"]
    return result


def lines(points: dict[str, dict]) -> list[list[str]]:
    """The table of a curve, header first."""
    drawn = [["rows", "MB", *(f"{name} ms" for name in QUESTIONS),
              *(f"{name} ns a row" for name in ("read-3", "filter")), "peak MB"]]
    for found in points.values():
        drawn.append([
            f"{found['rows']:,}", f"{found['bytes'] / 1e6:,.1f}",
            *(f"{found['seconds'][name] * 1e3:,.2f}" for name in QUESTIONS),
            *(f"{found['seconds'][name] * 1e9 / found['rows']:.2f}"
              for name in ("read-3", "filter")),
            f"{found['peak'] / 1e6:,.0f}"])
    return drawn
