// Floats in planes of bytes and back. The low bytes of a value stay together, so that one load takes
// them, and those of the next value are masked away.
#include <string.h>

#include "clones.h"
#include "colonnade_split.h"

static inline uint64_t load(const uint8_t *from, unsigned byteCount) {
  uint64_t word = 0;
  for (unsigned i = 0; i < byteCount; i++) word |= (uint64_t)from[i] << (8 * i);
  return word;
}

static inline void store(uint8_t *to, uint64_t word, unsigned byteCount) {
  for (unsigned i = 0; i < byteCount; i++) to[i] = (uint8_t)(word >> (8 * i));
}

// The value that was rotated to `word`.
static inline uint64_t rotated_back(uint64_t word, unsigned width) {
  return word >> 1 | (word & 1) << (8 * width - 1);
}

static inline uint64_t merged(
    unsigned width, const uint8_t *planes, size_t stride, unsigned planeCount, size_t index,
    const uint8_t *low) {
  const unsigned lowCount = width - planeCount;
  uint64_t word = load(low, lowCount);
  for (unsigned p = 0; p < planeCount; p++) {
    word |= (uint64_t)planes[p * stride + index] << (8 * (width - 1 - p));
  }
  return rotated_back(word, width);
}

// The numbers of planes that floats of each width have most often have loops of their own. They load
// and store low bytes of several values at once and leave the last ones, where that would pass the
// end, to the loops that go byte by byte.
#define COMMON(WIDTH, PLANES)                                                                  \
  enum { LOW = WIDTH - PLANES, PAST = (WIDTH + LOW - 1) / LOW - 1 };                           \
  const size_t whole = count > PAST ? count - PAST : 0

// MARK: writing

static inline void split_one(
    uint8_t *planes, size_t stride, uint8_t *low, const uint8_t *values, unsigned width,
    unsigned planeCount, size_t index) {
  const uint64_t value = load(values + index * width, width);
  const uint64_t word = value << 1 | value >> (8 * width - 1);
  for (unsigned p = 0; p < planeCount; p++) {
    planes[p * stride + index] = (uint8_t)(word >> (8 * (width - 1 - p)));
  }
  store(low + index * (width - planeCount), word, width - planeCount);
}

#define SPLIT(NAME, TYPE, PLANES)                                                              \
  static void NAME(uint8_t *restrict planes, size_t stride, uint8_t *restrict low,             \
                   const uint8_t *restrict values, size_t count) {                             \
    COMMON(sizeof(TYPE), PLANES);                                                              \
    const unsigned width = sizeof(TYPE);                                                       \
    uint8_t *restrict next = planes + (PLANES > 1 ? stride : 0);                               \
    for (size_t i = 0; i < whole; i++) {                                                       \
      TYPE word;                                                                               \
      memcpy(&word, values + i * sizeof(TYPE), sizeof(TYPE));                                  \
      word = (TYPE)(word << 1 | word >> (8 * width - 1));                                      \
      planes[i] = (uint8_t)(word >> (8 * (width - 1)));                                        \
      if (PLANES > 1) next[i] = (uint8_t)(word >> (8 * (width - 2)));                          \
      memcpy(low + i * LOW, &word, sizeof(TYPE));                                              \
    }                                                                                          \
    for (size_t i = whole; i < count; i++) {                                                   \
      split_one(planes, stride, low, values, width, PLANES, i);                                \
    }                                                                                          \
  }

SPLIT(split_2_1, uint16_t, 1)
SPLIT(split_4_1, uint32_t, 1)
SPLIT(split_4_2, uint32_t, 2)
SPLIT(split_8_1, uint64_t, 1)
SPLIT(split_8_2, uint64_t, 2)

void colonnade_split(
    uint8_t *planes, size_t stride, uint8_t *low, const void *values, unsigned width,
    unsigned planeCount, size_t count) {
  switch (width * 16 + planeCount) {
    case 0x21: split_2_1(planes, stride, low, values, count); return;
    case 0x41: split_4_1(planes, stride, low, values, count); return;
    case 0x42: split_4_2(planes, stride, low, values, count); return;
    case 0x81: split_8_1(planes, stride, low, values, count); return;
    case 0x82: split_8_2(planes, stride, low, values, count); return;
    default:
      for (size_t i = 0; i < count; i++) {
        split_one(planes, stride, low, values, width, planeCount, i);
      }
  }
}

// MARK: reading

void colonnade_split_merge_portable(
    void *target, unsigned width, const uint8_t *planes, size_t stride, unsigned planeCount,
    const uint8_t *low, size_t count) {
  for (size_t i = 0; i < count; i++) {
    store(
        (uint8_t *)target + i * width,
        merged(width, planes, stride, planeCount, i, low + i * (width - planeCount)), width);
  }
}

#define MERGE(NAME, TYPE, PLANES)                                                              \
  COLONNADE_CLONES                                                                             \
  static void NAME(TYPE *restrict out, const uint8_t *restrict planes, size_t stride,          \
                   const uint8_t *restrict low, size_t count) {                                \
    enum { WIDTH = sizeof(TYPE) };                                                             \
    COMMON(WIDTH, PLANES);                                                                     \
    const TYPE mask = (TYPE)(((uint64_t)1 << (8 * LOW)) - 1);                                  \
    const uint8_t *restrict next = planes + (PLANES > 1 ? stride : 0);                         \
    for (size_t i = 0; i < whole; i++) {                                                       \
      TYPE word;                                                                               \
      memcpy(&word, low + i * LOW, WIDTH);                                                     \
      word = (TYPE)((word & mask) | (TYPE)((TYPE)planes[i] << (8 * (WIDTH - 1))));             \
      if (PLANES > 1) word |= (TYPE)((TYPE)next[i] << (8 * (WIDTH - 2)));                      \
      out[i] = (TYPE)(word >> 1 | word << (8 * WIDTH - 1));                                    \
    }                                                                                          \
    for (size_t i = whole; i < count; i++) {                                                   \
      out[i] = (TYPE)merged(WIDTH, planes, stride, PLANES, i, low + i * LOW);                  \
    }                                                                                          \
  }

MERGE(merge_2_1, uint16_t, 1)
MERGE(merge_4_1, uint32_t, 1)
MERGE(merge_4_2, uint32_t, 2)
MERGE(merge_8_1, uint64_t, 1)
MERGE(merge_8_2, uint64_t, 2)

void colonnade_split_merge(
    void *target, unsigned width, const uint8_t *planes, size_t stride, unsigned planeCount,
    const uint8_t *low, size_t count) {
  switch (width * 16 + planeCount) {
    case 0x21: merge_2_1(target, planes, stride, low, count); return;
    case 0x41: merge_4_1(target, planes, stride, low, count); return;
    case 0x42: merge_4_2(target, planes, stride, low, count); return;
    case 0x81: merge_8_1(target, planes, stride, low, count); return;
    case 0x82: merge_8_2(target, planes, stride, low, count); return;
    default:
      colonnade_split_merge_portable(target, width, planes, stride, planeCount, low, count);
  }
}

void colonnade_split_gather(
    void *target, unsigned width, const uint8_t *planes, size_t stride, unsigned planeCount,
    const uint8_t *low, size_t firstLow, const uint32_t *rows, size_t rowCount) {
  const unsigned lowCount = width - planeCount;
  for (size_t i = 0; i < rowCount; i++) {
    store(
        (uint8_t *)target + i * width,
        merged(width, planes, stride, planeCount, rows[i], low + (rows[i] - firstLow) * lowCount),
        width);
  }
}
