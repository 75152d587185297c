// Integers as doubles and back through their bits: below 2^51 the double 3 · 2^51 + i holds i in the
// low bits of its fraction, which vector units can do without a conversion of their own.
#ifndef COLONNADE_DECIMALS_H
#define COLONNADE_DECIMALS_H

#include <stdint.h>
#include <string.h>

#define DECIMAL_MAGIC 6755399441055744.0
#define DECIMAL_MAGIC_BITS UINT64_C(0x4338000000000000)
// 2^50: integers of decimals are below it in magnitude.
#define DECIMAL_LARGEST 1125899906842624.0

static const double decimal_powers[19] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                          1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                          1e14, 1e15, 1e16, 1e17, 1e18};

static inline uint64_t decimal_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  return bits;
}

// The double of an i64 of magnitude below 2^51.
static inline double decimal_double(uint64_t integer) {
  integer += DECIMAL_MAGIC_BITS;
  double value;
  memcpy(&value, &integer, 8);
  return value - DECIMAL_MAGIC;
}

#endif
