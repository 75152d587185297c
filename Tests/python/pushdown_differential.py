"""Random conditions through DuckDB, on an Arrow table and on the same rows as a table of ours into
which DuckDB pushes columns and filters: the answers have to be equal.

    python Tests/python/pushdown_differential.py [--count 100000] [--seed N]
"""

import argparse
import datetime
import decimal
import random
import sys
import tempfile
import time

import duckdb
import pyarrow as pa

from package import colonnade

ROW_COUNT = 4_000
WORDS = ["", "a", "ab", "abc", "b", "x'y", 'q"q', "ä", "zz", "a longer text than twelve bytes"]
EPOCH = datetime.datetime(2024, 1, 1)


def rows(seed):
    """A table of many types, nulls and NaN, some columns in order so that zones can be skipped."""
    source = random.Random(seed)

    def column(make, nulls=0.1):
        return [None if source.random() < nulls else make(row) for row in range(ROW_COUNT)]

    return pa.table({
        "id": pa.array(range(ROW_COUNT), pa.int64()),
        "i8": pa.array(column(lambda _: source.randint(-5, 5)), pa.int8()),
        "i32": pa.array(column(lambda row: row // 10 - 50), pa.int32()),
        "i64": pa.array(column(lambda _: source.choice([-(1 << 62), -1, 0, 1, 7, 1 << 62])),
                        pa.int64()),
        "u32": pa.array(column(lambda _: source.choice([0, 1, 7, (1 << 32) - 1])), pa.uint32()),
        "f32": pa.array(column(lambda _: source.choice([0.0, -0.0, 0.5, 0.1, float("nan"), -2.0])),
                        pa.float32()),
        "f64": pa.array(column(lambda _: source.choice(
            [0.0, -0.0, 1.5, 0.1, float("nan"), float("inf"), -2.0])), pa.float64()),
        "n": pa.array(column(lambda _: decimal.Decimal(source.randint(-300, 300)).scaleb(-2)),
                      pa.decimal128(9, 2)),
        "s": pa.array(column(lambda _: source.choice(WORDS)), pa.string()),
        "b": pa.array(column(lambda _: source.random() < 0.5), pa.bool_()),
        "d": pa.array(column(lambda row: (EPOCH + datetime.timedelta(row // 50)).date()),
                      pa.date32()),
        "t": pa.array(column(lambda row: EPOCH + datetime.timedelta(minutes=row)),
                      pa.timestamp("us")),
        "z": pa.array(column(lambda row: EPOCH + datetime.timedelta(minutes=row)),
                      pa.timestamp("us", "UTC")),
        "st": pa.array(column(lambda row: {"x": source.randint(0, 9),
                                           "y": source.choice([*WORDS, None])}),
                       pa.struct([("x", pa.int32()), ("y", pa.string())])),
        "l": pa.array(column(lambda _: [source.randint(0, 3)] * source.randint(0, 3)),
                      pa.list_(pa.int32())),
    })


def literal(source, name):
    """A value that a column is compared with, as SQL."""
    if name in ("i8", "st.x"):
        return str(source.randint(-5, 9))
    if name in ("i32", "id"):
        return str(source.randint(-60, 400))
    if name == "i64":
        return str(source.choice([-(1 << 62), -1, 0, 1, 7, 8, 1 << 62]))
    if name == "u32":
        return str(source.choice([0, 1, 6, 7, (1 << 32) - 1]))
    if name in ("f32", "f64"):
        return source.choice(["0.5", "0.1", "-2.0", "0.0", "1.5", "'nan'", "'inf'"]) + (
            "::FLOAT" if name == "f32" else "::DOUBLE")
    if name == "n":
        return f"{source.randint(-300, 300) / 100:.2f}"
    if name in ("s", "st.y"):
        return "'" + source.choice(WORDS).replace("'", "''") + "'"
    if name == "b":
        return source.choice(["TRUE", "FALSE"])
    moment = EPOCH + datetime.timedelta(minutes=source.randint(-10, ROW_COUNT))
    if name == "d":
        return f"DATE '{(EPOCH + datetime.timedelta(source.randint(-2, 90))).date()}'"
    return (f"TIMESTAMPTZ '{moment}+00'" if name == "z" else f"TIMESTAMP '{moment}'")


NAMES = ["id", "i8", "i32", "i64", "u32", "f32", "f64", "n", "s", "b", "d", "t", "z", "st.x",
         "st.y"]


def condition(source, depth=0):
    """A random condition as SQL."""
    choice = source.random()
    if depth < 3 and choice < 0.45:
        joint = source.choice([" AND ", " AND ", " OR "])
        return "(" + joint.join(condition(source, depth + 1)
                                for _ in range(source.randint(2, 3))) + ")"
    if depth < 3 and choice < 0.52:
        return f"NOT ({condition(source, depth + 1)})"
    name = source.choice(NAMES)
    kind = source.random()
    if kind < 0.1:
        return f"{name} IS {source.choice(['', 'NOT '])}NULL"
    if kind < 0.22:
        listed = ", ".join(literal(source, name) for _ in range(source.randint(1, 4)))
        return f"{name} {source.choice(['', 'NOT '])}IN ({listed})"
    if kind < 0.34:
        return f"{name} BETWEEN {literal(source, name)} AND {literal(source, name)}"
    if kind < 0.4 and name in ("s", "st.y"):
        pattern = source.choice(["a%", "%b", "x''y%", "_b%"])
        return f"{name} LIKE '{pattern}'"
    if kind < 0.43 and name in ("f32", "f64"):
        return f"isnan({name})"
    if kind < 0.46:
        return f"{name} = {name}"
    operator = source.choice(["=", "<>", "<", "<=", ">", ">="])
    return f"{name} {operator} {literal(source, name)}"


class Counted:
    """A dataset that counts what was pushed into it."""

    def __init__(self, dataset_module):
        self.asked = self.filtered = self.whole = 0
        self._translate = dataset_module.translate
        dataset_module.translate = self.translate

    def translate(self, *arguments):
        result = self._translate(*arguments)
        self.filtered += result.text is not None
        self.whole += not result.has_residual
        self.asked += 1
        return result


def compare(count, seed, report=None):
    """Compares `count` conditions; returns disagreements and how many filters were pushed."""
    import colonnade.arrow_dataset

    source = random.Random(seed)
    counted = Counted(colonnade.arrow_dataset)
    disagreements = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            arrow = rows(seed)
            colonnade.write(f"{folder}/t", arrow)
            ours = colonnade.dataset(f"{folder}/t")
            with duckdb.connect() as connection:
                connection.execute("SET TimeZone = 'UTC'")
                connection.register("arrow", arrow)
                connection.register("ours", ours)
                start = time.monotonic()
                for index in range(count):
                    where = condition(source)
                    columns = source.choice(["id", "id, s", "id, f64, st", "id, l, epoch_us(z)"])
                    answers = [connection.execute(
                        f"SELECT {columns} FROM {table} WHERE {where} ORDER BY id").fetchall()
                        for table in ("arrow", "ours")]
                    if repr(answers[0]) != repr(answers[1]):
                        disagreements.append(
                            (where, len(answers[0]), len(answers[1])))
                    if report and (index + 1) % 2000 == 0:
                        report(f"{index + 1:,} compared, {len(disagreements)} disagreements, "
                               f"{time.monotonic() - start:.0f} s")
    finally:
        colonnade.arrow_dataset.translate = counted._translate
    return disagreements, counted


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    disagreements, counted = compare(options.count, options.seed, lambda text: print(text, flush=True))
    for where, wanted, found in disagreements[:20]:
        print(f"{wanted} rows wanted, {found} found: {where}")
    print(f"{options.count:,} conditions, {len(disagreements)} disagreements; "
          f"{counted.asked:,} filters handed over, {counted.filtered:,} pushed down, "
          f"{counted.whole:,} of them whole")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
