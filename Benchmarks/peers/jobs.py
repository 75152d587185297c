"""The jobs: what is asked of which data, of which engines, and the ratio to the best peer aimed at."""

import dataclasses
import datetime
import random

from .data import LINEITEM, PARTITIONS, TRAINING, WIDE, Dataset
from .predicate import Predicate

PEERS = ("pyarrow", "pyarrow-tuned", "polars", "duckdb-parquet", "duckdb", "lance", "vortex")
TAKERS = ("pyarrow", "pyarrow-tuned", "duckdb-parquet", "duckdb", "lance", "vortex")
PROFILES = ("colonnade-fast", "colonnade-archive")
PARTITIONERS = ("pyarrow", "polars", "duckdb-parquet", "delta")


@dataclasses.dataclass(frozen=True)
class Job:
    """One question; `kind` is write, bytes, read or take."""

    name: str
    kind: str
    dataset: Dataset
    peers: tuple[str, ...] = PEERS
    columns: tuple[str, ...] | None = None
    where: Predicate | None = None
    rows: tuple[int, ...] | None = None
    goal: float | None = None
    profiles: tuple[str, ...] = ()
    # For jobs that take long: no run to warm up, and at most so many.
    most_runs: int | None = None

    @property
    def engines(self) -> tuple[str, ...]:
        return ("colonnade", *self.profiles, *self.peers)


def some_rows(count: int, seed: int) -> tuple[int, ...]:
    return tuple(sorted(random.Random(seed).sample(range(count), 1000)))


JANUARY: Predicate = (
    ("l_shipdate", ">=", datetime.date(1994, 1, 1)), ("l_shipdate", "<", datetime.date(1994, 2, 1)),
    ("l_discount", ">=", 0.05), ("l_discount", "<=", 0.07))
ATTACHED = ("duckdb-attached",)

JOBS = [
    Job("lineitem/write", "write", LINEITEM, goal=1.0, profiles=PROFILES),
    Job("lineitem/bytes", "bytes", LINEITEM, goal=0.85, profiles=PROFILES),
    Job("lineitem/read-all", "read", LINEITEM, goal=0.7, profiles=PROFILES),
    Job("lineitem/read-3", "read", LINEITEM, goal=0.5,
        columns=("l_quantity", "l_extendedprice", "l_discount")),
    Job("lineitem/filter", "read", LINEITEM, PEERS + ATTACHED, goal=0.35, where=JANUARY,
        columns=("l_orderkey", "l_extendedprice", "l_discount", "l_comment")),
    Job("lineitem/point", "read", LINEITEM, PEERS + ATTACHED, goal=0.2,
        where=(("l_orderkey", "=", 3_000_001),)),
    Job("lineitem/take", "take", LINEITEM, TAKERS + ATTACHED, goal=0.1,
        rows=some_rows(6_001_215, 5)),
    Job("training/write", "write", TRAINING, goal=1.0, profiles=PROFILES),
    Job("training/bytes", "bytes", TRAINING, goal=1.05, profiles=PROFILES),
    Job("training/read-all", "read", TRAINING, goal=0.4, profiles=PROFILES),
    Job("training/read-3", "read", TRAINING, goal=0.8, columns=("id", "label", "feature_00")),
    Job("training/filter", "read", TRAINING, PEERS + ATTACHED, goal=0.3,
        columns=("id", "feature_00", "feature_01", "vector"),
        where=(("country", "=", "BR"), ("feature_03", ">", 0.75))),
    Job("training/point", "read", TRAINING, PEERS + ATTACHED, goal=0.2,
        where=(("id", "=", 1_000_000 + 7 * 250_001),)),
    Job("training/take", "take", TRAINING, TAKERS + ATTACHED, goal=0.1,
        rows=some_rows(500_000, 6)),
    Job("wide/write", "write", WIDE, goal=1.0, profiles=PROFILES),
    Job("wide/bytes", "bytes", WIDE, goal=1.0, profiles=PROFILES),
    Job("wide/open-column", "read", WIDE, goal=0.02, columns=("c7531",)),
    Job("partitions/write", "write", PARTITIONS, PARTITIONERS, goal=1.0, most_runs=2),
    Job("partitions/bytes", "bytes", PARTITIONS, PARTITIONERS),
    Job("partitions/open-one", "read", PARTITIONS, PARTITIONERS, goal=0.05, columns=("x",),
        where=(("p", "=", 4321),)),
]
