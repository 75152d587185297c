"""Bad input to the Python package: an exception of the right class each time, never a crash."""

import pickle

import pyarrow as pa
import pytest

from package import colonnade, run_python

col = colonnade.col


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("errors") / "t"
    colonnade.write(path, {"a": range(100_000), "b": [f"text {n % 97}" for n in range(100_000)]})
    return path


@pytest.fixture
def table(path):
    return colonnade.open(path)


def test_a_table_that_is_not_there():
    with pytest.raises(FileNotFoundError, match="nowhere") as caught:
        colonnade.open("nowhere")
    error = caught.value
    assert isinstance(error, colonnade.NotFoundError) and error.kind == "notFound"
    assert error.file == "nowhere" and error.hint and error.message in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.file) == (type(error), str(error), error.file)


@pytest.mark.parametrize("ask, kinds, words", [
    (lambda t: t.count("zz > 1"), (colonnade.ColumnNotFoundError, KeyError), "unknown column 'zz'"),
    (lambda t: t.count("a >"), (ValueError,), "expected"),
    (lambda t: t.count("a > $1"), (ValueError,), "parameter"),
    (lambda t: t.count("a > 1", [2]), (ValueError,), "parameter"),
    (lambda t: t.count(parameters=[2]), (ValueError,), "no filter"),
    (lambda t: t.count(col("a") > 1, [2]), (ValueError,), "has its own"),
    (lambda t: t.count("a\0"), (ValueError,), "NUL"),
    (lambda t: t.count(7), (ValueError,), "int"),
    (lambda t: t.count(col("a") == "x"), (TypeError,), "not a number"),
    (lambda t: t.count(col("a") == [1]), (ValueError,), "is_in"),
    (lambda t: t.count(col("a") == 10**40), (ValueError,), "38 digits"),
    (lambda t: t.count(col("a") == "\ud800"), (ValueError,), "Unicode"),
    (lambda t: t.count("a = $1", {"x": 1}), (ValueError,), "parameter"),
    (lambda t: t.count("a = $1", "x"), (ValueError,), "list"),
    (lambda t: col("a") == None, (ValueError,), "is_null"),  # noqa: E711
    (lambda t: bool(col("a") > 1), (TypeError,), "&"),
    (lambda t: 1 in col("a"), (TypeError,), "is_in"),
    (lambda t: (col("a") > 1) & 3, (TypeError,), "parentheses"),
    (lambda t: col("b").is_in("text"), (ValueError,), "list"),
    (lambda t: t.scan("a"), (ValueError,), r"\['a'\]"),
    (lambda t: t.scan([1]), (ValueError,), "name"),
    (lambda t: t.scan(["x"]).to_pylist(), (KeyError,), "x"),
    (lambda t: t.scan(["a", "a"]).to_pylist(), (colonnade.ColonnadeError,), "a"),
    (lambda t: t.scan(limit=-1), (ValueError,), "limit"),
    (lambda t: t.scan(limit="x"), (ValueError,), "limit"),
    (lambda t: t.scan(batch_rows=0), (ValueError,), "batch_rows"),
    (lambda t: t.scan(rows=range(0, 10, 2)), (ValueError,), "range"),
    (lambda t: t.scan(strings="utf8"), (ValueError,), "offsets"),
    (lambda t: t.take([-1]), (ValueError,), "-1"),
    (lambda t: t.take(["x"]), (ValueError,), "row numbers"),
    (lambda t: t.take([100_000]).to_pylist(), (ValueError,), "100000"),
    (lambda t: t.stats(["x"]), (KeyError,), "x"),
    (lambda t: t.divide(0), (ValueError,), "one part"),
    (lambda t: t.schema["x"], (KeyError,), "x"),
    (lambda t: colonnade.open(3), (ValueError,), "PathLike"),
    (lambda t: colonnade.open(t.path, at=9), (FileNotFoundError, LookupError), "9"),
    (lambda t: colonnade.open(t.path, at=1.5), (ValueError,), "1.5"),
], ids=range(37))
def test_questions_that_make_no_sense(table, ask, kinds, words):
    with pytest.raises((ValueError, TypeError, LookupError, OSError, colonnade.ColonnadeError),
                       match=words) as caught:
        ask(table)
    assert isinstance(caught.value, kinds), type(caught.value).__mro__


