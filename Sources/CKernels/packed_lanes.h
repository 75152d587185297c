// The integers of one step of a block of packed integers, side by side as they are stored.
// Spec: spec/encodings.md "Packed integers".
#ifndef COLONNADE_PACKED_LANES_H
#define COLONNADE_PACKED_LANES_H

#include <stdint.h>
#include <string.h>

#define COLONNADE_BLOCK 1024
#define COLONNADE_LANES 32

typedef uint32_t colonnade_lanes __attribute__((ext_vector_type(COLONNADE_LANES)));

/// The integers of step `step` (0 to 31) of a block whose bit width is 1 to 32.
static inline __attribute__((always_inline)) void colonnade_load_lanes(
    colonnade_lanes *target, const uint8_t *block, unsigned step, unsigned bitWidth) {
  const unsigned bit = step * bitWidth, shift = bit % 32;
  const uint8_t *words = block + bit / 32 * sizeof(colonnade_lanes);
  colonnade_lanes found;
  memcpy(&found, words, sizeof found);
  found >>= shift;
  if (shift + bitWidth > 32) {
    colonnade_lanes above;
    memcpy(&above, words + sizeof above, sizeof above);
    found |= above << (32 - shift);
  }
  *target = bitWidth == 32 ? found : found & ((UINT32_C(1) << bitWidth) - 1);
}

#define COLONNADE_WIDE_LANES 16

typedef uint64_t colonnade_wide_lanes __attribute__((ext_vector_type(COLONNADE_WIDE_LANES)));

/// The 16 integers of step `step` (0 to 63) of a block whose bit width is 33 to 64.
static inline __attribute__((always_inline)) void colonnade_load_wide_lanes(
    colonnade_wide_lanes *target, const uint8_t *block, unsigned step, unsigned bitWidth) {
  const unsigned bit = step * bitWidth, shift = bit % 64;
  const uint8_t *words = block + bit / 64 * sizeof(colonnade_wide_lanes);
  colonnade_wide_lanes found;
  memcpy(&found, words, sizeof found);
  found >>= (uint64_t)shift;
  if (shift + bitWidth > 64) {
    colonnade_wide_lanes above;
    memcpy(&above, words + sizeof above, sizeof above);
    found |= above << (uint64_t)(64 - shift);
  }
  *target = bitWidth == 64 ? found : found & ((UINT64_C(1) << bitWidth) - 1);
}

#endif
