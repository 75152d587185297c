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
  static size_t NAME(uint64_t *restrict digits, uint8_t *restrict misses,                      \
                     const FLOAT *restrict in, size_t count, double power, double factor) {    \
    uint64_t missed = 0;                                                                       \
    for (size_t i = 0; i < count; i++) {                                                       \
      double scaled = (double)in[i] * power;                                                   \
      double shifted = scaled + DECIMAL_MAGIC;                                                 \
      double whole = shifted - DECIMAL_MAGIC;                                                  \
      FLOAT back = (FLOAT)(whole OP factor);                                                   \
      int fits = whole < DECIMAL_LARGEST && whole > -DECIMAL_LARGEST;                          \
      int isMissed = !(fits & (BITS(back) == BITS(in[i])));                                    \
      digits[i] = decimal_bits(shifted) - DECIMAL_MAGIC_BITS;                                  \
      misses[i] = (uint8_t)isMissed;                                                           \
      missed += (uint64_t)isMissed;                                                            \
    }                                                                                          \
    return missed;                                                                             \
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
    return (areProducts ? digits_4_products : digits_4)(
        digits, misses, values, count, power, factor);
  }
  return (areProducts ? digits_8_products : digits_8)(digits, misses, values, count, power, factor);
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

// 10^-scale as the sum of two doubles, the first of 22 bits. For an integer n of magnitude up to 2^31
// n * first + n * second is the double nearest to n / 10^scale, without a division, which takes
// several times as long: n * first is exact, so the sum is rounded once, after an error of at most
// 2^-74 of it. Rounding could go wrong only where n / 10^scale lay as near to the middle between two
// doubles, an odd m / 2^j of 54 bits. They are never equal, since m * 10^scale = n * 2^j asks for an
// n that m divides; so they differ by at least 1 / (10^scale * 2^j), which is 2^-54 / 10^scale of the
// quotient or more: for scales up to 5 over ten times the error.
#define SPLIT_SCALES 6
static const double high_inverses[SPLIT_SCALES] = {
    1, 0x1.999998p-4, 0x1.47ae1p-7, 0x1.0624d8p-10, 0x1.a36e28p-14, 0x1.4f8b58p-17};
static const double low_inverses[SPLIT_SCALES] = {
    0, 0x1.999999999999ap-28, 0x1.1eb851eb851ecp-29, 0x1.4bc6a7ef9db23p-32,
    0x1.ac710cb295e9ep-36, 0x1.1c6d1e108c3f4p-42};

// A whole block of packed digits that an i32 holds before base is added, without writing them
// anywhere.
#define NARROW(NAME, FLOAT, DECIMAL)                                                           \
  COLONNADE_CLONES                                                                             \
  static void NAME(uint8_t *restrict out, const uint8_t *restrict block, unsigned bitWidth,    \
                   double base, double factor, double rest) {                                  \
    typedef FLOAT floats __attribute__((ext_vector_type(8)));                                  \
    (void)factor, (void)rest;                                                                  \
    for (unsigned step = 0; step < DECIMAL_BLOCK / COLONNADE_LANES; step++) {                  \
      decimal_lanes digits;                                                                    \
      decimal_load(&digits, block, step, bitWidth);                                            \
      for (unsigned part = 0; part < DECIMAL_PARTS; part++) {                                  \
        const decimal_doubles whole = base + digits.parts[part];                               \
        const floats values = __builtin_convertvector(whole DECIMAL, floats);                  \
        memcpy(out, &values, sizeof values);                                                   \
        out += sizeof values;                                                                  \
      }                                                                                        \
    }                                                                                          \
  }

NARROW(narrow_quotients_4, float, / factor)
NARROW(narrow_quotients_8, double, / factor)
NARROW(narrow_splits_4, float, * factor + whole * rest)
NARROW(narrow_splits_8, double, * factor + whole * rest)
NARROW(narrow_products_4, float, * factor)
NARROW(narrow_products_8, double, * factor)
NARROW(narrow_whole_4, float, )
NARROW(narrow_whole_8, double, )

static void narrow(
    void *target, unsigned width, const uint8_t *block, unsigned bitWidth, int64_t least,
    unsigned scale) {
  const unsigned places = scale % COLONNADE_PRODUCTS;
  const double base = (double)least;
#define CALL(KIND, FACTOR, REST)                                                               \
  (width == 4 ? KIND##_4 : KIND##_8)(target, block, bitWidth, base, FACTOR, REST)
  if (places == 0) {
    CALL(narrow_whole, 1, 0);
  } else if (scale > COLONNADE_PRODUCTS) {
    CALL(narrow_products, decimal_inverses[places], 0);
  } else if (
      places < SPLIT_SCALES && least >= -(INT64_C(1) << 31) &&
      least + (INT64_C(1) << bitWidth) <= INT64_C(1) << 31) {
    CALL(narrow_splits, high_inverses[places], low_inverses[places]);
  } else {
    CALL(narrow_quotients, decimal_powers[places], 0);
  }
#undef CALL
}

void colonnade_decimal_decode(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth, unsigned scale) {
  uint8_t *out = target;
  const int areNarrow = decimals_are_narrow(base, bitWidth);
  const int areSmall = colonnade_decimals_are_small(base, bitWidth);
  while (wanted > 0) {
    size_t some = decimal_block(first, wanted);
    if (areNarrow && decimal_block_is_whole(first, some, count)) {
      narrow(out, width, body + first / 8 * bitWidth, bitWidth, (int64_t)base, scale);
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