@pytest.mark.parametrize("data, options, kinds, words", [
    ("text", {}, (ValueError,), "str"),
    (7, {}, (ValueError,), "int"),
    ([], {}, (ValueError,), "no rows"),
    ([{"a": 1}, 3], {}, (TypeError,), "row 1"),
    ({"a": [1], "b": [1, 2]}, {}, (TypeError,), "differ in length"),
    ({"a": [1, "x"]}, {}, (TypeError,), "int, str"),
    ({"a": 3}, {}, (TypeError,), "not a list"),
    ({3: [1]}, {}, (ValueError,), "name"),
    ({"a": [object()]}, {}, (TypeError,), "object"),
    ({"a": [10**40]}, {}, (TypeError,), "digits"),
    ({"a": [300]}, {"schema": "a: int8"}, (TypeError,), "a"),
    ({"a": [1]}, {"schema": "a: int"}, (ValueError,), "line 1, column 4"),
    ({"a": [1]}, {"schema": "a: list<int8"}, (ValueError,), ">"),
    ({"a": [1]}, {"schema": 3}, (ValueError,), "int"),
    ({"a": [1]}, {"schema": "b: int8"}, (TypeError,), "a, b"),
    ({"a": [None]}, {"schema": "a: int8 not null"}, (TypeError,), "row 0"),
    ({"a": [1.5]}, {"schema": "a: int8"}, (TypeError,), "1.5"),
    ({"a": [1]}, {"mode": "replace?"}, (ValueError,), "mode"),
    ({"a": [1]}, {"profile": "best"}, (ValueError,), "best"),
    ({"a": [1]}, {"partition_by": "week(a)"}, (ValueError, LookupError, TypeError), "week"),
    ({"a": [1]}, {"sort_by": ["b"]}, (TypeError,), "b"),
    ({"a": [1]}, {"partition_by": [1]}, (ValueError,), "partition_by"),
    ({"a": [1]}, {"memory": -1}, (ValueError,), "memory"),
    (iter([pa.table({"a": [1]}), pa.table({"b": [1]})]), {}, (TypeError,), "batch 1"),
    (iter([pa.table({"a": [1]}), "x"]), {}, (ValueError,), "str"),
], ids=range(25))
def test_data_that_cannot_be_written(tmp_path, data, options, kinds, words):
    with pytest.raises((ValueError, TypeError, LookupError, colonnade.ColonnadeError),
                       match=words) as caught:
        colonnade.write(tmp_path / "t", data, **options)
    assert isinstance(caught.value, kinds), type(caught.value).__mro__
    with pytest.raises(FileNotFoundError):
        colonnade.open(tmp_path / "t")


def test_a_table_that_exists_is_not_made_again(table):
    with pytest.raises(colonnade.ColonnadeError, match="append"):
        colonnade.write(table.path, {"a": [1]})
    with pytest.raises(colonnade.SchemaMismatchError):
        colonnade.write(table.path, {"q": [1]}, mode="append")
    assert colonnade.open(table.path).version == 1


def test_closed_tables_say_so(path):
    table = colonnade.open(path)
    scan, reader = table.scan(limit=3), iter(table)
    table.close()
    table.close()
    for ask in (lambda: table.row_count, lambda: table.scan(), lambda: table.to_arrow(),
                lambda: table.__arrow_c_stream__(), lambda: table.count()):
        with pytest.raises(colonnade.ClosedError, match="closed: open it again"):
            ask()
    # What was handed out goes on.
    assert len(scan.to_pylist()) == 3
    assert sum(batch.num_rows for batch in reader) == 100_000


def test_used_up_readers_say_so(table):
    reader = iter(table)
    assert sum(batch.num_rows for batch in reader) == 100_000
    assert next(reader, None) is None
    with pytest.raises(colonnade.ClosedError, match="used up"):
        reader.__arrow_c_stream__()
    reader = iter(table.scan(batch_rows=1000))
    next(reader)
    assert pa.table(reader).num_rows == 99_000
    with pytest.raises(colonnade.ClosedError, match="used up"):
        next(reader)
    with iter(table) as reader:
        pass
    with pytest.raises(colonnade.ClosedError, match="used up or closed"):
        next(reader)
    capsule = table.__arrow_c_stream__()
    assert pa.RecordBatchReader._import_from_c_capsule(capsule).read_all().num_rows == 100_000
    with pytest.raises((colonnade.ClosedError, ValueError), match="used up"):
        colonnade.write("nowhere", capsule)


