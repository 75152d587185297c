// Sums of packed integers up to chosen rows: what lies between two rows is added up, not stored.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"
#include "packed_lanes.h"

// As many integers of 22 bits add up to less than 2^32.
#define BLOCK COLONNADE_BLOCK
#define SHORT_WIDTH 22

// Whether the block at `start` is summed where it stands, by `short_prefixes`.
static inline int is_short(size_t start, size_t count, unsigned bitWidth) {
  return bitWidth > 0 && bitWidth <= SHORT_WIDTH && count - start >= BLOCK;
}

// Of a block whose integers have 1 to 22 bits: for ascending rows, all of the block, which starts at
// row `first`, the integer there and the sum of those before it. Returns the sum of all where
// `isWhole`.
COLONNADE_CLONES
static uint32_t short_prefixes(
    uint32_t *restrict starts, uint32_t *restrict values, const uint8_t *block,
    const uint32_t *restrict rows, size_t rowCount, uint32_t first, unsigned bitWidth,
    int isWhole) {
  const colonnade_lanes places = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                  16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
  colonnade_lanes total = 0;
  size_t i = 0;
  for (unsigned step = 0; step < BLOCK / COLONNADE_LANES; step++) {
    if (i == rowCount && !isWhole) break;
    colonnade_lanes found;
    colonnade_load_lanes(&found, block, step, bitWidth);
    for (; i < rowCount && (rows[i] - first) / COLONNADE_LANES == step; i++) {
      const uint32_t lane = (rows[i] - first) % COLONNADE_LANES;
      const colonnade_lanes before = found & __builtin_convertvector(places < lane, colonnade_lanes);
      starts[i] = __builtin_reduce_add(total + before);
      memcpy(&values[i], (const uint8_t *)&found + lane * sizeof(uint32_t), sizeof(uint32_t));
    }
    total += found;
  }
  return __builtin_reduce_add(total);
}

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
    // The first integer of a block is none: the value stands before it.
    if (is_short(start, count, bitWidth)) {
      const uint8_t *words = packed + start / BLOCK * 128 * bitWidth;
      const size_t more = colonnade_rows_lower_bound(rows + i, rowCount - i, start + BLOCK);
      uint32_t starts[BLOCK], integers[BLOCK];
      const uint64_t none = colonnade_unpack_one(words, BLOCK, 0, bitWidth);
      // Rows may come again, and be more than a block has.
      const size_t taken = more < BLOCK ? more : BLOCK;
      short_prefixes(starts, integers, words, rows + i, taken, (uint32_t)start, bitWidth, 0);
      for (size_t k = 0; k < taken; k++, i++) {
        const uint64_t sum = (uint64_t)starts[k] + integers[k] - none;
        const uint64_t reached = value + sum + base * (rows[i] - start);
        memcpy(out + i * width, &reached, width);
      }
      continue;
    }
    fill(&unpacked, packed, count, start, some, bitWidth);
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
    if (is_short(start, count, bitWidth)) {
      const size_t more = colonnade_rows_lower_bound(rows + i, rowCount - i, start + BLOCK);
      const uint64_t sum = short_prefixes(
          starts + i, values + i, body + start / BLOCK * 128 * bitWidth, rows + i, more,
          (uint32_t)start, bitWidth, 1);
      for (const size_t end = i + more; i < end; i++) {
        starts[i] += (uint32_t)(total + base * (rows[i] - start));
        values[i] += (uint32_t)base;
      }
      total += sum + base * BLOCK;
      continue;
    }
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
