"""file.md, "Checksums", and the XXH64 of "Name slots" and of statistics.md, "Bloom filters"."""

from .notation import unsigned


def _crc32c_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC32C = _crc32c_table()


def crc32c(data):
    """file.md, Checksums: CRC32C of bytes."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def checksum(file_id, offset, data):
    """file.md, Checksums: the checksum of everything but the header and the tail."""
    return crc32c(bytes(file_id) + offset.to_bytes(8, "little") + bytes(data))


def xxh64(data, seed=0):
    """XXH64 as its own specification has it (github.com/Cyan4973/xxHash, doc/xxhash_spec.md)."""
    mask = 0xFFFFFFFFFFFFFFFF
    p1, p2, p3, p4, p5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                          0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)

    def rotate(x, n):
        return (x << n | x >> 64 - n) & mask

    def step(lane, word):
        return rotate((lane + word * p2) & mask, 31) * p1 & mask

    at, size = 0, len(data)
    if size >= 32:
        lanes = [(seed + p1 + p2) & mask, (seed + p2) & mask, seed & mask, (seed - p1) & mask]
        while at + 32 <= size:
            lanes = [step(lane, unsigned(data, at + 8 * i, 8)) for i, lane in enumerate(lanes)]
            at += 32
        h = sum(rotate(lane, n) for lane, n in zip(lanes, (1, 7, 12, 18))) & mask
        for lane in lanes:
            h = ((h ^ step(0, lane)) * p1 + p4) & mask
    else:
        h = (seed + p5) & mask
    h = (h + size) & mask
    while at + 8 <= size:
        h = (rotate(h ^ step(0, unsigned(data, at, 8)), 27) * p1 + p4) & mask
        at += 8
    if at + 4 <= size:
        h = (rotate(h ^ unsigned(data, at, 4) * p1 & mask, 23) * p2 + p3) & mask
        at += 4
    while at < size:
        h = rotate(h ^ data[at] * p5 & mask, 11) * p1 & mask
        at += 1
    h = (h ^ h >> 33) * p2 & mask
    h = (h ^ h >> 29) * p3 & mask
    return h ^ h >> 32
