// Comparisons of columns with constants and with each other, into bitmaps of whole 64-bit words.
// Every function writes ceil(count / 64) words; bits past `count` are zero.
#ifndef COLONNADE_COMPARE_H
#define COLONNADE_COMPARE_H

#include <stddef.h>
#include <stdint.h>

/// What is asked of a value and a constant, or of two values.
enum {
  COLONNADE_EQUAL = 0,
  COLONNADE_LESS = 1,
  COLONNADE_LESS_OR_EQUAL = 2,
};

void colonnade_compare_i8(
    uint64_t *bits, const int8_t *values, size_t count, int8_t constant, int operation);
void colonnade_compare_i16(
    uint64_t *bits, const int16_t *values, size_t count, int16_t constant, int operation);
void colonnade_compare_i32(
    uint64_t *bits, const int32_t *values, size_t count, int32_t constant, int operation);
void colonnade_compare_i64(
    uint64_t *bits, const int64_t *values, size_t count, int64_t constant, int operation);
void colonnade_compare_u8(
    uint64_t *bits, const uint8_t *values, size_t count, uint8_t constant, int operation);
void colonnade_compare_u16(
    uint64_t *bits, const uint16_t *values, size_t count, uint16_t constant, int operation);
void colonnade_compare_u32(
    uint64_t *bits, const uint32_t *values, size_t count, uint32_t constant, int operation);
void colonnade_compare_u64(
    uint64_t *bits, const uint64_t *values, size_t count, uint64_t constant, int operation);

/// NaN equals NaN and is above all else; −0 equals 0. The constant may be NaN.
void colonnade_compare_f32(
    uint64_t *bits, const float *values, size_t count, double constant, int operation);
void colonnade_compare_f64(
    uint64_t *bits, const double *values, size_t count, double constant, int operation);

/// values[i] against others[i].
void colonnade_compare_pairs_i8(
    uint64_t *bits, const int8_t *values, const int8_t *others, size_t count, int operation);
void colonnade_compare_pairs_i16(
    uint64_t *bits, const int16_t *values, const int16_t *others, size_t count, int operation);
void colonnade_compare_pairs_i32(
    uint64_t *bits, const int32_t *values, const int32_t *others, size_t count, int operation);
void colonnade_compare_pairs_i64(
    uint64_t *bits, const int64_t *values, const int64_t *others, size_t count, int operation);
void colonnade_compare_pairs_u8(
    uint64_t *bits, const uint8_t *values, const uint8_t *others, size_t count, int operation);
void colonnade_compare_pairs_u16(
    uint64_t *bits, const uint16_t *values, const uint16_t *others, size_t count, int operation);
void colonnade_compare_pairs_u32(
    uint64_t *bits, const uint32_t *values, const uint32_t *others, size_t count, int operation);
void colonnade_compare_pairs_u64(
    uint64_t *bits, const uint64_t *values, const uint64_t *others, size_t count, int operation);
void colonnade_compare_pairs_f32(
    uint64_t *bits, const float *values, const float *others, size_t count, int operation);
void colonnade_compare_pairs_f64(
    uint64_t *bits, const double *values, const double *others, size_t count, int operation);

/// NaN or not.
void colonnade_nan_f32(uint64_t *bits, const float *values, size_t count);
void colonnade_nan_f64(uint64_t *bits, const double *values, size_t count);

/// How a text can fit a constant.
enum {
  COLONNADE_MATCH_EQUAL = 0,
  COLONNADE_MATCH_PREFIX = 1,
  COLONNADE_MATCH_SUFFIX = 2,
  COLONNADE_MATCH_CONTAINS = 3,
};

/// 16-byte views (two words each) against `byteCount` bytes; `buffers` holds the address of every
/// data buffer that a view names. Inline views are padded with zeros.
void colonnade_views_match(
    uint64_t *bits, const uint64_t *views, size_t count, const uint8_t *const *buffers,
    const uint8_t *constant, size_t byteCount, int kind);

/// Views ordered by bytes against a constant.
void colonnade_views_compare(
    uint64_t *bits, const uint64_t *views, size_t count, const uint8_t *const *buffers,
    const uint8_t *constant, size_t byteCount, int operation);

/// target = left & right, left | right, left & ~right; `count` words each.
void colonnade_words_and(
    uint64_t *target, const uint64_t *left, const uint64_t *right, size_t count);
void colonnade_words_or(
    uint64_t *target, const uint64_t *left, const uint64_t *right, size_t count);
void colonnade_words_and_not(
    uint64_t *target, const uint64_t *left, const uint64_t *right, size_t count);

#endif
