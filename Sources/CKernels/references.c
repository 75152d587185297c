// References to another column. Floats are put together as doubles that hold whole numbers: below
// 2^51 those are exact, and vector units multiply and add them without integers of 64 bits. Where a
// block leaves that range it is done again, with more care or with integers.
#include "colonnade_references.h"

#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"
#include "decimals.h"

typedef int8_t __attribute__((may_alias)) signed8;
typedef int16_t __attribute__((aligned(1), may_alias)) signed16;
typedef int32_t __attribute__((aligned(1), may_alias)) signed32;
typedef uint8_t __attribute__((may_alias)) loose8;
typedef uint16_t __attribute__((aligned(1), may_alias)) loose16;
typedef uint32_t __attribute__((aligned(1), may_alias)) loose32;
typedef uint64_t __attribute__((aligned(1), may_alias)) loose64;
typedef float __attribute__((aligned(1), may_alias)) loose_float;
typedef double __attribute__((aligned(1), may_alias)) loose_double;

#pragma STDC FP_CONTRACT OFF

#define WIDEN(NAME, IN, WIDE)                                                                  \
  COLONNADE_CLONES                                                                             \
  static void NAME(uint64_t *restrict target, const IN *restrict in, size_t count) {           \
    for (size_t i = 0; i < count; i++) target[i] = (uint64_t)(WIDE)in[i];                      \
  }

WIDEN(widen_i8, signed8, int64_t)
WIDEN(widen_i16, signed16, int64_t)
WIDEN(widen_i32, signed32, int64_t)
WIDEN(widen_u8, loose8, uint64_t)
WIDEN(widen_u16, loose16, uint64_t)
WIDEN(widen_u32, loose32, uint64_t)

#define ROUND(NAME, FLOAT)                                                                     \
  COLONNADE_CLONES                                                                             \
  static void NAME(uint64_t *restrict target, const FLOAT *restrict in, size_t count,          \
                   double power) {                                                             \
    for (size_t i = 0; i < count; i++) {                                                       \
      double product = (double)in[i] * power;                                                  \
      uint64_t whole = decimal_bits(product + DECIMAL_MAGIC) - DECIMAL_MAGIC_BITS;             \
      target[i] = product < DECIMAL_LARGEST && product > -DECIMAL_LARGEST ? whole : 0;         \
    }                                                                                          \
  }

ROUND(round_4, loose_float)
ROUND(round_8, loose_double)

void colonnade_reference_integers(
    uint64_t *target, const void *values, colonnade_reference reference, size_t count) {
  if (reference.isFloat) {
    double power = decimal_powers[reference.scale];
    if (reference.width == 4) round_4(target, values, count, power);
    else round_8(target, values, count, power);
    return;
  }
  switch (reference.width) {
    case 1:
      if (reference.isSigned) widen_i8(target, values, count);
      else widen_u8(target, values, count);
      break;
    case 2:
      if (reference.isSigned) widen_i16(target, values, count);
      else widen_u16(target, values, count);
      break;
    case 4:
      if (reference.isSigned) widen_i32(target, values, count);
      else widen_u32(target, values, count);
      break;
    default: memcpy(target, values, count * 8);
  }
}

#define COMBINE(NAME, OUT, IN, OP)                                                             \
  COLONNADE_CLONES                                                                             \
  static void NAME(OUT *restrict target, const IN *restrict reference, size_t count) {         \
    for (size_t i = 0; i < count; i++) {                                                       \
      target[i] = (OUT)((uint64_t)target[i] OP (uint64_t)reference[i]);                        \
    }                                                                                          \
  }

COMBINE(add_1, loose8, loose8, +)
COMBINE(add_2, loose16, loose16, +)
COMBINE(add_4, loose32, loose32, +)
COMBINE(add_8, loose64, loose64, +)
COMBINE(multiply_1, loose8, loose8, *)
COMBINE(multiply_2, loose16, loose16, *)
COMBINE(multiply_4, loose32, loose32, *)
COMBINE(multiply_8, loose64, loose64, *)
COMBINE(add_1_wide, loose8, uint64_t, +)
COMBINE(add_2_wide, loose16, uint64_t, +)
COMBINE(add_4_wide, loose32, uint64_t, +)
COMBINE(multiply_1_wide, loose8, uint64_t, *)
COMBINE(multiply_2_wide, loose16, uint64_t, *)
COMBINE(multiply_4_wide, loose32, uint64_t, *)

