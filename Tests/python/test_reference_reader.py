"""The reference reader against encoders made by hand, and against every golden file.

    python -m pytest Tests/python        (needs pytest and zstandard)
"""

import ast
import graphlib
import json
import random
import struct
import subprocess
import sys
from decimal import Decimal

import pytest
import zstandard

from small_files import (
    NONE, ROOT, Writer, bitmap, compress, delta, framed, pack, page, rr, runs,
    single,
)


def test_crc32c():
    assert rr.crc32c(b"123456789") == 0xE3069283
    assert rr.crc32c(bytes(32)) == 0x8A9136AA
    assert rr.crc32c(b"\xff" * 32) == 0x62A8AB43


def test_xxh64():
    assert rr.xxh64(b"") == 0xEF46DB3751D8E999
    assert rr.xxh64(b"a") == 0xD24EC4F1A98C6E5B
    assert rr.xxh64(b"abc") == 0x44BC2CF5AD770999
    assert rr.xxh64(b"Nobody inspects the spammish repetition") == 0xFBCEA83C8A378BF1


# Encodings

@pytest.mark.parametrize("width", [0, 1, 3, 7, 8, 13, 31, 32, 33, 40, 63, 64])
@pytest.mark.parametrize("n", [0, 1, 9, 1023, 1024, 2049])
def test_packed(width, n):
    rng = random.Random(width * 10_000 + n)
    values = [rng.getrandbits(width) if width else 0 for _ in range(n)]
    data = pack(values, width)
    assert len(data) == rr.packed_size(n, width)
    assert rr.unpack(data, n, width) == values


def test_packed_with_patches_and_base():
    values = [-5 + i % 8 for i in range(1030)]
    values[3], values[1029] = 10**9, -10**9
    packed = pack([0 if abs(v) > 100 else v + 5 for v in values], 3)
    body = packed + bytes(-len(packed) % 8) + struct.pack("<II", 3, 1029) + struct.pack("<ii", 10**9, -10**9)
    file = single(4, [page(body, 3, width=3, base=-5, aux=2)], 1030)
    assert file.column("x") == values


@pytest.mark.parametrize("code, form", [(11, "f"), (12, "d")])
def test_decimal(code, form):
    values = [i * 7 / 100 - 3 for i in range(1030)]
    values[5] = float("inf")
    integers = [0 if i == 5 else i * 7 for i in range(1030)]
    packed = pack(integers, 13)
    body = packed + bytes(-len(packed) % 8) + struct.pack("<I4x" + form, 5, values[5])
    file = single(code, [page(body, 7, width=13, base=-300, aux=1, scale=2)], 1030)
    expected = [(n - 300) / 100 for n in integers]
    expected[5] = values[5]
    assert file.column("x") == [struct.unpack(form, struct.pack(form, v))[0] for v in expected]


@pytest.mark.parametrize("code, form, width", [(10, "e", 2), (11, "f", 4), (12, "d", 8)])
@pytest.mark.parametrize("stored", [True, False])
def test_split(code, form, width, stored):
    values = [(i * 0.37 - 20) * (-1) ** i for i in range(300)]
    values[7:9] = float("-inf"), -0.0
    raw = [int.from_bytes(struct.pack("<" + form, v), "little") for v in values]
    rotated = [(x << 1 | x >> 8 * width - 1) & (1 << 8 * width) - 1 for x in raw]
    every = [x.to_bytes(width, "big") for x in rotated]
    valid = [i % 5 != 3 for i in range(300)]
    for planes in range(1, width + 1):
        frames = [bytes(x[p] for x in every[start:start + 128]) for start in (0, 128, 256) for p in range(planes)]
        body = framed(frames if stored else [compress(frame) for frame in frames], short=True)
        body += b"".join(x[planes:][::-1] for x in every)
        entry = page(body, 8, shift=7, aux=planes, codec=0 if stored else 1, nulls=60, flags=2 | 4)
        file = single(code, [entry], 300, validity=bitmap(valid))
        rr.dump(file)
        assert file.column("x") == [v if ok else None for v, ok in zip(
            [struct.unpack(form, struct.pack(form, v))[0] for v in values], valid)]
    for changed in ({"aux": 0}, {"aux": width + 1}, {"shift": 8}, {"shift": 255}, {"flags": 1 | 4}):
        entry = page(body, 8, **{"shift": 7, "aux": width, "codec": 0 if stored else 1, "nulls": 60, "flags": 2 | 4}
                     | changed)
        with pytest.raises(rr.FormatError):
            single(code, [entry], 300, validity=bitmap(valid)).column("x")


