"""file.md, "Pages", and encodings.md, "Validity" and "Frames": the slots of one page."""

from .compression import decompress
from .cursor import Cursor
from .encoding import decode_values
from .encoding.codes import (ENCODINGS, E_CONSTANT, E_DECIMAL, E_DELTA, E_DICTIONARY, E_NONE,
                             E_PACKED, E_PLAIN, E_REFERENCE, E_RUNS, E_SPLIT, E_SYMBOLS,
                             F_CHUNK_VALIDITY, F_FRAME_VALIDITY, F_LARGE, F_MULTIPLES, F_PRODUCTS,
                             F_RUN_CODES, F_SHORT_ENDS, encodings_for)
from .encoding.symbols import read_symbols
from .limits import LARGE_VALUE, MAX_COMPRESSION_DICTIONARY, MAX_FRAME, MAX_VALUE
from .metadata import Metadata
from .notation import ceil_div, check, unsigned
from .records import K_DICTIONARIES, K_PAGES
from .schema import FLOATS, LENGTHS, NULL, VALUELESS, VARIABLE


class Pages(Metadata):
    """A file as far as the slots of one page."""

    def __init__(self, data):
        super().__init__(data)
        self.large_values = []    # (offset, size, what) of those met while decoding
        self._dictionaries = {}

    def compression_dictionary(self, index):
        """file.md, Compression dictionaries."""
        if index not in self._dictionaries:
            e = self.entry(K_DICTIONARIES, index)
            check(e["size"] <= MAX_COMPRESSION_DICTIONARY, "compression dictionary too large",
                  self.sections[K_DICTIONARIES].position(index))
            self._dictionaries[index] = self.read(e["offset"], e["size"], f"compression dictionary {index}")
        return self._dictionaries[index]

    def large_value(self, reference, what, start):
        """encodings.md, Encodings, 1 plain: a value stored outside its page; `start` is where the chunk's do."""
        distance, stored, size = unsigned(reference, 0, 8), unsigned(reference, 8, 4), unsigned(reference, 12, 4)
        codec, offset = reference[16], start + distance
        check(start % 8 == 0 and distance % 8 == 0, f"{what}: place of a large value", offset)
        check(LARGE_VALUE < size <= MAX_VALUE, f"{what}: large value of {size} bytes", offset)
        check(codec <= 1, f"{what}: unknown codec {codec}", offset)
        data = self.read(offset, stored, f"{what}: large value")
        self.large_values.append((offset, stored, what))
        if codec == 1:
            data = decompress(data, MAX_VALUE, None, f"{what}: large value", offset)
        check(len(data) == size, f"{what}: size of a large value", offset)
        return data

    def frames(self, page, n, what, low=0):
        """encodings.md, Frames: (offset, bytes, number of slots) of each frame as stored.

        Of encoding 8 of each plane of each frame; behind the last are `low` bytes.
        """
        check(page["frameShift"] <= 32, f"{what}: frameShift {page['frameShift']}", page["offset"])
        full = 1 << page["frameShift"]
        planes = page["auxiliary"] if page["encoding"] == E_SPLIT else 1
        count, width = ceil_div(n, full) * planes, 2 if page["flags"] & F_SHORT_ENDS else 4
        body = self.read(page["offset"], page["size"], what)
        check(count * width + low <= len(body), f"{what}: no room for frames", page["offset"])
        ends = [unsigned(body, i * width, width) for i in range(count)]
        check(all(a <= b for a, b in zip([0] + ends, ends))
              and (ends or [0])[-1] == len(body) - count * width - low, f"{what}: frame ends", page["offset"])
        for i, (a, b) in enumerate(zip([0] + ends, ends)):
            yield (page["offset"] + count * width + a, body[count * width + a:count * width + b],
                   min(full, n - i // planes * full))

    def split_frames(self, page, f, n, what, parts):
        """encodings.md, Encodings, 8 split: each frame's planes with its low bytes behind them."""
        planes, done = page["auxiliary"], 0
        lows = self.read(page["offset"], page["size"], what)[page["size"] - self.low_bytes(page, f, n):]
        frames = []
        for i in range(0, len(parts), planes):
            offset, _, m = parts[i]
            data = b"".join(part for _, part, _ in parts[i:i + planes])
            check(all(len(part) == m for _, part, _ in parts[i:i + planes]), f"{what}: size of a plane", offset)
            width = f.width - planes
            frames.append((offset, data + lows[done * width:(done + m) * width], m))
            done += m
        return frames

    @staticmethod
    def low_bytes(page, f, n):
        """encodings.md, Encodings, 8 split: bytes behind the frames."""
        return n * (f.width - page["auxiliary"]) if page["encoding"] == E_SPLIT else 0

    def read_page(self, f, index, n, chunk_valid, dictionary, what, large_values=0, reference=None):
        """encodings.md: the slots of one page; None for null.

        `chunk_valid` are the bits of the chunk's bitmap for this page, or None; `reference` finds the
        field that the chunk refers to, with all its slots, or is None.
        """
        page = self.entry(K_PAGES, index)
        page["large"] = None
        at = self.sections[K_PAGES].position(index)
        encoding, flags, nulls, framed = page["encoding"], page["flags"], page["nulls"], page["frameShift"] != 255
        check(encoding in ENCODINGS, f"{what}: encoding {encoding} is unknown", at + 12)
        check(page["codec"] <= 1, f"{what}: codec {page['codec']} is unknown", at + 13)
        check(flags < 128, f"{what}: page flags {flags} are unknown", at + 38)
        check(nulls <= n, f"{what}: more nulls than slots", at + 28)
        check(encoding in encodings_for(f), f"{what}: encoding {ENCODINGS[encoding]} of a {f.type}", at + 12)
        if page["size"]:
            before = self.entry(K_PAGES, index - 1) if page["firstSlot"] else page
            if encoding == before["encoding"] == E_PLAIN and not framed and before["frameShift"] == 255 \
                    and before is not page:
                check(page["offset"] == before["offset"] + before["size"], f"{what}: a gap between plain pages", at)
            else:
                check(page["offset"] % (8 if framed else 64) == 0, f"{what}: alignment of the body", at)
            self.inside(page["offset"], page["size"], what)
        if chunk_valid is not None:
            check(chunk_valid.count(0) == nulls, f"{what}: nulls in the chunk's bitmap", at + 28)

        if encoding == E_NONE:
            check(page["size"] == 0, f"{what}: encoding none has no body", at + 8)
            if nulls == n:
                return [None] * n
            check(f.code in VALUELESS and f.code != NULL, f"{what}: values without an encoding", at + 12)
            check(nulls == 0 or chunk_valid is not None, f"{what}: no validity", at + 38)
            return [None if chunk_valid and not chunk_valid[i] else True for i in range(n)]

        check(nulls < n or n == 0, f"{what}: a page of nulls has encoding none", at + 12)
        check(not (f.code in VARIABLE and encoding == E_PLAIN) or framed, f"{what}: not framed", at + 15)
        check(not (f.code in LENGTHS or encoding == E_CONSTANT) or not framed, f"{what}: framed", at + 15)
        check(framed or not flags & (F_FRAME_VALIDITY | F_SHORT_ENDS | F_LARGE) and page["codec"] == 0,
              f"{what}: frame flags without frames", at + 38)
        check(not flags & F_LARGE or f.code in VARIABLE and encoding == E_PLAIN, f"{what}: large values", at + 38)
        check(encoding != E_DICTIONARY and not (encoding == E_RUNS and flags & F_RUN_CODES)
              or dictionary is not None, f"{what}: no dictionary", at + 12)
        check(page["auxiliary"] == 0 or encoding in (E_PACKED, E_RUNS, E_DECIMAL, E_SPLIT, E_SYMBOLS, E_REFERENCE),
              f"{what}: auxiliary count", at + 32)
        check(not flags & F_MULTIPLES or encoding == E_REFERENCE, f"{what}: multiples of nothing", at + 38)
        check(not flags & F_PRODUCTS or encoding in (E_DECIMAL, E_REFERENCE) and f.code in FLOATS,
              f"{what}: products that are no decimals", at + 38)
        referred = None
        if encoding == E_REFERENCE:
            check(reference is not None, f"{what}: the chunk has no reference", at + 12)
            other, other_slots = reference()
            referred = other, other_slots[page["firstSlot"]:page["firstSlot"] + n]
        if nulls == 0:
            check(not flags & F_FRAME_VALIDITY, f"{what}: validity without nulls", at + 38)
        elif flags & F_FRAME_VALIDITY:
            check(not flags & F_CHUNK_VALIDITY, f"{what}: validity twice", at + 38)
        else:
            check(flags & F_CHUNK_VALIDITY and chunk_valid is not None, f"{what}: no validity", at + 38)

        symbols = None
        if encoding == E_SPLIT:
            check(framed and not flags & F_FRAME_VALIDITY, f"{what}: frames", at + 15)
            check(1 <= page["auxiliary"] <= f.width, f"{what}: {page['auxiliary']} planes", at + 32)
        if encoding == E_SYMBOLS:
            check(not framed, f"{what}: framed", at + 15)
            table = self.compression_dictionary(page["dictionary"])
            symbols = read_symbols(table, f"symbol table {page['dictionary']}")
        if framed:
            parts = list(self.frames(page, n, what, self.low_bytes(page, f, n)))
            check(encoding not in (E_DELTA, E_RUNS) or len(parts) <= 1, f"{what}: more than one frame", at + 15)
            if page["codec"] == 1:
                number = page["dictionary"]
                known = None if number == 0xFFFF else self.compression_dictionary(number)
                parts = [(o, decompress(d, MAX_FRAME, known, what, o), m) for o, d, m in parts]
            check(all(len(d) <= MAX_FRAME for _, d, _ in parts), f"{what}: a frame too large", page["offset"])
            if encoding == E_SPLIT:
                parts = self.split_frames(page, f, n, what, parts)
        else:
            parts = [(page["offset"], self.read(page["offset"], page["size"], what), n)]

        result, done = [], 0
        for offset, data, m in parts:
            cursor = Cursor(data, what, offset)
            if flags & F_FRAME_VALIDITY:
                valid = cursor.bitmap(m)
            elif nulls:
                valid = chunk_valid[done:done + m]
            else:
                valid = [1] * m
            page["large"] = cursor.bitmap(m) if flags & F_LARGE else None
            part = referred and (referred[0], referred[1][done:done + m])
            values = decode_values(f, page, cursor, m, valid, dictionary,
                                   lambda r: self.large_value(r, what, large_values), part, symbols)
            cursor.end()
            check(not any(v and x is None for v, x in zip(valid, values)), f"{what}: code outside the dictionary",
                  offset)
            result += [x if v else None for v, x in zip(valid, values)]
            done += m
        check(result.count(None) == nulls, f"{what}: number of nulls", at + 28)
        return result
