"""A small writer of files, made by hand from the spec, for the tests of the reference reader."""

import struct
import sys
from pathlib import Path

import zstandard

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "spec"))

import reference_reader as rr  # noqa: E402

FILE_ID = bytes(range(16))
NONE = 0xFFFFFFFF


# Encoders, written bit by bit so that they share nothing with the reader

def pack(values, width):
    """`packed(n, width)` by setting single bits where the page on encodings says they stand."""
    out = bytearray()
    whole = len(values) // 1024 * 1024
    for start in range(0, whole, 1024):
        block = bytearray(128 * width)
        lanes, word = (32, 32) if width <= 32 else (16, 64)
        for i in range(1024):
            for bit in range(width):
                if values[start + i] >> bit & 1:
                    in_lane = i // lanes * width + bit
                    position = (in_lane // word * lanes + i % lanes) * word + in_lane % word
                    block[position // 8] |= 1 << position % 8
        out += block
    rest = values[whole:]
    tail = bytearray((len(rest) * width + 7) // 8)
    for j, value in enumerate(rest):
        for bit in range(width):
            if value >> bit & 1:
                tail[(j * width + bit) // 8] |= 1 << (j * width + bit) % 8
    return bytes(out + tail)


def bitmap(flags):
    parts = (flags[i:i + 8] for i in range(0, len(flags), 8))
    return bytes(sum(bool(x) << j for j, x in enumerate(part)) for part in parts)


def delta(values, base, width):
    firsts = b"".join(struct.pack("<Q", values[i] % 2**64) for i in range(0, len(values), 1024))
    return firsts + pack([0 if i % 1024 == 0 else values[i] - values[i - 1] - base for i in range(len(values))], width)


def runs(ends, values):
    ends = struct.pack(f"<{len(ends)}I", *ends)
    return ends + bytes(-len(ends) % 8) + values


def framed(frames, short=False):
    table, end = b"", 0
    for frame in frames:
        end += len(frame)
        table += struct.pack("<H" if short else "<I", end)
    return table + b"".join(frames)


def compress(data, dictionary=None):
    parameters = zstandard.ZstdCompressionParameters.from_level(
        3, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=1, write_checksum=0, write_dict_id=0)
    known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    return zstandard.ZstdCompressor(compression_params=parameters, dict_data=known).compress(data)


def seal(offset, data):
    return struct.pack("<I", rr.crc32c(FILE_ID + struct.pack("<Q", offset) + data))


class Heap:
    def __init__(self):
        self.content = b""

    def add(self, item):
        at = len(self.content) % 4092
        if at and (at + len(item) > 4092):
            self.content += bytes(4092 - at)
        position = len(self.content)
        self.content += item
        return position


def page(body=b"", encoding=1, width=0, base=0, first=0, nulls=0, aux=0, flags=0, codec=0, shift=255,
         dictionary=0xFFFF, scale=0):
    return dict(locals())


class Writer:
    """Writes a file from parts that are encoded already; `fields` are in level order."""

    def __init__(self, rows, fields, groups=None, metadata=()):
        self.rows, self.groups, self.heap = rows, groups or ([rows] if rows else []), Heap()
        self.fields, self.metadata = fields, metadata
        self.data = bytearray(64)
        self.pages, self.narrow, self.wide, self.blooms, self.dictionaries, self.chunks = [], [], [], [], [], {}

    def place(self, body, alignment):
        self.data += bytes(-len(self.data) % alignment)
        self.data += body
        return len(self.data) - len(body)

    def add_page(self, p):
        offset = self.place(p["body"], 64 if p["shift"] == 255 else 8) if p["body"] else 0
        self.pages.append(struct.pack("<QIBBBBQIIIHBB", offset, len(p["body"]), p["encoding"], p["codec"],
                                      p["width"], p["shift"], p["base"] % 2**64, p["first"], p["nulls"],
                                      p["aux"], p["dictionary"], p["flags"], p["scale"]))
        return len(self.pages) - 1

    def compression_dictionary(self, data, field=0):
        self.dictionaries.append(struct.pack("<QII", self.place(data, 1), len(data), field))
        return len(self.dictionaries) - 1

    def chunk(self, group, field, pages, slots=None, shift=20, dictionary=None, entries=0, validity=None,
              statistics=NONE, wide=0, bloom=None, large=0):
        place = NONE if dictionary is None else self.add_page(dictionary)
        numbers = [self.add_page(p) for p in pages]
        valid = self.place(validity, 64) if validity else 0
        filter_index = NONE
        if bloom is not None:
            self.blooms.append(struct.pack("<QII", self.place(bloom, 32), len(bloom), 0))
            filter_index = len(self.blooms) - 1
        self.chunks[group, field] = struct.pack(
            "<IBBxxQIIIIQQQQ", numbers[0] if numbers else NONE, shift, wide,
            self.groups[group] if slots is None else slots, entries, place, statistics, filter_index, valid, 0, 0, large)

    def totals(self, field, slots, statistics=NONE, wide=0):
        self.chunks[len(self.groups), field] = struct.pack(
            "<IBBxxQIIIIQQQQ", NONE, 0, wide, slots, 0, NONE, statistics, NONE, 0, 0, 0, 0)

    def sections(self, data_end, checksums):
        heap, names, columns = self.heap, [], []
        pairs = [struct.pack("<IIII", heap.add(k), len(k), heap.add(v), len(v)) for k, v in self.metadata]
        for f in self.fields:
            name = f["name"].encode()
            names.append(rr.xxh64(name) % 2**32)
            children = f.get("children", [])
            columns.append(struct.pack(
                "<IHBBIIIIIIIHH", heap.add(name), len(name), f["type"], f.get("flags", 1), f.get("id", len(columns)),
                f.get("parent", NONE), f.get("first", 0), f.get("second", 0), names[-1],
                children[0] if children else NONE, 0, 0, len(children)))
        top = sum("parent" not in f for f in self.fields)
        n = 2 * top + 1 if top else 0
        slots = [NONE] * n
        for i in range(top):
            at = names[i] % n
            while slots[at] != NONE:
                at = (at + 1) % n
            slots[at] = i
        groups, first = [], 0
        for count in self.groups:
            groups.append(struct.pack("<QIIQQ", first, count, 0, 0, 0))
            first += count
        writer = heap.add(b"by hand")
        summary = struct.pack("<IIIIIIHHIQQQQ", len(columns), top, len(groups), 0, len(pairs), writer, 7, 0, 0,
                              data_end, self.rows, 0, 0)
        count = (len(groups) + (len(groups) > 1))
        chunks = [self.chunks[g, f] for g in range(count) for f in range(len(columns))]
        return [(1, 64, [summary]), (2, 40, columns), (3, 4, [struct.pack("<I", s) for s in slots]),
                (4, 0, heap.content), (5, 32, groups), (6, 64, chunks), (7, 40, self.pages), (8, 32, self.narrow),
                (9, 48, self.wide), (10, 4, checksums), (11, 16, self.dictionaries), (12, 16, pairs),
                (13, 16, self.blooms)]

    def finish(self, stretch=0, extra=()):
        header = struct.pack("<8sHHBBH16sQQ12x", b"\x89CLN\r\n\x1a\n", 0, 0, 4, 10, 0, FILE_ID, 0, 0)
        self.data[:64] = header + struct.pack("<I", rr.crc32c(header))
        out, end = self.data, len(self.data)
        checksums = [seal(i, bytes(out[i:min(i + 1024, end)])) for i in range(0, end, 1024)]
        table = []
        for kind, stride, entries in self.sections(end, checksums) + list(extra):
            if kind > 10 and not entries:
                continue
            out += bytes(-len(out) % 8)
            offset = len(out)
            if kind != 4:
                stride += stretch
                per = 4092 // stride
                entries = [e + bytes(stretch) for e in entries]
                contents = [b"".join(entries[i:i + per]) for i in range(0, len(entries), per)]
            else:
                contents = [entries[i:i + 4092] for i in range(0, len(entries), 4092)]
            for i, content in enumerate(contents):
                if i + 1 < len(contents):
                    content += bytes(4092 - len(content))
                out += content + seal(len(out), content)
            table.append(struct.pack("<HHIQQQ", kind, int(kind <= 11), stride, offset, len(out) - offset, len(entries)))
        out += bytes(-len(out) % 8)
        at, table_bytes = len(out), b"".join(table)
        out += table_bytes
        tail = struct.pack("<QI", at, len(table)) + seal(at, table_bytes)
        tail += struct.pack("<QQ16sI", len(out) + 64, self.rows, FILE_ID, 0)
        out += tail + struct.pack("<I", rr.crc32c(tail)) + b"CLNEND\r\n"
        return bytes(out)


def single(type_code, pages, rows, dump=True, first=0, second=0, metadata=(), prepare=None, **chunk):
    writer = Writer(rows, [{"name": "x", "type": type_code, "first": first, "second": second}], metadata=metadata)
    if prepare:
        prepare(writer)
    writer.chunk(0, 0, pages, **chunk)
    file = rr.File(writer.finish())
    if dump:
        rr.dump(file)
    return file


# Checksums and hashes
