// Sums of packed integers up to chosen rows: what lies between two rows is added up, not stored.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"
#include "packed_lanes.h"

// As many integers of 22 bits add up to less than 2^32.
#define BLOCK COLONNADE_BLOCK
#define SHORT_WIDTH 22

// Whether the block at `start` is summed where it stands, by `block_prefixes`.
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

// The integers of a block added up from step to step, 32 lanes to 8. Of a word every other integer is left
// standing, so that there is room between them for sums of four, and then 8 lanes instead of 32 are taken
// apart. `bitWidth`, 2 to 8, is to be known when this is compiled.
typedef uint32_t eight_lanes __attribute__((ext_vector_type(8)));
enum { least_narrow = 2, most_narrow = 8, near_rows = 256, eights = COLONNADE_LANES / 8, steps = BLOCK / COLONNADE_LANES };

// Whether there is room for the sums of all words too: of 6 bits a third pair has less above it.
#define IS_ROOMY(BIT_WIDTH) ((BIT_WIDTH) >= 4 && (BIT_WIDTH) != 6)

// Every other integer of a word whose first starts at bit 0, of `end` bits.
static inline __attribute__((always_inline)) uint32_t every_other(unsigned bitWidth, unsigned end) {
  uint32_t pattern = 0;
#pragma clang loop unroll(full)
  for (unsigned bit = 0; bit < end; bit += 2 * bitWidth) {
    pattern |= ((UINT32_C(1) << bitWidth) - 1) << bit;
  }
  return pattern;
}

// Writes the sums up to and with each step, or, where `isTotal`, only those of all steps.
static inline __attribute__((always_inline)) void narrow_steps(
    eight_lanes *restrict target, const int isTotal, const uint8_t *block, const unsigned bitWidth) {
  const uint32_t two = (UINT32_C(1) << 2 * bitWidth) - 1;
  // Of an integer that goes on in the next word the lower bits; of all words.
  eight_lanes lower = 0, total = 0, all[2] = {0, 0};
  unsigned step = 0, next = 0;
#define ADD_STEP(SUM) (total += (SUM), isTotal ? (void)0 : (void)(target[step++] = total))
#pragma clang loop unroll(full)
  for (unsigned word = 0; word < bitWidth; word++) {
    // Whole integers from bit `start` on; the last of an odd number may have no room above it, so that it
    // is added up alone, as the parts of one are that goes on in the next word.
    const unsigned start = next;
    unsigned whole = (32 - start) / bitWidth;
    if (whole % 2 == 1 && start + whole * bitWidth > 30) whole--;
    const unsigned end = start + whole * bitWidth;
    // Of these widths, what follows starts in the next word.
    next = end == 32 ? 0 : end + bitWidth - 32;
    const uint8_t *row = block + word * sizeof(colonnade_lanes);
    const uint32_t even = every_other(bitWidth, end - start) << start;
    const uint32_t odd = every_other(bitWidth, end - start - bitWidth) << start;
    eight_lanes sums[2] = {0, 0}, upper = 0, last = 0;
#pragma clang loop unroll(full)
    for (unsigned k = 0; k < eights; k++) {
      eight_lanes found;
      memcpy(&found, row + k * sizeof found, sizeof found);
      sums[0] += found & even;
      sums[1] += found >> bitWidth & odd;
      if (start > 0) upper += found & ((UINT32_C(1) << start) - 1);
      if (end < 32) last += found >> end;
    }
    if (start > 0) ADD_STEP(lower + (upper << (bitWidth - start)));
    lower = last;
    if (isTotal && IS_ROOMY(bitWidth)) {
      all[0] += sums[0] >> start;
      all[1] += sums[1] >> start;
    } else {
#pragma clang loop unroll(full)
      for (unsigned k = 0; k < whole; k++) {
        ADD_STEP(sums[k % 2] >> (start + k / 2 * 2 * bitWidth) & two);
      }
    }
    if (end < 32 && next == 0) ADD_STEP(last);
  }
  if (!isTotal) return;
#pragma clang loop unroll(full)
  for (unsigned bit = 0; bit < 32; bit += 2 * bitWidth) {
    total += (all[0] >> bit & two) + (all[1] >> bit & two);
  }
  *target = total;
#undef ADD_STEP
}

