// Least and greatest values; lanes are kept apart so that the loops vectorise.
#include "colonnade_bounds.h"

#include <math.h>

#include "clones.h"

#define INTEGER_BOUNDS(NAME, TYPE)                                                             \
  COLONNADE_CLONES                                                                             \
  colonnade_order NAME(const TYPE *v, size_t count, TYPE *least, TYPE *greatest) {             \
    TYPE low = v[0], high = v[0];                                                              \
    for (size_t i = 1; i < count; i++) {                                                       \
      low = v[i] < low ? v[i] : low;                                                           \
      high = v[i] > high ? v[i] : high;                                                        \
    }                                                                                          \
    *least = low;                                                                              \
    *greatest = high;                                                                          \
    unsigned falls = 0, rises = 0;                                                             \
    for (size_t i = 1; i < count;) {                                                           \
      size_t end = count - i > 512 ? i + 512 : count;                                          \
      for (; i < end; i++) {                                                                   \
        falls |= v[i] < v[i - 1];                                                              \
        rises |= v[i] > v[i - 1];                                                              \
      }                                                                                        \
      if (falls && rises) return 0;                                                            \
    }                                                                                          \
    return (falls ? 0u : 1u) | (rises ? 0u : 2u);                                              \
  }

INTEGER_BOUNDS(colonnade_bounds_i8, int8_t)
INTEGER_BOUNDS(colonnade_bounds_i16, int16_t)
INTEGER_BOUNDS(colonnade_bounds_i32, int32_t)
INTEGER_BOUNDS(colonnade_bounds_i64, int64_t)
INTEGER_BOUNDS(colonnade_bounds_u8, uint8_t)
INTEGER_BOUNDS(colonnade_bounds_u16, uint16_t)
INTEGER_BOUNDS(colonnade_bounds_u32, uint32_t)
INTEGER_BOUNDS(colonnade_bounds_u64, uint64_t)

#define FLOAT_BOUNDS(NAME, TYPE)                                                               \
  COLONNADE_CLONES                                                                             \
  colonnade_order NAME(                                                                        \
      const TYPE *v, size_t count, TYPE *least, TYPE *greatest, size_t *nanCount) {            \
    enum { lanes = 16 };                                                                       \
    TYPE low[lanes], high[lanes];                                                              \
    uint32_t nans[lanes] = {0};                                                                \
    size_t total = 0, i = 0;                                                                   \
    for (int l = 0; l < lanes; l++) low[l] = (TYPE)INFINITY, high[l] = (TYPE)-INFINITY;        \
    for (; i + lanes <= count; i += lanes) {                                                   \
      for (int l = 0; l < lanes; l++) {                                                        \
        TYPE x = v[i + l];                                                                     \
        low[l] = x < low[l] ? x : low[l];                                                      \
        high[l] = x > high[l] ? x : high[l];                                                   \
        nans[l] += x != x;                                                                     \
      }                                                                                        \
    }                                                                                          \
    for (; i < count; i++) {                                                                   \
      TYPE x = v[i];                                                                           \
      low[0] = x < low[0] ? x : low[0];                                                        \
      high[0] = x > high[0] ? x : high[0];                                                     \
      total += x != x;                                                                         \
    }                                                                                          \
    for (int l = 0; l < lanes; l++) {                                                          \
      low[0] = low[l] < low[0] ? low[l] : low[0];                                              \
      high[0] = high[l] > high[0] ? high[l] : high[0];                                         \
      total += nans[l];                                                                        \
    }                                                                                          \
    *least = low[0];                                                                           \
    *greatest = high[0];                                                                       \
    *nanCount = total;                                                                         \
    unsigned falls = 0, rises = 0;                                                             \
    for (size_t j = 1; j < count && !(falls && rises); j++) {                                  \
      TYPE a = v[j - 1], b = v[j];                                                             \
      falls |= b < a || (a != a && b == b);                                                    \
      rises |= b > a || (b != b && a == a);                                                    \
    }                                                                                          \
    return (falls ? 0u : 1u) | (rises ? 0u : 2u);                                              \
  }

FLOAT_BOUNDS(colonnade_bounds_f32, float)
FLOAT_BOUNDS(colonnade_bounds_f64, double)
