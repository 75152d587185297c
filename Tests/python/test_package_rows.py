"""Rows in and out of the Python package: every type, every way, the same values."""

import array
import decimal
import os
import random

import numpy
import pandas
import polars
import pyarrow as pa
import pytest

from arrow_tables import SIMPLE_TYPES, comparable, plain, random_column, random_table
from package import colonnade, run_python

SEED = int(os.environ.get("COLONNADE_SEED", random.randrange(2**32)))


def same(one: pa.Table, other: pa.Table) -> bool:
    """Whether tables hold the same types and values, where NaN equals NaN."""
    return (one.schema.names == other.schema.names and one.schema.types == other.schema.types
            and plain(one) == plain(other))


@pytest.mark.parametrize("kind", SIMPLE_TYPES, ids=str)
def test_a_type_there_and_back(tmp_path, kind):
    source = random.Random(f"{SEED} {kind}")
    print("COLONNADE_SEED", SEED)
    given = pa.table({"a": random_column(source, kind, 300), "row": range(300)})
    table = colonnade.write(tmp_path / "t", given).open()
    assert same(table.to_arrow(), given)
    assert [field.type for field in table.schema.fields] == table.schema.types
    assert table.arrow_schema() == table.to_arrow().schema


def test_random_tables_there_and_back(tmp_path):
    print("COLONNADE_SEED", SEED)
    source = random.Random(SEED)
    for number in range(12):
        given = random_table(source, 4, source.choice([0, 1, 7, 300]))
        table = colonnade.write(tmp_path / str(number), given).open()
        assert same(table.to_arrow(), given), given.schema
        assert same(pa.table(table), given)
        assert same(table.scan(strings="views").to_arrow().cast(given.schema), given)


def test_python_values_are_those_of_pyarrow(tmp_path):
    print("COLONNADE_SEED", SEED)
    source = random.Random(SEED)
    skipped = {pa.time64("ns"), pa.timestamp("ns"), pa.duration("ns"),
               pa.timestamp("ns", "Europe/Berlin")}
    columns = {str(kind): random_column(source, kind, 200) for kind in SIMPLE_TYPES
               if kind not in skipped}
    columns["list"] = random_column(source, pa.list_(pa.string()), 200)
    columns["vector"] = random_column(source, pa.list_(pa.float32(), 3), 200)
    columns["struct"] = random_column(source, pa.struct([("x", pa.int8()), ("y", pa.string())]), 200)
    columns["map"] = random_column(source, pa.map_(pa.string(), pa.int64()), 200)
    given = pa.table(columns)
    table = colonnade.write(tmp_path / "t", given).open()
    expected = [comparable(row) for row in given.to_pylist()]
    for strings in ("offsets", "views", "large_offsets"):
        assert [comparable(row) for row in table.scan(strings=strings).to_pylist()] == expected
    picked = [199, 0, 7, 7]
    assert [comparable(row) for row in table.take(picked).to_pylist()] == [
        expected[row] for row in picked]
    # Lists of Python's values go in again, and give the same.
    again = colonnade.write(tmp_path / "again", table.to_pydict(), schema=table.schema).open()
    assert again.schema == table.schema
    assert [comparable(row) for row in again.to_pylist()] == expected


def test_row_numbers_come_as_any_list_of_integers(tmp_path):
    class Row:
        def __index__(self):
            return 5

    table = colonnade.write(tmp_path / "t", {"a": list(range(1000))}).open()
    picked = [999, 0, 7, 7]
    for rows in (picked, tuple(picked), iter(picked), (row for row in picked),
                 array.array("H", picked), pa.array(picked), numpy.array(picked),
                 numpy.array(picked, numpy.uint64), numpy.array(picked[::-1], numpy.int16)[::-1]):
        taken = table.take(rows)
        assert taken.to_pydict()["a"] == picked
        assert len(taken) == 4
    for rows, expected in ((range(3, 9, 2), [3, 5, 7]), ([], []), (b"ab", [97, 98]),
                           ([True, False], [1, 0]), ([Row(), 6], [5, 6]), ({4: 1, 2: 1}, [4, 2]),
                           ([numpy.int32(3), numpy.uint8(4)], [3, 4])):
        assert table.take(rows).to_pydict()["a"] == expected
    for rows, words in (([-1], "^-1 is no row number: the first row is 0$"),
                        ([0, 2**64], f"^{2**64} is no row number"),
                        (numpy.array([3, -4]), "^-4 is no row number"),
                        ([1.0], r"list of row numbers, not \[1.0\]$"),
                        (numpy.array([1.5]), "list of row numbers"), (numpy.array(3), "list of row numbers"),
                        (numpy.array([[1]]), "list of row numbers"), (5, "list of row numbers, not 5$"),
                        ("12", "list of row numbers, not '12'$"), ([None], "list of row numbers")):
        with pytest.raises(colonnade.InvalidArgumentError, match=words):
            table.take(rows)


