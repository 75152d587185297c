"""file.md, from "Header" to "Summary", and "Checksums": where the parts of a file are.

A file is read by layers, each a class that stands on the one before: `Container`, `Metadata`, `Pages`,
`Columns`, `File`.
"""

from .checksums import checksum, crc32c
from .limits import MAX_FIELDS, MAX_METADATA, MAX_ROW_GROUPS, READER_VERSION
from .notation import ceil_div, check, text
from .records import (HEADER, K_CHECKSUMS, K_CHUNKS, K_FIELDS, K_GROUPS, K_HEAP, K_METADATA,
                      K_SLOTS, K_SUMMARY, SECTION, SECTIONS, TAIL)
from .section import Section

HEADER_MAGIC = bytes.fromhex("89434C4E0D0A1A0A")
TAIL_MAGIC = bytes.fromhex("434C4E454E440D0A")


def metadata_value(value):
    """Values of metadata are bytes; text where they are valid UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value


class Container:
    """A file as far as its ends, its sections and the bytes of its data area."""

    def __init__(self, data):
        self.data = bytes(data)
        self._verified = set()
        self._read_ends()
        self._read_sections()
        self._read_summary()

    # file.md, Header and Tail

    def _read_ends(self):
        """file.md, Header, Tail: the two ends of the file, and README.md, What a reader does."""
        data, size = self.data, len(self.data)
        check(size >= 128, "shorter than a header and a tail", 0)
        self.header = header = HEADER.read(data[:64])
        check(data[:8] == HEADER_MAGIC, "not a Colonnade file", 0)
        check(header["crc"] == crc32c(data[:60]), "checksum of the header does not hold", 60)
        check(header["minReader"] <= READER_VERSION, f"needs a reader of version {header['minReader']}", 10)
        unknown = header["incompatibleFeatures"]
        check(not unknown, f"unknown incompatible feature bit {unknown.bit_length() - 1}", 32)
        self.zone_shift, self.block_shift = header["zoneShift"], header["blockShift"]
        check(4 <= self.zone_shift <= 16, f"zoneShift {self.zone_shift}", 12)
        check(self.block_shift == 10, f"blockShift {self.block_shift}", 13)
        self.file_id = data[16:32]
        self.tail_offset = at = size - 64
        self.tail = tail = TAIL.read(data[at:])
        check(data[-8:] == TAIL_MAGIC, "truncated: no tail", at + 56)
        check(tail["crc"] == crc32c(data[at:at + 52]), "checksum of the tail does not hold", at + 52)
        check(tail["fileSize"] == size, f"truncated: {size} bytes of {tail['fileSize']}", at + 16)
        check(data[at + 32:at + 48] == self.file_id, "header and tail are of different files", at + 32)

    # file.md, Sections

    def _read_sections(self):
        """file.md, Sections: the section table."""
        tail, at = self.tail, self.tail_offset
        start, count = tail["tableOffset"], tail["sectionCount"]
        check(count <= 64, f"{count} sections", at + 8)
        check(64 <= start and start + 32 * count == at, "section table does not end at the tail", at)
        table = self.data[start:start + 32 * count]
        check(checksum(self.file_id, start, table) == tail["tableChecksum"],
              "checksum of the section table does not hold", start)
        self.sections = {}
        for i in range(count):
            entry = SECTION.read(table[32 * i:32 * i + 32])
            check(entry["kind"] > max(self.sections, default=-1), "section table out of order", start + 32 * i)
            section = Section(self, entry, start + 32 * i)
            check(64 <= section.offset and section.offset + section.size <= start,
                  f"{section.name}: outside the file", start + 32 * i + 8)
            self.sections[section.kind] = section
        for kind in range(K_SUMMARY, K_CHECKSUMS + 1):
            check(kind in self.sections, f"section {SECTIONS[kind][0]} is missing", start)
        end = 0
        for section in sorted(self.sections.values(), key=lambda s: (s.offset, s.size)):
            check(section.size == 0 or section.offset >= end, f"{section.name}: overlaps another", section.offset)
            end = max(end, section.offset + section.size)

    def count(self, kind):
        return self.sections[kind].count if kind in self.sections else 0

    def entry(self, kind, i):
        check(kind in self.sections, f"section {SECTIONS[kind][0]} is missing")
        return self.sections[kind].entry(i)

    def expect(self, kind, count):
        section = self.sections[kind]
        check(section.count == count, f"{section.name}: {section.count} entries, not {count}", section.offset)

    def heap(self, position, size):
        return self.sections[K_HEAP].item(position, size)

    def key_value(self, i):
        """file.md, Key-value metadata: one entry, as text and bytes."""
        entry = self.entry(K_METADATA, i)
        check(max(entry["keySize"], entry["valueSize"]) <= MAX_METADATA, "metadata too large",
              self.sections[K_METADATA].position(i))
        return (text(self.heap(entry["key"], entry["keySize"]), "key of metadata"),
                self.heap(entry["value"], entry["valueSize"]))

    def key_values(self, first, count):
        pairs = (self.key_value(i) for i in range(first, first + count)) if count else ()
        return {key: metadata_value(value) for key, value in pairs}

    def _read_summary(self):
        """file.md, Summary, and the numbers of entries that follow from it."""
        self.expect(K_SUMMARY, 1)
        self.summary = summary = self.entry(K_SUMMARY, 0)
        at = self.sections[K_SUMMARY].offset
        self.data_end = summary["dataEnd"]
        fields, top, groups = summary["fieldCount"], summary["topLevelCount"], summary["rowGroupCount"]
        first = min((s.offset for s in self.sections.values() if s.size), default=0)
        check(64 <= self.data_end <= first, "dataEnd is not before the sections", at + 32)
        check(fields <= MAX_FIELDS and top <= fields and groups <= MAX_ROW_GROUPS,
              "more fields or row groups than a file has", at)
        check(summary["rows"] == self.tail["rows"], "summary and tail differ in the number of rows", at + 40)
        self.rows = summary["rows"]
        self.expect(K_FIELDS, fields)
        self.expect(K_SLOTS, 2 * top + 1 if top else 0)
        self.expect(K_GROUPS, groups)
        self.expect(K_CHUNKS, (groups + (groups > 1)) * fields)
        self.expect(K_CHECKSUMS, ceil_div(self.data_end, 1 << self.block_shift))
        self.writer = text(self.heap(summary["writer"], summary["writerSize"]), "name of the writer")
        self.metadata = self.key_values(summary["metadataFirst"], summary["metadataCount"])

    # file.md, Checksums: the data area

    def inside(self, offset, size, what):
        check(64 <= offset and offset + size <= self.data_end, f"{what}: outside the data area", offset)

    def read(self, offset, size, what):
        """file.md, Checksums: bytes of the data area, their data blocks verified before."""
        if size == 0:
            return b""
        self.inside(offset, size, what)
        shift = self.block_shift
        for block in range(offset >> shift, (offset + size - 1 >> shift) + 1):
            if block not in self._verified:
                start = block << shift
                data = self.data[start:min(start + (1 << shift), self.data_end)]
                check(self.entry(K_CHECKSUMS, block)["crc"] == checksum(self.file_id, start, data),
                      f"{what}: checksum of data block {block} does not hold", start)
                self._verified.add(block)
        return self.data[offset:offset + size]
