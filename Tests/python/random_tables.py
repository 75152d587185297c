"""Random tables for differential tests: every type, nulls, NaN, both zeros, clustered columns.

A table is made once as a pyarrow table (for DuckDB) and as JSON Lines with a schema text (for
Colonnade), from the same Python values. `rowid` numbers the rows.
"""

import base64
import datetime as dt
import decimal
import json
import math
import random

import pyarrow as pa

EPOCH = dt.datetime(1970, 1, 1)

# name -> (type text of Colonnade, pyarrow type, kind)
COLUMNS = {
    "b": ("bool", pa.bool_(), "bool"),
    "i8": ("int8", pa.int8(), "int"),
    "i16": ("int16", pa.int16(), "int"),
    "i32": ("int32", pa.int32(), "int"),
    "i64": ("int64", pa.int64(), "int"),
    "u8": ("uint8", pa.uint8(), "int"),
    "u16": ("uint16", pa.uint16(), "int"),
    "u32": ("uint32", pa.uint32(), "int"),
    "u64": ("uint64", pa.uint64(), "int"),
    "f32": ("float32", pa.float32(), "float"),
    "f64": ("float64", pa.float64(), "float"),
    "d9": ("decimal(9, 2)", pa.decimal128(9, 2), "decimal"),
    "d30": ("decimal(30, 5)", pa.decimal128(30, 5), "decimal"),
    "day": ("date", pa.date32(), "date"),
    "ts": ("timestamp(us)", pa.timestamp("us"), "timestamp"),
    "tsms": ("timestamp(ms)", pa.timestamp("ms"), "timestamp"),
    "tz": ("timestamp(us, 'UTC')", pa.timestamp("us", "UTC"), "zoned"),
    "tm": ("time(us)", pa.time64("us"), "time"),
    "s": ("string", pa.string(), "string"),
    "uni": ("string", pa.string(), "string"),
    "cat": ("categorical", pa.string(), "string"),
    "bin": ("binary", pa.binary(), "binary"),
    "st": (
        "struct<a: int32, t: string>",
        pa.struct([("a", pa.int32()), ("t", pa.string())]),
        "struct",
    ),
    "li": ("list<int32>", pa.list_(pa.int32()), "list"),
}

INT_RANGE = {
    "i8": (-(2**7), 2**7 - 1),
    "i16": (-(2**15), 2**15 - 1),
    "i32": (-(2**31), 2**31 - 1),
    "i64": (-(2**63), 2**63 - 1),
    "u8": (0, 2**8 - 1),
    "u16": (0, 2**16 - 1),
    "u32": (0, 2**32 - 1),
    "u64": (0, 2**64 - 1),
}
WORDS = ["", "a", "ab", "abc", "b", "ba", "Abc", "ABC", "x_y", "100%", "it's", "zebra", "zz",
         "long text that does not fit a view", "long text that does not fit at all", "a\\b",
         "long text that"]
UNICODE = ["", "é", "É", "straße", "STRASSE", "日本語", "日本", "naïve", "Ω", "ω", "😀", "e\u0301", "é\x00x"]


def _integer(rng, name, spread):
    low, high = INT_RANGE[name]
    style = rng.random()
    if style < 0.06:
        return rng.choice([low, high, low + 1, high - 1])
    if style < 0.85:
        return max(low, min(high, rng.randint(-spread, spread)))
    return rng.randint(low, high)


def _float(rng, single):
    style = rng.random()
    if style < 0.08:
        return math.nan
    if style < 0.12:
        return rng.choice([0.0, -0.0])
    if style < 0.16:
        return rng.choice([math.inf, -math.inf])
    value = rng.randint(-80, 80) / 4
    if not single and style > 0.9:
        value = rng.uniform(-1e6, 1e6)
    return value