def test_what_python_cannot_hold_is_text(tmp_path):
    given = pa.table({
        "t": pa.array([1, 1_000, -1], pa.timestamp("ns")),
        "z": pa.array([1, 0, 2], pa.timestamp("ns", "UTC")),
        "d": pa.array([-719_529, 2_932_897, 0], pa.date32()),
        "s": pa.array([1_500_000_001, 0, -60_000_000_001], pa.duration("ns")),
        "c": pa.array([1, 2_000, 86_399_999_999_999], pa.time64("ns"))})
    rows = colonnade.write(tmp_path / "t", given).open().to_pydict()
    assert [str(value) for value in rows["t"]] == [
        "1970-01-01T00:00:00.000000001", "1970-01-01 00:00:00.000001",
        "1969-12-31T23:59:59.999999999"]
    assert str(rows["z"][0]) == "1970-01-01T00:00:00.000000001Z"
    assert [str(value) for value in rows["d"]] == ["-0001-12-31", "+10000-01-01", "1970-01-01"]
    assert [str(value) for value in rows["s"]] == ["PT1.500000001S", "0:00:00", "-PT1M0.000000001S"]
    assert [str(value) for value in rows["c"]] == [
        "00:00:00.000000001", "00:00:00.000002", "23:59:59.999999999"]


GIVEN = {"a": [1, None, 3], "b": ["x", None, "z"]}


@pytest.mark.parametrize("make", [
    lambda: GIVEN,
    lambda: [{"a": 1, "b": "x"}, {}, {"b": "z", "a": 3}],
    lambda: pa.table(GIVEN),
    lambda: pa.record_batch(GIVEN),
    lambda: pa.table(GIVEN).to_reader(),
    lambda: iter(pa.table(GIVEN).to_batches()),
    lambda: (pa.table(GIVEN).slice(row, 1) for row in range(3)),
    lambda: [{"a": [1, None], "b": ["x", None]}, pa.table({"a": [3], "b": ["z"]})][:0]
    or pa.table(GIVEN),
    lambda: polars.DataFrame(GIVEN),
    lambda: polars.LazyFrame(GIVEN),
    lambda: pandas.DataFrame({"a": pandas.array(GIVEN["a"], "Int64"), "b": GIVEN["b"]}),
    lambda: {"a": numpy.ma.array([1, 2, 3], mask=[0, 1, 0]), "b": numpy.array(
        GIVEN["b"], object)},
    lambda: pa.table(GIVEN).__arrow_c_stream__(),
], ids=range(13))
def test_everything_that_holds_rows_goes_in(tmp_path, make):
    commit = colonnade.write(tmp_path / "t", make())
    assert (commit.version, commit.rows, commit.total_rows) == (1, 3, 3)
    assert commit.open().to_pydict() == GIVEN


def test_numpy_in_and_out(tmp_path):
    given = {
        "i": numpy.arange(5, dtype="i2"), "u": numpy.arange(5, dtype="u8"),
        "f": numpy.arange(5, dtype="f2"), "v": numpy.arange(20, dtype="f4").reshape(5, 4),
        "m": numpy.arange(60, dtype="i8").reshape(5, 3, 4), "b": numpy.arange(5) % 2 == 0,
        "d": numpy.arange(5).astype("M8[D]"), "t": numpy.arange(5).astype("M8[ns]"),
        "e": numpy.arange(5).astype("m8[ms]"), "big": numpy.arange(5, dtype=">i4"),
        "slice": numpy.arange(10)[::2]}
    table = colonnade.write(tmp_path / "t", given).open()
    assert table.schema.types == [
        "int16", "uint64", "float16", "list<float32, 4>", "list<list<int64, 4>, 3>", "bool", "date",
        "timestamp(ns)", "duration(ms)", "int32", "int64"]
    out = table.to_numpy()
    for name in given:
        if name == "m":
            assert out["m"].tolist() == given["m"].tolist()
            continue
        assert out[name].dtype.newbyteorder("=") == given[name].dtype.newbyteorder("=")
        assert numpy.array_equal(out[name], given[name]), name
    assert not out["v"].flags.writeable
    structured = numpy.array([(1, 2.5), (2, 3.5)], dtype=[("x", "i4"), ("y", "f8")])
    rows = colonnade.write(tmp_path / "s", structured).open().to_pylist()
    assert rows == [{"x": 1, "y": 2.5}, {"x": 2, "y": 3.5}]
    views = [column for batch in table.scan(["v"]) for column in batch.to_numpy().values()]
    del table
    assert views[0].tolist() == given["v"].tolist()


