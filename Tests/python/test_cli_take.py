"""Rows by their numbers, and rows drawn by lot."""

import pytest

from program import lines, run


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("take")
    (folder / "rows.csv").write_text(
        "id,name\n" + "".join(f"{n},name {n}\n" for n in range(1, 7)))
    run("write", folder / "t", folder / "rows.csv")
    return folder / "t"


def test_rows_by_number(table, tmp_path):
    ids = ["--select", "id", "--format", "csv"]
    assert lines("take", table, "5", "0", "2-3,0", *ids) == ["id", "6", "1", "3", "4", "1"]
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("4, 1\n\n3-4 0\r\n")
    assert lines("take", table, "--rows-from", numbers, *ids) == ["id", "5", "2", "4", "5", "1"]
    assert lines("take", table, "--rows-from", "-", *ids, stdin="1\n0") == ["id", "2", "1"]
    assert lines("take", table, "--rows-from", "-", *ids, stdin="") == ["id"]
    whole = lines("scan", table)
    assert lines("take", table, "0-5") == whole
    assert "first 2 shown" in run("take", table, "0-5", "--format", "table", "--rows", "2").stdout
    run("take", table, code=2)
    run("take", table, "1", "--rows-from", numbers, code=2)
    done = run("take", table, "1", "6", code=2)
    assert "row 6 is not there: there are 6 rows" in done.stderr and "0 to 5" in done.stderr
    for bad in ["x", "1-", "3-2", "1-2-3", "1.5", "99999999999999999999", "+1"]:
        assert "is no row number" in run("take", table, bad, code=2).stderr
    numbers.write_text("1\n2 x")
    assert "numbers.txt:2" in run("take", table, "--rows-from", numbers, code=2).stderr


def test_rows_drawn_by_lot(table):
    whole = lines("scan", table)
    assert lines("sample", table) == whole
    some = lines("sample", table, "-n", "3", "--seed", "5")
    assert len(some) == 3 and [row for row in whole if row in some] == some
    assert lines("sample", table, "-n", "3", "--seed", "5") == some
    assert len({tuple(lines("sample", table, "-n", "2", "--seed", str(n))) for n in range(9)}) > 1
    assert lines("sample", table, "-n", "0") == []
    run("sample", table, "-n", "-1", code=2)
