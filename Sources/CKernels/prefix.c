// Sums of packed integers up to chosen rows: what lies between two rows is added up, not stored.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"

// As many integers of 22 bits add up to less than 2^32.
#define BLOCK 1024
#define SHORT_WIDTH 22

COLONNADE_CLONES
static uint64_t short_sum(const uint32_t *restrict values, size_t count) {
  uint32_t total = 0;
  for (size_t i = 0; i < count; i++) total += values[i];
  return total;
}

COLONNADE_CLONES
static uint64_t long_sum(const uint32_t *restrict values, size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) total += values[i];
  return total;
}

COLONNADE_CLONES
static uint64_t wide_sum(const uint64_t *restrict values, size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) total += values[i];
  return total;
}

// A block of integers, unpacked.
typedef struct {
  union {
    uint32_t narrow[BLOCK];
    uint64_t wide[BLOCK];
  } values;
  unsigned bitWidth;
} block;

static inline void fill(
    block *target, const uint8_t *body, size_t count, size_t first, size_t some,
    unsigned bitWidth) {
  target->bitWidth = bitWidth;
  colonnade_unpack(
      &target->values, bitWidth <= 32 ? 4 : 8, body, count, first, some, 0, bitWidth);
}

static inline uint64_t sum(const block *source, size_t from, size_t end) {
  if (source->bitWidth <= SHORT_WIDTH) return short_sum(source->values.narrow + from, end - from);
  if (source->bitWidth <= 32) return long_sum(source->values.narrow + from, end - from);
  return wide_sum(source->values.wide + from, end - from);
}

void colonnade_delta_rows(
    void *target, unsigned width, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth) {
  const uint8_t *packed = body + (count + BLOCK - 1) / BLOCK * 8;
  uint8_t *out = target;
  block unpacked;
  for (size_t i = 0; i < rowCount;) {
    const size_t start = rows[i] / BLOCK * BLOCK;
    const size_t some = count - start < BLOCK ? count - start : BLOCK;
    uint64_t value;
    memcpy(&value, body + start / BLOCK * 8, 8);
    fill(&unpacked, packed, count, start, some, bitWidth);
    // The first integer of a block is none: the value stands before it.
    for (size_t next = 1; i < rowCount && rows[i] - start < some; i++) {
      const size_t end = rows[i] - start + 1;
      value += sum(&unpacked, next, end) + base * (end - next);
      next = end;
      memcpy(out + i * width, &value, width);
    }
  }
}

void colonnade_delta_rows_portable(
    void *target, unsigned width, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth) {
  const uint8_t *packed = body + (count + BLOCK - 1) / BLOCK * 8;
  uint8_t *out = target;
  for (size_t i = 0; i < rowCount; i++) {
    const size_t start = rows[i] / BLOCK * BLOCK;
    uint64_t value;
    memcpy(&value, body + start / BLOCK * 8, 8);
    for (size_t next = start + 1; next <= rows[i]; next++) {
      value += base + colonnade_unpack_one(packed, count, next, bitWidth);
    }
    memcpy(out + i * width, &value, width);
  }
}

uint64_t colonnade_packed_starts(
    uint32_t *starts, uint32_t *values, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth) {
  uint64_t total = 0;
  block unpacked;
  size_t i = 0;
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t some = count - start < BLOCK ? count - start : BLOCK;
    fill(&unpacked, body, count, start, some, bitWidth);
    size_t next = 0;
    for (; i < rowCount && rows[i] - start < some; i++) {
      const size_t row = rows[i] - start;
      total += sum(&unpacked, next, row) + base * (row - next);
      next = row;
      starts[i] = (uint32_t)total;
      values[i] = (uint32_t)(base + unpacked.values.narrow[row]);
    }
    total += sum(&unpacked, next, some) + base * (some - next);
  }
  return total;
}

uint64_t colonnade_packed_starts_portable(
    uint32_t *starts, uint32_t *values, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth) {
  uint64_t total = 0;
  size_t i = 0;
  for (size_t row = 0; row < count; row++) {
    const uint64_t value = base + colonnade_unpack_one(body, count, row, bitWidth);
    for (; i < rowCount && rows[i] == row; i++) {
      starts[i] = (uint32_t)total;
      values[i] = (uint32_t)value;
    }
    total += value;
  }
  return total;
}
