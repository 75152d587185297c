// Floats that are decimals: an integer over a power of ten, and back to the same bits.
// Integers go in and out of doubles through their bits: below 2^51 the double of magnitude
// 3 · 2^51 + i holds i in the low bits of its fraction, which vector units can do without a
// conversion of their own.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"

#define MAGIC 6755399441055744.0
#define MAGIC_BITS UINT64_C(0x4338000000000000)
#define LARGEST 1125899906842624.0

static const double powers[19] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                  1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

static inline double from_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

static inline uint64_t to_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  return bits;
}

static inline uint32_t to_bits_4(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

// Not fused with what follows: both processors that fuse and those that do not give the same
// digits, and so the same file.
#pragma STDC FP_CONTRACT OFF

#define DIGITS(NAME, FLOAT, BITS)                                                              \
  COLONNADE_CLONES                                                                             \
  static void NAME(uint64_t *restrict digits, uint8_t *restrict misses,                        \
                   const FLOAT *restrict in, size_t count, double power) {                     \
    for (size_t i = 0; i < count; i++) {                                                       \
      double scaled = (double)in[i] * power;                                                   \
      double shifted = scaled + MAGIC;                                                         \
      double whole = shifted - MAGIC;                                                          \
      FLOAT back = (FLOAT)(whole / power);                                                     \
      int fits = whole < LARGEST && whole > -LARGEST;                                          \
      digits[i] = to_bits(shifted) - MAGIC_BITS;                                               \
      misses[i] = (uint8_t)!(fits & (BITS(back) == BITS(in[i])));                              \
    }                                                                                          \
  }

DIGITS(digits_4, float, to_bits_4)
DIGITS(digits_8, double, to_bits)

size_t colonnade_decimal_digits(
    uint64_t *digits, uint8_t *misses, const void *values, unsigned width, size_t count,
    unsigned scale) {
  if (width == 4) {
    digits_4(digits, misses, values, count, powers[scale]);
  } else {
    digits_8(digits, misses, values, count, powers[scale]);
  }
  size_t missed = 0;
  for (size_t i = 0; i < count; i++) missed += misses[i];
  return missed;
}

#define VALUES(NAME, FLOAT, CONVERT)                                                           \
  COLONNADE_CLONES                                                                             \
  static void NAME(FLOAT *restrict out, const uint64_t *restrict digits, size_t count,         \
                   double power) {                                                             \
    for (size_t i = 0; i < count; i++) out[i] = (FLOAT)(CONVERT / power);                      \
  }

VALUES(values_4_small, float, (from_bits(digits[i] + MAGIC_BITS) - MAGIC))
VALUES(values_8_small, double, (from_bits(digits[i] + MAGIC_BITS) - MAGIC))
VALUES(values_4_any, float, (double)(int64_t)digits[i])
VALUES(values_8_any, double, (double)(int64_t)digits[i])

void colonnade_decimal_values(
    void *target, unsigned width, const uint64_t *digits, size_t count, unsigned scale,
    int areSmall) {
  double power = powers[scale];
  if (width == 4) {
    if (areSmall) values_4_small(target, digits, count, power);
    else values_4_any(target, digits, count, power);
  } else {
    if (areSmall) values_8_small(target, digits, count, power);
    else values_8_any(target, digits, count, power);
  }
}
