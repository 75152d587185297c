// The matcher of symbols, and the search that training and encoding share.
#ifndef COLONNADE_SYMBOLS_MATCH_H
#define COLONNADE_SYMBOLS_MATCH_H

#include <string.h>

#include "colonnade_symbols.h"

enum {
  SYMBOL_BUCKETS = 1 << 12,
  SYMBOL_SLOTS = 1 << 14,
  NO_SYMBOL = 0xFFFF,
  // So many are compared at once.
  SYMBOL_LANES = 8,
  SYMBOL_LEVELS = 3,
  // Two hold none; of the others, two of a level that follow each other have more symbols than one has
  // lanes.
  SYMBOL_GROUPS = 2 + COLONNADE_SYMBOL_COUNT / SYMBOL_LANES * 2 + SYMBOL_LEVELS,
  // What stands for a bucket: its first group and, times SYMBOL_MORE, how many follow it, or SYMBOL_CROWD.
  SYMBOL_MORE = 1 << 11,
  SYMBOL_MORE_AT_MOST = 3,
  SYMBOL_CROWD = 15,
};

// Symbols of at least so many bytes, and fewer than those of the level before, lie in buckets by their
// first bytes, as many as that: symbol_bucket and symbol_hits are made for these very numbers.
static const unsigned symbol_level_bytes[SYMBOL_LEVELS] = {12, 8, 3};

typedef struct {
  uint64_t low, high;  // the bytes, little-endian, zeros behind
  uint16_t level, bucket, length, code;
} symbol_entry;

// Eight symbols are compared at a time, so that hardly a branch depends on the text: one that cannot be
// foreseen costs more than comparing with what does not match. Small buckets of a level share a group of
// lanes, larger ones have some; each has its symbols in a row, longest first, and those of another cannot
// match what led to this one. Of crowded buckets, into which texts lead that begin alike, all but the first
// group are looked up: one look for each length that they have, so that no text makes it slow.
struct colonnade_symbol_matcher {
  struct {
    // The bytes; and the bits of them that are compared beyond the first ones of its level: of `high`, or in
    // the last level of `low`.
    uint64_t low[SYMBOL_LANES], high[SYMBOL_LANES], mask[SYMBOL_LANES];
  } groups[SYMBOL_GROUPS];
  // Codes of lanes, and lengths above them.
  uint32_t found[SYMBOL_GROUPS][SYMBOL_LANES];
  uint16_t buckets[SYMBOL_LEVELS][SYMBOL_BUCKETS];
  // By the first group of a crowded bucket: bit n - 1 where symbols of n bytes are looked up.
  uint16_t lengths[SYMBOL_GROUPS];
  // What is looked up, and where it is by all its bytes.
  symbol_entry crowded[COLONNADE_SYMBOL_COUNT];
  uint16_t slots[SYMBOL_SLOTS];
  // Codes of symbols of two bytes, the first one below, and of one.
  uint16_t two[1 << 16];
  uint16_t one[1 << 8];
};

static inline uint64_t low_bytes(unsigned count) {
  return count >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * count)) - 1;
}

static inline unsigned symbol_bucket(unsigned level, uint64_t low, uint64_t high) {
  switch (level) {
    case 0:
      return (unsigned)((low ^ (high & UINT32_MAX) * UINT64_C(0xC2B2AE3D27D4EB4F)) *
                            UINT64_C(0x9E3779B97F4A7C15) >> 52);
    case 1: return (unsigned)(low * UINT64_C(0x9E3779B97F4A7C15) >> 52);
    default: return ((uint32_t)low << 8) * UINT32_C(0x9E3779B1) >> 20;
  }
}

static inline uint32_t slot_of_bytes(uint64_t low, uint64_t high, unsigned length) {
  uint64_t hash = (low ^ length) * UINT64_C(0x9E3779B97F4A7C15);
  hash = (hash ^ high ^ hash >> 32) * UINT64_C(0xC2B2AE3D27D4EB4F);
  return (uint32_t)(hash >> 50);
}

// What longest_symbol says where the first groups do not tell.
// buckets, hits: of all levels, the first one's lowest, in 16 and 8 bits each.
uint32_t colonnade_longest_of_crowds(
    const colonnade_symbol_matcher *matcher, uint64_t low, uint64_t high, size_t left,
    uint64_t buckets, uint32_t hits);

#define SYMBOL_INLINE static inline __attribute__((always_inline))

