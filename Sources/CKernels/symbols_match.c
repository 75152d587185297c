// The matcher of symbols: buckets by the first bytes, filled; what is looked up where they are crowded.
#include "symbols_match.h"

#include <stdlib.h>

#define BEHIND(bytes) {bytes >= 8 ? 0 : ~(((uint64_t)1 << (8 * (bytes & 7))) - 1), \
    bytes >= 16 ? 0 : bytes <= 8 ? UINT64_MAX : ~(((uint64_t)1 << (8 * (bytes & 7))) - 1), \
    bytes >= 8 ? UINT64_MAX : 0}

const uint64_t colonnade_symbol_ends[COLONNADE_SYMBOL_STRIDE + 1][4] = {
    BEHIND(0), BEHIND(1), BEHIND(2), BEHIND(3), BEHIND(4), BEHIND(5), BEHIND(6), BEHIND(7),
    BEHIND(8), BEHIND(9), BEHIND(10), BEHIND(11), BEHIND(12), BEHIND(13), BEHIND(14), BEHIND(15),
    BEHIND(16)};

static int by_bucket_and_length(const void *left, const void *right) {
  const symbol_entry *x = left, *y = right;
  if (x->level != y->level) return x->level < y->level ? -1 : 1;
  if (x->bucket != y->bucket) return x->bucket < y->bucket ? -1 : 1;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->code < y->code ? -1 : x->code > y->code;
}

// A text that lanes without a symbol hold. What begins with it is looked up, as in a crowd.
static const uint64_t nowhere = UINT64_C(0xFEFDFCFBFAF9F8F7);

static void fill_lane(
    colonnade_symbol_matcher *matcher, unsigned group, unsigned lane, const symbol_entry *entry) {
  const unsigned length = entry->length;
  matcher->groups[group].low[lane] = entry->low;
  matcher->groups[group].high[lane] = entry->high;
  matcher->groups[group].mask[lane] = low_bytes(length >= 8 ? length - 8 : length);
  matcher->found[group][lane] = entry->code | (uint32_t)length << 16;
}

static void fill_crowd(
    colonnade_symbol_matcher *matcher, const symbol_entry *entries, size_t first, size_t end) {
  const unsigned level = entries[first].level, bucket = entries[first].bucket;
  matcher->buckets[level][bucket] = SYMBOL_CROWD;
  for (size_t i = first; i < end; i++) {
    uint32_t slot = slot_of_bytes(entries[i].low, entries[i].high, entries[i].length);
    while (matcher->slots[slot] != NO_SYMBOL) slot = (slot + 1) % SYMBOL_SLOTS;
    matcher->slots[slot] = (uint16_t)i;
    matcher->lengths[level][bucket] |= (uint16_t)(1u << (entries[i].length - 1));
  }
}

// Brings the entries, which lie in `crowded`, into groups or among what is looked up.
static void fill_buckets(colonnade_symbol_matcher *matcher, size_t count) {
  symbol_entry *const entries = matcher->crowded;
  const symbol_entry none = {.low = nowhere, .high = nowhere, .length = 16, .code = NO_SYMBOL};
  memset(matcher->buckets, 0, sizeof matcher->buckets);
  memset(matcher->lengths, 0, sizeof matcher->lengths);
  memset(matcher->slots, 0xFF, sizeof matcher->slots);
  for (unsigned level = 0; level < SYMBOL_LEVELS; level++) {
    matcher->buckets[level][symbol_bucket(level, nowhere, nowhere)] = SYMBOL_CROWD;
  }
  qsort(entries, count, sizeof *entries, by_bucket_and_length);
  // Empty buckets lead to the first group, which holds none.
  unsigned group = 0, lane = 0, groupLevel = SYMBOL_LEVELS;
  for (size_t first = 0, end; first < count; first = end) {
    const unsigned level = entries[first].level, bucket = entries[first].bucket;
    end = first;
    while (end < count && entries[end].level == level && entries[end].bucket == bucket) end++;
    if (end - first > SYMBOL_LANES || matcher->buckets[level][bucket] == SYMBOL_CROWD) {
      fill_crowd(matcher, entries, first, end);
      continue;
    }
    if (level != groupLevel || lane + (end - first) > SYMBOL_LANES) {
      while (lane < SYMBOL_LANES) fill_lane(matcher, group, lane++, &none);
      group++, lane = 0, groupLevel = level;
    }
    matcher->buckets[level][bucket] = (uint16_t)group;
    for (size_t i = first; i < end; i++) fill_lane(matcher, group, lane++, &entries[i]);
  }
  while (lane < SYMBOL_LANES) fill_lane(matcher, group, lane++, &none);
}

