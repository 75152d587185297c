"""Cost curves: what our scans cost against rows, each point in a process of its own.

    python -m peers.curves ROWS table    makes the table of a point
    python -m peers.curves ROWS point    measures it, as JSON

Time must be proportional to rows for what reads columns; a point query must not grow. Batches are
looked at one after the other and let go: what memory grows by is the file, whose mapped pages count.
"""

import fnmatch
import json
import os
import pathlib
import statistics
import subprocess
import sys
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
    """Our table of so many rows, written by this build; those of other builds make room."""
    folder = places.DATA / "curves" / engine.version
    path = folder / f"rows-{count}"
    done = folder / f"rows-{count}.done"
    if not done.exists():
        for other in folder.parent.glob("*"):
            if other != folder:
                stores.remove(other)
        stores.remove(path)
        folder.mkdir(parents=True, exist_ok=True)
        parquet = data.tpch("parquet", folder / "source", ROWS[count])
        engine.write(batches(parquet, count), path, data.LINEITEM)
        stores.remove(parquet.parent)
        done.touch()
    return path


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


def measure(wanted: list[str] | None, largest: bool, say) -> dict[str, dict]:
    """The points by rows; nothing where no name of a curve is wanted."""
    if wanted and not any(fnmatch.fnmatchcase(NAME, glob) for glob in wanted):
        return {}
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parents[1])}
    points = {}
    for count in ROWS:
        if count <= 10_000_000 or largest:
            command = [sys.executable, "-m", __spec__.name, str(count)]
            # Once to have the table, in a process whose memory does not count.
            for part in ("table", "point"):
                ended = subprocess.run([*command, part], check=True, env=environment,
                                       stdout=subprocess.PIPE, text=True)
            points[str(count)] = json.loads(ended.stdout)
            say(f"{NAME} {count:,}")
    return {NAME: points}


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


def main() -> None:
    from .engines import load
    from .worker import memory

    count, part = int(sys.argv[1]), sys.argv[2]
    if part == "table":
        table(count, load("colonnade"))
        return
    print(json.dumps({**point(count), "peak": memory("VmHWM")}))


if __name__ == "__main__":
    main()
