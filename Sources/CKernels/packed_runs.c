// Short runs of packed integers, such as the codes of single values: few neighbours of one step each,
// which stand side by side in the words of the lanes.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"
#include "packed_lanes.h"

#define BLOCK COLONNADE_BLOCK
#define LANES COLONNADE_LANES
enum { eight = COLONNADE_RUN_SPACE, row_of_lanes = LANES * sizeof(uint32_t) };

typedef uint32_t eight_words __attribute__((ext_vector_type(8)));
typedef uint16_t eight_halves __attribute__((ext_vector_type(8)));

// Integers `within` and those behind it, at most `wanted`, of one step of a block; returns how many. Up
// to `eight` more are written.
static inline __attribute__((always_inline)) size_t unpack_step(
    uint16_t *target, const uint8_t *block, size_t within, size_t wanted, unsigned bitWidth) {
  const size_t lane = within % LANES, left = LANES - lane, some = wanted < left ? wanted : left;
  const unsigned bit = (unsigned)(within / LANES) * bitWidth, shift = bit % 32;
  const int goesOn = shift + bitWidth > 32;
  const uint32_t mask = (UINT32_C(1) << bitWidth) - 1;
  const uint8_t *words = block + bit / 32 * row_of_lanes + lane * sizeof(uint32_t);
  size_t i = 0;
  // Eight at once where so many lanes are left.
  for (; i < some && i + eight <= left; i += eight) {
    eight_words found, above;
    memcpy(&found, words + i * sizeof(uint32_t), sizeof found);
    found >>= shift;
    if (goesOn) {
      memcpy(&above, words + row_of_lanes + i * sizeof(uint32_t), sizeof above);
      found |= above << (32 - shift);
    }
    const eight_halves halves = __builtin_convertvector(found & mask, eight_halves);
    memcpy(target + i, &halves, sizeof halves);
  }
  for (; i < some; i++) {
    uint32_t found, above;
    memcpy(&found, words + i * sizeof found, sizeof found);
    found >>= shift;
    if (goesOn) {
      memcpy(&above, words + row_of_lanes + i * sizeof above, sizeof above);
      found |= above << (32 - shift);
    }
    target[i] = (uint16_t)(found & mask);
  }
  return some;
}

COLONNADE_CLONES
static void unpack_runs(
    uint16_t *target, const uint8_t *body, size_t count, const uint32_t *starts,
    const uint32_t *counts, size_t runCount, unsigned bitWidth) {
  const size_t whole = count / BLOCK * BLOCK;
  for (size_t i = 0; i < runCount; i++) {
    size_t at = starts[i];
    const size_t end = at + counts[i];
    while (at < end && at < whole) {
      const uint8_t *block = body + at / BLOCK * 128 * bitWidth;
      const size_t last = end < whole ? end : whole;
      const size_t some = unpack_step(target, block, at % BLOCK, last - at, bitWidth);
      target += some;
      at += some;
    }
    if (at >= end) continue;
    colonnade_unpack(target, sizeof *target, body, count, at, end - at, 0, bitWidth);
    target += end - at;
  }
}

void colonnade_unpack_runs(
    uint16_t *target, const uint8_t *body, size_t count, const uint32_t *starts,
    const uint32_t *counts, size_t runCount, unsigned bitWidth) {
  unpack_runs(target, body, count, starts, counts, runCount, bitWidth);
}

void colonnade_unpack_runs_portable(
    uint16_t *target, const uint8_t *body, size_t count, const uint32_t *starts,
    const uint32_t *counts, size_t runCount, unsigned bitWidth) {
  for (size_t i = 0; i < runCount; i++) {
    for (size_t k = 0; k < counts[i]; k++) {
      *target++ = (uint16_t)colonnade_unpack_one(body, count, (size_t)starts[i] + k, bitWidth);
    }
  }
}

size_t colonnade_run_bytes(
    uint32_t *parts, size_t count, const uint32_t *starts, const uint32_t *counts, size_t runCount,
    unsigned bitWidth) {
  const size_t whole = count / BLOCK * BLOCK, blockBytes = 128 * (size_t)bitWidth;
  size_t partCount = 0;
  for (size_t i = 0; i < runCount; i++) {
    if (counts[i] == 0) continue;
    const size_t first = starts[i], last = first + counts[i] - 1, block = first / BLOCK;
    size_t from = block * blockBytes, end;
    if (last >= whole) {
      // What is left behind the blocks is as good as one.
      end = colonnade_packed_byte_count(count, bitWidth);
    } else if (last / BLOCK != block) {
      end = (last / BLOCK + 1) * blockBytes;
    } else {
      // The same words of all lanes lie together.
      const size_t low = first % BLOCK / LANES * bitWidth / 32;
      const size_t high = (last % BLOCK / LANES * bitWidth + bitWidth - 1) / 32;
      end = from + (high + 1) * row_of_lanes;
      from += low * row_of_lanes;
    }
    parts[2 * partCount] = (uint32_t)from;
    parts[2 * partCount + 1] = (uint32_t)end;
    partCount++;
  }
  return partCount;
}
