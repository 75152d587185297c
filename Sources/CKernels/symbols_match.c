// Cutting text into symbols: the longest symbol that fits, found by what its first bytes hash to.
#include "symbols_match.h"

#include <stdlib.h>

#include "views.h"

static int by_bucket_and_length(const void *left, const void *right) {
  const symbol_entry *x = left, *y = right;
  if (x->bucket != y->bucket) return x->bucket < y->bucket ? -1 : 1;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  return x->code < y->code ? -1 : x->code > y->code;
}

static void sort_into_buckets(
    symbol_entry *entries, size_t first, size_t count, uint16_t *starts) {
  qsort(entries + first, count, sizeof *entries, by_bucket_and_length);
  size_t next = first;
  for (uint32_t bucket = 0; bucket <= SYMBOL_BUCKETS; bucket++) {
    while (next < first + count && entries[next].bucket < bucket) next++;
    starts[bucket] = (uint16_t)next;
  }
}

// Lengths of what crowded buckets hold, whose entries become what is looked up.
static void note_crowds(
    colonnade_symbol_matcher *matcher, const uint16_t *starts, uint16_t *lengths) {
  for (uint32_t bucket = 0; bucket < SYMBOL_BUCKETS; bucket++) {
    lengths[bucket] = 0;
    if (starts[bucket + 1] - starts[bucket] <= SYMBOL_CROWD) continue;
    for (uint16_t i = starts[bucket]; i < starts[bucket + 1]; i++) {
      const symbol_entry *entry = &matcher->entries[i];
      uint32_t slot = slot_of_bytes(entry->low, entry->high, entry->length);
      while (matcher->crowded[slot] != NO_SYMBOL) slot = (slot + 1) % SYMBOL_SLOTS;
      matcher->crowded[slot] = i;
      lengths[bucket] |= (uint16_t)(1u << (entry->length - 1));
    }
  }
}

size_t colonnade_symbol_matcher_byte_count(void) { return sizeof(colonnade_symbol_matcher); }

void colonnade_symbol_matcher_prepare(
    colonnade_symbol_matcher *matcher, const uint8_t *symbols, const uint8_t *lengths,
    size_t count) {
  memset(matcher->shorts, 0xFF, sizeof matcher->shorts);
  memset(matcher->one, 0xFF, sizeof matcher->one);
  if (count > COLONNADE_SYMBOL_COUNT) count = COLONNADE_SYMBOL_COUNT;
  size_t longCount = 0, middleCount = 0;
  for (size_t i = 0; i < count; i++) longCount += lengths[i] >= 8;
  size_t nextLong = 0;
  for (size_t i = 0; i < count; i++) {
    symbol_entry entry = {0};
    memcpy(&entry.low, symbols + i * COLONNADE_SYMBOL_STRIDE, 8);
    memcpy(&entry.high, symbols + i * COLONNADE_SYMBOL_STRIDE + 8, 8);
    entry.length = lengths[i];
    entry.code = (uint16_t)i;
    if (entry.length >= 8) {
      entry.bucket = bucket_of_8(entry.low);
      matcher->entries[nextLong++] = entry;
    } else if (entry.length >= 4) {
      entry.bucket = bucket_of_4((uint32_t)entry.low);
      matcher->entries[longCount + middleCount++] = entry;
    } else if (entry.length >= 2) {
      uint32_t key = short_key((uint32_t)entry.low, entry.length), slot = slot_of(key);
      while (matcher->shorts[slot].code != NO_SYMBOL) slot = (slot + 1) % SYMBOL_SLOTS;
      matcher->shorts[slot].key = key;
      matcher->shorts[slot].code = entry.code;
    } else {
      matcher->one[(uint8_t)entry.low] = entry.code;
    }
  }
  sort_into_buckets(matcher->entries, 0, longCount, matcher->longStarts);
  sort_into_buckets(matcher->entries, longCount, middleCount, matcher->middleStarts);
  memset(matcher->crowded, 0xFF, sizeof matcher->crowded);
  note_crowds(matcher, matcher->longStarts, matcher->longLengths);
  note_crowds(matcher, matcher->middleStarts, matcher->middleLengths);
}

size_t colonnade_symbols_encode(
    const colonnade_symbol_matcher *matcher, uint16_t *codes, uint32_t *counts,
    const void *views, size_t count, const uint8_t *const *buffers, const uint8_t *bits,
    size_t firstBit) {
  const uint8_t *const base = views;
  uint16_t *next = codes;
  // Values are cut from a copy, where sixteen bytes can be read at any of them.
  uint8_t copy[1024 + COLONNADE_SYMBOL_STRIDE] = {0};
  for (size_t i = 0; i < count; i++) {
    uint16_t *const first = next;
    view text;
    memcpy(&text, base + i * 16, 16);
    if (bits == NULL || bit_at(bits, firstBit + i)) {
      const uint8_t *bytes =
          text.length <= 12 ? base + i * 16 + 4 : buffers[text.buffer] + text.offset;
      size_t left = text.length;
      while (left > 0) {
        size_t some = left < 1024 ? left : 1024;
        memcpy(copy, bytes, some);
        // A part that is not the last ends where a symbol could begin that it does not hold.
        size_t stop = some == left ? some : some - COLONNADE_SYMBOL_STRIDE, at = 0;
        while (at < stop) {
          unsigned length;
          uint16_t code = longest_symbol(matcher, copy + at, some - at, &length);
          if (code == NO_SYMBOL) return SIZE_MAX;
          *next++ = code;
          at += length;
        }
        bytes += at;
        left -= at;
      }
    }
    counts[i] = (uint32_t)(next - first);
  }
  return (size_t)(next - codes);
}
