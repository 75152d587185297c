"""statistics.md, and the whole of a file: its values and what is known of them."""

from .bloom import BloomFilter
from .bounds import Statistics, bound_of, check_statistics
from .columns import Columns
from .notation import NONE, check
from .records import K_BLOOM, K_NARROW, K_WIDE


class File(Columns):
    """An open file; everything but pages is checked when it is opened."""

    # statistics.md

    def _statistics(self, f, index, what):
        section = self.sections[K_WIDE if f.wide else K_NARROW]
        e, at = section.entry(index), section.position(index)
        flags = e["flags"]
        minimum = bound_of(f, e["minimum"], e["minimumSize"], what) if flags & 1 else None
        maximum = bound_of(f, e["maximum"], e["maximumSize"], what) if flags & 2 else None
        for bound in (minimum, maximum):
            check(bound is None or bound == bound, f"{what}: a bound is NaN", at)
        return Statistics(minimum, maximum, bool(flags & 4), bool(flags & 8),
                          e["nulls"] if flags & 16 else None, e["nans"] if flags & 32 else None,
                          bool(flags & 64), bool(flags & 128), index)

    def chunk_statistics(self, g, f):
        """statistics.md: of a field in a row group, or None."""
        c = self.chunk(g, f)
        if c["statistics"] == NONE or not f.known:
            return None
        return self._statistics(f, c["statistics"], f"statistics of {f.name!r}, row group {g}")

    def zone_statistics(self, g, zone, f):
        """statistics.md: of a field in a zone of a row group, or None."""
        zones = self.zones(g)
        check(0 <= zone < zones, f"row group {g} has no zone {zone}")
        c = self.chunk(g, f)
        if c["statistics"] == NONE or not f.known:
            return None
        index = c["statistics"] + (1 + zone if zones > 1 else 0)
        return self._statistics(f, index, f"statistics of {f.name!r}, row group {g}, zone {zone}")

    def file_statistics(self, f):
        """statistics.md: of a field in the whole file, or None."""
        groups = len(self.row_groups)
        return self.chunk_statistics(groups if groups > 1 else 0, f) if groups else None

    def bloom_filter(self, g, f):
        """statistics.md, Bloom filters: of a field in a row group, or None."""
        index = self.chunk(g, f)["bloom"]
        if index == NONE:
            return None
        e, at = self.entry(K_BLOOM, index), self.sections[K_BLOOM].position(index)
        check(e["size"] > 0 and e["size"] % 32 == 0, "size of a Bloom filter", at + 8)
        return BloomFilter(f, self.read(e["offset"], e["size"], f"Bloom filter of {f.name!r}, row group {g}"))

    def may_contain(self, name, value, g=None):
        """Whether a column may contain a value by the Bloom filters of its row groups (or of one)."""
        f = self.find(name)
        check(f is not None, f"there is no column {name!r}")
        filters = [self.bloom_filter(i, f) for i in (range(len(self.row_groups)) if g is None else [g])]
        return any(x is None or x.may_contain(value) for x in filters)

    def verify(self):
        """Decodes every column that can be read; checks statistics and Bloom filters against values."""
        for column in self.schema:
            if column.index in self.refused:
                continue
            self.column(column)
            for f in column.walk():
                everything = []
                for g in range(len(self.row_groups)):
                    slots, starts = self.slots(g, f)
                    everything += slots
                    check_statistics(f, slots, self.chunk_statistics(g, f), f"row group {g}")
                    step = 1 << self.zone_shift
                    for z in range(self.zones(g)):
                        a, b = starts[z * step], starts[min((z + 1) * step, len(starts) - 1)]
                        check_statistics(f, slots[a:b], self.zone_statistics(g, z, f), f"row group {g}, zone {z}")
                    bloom = self.bloom_filter(g, f)
                    for x in {x for x in slots if x is not None} if bloom else ():
                        check(bloom.may_contain_raw(x), f"{f.name!r}, row group {g}: Bloom filter without {x!r}")
                check_statistics(f, everything, self.file_statistics(f), "file")


def read(path):
    """Opens a file."""
    with open(path, "rb") as stream:
        return File(stream.read())
