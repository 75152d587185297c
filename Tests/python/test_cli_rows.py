"""Commands on a small table: rows out in every form, questions, versions, mistakes, interruptions."""

import csv
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest

from program import PROGRAM, lines, run

ROWS = [
    # id, name, price, day, big, ratio
    ("1", "plain", "1.50", "2024-01-31", "9007199254740993", "0.1"),
    ("2", "", "2.25", "1969-12-31", "-9223372036854775808", "nan"),
    ("3", None, None, None, None, None),
    ("4", 'say "hi", please', "-0.75", "2024-02-29", "0", "inf"),
    ("5", "日本語 text that is long enough", "100.00", "2024-03-01", "17", "-inf"),
    ("6", "two\nlines", "3.00", "2024-03-02", "18", "1e+300"),
]
COLUMNS = ["id", "name", "price", "day", "big", "ratio"]
SCHEMA = """\
id: int32 not null
name: string
price: decimal(9, 2)
day: date
big: int64
ratio: float64
"""


def field(value):
    if value is None:
        return ""
    if value == "" or any(c in value for c in ',"\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


TEXT = ",".join(COLUMNS) + "\n" + "".join(",".join(map(field, row)) + "\n" for row in ROWS)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    (folder / "rows.csv").write_text(TEXT)
    (folder / "schema.txt").write_text(SCHEMA)
    run("write", folder / "t", folder / "rows.csv", "--schema", folder / "schema.txt")
    return folder / "t"


def test_csv_comes_back_as_it_went_in(table):
    assert run("scan", table, "--format", "csv").stdout == TEXT


def test_csv_of_a_table_written_from_csv_is_the_same(table, tmp_path):
    run("scan", table, "-o", tmp_path / "out.csv")
    run("write", tmp_path / "again", tmp_path / "out.csv", "--schema", table.parent / "schema.txt")
    assert run("scan", tmp_path / "again", "--format", "csv").stdout == TEXT


def strict(text):
    def refuse(name):
        raise AssertionError(f"{name} is not JSON")
    return json.loads(text, parse_constant=refuse)


def test_json_lines_are_json_in_a_pipe(table):
    rows = [strict(line) for line in lines("scan", table)]
    assert [row["id"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[0] == {"id": 1, "name": "plain", "price": 1.5, "day": "2024-01-31",
                       "big": 9007199254740993, "ratio": 0.1}
    assert rows[1]["name"] == "" and rows[1]["ratio"] is None
    assert rows[2] == {"id": 3, "name": None, "price": None, "day": None, "big": None,
                       "ratio": None}
    assert rows[5]["name"] == "two\nlines" and rows[5]["ratio"] == 1e300
    assert '"price":1.50,' in run("scan", table).stdout


def test_what_json_cannot_say_follows_a_policy(table):
    rows = [strict(line) for line in lines("scan", table, "--nan", "string")]
    assert [row["ratio"] for row in rows[1:5]] == ["nan", None, "inf", "-inf"]
    done = run("scan", table, "--nan", "error", code=3)
    assert "column 'ratio'" in done.stderr and "--nan null" in done.stderr


def test_columns_rows_and_limits(table):
    assert lines("scan", table, "--select", "big, id", "--where", "id <= 2", "--format", "csv") \
        == ["big,id", "9007199254740993,1", "-9223372036854775808,2"]
    assert lines("scan", table, "--select", "id", "--limit", "2", "--format", "csv") \
        == ["id", "1", "2"]
    assert lines("scan", table, "--limit", "0", "--format", "csv") == [",".join(COLUMNS)]
    assert lines("scan", table, "--where", "name IS NULL", "--select", "id") == ['{"id":3}']
    assert lines("scan", table, "--where", "day < DATE '1970-01-01'", "--select", "id") \
        == ['{"id":2}']
    assert lines("count", table) == ["6"]
    assert lines("count", table, "--where", "price > 2 AND ratio IS NOT NAN") == ["2"]
    assert lines("head", table, "-n", "3", "--format", "csv")[0] == ",".join(COLUMNS)
    assert len(lines("head", table, "-n", "2")) == 2


def test_tables_for_people(table):
    shown = run("scan", table, "--format", "table").stdout
    assert "│" in shown and "NULL" in shown and "two\\nlines" in shown
    assert shown.rstrip().endswith("6 rows")
    narrow = run("scan", table, "--format", "table", env={"COLUMNS": "40"}).stdout
    assert max(len(line) for line in narrow.splitlines()[:-1]) <= 40 and "…" in narrow
    plain = run("scan", table, "--format", "table", "--style", "plain",
                env={"LC_ALL": "C"}).stdout
    assert "|" not in plain and "│" not in plain
    assert "first 2 shown" in run("scan", table, "--format", "table", "--rows", "2").stdout
    assert "6 rows" in run("scan", table, "--format", "table", "--rows", "2").stdout
    assert "\x1b[" not in shown
    assert "\x1b[" in run("scan", table, "--format", "table", "--color", "always").stdout


def on_terminal(*arguments, columns=80):
    """What a command writes when both streams are a terminal, and its exit code."""
    child, descriptor = pty.fork()
    if child == 0:
        os.environ.pop("NO_COLOR", None)
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", COLUMNS=str(columns))
        os.execv(str(PROGRAM), [str(PROGRAM), *map(str, arguments)])
    text = b""
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    _, status = os.waitpid(child, 0)
    os.close(descriptor)
    return text.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


def test_a_terminal_gets_a_table_in_colours(table):
    text, code = on_terminal("scan", table)
    assert code == 0 and "┌" in text and "\x1b[2m" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert all(len(line) <= 80 for line in plain.splitlines())
    text, _ = on_terminal("scan", table, "--color", "never")
    assert "\x1b[" not in text
    text, _ = on_terminal("scan", table, "--format", "jsonl")
    assert strict(text.splitlines()[0])["id"] == 1


def test_output_files_are_whole_or_absent(table, tmp_path):
    out = tmp_path / "rows.csv"
    assert run("scan", table, "-o", out).stdout == ""
    assert out.read_text() == TEXT
    run("scan", table, "-o", tmp_path / "rows.jsonl")
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 6
    # A failure in the middle leaves what was there, and nothing beside it.
    run("scan", table, "--nan", "error", "--format", "jsonl", "-o", out, code=3)
    assert out.read_text() == TEXT
    run("scan", table, "--where", "nothing > 1", "-o", tmp_path / "never.csv", code=3)
    assert {path.name for path in tmp_path.iterdir()} == {"rows.csv", "rows.jsonl"}
    done = run("scan", table, "-o", tmp_path, code=2)
    assert "folder" in done.stderr
    run("scan", table, "-o", tmp_path / "no" / "such" / "folder.csv", code=3)


def test_output_is_never_the_input(table, tmp_path):
    copy = tmp_path / "t"
    shutil.copytree(table, copy)
    before = {path: path.stat().st_size for path in copy.rglob("*")}
    file = next((copy / "data").iterdir())
    for output in [copy / "out.csv", copy / "data" / "x.csv", file]:
        done = run("scan", copy, "-o", output, code=2)
        assert "input" in done.stderr
    done = run("scan", file, "-o", file, code=2)
    assert "input" in done.stderr
    assert {path: path.stat().st_size for path in copy.rglob("*")} == before


def test_a_file_on_its_own_is_read_too(table):
    file = next((table / "data").iterdir())
    assert run("scan", file, "--format", "csv").stdout == TEXT
    assert lines("count", file) == ["6"]
    for command in ["schema", "stats", "inspect", "verify", "explain"]:
        assert run(command, file).stdout
        strict(run(command, file, "--json").stdout)


def test_metadata_as_json(table):
    schema = strict(run("schema", table, "--json").stdout)
    assert [column["name"] for column in schema["columns"]] == COLUMNS
    assert [column["type"] for column in schema["columns"]] \
        == ["int32", "string", "decimal(9, 2)", "date", "int64", "float64"]
    for command in ["stats", "inspect", "verify", "explain"]:
        strict(run(command, table, "--json").stdout)
    # The text form of the schema is a schema file.
    text = run("schema", table).stdout
    (table.parent / "printed.txt").write_text(text)
    run("write", table.parent / "again", table.parent / "rows.csv",
        "--schema", table.parent / "printed.txt")
    assert run("scan", table.parent / "again", "--format", "csv").stdout == TEXT


def test_mistakes_in_questions(table):
    done = run("scan", table, "--where", "id > AND name = 'x'", code=2)
    shown = done.stderr.splitlines()
    assert shown[0].startswith("colonnade: error: ")
    assert shown[1] == "  id > AND name = 'x'" and shown[2] == " " * 7 + "^"
    done = run("scan", table, "--where", "nmae = 'x'", code=3)
    assert "nmae" in done.stderr and "'name'" in done.stderr
    done = run("scan", table, "--select", "id, prise", code=3)
    assert "prise" in done.stderr and "'price'" in done.stderr
    done = run("scan", table, "--where", "name > 3", code=3)
    assert "name" in done.stderr
    done = run("scan", table, "--at", "7", code=3)
    assert "7" in done.stderr
    done = run("scan", str(table) + "x", code=3)
    assert f"did you mean '{table}'?" in done.stderr
    done = run("scan", table, "--select", "id,,name", code=2)
    assert "name of a column" in done.stderr


def test_versions(table, tmp_path):
    copy = tmp_path / "t"
    shutil.copytree(table, copy)
    (tmp_path / "more.csv").write_text("id,name,price,day,big,ratio\n7,seven,,,,\n")
    run("write", copy, tmp_path / "more.csv", "--mode", "append")
    assert lines("count", copy) == ["7"]
    assert lines("count", copy, "--at", "1") == ["6"]
    done = run("write", copy, tmp_path / "more.csv", code=2)
    assert "--mode append" in done.stderr
    (tmp_path / "other.csv").write_text("id,name,colour\n8,eight,red\n")
    run("write", copy, tmp_path / "other.csv", "--mode", "append", code=3)
    assert lines("count", copy) == ["7"]


def test_a_closed_pipe_is_silent(tmp_path):
    (tmp_path / "n.csv").write_text("n\n" + "".join(f"{n}\n" for n in range(200_000)))
    run("write", tmp_path / "t", tmp_path / "n.csv")
    for form in ["csv", "jsonl", "table"]:
        with subprocess.Popen(
                [str(PROGRAM), "scan", str(tmp_path / "t"), "--format", form],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 0


def test_ctrl_c_leaves_nothing(tmp_path):
    with subprocess.Popen(
            [str(PROGRAM), "write", str(tmp_path / "t"), "-", "--input-format", "csv"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(b"n,text\n" + b"".join(b"%d,some text\n" % n for n in range(100_000)))
        process.stdin.flush()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.stdin.close()
        assert process.wait(60) == 130
    run("scan", tmp_path / "t", code=3)


def test_a_predicate_may_begin_with_a_minus(tmp_path):
    source = tmp_path / "m.csv"
    source.write_text("a\n-3\n5\n")
    run("write", tmp_path / "t", source)
    assert run("count", tmp_path / "t", "--where", "-a > 0").stdout.strip() == "1"


def test_one_ctrl_c_ends_waiting_for_an_idle_stdin(tmp_path):
    with subprocess.Popen(
            [str(PROGRAM), "write", str(tmp_path / "t"), "-", "--input-format", "csv"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(b"n,text\n1,a\n")
        process.stdin.flush()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    run("scan", tmp_path / "t", code=3)


def test_flipped_bytes_end_with_4(table, tmp_path):
    copy = tmp_path / "t"
    shutil.copytree(table, copy)
    assert "no fault" in run("verify", copy).stdout
    file = next((copy / "data").iterdir())
    whole = file.read_bytes()
    found = 0
    for offset in range(64, len(whole), max(1, len(whole) // 40)):
        broken = bytearray(whole)
        broken[offset] ^= 1
        file.chmod(0o644)
        file.write_bytes(bytes(broken))
        process = subprocess.run(
            [str(PROGRAM), "verify", str(copy)], capture_output=True, text=True)
        assert process.returncode in (0, 4), process.stderr
        found += process.returncode == 4
        scanned = subprocess.run(
            [str(PROGRAM), "scan", str(copy), "--format", "csv"], capture_output=True, text=True)
        assert scanned.returncode == 4 or scanned.stdout == TEXT
    assert found >= 10
    file.write_bytes(whole[:-10])
    run("verify", copy, code=4)
    run("scan", copy, code=4)


def test_rejects(tmp_path):
    (tmp_path / "a.csv").write_text("n,x\n1,a\ntwo,b\n3,c\n4,d,e\n")
    (tmp_path / "schema.txt").write_text("n: int32\nx: string\n")
    done = run("write", tmp_path / "t", tmp_path / "a.csv", "--schema", tmp_path / "schema.txt",
               code=3)
    assert "a.csv:3" in done.stderr
    run("scan", tmp_path / "t", code=3)
    done = run("write", tmp_path / "t", tmp_path / "a.csv", "--schema", tmp_path / "schema.txt",
               "--rejects", tmp_path / "bad.jsonl")
    assert "2 rows written" in done.stderr and "2 rejected" in done.stderr
    bad = [strict(line) for line in (tmp_path / "bad.jsonl").read_text().splitlines()]
    assert [record["line"] for record in bad] == [3, 5]
    assert lines("count", tmp_path / "t") == ["2"]


def test_types_that_change_late_in_a_file_are_those_of_all_of_it(tmp_path):
    # More than is read to settle the types; the last line makes integers a text.
    rows = "".join(f"{number},{number % 3},\n" for number in range(700_000))
    assert len(rows) > 6 << 20
    (tmp_path / "rows.csv").write_text("n,k,d\n" + rows + "007,1,2024-02-29\n")
    done = run("write", tmp_path / "t", tmp_path / "rows.csv", "--partition-by", "k")
    assert done.stderr.startswith("700,001 rows read, 700,001 rows written; version 1")
    assert lines("count", tmp_path / "t", "--where", "n = '007'") == ["1"]
    assert lines("count", tmp_path / "t", "--where", "n = '699999'") == ["1"]
    # One of the first try would be a leftover.
    assert len(list((tmp_path / "t" / "data").iterdir())) == 1
    # A partitioning that suits the types of all of it only: the start has no date.
    run("write", tmp_path / "u", tmp_path / "rows.csv", "--partition-by", "year(d)")
    assert lines("count", tmp_path / "u", "--where", "d = DATE '2024-02-29'") == ["1"]


def test_completion_knows_the_columns(table):
    words = ["colonnade", "scan", str(table), "--select", "id,na"]
    asked = ["---completion", "scan", "--", "--select"]
    assert lines(*asked, "4", "5", *words) == [f"id,{name}" for name in COLUMNS]
    words = ["colonnade", "count", str(table), "--where", ""]
    assert lines("---completion", "count", "--", "--where", "4", "0", *words) == COLUMNS
    words[2] = str(table) + "-not-there"
    assert lines("---completion", "count", "--", "--where", "4", "0", *words) in ([], [""])


def test_explain_says_what_is_skipped_and_why(tmp_path):
    text = "day,n\n" + "".join(f"2024-01-{1 + n % 28:02},{n}\n" for n in range(28_000))
    (tmp_path / "n.csv").write_text(text)
    run("write", tmp_path / "t", tmp_path / "n.csv", "--partition-by", "day", "--sort-by", "n")
    done = strict(run("explain", tmp_path / "t", "--json", "--analyze", "--select", "n",
                      "--where", "day = DATE '2024-01-05' AND n < 50").stdout)
    levels = {level["level"]: level for level in done["plan"]["levels"]}
    assert levels["partitions"]["considered"] == 28 and levels["partitions"]["left"] == 1
    assert "day" in levels["partitions"]["reasons"][0]["because"]
    assert done["actual"]["rowsReturned"] == 2
    assert done["actual"]["rowsRead"] <= 1000
    assert done["testedColumns"] == ["n"] or done["testedColumns"] == ["day", "n"]
    shown = run("explain", tmp_path / "t", "--where", "day = DATE '2024-01-05'").stdout
    assert "27 partitions" in shown and "rows to read" in shown


def test_inspect_shows_pages_encodings_and_partitions(table):
    shown = run("inspect", table, "--chunks").stdout
    for word in ["table id", "commit id", "data/", "encodings", "price", "least"]:
        assert word in shown
    pages = strict(run("inspect", table, "--pages", "--json", "--select", "id").stdout)
    chunks = pages["files"][0]["chunks"]
    assert [chunk["column"] for chunk in chunks] == ["id"]
    assert sum(page["bytes"] for chunk in chunks for page in chunk["pages"]) > 0
    assert "row group" in run("inspect", table, "--row-group", "9", code=3).stderr


def test_stats_come_from_metadata(table):
    columns = strict(run("stats", table, "--json").stdout)["columns"]
    by_name = {column["name"]: column for column in columns}
    assert (by_name["id"]["minimum"], by_name["id"]["maximum"]) == (1, 6)
    assert by_name["price"]["minimum"] == -0.75 and by_name["price"]["nulls"] == 1
    assert by_name["day"]["minimum"] == "1969-12-31" and by_name["ratio"]["nans"] == 1
    assert [c["name"] for c in strict(
        run("stats", table, "--json", "--select", "day").stdout)["columns"]] == ["day"]


def test_a_header_of_other_names_is_not_a_row(tmp_path):
    """Columns of text take any line, so names that differ have to be noticed as such."""
    (tmp_path / "a.csv").write_text("x,y\na,b\n")
    run("write", tmp_path / "t", tmp_path / "a.csv")
    for other, says in [("X,Y\nc,d\n", "its columns are X, Y"), ("x,z\nc,d\n", "x, z"),
                        ("x,y,z\nc,d,e\n", "column 'z' of the header")]:
        (tmp_path / "b.csv").write_text(other)
        done = run("write", tmp_path / "t", tmp_path / "b.csv", "--mode", "append", code=3)
        assert says in done.stderr and "--no-header" in done.stderr
        # Setting rows aside does not make columns of other names fit.
        run("write", tmp_path / "t", tmp_path / "b.csv", "--mode", "append",
            "--rejects", tmp_path / "bad.jsonl", code=3)
    (tmp_path / "b.csv").write_text("c,d\n")
    run("write", tmp_path / "t", tmp_path / "b.csv", "--mode", "append", "--no-header")
    (tmp_path / "b.csv").write_text("y,x\nf,e\n")
    run("write", tmp_path / "t", tmp_path / "b.csv", "--mode", "append")
    assert lines("scan", tmp_path / "t", "--format", "csv") == ["x,y", "a,b", "c,d", "e,f"]


def test_mistakes_in_schema_and_rejects_name_what_to_change(tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "schema.txt").write_text("x: int8\nx: int8\n")
    done = run("write", tmp_path / "t", tmp_path / "a.csv", "--schema", tmp_path / "schema.txt",
               code=3)
    assert "schema.txt: two columns are named 'x'" in done.stderr
    done = run("write", tmp_path / "t", tmp_path / "a.csv", "--rejects", tmp_path / "a.csv", code=2)
    assert done.stderr.endswith("name another file for --rejects\n")
    assert (tmp_path / "a.csv").read_text() == "x\n1\n"


def test_a_text_in_double_quotes_is_a_name(table):
    done = run("scan", table, "--where", 'name = "nowhere near"', code=3)
    assert "'single' quotes" in done.stderr


def test_a_commit_that_ctrl_c_did_not_stop_is_no_interrupt(tmp_path):
    """Whenever the interrupt comes: 130 means that nothing was written, 0 that all was."""
    (tmp_path / "a.csv").write_text("n\n" + "\n".join(map(str, range(20_000))) + "\n")
    for step in range(8):
        table = tmp_path / f"t{step}"
        writer = subprocess.Popen([str(PROGRAM), "write", table, tmp_path / "a.csv",
                                   "--partition-by", "n"], stderr=subprocess.DEVNULL)
        time.sleep(0.1 + 0.1 * step)
        writer.send_signal(signal.SIGINT)
        assert writer.wait(timeout=120) in (0, 130)
        if writer.returncode == 0:
            assert lines("count", table) == ["20000"]
        else:
            run("count", table, code=3)
