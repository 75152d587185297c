// The integers of one step of a block of packed integers, side by side as they are stored.
// Spec: spec/encodings.md "Packed integers".
#ifndef COLONNADE_PACKED_LANES_H
#define COLONNADE_PACKED_LANES_H

#include <stdint.h>
#include <string.h>

#define COLONNADE_BLOCK 1024
#define COLONNADE_LANES 32
#define COLONNADE_WIDE_LANES 16

typedef uint32_t colonnade_lanes __attribute__((ext_vector_type(COLONNADE_LANES)));
typedef uint64_t colonnade_wide_lanes __attribute__((ext_vector_type(COLONNADE_WIDE_LANES)));

#define COLONNADE_LOAD_LANES(NAME, LANE, LANES)                                                \
  static inline __attribute__((always_inline)) void NAME(                                      \
      LANES *target, const uint8_t *block, unsigned step, unsigned bitWidth) {                 \
    const unsigned wordBits = 8 * sizeof(LANE);                                                \
    const unsigned bit = step * bitWidth, shift = bit % wordBits;                              \
    const uint8_t *words = block + bit / wordBits * sizeof(LANES);                             \
    LANES found;                                                                               \
    memcpy(&found, words, sizeof found);                                                       \
    found >>= (LANE)shift;                                                                     \
    if (shift + bitWidth > wordBits) {                                                         \
      LANES above;                                                                             \
      memcpy(&above, words + sizeof above, sizeof above);                                      \
      found |= above << (LANE)(wordBits - shift);                                              \
    }                                                                                          \
    *target = bitWidth == wordBits ? found : found & (((LANE)1 << bitWidth) - 1);              \
  }

/// The 32 integers of step `step` (0 to 31) of a block whose bit width is 1 to 32.
COLONNADE_LOAD_LANES(colonnade_load_lanes, uint32_t, colonnade_lanes)

/// The 16 integers of step `step` (0 to 63) of a block whose bit width is 33 to 64.
COLONNADE_LOAD_LANES(colonnade_load_wide_lanes, uint64_t, colonnade_wide_lanes)

#endif
