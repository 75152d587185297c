// Integers less, or through, those of a reference: what a writer measures before it stores them so.
#include "clones.h"
#include "colonnade_references.h"
#include "decimals.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

COLONNADE_CLONES
void colonnade_reference_differences(
    uint64_t *restrict integers, const uint64_t *restrict reference, size_t count) {
  for (size_t i = 0; i < count; i++) integers[i] -= reference[i];
}

COLONNADE_CLONES
void colonnade_reference_quotients(
    uint64_t *restrict integers, uint8_t *restrict states, const uint64_t *restrict reference,
    size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t value = integers[i], divisor = reference[i];
    double dividend = decimal_double(value), by = decimal_double(divisor);
    double whole = (dividend / by + DECIMAL_MAGIC) - DECIMAL_MAGIC;
    // A product that is not exact is beyond 2^53, and no dividend.
    int divides = (whole * by == dividend) & (whole < DECIMAL_LARGEST) & (whole > -DECIMAL_LARGEST);
    int fits = divides & !(decimal_is_large(value) | decimal_is_large(divisor));
    uint64_t quotient = decimal_bits(whole + DECIMAL_MAGIC) - DECIMAL_MAGIC_BITS;
    integers[i] = fits ? quotient : 0;
    uint8_t state = fits ? colonnade_slot_fits
                         : (value | divisor) == 0 ? colonnade_slot_free : colonnade_slot_patch;
    states[i] = states[i] == colonnade_slot_fits ? state : states[i];
  }
}

void colonnade_free_nulls(uint8_t *states, const uint8_t *bits, size_t firstBit, size_t count) {
  for (size_t i = 0; i < count; i++) {
    size_t bit = firstBit + i;
    if (!(bits[bit / 8] >> (bit % 8) & 1)) states[i] = colonnade_slot_free;
  }
}

COLONNADE_CLONES
static int all_fit(const uint8_t *states, size_t count) {
  uint8_t any = 0;
  for (size_t i = 0; i < count; i++) any |= states[i];
  return any == colonnade_slot_fits;
}

_Static_assert(colonnade_slot_fits == 0, "slots that fit are a word of zero");

static inline int eight_fit(const uint8_t *states) {
  uint64_t eight;
  memcpy(&eight, states, sizeof eight);
  return eight == 0;
}

// Most often many in a row fit, and stay as they are.
size_t colonnade_fill_states(uint64_t *integers, const uint8_t *states, size_t count) {
  if (all_fit(states, count)) return 0;
  size_t i = 0;
  while (i < count && states[i] != colonnade_slot_fits) i++;
  uint64_t last = i < count ? integers[i] : 0;
  size_t patches = 0;
  for (i = 0; i < count;) {
    if (i + 8 <= count && eight_fit(states + i)) {
      last = integers[i + 7];
      i += 8;
      continue;
    }
    last = states[i] == colonnade_slot_fits ? integers[i] : last;
    integers[i] = last;
    patches += states[i] == colonnade_slot_patch;
    i++;
  }
  return patches;
}

COLONNADE_CLONES
size_t colonnade_mark_outliers(
    uint8_t *restrict states, const uint64_t *restrict integers, size_t count, uint64_t base,
    unsigned bitWidth) {
  const uint64_t most = bitWidth >= 64 ? UINT64_MAX : (UINT64_C(1) << bitWidth) - 1;
  size_t patches = 0;
  for (size_t i = 0; i < count; i++) {
    int isOutlier = (states[i] == colonnade_slot_fits) & (integers[i] - base > most);
    states[i] = isOutlier ? colonnade_slot_patch : states[i];
    patches += states[i] == colonnade_slot_patch;
  }
  return patches;
}
