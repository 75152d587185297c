"""file.md: the entries of fixed size, as the tables of the page state them."""

from .notation import unsigned


class Record:
    """A fixed-size entry: names, offsets and sizes of its fields as the pages' tables state them."""

    def __init__(self, size, *fields):
        self.size = size
        self.fields = fields  # (name, at, size)

    def read(self, data):
        return {name: unsigned(data, at, size) for name, at, size in self.fields}


HEADER = Record(64, ("magic", 0, 8), ("version", 8, 2), ("minReader", 10, 2), ("zoneShift", 12, 1),
                ("blockShift", 13, 1), ("reserved", 14, 2), ("fileId", 16, 16),
                ("incompatibleFeatures", 32, 8), ("compatibleFeatures", 40, 8), ("reserved", 48, 12),
                ("crc", 60, 4))
TAIL = Record(64, ("tableOffset", 0, 8), ("sectionCount", 8, 4), ("tableChecksum", 12, 4),
              ("fileSize", 16, 8), ("rows", 24, 8), ("fileId", 32, 16), ("reserved", 48, 4),
              ("crc", 52, 4), ("magic", 56, 8))
SECTION = Record(32, ("kind", 0, 2), ("flags", 2, 2), ("stride", 4, 4), ("offset", 8, 8),
                 ("size", 16, 8), ("count", 24, 8))

SUMMARY = Record(64, ("fieldCount", 0, 4), ("topLevelCount", 4, 4), ("rowGroupCount", 8, 4),
                 ("metadataFirst", 12, 4), ("metadataCount", 16, 4), ("writer", 20, 4),
                 ("writerSize", 24, 2), ("flags", 26, 2), ("reserved", 28, 4), ("dataEnd", 32, 8),
                 ("rows", 40, 8), ("reserved", 48, 8), ("reserved", 56, 8))
FIELD = Record(40, ("name", 0, 4), ("nameSize", 4, 2), ("type", 6, 1), ("flags", 7, 1), ("id", 8, 4),
               ("parent", 12, 4), ("first", 16, 4), ("second", 20, 4), ("hash", 24, 4),
               ("firstChild", 28, 4), ("metadataFirst", 32, 4), ("metadataCount", 36, 2),
               ("childCount", 38, 2))
SLOT = Record(4, ("column", 0, 4))
ROW_GROUP = Record(32, ("firstRow", 0, 8), ("rowCount", 8, 4), ("reserved", 12, 4), ("stored", 16, 8),
                   ("decoded", 24, 8))
CHUNK = Record(64, ("firstPage", 0, 4), ("pageShift", 4, 1), ("flags", 5, 1), ("reference", 6, 2),
               ("slots", 8, 8), ("dictionaryEntries", 16, 4), ("dictionaryPage", 20, 4),
               ("statistics", 24, 4), ("bloom", 28, 4), ("validity", 32, 8), ("decoded", 40, 8),
               ("stored", 48, 8), ("largeValues", 56, 8))
PAGE = Record(40, ("offset", 0, 8), ("size", 8, 4), ("encoding", 12, 1), ("codec", 13, 1),
              ("width", 14, 1), ("frameShift", 15, 1), ("base", 16, 8), ("firstSlot", 24, 4),
              ("nulls", 28, 4), ("auxiliary", 32, 4), ("dictionary", 36, 2), ("flags", 38, 1),
              ("scale", 39, 1))
NARROW = Record(32, ("minimum", 0, 8), ("maximum", 8, 8), ("nulls", 16, 6), ("flags", 22, 2),
                ("nans", 24, 6), ("minimumSize", 30, 1), ("maximumSize", 31, 1))
WIDE = Record(48, ("minimum", 0, 16), ("maximum", 16, 16), ("nulls", 32, 6), ("flags", 38, 2),
              ("nans", 40, 6), ("minimumSize", 46, 1), ("maximumSize", 47, 1))
DATA_CHECKSUM = Record(4, ("crc", 0, 4))
COMPRESSION_DICTIONARY = Record(16, ("offset", 0, 8), ("size", 8, 4), ("field", 12, 4))
KEY_VALUE = Record(16, ("key", 0, 4), ("keySize", 4, 4), ("value", 8, 4), ("valueSize", 12, 4))
BLOOM = Record(16, ("offset", 0, 8), ("size", 8, 4), ("reserved", 12, 4))

(K_SUMMARY, K_FIELDS, K_SLOTS, K_HEAP, K_GROUPS, K_CHUNKS, K_PAGES, K_NARROW, K_WIDE, K_CHECKSUMS,
 K_DICTIONARIES, K_METADATA, K_BLOOM) = range(1, 14)

SECTIONS = {K_SUMMARY: ("summary", SUMMARY), K_FIELDS: ("fields", FIELD), K_SLOTS: ("name slots", SLOT),
            K_HEAP: ("heap", None), K_GROUPS: ("row groups", ROW_GROUP), K_CHUNKS: ("chunks", CHUNK),
            K_PAGES: ("pages", PAGE), K_NARROW: ("narrow statistics", NARROW),
            K_WIDE: ("wide statistics", WIDE), K_CHECKSUMS: ("data checksums", DATA_CHECKSUM),
            K_DICTIONARIES: ("compression dictionaries", COMPRESSION_DICTIONARY),
            K_METADATA: ("key-value metadata", KEY_VALUE), K_BLOOM: ("Bloom filters", BLOOM)}

# table.md, Root
CONTENT_SECTIONS = {33: "commit", 34: "partitionings", 35: "sort order", 36: "manifests", 37: "named commits",
                    38: "properties"}