void colonnade_reference_combine(
    void *target, unsigned width, const void *values, colonnade_reference reference, size_t count,
    int isMultiple) {
  if (!reference.isFloat && reference.width == width) {
    // What an extension would add lies beyond the width.
    switch (width) {
      case 1: (isMultiple ? multiply_1 : add_1)(target, values, count); break;
      case 2: (isMultiple ? multiply_2 : add_2)(target, values, count); break;
      case 4: (isMultiple ? multiply_4 : add_4)(target, values, count); break;
      default: (isMultiple ? multiply_8 : add_8)(target, values, count); break;
    }
    return;
  }
  uint8_t *out = target;
  const uint8_t *in = values;
  for (size_t start = 0; start < count; start += DECIMAL_BLOCK) {
    size_t some = count - start < DECIMAL_BLOCK ? count - start : DECIMAL_BLOCK;
    uint64_t integers[DECIMAL_BLOCK];
    colonnade_reference_integers(integers, in + start * reference.width, reference, some);
    void *to = out + start * width;
    switch (width) {
      case 1: (isMultiple ? multiply_1_wide : add_1_wide)(to, integers, some); break;
      case 2: (isMultiple ? multiply_2_wide : add_2_wide)(to, integers, some); break;
      case 4: (isMultiple ? multiply_4_wide : add_4_wide)(to, integers, some); break;
      default: (isMultiple ? multiply_8 : add_8)(to, (const loose64 *)integers, some); break;
    }
  }
}

// Each returns whether every integer stayed where doubles are exact. Adding zero makes zero of the
// negative zero that a product may be.
#define FROM_FLOATS(NAME, OUT, IN, OP)                                                         \
  COLONNADE_CLONES                                                                             \
  static int NAME(OUT *restrict target, const uint64_t *restrict packed,                       \
                  const IN *restrict in, size_t count, double inPower, double power) {         \
    uint64_t outside = 0;                                                                      \
    for (size_t i = 0; i < count; i++) {                                                       \
      double product = (double)in[i] * inPower;                                                \
      double whole = (product + DECIMAL_MAGIC) - DECIMAL_MAGIC;                                \
      whole = product < DECIMAL_LARGEST && product > -DECIMAL_LARGEST ? whole : 0.0;           \
      double value = (whole OP decimal_double(packed[i])) + 0.0;                               \
      outside |= value < EXACT && value > -EXACT ? 0 : 1;                                      \
      target[i] = (OUT)(value / power);                                                        \
    }                                                                                          \
    return outside == 0;                                                                       \
  }

#define FROM_INTEGERS(NAME, OUT, OP)                                                           \
  COLONNADE_CLONES                                                                             \
  static int NAME(OUT *restrict target, const uint64_t *restrict packed,                       \
                  const uint64_t *restrict in, size_t count, double power) {                   \
    uint64_t outside = 0;                                                                      \
    for (size_t i = 0; i < count; i++) {                                                       \
      double value = (decimal_double(in[i]) OP decimal_double(packed[i])) + 0.0;               \
      outside |= decimal_is_large(in[i]) | (value < EXACT && value > -EXACT ? 0 : 1);          \
      target[i] = (OUT)(value / power);                                                        \
    }                                                                                          \
    return outside == 0;                                                                       \
  }

#define EXACT 4503599627370496.0

FROM_FLOATS(near_4_of_4, loose_float, loose_float, +)
FROM_FLOATS(near_4_of_8, loose_float, loose_double, +)
FROM_FLOATS(near_8_of_4, loose_double, loose_float, +)
FROM_FLOATS(near_8_of_8, loose_double, loose_double, +)
FROM_FLOATS(times_4_of_4, loose_float, loose_float, *)
FROM_FLOATS(times_4_of_8, loose_float, loose_double, *)
FROM_FLOATS(times_8_of_4, loose_double, loose_float, *)
FROM_FLOATS(times_8_of_8, loose_double, loose_double, *)
FROM_INTEGERS(near_4, loose_float, +)
FROM_INTEGERS(near_8, loose_double, +)
FROM_INTEGERS(times_4, loose_float, *)
FROM_INTEGERS(times_8, loose_double, *)

// What comparing parts gives: -1 where it holds.
typedef int64_t truths __attribute__((ext_vector_type(8)));

