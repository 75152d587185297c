// Comparisons into bitmaps: 64 flags of one byte, which the compiler makes vectors of, then packed
// into a word.
#define _GNU_SOURCE
#include "colonnade_compare.h"

#include <string.h>

#include "clones.h"

/// 64 bytes of 0 or 1 as 64 bits, the first byte lowest.
static inline uint64_t pack(const uint8_t *flags) {
  uint64_t bits = 0;
  for (int i = 0; i < 8; i++) {
    uint64_t bytes;
    memcpy(&bytes, flags + i * 8, 8);
    bits |= ((bytes * UINT64_C(0x0102040810204080)) >> 56) << (i * 8);
  }
  return bits;
}

// Evaluates EXPRESSION, in which `k` is the index of a value, for all values.
#define EACH(EXPRESSION)                                                      \
  do {                                                                        \
    size_t i = 0;                                                             \
    for (; i + 64 <= count; i += 64) {                                        \
      uint8_t flags[64];                                                      \
      for (size_t j = 0; j < 64; j++) {                                       \
        size_t k = i + j;                                                     \
        flags[j] = (uint8_t)(EXPRESSION);                                     \
      }                                                                       \
      bits[i / 64] = pack(flags);                                             \
    }                                                                         \
    if (i < count) {                                                          \
      uint64_t word = 0;                                                      \
      for (size_t k = i; k < count; k++) {                                    \
        word |= (uint64_t)((EXPRESSION) ? 1 : 0) << (k - i);                  \
      }                                                                       \
      bits[i / 64] = word;                                                    \
    }                                                                         \
  } while (0)

#define COMPARE(NAME, TYPE)                                                                   \
  COLONNADE_CLONES                                                                            \
  void colonnade_compare_##NAME(                                                              \
      uint64_t *bits, const TYPE *values, size_t count, TYPE constant, int operation) {       \
    switch (operation) {                                                                      \
      case COLONNADE_EQUAL: EACH(values[k] == constant); break;                               \
      case COLONNADE_LESS: EACH(values[k] < constant); break;                                 \
      default: EACH(values[k] <= constant); break;                                            \
    }                                                                                         \
  }                                                                                           \
  COLONNADE_CLONES                                                                            \
  void colonnade_compare_pairs_##NAME(                                                        \
      uint64_t *bits, const TYPE *values, const TYPE *others, size_t count, int operation) {  \
    switch (operation) {                                                                      \
      case COLONNADE_EQUAL: EACH(values[k] == others[k]); break;                              \
      case COLONNADE_LESS: EACH(values[k] < others[k]); break;                                \
      default: EACH(values[k] <= others[k]); break;                                           \
    }                                                                                         \
  }

COMPARE(i8, int8_t)
COMPARE(i16, int16_t)
COMPARE(i32, int32_t)
COMPARE(i64, int64_t)
COMPARE(u8, uint8_t)
COMPARE(u16, uint16_t)
COMPARE(u32, uint32_t)
COMPARE(u64, uint64_t)

#define COMPARE_FLOAT(NAME, TYPE)                                                             \
  COLONNADE_CLONES                                                                            \
  void colonnade_nan_##NAME(uint64_t *bits, const TYPE *values, size_t count) {               \
    EACH(values[k] != values[k]);                                                             \
  }                                                                                           \
  COLONNADE_CLONES                                                                            \
  void colonnade_compare_##NAME(                                                              \
      uint64_t *bits, const TYPE *values, size_t count, double constant, int operation) {     \
    if (constant != constant) {                                                               \
      switch (operation) {                                                                    \
        case COLONNADE_EQUAL: EACH(values[k] != values[k]); break;                            \
        case COLONNADE_LESS: EACH(values[k] == values[k]); break;                             \
        default: EACH(k < count); break;                                                            \
      }                                                                                       \
      return;                                                                                 \
    }                                                                                         \
    switch (operation) {                                                                      \
      case COLONNADE_EQUAL: EACH((double)values[k] == constant); break;                       \
      case COLONNADE_LESS: EACH((double)values[k] < constant); break;                         \
      default: EACH((double)values[k] <= constant); break;                                    \
    }                                                                                         \
  }                                                                                           \
  COLONNADE_CLONES                                                                            \
  void colonnade_compare_pairs_##NAME(                                                        \
      uint64_t *bits, const TYPE *values, const TYPE *others, size_t count, int operation) {  \
    switch (operation) {                                                                      \
      case COLONNADE_EQUAL:                                                                   \
        EACH((values[k] == others[k]) |                                                       \
             ((values[k] != values[k]) & (others[k] != others[k])));                          \
        break;                                                                                \
      case COLONNADE_LESS:                                                                    \
        EACH((values[k] < others[k]) |                                                        \
             ((values[k] == values[k]) & (others[k] != others[k])));                          \
        break;                                                                                \
      default: EACH((values[k] <= others[k]) | (others[k] != others[k])); break;              \
    }                                                                                         \
  }

COMPARE_FLOAT(f32, float)
COMPARE_FLOAT(f64, double)

static inline uint32_t view_size(const uint64_t *view) { return (uint32_t)view[0]; }

