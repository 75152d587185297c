// The matcher of symbols, and the search that training and encoding share.
#ifndef COLONNADE_SYMBOLS_MATCH_H
#define COLONNADE_SYMBOLS_MATCH_H

#include <string.h>

#include "colonnade_symbols.h"

enum { SYMBOL_BUCKETS = 1 << 12, SYMBOL_SLOTS = 1 << 13, NO_SYMBOL = 0xFFFF };

typedef struct {
  uint64_t low, high;  // the bytes, little-endian, zeros behind
  uint16_t bucket, length, code;
} symbol_entry;

// Symbols of 8 bytes and more lie in buckets by their first 8 bytes, behind them those of 4 to 7 by
// their first 4, longest first in each bucket; those of 2 and 3 are looked up.
struct colonnade_symbol_matcher {
  symbol_entry entries[COLONNADE_SYMBOL_COUNT];
  uint16_t longStarts[SYMBOL_BUCKETS + 1];
  uint16_t middleStarts[SYMBOL_BUCKETS + 1];
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

// The code of the longest symbol at `text`, which holds `left` bytes (at least 1) and sixteen
// readable ones; NO_SYMBOL where there is none.
static inline uint16_t longest_symbol(
    const colonnade_symbol_matcher *matcher, const uint8_t *text, size_t left,
    unsigned *length) {
  uint64_t low, high;
  memcpy(&low, text, 8);
  memcpy(&high, text + 8, 8);
  if (left >= 8) {
    uint16_t bucket = bucket_of_8(low);
    for (unsigned i = matcher->longStarts[bucket]; i < matcher->longStarts[bucket + 1]; i++) {
      const symbol_entry *entry = &matcher->entries[i];
      uint64_t other = (low ^ entry->low) |
                       ((high ^ entry->high) & low_bytes(entry->length - 8u));
      if (other == 0 && entry->length <= left) {
        *length = entry->length;
        return entry->code;
      }
    }
  }
  if (left >= 4) {
    uint16_t bucket = bucket_of_4((uint32_t)low);
    for (unsigned i = matcher->middleStarts[bucket]; i < matcher->middleStarts[bucket + 1];
         i++) {
      const symbol_entry *entry = &matcher->entries[i];
      if (((low ^ entry->low) & low_bytes(entry->length)) == 0 && entry->length <= left) {
        *length = entry->length;
        return entry->code;
      }
    }
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