def random_value(rng, name, spread=40):
    """A value of column `name`, never None."""
    kind = COLUMNS[name][2]
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "int":
        return _integer(rng, name, spread)
    if kind == "float":
        return _float(rng, name == "f32")
    if kind == "decimal":
        digits, scale = (9, 2) if name == "d9" else (30, 5)
        if rng.random() < 0.8:
            unscaled = rng.randint(-spread * 10**scale, spread * 10**scale)
        else:
            unscaled = rng.randint(-(10**digits) + 1, 10**digits - 1)
        with decimal.localcontext(prec=60):
            return decimal.Decimal(unscaled).scaleb(-scale)
    if kind == "date":
        return dt.date(1970, 1, 1) + dt.timedelta(days=rng.randint(-800, 800))
    if kind in ("timestamp", "zoned"):
        step = 1000 if name == "tsms" else 1
        micros = rng.randint(-(10**14), 10**14) // step * step
        if rng.random() < 0.5:
            micros = micros // 86_400_000_000 * 86_400_000_000
        return EPOCH + dt.timedelta(microseconds=micros)
    if kind == "time":
        micros = rng.choice([0, 86_399_999_999, rng.randint(0, 86_399) * 1_000_000])
        return (EPOCH + dt.timedelta(microseconds=micros)).time()
    if kind == "string":
        return rng.choice(UNICODE if name == "uni" else WORDS)
    if kind == "binary":
        return bytes(rng.randint(0, 255) for _ in range(rng.randint(0, 3)))
    if kind == "struct":
        return {
            "a": None if rng.random() < 0.2 else rng.randint(-5, 5),
            "t": None if rng.random() < 0.2 else rng.choice(WORDS),
        }
    if kind == "list":
        return [None if rng.random() < 0.2 else rng.randint(-3, 3) for _ in range(rng.randint(0, 5))]
    raise AssertionError(kind)


def _sort_key(value):
    if isinstance(value, float):
        return (1, 0.0) if math.isnan(value) else (0, value)
    if isinstance(value, (dict, list)):
        return repr(value)
    if isinstance(value, str):
        return value.encode()
    return value


def random_column(rng, name, count):
    """Values clustered in one of several ways, so that zones differ: sorted, in runs, or mixed."""
    spread = rng.choice([5, 40, 1000])
    values = [random_value(rng, name, spread) for _ in range(count)]
    arrangement = rng.random()
    if arrangement < 0.45:
        values.sort(key=_sort_key, reverse=rng.random() < 0.3)
    elif arrangement < 0.65:
        run = rng.choice([4, 16, 40])
        values = [values[index // run * run] for index in range(count)]
    nulls = rng.choice([0, 0, 0.1, 0.5, 1.0 if rng.random() < 0.2 else 0.3])
    if rng.random() < 0.3:
        # Whole stretches of nulls, so that some zones hold nothing else.
        return [None if (index // 16) % 3 == 0 and nulls > 0 else value
                for index, value in enumerate(values)]
    return [None if rng.random() < nulls else value for value in values]


def _json_value(name, value):
    if value is None:
        return None
    kind = COLUMNS[name][2]
    if kind == "float":
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return value
    if kind == "decimal":
        return str(format(value, "f"))
    if kind == "date":
        return value.isoformat()
    if kind == "timestamp":
        return value.isoformat()
    if kind == "zoned":
        return value.isoformat() + "Z"
    if kind == "time":
        return value.isoformat()
    if kind == "binary":
        return base64.b64encode(value).decode()
    return value


class RandomTable:
    """One random table in all the forms the tests need."""

    def __init__(self, rng: random.Random, names=None, count=None):
        self.count = count or rng.choice([20, 60, 150, 400])
        self.names = list(names or COLUMNS)
        self.values = {name: random_column(rng, name, self.count) for name in self.names}

    @property
    def schema_text(self) -> str:
        lines = ["rowid: int64"] + [f"{name}: {COLUMNS[name][0]}" for name in self.names]
        return "\n".join(lines) + "\n"

    def json_lines(self) -> str:
        rows = []
        for index in range(self.count):
            row = {"rowid": index}
            for name in self.names:
                row[name] = _json_value(name, self.values[name][index])
            rows.append(json.dumps(row, ensure_ascii=False))
        return "\n".join(rows) + "\n"

    def arrow(self) -> pa.Table:
        arrays = [pa.array(range(self.count), pa.int64())]
        for name in self.names:
            arrays.append(pa.array(self.values[name], COLUMNS[name][1], from_pandas=False))
        return pa.Table.from_arrays(arrays, names=["rowid"] + self.names)
