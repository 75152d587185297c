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

#define BYTE_BOUNDS(COMPARE)                                                                   \
  {                                                                                            \
    size_t first = 0;                                                                          \
    while (first < count && !is_present(bits, firstBit + first)) first++;                      \
    size_t low = first, high = first, previous = first;                                        \
    unsigned falls = 0, rises = 0;                                                             \
    for (size_t i = first + 1; i < count; i++) {                                               \
      if (!is_present(bits, firstBit + i)) continue;                                           \
      if (!(falls && rises)) {                                                                 \
        int step = COMPARE(i, previous);                                                       \
        falls |= step < 0;                                                                     \
        rises |= step > 0;                                                                     \
        previous = i;                                                                          \
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

colonnade_order colonnade_bounds_views(
    const void *views, const uint8_t *const *buffers, const uint8_t *bits, size_t firstBit,
    size_t count, size_t *least, size_t *greatest) {
  const view *v = views;
#define COMPARE_VIEWS(i, j) compare_views(&v[i], &v[j], buffers)
  BYTE_BOUNDS(COMPARE_VIEWS)
}

colonnade_order colonnade_bounds_bytes(
    const uint8_t *values, size_t width, const uint8_t *bits, size_t firstBit, size_t count,
    size_t *least, size_t *greatest) {
#define COMPARE_BYTES(i, j) memcmp(values + (i) * width, values + (j) * width, width)
  BYTE_BOUNDS(COMPARE_BYTES)
}
