"""Random Arrow tables of every type that a table here can hold."""

import datetime
import decimal
import random
import string

import pyarrow as pa

SIMPLE_TYPES = [
    pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(),
    pa.uint64(), pa.float16(), pa.float32(), pa.float64(), pa.decimal128(12, 2),
    pa.decimal128(38, 10), pa.date32(), pa.time32("s"), pa.time32("ms"), pa.time64("us"),
    pa.time64("ns"), pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("ns"),
    pa.timestamp("us", "UTC"), pa.timestamp("ns", "Europe/Berlin"), pa.duration("s"),
    pa.duration("ms"), pa.duration("us"), pa.duration("ns"), pa.string(), pa.binary(),
    pa.binary(5), pa.dictionary(pa.int32(), pa.string()),
]
LETTERS = string.ascii_letters + "äöüß€😀 %_\\'\""


def random_type(source: random.Random, depth: int = 2) -> pa.DataType:
    """A type, nested at most `depth` levels."""
    if depth == 0 or source.random() < 0.6:
        simple = [kind for kind in SIMPLE_TYPES if depth == 2 or not pa.types.is_dictionary(kind)]
        return source.choice(simple)
    inner = random_type(source, depth - 1)
    match source.randrange(4):
        case 0:
            return pa.list_(inner)
        case 1:
            return pa.list_(inner, source.randint(1, 4))
        case 2:
            return pa.struct([("x", inner), ("y z", random_type(source, depth - 1))])
        case _:
            return pa.map_(pa.string(), inner)


def random_value(source: random.Random, kind: pa.DataType, null_rate: float = 0.15):
    """A value for `pa.array`, None now and then."""
    if source.random() < null_rate:
        return None
    if pa.types.is_dictionary(kind):
        return source.choice(["red", "green", "blue", ""])
    if pa.types.is_boolean(kind):
        return source.random() < 0.5
    if pa.types.is_integer(kind):
        low, high = ((-2**(kind.bit_width - 1), 2**(kind.bit_width - 1) - 1)
                     if pa.types.is_signed_integer(kind) else (0, 2**kind.bit_width - 1))
        return source.choice([low, high, 0, source.randint(low, high),
                              source.randint(max(low, -5), 5)])
    if pa.types.is_floating(kind):
        return source.choice([0.0, -0.0, float("nan"), float("inf"), float("-inf"), 1.5,
                              float(source.randint(-9, 9)), source.randint(-2000, 2000) / 64])
    if pa.types.is_decimal(kind):
        digits = source.randint(1, kind.precision)
        return decimal.Decimal(source.randint(-10**digits + 1, 10**digits - 1)).scaleb(
            -kind.scale, decimal.Context(prec=80))
    if pa.types.is_date(kind):
        return source.randint(-700_000, 800_000)
    if pa.types.is_time(kind):
        return source.randrange(86_400 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit])
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return source.randint(-10**9, 10**10) * {"s": 1, "ms": 10**3, "us": 10**6,
                                                 "ns": 10**8}[kind.unit] + source.randrange(2)
    if pa.types.is_string(kind):
        return "".join(source.choice(LETTERS) for _ in range(source.choice([0, 1, 3, 12, 13, 40])))
    if pa.types.is_fixed_size_binary(kind):
        return source.randbytes(kind.byte_width)
    if pa.types.is_binary(kind):
        return source.randbytes(source.choice([0, 1, 12, 13, 40]))
    if pa.types.is_fixed_size_list(kind):
        return [random_value(source, kind.value_type) for _ in range(kind.list_size)]
    if pa.types.is_map(kind):
        return [(f"k{index}", random_value(source, kind.item_type))
                for index in range(source.randrange(3))]
    if pa.types.is_list(kind):
        return [random_value(source, kind.value_type) for _ in range(source.randrange(4))]
    return {field.name: random_value(source, field.type) for field in kind}


def random_column(source: random.Random, kind: pa.DataType, count: int) -> pa.Array:
    """A column of a type."""
    return pa.array([random_value(source, kind) for _ in range(count)], kind)


def random_table(source: random.Random, columns: int, rows: int) -> pa.Table:
    """A table of random columns."""
    kinds = [random_type(source) for _ in range(columns)]
    return pa.table({f"c{index}": random_column(source, kind, rows)
                     for index, kind in enumerate(kinds)})


def comparable(value):
    """A value of Python in which NaN equals itself, for comparisons of rows."""
    if isinstance(value, float):
        return "nan" if value != value else (value, str(value))
    if isinstance(value, (list, tuple)):
        return [comparable(item) for item in value]
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.timezone.utc)
    return value


def plain(table: pa.Table):
    """The columns of a table as values that can be compared: ticks of times, NaN equal to itself."""
    return [[_plain_value(scalar) for scalar in column] for column in table.columns]


def _plain_value(scalar: pa.Scalar):
    if not scalar.is_valid:
        return None
    kind = scalar.type
    if pa.types.is_struct(kind):
        return [_plain_value(scalar[name]) for name in range(kind.num_fields)]
    if pa.types.is_map(kind) or pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return [_plain_value(element) for element in scalar.values]
    if pa.types.is_temporal(kind):
        return scalar.value
    return comparable(scalar.as_py())