#define NARROW_STEPS(TARGET, IS_TOTAL, FROM, BIT_WIDTH)                                        \
  switch (BIT_WIDTH) {                                                                         \
    case 2: narrow_steps(TARGET, IS_TOTAL, FROM, 2); break;                                    \
    case 3: narrow_steps(TARGET, IS_TOTAL, FROM, 3); break;                                    \
    case 4: narrow_steps(TARGET, IS_TOTAL, FROM, 4); break;                                    \
    case 5: narrow_steps(TARGET, IS_TOTAL, FROM, 5); break;                                    \
    case 6: narrow_steps(TARGET, IS_TOTAL, FROM, 6); break;                                    \
    case 7: narrow_steps(TARGET, IS_TOTAL, FROM, 7); break;                                    \
    default: narrow_steps(TARGET, IS_TOTAL, FROM, 8); break;                                   \
  }

// The sum of all integers of a block, of 2 to 8 bits.
COLONNADE_CLONES
static uint32_t narrow_sum(const uint8_t *block, unsigned bitWidth) {
  eight_lanes total;
  NARROW_STEPS(&total, 1, block, bitWidth)
  return __builtin_reduce_add(total);
}

// `short_prefixes` of integers of 2 to 8 bits.
COLONNADE_CLONES
static uint32_t narrow_prefixes(
    uint32_t *restrict starts, uint32_t *restrict values, const uint8_t *block,
    const uint32_t *restrict rows, size_t rowCount, uint32_t first, unsigned bitWidth) {
  const colonnade_lanes places = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                  16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
  // Those up to each step, then those of all.
  eight_lanes sums[steps + 1];
  sums[0] = 0;
  NARROW_STEPS(sums + 1, 0, block, bitWidth)
  for (size_t i = 0; i < rowCount; i++) {
    const uint32_t row = rows[i] - first, lane = row % COLONNADE_LANES, step = row / COLONNADE_LANES;
    colonnade_lanes found;
    colonnade_load_lanes(&found, block, step, bitWidth);
    const colonnade_lanes before =
        found & __builtin_convertvector(places < lane, colonnade_lanes);
    starts[i] = __builtin_reduce_add(sums[step]) + __builtin_reduce_add(before);
    memcpy(&values[i], (const uint8_t *)&found + lane * sizeof(uint32_t), sizeof(uint32_t));
  }
  return __builtin_reduce_add(sums[steps]);
}

static inline uint32_t block_prefixes(
    uint32_t *starts, uint32_t *values, const uint8_t *block, const uint32_t *rows, size_t rowCount,
    uint32_t first, unsigned bitWidth, int isWhole) {
  // The steps up to a row near the start are fewer than it takes to add up all.
  const int isNear = !isWhole && rowCount > 0 && rows[rowCount - 1] - first < near_rows;
  if (bitWidth >= least_narrow && bitWidth <= most_narrow && !isNear) {
    if (rowCount == 0) return narrow_sum(block, bitWidth);
    return narrow_prefixes(starts, values, block, rows, rowCount, first, bitWidth);
  }
  return short_prefixes(starts, values, block, rows, rowCount, first, bitWidth, isWhole);
}

// How many of ascending rows lie in the block at `start`. Most often they are few.
static inline size_t rows_of_block(const uint32_t *rows, size_t rowCount, size_t start) {
  size_t some = 0;
  while (some < rowCount && rows[some] - start < BLOCK) some++;
  return some;
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
      const size_t more = rows_of_block(rows + i, rowCount - i, start);
      uint32_t starts[BLOCK], integers[BLOCK], none;
      memcpy(&none, words, sizeof none);
      none &= (UINT32_C(1) << bitWidth) - 1;
      // Rows may come again, and be more than a block has.
      const size_t taken = more < BLOCK ? more : BLOCK;
      block_prefixes(starts, integers, words, rows + i, taken, (uint32_t)start, bitWidth, 0);
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
      const size_t more = rows_of_block(rows + i, rowCount - i, start);
      const uint64_t sum = block_prefixes(
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