typedef uint64_t symbol_words __attribute__((vector_size(8 * SYMBOL_LANES)));
typedef int64_t symbol_truths __attribute__((vector_size(8 * SYMBOL_LANES)));
typedef _Bool symbol_flags __attribute__((ext_vector_type(SYMBOL_LANES)));

// Bit i where the symbol in lane i of a group of `level` is the text; bits behind the text's end are set
// in `end`, as in colonnade_symbol_ends.
SYMBOL_INLINE unsigned symbol_hits(
    const colonnade_symbol_matcher *matcher, unsigned level, unsigned group, uint64_t low,
    uint64_t high, const uint64_t *end) {
  symbol_words first, other, mask;
  memcpy(&first, matcher->groups[group].low, sizeof first);
  memcpy(&mask, matcher->groups[group].mask, sizeof mask);
  symbol_truths hits;
  if (level < SYMBOL_LEVELS - 1) {
    memcpy(&other, matcher->groups[group].high, sizeof other);
    hits = (symbol_truths)(first == low) &
        (symbol_truths)((((other ^ high) | end[1]) & mask) == 0);
  } else {
    hits = (symbol_truths)((((first ^ low) | end[0]) & mask) == 0);
  }
  const unsigned bits = __builtin_bit_cast(uint8_t, __builtin_convertvector(hits, symbol_flags));
  return level == 1 ? bits & (unsigned)end[2] : bits;
}

// By the bytes that are left, 16 at most: bits of `low` and `high` behind them, all bits from 8 on; and
// a word that makes finding them a shift.
extern const uint64_t colonnade_symbol_ends[COLONNADE_SYMBOL_STRIDE + 1][4];

// The code of the longest symbol at `text`, which holds `left` bytes (at least 1) and sixteen
// readable ones, and its length from bit 16 on; NO_SYMBOL of length 1 where there is none.
SYMBOL_INLINE uint32_t longest_symbol(
    const colonnade_symbol_matcher *matcher, const uint8_t *text, size_t left) {
  uint64_t low, high;
  memcpy(&low, text, 8);
  memcpy(&high, text + 8, 8);
  const uint64_t *end = colonnade_symbol_ends[left > 16 ? 16 : left];
  const unsigned bucket12 = matcher->buckets[0][symbol_bucket(0, low, high)];
  const unsigned bucket8 = matcher->buckets[1][symbol_bucket(1, low, high)];
  const unsigned bucket3 = matcher->buckets[2][symbol_bucket(2, low, high)];
  const unsigned group12 = bucket12 % SYMBOL_MORE, group8 = bucket8 % SYMBOL_MORE;
  const unsigned group3 = bucket3 % SYMBOL_MORE;
  const unsigned hits12 = symbol_hits(matcher, 0, group12, low, high, end);
  const unsigned hits8 = symbol_hits(matcher, 1, group8, low, high, end);
  const unsigned hits3 = symbol_hits(matcher, 2, group3, low, high, end);
  // What a level says matters where those before it say nothing.
  const unsigned open = (hits12 == 0 ? bucket12 : 0) | ((hits12 | hits8) == 0 ? bucket8 : 0) |
      ((hits12 | hits8 | hits3) == 0 ? bucket3 : 0);
  if (__builtin_expect(open >= SYMBOL_MORE, 0)) {
    return colonnade_longest_of_crowds(
        matcher, low, high, left, bucket12 | (uint64_t)bucket8 << 16 | (uint64_t)bucket3 << 32,
        hits12 | hits8 << 8 | hits3 << 16);
  }
  const uint32_t two = matcher->two[(uint16_t)low], one = matcher->one[(uint8_t)low];
  const uint32_t found = __builtin_unpredictable((two != NO_SYMBOL) & (left >= 2))
      ? two | UINT32_C(2) << 16 : one | UINT32_C(1) << 16;
  unsigned group = group3, hits = hits3;
  group = __builtin_unpredictable(hits8 != 0) ? group8 : group;
  hits = __builtin_unpredictable(hits8 != 0) ? hits8 : hits;
  group = __builtin_unpredictable(hits12 != 0) ? group12 : group;
  hits = __builtin_unpredictable(hits12 != 0) ? hits12 : hits;
  const unsigned lane = (unsigned)__builtin_ctz(hits | 1u << SYMBOL_LANES) % SYMBOL_LANES;
  const uint32_t best = matcher->found[group][lane];
  return __builtin_unpredictable(hits != 0) ? best : found;
}

#endif
