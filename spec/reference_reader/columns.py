"""file.md, "Chunks" and "Slots of nested fields": the values of a column from its pages."""

from .cursor import Cursor
from .encoding.codes import E_NONE, E_PLAIN
from .limits import MAX_DICTIONARY_BYTES, MAX_SLOTS
from .notation import NONE, ceil_div, check, signed
from .pages import Pages
from .records import K_CHUNKS, K_PAGES
from .schema import (BYTES, FIXED_LIST, FLOAT32, FLOAT64, FLOATS, INTEGERS, LENGTHS, LIST, MAP,
                     NULL, STRUCT)
from .values import expected_of, float_bits_of, value_of


class Columns(Pages):
    """A file as far as the values of its columns."""

    def __init__(self, data):
        super().__init__(data)
        self._slots = {}          # (row group, field index) -> (slots, first slot of each row)

    def read_chunk(self, g, f, row_starts):
        """file.md, Chunks: the slots of a field in a row group.

        `row_starts` has the first slot of each row and, last, the number of slots.
        """
        c, at = self.chunk(g, f), self.sections[K_CHUNKS].position(self.chunk_index(g, f))
        what = f"{f.name!r}, row group {g}"
        n = row_starts[-1]
        check(c["slots"] == n, f"{what}: {c['slots']} slots, not {n}", at + 8)
        validity = None
        if c["validity"]:
            validity = Cursor(self.read(c["validity"], ceil_div(n, 8), f"{what}: validity"),
                              f"{what}: validity", c["validity"]).bitmap(n)
        dictionary = None
        if c["dictionaryPage"] != NONE:
            page = self.entry(K_PAGES, c["dictionaryPage"])
            check(page["encoding"] == E_PLAIN and page["firstSlot"] == 0 and page["nulls"] == 0
                  and f.code in INTEGERS + BYTES + tuple(FLOATS), f"{what}: dictionary", at + 20)
            dictionary = self.read_page(f, c["dictionaryPage"], c["dictionaryEntries"], None, None,
                                        f"{what}, dictionary")
            size = sum(map(len, dictionary)) if f.code in BYTES else f.width * len(dictionary)
            check(size <= MAX_DICTIONARY_BYTES, f"{what}: dictionary of {size} bytes", at + 20)
        reference = (lambda: self._reference(g, f, c, what, at)) if c["reference"] else None
        slots = []
        step = 1 << c["pageShift"]
        pages = ceil_div(self.row_groups[g].row_count, step)
        starts = [row_starts[min(p * step, len(row_starts) - 1)] for p in range(pages + 1)]
        for p in range(pages):
            index, (a, b) = c["firstPage"] + p, starts[p:p + 2]
            check(self.entry(K_PAGES, index)["firstSlot"] == a, f"{what}, page {p}: first slot",
                  self.sections[K_PAGES].position(index) + 24)
            slots += self.read_page(f, index, b - a, validity[a:b] if validity else None, dictionary,
                                    f"{what}, page {p}", c["largeValues"], reference)
        if f.code in LENGTHS:
            self._check_lengths(f, c, slots, starts, what)
        return slots

    def _reference(self, g, f, c, what, at):
        """file.md, Chunks, and encodings.md, Encodings, 10 reference: the field that a chunk refers to."""
        index = f.index + signed(c["reference"], 2)
        check(f.parent == NONE and 0 <= index < len(self.schema), f"{what}: refers to field {index}", at + 6)
        other = self.schema[index]
        check(all(x.code in (FLOAT32, FLOAT64) or x.code in INTEGERS and x.width <= 8 for x in (f, other)),
              f"{what}: a {f.type} refers to a {other.type}", at + 6)
        check(self.chunk(g, other)["reference"] == 0, f"{what}: {other.name!r} has a reference itself", at + 6)
        return other, self.slots(g, other)[0]

    def _check_lengths(self, f, c, slots, starts, what):
        """encodings.md, Lengths: each page's base names the child slot of its first element."""
        element = 0
        for p, (a, b) in enumerate(zip(starts, starts[1:])):
            page = self.entry(K_PAGES, c["firstPage"] + p)
            if page["encoding"] != E_NONE:
                check(page["base"] >> 32 == element, f"{what}, page {p}: slot of the first element",
                      self.sections[K_PAGES].position(c["firstPage"] + p) + 16)
            element += sum(x or 0 for x in slots[a:b])
        check(element <= MAX_SLOTS, f"{what}: too many elements")

    def slots(self, g, f):
        """file.md, Chunks, "Slots of nested fields": (slots, first slot of each row), None for null."""
        if (g, f.index) not in self._slots:
            if f.parent == NONE:
                starts, under = list(range(self.row_groups[g].row_count + 1)), None
            else:
                parent = self.fields[f.parent]
                above, starts = self.slots(g, parent)
                if parent.code in LENGTHS:
                    ends = [0]
                    for length in above:
                        ends.append(ends[-1] + (length or 0))
                    starts = [ends[s] for s in starts]
                elif parent.code == FIXED_LIST:
                    starts = [s * parent.first for s in starts]
                held = self.chunk(g, f)["slots"]
                check(starts[-1] == held <= MAX_SLOTS, f"{f.name!r}, row group {g}: {held} slots, not {starts[-1]}")
                # For each slot of this field: whether the parent's slot is valid.
                if parent.code == STRUCT:
                    under = [x is not None for x in above]
                elif parent.code == FIXED_LIST:
                    under = [x is not None for x in above for _ in range(parent.first)]
                else:
                    under = [True] * held
            slots = self.read_chunk(g, f, starts)
            for i, x in enumerate(slots):
                present = under is None or under[i]
                check(present or x is None, f"{f.name!r}, row group {g}: a value under a null")
                check(not present or x is not None or f.nullable or f.code == NULL,
                      f"{f.name!r}, row group {g}: a null in a field that has none")
            self._slots[g, f.index] = slots, starts
        return self._slots[g, f.index]

    def assemble(self, g, f, convert):
        """One value a slot, nested ones from their children."""
        slots, _ = self.slots(g, f)
        if f.code == STRUCT:
            columns = [self.assemble(g, child, convert) for child in f.children]
            names = [child.name for child in f.children]
            return [None if x is None else dict(zip(names, (c[i] for c in columns))) for i, x in enumerate(slots)]
        if f.code in (LIST, FIXED_LIST, MAP):
            if f.code == MAP:
                keys, values = (self.assemble(g, child, convert) for child in f.children[0].children)
                elements = list(zip(keys, values))
            else:
                elements = self.assemble(g, f.children[0], convert)
            result, at = [], 0
            for x in slots:
                size = f.first if f.code == FIXED_LIST else x or 0
                result.append(None if x is None else elements[at:at + size])
                at += size
            return result
        return [convert(f, x) for x in slots]

    # What the reader hands out

    def columns(self):
        return [f.name for f in self.schema]

    def values(self, column, convert):
        if isinstance(column, str):
            name, column = column, self.find(column)
            check(column is not None, f"there is no column {name!r}")
        check(column.index not in self.refused,
              f"column {column.name!r} cannot be read: {self.refused.get(column.index)}")
        return [x for g in range(len(self.row_groups)) for x in self.assemble(g, column, convert)]

    def column(self, name):
        """The values of a column as Python values."""
        return self.values(name, value_of)

    def float_bits(self, name):
        """Like `column`, floats as the integers of their bits."""
        return self.values(name, float_bits_of)

    def expected(self, name):
        """Like `column`, in the exact JSON form."""
        return self.values(name, expected_of)