def test_packed_sixteen_bytes():
    values = [-(10**12) + i for i in range(9)]
    file = single(13, [page(pack(list(range(9)), 4), 3, width=4, base=-(10**12))], 9, first=30, second=2)
    assert file.column("x") == [Decimal(v).scaleb(-2) for v in values]
    assert file.expected("x")[0] == "-10000000000.00"


@pytest.mark.parametrize("n", [5, 1024, 2500])
def test_delta(n):
    values = [1000 - 3 * i + (i * i) % 4 for i in range(n)]
    steps = [b - a for a, b in zip(values, values[1:])]
    base = min(steps)
    width = (max(steps) - base).bit_length()
    assert single(5, [page(delta(values, base, width), 4, width=width, base=base)], n).column("x") == values


def test_run_length():
    body = runs([3, 4, 10], struct.pack("<3d", 1.5, -0.0, 2.0))
    file = single(12, [page(body, 5, aux=3)], 10)
    assert file.column("x") == [1.5] * 3 + [0.0] + [2.0] * 6
    assert file.float_bits("x")[3] == 1 << 63
    assert file.expected("x")[3] == "8000000000000000"
    assert single(1, [page(runs([2, 3], b"\1\0"), 5, aux=2)], 3).column("x") == [True, True, False]


def strings(values, valid=None):
    lengths = [len(v) for v in values]
    return pack(lengths, 4) + b"".join(values)


def test_dictionary_and_run_codes():
    words = [b"red", b"green", b"blue"]
    entry = page(framed([strings(words)]), 1, width=4, shift=12)
    codes = [0, 2, 1, 1, 0]
    file = single(18, [page(pack(codes, 2), 6, width=2)], 5, dictionary=entry, entries=3)
    assert file.column("x") == ["red", "blue", "green", "green", "red"]
    body = runs([2, 5], struct.pack("<2I", 2, 0))
    assert single(18, [page(body, 5, aux=2, flags=8)], 5, dictionary=entry, entries=3).column("x") == \
        ["blue"] * 2 + ["red"] * 3
    with pytest.raises(rr.FormatError, match="outside the dictionary"):
        single(18, [page(pack([3] * 5, 2), 6, width=2)], 5, dictionary=entry, entries=3)


def test_constants_and_nulls():
    assert single(8, [page(b"", 2, base=7)], 4).column("x") == [7] * 4
    assert single(2, [page(b"", 2, base=-7)], 4).column("x") == [-7] * 4
    assert single(18, [page(b"word", 2)], 2).column("x") == ["word"] * 2
    assert single(18, [page(b"", 0, nulls=3)], 3).column("x") == [None] * 3
    assert single(0, [page(b"", 0, nulls=3)], 3).column("x") == [None] * 3
    file = single(5, [page(b"", 2, base=9, nulls=1, flags=2)], 3, validity=b"\x05")
    assert file.column("x") == [9, None, 9]


def test_validity_in_frames():
    body = framed([bitmap([1, 0] * 8) + struct.pack("<16h", *range(16)), bitmap([0, 1]) + struct.pack("<2h", 7, 8)],
                  short=True)
    file = single(3, [page(body, 1, shift=4, nulls=9, flags=1 | 4)], 18)
    assert file.column("x") == [i if i % 2 == 0 else None for i in range(16)] + [None, 8]


@pytest.mark.parametrize("raw", [True, False])
def test_zstd_frames(raw):
    words = [f"station {i % 7} of {i % 3}".encode() for i in range(40)]
    if raw:
        content = b"station 1 of 2station 3 of 0"
    else:
        samples = [f"station {i % 91} of {i % 13} at {i}".encode() * 3 for i in range(2000)]
        content = zstandard.train_dictionary(2048, samples).as_bytes()

    def encode(part, known):
        return compress(pack([len(w) - 14 for w in part], 1) + b"".join(part), known)

    for known in (None, content):
        body = framed([encode(words[:32], known), encode(words[32:], known)])
        file = single(18, [page(body, 1, width=1, base=14, shift=5, codec=1, dictionary=0 if known else 0xFFFF)], 40,
                      prepare=lambda w: w.compression_dictionary(content))
        assert file.column("x") == [w.decode() for w in words]


