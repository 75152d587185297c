// Packed integers tested where they stand: the lanes of one step are compared together and their
// answers are as many bits, without the integers being written anywhere.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"
#include "packed_lanes.h"

#define BLOCK COLONNADE_BLOCK

typedef _Bool answers __attribute__((ext_vector_type(COLONNADE_LANES)));

// 1,024 bits for a block of a bit width of 1 to 32.
COLONNADE_CLONES
static void block_between(
    uint64_t *bits, const uint8_t *block, uint32_t least, uint32_t span, unsigned bitWidth) {
  for (unsigned step = 0; step < BLOCK / COLONNADE_LANES; step++) {
    colonnade_lanes tested;
    colonnade_load_lanes(&tested, block, step, bitWidth);
    const answers holding = __builtin_convertvector(tested - least <= span, answers);
    uint32_t some;
    memcpy(&some, &holding, sizeof some);
    memcpy((uint8_t *)bits + step * sizeof some, &some, sizeof some);
  }
}

void colonnade_packed_between(
    uint64_t *bits, const uint8_t *body, size_t count, size_t first, size_t wanted, uint32_t least,
    uint32_t span, unsigned bitWidth) {
  const size_t whole = count / BLOCK * BLOCK, end = first + wanted;
  memset(bits, 0, (wanted + 63) / 64 * 8);
  for (size_t start = first; start < end; start += BLOCK) {
    const size_t some = end - start < BLOCK ? end - start : BLOCK;
    uint64_t *target = bits + (start - first) / 64;
    uint64_t found[BLOCK / 64] = {0};
    if (start + BLOCK > whole || bitWidth == 0) {
      for (size_t i = 0; i < some; i++) {
        const uint32_t value = (uint32_t)colonnade_unpack_one(body, count, start + i, bitWidth);
        found[i / 64] |= (uint64_t)(value - least <= span) << (i % 64);
      }
    } else {
      block_between(found, body + start / BLOCK * 128 * bitWidth, least, span, bitWidth);
      if (some % 64 != 0) found[some / 64] &= (UINT64_C(1) << (some % 64)) - 1;
    }
    memcpy(target, found, (some + 63) / 64 * 8);
  }
}

void colonnade_packed_between_portable(
    uint64_t *bits, const uint8_t *body, size_t count, size_t first, size_t wanted, uint32_t least,
    uint32_t span, unsigned bitWidth) {
  memset(bits, 0, (wanted + 63) / 64 * 8);
  for (size_t i = 0; i < wanted; i++) {
    const uint32_t value = (uint32_t)colonnade_unpack_one(body, count, first + i, bitWidth);
    bits[i / 64] |= (uint64_t)(value - least <= span) << (i % 64);
  }
}
