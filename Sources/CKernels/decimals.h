// Integers as doubles and back through their bits: below 2^51 the double 3 · 2^51 + i holds i in the
// low bits of its fraction, which vector units can do without a conversion of their own.
#ifndef COLONNADE_DECIMALS_H
#define COLONNADE_DECIMALS_H

#include <stdint.h>
#include <string.h>

#include "colonnade_packed.h"
#include "packed_lanes.h"

#define DECIMAL_MAGIC 6755399441055744.0
#define DECIMAL_MAGIC_BITS UINT64_C(0x4338000000000000)
// 2^50: integers of decimals are below it in magnitude.
#define DECIMAL_LARGEST 1125899906842624.0

// The f64 nearest to 10^-scale, for decimals that are products.
static const double decimal_inverses[19] = {1e0,   1e-1,  1e-2,  1e-3,  1e-4,  1e-5,  1e-6,
                                            1e-7,  1e-8,  1e-9,  1e-10, 1e-11, 1e-12, 1e-13,
                                            1e-14, 1e-15, 1e-16, 1e-17, 1e-18};

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

// 1 where the i64 is not of magnitude below 2^50, for which doubles are not asked.
static inline uint64_t decimal_is_large(uint64_t integer) {
  return (integer + (UINT64_C(1) << 50)) >> 51 != 0;
}

// Integers that are unpacked together, so that they stay in the nearest cache until they are used.
#define DECIMAL_BLOCK 1024

// Whether they are small, packed, and an i32 holds them before base is added: one instruction makes
// doubles of them.
static inline int decimals_are_narrow(uint64_t base, unsigned bitWidth) {
  return bitWidth > 0 && bitWidth <= 31 && colonnade_decimals_are_small(base, bitWidth);
}

// How many of the integers from `first` on end a block or all that is wanted.
static inline size_t decimal_block(size_t first, size_t wanted) {
  size_t left = DECIMAL_BLOCK - first % DECIMAL_BLOCK;
  return wanted < left ? wanted : left;
}

// Whether `some` integers from `first` on of `count` are a block that is stored in lanes.
static inline int decimal_block_is_whole(size_t first, size_t some, size_t count) {
  return some == DECIMAL_BLOCK && count - first >= DECIMAL_BLOCK;
}

// Integers of one step of a block, as doubles in parts that a few registers hold.
#define DECIMAL_PARTS 4

typedef double decimal_doubles __attribute__((ext_vector_type(8)));
typedef int32_t decimal_integers __attribute__((ext_vector_type(8)));

typedef struct {
  decimal_doubles parts[DECIMAL_PARTS];
} decimal_lanes;

// Those of step `step` of a block whose bit width is 1 to 31.
static inline __attribute__((always_inline)) void decimal_load(
    decimal_lanes *target, const uint8_t *block, unsigned step, unsigned bitWidth) {
  colonnade_lanes found;
  colonnade_load_lanes(&found, block, step, bitWidth);
  decimal_integers integers[DECIMAL_PARTS];
  memcpy(integers, &found, sizeof found);
  for (unsigned part = 0; part < DECIMAL_PARTS; part++) {
    target->parts[part] = __builtin_convertvector(integers[part], decimal_doubles);
  }
}

#endif