def test_large_values():
    big, packed_big = b"x" * 70_000, b"y" * 100_000
    places = []

    def prepare(writer):
        places.append((writer.place(big, 8), len(big), len(big), 0))
        body = compress(packed_big)
        places.append((writer.place(body, 8), len(body), len(packed_big), 1))

    writer = Writer(3, [{"name": "x", "type": 20}])
    prepare(writer)
    start = places[0][0]
    references = [struct.pack("<QIIB7x", at - start, *rest) for at, *rest in places]
    frame = bitmap([1, 0, 1]) + pack([24, 2, 24], 5) + references[0] + b"ab" + references[1]
    writer.chunk(0, 0, [page(framed([frame]), 1, width=5, shift=12, flags=16)], large=start)
    file = rr.File(writer.finish())
    assert file.column("x") == [big, b"ab", packed_big]
    assert any("large value" in line for line in rr.dump(file))


def test_pages_of_a_chunk():
    pages = [page(struct.pack("<16i", *range(16)), first=0), page(b"", 2, base=5, first=16),
             page(b"", 0, nulls=3, first=32)]
    file = single(4, pages, 35, shift=4)
    assert file.column("x") == list(range(16)) + [5] * 16 + [None] * 3


def nested():
    # l: list<int32>, s: struct<a: string, f: list<int8, 2>>, m: map<string, int64>
    fields = [{"name": "l", "type": 22, "children": [3]},
              {"name": "s", "type": 24, "children": [4, 5]},
              {"name": "m", "type": 25, "children": [6]},
              {"name": "element", "type": 4, "parent": 0},
              {"name": "a", "type": 18, "parent": 1},
              {"name": "f", "type": 23, "first": 2, "parent": 1, "children": [7]},
              {"name": "entries", "type": 24, "flags": 0, "parent": 2, "children": [8, 9]},
              {"name": "element", "type": 2, "parent": 5},
              {"name": "key", "type": 18, "flags": 0, "parent": 6},
              {"name": "value", "type": 5, "parent": 6}]
    writer = Writer(3, fields)
    writer.chunk(0, 0, [page(pack([2, 0, 1], 2), 3, width=2, nulls=1, flags=2)], validity=b"\x05")
    writer.chunk(0, 1, [page(b"", 0, nulls=1, flags=2)], validity=b"\x06")
    writer.chunk(0, 2, [page(b"", 2, base=1)])
    writer.chunk(0, 3, [page(struct.pack("<3i", 1, 2, 3))], slots=3)
    writer.chunk(0, 4, [page(framed([b"\x06" + strings([b"", b"p", b"q"])]), width=4, shift=8, nulls=1, flags=1)])
    writer.chunk(0, 5, [page(b"", 0, nulls=1, flags=2)], validity=b"\x06")
    writer.chunk(0, 6, [page(b"", 0)], slots=3)
    writer.chunk(0, 7, [page(struct.pack("<6b", 0, 0, 1, 2, 3, 4), nulls=2, flags=2)], slots=6, validity=b"\x3c")
    writer.chunk(0, 8, [page(b"k", 2)], slots=3)
    writer.chunk(0, 9, [page(struct.pack("<3q", 1, 2, 3))], slots=3)
    return writer


def test_nested():
    file = rr.File(nested().finish())
    rr.dump(file)
    assert [f.type for f in file.schema] == ["list<int32>", "struct<a: string, f: list<int8, 2>>",
                                             "map<string, int64>"]
    assert file.column("l") == [[1, 2], None, [3]]
    assert file.column("s") == [None, {"a": "p", "f": [1, 2]}, {"a": "q", "f": [3, 4]}]
    assert file.column("m") == [[("k", 1)], [("k", 2)], [("k", 3)]]


# Statistics

