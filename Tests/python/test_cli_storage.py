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
