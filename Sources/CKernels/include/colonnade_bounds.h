// Least and greatest values of a run, and whether the run is in order.
#ifndef COLONNADE_BOUNDS_H
#define COLONNADE_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

/// Bit 0: values ascend; bit 1: values descend. Equal neighbours are in either order.
typedef uint32_t colonnade_order;

/// Bounds of `count` values, at least 1.
colonnade_order colonnade_bounds_i8(const int8_t *v, size_t count, int8_t *least, int8_t *greatest);
colonnade_order colonnade_bounds_i16(
    const int16_t *v, size_t count, int16_t *least, int16_t *greatest);
colonnade_order colonnade_bounds_i32(
    const int32_t *v, size_t count, int32_t *least, int32_t *greatest);
colonnade_order colonnade_bounds_i64(
    const int64_t *v, size_t count, int64_t *least, int64_t *greatest);
colonnade_order colonnade_bounds_u8(
    const uint8_t *v, size_t count, uint8_t *least, uint8_t *greatest);
colonnade_order colonnade_bounds_u16(
    const uint16_t *v, size_t count, uint16_t *least, uint16_t *greatest);
colonnade_order colonnade_bounds_u32(
    const uint32_t *v, size_t count, uint32_t *least, uint32_t *greatest);
colonnade_order colonnade_bounds_u64(
    const uint64_t *v, size_t count, uint64_t *least, uint64_t *greatest);

/// Bounds of the values that are not NaN; infinities the wrong way round where there is none. NaN
/// counts as the greatest for the order.
colonnade_order colonnade_bounds_f32(
    const float *v, size_t count, float *least, float *greatest, size_t *nanCount);
colonnade_order colonnade_bounds_f64(
    const double *v, size_t count, double *least, double *greatest, size_t *nanCount);

/// Copies the values of `width` bytes (1, 2, 4, 8 or 16) whose bit, counted from `firstBit`, is 1, in
/// order. `target` has room for `count` of them. Returns how many were kept.
size_t colonnade_present(
    void *target, const void *values, unsigned width, const uint8_t *bits, size_t firstBit,
    size_t count);

/// Indices of the least and the greatest of `count` 16-byte views, compared as unsigned bytes, a value
/// before those it starts; those whose bit is 0 are passed over (`bits` may be NULL), at least one is
/// not. `buffers` are the addresses of data buffers.
colonnade_order colonnade_bounds_views(
    const void *views, const uint8_t *const *buffers, const uint8_t *bits, size_t firstBit,
    size_t count, size_t *least, size_t *greatest);

/// The same of values of `width` bytes that lie back to back.
colonnade_order colonnade_bounds_bytes(
    const uint8_t *values, size_t width, const uint8_t *bits, size_t firstBit, size_t count,
    size_t *least, size_t *greatest);

#endif