def test_frames_of_others(tmp_path):
    table = colonnade.write(tmp_path / "t", GIVEN, partition_by="b").open()
    assert sorted(map(str, table.to_pandas()["b"].tolist())) == ["nan", "x", "z"]
    assert table.to_polars()["b"].null_count() == 1
    assert polars.DataFrame(table.scan(["b"])).equals(table.scan(["b"]).to_polars())
    assert pandas.DataFrame.from_arrow(table).equals(table.to_pandas())
    scan = table.scan(columns=["a"])
    assert pa.table(scan) == pa.table(scan) == scan.to_arrow()
    # A consumer may ask for another layout.
    asked = pa.schema([("a", pa.int64()), ("b", pa.string_view())])
    reader = pa.RecordBatchReader.from_stream(table, schema=asked)
    assert reader.schema.field("b").type == pa.string_view()
    assert reader.read_all().num_rows == 3


def test_questions(tmp_path):
    col = colonnade.col
    path = tmp_path / "t"
    rows = [{"a": number, "b": f"n{number % 10}", "s": {"x": number // 2}} for number in range(1000)]
    colonnade.write(path, rows, partition_by="b", sort_by="a desc", bloom_filters=["a"])
    colonnade.write(path, rows[:5], mode="append")
    table = colonnade.open(path)
    assert (table.version, table.versions, table.row_count, len(table)) == (2, [1, 2], 1005, 1005)
    assert (table.partition_by, table.sort_by) == ("b", "a desc")
    assert table.schema.names == ["a", "b", "s"] and table.schema["s"].type == "struct<x: int64>"
    assert colonnade.open(path, at=1).row_count == colonnade.open(str(path), "1").row_count == 1000
    assert table.count("a >= $1 AND b = $2", [990, "n5"]) == 1
    assert table.count("a >= $low", {"low": 990}) == table.count(col("a") >= 990) == 10
    assert table.scan(["a"], col("b") == "n3", limit=2).to_pydict() == {"a": [993, 983]}
    assert table.scan([col("s").field("x").alias("half"), "a"], col("s").field("x") == 7).to_pylist(
        ) == [{"half": 7, "a": 14}, {"half": 7, "a": 15}]
    assert table.scan(filter="a = 12").schema.names == ["a", "b", "s"]
    empty = table.scan(columns=[])
    assert sum(batch.num_rows for batch in empty) == 1005 == empty.count()
    assert table.stats(["a"])["a"]["maximum"] == 999
    assert (table.min("a"), table.max("a")) == (0, 999)
    assert table.max("a", col("b") == "n7") == 997 and table.max("b", "a < $1", [4]) == "n3"
    assert table.min("a", "a > 5000") is None
    with pytest.raises(colonnade.ColonnadeError, match="no order"):
        table.min("s")
    with pytest.raises(colonnade.ColumnNotFoundError):
        table.max("nothing")
    explained = table.explain(filter="b = 'n4'", analyze=True)
    assert explained["plan"]["rowsRead"] < 200 and explained["actual"]["rowsReturned"] == 101
    parts = table.divide(4)
    assert parts[0].start == 0 and parts[-1].stop == 1005
    pieces = [row for part in parts for row in table.scan(rows=part).to_pylist()]
    assert pieces == table.to_pylist() and all(len(part) for part in parts)
    assert [batch.num_rows for batch in table.scan(rows=range(10, 20), batch_rows=4)][0] <= 4
    seen = []
    table.scan(progress=lambda done, total: seen.append((done, total))).to_arrow()
    assert seen[-1] == (1005, 1005)
    assert "1,005 rows" in repr(table) and "filter='a = 1'" in repr(table.scan(filter="a = 1"))
    with table:
        pass
    assert "closed" in repr(table)


def test_parameters_of_every_kind(tmp_path):
    import datetime as dt
    import uuid
    given = {
        "b": [True], "i": [-5], "u": [2**64 - 1], "f": [1.25], "d": [decimal.Decimal("1.50")],
        "s": ["it's $p1"], "y": [b"a\0b"], "day": [dt.date(1960, 2, 29)], "t": [dt.time(1, 2, 3, 4)],
        "n": [dt.datetime(1960, 1, 1, 0, 0, 0, 1)],
        "z": [dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)], "e": [dt.timedelta(-1, 5, 6)],
        "id": [uuid.UUID(int=7)]}
    table = colonnade.write(tmp_path / "t", given).open()
    for name, values in given.items():
        column = colonnade.col(name)
        value = values[0]
        assert table.count(column == value) == 1, name
        assert table.count(column != value) == 0, name
        assert table.count(column.is_in([value, value])) == 1, name
        assert table.count(f"{name} = ?", [value]) == 1, name
        assert table.count(f"{name} = $1", [None]) == 0, name
    east = dt.timezone(dt.timedelta(hours=2))
    assert table.count("z = $1", [dt.datetime(2020, 1, 1, 2, tzinfo=east)]) == 1
    assert table.count("f < $1", [float("nan")]) == 1
    assert table.count("i < $1", [10**30]) == 1
    assert table.count("i = $1", [numpy.int8(-5)]) == 1
    assert table.count("f = $1", [numpy.float32(1.25)]) == 1
    assert table.count("n = $1", [numpy.datetime64("1960-01-01T00:00:00.000001")]) == 1
    assert table.count("n < $1", [pandas.Timestamp("1960-01-01T00:00:00.000001001")]) == 1
    assert table.count("z = $1", [pandas.Timestamp("2020-01-01T01:00:00+01:00")]) == 1
    assert table.count("e = $1", [numpy.timedelta64(-86394999994, "us")]) == 1


def test_a_table_is_appended_to_itself(tmp_path):
    path = tmp_path / "t"
    colonnade.write(path, {"a": range(100_000)})
    table = colonnade.open(path)
    commit = colonnade.write(path, table, mode="append")
    assert (commit.version, commit.rows, commit.total_rows) == (2, 100_000, 200_000)
    assert table.row_count == 100_000 and commit.open().count("a < 10") == 20


def test_a_writer_commits_at_a_clean_end_only(tmp_path):
    path = tmp_path / "t"
    with pytest.raises(RuntimeError):
        with colonnade.writer(path, schema="a: int64") as writer:
            writer.write({"a": [1]})
            raise RuntimeError
    with pytest.raises(FileNotFoundError):
        colonnade.open(path)
    with colonnade.writer(path, {"a": "int64"}) as writer:
        assert writer.write({"a": [1, 2]}) == 2
        assert writer.write(pa.table({"a": [3]})) == 3
    assert writer.commit_result.rows == 3
    with pytest.raises(colonnade.ClosedError, match="committed or was closed"):
        writer.write({"a": [1]})
    first = colonnade.write(path, {"a": [4]}, mode="append", commit_id="once")
    second = colonnade.write(path, {"a": [4]}, mode="append", commit_id="once")
    assert not first.was_already_committed and second.was_already_committed
    assert colonnade.open(path).to_pydict() == {"a": [1, 2, 3, 4]}


def test_a_schema_casts_what_is_given(tmp_path):
    commit = colonnade.write(tmp_path / "t", pa.table({"b": ["x"], "a": [1]}),
                             schema="a: int8 not null, b: categorical")
    assert str(commit.open().schema) == "a: int8 not null\nb: categorical"
    with pytest.raises(colonnade.SchemaMismatchError, match="300"):
        colonnade.write(tmp_path / "u", pa.table({"a": [300]}), schema="a: int8")
    with pytest.raises(colonnade.SchemaMismatchError, match="missing 'b'"):
        colonnade.write(tmp_path / "u", pa.table({"a": [300]}), schema="a: int64, b: string")


def test_without_any_other_package(tmp_path):
    """Nothing but the standard library is imported on the way of a row in and out."""
    output = run_python("""
        import sys
        import colonnade
        from colonnade import col
        table = colonnade.write(sys.argv[1], [{"a": 1, "b": "x"}, {"a": 2, "b": None}]).open()
        print(table.scan(filter=col("a") > 1).to_pylist(), table.count("b IS NULL"))
        print([name for name in ("numpy", "pyarrow", "pandas", "polars") if name in sys.modules])
        """, tmp_path / "t")
    assert output == "[{'a': 2, 'b': None}] 1\n[]\n"
