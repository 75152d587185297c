"""file.md, "Fields" to "Chunks": what the metadata says, without the bodies of pages."""

from dataclasses import dataclass

from .checksums import xxh64
from .container import Container
from .encoding.codes import ENCODINGS, E_REFERENCE
from .limits import MAX_DEPTH, MAX_DICTIONARY_ENTRIES, MAX_GROUP_ROWS, MAX_SLOTS
from .notation import NONE, ceil_div, check, signed, text
from .records import K_BLOOM, K_CHUNKS, K_FIELDS, K_GROUPS, K_NARROW, K_PAGES, K_SLOTS, K_WIDE
from .schema import TIMESTAMP, Field, check_type
from .section import CONTENT


@dataclass
class RowGroup:
    """file.md, Row groups."""
    first_row: int
    row_count: int
    stored: int
    decoded: int


class Metadata(Container):
    """A file as far as its schema, row groups and chunks; all of it is checked when it is opened."""

    def __init__(self, data):
        super().__init__(data)
        self.refused = {}         # column index -> why
        self._read_fields()
        self._read_row_groups()
        self._check_chunks()

    # file.md, Fields and Name slots

    def _read_fields(self):
        """file.md, Fields: the schema in level order."""
        section, summary = self.sections[K_FIELDS], self.summary
        self.fields = fields = []
        entries, ids = [], set()
        for i in range(section.count):
            e, at = section.entry(i), section.position(i)
            check(e["nameSize"] <= CONTENT, "name too long", at + 4)
            name = self.heap(e["name"], e["nameSize"])
            check(e["hash"] == xxh64(name) & NONE, "hash of a name does not hold", at + 24)
            check(e["id"] < 1 << 31 and e["id"] not in ids, f"id {e['id']} used twice or too large", at + 8)
            ids.add(e["id"])
            flags = e["flags"]
            f = Field(i, text(name, "name of a field", at), e["type"], bool(flags & 1), bool(flags & 2),
                      bool(flags & 4), bool(flags & 8), e["id"], e["parent"], e["first"], e["second"], at,
                      metadata=self.key_values(e["metadataFirst"], e["metadataCount"]))
            fields.append(f)
            entries.append(e)
        following, depth = summary["topLevelCount"], [1] * len(fields)
        for f, e in zip(fields, entries):
            if f.index < summary["topLevelCount"]:
                check(f.parent == NONE, f"{f.name}: a column has no parent", f.offset + 12)
            count = e["childCount"]
            check(e["firstChild"] == (following if count else NONE) and following + count <= len(fields),
                  f"{f.name}: children out of order", f.offset + 28)
            f.children = fields[following:following + count]
            for child in f.children:
                check(child.parent == f.index, f"{child.name}: wrong parent", child.offset + 12)
                depth[child.index] = depth[f.index] + 1
                check(depth[child.index] <= MAX_DEPTH, f"{child.name}: nested too deep", child.offset)
            following += count
        check(following == len(fields), "fields without a parent", section.offset)
        self.schema = fields[:summary["topLevelCount"]]
        check(summary["flags"] & 1 or all(a.id < b.id for a, b in zip(self.schema, self.schema[1:])),
              "ids of columns do not ascend", section.offset)
        for f in reversed(fields):  # children before parents
            if f.known:
                check_type(f)
            if f.code == TIMESTAMP and f.first & 4:
                key, value = self.key_value(f.second)
                check(key == "zone", f"{f.name}: the zone's entry has the key {key!r}", f.offset + 20)
                f.zone = text(value, "zone", f.offset + 20)
        for column in self.schema:
            for f in column.walk():
                if not f.known:
                    self.refused.setdefault(column.index, f"type {f.code} of field {f.name!r} is unknown")
                if f.encrypted:
                    self.refused.setdefault(column.index, f"field {f.name!r} is encrypted")
        for column, e in zip(self.schema, entries):
            check(column.index in self._candidates(e["hash"]), f"{column.name}: not in the name slots",
                  self.sections[K_SLOTS].offset)

    def _candidates(self, name_hash):
        """file.md, Name slots: columns from the hash's slot on, up to `none`."""
        n = self.count(K_SLOTS)
        for i in range(n):
            column = self.entry(K_SLOTS, (name_hash + i) % n)["column"]
            if column == NONE:
                return
            check(column < len(self.schema), "name slots: no such column", self.sections[K_SLOTS].offset)
            yield column

    def find(self, name):
        """file.md, Name slots: the column of a name, or None."""
        for column in self._candidates(xxh64(name.encode()) & NONE):
            if self.schema[column].name == name:
                return self.schema[column]
        return None

    # file.md, Row groups and Chunks

    def _read_row_groups(self):
        """file.md, Row groups."""
        section, row = self.sections[K_GROUPS], 0
        self.row_groups = []
        for g in range(section.count):
            e, at = section.entry(g), section.position(g)
            check(e["firstRow"] == row, f"row group {g} is not contiguous", at)
            check(1 <= e["rowCount"] <= MAX_GROUP_ROWS, f"row group {g} of {e['rowCount']} rows", at + 8)
            self.row_groups.append(RowGroup(row, e["rowCount"], e["stored"], e["decoded"]))
            row += e["rowCount"]
        check(row == self.rows, "rows of the row groups and of the file differ", section.offset)

    def chunk_index(self, g, f):
        return g * len(self.fields) + f.index

    def chunk(self, g, f):
        return self.entry(K_CHUNKS, self.chunk_index(g, f))

    def zones(self, g):
        """file.md, Row groups: the number of zones of a row group."""
        return ceil_div(self.row_groups[g].row_count, 1 << self.zone_shift)

    def _check_chunks(self):
        """file.md, Chunks: what can be checked without the pages' bodies."""
        section, groups = self.sections[K_CHUNKS], len(self.row_groups)
        for column in self.schema:
            unreadable = column.index in self.refused
            for f in column.walk():
                total = 0
                for g in range(groups + (groups > 1)):
                    c, at = self.chunk(g, f), section.position(self.chunk_index(g, f))
                    whole = g == groups
                    what = f"chunk of {f.name!r} in " + ("the file" if whole else f"row group {g}")
                    if c["statistics"] != NONE and f.known:
                        check(bool(c["flags"] & 1) == f.wide, f"{what}: kind of statistics", at + 5)
                        entries = self.zones(g) if not whole else 1
                        entries = 1 if entries == 1 else 1 + entries
                        check(c["statistics"] + entries <= self.count(K_WIDE if f.wide else K_NARROW),
                              f"{what}: no such statistics", at + 24)
                    if whole:
                        check(c["slots"] == total, f"{what}: number of slots", at + 8)
                        check(c["firstPage"] == NONE and c["dictionaryPage"] == NONE
                              and c["bloom"] == NONE and not c["validity"] and not c["pageShift"]
                              and not c["dictionaryEntries"] and not c["reference"], f"{what}: has pages", at)
                        continue
                    total += c["slots"]
                    if unreadable:
                        continue
                    check(c["pageShift"] <= 20, f"{what}: pageShift {c['pageShift']}", at + 4)
                    check(c["slots"] <= MAX_SLOTS, f"{what}: too many slots", at + 8)
                    pages = ceil_div(self.row_groups[g].row_count, 1 << c["pageShift"])
                    check(c["firstPage"] + pages <= self.count(K_PAGES), f"{what}: no such pages", at)
                    check((c["dictionaryPage"] == NONE) == (c["dictionaryEntries"] == 0),
                          f"{what}: dictionary", at + 16)
                    check(c["dictionaryEntries"] <= MAX_DICTIONARY_ENTRIES, f"{what}: dictionary too large", at + 16)
                    if c["dictionaryPage"] != NONE:
                        check(c["dictionaryPage"] < self.count(K_PAGES), f"{what}: no such page", at + 20)
                    check(c["bloom"] == NONE or c["bloom"] < self.count(K_BLOOM), f"{what}: no such filter", at + 28)
                    if c["validity"]:
                        check(c["validity"] % 64 == 0, f"{what}: offset of validity", at + 32)
                        self.inside(c["validity"], ceil_div(c["slots"], 8), f"{what}: validity")
                    for p in range(pages):
                        page = self.entry(K_PAGES, c["firstPage"] + p)
                        if page["encoding"] not in ENCODINGS:
                            self.refused[column.index] = f"encoding {page['encoding']} of field {f.name!r} is unknown"
                        elif page["codec"] > 1:
                            self.refused[column.index] = f"codec {page['codec']} of field {f.name!r} is unknown"
        for column in self.schema:
            for g in range(groups):
                c = self.chunk(g, column)
                other = column.index + signed(c["reference"], 2)
                if column.index not in self.refused and c["reference"] and other in self.refused:
                    pages = ceil_div(self.row_groups[g].row_count, 1 << c["pageShift"])
                    if any(self.entry(K_PAGES, c["firstPage"] + p)["encoding"] == E_REFERENCE for p in range(pages)):
                        self.refused[column.index] = (f"field {column.name!r} refers to {self.schema[other].name!r}: "
                                                      f"{self.refused[other]}")
