// Packed integers, deltas and what a writer measures to choose between them.
// Spec: spec/encodings.md "Packed integers".
#ifndef COLONNADE_PACKED_H
#define COLONNADE_PACKED_H

#include <stddef.h>
#include <stdint.h>

/// Bytes of packed(count, bitWidth); bitWidth is at most 64.
static inline size_t colonnade_packed_byte_count(size_t count, unsigned bitWidth) {
  size_t rest = count % 1024;
  return count / 1024 * 128 * bitWidth + (rest * bitWidth + 7) / 8;
}

/// Writes packed(count, bitWidth) of the low bits of value - base. `values` are unsigned integers
/// of `width` bytes (1, 2, 4, 8) with any alignment; `body` has room for all packed bytes.
void colonnade_pack(
    uint8_t *body, const void *values, unsigned width, size_t count, uint64_t base,
    unsigned bitWidth);

/// Reads integers first..<first + wanted of packed(count, bitWidth) and writes base + each, cut to
/// `width` bytes (1, 2, 4, 8). Reads no byte outside the packed bytes.
void colonnade_unpack(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth);

/// The same with another loop: one integer at a time, the twin that tests compare with.
void colonnade_unpack_portable(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth);

/// The integer at `index` of packed(count, bitWidth).
uint64_t colonnade_unpack_one(
    const uint8_t *body, size_t count, size_t index, unsigned bitWidth);

/// Reads the integers at ascending indices `rows` and writes base + each, cut to `width` bytes.
void colonnade_unpack_rows(
    void *target, unsigned width, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth);

/// Reads short runs of packed(count, bitWidth), 1 to 16 bits wide, one behind the other: of each the
/// `counts[i]` integers from `starts[i]` on, all below `count`. `target` has room for
/// COLONNADE_RUN_SPACE more than all runs have; what is written there is nobody's.
void colonnade_unpack_runs(
    uint16_t *target, const uint8_t *body, size_t count, const uint32_t *starts,
    const uint32_t *counts, size_t runCount, unsigned bitWidth);

void colonnade_unpack_runs_portable(
    uint16_t *target, const uint8_t *body, size_t count, const uint32_t *starts,
    const uint32_t *counts, size_t runCount, unsigned bitWidth);

#define COLONNADE_RUN_SPACE 8

/// The bytes of packed(count, bitWidth) that reading such runs looks at: of each run that is not empty,
/// which are counted, the first byte and the one behind the last.
size_t colonnade_run_bytes(
    uint32_t *parts, size_t count, const uint32_t *starts, const uint32_t *counts, size_t runCount,
    unsigned bitWidth);

/// bits[i] = 1 where integer first + i of packed(count, bitWidth), at most 32 bits wide, is one of
/// least...least + span, counted modulo 2^32; `first` is a multiple of 1,024. Writes whole words for
/// `wanted` bits, with 0 behind the last.
/// Complexity: O(wanted), a vector of integers at a time.
void colonnade_packed_between(
    uint64_t *bits, const uint8_t *body, size_t count, size_t first, size_t wanted, uint32_t least,
    uint32_t span, unsigned bitWidth);

void colonnade_packed_between_portable(
    uint64_t *bits, const uint8_t *body, size_t count, size_t first, size_t wanted, uint32_t least,
    uint32_t span, unsigned bitWidth);

/// target[i] = base + packed[i] in 128 bits: base by sign, packed integers unsigned.
void colonnade_widen_16(void *target, const uint64_t *packed, size_t count, int64_t base);

/// Undoes delta over at most 1,024 values: values[0] = first, values[i] = values[i-1] + base +
/// packed[i]. `target` holds integers of `width` bytes.
void colonnade_delta_sum(
    void *target, unsigned width, const uint64_t *packed, size_t count, uint64_t first,
    uint64_t base);

/// Writes value[i] - value[i-1] for i in 1..<count, and 0 for i = 0, of integers of `width` bytes
/// extended to 64 bits (by sign where `isSigned`).
void colonnade_delta_differences(
    uint64_t *target, const void *values, unsigned width, int isSigned, size_t count);

/// What a run of integers is like; all as u64 after extension to 64 bits.
typedef struct {
  uint64_t least, greatest;  ///< as signed or unsigned by the type
  int64_t leastDelta, greatestDelta;  ///< between neighbours, modulo 2^64, read as signed
  size_t runs;  ///< stretches of equal neighbours
} colonnade_integer_profile;

/// Measures `count` (at least 1) integers of `width` bytes (1, 2, 4, 8).
void colonnade_profile_integers(
    colonnade_integer_profile *profile, const void *values, unsigned width, int isSigned,
    size_t count);

/// histogram[b] = how many of value - base need exactly b bits (0 to 64), values as above.
void colonnade_width_histogram(
    uint32_t histogram[65], const void *values, unsigned width, size_t count, uint64_t base);

