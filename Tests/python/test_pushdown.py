"""Tables in DuckDB, pyarrow and Polars: the same answers as without us, and less that is read."""

import datetime
import json
import os
import random

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest

import pushdown_differential
from package import colonnade
from program import run
from colonnade.arrow_filter import translate
from colonnade.polars_scan import pushed_part

field = pc.field


@pytest.fixture(scope="module")
def arrow():
    return pushdown_differential.rows(11)


@pytest.fixture(scope="module")
def table(arrow, tmp_path_factory):
    path = tmp_path_factory.mktemp("pushdown") / "t"
    colonnade.write(path, arrow)
    return colonnade.open(path)


def test_random_conditions_through_duckdb():
    seed = int(os.environ.get("COLONNADE_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}")
    disagreements, counted = pushdown_differential.compare(1_500, seed)
    assert disagreements == []
    assert counted.filtered > 500, "DuckDB pushes conditions, and they are translated"


CONDITIONS = [
    field("i32") > 100, (field("i32") > 100) & (field("f64") >= 0.0), ~(field("f64") > 0.1),
    (field("f64") != 0.0) | field("f64").is_null(), field("f64").is_nan(),
    ~field("f64").is_nan(), field("s").isin(["a", "ab"]), ~field("s").isin(["a", None]),
    field("s").is_null(), ~(field("s") == "a"), field("b"), ~field("b"),
    field("st", "x") > 3, pc.starts_with(field("s"), "a"), field("d") == datetime.date(2024, 1, 9),
    field("t") < datetime.datetime(2024, 1, 2), field("n") <= pa.scalar(1, pa.decimal128(9, 2)),
    field("i8") == field("i32"), field("f32") == field("f32"),
    pc.if_else(field("s").is_valid(), field("s").isin(["b"]), pa.scalar(None, pa.bool_())),
    # What stays with pyarrow.
    pc.match_like(field("s"), "%b"), field("i32") + 1 > 300, field("f64").isin([float("nan")]),
    (field("i32") > 100) & pc.match_like(field("s"), "a%"),
    (field("u32") == pa.scalar(7, pa.uint32())) & (pc.utf8_length(field("s")) > 1),
    field("z") >= pa.scalar(datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)),
    pc.scalar(True), pc.scalar(False), pc.list_value_length(field("l")) > 1,
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: str(condition)[:60])
def test_pyarrows_conditions_mean_what_they_mean_to_pyarrow(condition, arrow, table):
    ours = colonnade.dataset(table)
    wanted = ds.dataset(arrow).to_table(columns=["id", "f64"], filter=condition)
    found = ours.to_table(columns=["id", "f64"], filter=condition)
    assert found.schema.names == ["id", "f64"]
    assert repr(found.to_pylist()) == repr(wanted.to_pylist())
    assert ours.count_rows(condition) == wanted.num_rows
    negated = ds.dataset(arrow).count_rows(~condition)
    assert ours.filter(~condition).count_rows() == negated


def test_a_filter_of_duckdb_is_not_read_in_vain(table):
    pushed = translate((field("i32") > 300) & (field("s") == "a"), table.arrow_schema())
    assert not pushed.has_residual
    plan = table.explain(filter=pushed.text, parameters=pushed.parameters)["plan"]
    assert plan == table.explain(filter="i32 > 300 AND s = 'a'")["plan"]


def test_the_same_question_from_everywhere(table, arrow):
    wanted = [row["id"] for row in arrow.to_pylist()
              if row["i32"] is not None and row["i32"] > 200 and row["s"] == "ab"]
    ours, name = colonnade.dataset(table), "ab"
    assert table.scan(["id"], "i32 > 200 AND s = ?", parameters=[name]).to_pydict() == {"id": wanted}
    found = duckdb.sql("SELECT id FROM ours WHERE i32 > 200 AND s = 'ab'").fetchall()
    assert [row[0] for row in found] == wanted
    lazy = colonnade.scan_colonnade(table).filter((pl.col("i32") > 200) & (pl.col("s") == name))
    assert lazy.select("id").collect().to_series().to_list() == wanted
    assert colonnade.read_pandas(table, ["id"], "i32 > 200 AND s = 'ab'")["id"].tolist() == wanted
    assert ours.to_table(["id"], (field("i32") > 200) & (field("s") == name)).to_pydict()[
        "id"] == wanted
    program = run("scan", table.path, "--select", "id", "--where", "i32 > 200 AND s = 'ab'",
                  "--format", "jsonl").stdout
    assert [json.loads(line)["id"] for line in program.splitlines()] == wanted
    # What is skipped is the same, whoever asks.
    plain = table.explain(filter="i32 > 200 AND s = 'ab'")["plan"]
    arrows = translate((field("i32") > 200) & (field("s") == name), table.arrow_schema())
    assert json.loads(run("explain", table.path, "--where", "i32 > 200 AND s = 'ab'",
                          "--json").stdout)["plan"] == plain
    assert table.explain(filter=arrows.text, parameters=arrows.parameters)["plan"] == plain
    assert handed_over(table, lazy.select("id")) == table.explain(
        filter=(colonnade.col("i32") > 200) & (colonnade.col("s") == name))["plan"] == plain


