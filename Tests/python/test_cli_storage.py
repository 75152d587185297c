"""What the program says of how a table is stored: encodings, columns stored by others, exact bounds."""

import datetime
import random

from program import run
from test_cli_rows import strict


def test_stats_are_exact_where_that_is_asked_for(tmp_path):
    text = "long\n" + "".join(f"a common beginning and then {n}\n" for n in range(100, 999))
    (tmp_path / "n.csv").write_text(text)
    run("write", tmp_path / "t", tmp_path / "n.csv")
    cut = strict(run("stats", tmp_path / "t", "--json").stdout)["columns"][0]
    assert not cut["minimumIsExact"] and cut["minimum"] <= "a common beginning and then 100"
    exact = strict(run("stats", tmp_path / "t", "--json", "--exact").stdout)["columns"][0]
    assert exact["minimumIsExact"] and exact["maximumIsExact"]
    assert exact["minimum"] == "a common beginning and then 100"
    assert exact["maximum"] == "a common beginning and then 998"


def test_inspect_names_the_column_that_another_is_stored_by(tmp_path):
    draw = random.Random(3)
    text = ["quantity,price,shipped,received"]
    for _ in range(3_000):
        quantity, day = draw.randint(1, 50), datetime.date(1992, 1, 1) + datetime.timedelta(draw.randint(0, 2_500))
        price = quantity * draw.randint(90_000, 200_000)
        later = day + datetime.timedelta(draw.randint(1, 30))
        text.append(f"{quantity},{price // 100}.{price % 100:02},{day},{later}")
    (tmp_path / "orders.csv").write_text("\n".join(text) + "\n")
    run("write", tmp_path / "t", tmp_path / "orders.csv")
    shown = run("inspect", tmp_path / "t", "--pages").stdout
    assert "multiple of quantity" in shown and "difference from shipped" in shown
    alone = run("scan", tmp_path / "t", "--select", "received", "--format", "csv").stdout.split()
    assert alone[1:] == [line.rpartition(",")[2] for line in text[1:]]
    assert "no fault found" in run("verify", tmp_path / "t").stdout


def test_inspect_says_why_a_column_is_stored_as_it_is(tmp_path):
    rows = "".join(f"{n},{n % 7},word {n % 5},{(n * 2654435761 % 2**32) / 7}\n" for n in range(20000))
    (tmp_path / "t.csv").write_text("id,day,word,noise\n" + rows)
    run("write", tmp_path / "t", tmp_path / "t.csv")
    shown = run("inspect", tmp_path / "t", "--why", "--select", "id, word").stdout
    assert "id int64: 20,000 values of row group 0, profile balanced; stored as delta" in shown
    assert shown.count("← chosen") == 2 and "noise" not in shown
    done = strict(run("inspect", tmp_path / "t", "--why", "--json", "--profile", "archive").stdout)
    assert done["profile"] == "archive"
    for comparison in done["comparisons"]:
        tried = comparison["encodings"]
        assert [one["price"] for one in tried] == sorted(one["price"] for one in tried)
        assert sum(one["chosen"] for one in tried) == 1 and len(tried) > 1
        by_name = {one["encoding"]: one for one in tried}
        raw = {"int64": 8, "int8": 1, "float64": 8}.get(comparison["type"])
        if raw:
            assert by_name["plain"]["bytes"] == raw * comparison["values"]
    assert [one["column"] for one in done["comparisons"]] == ["id", "day", "word", "noise"]
