"""file.md, "Sections": one section and its metadata blocks."""

from .checksums import checksum
from .notation import ceil_div, check, unsigned
from .records import CONTENT_SECTIONS, K_HEAP, SECTIONS

BLOCK = 4096
CONTENT = 4092


class Section:
    """file.md, Sections: a section cut into metadata blocks, each verified before it is used."""

    def __init__(self, file, entry, at):
        self.file = file
        self.kind, self.flags, self.stride = entry["kind"], entry["flags"], entry["stride"]
        self.offset, self.size, self.count = entry["offset"], entry["size"], entry["count"]
        self.known = self.kind in SECTIONS
        self.is_content = 32 <= self.kind <= 63
        self.name, self.record = SECTIONS.get(
            self.kind, (CONTENT_SECTIONS.get(self.kind, f"section {self.kind}"), None))
        self.verified = set()
        check(self.known or self.is_content or not self.flags & 1,
              f"unknown required section {self.kind}", at)
        check(self.offset % 8 == 0, f"{self.name}: offset is no multiple of 8", at + 8)
        if self.kind == K_HEAP or self.is_content:
            check(self.stride == 0, f"{self.name}: stride is not 0", at + 4)
        elif self.known:
            check(self.record.size <= self.stride, f"{self.name}: stride is too small", at + 4)
        if self.stride == 0:
            self.per_block, unit = CONTENT, 1
        else:
            check(4 <= self.stride <= CONTENT, f"{self.name}: stride out of range", at + 4)
            self.per_block, unit = CONTENT // self.stride, self.stride
        self.unit = unit
        blocks = ceil_div(self.count, self.per_block)
        last = (self.count - (blocks - 1) * self.per_block) * unit + 4
        check(self.size == ((blocks - 1) * BLOCK + last if blocks else 0),
              f"{self.name}: size and number of entries disagree", at + 16)

    def position(self, i):
        """The offset in the file of entry `i` (of the heap: of byte `i` of the contents)."""
        return self.offset + i // self.per_block * BLOCK + i % self.per_block * self.unit

    def block(self, index):
        start = self.offset + index * BLOCK
        end = min(start + BLOCK, self.offset + self.size)
        data = self.file.data[start:end]
        if index not in self.verified:
            check(unsigned(data, len(data) - 4, 4) == checksum(self.file.file_id, start, data[:-4]),
                  f"{self.name}: checksum of block {index} does not hold", start)
            self.verified.add(index)
        return data[:-4]

    def raw(self, i):
        check(0 <= i < self.count, f"{self.name}: there is no entry {i}", self.offset)
        at = i % self.per_block * self.unit
        return self.block(i // self.per_block)[at:at + self.unit]

    def entry(self, i):
        return self.record.read(self.raw(i))

    def item(self, position, size):
        """file.md, Sections: an item of the heap."""
        if size == 0:
            return b""
        check(position + size <= self.count, "heap: item outside the heap", self.offset)
        first, at = divmod(position, CONTENT)
        check(at + size <= CONTENT if size <= CONTENT else at == 0, "heap: item crosses a block",
              self.position(position))
        last = (position + size - 1) // CONTENT
        return b"".join(self.block(b) for b in range(first, last + 1))[at:at + size]

    def content(self):
        """file.md, Sections: the bytes of a section of content."""
        return b"".join(self.block(b) for b in range(ceil_div(self.count, CONTENT)))