static inline const uint8_t *view_bytes(const uint64_t *view, const uint8_t *const *buffers) {
  if (view_size(view) <= 12) return (const uint8_t *)view + 4;
  return buffers[(uint32_t)view[1]] + (uint32_t)(view[1] >> 32);
}

static void views_equal(
    uint64_t *bits, const uint64_t *views, size_t count, const uint8_t *const *buffers,
    const uint8_t *constant, size_t byteCount) {
  uint64_t wanted[2] = {0, 0};
  uint32_t size = (uint32_t)byteCount;
  memcpy(wanted, &size, 4);
  memcpy((uint8_t *)wanted + 4, constant, byteCount <= 12 ? byteCount : 4);
  if (byteCount <= 12) {
    EACH((views[2 * k] == wanted[0]) & (views[2 * k + 1] == wanted[1]));
  } else {
    // Length and prefix first; the rest only where they agree.
    EACH(views[2 * k] == wanted[0] &&
         memcmp(view_bytes(views + 2 * k, buffers), constant, byteCount) == 0);
  }
}

/// The first four bytes of a constant as they stand in a view, padded with zeros.
static inline uint32_t constant_prefix(const uint8_t *constant, size_t byteCount) {
  uint32_t prefix = 0;
  memcpy(&prefix, constant, byteCount < 4 ? byteCount : 4);
  return prefix;
}

static inline uint32_t view_prefix(const uint64_t *view) { return (uint32_t)(view[0] >> 32); }

COLONNADE_CLONES
static void views_prefixed(
    uint64_t *bits, const uint64_t *views, size_t count, const uint8_t *const *buffers,
    const uint8_t *constant, size_t byteCount) {
  uint32_t wanted = constant_prefix(constant, byteCount);
  uint32_t mask = byteCount >= 4 ? UINT32_MAX : (UINT32_C(1) << (8 * byteCount)) - 1;
  if (byteCount <= 4) {
    EACH(((view_prefix(views + 2 * k) & mask) == wanted) &
         (view_size(views + 2 * k) >= byteCount));
  } else {
    EACH(view_prefix(views + 2 * k) == wanted && view_size(views + 2 * k) >= byteCount &&
         memcmp(view_bytes(views + 2 * k, buffers), constant, byteCount) == 0);
  }
}

static inline int has_suffix(
    const uint64_t *view, const uint8_t *const *buffers, const uint8_t *constant,
    size_t byteCount) {
  size_t size = view_size(view);
  return size >= byteCount &&
         memcmp(view_bytes(view, buffers) + size - byteCount, constant, byteCount) == 0;
}

void colonnade_views_match(
    uint64_t *bits, const uint64_t *views, size_t count, const uint8_t *const *buffers,
    const uint8_t *constant, size_t byteCount, int kind) {
  switch (kind) {
    case COLONNADE_MATCH_EQUAL:
      views_equal(bits, views, count, buffers, constant, byteCount);
      break;
    case COLONNADE_MATCH_PREFIX:
      views_prefixed(bits, views, count, buffers, constant, byteCount);
      break;
    case COLONNADE_MATCH_SUFFIX:
      EACH(has_suffix(views + 2 * k, buffers, constant, byteCount));
      break;
    default:
      EACH(view_size(views + 2 * k) >= byteCount &&
           memmem(view_bytes(views + 2 * k, buffers), view_size(views + 2 * k), constant,
                  byteCount) != NULL);
      break;
  }
}

static inline int view_order(
    const uint64_t *view, const uint8_t *const *buffers, const uint8_t *constant,
    size_t byteCount, uint32_t prefix) {
  // Where the first four bytes differ, padding included, they decide.
  uint32_t own = __builtin_bswap32(view_prefix(view));
  if (own != prefix) return own < prefix ? -1 : 1;
  size_t size = view_size(view), shared = size < byteCount ? size : byteCount;
  int order = memcmp(view_bytes(view, buffers), constant, shared);
  return order != 0 ? order : size < byteCount ? -1 : size > byteCount;
}

void colonnade_views_compare(
    uint64_t *bits, const uint64_t *views, size_t count, const uint8_t *const *buffers,
    const uint8_t *constant, size_t byteCount, int operation) {
  uint32_t prefix = __builtin_bswap32(constant_prefix(constant, byteCount));
  switch (operation) {
    case COLONNADE_EQUAL:
      views_equal(bits, views, count, buffers, constant, byteCount);
      break;
    case COLONNADE_LESS:
      EACH(view_order(views + 2 * k, buffers, constant, byteCount, prefix) < 0);
      break;
    default:
      EACH(view_order(views + 2 * k, buffers, constant, byteCount, prefix) <= 0);
      break;
  }
}

#define WORDS(NAME, EXPRESSION)                                                       \
  COLONNADE_CLONES                                                                    \
  void colonnade_words_##NAME(                                                        \
      uint64_t *target, const uint64_t *left, const uint64_t *right, size_t count) {  \
    for (size_t i = 0; i < count; i++) target[i] = EXPRESSION;                        \
  }

WORDS(and, left[i] & right[i])
WORDS(or, left[i] | right[i])
WORDS(and_not, left[i] & ~right[i])
