"""Arrow IPC in and out of the program: Arrow's golden files against their JSON, what fuzzers found,
random tables against pyarrow, pipes from and to other programs, mistakes and interruptions."""

import pathlib
import random
import re
import resource
import signal
import struct
import subprocess
import sys
import time

import duckdb
import pyarrow as pa
import pyarrow.compute
import pyarrow.ipc
import pytest

import arrow_values
from corpora import folder
from program import PROGRAM, lines, run
from test_cli_rows import on_terminal

# What of the golden files is refused, and why. The first JSON holds values that its types do not
# allow: decimals with more digits than their precision, dates of milliseconds within a day.
REFUSED = {
    "generated_union": "unions are not supported",
    "generated_interval": "intervals are not supported",
    "generated_interval_mdn": "intervals are not supported",
    "generated_decimal256": "decimals of 256 bits",
    "generated_duplicate_fieldnames": "two columns are named",
    "1.0.0-littleendian/generated_decimal": "has more than 3 digits",
    "1.0.0-littleendian/generated_datetime": "is not a whole day",
}


def piped(*arguments, data=b"", code=0):
    """Runs the program on bytes; returns what it wrote."""
    done = subprocess.run(
        [str(PROGRAM), *map(str, arguments)], input=data, capture_output=True, timeout=300)
    assert done.returncode == code, done.stderr.decode()[-2000:]
    return done


def scanned(table, *options):
    result = pa.ipc.open_stream(piped("scan", table, "--format", "arrow", *options).stdout)
    result = result.read_all()
    result.validate(full=True)
    return result


def stream(table, options=None, batch_rows=None, make=pa.ipc.new_stream):
    sink = pa.BufferOutputStream()
    with make(sink, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=batch_rows)
    return sink.getvalue().to_pybytes()


def goldens():
    home = folder("arrow-ipc")
    return [path for path in sorted(home.glob("*/generated_*"))
            if path.suffix in (".stream", ".arrow_file")]


def test_golden_files_have_the_values_of_their_json(tmp_path):
    seen = set()
    for index, path in enumerate(goldens()):
        table = tmp_path / str(index)
        place = f"{path.parent.name}/{path.stem}"
        reason = REFUSED.get(place) or REFUSED.get(path.stem)
        done = subprocess.run(
            [str(PROGRAM), "write", str(table), str(path), "--input-format", "arrow"],
            capture_output=True, text=True)
        if reason:
            assert done.returncode == 3 and reason in done.stderr, (place, done.stderr)
            seen.add(path.stem if path.stem in REFUSED else place)
            continue
        assert done.returncode == 0, (place, done.stderr)
        golden = arrow_values.Golden(path.with_suffix(".json.gz"))
        result = scanned(table)
        assert result.column_names == [field["name"] for field in golden.fields], place
        for column, expected in zip(result.columns, golden.columns):
            # NaN equals itself as text.
            assert repr(arrow_values.of_array(column)) == repr(expected), (place, column.type)
        # Through pipes, and as a file, the same comes out.
        again = tmp_path / f"{index} again"
        data = piped("scan", table, "--format", "arrow").stdout
        piped("write", again, "-", "--input-format", "arrow", data=data)
        assert scanned(again).equals(result) or repr(scanned(again)) == repr(result), place
    assert seen == set(REFUSED)


def test_golden_metadata_survives(tmp_path):
    for version in ["1.0.0-littleendian", "cpp-21.0.0"]:
        for name in ["generated_custom_metadata", "generated_extension"]:
            path = folder("arrow-ipc") / version / f"{name}.stream"
            run("write", tmp_path / version / name, path, "--input-format", "arrow")
            with pa.ipc.open_stream(path) as reader:
                expected = reader.schema.to_string(truncate_metadata=False)
            found = scanned(tmp_path / version / name).schema.to_string(truncate_metadata=False)
            # The elements of lists have one name here, the indices of dictionaries one width.
            expected = expected.replace("item", "element")
            assert found == expected.replace("indices=int8", "indices=int32")


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def test_what_fuzzers_found_is_refused_at_once(tmp_path):
    paths = [path for path in sorted((folder("arrow-ipc") / "fuzz").iterdir())
             if path.suffix != ".md"]
    assert len(paths) >= 80
    for path in paths:
        started = time.monotonic()
        with open(path, "rb") as source:
            done = subprocess.run(
                [str(PROGRAM), "write", str(tmp_path / path.name), "-", "--input-format", "arrow"],
                stdin=source, capture_output=True, preexec_fn=limit_memory, timeout=60)
        assert done.returncode in (3, 4, 6), (path.name, done.returncode, done.stderr)
        assert b"byte " in done.stderr or b"column" in done.stderr, (path.name, done.stderr)
        assert time.monotonic() - started < 10, path.name