/// How many of value - base need more than `bits` bits (below the width), values as above.
size_t colonnade_count_wider(
    const void *values, unsigned width, size_t count, uint64_t base, unsigned bits);

/// Number of stretches of equal neighbours among `count` values of `width` bytes (any width).
size_t colonnade_count_runs(const void *values, unsigned width, size_t count);

/// The greatest of `count` u32, 0 for none.
uint32_t colonnade_greatest_u32(const uint32_t *values, size_t count);

/// Fills run ends (exclusive) and the index of each run's first value; returns the number of runs.
size_t colonnade_find_runs(
    uint32_t *ends, const void *values, unsigned width, size_t count);

/// Writes the values of `width` bytes at ascending `rows` of a body of deltas (encoding 4) of `count`
/// slots: first values, then packed(count, bitWidth).
void colonnade_delta_rows(
    void *target, unsigned width, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth);

void colonnade_delta_rows_portable(
    void *target, unsigned width, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth);

/// Of packed(count, bitWidth), at most 32 bits wide, with base added to each: values[i] is the one at
/// rows[i], which ascend, starts[i] the sum of those before it, both modulo 2^32. Returns the sum of
/// all.
uint64_t colonnade_packed_starts(
    uint32_t *starts, uint32_t *values, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth);

uint64_t colonnade_packed_starts_portable(
    uint32_t *starts, uint32_t *values, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth);

/// Added to a scale: decimals are integers times the f64 nearest to 10^-scale, not over 10^scale.
#define COLONNADE_PRODUCTS 32

/// For floats of `width` bytes (4 or 8): digits[i] = value · 10^scale rounded, as i64, and misses[i]
/// = 1 where digits / 10^scale has other bits than the value. `scale` is at most 18, here and below,
/// and COLONNADE_PRODUCTS may be added to it. Returns how many miss.
size_t colonnade_decimal_digits(
    uint64_t *digits, uint8_t *misses, const void *values, unsigned width, size_t count,
    unsigned scale);

/// 1 when base, as i64, plus any integer of `bitWidth` bits is of magnitude below 2^51: what `areSmall`
/// says of digits, here and of references.
static inline int colonnade_decimals_are_small(uint64_t base, unsigned bitWidth) {
  return bitWidth <= 50 && base + (UINT64_C(1) << 50) < UINT64_C(1) << 51;
}

/// Writes digits / 10^scale as floats of `width` bytes (4 or 8); digits are i64, of magnitude below
/// 2^51 where `areSmall`. `scale` is at most 18.
void colonnade_decimal_values(
    void *target, unsigned width, const uint64_t *digits, size_t count, unsigned scale,
    int areSmall);

/// The same for integers first..<first + wanted of packed(count, bitWidth), with base added to each.
/// Reads no byte outside the packed bytes.
void colonnade_decimal_decode(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth, unsigned scale);

/// 1 when the run ends (u32 at any address) ascend strictly and the last is `count`.
int colonnade_runs_are_valid(const void *ends, size_t runCount, size_t count);

/// Writes the values of slots first..<first + wanted of valid runs; values have `width` bytes.
void colonnade_runs_expand(
    void *target, unsigned width, const void *ends, const void *values, size_t runCount,
    size_t first, size_t wanted);

/// The same for the slots at ascending indices `rows`, all below the last end.
void colonnade_runs_gather(
    void *target, unsigned width, const void *ends, const void *values, size_t runCount,
    const uint32_t *rows, size_t rowCount);

/// Writes `count` times the `width` bytes at `value`.
void colonnade_fill(void *target, const void *value, unsigned width, size_t count);

/// target[i] = rows[i] - first.
void colonnade_rows_less(
    uint32_t *target, const uint32_t *rows, size_t count, uint32_t first);

/// 1 when no index is below the one before it.
int colonnade_rows_ascend(const uint32_t *rows, size_t count);

/// Index of the first of ascending `rows` that is at least `bound`.
size_t colonnade_rows_lower_bound(const uint32_t *rows, size_t count, uint64_t bound);

/// Writes zero over the values of `width` bytes whose bit, counted from bit `firstBit`, is 0.
void colonnade_zero_nulls(
    void *values, unsigned width, const uint8_t *bits, size_t firstBit, size_t count);

/// 1 when every value of `width` bytes whose bit is 0 is zero.
int colonnade_nulls_are_zero(
    const void *values, unsigned width, const uint8_t *bits, size_t firstBit, size_t count);

/// Copies values of `width` bytes; where the bit is 0, the value before it instead (the first
/// valid one where none is before). At least one bit is 1.
void colonnade_fill_nulls(
    void *target, const void *values, unsigned width, const uint8_t *bits, size_t firstBit,
    size_t count);

/// Number of one bits among bitCount bits from bit `firstBit` on.
size_t colonnade_bits_count_from(const uint8_t *bits, size_t firstBit, size_t bitCount);

#endif
