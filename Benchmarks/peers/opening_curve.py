"""What opening and one small question cost against columns, and against partitions.

Neither may grow: of 100,000 columns one is read, of 100,000 partitions one. Each run opens the table
anew and the question ends with its rows as Arrow.
"""

import gc
import pathlib
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import places, stores

RUNS = 101


def _columns(count: int):
    """`count` columns of 1,000 rows."""
    import numpy
    import pyarrow as pa

    numbers = numpy.random.default_rng(count)
    shared = [pa.array(numbers.random(1_000, dtype=numpy.float32)) for _ in range(100)]
    return pa.table([shared[index % 100] for index in range(count)],
                    [f"c{index}" for index in range(count)])


def _partitions(count: int):
    """`count` partitions of 100 rows."""
    import numpy
    import pyarrow as pa

    numbers = numpy.random.default_rng(count)
    rows = 100 * count
    return pa.table({"p": numpy.repeat(numpy.arange(count, dtype=numpy.int32), 100),
                     "x": numbers.random(rows), "y": numbers.integers(0, 9, rows)})


@dataclass(frozen=True)
class OpeningCurve:
    NAME: str
    source: Callable
    # Of a count: the column and the predicate of the question, and the rows of its answer.
    question: Callable[[int], tuple[str, str | None, int]]
    partition_by: str | None = None
    COUNTS: tuple[int, ...] = (10, 100, 1_000, 10_000, 100_000)
    LARGE: int = 1_000_000

    def table(self, count: int, engine) -> pathlib.Path:
        """Our table of so many columns or partitions, written by this build."""
        import colonnade

        return stores.curve_table(
            engine, f"{self.NAME.split('/')[1]}-{count}",
            lambda path: colonnade.write(path, self.source(count), partition_by=self.partition_by))

    def point(self, count: int) -> dict:
        from .engines import load

        path = self.table(count, load("colonnade"))
        import colonnade

        column, where, rows = self.question(count)
        jobs = {"open": lambda: colonnade.open(path),
                "question": lambda: colonnade.open(path).scan([column], where).to_arrow()}
        if len(jobs["question"]()) != rows:
            raise ValueError(f"{self.NAME} {count}: not {rows} rows")
        seconds = {}
        gc.disable()
        for name, job in jobs.items():
            times = []
            # The first warms up.
            for _ in range(RUNS + 1):
                started = time.perf_counter()
                job()
                times.append(time.perf_counter() - started)
            seconds[name] = statistics.median(times[1:])
        return {"count": count, "bytes": places.byte_count(path), "seconds": seconds}

    def lines(self, points: dict[str, dict]) -> list[list[str]]:
        drawn = [[self.NAME.split("-")[-1], "MB", "open ms", "with the question ms", "peak MB"]]
        for found in points.values():
            drawn.append([
                f"{found['count']:,}", f"{found['bytes'] / 1e6:,.1f}",
                *(f"{found['seconds'][name] * 1e3:,.2f}" for name in ("open", "question")),
                f"{found['peak'] / 1e6:,.0f}"])
        return drawn


COLUMNS = OpeningCurve("curves/opening-columns", _columns,
                       lambda count: (f"c{count * 3 // 4}", None, 1_000))
PARTITIONS = OpeningCurve("curves/opening-partitions", _partitions,
                          lambda count: ("x", f"p = {count * 3 // 7}", 100), partition_by="p")
