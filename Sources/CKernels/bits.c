// Bitmaps and gathers.
#include "colonnade_bits.h"

#include <string.h>

#include "clones.h"

COLONNADE_CLONES
size_t colonnade_bits_count(const uint8_t *bits, size_t bitCount) {
  size_t total = 0, i = 0;
  for (; i + 64 <= bitCount; i += 64) {
    uint64_t word;
    memcpy(&word, bits + i / 8, 8);
    total += (size_t)__builtin_popcountll(word);
  }
  for (; i + 8 <= bitCount; i += 8) total += (size_t)__builtin_popcount(bits[i / 8]);
  if (i < bitCount) {
    total += (size_t)__builtin_popcount(bits[i / 8] & ((1u << (bitCount - i)) - 1));
  }
  return total;
}

static inline uint64_t load_bits(const uint8_t *source, size_t bit, size_t count) {
  // At most 57 bits, never reading past the last byte that holds one of them.
  size_t byte = bit / 8, shift = bit % 8, bytes = (shift + count + 7) / 8;
  uint64_t word = 0;
  memcpy(&word, source + byte, bytes);
  word >>= shift;
  return word & ((UINT64_C(1) << count) - 1);
}

void colonnade_bits_copy(
    uint8_t *target, size_t targetBit, const uint8_t *source, size_t sourceBit, size_t bitCount) {
  while (bitCount > 0 && targetBit % 8 != 0) {
    uint8_t mask = (uint8_t)(1u << (targetBit % 8));
    uint8_t bit = (uint8_t)((source[sourceBit / 8] >> (sourceBit % 8)) & 1);
    target[targetBit / 8] = (uint8_t)((target[targetBit / 8] & ~mask) | (bit ? mask : 0));
    targetBit++, sourceBit++, bitCount--;
  }
  if (sourceBit % 8 == 0) {
    memcpy(target + targetBit / 8, source + sourceBit / 8, bitCount / 8);
    size_t whole = bitCount / 8 * 8;
    targetBit += whole, sourceBit += whole, bitCount -= whole;
  }
  while (bitCount >= 48) {
    uint64_t word = load_bits(source, sourceBit, 48);
    memcpy(target + targetBit / 8, &word, 6);
    targetBit += 48, sourceBit += 48, bitCount -= 48;
  }
  if (bitCount > 0) {
    uint64_t word = load_bits(source, sourceBit, bitCount), old = 0;
    size_t bytes = (bitCount + 7) / 8;
    memcpy(&old, target + targetBit / 8, bytes);
    uint64_t mask = (UINT64_C(1) << bitCount) - 1;
    word = (old & ~mask) | word;
    memcpy(target + targetBit / 8, &word, bytes);
  }
}

void colonnade_bits_set(uint8_t *bits, size_t firstBit, size_t bitCount) {
  size_t i = firstBit, end = firstBit + bitCount;
  for (; i < end && i % 8 != 0; i++) bits[i / 8] |= (uint8_t)(1u << (i % 8));
  if (end > i) {
    memset(bits + i / 8, 0xFF, (end - i) / 8);
    i += (end - i) / 8 * 8;
  }
  for (; i < end; i++) bits[i / 8] |= (uint8_t)(1u << (i % 8));
}

void colonnade_bits_gather(
    uint8_t *target, size_t targetBit, const uint8_t *source, const uint32_t *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t row = rows[i];
    uint8_t bit = (uint8_t)((source[row / 8] >> (row % 8)) & 1);
    size_t at = targetBit + i;
    target[at / 8] |= (uint8_t)(bit << (at % 8));
  }
}

size_t colonnade_bits_to_rows(
    uint32_t *rows, const uint8_t *bits, size_t bitCount, uint32_t base) {
  uint32_t *out = rows;
  size_t i = 0;
  for (; i + 64 <= bitCount; i += 64) {
    uint64_t word;
    memcpy(&word, bits + i / 8, 8);
    if (word == UINT64_MAX) {
      for (uint32_t j = 0; j < 64; j++) out[j] = base + (uint32_t)i + j;
      out += 64;
      continue;
    }
    while (word != 0) {
      *out++ = base + (uint32_t)i + (uint32_t)__builtin_ctzll(word);
      word &= word - 1;
    }
  }
  for (; i < bitCount; i++) {
    if ((bits[i / 8] >> (i % 8)) & 1) *out++ = base + (uint32_t)i;
  }
  return (size_t)(out - rows);
}

#define GATHER(NAME, TYPE)                                                                   \
  COLONNADE_CLONES                                                                           \
  void NAME(TYPE *target, const TYPE *source, const uint32_t *rows, size_t count) {          \
    for (size_t i = 0; i < count; i++) target[i] = source[rows[i]];                          \
  }

GATHER(colonnade_gather_1, uint8_t)
GATHER(colonnade_gather_2, uint16_t)
GATHER(colonnade_gather_4, uint32_t)
GATHER(colonnade_gather_8, uint64_t)

void colonnade_gather_16(void *target, const void *source, const uint32_t *rows, size_t count) {
  uint8_t *out = target;
  const uint8_t *in = source;
  for (size_t i = 0; i < count; i++) memcpy(out + i * 16, in + (size_t)rows[i] * 16, 16);
}

void colonnade_gather_n(
    uint8_t *target, const uint8_t *source, const uint32_t *rows, size_t count, size_t width) {
  for (size_t i = 0; i < count; i++) {
    memcpy(target + i * width, source + (size_t)rows[i] * width, width);
  }
}