def test_statistics_and_row_groups():
    writer = Writer(40, [{"name": "x", "type": 5}, {"name": "t", "type": 18}], groups=[20, 20],
                    metadata=[(b"made", b"here"), (b"long", b"v" * 5000)])

    def narrow(values, flags=0x7F):
        writer.narrow.append(struct.pack("<qq", values[0], values[-1]) + bytes(6) + struct.pack("<H", flags) + bytes(8))

    salts = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31]
    for g in range(2):
        values = list(range(20 * g, 20 * g + 20))
        bloom = bytearray(4 * 32)
        for v in values:
            h = rr.xxh64(struct.pack("<q", v))
            block = ((h >> 32) * 4) >> 32
            for i, salt in enumerate(salts):
                bit = ((h & NONE) * salt % 2**32) >> 27
                bloom[block * 32 + i * 4 + bit // 8] |= 1 << bit % 8
        writer.chunk(g, 0, [page(struct.pack("<20q", *values))], statistics=len(writer.narrow), bloom=bytes(bloom))
        for part in (values, values[:16], values[16:]):
            narrow(part)
        writer.chunk(g, 1, [page(b"a text longer than sixteen", 2)], statistics=len(writer.wide), wide=1)
        for _ in range(3):
            writer.wide.append(b"a text longer th" + b"a text longer ti" + bytes(6) + struct.pack("<H", 0xF3)
                               + bytes(6) + b"\x10\x10")
    writer.totals(0, 40, statistics=len(writer.narrow))
    narrow(range(40))
    writer.totals(1, 40)
    file = rr.File(writer.finish())
    rr.dump(file)
    x = file.schema[0]
    assert file.column("x") == list(range(40))
    assert (file.file_statistics(x).minimum, file.file_statistics(x).maximum) == (0, 39)
    assert (file.zone_statistics(1, 1, x).minimum, file.zone_statistics(1, 1, x).maximum) == (36, 39)
    assert file.chunk_statistics(1, file.schema[1]).maximum == b"a text longer ti"
    assert file.file_statistics(file.schema[1]) is None
    assert file.may_contain("x", 13) and file.may_contain("x", 13, 0)
    assert not all(file.may_contain("x", v, 0) for v in range(1000, 1200))
    assert file.metadata == {"made": "here", "long": "v" * 5000}
    assert file.find("t").index == 1 and file.find("u") is None


def test_untrue_statistics_are_found():
    writer = Writer(3, [{"name": "x", "type": 5}])
    writer.narrow.append(struct.pack("<qq", 1, 3) + bytes(6) + struct.pack("<H", 0xF) + bytes(8))
    writer.chunk(0, 0, [page(struct.pack("<3q", 1, 2, 4))], statistics=0)
    with pytest.raises(rr.FormatError, match="bound 3"):
        rr.File(writer.finish()).verify()


# What a reader refuses

def sample():
    writer = Writer(300, [{"name": "x", "type": 5}])
    writer.chunk(0, 0, [page(struct.pack("<300q", *range(300)))])
    return writer


def test_every_byte_is_protected():
    whole = sample().finish()
    assert rr.File(whole).column("x") == list(range(300))
    for at in list(range(0, 64)) + list(range(64, len(whole), 37)) + list(range(len(whole) - 64, len(whole))):
        broken = bytearray(whole)
        broken[at] ^= 0x10
        with pytest.raises(rr.FormatError):
            rr.dump(rr.File(broken))
    for size in (0, 63, 127, 128, len(whole) // 2, len(whole) - 1):
        with pytest.raises(rr.FormatError):
            rr.File(whole[:size])


def mixed():
    """One column of each encoding."""
    words = [b"red", b"green", b"blue"]
    pages = [(4, page(pack([0, 1, 2, 3], 2) + bytes(7) + struct.pack("<Iii", 2, 0, 9), 3, width=2, aux=1)),
             (5, page(delta([3, 5, 8, 9], 1, 2), 4, width=2, base=1)),
             (12, page(runs([2, 4], struct.pack("<2d", 1.5, 2.5)), 5, aux=2)),
             (18, page(pack([2, 1, 0, 1], 2), 6, width=2)),
             (18, page(framed([compress(strings(words + [b"z"]))], short=True), 1, width=4, shift=2, codec=1,
                       flags=4)),
             (13, page(pack([2, 1, 0, 1], 2), 3, width=2)),
             (16, page(b"", 0, nulls=4)),
             (11, page(framed([compress(b"\x7f\x80\x81\x82")], short=True) + bytes(12), 8, shift=2, aux=1, codec=1,
                       flags=4))]
    writer = Writer(4, [{"name": f"c{i}", "type": t, "first": 6 if t == 16 else 20 if t == 13 else 0}
                        for i, (t, _) in enumerate(pages)], metadata=[(b"zone", b"UTC")])
    for i, (_, p) in enumerate(pages):
        known = {"dictionary": page(framed([strings(words)]), width=4, shift=4), "entries": 3} if i == 3 else {}
        writer.chunk(0, i, [p], **known)
    return writer


def test_mixed():
    file = rr.File(mixed().finish())
    rr.dump(file)
    assert [file.column(f"c{i}") for i in range(8)] == [
        [0, 1, 9, 3], [3, 5, 8, 9], [1.5, 1.5, 2.5, 2.5], ["blue", "green", "red", "green"],
        ["red", "green", "blue", "z"], [Decimal(2), Decimal(1), Decimal(0), Decimal(1)], [None] * 4,
        [1.0, 2.0, 4.0, 8.0]]


def test_checks_do_not_lean_on_checksums(monkeypatch):
    """Files whose checksums hold although their contents are nonsense end in FormatError, nothing else."""
    class Anything(int):
        __eq__ = lambda self, other: True  # noqa: E731
        __hash__ = int.__hash__

    monkeypatch.setattr(rr, "crc32c", lambda data: Anything())
    rng = random.Random(7)
    for whole in (nested().finish(), mixed().finish()):
        start = len(whole) - 64 - 13 * 32
        for _ in range(1500):
            broken = bytearray(whole)
            for _ in range(rng.choice([1, 1, 2, 5])):
                at = rng.choice([rng.randrange(len(whole)), rng.randrange(start, len(whole))])
                broken[at] = rng.choice([0, 1, 0x7F, 0xFF, rng.randrange(256)])
            try:
                rr.dump(rr.File(broken))
            except rr.FormatError:
                pass


def test_what_is_not_known():
    entry = [(64, 8, [b"whatever"])]
    file = rr.File(sample().finish(stretch=8, extra=entry))
    assert file.column("x") == list(range(300))
    writer = Writer(2, [{"name": "a", "type": 99}, {"name": "b", "type": 5}, {"name": "c", "type": 5, "flags": 3},
                        {"name": "d", "type": 5}])
    writer.chunk(0, 0, [page(b"abc", 1)])
    writer.chunk(0, 1, [page(struct.pack("<2q", 1, 2))])
    writer.chunk(0, 2, [page(b"secret", 1)])
    writer.chunk(0, 3, [page(b"abc", 11)])
    file = rr.File(writer.finish())
    assert file.column("b") == [1, 2]
    for name, why in (("a", "type 99"), ("c", "encrypted"), ("d", "encoding 11"), ("e", "no column")):
        with pytest.raises(rr.FormatError, match=why):
            file.column(name)
    rr.dump(file)


def test_no_rows_and_no_columns():
    assert rr.File(Writer(0, []).finish()).columns() == []
    file = rr.File(Writer(0, [{"name": "x", "type": 16, "first": 6}], metadata=[(b"zone", b"UTC")]).finish())
    assert file.column("x") == [] and file.schema[0].type == "timestamp(us, 'UTC')"
    rr.dump(file)


def test_command(tmp_path, capsys):
    path = tmp_path / "x.cln"
    path.write_bytes(sample().finish())
    for option in ([], ["--json"], ["--dump"], ["--verify"]):
        assert rr.main([str(path), *option]) == 0
    path.write_bytes(b"no")
    assert rr.main([str(path)]) == 1
    assert "error" in capsys.readouterr().err


def test_command_of_the_folder(tmp_path):
    """The package runs as the folder that it is, from wherever one stands."""
    path = tmp_path / "x.cln"
    path.write_bytes(sample().finish())
    command = [sys.executable, ROOT / "spec" / "reference_reader", path, "--dump"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == rr.dump(rr.read(path))


def test_parts_stand_in_one_order():
    """Each part of the reader imports only parts that come before it."""
    folder = ROOT / "spec" / "reference_reader"
    imported = {}
    for path in folder.rglob("*.py"):
        module = ["reference_reader", *path.relative_to(folder).with_suffix("").parts]
        if module[-1] == "__init__":
            module.pop()
        package = module if path.stem == "__init__" else module[:-1]
        imported[".".join(module)] = {
            ".".join([*package[:len(package) - node.level + 1], node.module])
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.level}
    assert len(imported) > 20
    graphlib.TopologicalSorter(imported).prepare()  # raises where parts import one another


# Goldens

GOLDENS = sorted((ROOT / "Tests" / "Fixtures").glob("**/*.cln"))


@pytest.mark.parametrize("path", GOLDENS, ids=lambda p: p.stem)
def test_golden(path):
    file = rr.read(path)
    rr.dump(file)
    expected = path.with_suffix(".json")
    if expected.exists():
        values = {f.name: file.expected(f) for f in file.schema if f.index not in file.refused}
        assert json.loads(json.dumps(values)) == json.loads(expected.read_text())


def test_golden_root():
    path = ROOT / "Tests" / "Fixtures" / "format-0" / "roots" / "root"
    file = rr.read(path)
    rr.dump(file)
    assert json.loads(json.dumps(rr.root(file))) == json.loads(path.with_suffix(".json").read_text())


def test_a_file_of_rows_is_no_root():
    with pytest.raises(rr.FormatError, match="no root"):
        rr.root(rr.read(GOLDENS[0]))
