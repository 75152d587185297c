"""The annotated dump: every byte of a file once, with its meaning."""

from .encoding.codes import ENCODINGS, E_SPLIT, F_SHORT_ENDS
from .notation import NONE, ceil_div, check, is_zero, unsigned
from .records import (HEADER, K_BLOOM, K_CHECKSUMS, K_DICTIONARIES, K_FIELDS, K_HEAP, K_METADATA,
                      K_PAGES, TAIL)
from .section import BLOCK, CONTENT


def regions(file):
    """(offset, size, meaning, padding?) of every region of a file, not sorted."""
    for name, record, start in (("header", HEADER, 0), ("tail", TAIL, file.tail_offset)):
        for field, at, size in record.fields:
            value = file.data[start + at:start + at + size]
            shown = value.hex(" ") if size > 8 or field == "magic" else unsigned(value, 0, size)
            yield start + at, size, f"{name}: {field} = {shown}", field == "reserved"
    yield from _data_regions(file)
    for section in file.sections.values():
        yield from _section_regions(file, section)
    start = file.tail["tableOffset"]
    for i, section in enumerate(file.sections.values()):
        yield (start + 32 * i, 32, f"section table: {section.name} (kind {section.kind}, flags {section.flags}, "
               f"stride {section.stride}, offset {section.offset}, size {section.size}, count {section.count})", False)


def _data_regions(file):
    file.verify()
    seen = set()
    used = set()
    for column in file.schema:
        refused = column.index in file.refused
        for f in column.walk():
            for g in range(len(file.row_groups)):
                c = file.chunk(g, f)
                what = f"field {f.index} {f.name!r}, row group {g}"
                if c["validity"]:
                    yield c["validity"], ceil_div(c["slots"], 8), f"{what}: validity of the chunk", False
                pages = ceil_div(file.row_groups[g].row_count, 1 << c["pageShift"])
                numbered = [(f"page {p}", c["firstPage"] + p) for p in range(pages)]
                if c["dictionaryPage"] != NONE:
                    numbered.append(("dictionary", c["dictionaryPage"]))
                firsts = [file.entry(K_PAGES, i)["firstSlot"] for _, i in numbered[:pages]] + [c["slots"]]
                for k, (name, index) in enumerate(numbered):
                    check(index not in used, f"{what}: page entry {index} is used twice")
                    used.add(index)
                    page = file.entry(K_PAGES, index)
                    n = firsts[k + 1] - firsts[k] if k < pages else c["dictionaryEntries"]
                    encoding = ENCODINGS.get(page["encoding"], page["encoding"])
                    label = f"{what}, {name} (entry {index}): {encoding}, {n} slots"
                    if page["frameShift"] == 255 or refused or not page["size"]:
                        yield page["offset"], page["size"], label, False
                        continue
                    low = file.low_bytes(page, f, n)
                    frames = list(file.frames(page, n, what, low))
                    table = len(frames) * (2 if page["flags"] & F_SHORT_ENDS else 4)
                    yield page["offset"], table, f"{label}: frame ends", False
                    for i, (offset, data, m) in enumerate(frames):
                        codec = "zstd" if page["codec"] else "stored"
                        part = f"frame {i}"
                        if page["encoding"] == E_SPLIT:
                            part = f"frame {i // page['auxiliary']}, plane {i % page['auxiliary']}"
                        yield offset, len(data), f"{label}: {part}, {m} slots, {codec}", False
                    if low:
                        yield page["offset"] + page["size"] - low, low, f"{label}: low bytes", False
                if c["bloom"] != NONE:
                    e = file.entry(K_BLOOM, c["bloom"])
                    yield e["offset"], e["size"], f"{what}: Bloom filter {c['bloom']}", False
    check(len(used) == file.count(K_PAGES), f"{file.count(K_PAGES) - len(used)} page entries are of no chunk")
    for i in range(file.count(K_DICTIONARIES)):
        e = file.entry(K_DICTIONARIES, i)
        file.compression_dictionary(i)
        yield e["offset"], e["size"], f"compression dictionary {i}, made for field {e['field']}", False
    for large in file.large_values:
        if large not in seen:
            seen.add(large)
            yield large[0], large[1], f"{large[2]}: large value", False
    for block in range(file.count(K_CHECKSUMS)):
        file.read(max(64, block << file.block_shift), 1 if file.data_end > 64 else 0, "data block")


