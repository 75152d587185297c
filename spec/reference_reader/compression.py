"""encodings.md, "Frames": what zstd has packed."""

import zstandard

from .notation import FormatError, check


def decompress(data, limit, dictionary=None, what="frame", offset=None):
    """encodings.md, Frames: one zstd frame without its magic number."""
    whole = zstandard.MAGIC_NUMBER.to_bytes(4, "little") + bytes(data)
    try:
        parameters = zstandard.get_frame_parameters(whole)
        size = parameters.content_size
        check(size not in (zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR),
              f"{what}: no content size", offset)
        check(not parameters.has_checksum and not parameters.dict_id,
              f"{what}: has a checksum or dictionary id", offset)
        check(size <= limit, f"{what}: {size} bytes decompressed", offset)
        known = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        decompressor = zstandard.ZstdDecompressor(dict_data=known)
        result = decompressor.decompress(whole, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise FormatError(f"{what}: {error}", offset) from None
    check(len(result) == size, f"{what}: size is not as stated", offset)
    return result
