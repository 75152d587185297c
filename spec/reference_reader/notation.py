"""README.md, "Notation", and the error that all parts throw."""

class FormatError(Exception):
    """The file is not what the specification says, or needs a reader that knows more."""

    def __init__(self, message, offset=None):
        super().__init__(message if offset is None else f"{message} (at byte {offset})")
        self.message = message
        self.offset = offset


def check(condition, message, offset=None):
    if not condition:
        raise FormatError(message, offset)


NONE = 0xFFFFFFFF


def unsigned(data, at, size):
    """README.md, Notation: a little-endian unsigned integer."""
    return int.from_bytes(data[at:at + size], "little")


def signed(raw, width):
    """README.md, Notation: the two's complement value of `width` bytes of bits."""
    raw &= (1 << 8 * width) - 1
    return raw - (1 << 8 * width) if raw >> (8 * width - 1) else raw


def ceil_div(a, b):
    return -(-a // b)


def bits(data, first, count):
    """README.md, Notation: bits of a byte are counted from the least significant."""
    return [data[i >> 3] >> (i & 7) & 1 for i in range(first, first + count)]


def is_zero(data):
    return not any(data)


def text(data, what, offset=None):
    try:
        return bytes(data).decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(f"{what}: no valid UTF-8", offset) from None
