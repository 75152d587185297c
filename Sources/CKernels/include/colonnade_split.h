// Floats in planes of bytes: the exponent apart from what looks random.
// Spec: spec/encodings.md "8 split".
#ifndef COLONNADE_SPLIT_H
#define COLONNADE_SPLIT_H

#include <stddef.h>
#include <stdint.h>

/// Rotates each of `count` values of `width` bytes (2, 4 or 8) left by one bit and writes its
/// `planeCount` (1 to width) highest bytes: plane p, the highest first, to planes + p * stride, one
/// byte a value. The bytes below follow one another in `low`, width - planeCount a value.
void colonnade_split(
    uint8_t *planes, size_t stride, uint8_t *low, const void *values, unsigned width,
    unsigned planeCount, size_t count);

/// Undoes colonnade_split. Reads no byte outside `count` bytes of each plane and the low bytes.
void colonnade_split_merge(
    void *target, unsigned width, const uint8_t *planes, size_t stride, unsigned planeCount,
    const uint8_t *low, size_t count);

/// The same, byte by byte: the twin that tests compare with.
void colonnade_split_merge_portable(
    void *target, unsigned width, const uint8_t *planes, size_t stride, unsigned planeCount,
    const uint8_t *low, size_t count);

/// The same for the values at indices `rows`, counted in the planes; of the low bytes, value
/// `firstLow` is the first.
void colonnade_split_gather(
    void *target, unsigned width, const uint8_t *planes, size_t stride, unsigned planeCount,
    const uint8_t *low, size_t firstLow, const uint32_t *rows, size_t rowCount);

#endif