# name -> (type, a random value)
WORDS = ["", "a", "twelve bytes", "longer than twelve bytes", "é", "日本語のテキスト", "zz"]
LEAVES = {
    "null": (pa.null(), lambda r: None),
    "bool": (pa.bool_(), lambda r: r.random() < 0.5),
    "i8": (pa.int8(), lambda r: r.randrange(-128, 128)),
    "u16": (pa.uint16(), lambda r: r.randrange(1 << 16)),
    "i32": (pa.int32(), lambda r: r.randrange(-(1 << 31), 1 << 31)),
    "u64": (pa.uint64(), lambda r: r.randrange(1 << 64)),
    "f16": (pa.float16(), lambda r: r.randrange(-50, 50) / 4),
    "f32": (pa.float32(), lambda r: r.choice([0.0, -0.0, 1.5, float("inf")])),
    "f64": (pa.float64(), lambda r: r.gauss(0, 1e9)),
    "d9": (pa.decimal128(9, 2), lambda r: decimal(r, 9, 2)),
    "d38": (pa.decimal128(38, 10), lambda r: decimal(r, 38, 10)),
    "d32": (pa.decimal32(7, 3), lambda r: decimal(r, 7, 3)),
    "d64": (pa.decimal64(16, 1), lambda r: decimal(r, 16, 1)),
    "day": (pa.date32(), lambda r: r.randrange(-9999, 9999)),
    "ts": (pa.timestamp("ns", "Europe/Paris"), lambda r: r.randrange(-(1 << 60), 1 << 60)),
    "clock": (pa.timestamp("s"), lambda r: r.randrange(1 << 31)),
    "time": (pa.time64("us"), lambda r: r.randrange(86_400_000_000)),
    "time32": (pa.time32("ms"), lambda r: r.randrange(86_400_000)),
    "span": (pa.duration("ms"), lambda r: r.randrange(-(1 << 40), 1 << 40)),
    "text": (pa.string(), lambda r: r.choice(WORDS)),
    "large": (pa.large_string(), lambda r: r.choice(WORDS)),
    "view": (pa.string_view(), lambda r: r.choice(WORDS)),
    "bin": (pa.binary(), lambda r: r.randbytes(r.randrange(20))),
    "binview": (pa.binary_view(), lambda r: r.randbytes(r.randrange(20))),
    "fixed": (pa.binary(5), lambda r: r.randbytes(5)),
    "dict": (pa.dictionary(pa.int8(), pa.string()), lambda r: r.choice(WORDS)),
    "dict64": (pa.dictionary(pa.int64(), pa.int32()), lambda r: r.randrange(9)),
}


def decimal(r, precision, scale):
    import decimal as numbers
    with numbers.localcontext() as context:
        context.prec = 60
        digits = r.randrange(1, precision + 1)
        return numbers.Decimal(r.randrange(-(10**digits) + 1, 10**digits)).scaleb(-scale)


def random_column(r, depth, rows):
    """An array of a random type, and of its name."""
    shape = r.choice(["leaf"] * 4 + ["list", "struct", "map", "vector"]) if depth < 3 else "leaf"
    nulls = [r.random() < 0.2 for _ in range(rows)]
    if shape == "leaf":
        name = r.choice(list(LEAVES))
        kind, make = LEAVES[name]
        values = [None if null else make(r) for null in nulls]
        if pa.types.is_dictionary(kind):
            return pa.array(values, kind.value_type).dictionary_encode().cast(kind)
        if pa.types.is_temporal(kind):
            width = pa.int32() if kind.bit_width == 32 else pa.int64()
            return pa.array(values, width).view(kind)
        return pa.array(values, kind)
    if shape == "struct":
        parts = [random_column(r, depth + 1, rows) for _ in range(r.randrange(1, 4))]
        names = [f"p{index}" for index in range(len(parts))]
        return pa.StructArray.from_arrays(parts, names, mask=pa.array(nulls, pa.bool_()))
    if shape == "vector":
        values = random_column(r, depth + 1, rows * 2)
        return pa.FixedSizeListArray.from_arrays(values, 2, mask=pa.array(nulls, pa.bool_()))
    ends = [0]
    for _ in range(rows):
        ends.append(ends[-1] + r.randrange(3))
    if shape == "list":
        return pa.ListArray.from_arrays(
            pa.array(ends, pa.int32()), random_column(r, depth + 1, ends[-1]),
            mask=pa.array(nulls, pa.bool_()))
    keys = pa.array([r.choice(WORDS) for _ in range(ends[-1])], pa.string())
    return pa.MapArray.from_arrays(
        pa.array(ends, pa.int32()), keys, random_column(r, depth + 1, ends[-1]))


