"""The data sets, made once below the data folder as Arrow files, which are mapped as they are."""

import dataclasses
import pathlib
import subprocess

from . import nycflights
from .places import DATA, TOOLS

# What a source is made of changed: the name of its folder does too.
VERSION = "1"
SOURCES = DATA / f"sources-{VERSION}"
BATCH_ROWS = 131_072


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Rows to be stored by every engine."""

    name: str
    partition_by: str | None = None

    @property
    def path(self) -> pathlib.Path:
        return SOURCES / f"{self.name}.arrow"

    def load(self):
        """The rows as a `pyarrow.Table` in memory (mapped, and touched by the run that warms up)."""
        import pyarrow

        return pyarrow.ipc.open_file(pyarrow.memory_map(str(self.path))).read_all()

    def schema(self):
        import pyarrow

        return pyarrow.ipc.open_file(pyarrow.memory_map(str(self.path))).schema

    def make(self) -> None:
        """Makes the rows where they are missing."""
        if self.path.exists():
            return
        import pyarrow

        SOURCES.mkdir(parents=True, exist_ok=True)
        table = MAKERS[self.name]() if self.name in MAKERS else nycflights.table(self.name)
        partial = self.path.with_suffix(".partial")
        with pyarrow.OSFile(str(partial), "wb") as sink:
            with pyarrow.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table, max_chunksize=BATCH_ROWS)
        partial.rename(self.path)


def tpch(kind: str, folder: pathlib.Path, scale: int = 1) -> pathlib.Path:
    """TPC-H's lineitem as CSV or Parquet."""
    path = folder / f"lineitem.{kind}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([TOOLS / "tpchgen-cli", kind, "-s", str(scale), "--tables", "lineitem",
                        "--output-dir", folder], check=True, stdout=subprocess.DEVNULL)
    return path


def plain_schema(schema):
    """Decimals as float64, views as text."""
    import pyarrow

    def plain(field):
        if pyarrow.types.is_decimal(field.type):
            return pyarrow.float64()
        if pyarrow.types.is_string_view(field.type):
            return pyarrow.string()
        return field.type

    return pyarrow.schema([pyarrow.field(field.name, plain(field)) for field in schema])


def lineitem_table():
    """TPC-H lineitem at scale 1, decimals as float64, plain text."""
    import pyarrow
    import pyarrow.parquet

    parquet = tpch("parquet", SOURCES)
    table = pyarrow.parquet.read_table(parquet)
    parquet.unlink()
    return table.cast(plain_schema(table.schema)).combine_chunks()


def training_table():
    """500,000 examples: keys, a label, 20 features of which some are missing, a vector."""
    import numpy
    import pyarrow

    count, random = 500_000, numpy.random.default_rng(20_13)
    countries = numpy.array(["US", "IN", "BR", "DE", "GB", "FR", "JP", "ID", "MX", "ES", "IT", "CA",
                             "PL", "TR", "NL", "AR", "KR", "AU", "SE", "CH"])
    share = 1 / numpy.arange(1, len(countries) + 1)
    time = 1_700_000_000_000_000 + numpy.cumsum(random.integers(1, 200_000, count))
    columns = {
        "id": pyarrow.array(1_000_000 + 7 * numpy.arange(count, dtype=numpy.int64)),
        "time": pyarrow.array(time, pyarrow.timestamp("us")),
        "label": pyarrow.array((random.random(count) < 0.42).astype(numpy.int8)),
        "country": pyarrow.array(countries[random.choice(len(countries), count,
                                                         p=share / share.sum())]),
        "user": pyarrow.array([f"user-{number:06}" for number in
                               (random.pareto(1.2, count) * 1000).astype(numpy.int64) % 400_000]),
    }
    for index in range(20):
        values = random.standard_normal(count).astype(numpy.float32)
        if index % 4 == 1:
            values = numpy.round(numpy.exp(values) * 10, 1).astype(numpy.float32)
        if index % 4 == 2:
            values = numpy.floor(numpy.exp(2 * values)).astype(numpy.float32)
        missing = random.random(count) < 0.1 if index % 5 == 4 else None
        columns[f"feature_{index:02}"] = pyarrow.array(values, mask=missing)
    vectors = random.standard_normal((count, 64), dtype=numpy.float32)
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True)
    columns["vector"] = pyarrow.FixedSizeListArray.from_arrays(
        pyarrow.array(vectors.reshape(-1)), 64)
    return pyarrow.table(columns)


def wide_table():
    """10,000 columns of 1,000 rows."""
    import numpy
    import pyarrow

    random = numpy.random.default_rng(1)
    return pyarrow.table({f"c{index}": random.random(1000, dtype=numpy.float32)
                          for index in range(10_000)})


def partitions_table():
    """1,000,000 rows in 10,000 partitions, one partition after the other: mixed, pyarrow makes a file
    of every partition and batch, 132,000 of them, and does not end in ten minutes."""
    import numpy
    import pyarrow

    random = numpy.random.default_rng(2)
    keys = numpy.repeat(numpy.arange(10_000, dtype=numpy.int32), 100)
    return pyarrow.table({"p": keys, "x": random.random(1_000_000),
                          "y": random.integers(0, 9, 1_000_000)})


MAKERS = {"lineitem": lineitem_table, "training": training_table, "wide": wide_table,
          "partitions": partitions_table}
LINEITEM = Dataset("lineitem")
TRAINING = Dataset("training")
WIDE = Dataset("wide")
PARTITIONS = Dataset("partitions", partition_by="p")
NYCFLIGHTS = {name: Dataset(name) for name in nycflights.TABLES}
