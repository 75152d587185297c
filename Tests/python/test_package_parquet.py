"""Parquet in and out: files of many writers, broken ones, streams, folders, the command."""

import os
import pathlib
import subprocess
import sys

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from corpora import folder
from package import SOURCE, colonnade, run_python


def parquet_files(name):
    return sorted(path for path in (folder("parquet") / name).rglob("*.parquet"))


def values(table):
    """Values to be compared: NaN equals itself, dictionaries are what they stand for."""
    return [column_values(column.combine_chunks()) for column in table.columns]


def column_values(column):
    try:
        return repr(column.to_pylist())
    except OverflowError:
        # Moments that Python cannot say, pyarrow's text can.
        return column.to_string(window=1 << 20, container_window=1 << 20)


def test_files_of_other_writers_are_read_as_pyarrow_reads_them(tmp_path):
    equal, different, refused, unreadable = [], [], {}, []
    for number, path in enumerate(parquet_files("data")):
        try:
            wanted = ds.dataset(path, format="parquet").to_table()
        except (OSError, ValueError, NotImplementedError, pa.ArrowException):
            # Not for pyarrow either: an error, and no table.
            with pytest.raises(Exception):
                colonnade.from_parquet(path, tmp_path / f"t{number}")
            unreadable.append(path.name)
            continue
        if wanted.num_columns == 0:
            continue
        try:
            colonnade.from_parquet(path, tmp_path / f"t{number}")
        except (colonnade.ColonnadeError, NotImplementedError) as error:
            assert not (tmp_path / f"t{number}").exists()
            refused[path.name] = str(error)
            continue
        found = colonnade.open(tmp_path / f"t{number}").to_arrow()
        assert found.schema.names == wanted.schema.names, path.name
        if values(found) != values(wanted):
            different.append(path.name)
        equal.append(path.name)
    print(f"{len(equal)} equal, {len(refused)} refused, {len(unreadable)} not for pyarrow either")
    for name, reason in refused.items():
        print(f"  {name}: {reason}")
    assert different == []
    assert len(equal) > 50
    assert refused == {}


@pytest.mark.parametrize("name", ["bad_data"])
def test_broken_files_are_errors_and_crash_nothing(name, tmp_path):
    """In processes of their own: a crash would end them with a signal."""
    for number, path in enumerate(parquet_files(name)):
        said = run_python("""
            import sys, colonnade
            try:
                commit = colonnade.from_parquet(sys.argv[1], sys.argv[2])
                print("read", commit.rows)
            except Exception as error:
                assert str(error)
                print("error", type(error).__name__)
            """, path, tmp_path / f"bad{number}")
        assert said.startswith(("error", "read")), path.name
        if said.startswith("error"):
            assert not (tmp_path / f"bad{number}").exists(), path.name
        else:
            # pyarrow reads it, and so do we.
            rows = ds.dataset(path, format="parquet").to_table().num_rows
            assert said.split() == ["read", str(rows)], path.name


@pytest.fixture
def rows():
    return pa.table({"a": list(range(1000)), "b": [f"v{row % 7}" for row in range(1000)],
                     "c": [None if row % 5 == 0 else row / 4 for row in range(1000)]})


def test_there_and_back(rows, tmp_path):
    pq.write_table(rows, tmp_path / "x.parquet")
    commit = colonnade.from_parquet(tmp_path / "x.parquet", tmp_path / "t", partition_by="b")
    assert commit.rows == 1000
    table = colonnade.open(tmp_path / "t")
    assert colonnade.to_parquet(table, tmp_path / "y.parquet") == 1000
    back = pq.read_table(tmp_path / "y.parquet").sort_by("a")
    assert back.to_pylist() == rows.to_pylist()
    assert colonnade.to_parquet(table.scan(["a"], "a < 10"), tmp_path / "z.parquet") == 10
    assert sorted(pq.read_table(tmp_path / "z.parquet")["a"].to_pylist()) == list(range(10))
    assert colonnade.to_parquet(table, tmp_path / "divided", partition_by="b") == 1000
    assert (tmp_path / "divided/b=v3").is_dir()
    again = colonnade.from_parquet(tmp_path / "divided", tmp_path / "t2")
    assert again.rows == 1000
    assert sorted(colonnade.open(tmp_path / "t2").scan(["a"]).to_pydict()["a"]) == list(range(1000))
    assert set(colonnade.open(tmp_path / "t2").scan(["b"]).to_pydict()["b"]) == set(
        rows["b"].to_pylist())


def test_several_files_and_appending(rows, tmp_path):
    for name in ("p", "q"):
        pq.write_table(rows, tmp_path / f"{name}.parquet")
    both = [tmp_path / "p.parquet", tmp_path / "q.parquet"]
    assert colonnade.from_parquet(both, tmp_path / "t", columns=["b", "a"]).rows == 2000
    assert colonnade.from_parquet(both[:1], tmp_path / "t", columns=["a", "b"],
                                  mode="append").total_rows == 3000
    assert colonnade.open(tmp_path / "t").schema.names == ["b", "a"]


def test_what_fails_leaves_nothing(rows, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        colonnade.from_parquet(tmp_path / "nowhere.parquet", tmp_path / "t")
    pq.write_table(rows, tmp_path / "x.parquet")
    colonnade.from_parquet(tmp_path / "x.parquet", tmp_path / "t")
    with pytest.raises(colonnade.InvalidArgumentError, match="already"):
        colonnade.from_parquet(tmp_path / "x.parquet", tmp_path / "t")
    with pytest.raises(colonnade.ColonnadeError):
        colonnade.to_parquet(colonnade.open(tmp_path / "t").scan(filter="nothing = 1"),
                             tmp_path / "y.parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t", "x.parquet"]


def command(*arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "colonnade", *map(str, arguments)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)})
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_the_command(rows, tmp_path):
    pq.write_table(rows, tmp_path / "x.parquet")
    table = tmp_path / "t"
    assert "1,000 rows" in command("import", tmp_path / "x.parquet", table, "--partition-by",
                                   "b").stderr
    out = tmp_path / "y.parquet"
    assert "10 rows" in command("export", table, out, "--where", "a < 10").stderr
    assert sorted(pq.read_table(out)["a"].to_pylist()) == list(range(10))
    assert "already" in command("import", tmp_path / "x.parquet", table, code=2).stderr
    assert "nowhere" in command("import", tmp_path / "nowhere", table, code=3).stderr
    assert "did you mean" in command("export", table, out, "--where", "aa < 10", code=3).stderr
    assert "import" in command("--help").stdout and "--sort-by" in command("import", "-h").stdout
    command(code=2)
    assert pathlib.Path(out).is_file()
