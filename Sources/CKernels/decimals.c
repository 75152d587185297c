// Floats that are decimals: an integer over a power of ten, and back to the same bits.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"
#include "decimals.h"

static inline uint32_t to_bits_4(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

// Not fused with what follows: both processors that fuse and those that do not give the same
// digits, and so the same file.
#pragma STDC FP_CONTRACT OFF

#define DIGITS(NAME, FLOAT, BITS, OP)                                                          \
  COLONNADE_CLONES                                                                             \
  static void NAME(uint64_t *restrict digits, uint8_t *restrict misses,                        \
                   const FLOAT *restrict in, size_t count, double power, double factor) {      \
    for (size_t i = 0; i < count; i++) {                                                       \
      double scaled = (double)in[i] * power;                                                   \
      double shifted = scaled + DECIMAL_MAGIC;                                                 \
      double whole = shifted - DECIMAL_MAGIC;                                                  \
      FLOAT back = (FLOAT)(whole OP factor);                                                   \
      int fits = whole < DECIMAL_LARGEST && whole > -DECIMAL_LARGEST;                          \
      digits[i] = decimal_bits(shifted) - DECIMAL_MAGIC_BITS;                                  \
      misses[i] = (uint8_t)!(fits & (BITS(back) == BITS(in[i])));                              \
    }                                                                                          \
  }

DIGITS(digits_4, float, to_bits_4, /)
DIGITS(digits_8, double, decimal_bits, /)
DIGITS(digits_4_products, float, to_bits_4, *)
DIGITS(digits_8_products, double, decimal_bits, *)

size_t colonnade_decimal_digits(
    uint64_t *digits, uint8_t *misses, const void *values, unsigned width, size_t count,
    unsigned scale) {
  const int areProducts = scale >= COLONNADE_PRODUCTS;
  scale %= COLONNADE_PRODUCTS;
  const double power = decimal_powers[scale];
  const double factor = areProducts ? decimal_inverses[scale] : power;
  if (width == 4) {
    (areProducts ? digits_4_products : digits_4)(digits, misses, values, count, power, factor);
  } else {
    (areProducts ? digits_8_products : digits_8)(digits, misses, values, count, power, factor);
  }
  size_t missed = 0;
  for (size_t i = 0; i < count; i++) missed += misses[i];
  return missed;
}

#define VALUES(NAME, FLOAT, CONVERT, OP)                                                       \
  COLONNADE_CLONES                                                                             \
  static void NAME(FLOAT *restrict out, const uint64_t *restrict digits, size_t count,         \
                   double factor) {                                                            \
    for (size_t i = 0; i < count; i++) out[i] = (FLOAT)(CONVERT OP factor);                    \
  }

VALUES(values_4_small, float, decimal_double(digits[i]), /)
VALUES(products_4_small, float, decimal_double(digits[i]), *)
VALUES(values_8_small, double, decimal_double(digits[i]), /)
VALUES(products_8_small, double, decimal_double(digits[i]), *)
VALUES(values_4_any, float, (double)(int64_t)digits[i], /)
VALUES(products_4_any, float, (double)(int64_t)digits[i], *)
VALUES(values_8_any, double, (double)(int64_t)digits[i], /)
VALUES(products_8_any, double, (double)(int64_t)digits[i], *)

void colonnade_decimal_values(
    void *target, unsigned width, const uint64_t *digits, size_t count, unsigned scale,
    int areSmall) {
  if (scale >= COLONNADE_PRODUCTS) {
    const double inverse = decimal_inverses[scale - COLONNADE_PRODUCTS];
    if (width == 4) (areSmall ? products_4_small : products_4_any)(target, digits, count, inverse);
    else (areSmall ? products_8_small : products_8_any)(target, digits, count, inverse);
    return;
  }
  double power = decimal_powers[scale];
  if (width == 4) {
    if (areSmall) values_4_small(target, digits, count, power);
    else values_4_any(target, digits, count, power);
  } else {
    if (areSmall) values_8_small(target, digits, count, power);
    else values_8_any(target, digits, count, power);
  }
}

#define NARROW(NAME, FLOAT, DECIMAL)                                                           \
  COLONNADE_CLONES                                                                             \
  static void NAME(FLOAT *restrict out, const uint32_t *restrict packed, size_t count,         \
                   double base, double factor) {                                               \
    (void)factor;                                                                              \
    for (size_t i = 0; i < count; i++) {                                                       \
      out[i] = (FLOAT)((base + (double)(int32_t)packed[i]) DECIMAL);                           \
    }                                                                                          \
  }

NARROW(narrow_quotients_4, float, / factor)
NARROW(narrow_quotients_8, double, / factor)
NARROW(narrow_products_4, float, * factor)
NARROW(narrow_products_8, double, * factor)
NARROW(narrow_whole_4, float, )
NARROW(narrow_whole_8, double, )

static void narrow(
    void *target, unsigned width, const uint32_t *packed, size_t count, double base,
    unsigned scale) {
  const double power = decimal_powers[scale % COLONNADE_PRODUCTS];
  if (scale % COLONNADE_PRODUCTS == 0) {
    if (width == 4) narrow_whole_4(target, packed, count, base, 1);
    else narrow_whole_8(target, packed, count, base, 1);
  } else if (scale > COLONNADE_PRODUCTS) {
    const double inverse = decimal_inverses[scale - COLONNADE_PRODUCTS];
    if (width == 4) narrow_products_4(target, packed, count, base, inverse);
    else narrow_products_8(target, packed, count, base, inverse);
  } else {
    if (width == 4) narrow_quotients_4(target, packed, count, base, power);
    else narrow_quotients_8(target, packed, count, base, power);
  }
}

void colonnade_decimal_decode(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth, unsigned scale) {
  uint8_t *out = target;
  const int areNarrow = decimals_are_narrow(base, bitWidth);
  const int areSmall = colonnade_decimals_are_small(base, bitWidth);
  while (wanted > 0) {
    size_t some = decimal_block(first, wanted);
    if (areNarrow) {
      uint32_t packed[DECIMAL_BLOCK];
      colonnade_unpack(packed, 4, body, count, first, some, 0, bitWidth);
      narrow(out, width, packed, some, (double)(int64_t)base, scale);
    } else {
      uint64_t digits[DECIMAL_BLOCK];
      colonnade_unpack(digits, 8, body, count, first, some, base, bitWidth);
      colonnade_decimal_values(out, width, digits, some, scale, areSmall);
    }
    out += some * width;
    first += some;
    wanted -= some;
  }
}
