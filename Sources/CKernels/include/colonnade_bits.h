// Bitmaps: least significant bit first, as in Arrow.
#ifndef COLONNADE_BITS_H
#define COLONNADE_BITS_H

#include <stddef.h>
#include <stdint.h>

/// Number of one bits among the first `bitCount` bits.
size_t colonnade_bits_count(const uint8_t *bits, size_t bitCount);

/// Copies `bitCount` bits starting at bit `sourceBit` to bit `targetBit`. Bits of the target
/// outside the range keep their value. The ranges do not overlap.
void colonnade_bits_copy(
    uint8_t *target, size_t targetBit, const uint8_t *source, size_t sourceBit, size_t bitCount);

/// Sets `bitCount` bits starting at `firstBit` to one.
void colonnade_bits_set(uint8_t *bits, size_t firstBit, size_t bitCount);

/// Gathers bits: bit `i` of the target, counted from `targetBit`, is bit `rows[i]` of the source.
/// Target bits from `targetBit` on must be zero before.
void colonnade_bits_gather(
    uint8_t *target, size_t targetBit, const uint8_t *source, const uint32_t *rows, size_t count);

/// Writes the indices of the one bits among the first `bitCount` bits, plus `base`; `rows` has
/// room for all of them plus 8. Returns how many were written.
size_t colonnade_bits_to_rows(
    uint32_t *rows, const uint8_t *bits, size_t bitCount, uint32_t base);

/// Gathers fixed-width values: target[i] = source[rows[i]].
void colonnade_gather_1(uint8_t *target, const uint8_t *source, const uint32_t *rows, size_t count);
void colonnade_gather_2(
    uint16_t *target, const uint16_t *source, const uint32_t *rows, size_t count);
void colonnade_gather_4(
    uint32_t *target, const uint32_t *source, const uint32_t *rows, size_t count);
void colonnade_gather_8(
    uint64_t *target, const uint64_t *source, const uint32_t *rows, size_t count);
void colonnade_gather_16(void *target, const void *source, const uint32_t *rows, size_t count);
void colonnade_gather_n(
    uint8_t *target, const uint8_t *source, const uint32_t *rows, size_t count, size_t width);

#endif