def test_random_tables_come_back(tmp_path):
    seed = random.randrange(1 << 32)
    print(f"arrow round trips: seed {seed}")
    for turn in range(24):
        r = random.Random(f"{seed} {turn}")
        rows = r.choice([0, 1, 63, 300])
        table = pa.table({f"c{index}": random_column(r, 0, rows)
                          for index in range(r.randrange(1, 7))})
        options = pa.ipc.IpcWriteOptions(
            compression=r.choice([None, "lz4", "zstd"]), emit_dictionary_deltas=r.random() < 0.5,
            use_legacy_format=r.random() < 0.2)
        is_file = r.random() < 0.5
        data = stream(table, options, r.choice([None, 17]),
                      pa.ipc.new_file if is_file else pa.ipc.new_stream)
        where = tmp_path / str(turn)
        if is_file or r.random() < 0.5:
            (tmp_path / f"{turn}.arrow").write_bytes(data)
            done = piped("write", where, tmp_path / f"{turn}.arrow")
        else:
            done = piped("write", where, "-", "--input-format", "arrow", data=data)
        assert done.stderr.startswith(
            f"{rows:,} row{'' if rows == 1 else 's'} read, {rows:,} row".encode()), done.stderr
        compression = r.choice(["none", "lz4", "zstd"])
        result = scanned(where, "--arrow-compression", compression)
        assert result.column_names == table.column_names
        for name in table.column_names:
            assert repr(arrow_values.of_array(result[name])) == \
                repr(arrow_values.of_array(table[name])), (seed, turn, table[name].type)
        # As a file with a footer.
        file = tmp_path / f"{turn}.out.arrow"
        run("scan", where, "-o", file, "--arrow-compression", compression)
        with pa.ipc.open_file(file) as reader:
            assert repr(reader.read_all()) == repr(result), (seed, turn)


def test_dictionaries_grow_and_are_replaced(tmp_path):
    kind = pa.dictionary(pa.int8(), pa.string())
    schema = pa.schema([("d", kind)])
    grown = [pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), words).cast(kind)
             for codes, words in [([0, 1], ["a", "b"]), ([2, 0, None], ["a", "b", "c"]),
                                  ([0, 1], ["x", "y"])]]
    for deltas in (False, True):
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=deltas)
        with pa.ipc.new_stream(sink, schema, options=options) as writer:
            for array in grown:
                writer.write_batch(pa.record_batch([array], schema=schema))
        where = tmp_path / str(deltas)
        piped("write", where, "-", "--input-format", "arrow", data=sink.getvalue().to_pybytes())
        result = scanned(where)
        assert pa.types.is_dictionary(result["d"].type)
        assert result["d"].cast(pa.string()).to_pylist() == ["a", "b", "c", "a", None, "x", "y"]
        assert lines("schema", where)[1:] == ["d: categorical"]


