"""table.md, "Root"."""

import re

from .cursor import Cursor
from .notation import check, signed, text, unsigned
from .records import CONTENT_SECTIONS
from .schema import schema_json


class Content(Cursor):
    """table.md, Root: the parts of a section of content."""

    def __init__(self, file, kind):
        check(kind in file.sections, f"no root of a table: section {kind} is missing")
        section = file.sections[kind]
        super().__init__(section.content(), section.name, section.offset)

    def number(self, size):
        return unsigned(self.take(size), 0, size)

    def text(self):
        return text(self.take(self.number(4)), self.what, self.offset)


def root(file):
    """table.md, Root: what one version of a table says of itself; bounds as bytes in hexadecimal."""
    for kind, section in file.sections.items():
        check(not (section.is_content and section.flags & 1) or kind in CONTENT_SECTIONS,
              f"unknown required section {kind}", section.offset)
    commit = Content(file, 33)
    check(file.rows == 0, "a root has no rows")
    said = {"root id": file.file_id.hex(), "table id": commit.take(16).hex()}
    for name, size in (("version", 8), ("parent", 8), ("time", 8), ("operation", 1), ("flags", 1),
                       ("reserved", 6), ("rows", 8), ("entries", 8), ("files", 8), ("bytes", 8),
                       ("added rows", 8), ("next column id", 4), ("next partition field id", 4)):
        said[name] = commit.number(size)
    del said["reserved"]
    check(max(said["rows"], said["entries"]) < 1 << 62, "more rows or entries than a table can have", commit.offset)
    said["time"] = signed(said["time"], 8)
    said["commit id"], said["writer"] = commit.text(), commit.text()
    check(said["version"] > said["parent"], f"version {said['version']} has the parent {said['parent']}")
    check(1 <= said["operation"] <= 8, f"operation {said['operation']}", commit.offset)
    said["columns"] = [schema_json(f) for f in file.schema]
    said["metadata"] = {key: value for key, value in file.metadata.items()}
    ids = {f.id for f in file.schema}

    parts = Content(file, 34)
    said["partitioning"] = parts.number(4)
    said["partitionings"] = partitionings = {}
    for _ in range(parts.number(4)):
        number = parts.number(4)
        check(number not in partitionings, f"partitioning {number} is given twice", parts.offset)
        partitionings[number] = fields = []
        for _ in range(parts.number(4)):
            f = {"id": parts.number(4), "source": parts.number(4), "transform": parts.number(1)}
            parts.take(3)
            f["parameter"], f["name"] = parts.number(4), parts.text()
            check(f["id"] >= 1000 and f["source"] in ids and f["transform"] <= 6,
                  f"partition field {f}", parts.offset)
            fields.append(f)
    check(said["partitioning"] in partitionings, "the current partitioning is missing", parts.offset)

    order = Content(file, 35)
    said["sort order"] = []
    for _ in range(order.number(4)):
        column, descending = order.number(4), order.number(4) & 1
        check(column in ids, f"sorted by column {column}, which is missing", order.offset)
        said["sort order"].append({"column": column, "descending": bool(descending)})

    listed = Content(file, 36)
    said["manifests"] = []
    for _ in range(listed.number(4)):
        m = {"name": listed.text(), "size": listed.number(8), "file id": listed.take(16).hex(),
             "partitioning": listed.number(4), "content": listed.number(4) & 0xFF}
        check(re.fullmatch("[0-9a-f]{32}[.]cln", m["name"]), f"a manifest is named {m['name']!r}")
        check(m["content"] == 0, f"unknown content {m['content']} of a manifest", listed.offset)
        for name in ("version", "entries", "rows", "bytes"):
            m[name] = listed.number(8)
        m["bounds"] = [bounds_of(listed) for _ in range(listed.number(4))]
        check(len(m["bounds"]) == len(partitionings[m["partitioning"]]), "bounds of another partitioning")
        said["manifests"].append(m)
    check(sum(m["entries"] for m in said["manifests"]) == said["entries"],
          "the manifests list another number of entries", listed.offset)

    named = Content(file, 37)
    said["named commits from"] = named.number(8)
    said["named commits"] = [[named.number(8), named.text()] for _ in range(named.number(4))]
    if 38 in file.sections:
        properties = Content(file, 38)
        said["properties"] = [[properties.text(), properties.text()] for _ in range(properties.number(4))]
    return said


def bounds_of(cursor):
    """table.md, Manifests: the bounds of one field."""
    flags = cursor.number(1)
    if not flags & 1:
        return None
    bounds = {"null": bool(flags & 2), "nan": bool(flags & 4)}
    if flags & 8:
        for name in ("least", "greatest"):
            size = cursor.number(4)
            check(size <= 1024, f"a bound of {size} bytes", cursor.offset)
            bounds[name] = cursor.take(size).hex()
    return bounds