// The first try, of a whole block of integers that are narrow and of references that are numbers and
// near: `most` bounds them so that no product leaves what is exact. BY is how integers become
// decimals, by `factor`.
#define NARROW_FROM_FLOATS(NAME, OUT, IN, OP, BY)                                              \
  COLONNADE_CLONES                                                                             \
  static int NAME(uint8_t *restrict target, const uint8_t *restrict block, unsigned bitWidth,  \
                  const uint8_t *restrict in, double base, double inPower, double factor,      \
                  double most) {                                                               \
    typedef IN ins __attribute__((ext_vector_type(8)));                                        \
    typedef OUT outs __attribute__((ext_vector_type(8)));                                      \
    truths nearCount = 0;                                                                      \
    for (unsigned step = 0; step < DECIMAL_BLOCK / COLONNADE_LANES; step++) {                  \
      decimal_lanes packed;                                                                    \
      decimal_load(&packed, block, step, bitWidth);                                            \
      for (unsigned part = 0; part < DECIMAL_PARTS; part++) {                                  \
        ins given;                                                                             \
        memcpy(&given, in, sizeof given);                                                      \
        const decimal_doubles product =                                                        \
            __builtin_convertvector(given, decimal_doubles) * inPower;                         \
        const decimal_doubles whole = (product + DECIMAL_MAGIC) - DECIMAL_MAGIC;               \
        const decimal_doubles value = (whole OP (base + packed.parts[part])) + 0.0;            \
        nearCount -= __builtin_elementwise_abs(product) < most;                                \
        const outs made = __builtin_convertvector(value BY factor, outs);                      \
        memcpy(target, &made, sizeof made);                                                    \
        in += sizeof given;                                                                    \
        target += sizeof made;                                                                 \
      }                                                                                        \
    }                                                                                          \
    return __builtin_reduce_add(nearCount) == DECIMAL_BLOCK;                                   \
  }