def test_damaged_files(tmp_path, path):
    import shutil
    for number, damage in enumerate((lambda data: data[:len(data) // 2], lambda data: b"",
                                     lambda data: bytes([data[0] ^ 1]) + data[1:],
                                     lambda data: data[:200] + bytes(64) + data[264:])):
        copy = tmp_path / str(number)
        shutil.copytree(path, copy)
        file = max(copy.rglob("*.cln"), key=lambda file: file.stat().st_size)
        file.chmod(0o644)
        file.write_bytes(damage(file.read_bytes()))
        for read in (lambda: colonnade.open(copy).to_arrow(), lambda: colonnade.open(copy).to_pylist(),
                     lambda: colonnade.open(file).to_arrow()):
            with pytest.raises(colonnade.CorruptError) as caught:
                read()
            assert caught.value.file
        # Others are told by errors of their own.
        with pytest.raises((OSError, pa.ArrowException, colonnade.CorruptError)):
            pa.table(colonnade.open(copy))


FOREIGN = """
    import ctypes, sys
    import colonnade, pyarrow as pa
    table = colonnade.open(sys.argv[1])
    def capsule(name):
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new(ctypes.addressof(memory), name, None)
    memory = ctypes.create_string_buffer(200)
    name = b"a_thing"
    class With:
        def __init__(self, method, result):
            setattr(type(self), method, lambda *_: result)
    class Stream(With): pass
    class Array(With): pass
    class Other(With): pass
    right = b"arrow_array_stream"
    attempts = [
        lambda: colonnade.write("x", capsule(name)),
        lambda: colonnade.write("x", capsule(right)),
        lambda: colonnade.write("x", Stream("__arrow_c_stream__", capsule(name))),
        lambda: colonnade.write("x", Stream("__arrow_c_stream__", None)),
        lambda: colonnade.write("x", Stream("__arrow_c_stream__", 5)),
        lambda: colonnade.write("x", Array("__arrow_c_array__", (capsule(name), capsule(name)))),
        lambda: colonnade.write("x", Array("__arrow_c_array__", 7)),
        lambda: colonnade.write("x", {"a": [1]}, schema=Other("__arrow_c_schema__", capsule(name))),
        lambda: table.__arrow_c_stream__(capsule(name)),
        lambda: table.__arrow_c_stream__("x"),
        lambda: table.__arrow_c_stream__(pa.schema([("zz", pa.int8())]).__arrow_c_schema__()),
        lambda: table.__arrow_c_stream__(pa.field("a", pa.int8()).__arrow_c_schema__()),
    ]
    for attempt in attempts:
        try:
            attempt()
            print("went through")
        except (colonnade.ColonnadeError, ValueError, TypeError) as error:
            print(type(error).__name__)
    """


def test_foreign_capsules_do_not_crash(path):
    told = run_python(FOREIGN, path).split()
    assert len(told) == 12 or "went through" in " ".join(told)
    assert told[:8] == ["InvalidArgumentError", "ClosedError"] + ["InvalidArgumentError"] * 6
    assert told[8:10] == ["InvalidArgumentError", "InvalidArgumentError"]


def test_everything_is_let_go_at_the_end_of_the_interpreter(path):
    """Handles, capsules, batches and half-read streams, alive when the interpreter ends."""
    assert run_python("""
        import sys
        import colonnade, pyarrow
        table = colonnade.open(sys.argv[1])
        reader = iter(table.scan(batch_rows=10))
        batch = next(reader)
        kept = [table.__arrow_c_stream__(), table.__arrow_c_schema__(), batch.__arrow_c_array__(),
                batch.to_arrow(), pyarrow.RecordBatchReader.from_stream(table), table.scan(),
                colonnade.writer(sys.argv[2], "a: int64"), colonnade.Schema.parse("a: int8")]
        kept.append(kept)
        print(batch.num_rows)
        """, path, path.parent / "never") == "10\n"


def test_what_a_progress_function_raises_ends_the_scan(table):
    class Enough(Exception):
        pass

    def progress(done, total):
        raise Enough

    with pytest.raises(Enough):
        table.scan(batch_rows=10, progress=progress).to_arrow()


def test_what_the_data_raises_comes_out(tmp_path):
    class Broken(Exception):
        pass

    def batches():
        yield pa.table({"a": [1]})
        raise Broken

    with pytest.raises(Broken):
        colonnade.write(tmp_path / "t", batches())
    with pytest.raises(FileNotFoundError):
        colonnade.open(tmp_path / "t")


def test_without_its_library_the_package_says_so():
    output = run_python("""
        import os
        os.environ["COLONNADE_LIBRARY"] = "nowhere.so"
        import colonnade
        try:
            colonnade.open("x")
        except ImportError as error:
            print(error)
        """)
    assert "COLONNADE_LIBRARY" in output