def handed_over(table, lazy):
    """The plan of what Polars pushes down, which it has typed by then."""
    seen = []
    original = colonnade.polars_scan.pushed_part

    def noticed(predicate, schema):
        seen.append(original(predicate, schema))
        return seen[-1]

    colonnade.polars_scan.pushed_part = noticed
    try:
        lazy.collect()
    finally:
        colonnade.polars_scan.pushed_part = original
    return table.explain(filter=seen[-1])["plan"]


POLARS = [
    pl.col("i32") > 100, (pl.col("f64") > 0.1) & pl.col("s").is_not_null(),
    pl.col("f64") == float("nan"), ~(pl.col("f64") <= 0.0), pl.col("s").is_in(["a", None]),
    pl.col("s").str.starts_with("a"), pl.col("d") < datetime.date(2024, 1, 9),
    pl.col("t").is_between(datetime.datetime(2024, 1, 1), datetime.datetime(2024, 1, 2)),
    pl.col("f32") <= 0.1, pl.col("f32") == 0.1, pl.col("i8") > 1.5, pl.col("b"), ~pl.col("b"),
    pl.col("st").struct.field("x") > 3, pl.col("i32") == pl.col("i8"), pl.col("f64").is_nan(),
    (pl.col("i32") > 10) | (pl.col("s") == "b"), pl.col("s").str.contains("b"),
    pl.col("i64").is_in([1, 7]), pl.col("i32") % 2 == 0, pl.col("s").is_null() | pl.col("b"),
]


@pytest.mark.parametrize("condition", POLARS, ids=lambda condition: str(condition)[:60])
def test_conditions_of_polars(condition, arrow, table):
    wanted = pl.DataFrame(arrow).filter(condition)
    found = colonnade.scan_colonnade(table).filter(condition).collect()
    assert found.schema == wanted.schema
    assert found["id"].to_list() == wanted["id"].to_list()
    assert repr(found.rows()) == repr(wanted.rows())


def test_polars_reads_no_more_than_it_needs(table):
    lazy = colonnade.scan_colonnade(table)
    assert lazy.head(5).collect().height == 5
    assert lazy.select(pl.len()).collect().item() == len(table)
    assert lazy.filter(pl.col("i32") > 100).head(3).collect().height == 3
    assert lazy.filter(pl.col("i32") > 100).select("s").collect().columns == ["s"]
    part = pushed_part((pl.col("i32") > 100) & (pl.col("i32") % 2 == 0), lazy.collect_schema())
    assert "100" in str(part) and "%" not in str(part)


def test_the_dataset_is_one(table, arrow, tmp_path):
    ours = colonnade.dataset(table.path)
    assert isinstance(ours, ds.Dataset) and ours.schema.names == arrow.schema.names
    assert ours.count_rows() == arrow.num_rows and ours.head(3, ["id"]).num_rows == 3
    assert ours.take([5, 0], columns=["id"]).to_pydict() == {"id": [5, 0]}
    assert sum(batch.num_rows for batch in ours.to_batches(batch_size=100)) == arrow.num_rows
    assert ours.to_table({"double": field("i8") * 2}).column_names == ["double"]
    assert ours.filter(field("id") < 5).filter(field("id") > 2).to_table(["id"]).to_pydict() == {
        "id": [3, 4]}
    assert ours.sort_by([("id", "descending")]).head(1)["id"].to_pylist() == [arrow.num_rows - 1]
    assert pa.table(ours.filter(field("id") < 5)).num_rows == 5
    colonnade.write(tmp_path / "keys", {"id": list(range(8))})
    keys = colonnade.dataset(tmp_path / "keys")
    assert keys.join(keys.filter(field("id") < 3), "id", join_type="inner").count_rows() == 3
    for call in (ours.get_fragments, lambda: ours.replace_schema(ours.schema)):
        with pytest.raises(NotImplementedError):
            call()
    with pytest.raises(colonnade.ColumnNotFoundError, match="i32"):
        ours.to_table(["i322"])
    with pytest.raises(TypeError):
        ours.filter("id < 3")
    assert "t" in repr(ours)
