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

static void fill_lane(
    colonnade_symbol_matcher *matcher, unsigned group, unsigned lane, const symbol_entry *entry) {
  const unsigned length = entry->length;
  matcher->groups[group].low[lane] = entry->low;
  matcher->groups[group].high[lane] = entry->high;
  matcher->groups[group].mask[lane] = low_bytes(length >= 8 ? length - 8 : length);
  matcher->found[group][lane] = entry->code | (uint32_t)length << 16;
}

// Fills the lanes behind the last with the first one again, which is found before them.
static void end_group(colonnade_symbol_matcher *matcher, unsigned group, unsigned lane) {
  for (; lane < SYMBOL_LANES; lane++) {
    matcher->groups[group].low[lane] = matcher->groups[group].low[0];
    matcher->groups[group].high[lane] = matcher->groups[group].high[0];
    matcher->groups[group].mask[lane] = matcher->groups[group].mask[0];
    matcher->found[group][lane] = matcher->found[group][0];
  }
}

// Empty buckets lead to a group that holds a text which leads elsewhere: to the other one.
static void fill_empty(colonnade_symbol_matcher *matcher) {
  static const uint64_t texts[2] = {UINT64_C(0xFEFDFCFBFAF9F8F7), UINT64_C(0xF7F8F9FAFBFCFDFE)};
  for (unsigned group = 0; group < 2; group++) {
    const symbol_entry none = {
        .low = texts[group], .high = texts[group], .length = 16, .code = NO_SYMBOL};
    fill_lane(matcher, group, 0, &none);
    end_group(matcher, group, 1);
  }
  memset(matcher->buckets, 0, sizeof matcher->buckets);
  for (unsigned level = 0; level < SYMBOL_LEVELS; level++) {
    matcher->buckets[level][symbol_bucket(level, texts[0], texts[0])] = 1;
  }
}

// Brings what a crowded bucket's first group does not hold among what is looked up.
static void fill_slots(
    colonnade_symbol_matcher *matcher, unsigned group, size_t first, size_t end) {
  matcher->lengths[group] = 0;
  for (size_t i = first; i < end; i++) {
    const symbol_entry *entry = &matcher->crowded[i];
    uint32_t slot = slot_of_bytes(entry->low, entry->high, entry->length);
    while (matcher->slots[slot] != NO_SYMBOL) slot = (slot + 1) % SYMBOL_SLOTS;
    matcher->slots[slot] = (uint16_t)i;
    matcher->lengths[group] |= (uint16_t)(1u << (entry->length - 1));
  }
}

// Brings the entries, which lie in `crowded`, into groups.
static void fill_groups(colonnade_symbol_matcher *matcher, size_t count) {
  symbol_entry *const entries = matcher->crowded;
  qsort(entries, count, sizeof *entries, by_bucket_and_length);
  memset(matcher->slots, 0xFF, sizeof matcher->slots);
  unsigned group = 1, lane = SYMBOL_LANES, groupLevel = SYMBOL_LEVELS;
  for (size_t first = 0, end; first < count; first = end) {
    const unsigned level = entries[first].level, bucket = entries[first].bucket;
    end = first;
    while (end < count && entries[end].level == level && entries[end].bucket == bucket) end++;
    if (level != groupLevel || lane + (end - first) > SYMBOL_LANES) {
      end_group(matcher, group, lane);
      group++, lane = 0, groupLevel = level;
    }
    size_t more = (end - first - 1) / SYMBOL_LANES, laneEnd = end;
    if (more > SYMBOL_MORE_AT_MOST) {
      more = SYMBOL_CROWD, laneEnd = first + SYMBOL_LANES;
      fill_slots(matcher, group, laneEnd, end);
    }
    matcher->buckets[level][bucket] = (uint16_t)(group + SYMBOL_MORE * more);
    for (size_t i = first; i < laneEnd; i++) {
      if (lane == SYMBOL_LANES) group++, lane = 0;
      fill_lane(matcher, group, lane++, &entries[i]);
    }
  }
  end_group(matcher, group, lane);
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
  fill_empty(matcher);
  fill_groups(matcher, entryCount);
}

// The longest of the symbols that are looked up at a text; 0 for none.
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
    const colonnade_symbol_matcher *matcher, uint64_t low, uint64_t high, size_t left,
    uint64_t buckets, uint32_t hits) {
  const uint64_t *end = colonnade_symbol_ends[left > 16 ? 16 : left];
  for (unsigned level = 0; level < SYMBOL_LEVELS; level++, buckets >>= 16, hits >>= 8) {
    unsigned group = (uint16_t)buckets % SYMBOL_MORE, more = (uint16_t)buckets / SYMBOL_MORE;
    unsigned lanes = (uint8_t)hits;
    if (more == SYMBOL_CROWD && lanes == 0) {
      const uint32_t found =
          longest_of_crowd(matcher, matcher->lengths[group], low, high, left);
      if (found != 0) return found;
      continue;
    }
    for (; lanes == 0 && more > 0; more--) {
      lanes = symbol_hits(matcher, level, ++group, low, high, end);
    }
    if (lanes != 0) return matcher->found[group][__builtin_ctz(lanes)];
  }
  const uint16_t two = matcher->two[(uint16_t)low];
  if (left >= 2 && two != NO_SYMBOL) return two | UINT32_C(2) << 16;
  return matcher->one[(uint8_t)low] | UINT32_C(1) << 16;
}
