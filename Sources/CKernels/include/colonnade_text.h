// Strings: their lengths, Arrow's 16-byte views of them, UTF-8, and tables of distinct values.
#ifndef COLONNADE_TEXT_H
#define COLONNADE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/// 1 when the bytes are well-formed UTF-8.
int colonnade_utf8_is_valid(const uint8_t *bytes, size_t byteCount);

/// 1 when each of `count` values laid back to back from `bytes` on is well-formed UTF-8. The
/// lengths add up to `byteCount`.
int colonnade_utf8_values_are_valid(
    const uint8_t *bytes, size_t byteCount, const uint32_t *lengths, size_t count);

/// The sum of `count` values.
uint64_t colonnade_sum_u32(const uint32_t *values, size_t count);

/// Adds `base` to each length, or makes it 0 where its bit is 0 (`bits` may be NULL: all valid).
/// Returns their sum, or UINT64_MAX when one does not fit 32 bits.
uint64_t colonnade_lengths_finish(
    uint32_t *lengths, size_t count, uint64_t base, const uint8_t *bits, size_t firstBit);

/// Writes 16-byte views of values laid back to back from `bytes` on; long ones name data buffer
/// `bufferIndex` from `offset` on. `available` bytes from `bytes` on may be read, at least the sum
/// of the lengths. Returns 1 when a view is not inline.
int colonnade_views_fill(
    void *views, const uint32_t *lengths, size_t count, const uint8_t *bytes, size_t available,
    uint32_t bufferIndex, uint32_t offset);

/// The same for the values at ascending indices `rows` less `firstRow`.
int colonnade_views_fill_rows(
    void *views, const uint32_t *lengths, size_t count, const uint8_t *bytes, size_t available,
    uint32_t bufferIndex, uint32_t offset, const uint32_t *rows, uint32_t firstRow,
    size_t rowCount);

/// Gathers views: target[i] = source[codes[i]], with `shift` added to the buffer index of those
/// that are not inline.
void colonnade_views_gather(
    void *target, const void *source, const uint32_t *codes, size_t count, uint32_t shift);

/// Writes the lengths of `count` views less `base`; returns nothing but what fits 32 bits.
void colonnade_views_lengths(
    uint32_t *lengths, const void *views, size_t count, uint32_t base);

/// Least and greatest length and the sum of lengths of `count` (at least 1) views; where the bit
/// is 0 the view is passed over (`bits` may be NULL).
void colonnade_views_measure(
    const void *views, size_t count, const uint8_t *bits, size_t firstBit, uint32_t *least,
    uint32_t *greatest, uint64_t *total);

/// Writes `count + 1` ends of views laid back to back, the first of them 0: i32, or i64 where `isWide`.
void colonnade_views_ends(void *ends, int isWide, const void *views, size_t count);

/// Copies the bytes of `count` views back to back; `buffers` are the addresses of data buffers.
/// `target` has room for all of them plus 16 bytes. Returns the end.
uint8_t *colonnade_views_copy(
    uint8_t *target, const void *views, size_t count, const uint8_t *const *buffers);

/// The most bytes of a value that a table of texts holds.
#define COLONNADE_TEXT_STRIDE 32

/// Lays the values of `count` views in a table, `stride` bytes each (8, 16, 24
/// or COLONNADE_TEXT_STRIDE, not less than the longest has), with zeros behind them, and writes their lengths.
void colonnade_text_table(
    uint8_t *table, uint32_t *lengths, uint32_t stride, const void *views, size_t count,
    const uint8_t *const *buffers);

/// Bytes of the texts of `count` codes.
uint64_t colonnade_coded_text_size(
    const uint32_t *codes, size_t count, const uint32_t *lengths);

/// Writes the texts of `count` codes back to back, fewer than 2^32 bytes, and their `count + 1` ends,
/// the first of them 0. `target` has room for all of them plus COLONNADE_TEXT_STRIDE bytes.
void colonnade_coded_text(
    uint32_t *ends, uint8_t *target, const uint32_t *codes, size_t count, const uint8_t *table,
    const uint32_t *lengths, uint32_t stride);

/// Index of the first of `count` foreign views that is broken, `count` where none is: a negative
/// length, bytes outside of the data buffers, another prefix than the bytes have, text that is not
/// UTF-8 where `isText`. Views whose bit is 0 are passed over (`bits` may be NULL). `sizes` are those
/// of the `bufferCount` buffers. Sets bit 0 of `seen` where a view is not inline, bit 1 where the
/// padding of one that is is not zero.
size_t colonnade_views_check(
    const void *views, size_t count, const uint8_t *bits, const uint8_t *const *buffers,
    const uint64_t *sizes, size_t bufferCount, int isText, int *seen);

/// Zeroes the padding of views that are inline.
void colonnade_views_clean(void *views, size_t count);

/// A growing table of distinct values that numbers them in order of appearance.
typedef struct colonnade_distinct colonnade_distinct;

/// For values of `width` bytes, or 16-byte views where `width` is 0. NULL without memory.
colonnade_distinct *colonnade_distinct_create(unsigned width);
void colonnade_distinct_free(colonnade_distinct *table);

/// Writes the number of each of `count` values to `codes`; a value whose bit is 0 gets the code of
/// the one before, or 0 (`bits` may be NULL). Long views look into `buffers`. Stops before a value
/// that would be entry `entryLimit` or make the values' bytes more than `byteLimit`; returns how
/// many values have codes. `values` stay in place as long as the table is used.
size_t colonnade_distinct_add(
    colonnade_distinct *table, uint32_t *codes, const void *values, size_t count,
    const uint8_t *const *buffers, const uint8_t *bits, size_t firstBit, size_t entryLimit,
    size_t byteLimit);

size_t colonnade_distinct_count(const colonnade_distinct *table);
/// Bytes of the distinct values.
size_t colonnade_distinct_byte_count(const colonnade_distinct *table);
/// The distinct values in order, `width` bytes each (views: 16, into the same buffers).
const void *colonnade_distinct_values(const colonnade_distinct *table);

#endif