def test_duckdb_pipes_in_and_python_out(tmp_path):
    connection = duckdb.connect()
    question = ("SELECT i, i * 0.5 AS half, 'name ' || (i % 100) AS name, "
                "DATE '2024-01-01' + (i % 500)::INT AS day FROM range(300000) t(i)")
    connection.execute(f"CREATE TABLE t AS {question}")
    with subprocess.Popen(
            [str(PROGRAM), "write", str(tmp_path / "t"), "-", "--input-format", "arrow"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        reader = connection.sql("FROM t").to_arrow_reader(50_000)
        with pa.ipc.new_stream(process.stdin, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)
        process.stdin.close()
        assert b"300,000 rows read, 300,000 rows written" in process.stderr.read()
        assert process.wait(60) == 0
    script = ("import sys, pyarrow as pa, pyarrow.compute as pc\n"
              "t = pa.ipc.open_stream(sys.stdin.buffer).read_all()\n"
              "print(t.num_rows, pc.sum(t['i']).as_py())")
    with subprocess.Popen(
            [str(PROGRAM), "scan", str(tmp_path / "t"), "--where", "name = 'name 7'",
             "--format", "arrow"], stdout=subprocess.PIPE) as scan:
        found = subprocess.run([sys.executable, "-c", script], stdin=scan.stdout,
                               capture_output=True, text=True)
    assert found.stdout.split() == ["3000", str(sum(range(7, 300_000, 100)))], found.stderr
    result = scanned(tmp_path / "t")
    connection.register("back", result)
    same = connection.sql("SELECT count(*) FROM (FROM t EXCEPT FROM back)").fetchall()[0][0]
    assert same == 0 and result.num_rows == 300_000


def test_packed_streams_and_names(tmp_path):
    import gzip
    import zstandard
    table = pa.table({"a": pa.array(range(1000), pa.int32())})
    data, file = stream(table), stream(table, make=pa.ipc.new_file)
    for name, content in [
            ("s.arrows", data), ("f.arrow", file), ("f.feather", file), ("f.ipc", data),
            ("odd name", data), ("odd", file), ("s.arrows.gz", gzip.compress(data)),
            ("f.arrow.zst", zstandard.compress(file))]:
        (tmp_path / name).write_bytes(content)
        run("write", tmp_path / f"t {name}", tmp_path / name)
        assert scanned(tmp_path / f"t {name}").equals(table), name
        piped("write", tmp_path / f"p {name}", "-", data=content)
        assert scanned(tmp_path / f"p {name}").equals(table), name
    several = tmp_path / "several"
    run("write", several, tmp_path / "s.arrows", tmp_path / "f.arrow")
    run("write", several, tmp_path / "f.ipc", "--mode", "append")
    assert lines("count", several) == ["3000"]
    # The name decides between the two forms.
    for name, opened in [("o.arrow", pa.ipc.open_file), ("o.arrows", pa.ipc.open_stream)]:
        run("scan", several, "-o", tmp_path / name)
        assert opened(str(tmp_path / name)).read_all().num_rows == 3000


def test_a_file_whose_dictionary_comes_last_is_read_by_its_footer(tmp_path):
    """Messages of a file may stand in any order: only its footer tells."""
    table = pa.table({"d": pa.array(["x", "y", "x"]).dictionary_encode()})
    data = stream(table, make=pa.ipc.new_file)
    messages, at = [], 8
    while struct.unpack_from("<I", data, at + 4)[0]:
        metadata = 8 + struct.unpack_from("<I", data, at + 4)[0]
        body = pa.ipc.read_message(pa.BufferReader(data[at:])).body.size
        messages.append((at, metadata, body))
        at += metadata + body
    (schema, dictionary, batch), footer = messages, data[at:]

    def bytes_of(message):
        return data[message[0]:message[0] + message[1] + message[2]]

    def block(message, offset):
        return struct.pack("<qi4xq", offset, *message[1:])

    start = dictionary[0]
    size = len(bytes_of(batch))
    for message, offset in [(dictionary, start + size), (batch, start)]:
        assert footer.count(block(message, message[0])) == 1
        footer = footer.replace(block(message, message[0]), block(message, offset))
    turned = data[:start] + bytes_of(batch) + bytes_of(dictionary) + footer
    assert pa.ipc.open_file(turned).read_all().equals(table)
    (tmp_path / "f.arrow").write_bytes(turned)
    run("write", tmp_path / "t", tmp_path / "f.arrow")
    assert scanned(tmp_path / "t")["d"].to_pylist() == ["x", "y", "x"]
    # A pipe cannot be turned back.
    done = piped("write", tmp_path / "u", "-", data=turned, code=4)
    assert b"name the file" in done.stderr
    # A footer that lies, and one that is not there.
    (tmp_path / "f.arrow").write_bytes(
        turned.replace(block(batch, start), block(batch, len(turned))))
    assert "outside" in run("write", tmp_path / "u", tmp_path / "f.arrow", code=4).stderr
    (tmp_path / "f.arrow").write_bytes(data[:-10] + bytes(4) + data[-6:])
    assert "footer" in run("write", tmp_path / "u", tmp_path / "f.arrow", code=4).stderr


def test_schemas_must_agree(tmp_path):
    data = stream(pa.table({"a": pa.array([1, None], pa.int32()), "b": ["x", "y"]}))
    (tmp_path / "s.arrows").write_bytes(data)
    schema = tmp_path / "schema.txt"
    for text, part in [
            ("a: int64\nb: string\n", "column 'a' has type int32 and not int64"),
            ("a: int32 not null\nb: string\n", "column 'a' holds a null"),
            ("a: int32\n", "no column 'b' is expected"),
            ("a: int32\nb: string\nc: bool\n", "there is no column 'c'")]:
        schema.write_text(text)
        done = run("write", tmp_path / "t", tmp_path / "s.arrows", "--schema", schema, code=3)
        assert part in done.stderr and "s.arrows" in done.stderr, done.stderr
    schema.write_text("b: categorical\na: int32\n")
    run("write", tmp_path / "t", tmp_path / "s.arrows", "--schema", schema)
    assert lines("schema", tmp_path / "t")[1:] == ["b: categorical", "a: int32"]
    (tmp_path / "x.csv").write_text("a,b\n1,x\n")
    done = run("write", tmp_path / "u", tmp_path / "s.arrows", tmp_path / "x.csv", code=2)
    assert "is Arrow" in done.stderr


def test_mistakes_say_a_way_out(tmp_path):
    data = stream(pa.table({"a": range(100_000)}))
    for count in [0, 3, 100, len(data) // 2]:
        done = piped("write", tmp_path / "t", "-", "--input-format", "arrow", data=data[:count],
                     code=4)
        assert f"byte {count}".encode() in done.stderr, done.stderr
    done = piped("write", tmp_path / "t", "-", "--input-format", "arrow", data=data + data, code=4)
    assert b"after the end" in done.stderr
    done = piped("write", tmp_path / "t", "-", "--input-format", "arrow", data=b"a,b\n1,2\n", code=4)
    assert b"not an Arrow stream" in done.stderr
    run("write", tmp_path / "t", "-", "--input-format", "arrow", "--delimiter", ";", code=2)
    # A stream that ends between two messages without a word is whole.
    piped("write", tmp_path / "t", "-", "--input-format", "arrow", data=data[:-8])
    text, code = on_terminal("scan", tmp_path / "t", "--format", "arrow")
    assert code == 2 and "-o" in text and "ARROW" not in text


def test_pipes_that_close_and_ctrl_c(tmp_path):
    data = stream(pa.table({"a": range(300_000), "b": ["some text"] * 300_000}), batch_rows=10_000)
    piped("write", tmp_path / "t", "-", "--input-format", "arrow", data=data)
    with subprocess.Popen([str(PROGRAM), "scan", str(tmp_path / "t"), "--format", "arrow"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.read(100)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
    with subprocess.Popen(
            [str(PROGRAM), "write", str(tmp_path / "u"), "-", "--input-format", "arrow"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(data[:len(data) // 2])
        process.stdin.flush()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    run("scan", tmp_path / "u", code=3)


@pytest.mark.parametrize("batch_rows", [1_000, 65_536])
def test_a_long_stream_is_not_held_in_memory(tmp_path, batch_rows):
    """More than a gigabyte passes through a process that takes far less."""
    texts = [f"text of row {row}, ".ljust(200, "-") for row in range(1_000)]
    batch = pa.record_batch({
        "a": pa.array(range(batch_rows), pa.int64()),
        "text": pa.array([texts[row % 1_000] for row in range(batch_rows)])})
    with subprocess.Popen(
            [str(PROGRAM), "write", str(tmp_path / "t"), "-", "--input-format", "arrow",
             "--memory", "64M", "--profile", "fast"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        count = 0
        with pa.ipc.new_stream(process.stdin, batch.schema) as writer:
            while count * batch.nbytes < 1_200_000_000:
                writer.write_batch(batch)
                count += 1
        # All but the last of it was taken, and the process waits for more.
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1))
        process.stdin.close()
        message = process.stderr.read().decode()
        assert process.wait(120) == 0, message
    assert f"{count * batch_rows:,} rows written" in message
    print(f"{batch_rows} rows a batch: {peak >> 10} MiB")
    assert peak < 600_000