def _section_regions(file, section):
    blocks = ceil_div(section.count, section.per_block)
    for b in range(blocks):
        start = section.offset + b * BLOCK
        end = min(start + BLOCK, section.offset + section.size)
        section.block(b)
        yield end - 4, 4, f"{section.name}: checksum of block {b}", False
        if section.stride:
            held = min(section.per_block, section.count - b * section.per_block) * section.stride
            if start + held < end - 4:
                yield start + held, end - 4 - start - held, f"{section.name}: end of block {b}", True
    if section.kind == K_HEAP:
        yield from _heap_regions(file, section)
        return
    if section.is_content:
        for b in range(blocks):
            size = min(CONTENT, section.count - b * CONTENT)
            yield section.offset + b * BLOCK, size, f"{section.name}: content", False
        return
    for i in range(section.count):
        at = section.position(i)
        if not section.known:
            yield at, section.stride, f"{section.name}: entry {i}", False
            continue
        size = section.record.size
        e = section.entry(i)
        e.pop("reserved", None)
        shown = ", ".join(f"{name} {value}" for name, value in e.items())
        yield at, size, f"{section.name}: entry {i}: {shown}", False
        for name, field_at, field_size in section.record.fields:
            check(name != "reserved" or is_zero(file.data[at + field_at:at + field_at + field_size]),
                  f"{section.name}: reserved bytes of entry {i} are not zero", at + field_at)
        if section.stride > size:
            yield at + size, section.stride - size, f"{section.name}: entry {i}, rest", False


def _heap_regions(file, heap):
    summary = file.summary
    items = {(summary["writer"], summary["writerSize"]): "name of the writer"}
    for f in file.fields:
        e = file.entry(K_FIELDS, f.index)
        items.setdefault((e["name"], e["nameSize"]), f"name of field {f.index} {f.name!r}")
    for i in range(file.count(K_METADATA)):
        e = file.entry(K_METADATA, i)
        file.key_value(i)
        items.setdefault((e["key"], e["keySize"]), f"key of metadata {i}")
        items.setdefault((e["value"], e["valueSize"]), f"value of metadata {i}")
    done = 0
    for (position, size), what in sorted(items.items()):
        if size == 0:
            continue
        check(position >= done, f"heap: {what} overlaps another item", heap.position(position))
        yield from _heap_parts(heap, done, position, "gap", True)
        yield from _heap_parts(heap, position, position + size, what, False)
        done = position + size
    yield from _heap_parts(heap, done, heap.count, "gap", True)


def _heap_parts(heap, start, end, what, padding):
    while start < end:
        size = min(end - start, CONTENT - start % CONTENT)
        yield heap.position(start), size, f"heap: {what}", padding
        start += size


def dump(file):
    """Lines of the annotated dump; refuses a file of which a byte is not accounted for."""
    at = 0
    lines = []
    starts = [s.offset for s in file.sections.values()] + [file.tail["tableOffset"]]
    for offset, size, meaning, padding in sorted(r for r in regions(file) if r[1]):
        check(offset >= at, f"{meaning}: overlaps the region before it", offset)
        if offset > at:
            allowed = 64 if offset < file.data_end else 8 if at >= file.data_end and offset in starts else 0
            check(offset - at < allowed or at < file.data_end <= offset, f"{offset - at} bytes not accounted for", at)
            check(is_zero(file.data[at:offset]), "padding is not zero", at)
            lines.append(f"{at:>12} {offset - at:>10}  padding")
        check(not padding or is_zero(file.data[offset:offset + size]), f"{meaning}: not zero", offset)
        lines.append(f"{offset:>12} {size:>10}  {meaning}")
        at = offset + size
    check(at == len(file.data), f"{len(file.data) - at} bytes not accounted for", at)
    return lines
