"""encodings.md, "Packed integers", and the parts of a body or frame one after another."""

from .notation import bits, ceil_div, check, is_zero, unsigned


def packed_size(n, width):
    """encodings.md, Packed integers: bytes of `packed(n, width)`."""
    return n // 1024 * 128 * width + ceil_div(n % 1024 * width, 8)


def unpack(data, n, width):
    """encodings.md, Packed integers: the integers of `packed(n, width)` at the start of `data`."""
    mask = (1 << width) - 1
    lanes, word = (32, 4) if width <= 32 else (16, 8)
    values = []
    for block in range(n // 1024):
        start = block * 128 * width
        run = []
        for lane in range(lanes):
            words = (unsigned(data, start + (k * lanes + lane) * word, word) for k in range(width))
            run.append(sum(w << k * word * 8 for k, w in enumerate(words)))
        values += [run[i % lanes] >> (i // lanes * width) & mask for i in range(1024)]
    rest = int.from_bytes(data[n // 1024 * 128 * width:packed_size(n, width)], "little")
    values += [rest >> j * width & mask for j in range(n % 1024)]
    return values


class Cursor:
    """Takes the parts of a body or frame one after another, never beyond its end."""

    def __init__(self, data, what, offset):
        self.data, self.what, self.offset, self.at = data, what, offset, 0

    def take(self, size):
        check(self.at + size <= len(self.data), f"{self.what}: shorter than its contents", self.offset)
        self.at += size
        return self.data[self.at - size:self.at]

    def pad(self, start):
        """Padding to a multiple of 8 from `start`."""
        check(is_zero(self.take((start - self.at) % 8)), f"{self.what}: padding is not zero", self.offset)

    def bitmap(self, count):
        data = self.take(ceil_div(count, 8))
        check(count % 8 == 0 or data[-1] >> count % 8 == 0, f"{self.what}: bits behind a bitmap", self.offset)
        return bits(data, 0, count)

    def packed(self, count, width):
        check(width <= 64, f"{self.what}: bit width {width}", self.offset)
        return unpack(self.take(packed_size(count, width)), count, width)

    def integers(self, count, width):
        data = self.take(count * width)
        return [unsigned(data, i * width, width) for i in range(count)]

    def end(self):
        check(self.at == len(self.data), f"{self.what}: longer than its contents", self.offset)