size_t colonnade_symbol_matcher_byte_count(void) { return sizeof(colonnade_symbol_matcher); }

void colonnade_symbol_matcher_prepare(
    colonnade_symbol_matcher *matcher, const uint8_t *symbols, const uint8_t *lengths,
    size_t count) {
  memset(matcher->two, 0xFF, sizeof matcher->two);
  memset(matcher->one, 0xFF, sizeof matcher->one);
  if (count > COLONNADE_SYMBOL_COUNT) count = COLONNADE_SYMBOL_COUNT;
  size_t entryCount = 0;
  for (size_t i = 0; i < count; i++) {
    symbol_entry entry = {0};
    memcpy(&entry.low, symbols + i * COLONNADE_SYMBOL_STRIDE, 8);
    memcpy(&entry.high, symbols + i * COLONNADE_SYMBOL_STRIDE + 8, 8);
    entry.length = lengths[i];
    entry.code = (uint16_t)i;
    if (entry.length >= 3) {
      while (entry.length < symbol_level_bytes[entry.level]) entry.level++;
      entry.bucket = (uint16_t)symbol_bucket(entry.level, entry.low, entry.high);
      matcher->crowded[entryCount++] = entry;
    } else if (entry.length == 2) {
      matcher->two[(uint16_t)entry.low] = entry.code;
    } else {
      matcher->one[(uint8_t)entry.low] = entry.code;
    }
  }
  fill_buckets(matcher, entryCount);
}

// The longest symbol of a crowded bucket at a text; 0 for none.
static uint32_t longest_of_crowd(
    const colonnade_symbol_matcher *matcher, unsigned lengths, uint64_t low, uint64_t high,
    size_t left) {
  if (left < COLONNADE_SYMBOL_STRIDE) lengths &= (1u << left) - 1;
  while (lengths != 0) {
    const unsigned length = 32 - (unsigned)__builtin_clz(lengths);
    const uint64_t first = low & low_bytes(length);
    const uint64_t second = length > 8 ? high & low_bytes(length - 8) : 0;
    for (uint32_t slot = slot_of_bytes(first, second, length);
         matcher->slots[slot] != NO_SYMBOL; slot = (slot + 1) % SYMBOL_SLOTS) {
      const symbol_entry *entry = &matcher->crowded[matcher->slots[slot]];
      if (entry->low == first && entry->high == second && entry->length == length) {
        return entry->code | (uint32_t)length << 16;
      }
    }
    lengths ^= 1u << (length - 1);
  }
  return 0;
}

uint32_t colonnade_longest_of_crowds(
    const colonnade_symbol_matcher *matcher, uint64_t low, uint64_t high, size_t left) {
  const uint64_t *end = colonnade_symbol_ends[left > 16 ? 16 : left];
  for (unsigned level = 0; level < SYMBOL_LEVELS; level++) {
    if (left < symbol_level_bytes[level]) continue;
    const unsigned bucket = symbol_bucket(level, low, high);
    const unsigned group = matcher->buckets[level][bucket];
    uint32_t found = 0;
    if (group == SYMBOL_CROWD) {
      found = longest_of_crowd(matcher, matcher->lengths[level][bucket], low, high, left);
    } else {
      const unsigned hits = symbol_hits(matcher, level, group, low, high, end);
      if (hits != 0) found = matcher->found[group][__builtin_ctz(hits)];
    }
    if (found != 0) return found;
  }
  const uint16_t two = matcher->two[(uint16_t)low];
  if (left >= 2 && two != NO_SYMBOL) return two | UINT32_C(2) << 16;
  return matcher->one[(uint8_t)low] | UINT32_C(1) << 16;
}
