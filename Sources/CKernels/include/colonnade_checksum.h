// Checksums and hashes: CRC32C for stored bytes, XXH64 for Bloom filters and names, Murmur3 for
// the `bucket` transform.
#ifndef COLONNADE_CHECKSUM_H
#define COLONNADE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// CRC32C (Castagnoli, reflected, as in RFC 3720) of `byteCount` bytes, continuing from `crc`, the
/// checksum of what came before; 0 to begin.
uint32_t colonnade_crc32c(uint32_t crc, const void *data, size_t byteCount);

/// The same in portable C (slicing by 8), the twin that tests compare with.
uint32_t colonnade_crc32c_portable(uint32_t crc, const void *data, size_t byteCount);

/// 1 when the processor's CRC instructions are in use, else 0.
int colonnade_crc32c_is_accelerated(void);

/// The state that the checksum of the block at byte `position` starts from:
/// crc32c(file id ‖ position as little-endian u64), where `fileSeed` is crc32c(file id).
uint32_t colonnade_crc32c_seed(uint32_t fileSeed, uint64_t position);

/// Checksums of consecutive blocks of `blockByteCount` bytes (at least 1), the last one possibly
/// shorter, each seeded with its own position: `position` is that of the first byte. `out` has room
/// for ceil(byteCount / blockByteCount) checksums.
void colonnade_crc32c_blocks(
    uint32_t *out, const uint8_t *data, size_t byteCount, size_t blockByteCount, uint32_t fileSeed,
    uint64_t position);

void colonnade_crc32c_blocks_portable(
    uint32_t *out, const uint8_t *data, size_t byteCount, size_t blockByteCount, uint32_t fileSeed,
    uint64_t position);

/// Compares the blocks with their checksums, given as little-endian bytes that need no alignment.
/// Returns the index of the first block that differs; the number of blocks when all hold.
size_t colonnade_crc32c_verify_blocks(
    const uint8_t *expected, const uint8_t *data, size_t byteCount, size_t blockByteCount,
    uint32_t fileSeed, uint64_t position);

/// The same for chosen whole blocks, wherever they stand: block `blocks[i] - first` of `data` and its
/// checksum among `expected`. Returns the index in `blocks` of the first that differs; `count` when
/// all hold.
size_t colonnade_crc32c_verify_chosen(
    const uint8_t *expected, const uint8_t *data, const uint32_t *blocks, size_t count,
    uint32_t first, size_t blockByteCount, uint32_t fileSeed, uint64_t position);

size_t colonnade_crc32c_verify_chosen_portable(
    const uint8_t *expected, const uint8_t *data, const uint32_t *blocks, size_t count,
    uint32_t first, size_t blockByteCount, uint32_t fileSeed, uint64_t position);

/// XXH64 of xxHash.
uint64_t colonnade_xxh64(const void *data, size_t byteCount, uint64_t seed);

/// MurmurHash3_x86_32 (Austin Appleby, public domain), as Iceberg's `bucket` transform uses it with
/// seed 0.
uint32_t colonnade_murmur3_32(const void *data, size_t byteCount, uint32_t seed);

#endif