#define NARROW_FORMS(KIND, OUT, IN)                                                            \
  NARROW_FROM_FLOATS(quotients_near_##KIND, OUT, IN, +, /)                                     \
  NARROW_FROM_FLOATS(quotients_times_##KIND, OUT, IN, *, /)                                    \
  NARROW_FROM_FLOATS(products_near_##KIND, OUT, IN, +, *)                                      \
  NARROW_FROM_FLOATS(products_times_##KIND, OUT, IN, *, *)

NARROW_FORMS(4_of_4, float, float)
NARROW_FORMS(4_of_8, float, double)
NARROW_FORMS(8_of_4, double, float)
NARROW_FORMS(8_of_8, double, double)

static int narrow_from_floats(
    void *target, unsigned width, const uint8_t *block, unsigned bitWidth, const void *values,
    colonnade_reference reference, int isMultiple, double base, unsigned scale, double most) {
  const int areProducts = scale >= COLONNADE_PRODUCTS;
  const double factor =
      areProducts ? decimal_inverses[scale - COLONNADE_PRODUCTS] : decimal_powers[scale];
  const double inPower = decimal_powers[reference.scale];
#define CALL(KIND)                                                                             \
  return (areProducts ? (isMultiple ? products_times_##KIND : products_near_##KIND)            \
                      : (isMultiple ? quotients_times_##KIND : quotients_near_##KIND))(        \
      target, block, bitWidth, values, base, inPower, factor, most)
  if (width == 4) {
    if (reference.width == 4) CALL(4_of_4);
    CALL(4_of_8);
  }
  if (reference.width == 4) CALL(8_of_4);
  CALL(8_of_8);
#undef CALL
}

static void exactly(
    void *target, unsigned width, const uint64_t *packed, const uint64_t *integers, size_t count,
    int isMultiple, double power) {
  for (size_t i = 0; i < count; i++) {
    uint64_t integer = isMultiple ? integers[i] * packed[i] : integers[i] + packed[i];
    double value = (double)(int64_t)integer / power;
    if (width == 4) ((loose_float *)target)[i] = (float)value;
    else ((loose_double *)target)[i] = value;
  }
}

static int from_floats(
    void *target, unsigned width, const uint64_t *packed, const void *values, unsigned of,
    size_t count, int isMultiple, double inPower, double power) {
  if (width == 4) {
    if (of == 4) {
      return (isMultiple ? times_4_of_4 : near_4_of_4)(target, packed, values, count, inPower, power);
    }
    return (isMultiple ? times_4_of_8 : near_4_of_8)(target, packed, values, count, inPower, power);
  }
  if (of == 4) {
    return (isMultiple ? times_8_of_4 : near_8_of_4)(target, packed, values, count, inPower, power);
  }
  return (isMultiple ? times_8_of_8 : near_8_of_8)(target, packed, values, count, inPower, power);
}

// What is whole becomes decimal by a factor.
COLONNADE_CLONES
static void products_4(loose_float *restrict target, const double *restrict whole, size_t count,
                       double factor) {
  for (size_t i = 0; i < count; i++) target[i] = (float)(whole[i] * factor);
}

COLONNADE_CLONES
static void products_8(loose_double *restrict target, const double *restrict whole, size_t count,
                       double factor) {
  for (size_t i = 0; i < count; i++) target[i] = whole[i] * factor;
}

static void write_products(
    void *target, unsigned width, const double *whole, size_t count, unsigned scale) {
  double factor = decimal_inverses[scale - COLONNADE_PRODUCTS];
  if (width == 4) products_4(target, whole, count, factor);
  else products_8(target, whole, count, factor);
}

void colonnade_reference_decimals(
    void *target, unsigned width, const uint64_t *packed, const void *values,
    colonnade_reference reference, size_t count, int isMultiple, unsigned scale, int areSmall) {
  if (scale >= COLONNADE_PRODUCTS) {
    for (size_t start = 0; start < count; start += DECIMAL_BLOCK) {
      size_t some = count - start < DECIMAL_BLOCK ? count - start : DECIMAL_BLOCK;
      double whole[DECIMAL_BLOCK];
      colonnade_reference_decimals(
          whole, 8, packed + start, (const uint8_t *)values + start * reference.width, reference,
          some, isMultiple, 0, areSmall);
      write_products((uint8_t *)target + start * width, width, whole, some, scale);
    }
    return;
  }
  const double power = decimal_powers[scale];
  for (size_t start = 0; start < count; start += DECIMAL_BLOCK) {
    size_t some = count - start < DECIMAL_BLOCK ? count - start : DECIMAL_BLOCK;
    const uint64_t *from = packed + start;
    const void *in = (const uint8_t *)values + start * reference.width;
    void *to = (uint8_t *)target + start * width;
    if (areSmall && reference.isFloat &&
        from_floats(to, width, from, in, reference.width, some, isMultiple,
                    decimal_powers[reference.scale], power)) {
      continue;
    }
    uint64_t integers[DECIMAL_BLOCK];
    colonnade_reference_integers(integers, in, reference, some);
    if (areSmall && !reference.isFloat) {
      int isDone = width == 4 ? (isMultiple ? times_4 : near_4)(to, from, integers, some, power)
                              : (isMultiple ? times_8 : near_8)(to, from, integers, some, power);
      if (isDone) continue;
    }
    exactly(to, width, from, integers, some, isMultiple, power);
  }
}

void colonnade_reference_decode(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth, const void *values, colonnade_reference reference,
    int isMultiple, unsigned scale) {
  uint8_t *out = target;
  const uint8_t *in = values;
  const int areSmall = colonnade_decimals_are_small(base, bitWidth);
  const int areNarrow = reference.isFloat && decimals_are_narrow(base, bitWidth);
  const double from = areNarrow ? (double)(int64_t)base : 0;
  // 2^50, or what the largest factor leaves of 2^51.
  double most = DECIMAL_LARGEST;
  if (isMultiple) most = 2 * most / (__builtin_fabs(from) + (double)(UINT64_C(1) << (bitWidth & 31)));
  if (most > DECIMAL_LARGEST) most = DECIMAL_LARGEST;
  while (wanted > 0) {
    size_t some = decimal_block(first, wanted);
    int isDone = 0;
    if (areNarrow && decimal_block_is_whole(first, some, count)) {
      isDone = narrow_from_floats(
          out, width, body + first / 8 * bitWidth, bitWidth, in, reference, isMultiple, from, scale,
          most);
    }
    if (!isDone) {
      uint64_t packed[DECIMAL_BLOCK];
      colonnade_unpack(packed, 8, body, count, first, some, base, bitWidth);
      colonnade_reference_decimals(
          out, width, packed, in, reference, some, isMultiple, scale, areSmall);
    }
    out += some * width;
    in += some * reference.width;
    first += some;
    wanted -= some;
  }
}

void colonnade_reference_portable(
    void *target, unsigned width, int isFloat, const uint64_t *packed, const void *values,
    colonnade_reference reference, size_t count, int isMultiple, unsigned scale) {
  for (size_t i = 0; i < count; i++) {
    uint64_t integer = 0;
    const uint8_t *in = (const uint8_t *)values + i * reference.width;
    if (reference.isFloat) {
      double value = reference.width == 4 ? *(const loose_float *)in : *(const loose_double *)in;
      double product = value * decimal_powers[reference.scale];
      if (product < DECIMAL_LARGEST && product > -DECIMAL_LARGEST) {
        integer = (uint64_t)__builtin_llrint(product);
      }
    } else {
      memcpy(&integer, in, reference.width);
      unsigned unused = 64 - reference.width * 8;
      integer = reference.isSigned ? (uint64_t)((int64_t)(integer << unused) >> unused) : integer;
    }
    if (isFloat) {
      void *out = (uint8_t *)target + i * width;
      if (scale >= COLONNADE_PRODUCTS) {
        double whole;
        exactly(&whole, 8, packed + i, &integer, 1, isMultiple, 1);
        write_products(out, width, &whole, 1, scale);
      } else {
        exactly(out, width, packed + i, &integer, 1, isMultiple, decimal_powers[scale]);
      }
    } else {
      uint64_t value = isMultiple ? integer * packed[i] : integer + packed[i];
      memcpy((uint8_t *)target + i * width, &value, width);
    }
  }
}
