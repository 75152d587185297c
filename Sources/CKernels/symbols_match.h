// The matcher of symbols, and the search that training and encoding share.
#ifndef COLONNADE_SYMBOLS_MATCH_H
#define COLONNADE_SYMBOLS_MATCH_H

#include <string.h>

#include "colonnade_symbols.h"

enum {
  SYMBOL_BUCKETS = 1 << 12,
  SYMBOL_SLOTS = 1 << 13,
  NO_SYMBOL = 0xFFFF,
  // Beyond this many in a bucket they are looked up: texts that begin alike fill few buckets.
  SYMBOL_CROWD = 6,
};

typedef struct {
  uint64_t low, high;  // the bytes, little-endian, zeros behind
  uint16_t bucket, length, code;
} symbol_entry;

// Symbols of 8 bytes and more lie in buckets by their first 8 bytes, behind them those of 4 to 7 by
// their first 4, longest first in each bucket; those of crowded buckets, and those of 2 and 3 bytes,
// are looked up: one look for each length that the bucket has, so that no text makes it slow.
struct colonnade_symbol_matcher {
  symbol_entry entries[COLONNADE_SYMBOL_COUNT];
  uint16_t longStarts[SYMBOL_BUCKETS + 1];
  uint16_t middleStarts[SYMBOL_BUCKETS + 1];
  // Bit n - 1 where a crowded bucket has symbols of n bytes; 0 for the others.
  uint16_t longLengths[SYMBOL_BUCKETS];
  uint16_t middleLengths[SYMBOL_BUCKETS];
  // Entries of crowded buckets by all their bytes.
  uint16_t crowded[SYMBOL_SLOTS];
  struct {
    uint32_t key;  // the bytes, and their number on top
    uint16_t code;
  } shorts[SYMBOL_SLOTS];
  uint16_t one[1 << 8];
};

static inline uint16_t bucket_of_8(uint64_t bytes) {
  return (uint16_t)(bytes * UINT64_C(0x9E3779B97F4A7C15) >> 52);
}

static inline uint16_t bucket_of_4(uint32_t bytes) {
  return (uint16_t)(bytes * UINT32_C(0x9E3779B1) >> 20);
}

static inline uint32_t short_key(uint32_t bytes, unsigned length) {
  return (bytes & ((UINT32_C(1) << (8 * length)) - 1)) | (uint32_t)length << 24;
}

static inline uint32_t slot_of(uint32_t key) { return key * UINT32_C(0x9E3779B1) >> 19; }

static inline uint64_t low_bytes(unsigned count) {
  return count >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * count)) - 1;
}

static inline uint32_t slot_of_bytes(uint64_t low, uint64_t high, unsigned length) {
  uint64_t hash = (low ^ length) * UINT64_C(0x9E3779B97F4A7C15);
  hash = (hash ^ high ^ hash >> 32) * UINT64_C(0xC2B2AE3D27D4EB4F);
  return (uint32_t)(hash >> 51);
}

// The longest symbol of a crowded bucket at a text, by its bytes and those behind them; NULL for none.
static inline const symbol_entry *longest_of_crowd(
    const colonnade_symbol_matcher *matcher, unsigned lengths, uint64_t low, uint64_t high,
    size_t left) {
  if (left < COLONNADE_SYMBOL_STRIDE) lengths &= (1u << left) - 1;
  while (lengths != 0) {
    unsigned length = 32 - (unsigned)__builtin_clz(lengths);
    uint64_t first = low & low_bytes(length);
    uint64_t second = length > 8 ? high & low_bytes(length - 8) : 0;
    for (uint32_t slot = slot_of_bytes(first, second, length);
         matcher->crowded[slot] != NO_SYMBOL; slot = (slot + 1) % SYMBOL_SLOTS) {
      const symbol_entry *entry = &matcher->entries[matcher->crowded[slot]];
      if (entry->low == first && entry->high == second && entry->length == length) return entry;
    }
    lengths ^= 1u << (length - 1);
  }
  return NULL;
}

// The longest symbol of a bucket at a text; NULL for none.
static inline const symbol_entry *longest_of_bucket(
    const colonnade_symbol_matcher *matcher, const uint16_t *starts, const uint16_t *lengths,
    uint16_t bucket, uint64_t low, uint64_t high, size_t left) {
  if (lengths[bucket] != 0) {
    return longest_of_crowd(matcher, lengths[bucket], low, high, left);
  }
  for (unsigned i = starts[bucket]; i < starts[bucket + 1]; i++) {
    const symbol_entry *entry = &matcher->entries[i];
    unsigned behind = entry->length > 8 ? entry->length - 8u : 0;
    uint64_t other = ((low ^ entry->low) & low_bytes(entry->length)) |
                     ((high ^ entry->high) & low_bytes(behind));
    if (other == 0 && entry->length <= left) return entry;
  }
  return NULL;
}

// The code of the longest symbol at `text`, which holds `left` bytes (at least 1) and sixteen
// readable ones; NO_SYMBOL where there is none.
static inline uint16_t longest_symbol(
    const colonnade_symbol_matcher *matcher, const uint8_t *text, size_t left,
    unsigned *length) {
  uint64_t low, high;
  memcpy(&low, text, 8);
  memcpy(&high, text + 8, 8);
  const symbol_entry *entry = NULL;
  if (left >= 8) {
    entry = longest_of_bucket(
        matcher, matcher->longStarts, matcher->longLengths, bucket_of_8(low), low, high, left);
  }
  if (entry == NULL && left >= 4) {
    entry = longest_of_bucket(
        matcher, matcher->middleStarts, matcher->middleLengths, bucket_of_4((uint32_t)low), low,
        high, left);
  }
  if (entry != NULL) {
    *length = entry->length;
    return entry->code;
  }
  for (unsigned some = left >= 3 ? 3 : (unsigned)left; some >= 2; some--) {
    uint32_t key = short_key((uint32_t)low, some);
    for (uint32_t slot = slot_of(key); matcher->shorts[slot].code != NO_SYMBOL;
         slot = (slot + 1) % SYMBOL_SLOTS) {
      if (matcher->shorts[slot].key == key) {
        *length = some;
        return matcher->shorts[slot].code;
      }
    }
  }
  *length = 1;
  return matcher->one[(uint8_t)low];
}

#endif
