// Values under a validity bitmap.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"

static inline unsigned bit_at(const uint8_t *bits, size_t bit) {
  return (bits[bit / 8] >> (bit % 8)) & 1u;
}

// The next `count` (1 to 56) bits from `bit` on, reading no byte that holds none of them.
static inline uint64_t bits_from(const uint8_t *bits, size_t bit, size_t count) {
  size_t shift = bit % 8, bytes = (shift + count + 7) / 8;
  uint64_t word = 0;
  memcpy(&word, bits + bit / 8, bytes);
  return (word >> shift) & ((UINT64_C(1) << count) - 1);
}

size_t colonnade_bits_count_from(const uint8_t *bits, size_t firstBit, size_t bitCount) {
  size_t total = 0;
  for (size_t i = 0; i < bitCount; i += 56) {
    size_t count = bitCount - i < 56 ? bitCount - i : 56;
    total += (size_t)__builtin_popcountll(bits_from(bits, firstBit + i, count));
  }
  return total;
}

// Calls BODY for the index of every zero bit.
#define FOR_NULLS(BODY)                                                                        \
  for (size_t start = 0; start < count; start += 56) {                                         \
    size_t some = count - start < 56 ? count - start : 56;                                     \
    uint64_t nulls =                                                                           \
        ~bits_from(bits, firstBit + start, some) & ((UINT64_C(1) << some) - 1);                \
    while (nulls != 0) {                                                                       \
      size_t i = start + (size_t)__builtin_ctzll(nulls);                                       \
      nulls &= nulls - 1;                                                                      \
      BODY                                                                                     \
    }                                                                                          \
  }

void colonnade_zero_nulls(
    void *values, unsigned width, const uint8_t *bits, size_t firstBit, size_t count) {
  uint8_t *out = values;
  switch (width) {
    case 1: FOR_NULLS({ out[i] = 0; }) break;
    case 2: FOR_NULLS({ memset(out + i * 2, 0, 2); }) break;
    case 4: FOR_NULLS({ memset(out + i * 4, 0, 4); }) break;
    case 8: FOR_NULLS({ memset(out + i * 8, 0, 8); }) break;
    case 16: FOR_NULLS({ memset(out + i * 16, 0, 16); }) break;
    default: FOR_NULLS({ memset(out + i * width, 0, width); }) break;
  }
}

int colonnade_nulls_are_zero(
    const void *values, unsigned width, const uint8_t *bits, size_t firstBit, size_t count) {
  const uint8_t *in = values;
  unsigned seen = 0;
  FOR_NULLS({
    for (unsigned byte = 0; byte < width; byte++) seen |= in[i * width + byte];
  })
  return seen == 0;
}

#define FILL(WIDTH)                                                                            \
  for (size_t i = 0; i < count; i++) {                                                         \
    if (bit_at(bits, firstBit + i)) last = i;                                                  \
    memcpy(out + i * (WIDTH), in + last * (WIDTH), (WIDTH));                                   \
  }

void colonnade_fill_nulls(
    void *target, const void *values, unsigned width, const uint8_t *bits, size_t firstBit,
    size_t count) {
  uint8_t *out = target;
  const uint8_t *in = values;
  size_t last = 0;
  while (last + 1 < count && !bit_at(bits, firstBit + last)) last++;
  switch (width) {
    case 1: FILL(1) break;
    case 2: FILL(2) break;
    case 4: FILL(4) break;
    case 8: FILL(8) break;
    case 16: FILL(16) break;
    default: FILL(width) break;
  }
}
