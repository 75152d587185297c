// Hashes that the file format and the partition transforms name.
#include "colonnade_checksum.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t colonnade_xxh64(const void *data, size_t byteCount, uint64_t seed) {
  return XXH64(data, byteCount, seed);
}

static inline uint32_t rotate(uint32_t value, int bits) {
  return (value << bits) | (value >> (32 - bits));
}

static inline uint32_t scramble(uint32_t word) {
  return rotate(word * UINT32_C(0xCC9E2D51), 15) * UINT32_C(0x1B873593);
}

// After the description of MurmurHash3_x86_32 by Austin Appleby, who put it in the public domain.
uint32_t colonnade_murmur3_32(const void *data, size_t byteCount, uint32_t seed) {
  const uint8_t *bytes = data;
  uint32_t hash = seed;
  size_t i = 0;
  for (; i + 4 <= byteCount; i += 4) {
    uint32_t word;
    memcpy(&word, bytes + i, 4);
    hash = rotate(hash ^ scramble(word), 13) * 5 + UINT32_C(0xE6546B64);
  }
  uint32_t tail = 0;
  for (size_t k = byteCount; k > i; k--) tail = (tail << 8) | bytes[k - 1];
  if (i < byteCount) hash ^= scramble(tail);
  hash ^= (uint32_t)byteCount;
  hash = (hash ^ (hash >> 16)) * UINT32_C(0x85EBCA6B);
  hash = (hash ^ (hash >> 13)) * UINT32_C(0xC2B2AE35);
  return hash ^ (hash >> 16);
}
