// Bounds of strings and binary values, and values without the nulls between them.
#include <string.h>

#include "colonnade_bounds.h"

static inline int is_present(const uint8_t *bits, size_t bit) {
  return bits == NULL || (bits[bit >> 3] >> (bit & 7) & 1);
}

// Every value is copied where the next one goes, and kept by moving on.
#define PRESENT(TYPE)                                                                          \
  {                                                                                            \
    TYPE *out = target;                                                                        \
    const TYPE *in = values;                                                                   \
    size_t kept = 0;                                                                           \
    for (size_t i = 0; i < count; i++) {                                                       \
      size_t bit = firstBit + i;                                                               \
      out[kept] = in[i];                                                                       \
      kept += bits[bit >> 3] >> (bit & 7) & 1;                                                 \
    }                                                                                          \
    return kept;                                                                               \
  }

typedef struct {
  uint64_t low, high;
} wide;

size_t colonnade_present(
    void *target, const void *values, unsigned width, const uint8_t *bits, size_t firstBit,
    size_t count) {
  switch (width) {
    case 1: PRESENT(uint8_t)
    case 2: PRESENT(uint16_t)
    case 4: PRESENT(uint32_t)
    case 8: PRESENT(uint64_t)
    case 16: PRESENT(wide)
    default: return 0;
  }
}

typedef struct {
  uint32_t length;
  uint8_t bytes[12];
} view;

static inline uint32_t prefix_of(const view *v) {
  uint32_t prefix;
  memcpy(&prefix, v->bytes, 4);
  return __builtin_bswap32(prefix);
}

static inline const uint8_t *bytes_of(const view *v, const uint8_t *const *buffers) {
  if (v->length <= 12) return v->bytes;
  uint32_t buffer, offset;
  memcpy(&buffer, v->bytes + 4, 4);
  memcpy(&offset, v->bytes + 8, 4);
  return buffers[buffer] + offset;
}

static int compare_views(const view *a, const view *b, const uint8_t *const *buffers) {
  // Bytes behind a short value are zero: where the first four differ they decide.
  uint32_t left = prefix_of(a), right = prefix_of(b);
  if (left != right) return left < right ? -1 : 1;
  uint32_t shared = a->length < b->length ? a->length : b->length;
  if (shared > 4) {
    int order = memcmp(bytes_of(a, buffers) + 4, bytes_of(b, buffers) + 4, shared - 4);
    if (order != 0) return order;
  }
  return a->length < b->length ? -1 : a->length > b->length;
}

static inline int are_same(const view *a, const view *b) {
  uint64_t left[2], right[2];
  memcpy(left, a, 16);
  memcpy(right, b, 16);
  return ((left[0] ^ right[0]) | (left[1] ^ right[1])) == 0;
}

// SAME tells of two values that they are one, as far as that is told at once: runs of one value, as a
// column has that a table is partitioned by, are passed over.
#define BYTE_BOUNDS(COMPARE, SAME, BETWEEN)                                                    \
  {                                                                                            \
    size_t first = 0;                                                                          \
    while (first < count && !is_present(bits, firstBit + first)) first++;                      \
    size_t low = first, high = first, previous = first;                                        \
    unsigned falls = 0, rises = 0;                                                             \
    for (size_t i = first + 1; i < count; i++) {                                               \
      if (!is_present(bits, firstBit + i) || SAME(i, previous)) continue;                      \
      if (!(falls && rises)) {                                                                 \
        int step = COMPARE(i, previous);                                                       \
        falls |= step < 0;                                                                     \
        rises |= step > 0;                                                                     \
        previous = i;                                                                          \
      } else if (BETWEEN(i)) {                                                                 \
        return 0;                                                                              \
      }                                                                                        \
      if (COMPARE(i, low) < 0) {                                                               \
        low = i;                                                                               \
      } else if (COMPARE(i, high) > 0) {                                                       \
        high = i;                                                                              \
      }                                                                                        \
    }                                                                                          \
    *least = low;                                                                              \
    *greatest = high;                                                                          \
    return (falls ? 0u : 1u) | (rises ? 0u : 2u);                                              \
  }

// Bounds of values that neither rise nor fall, from one whose predecessors are in `low` and `high` on:
// most lie between both by their first bytes, or have the view of one of them.
static void bounds_between(
    const view *v, const uint8_t *const *buffers, const uint8_t *bits, size_t firstBit, size_t from,
    size_t count, size_t *least, size_t *greatest) {
  size_t low = *least, high = *greatest;
  uint32_t lowest = prefix_of(&v[low]), highest = prefix_of(&v[high]);
  for (size_t i = from; i < count; i++) {
    const uint32_t prefix = prefix_of(&v[i]);
    if (prefix > lowest && prefix < highest) continue;
    if (!is_present(bits, firstBit + i)) continue;
    if (are_same(&v[i], &v[low]) || are_same(&v[i], &v[high])) continue;
    if (compare_views(&v[i], &v[low], buffers) < 0) {
      low = i;
      lowest = prefix;
    } else if (compare_views(&v[i], &v[high], buffers) > 0) {
      high = i;
      highest = prefix;
    }
  }
  *least = low;
  *greatest = high;
}

colonnade_order colonnade_bounds_views(
    const void *views, const uint8_t *const *buffers, const uint8_t *bits, size_t firstBit,
    size_t count, size_t *least, size_t *greatest) {
  const view *v = views;
#define COMPARE_VIEWS(i, j) compare_views(&v[i], &v[j], buffers)
#define VIEWS_BETWEEN(i)                                                                       \
  (*least = low, *greatest = high,                                                             \
   bounds_between(v, buffers, bits, firstBit, i, count, least, greatest), 1)
#define SAME_VIEWS(i, j) are_same(&v[i], &v[j])
  BYTE_BOUNDS(COMPARE_VIEWS, SAME_VIEWS, VIEWS_BETWEEN)
}

colonnade_order colonnade_bounds_bytes(
    const uint8_t *values, size_t width, const uint8_t *bits, size_t firstBit, size_t count,
    size_t *least, size_t *greatest) {
#define COMPARE_BYTES(i, j) memcmp(values + (i) * width, values + (j) * width, width)
#define NONE_BETWEEN(i) 0
#define NEVER_SAME(i, j) 0
  BYTE_BOUNDS(COMPARE_BYTES, NEVER_SAME, NONE_BETWEEN)
}
