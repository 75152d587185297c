// Distinct values by open addressing: a slot holds the entry's number and part of its hash.
#include <stdlib.h>
#include <string.h>

#include "colonnade_text.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define EMPTY UINT32_MAX

typedef struct {
  uint32_t entry;
  uint32_t hash;
} slot;

struct colonnade_distinct {
  unsigned width;  // of an entry; 16 for views
  int holdsViews;
  slot *slots;
  size_t mask;
  uint8_t *values;
  size_t count, capacity, byteCount;
};

colonnade_distinct *colonnade_distinct_create(unsigned width) {
  colonnade_distinct *table = calloc(1, sizeof *table);
  if (table == NULL) return NULL;
  table->width = width == 0 ? 16 : width;
  table->holdsViews = width == 0;
  table->mask = 1023;
  table->capacity = 512;
  table->slots = malloc((table->mask + 1) * sizeof(slot));
  table->values = malloc(table->capacity * table->width);
  if (table->slots == NULL || table->values == NULL) {
    colonnade_distinct_free(table);
    return NULL;
  }
  memset(table->slots, 0xFF, (table->mask + 1) * sizeof(slot));
  return table;
}

void colonnade_distinct_free(colonnade_distinct *table) {
  if (table == NULL) return;
  free(table->slots);
  free(table->values);
  free(table);
}

size_t colonnade_distinct_count(const colonnade_distinct *table) { return table->count; }
size_t colonnade_distinct_byte_count(const colonnade_distinct *table) { return table->byteCount; }
const void *colonnade_distinct_values(const colonnade_distinct *table) { return table->values; }

static int grow(colonnade_distinct *table) {
  size_t mask = table->mask * 2 + 1, capacity = table->capacity * 2;
  uint8_t *values = realloc(table->values, capacity * table->width);
  if (values == NULL) return 0;
  table->values = values;
  table->capacity = capacity;
  slot *slots = malloc((mask + 1) * sizeof(slot));
  if (slots == NULL) return 0;
  memset(slots, 0xFF, (mask + 1) * sizeof(slot));
  for (size_t i = 0; i <= table->mask; i++) {
    slot one = table->slots[i];
    if (one.entry == EMPTY) continue;
    size_t at = one.hash & mask;
    while (slots[at].entry != EMPTY) at = (at + 1) & mask;
    slots[at] = one;
  }
  free(table->slots);
  table->slots = slots;
  table->mask = mask;
  return 1;
}

static inline uint32_t mix(uint64_t key) {
  key ^= key >> 32;
  key *= UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(key >> 32);
}

static inline const uint8_t *text_of(
    const uint8_t *view, const uint8_t *const *buffers, uint32_t length) {
  uint32_t place[2];
  if (length <= 12) return view + 4;
  memcpy(place, view + 8, 8);
  return buffers[place[0]] + place[1];
}

// KEY: what is hashed, HASH: the hash, SAME(entry address): equality.
#define ADD(PREPARE, HASH, SAME, BYTES)                                                        \
  for (size_t i = 0; i < count; i++) {                                                         \
    if (bits != NULL && !((bits[(firstBit + i) / 8] >> ((firstBit + i) % 8)) & 1)) {           \
      codes[i] = last;                                                                         \
      continue;                                                                                \
    }                                                                                          \
    const uint8_t *value = in + i * width;                                                     \
    PREPARE;                                                                                   \
    uint32_t hash = (HASH);                                                                    \
    size_t at = hash & table->mask;                                                            \
    for (;;) {                                                                                 \
      slot one = table->slots[at];                                                             \
      if (one.entry == EMPTY) {                                                                \
        size_t bytes = (BYTES);                                                                \
        if (table->count >= entryLimit || table->byteCount + bytes > byteLimit) return i;      \
        if (table->count == table->capacity) {                                                 \
          if (!grow(table)) return i;                                                          \
          at = hash & table->mask;                                                             \
          while (table->slots[at].entry != EMPTY) at = (at + 1) & table->mask;                 \
        }                                                                                      \
        memcpy(table->values + table->count * width, value, width);                            \
        table->byteCount += bytes;                                                             \
        last = (uint32_t)table->count++;                                                       \
        table->slots[at] = (slot){last, hash};                                                 \
        break;                                                                                 \
      }                                                                                        \
      if (one.hash == hash) {                                                                  \
        const uint8_t *entry = table->values + (size_t)one.entry * width;                      \
        if (SAME) {                                                                            \
          last = one.entry;                                                                    \
          break;                                                                               \
        }                                                                                      \
      }                                                                                        \
      at = (at + 1) & table->mask;                                                             \
    }                                                                                          \
    codes[i] = last;                                                                           \
  }                                                                                            \
  return count;

#define ADD_WORDS(WIDTH, TYPE)                                                                 \
  {                                                                                            \
    const size_t width = WIDTH;                                                                \
    ADD(TYPE key; memcpy(&key, value, WIDTH), mix((uint64_t)key),                              \
        memcmp(entry, value, WIDTH) == 0, WIDTH)                                               \
  }

size_t colonnade_distinct_add(
    colonnade_distinct *table, uint32_t *codes, const void *values, size_t count,
    const uint8_t *const *buffers, const uint8_t *bits, size_t firstBit, size_t entryLimit,
    size_t byteLimit) {
  const uint8_t *in = values;
  uint32_t last = 0;
  if (table->holdsViews) {
    const size_t width = 16;
    ADD(uint32_t length; memcpy(&length, value, 4);
        uint64_t low; memcpy(&low, value, 8); uint64_t high; memcpy(&high, value + 8, 8),
        length <= 12 ? mix(low ^ (high * UINT64_C(0xD6E8FEB86659FD93)))
                     : (uint32_t)XXH3_64bits(text_of(value, buffers, length), length),
        memcmp(entry, value, 8) == 0 &&
            (length <= 12 ? memcmp(entry + 8, value + 8, 8) == 0
                          : memcmp(text_of(entry, buffers, length),
                                   text_of(value, buffers, length), length) == 0),
        length)
  }
  switch (table->width) {
    case 1: ADD_WORDS(1, uint8_t)
    case 2: ADD_WORDS(2, uint16_t)
    case 4: ADD_WORDS(4, uint32_t)
    case 8: ADD_WORDS(8, uint64_t)
    default: {
      const size_t width = table->width;
      ADD((void)0, (uint32_t)XXH3_64bits(value, width), memcmp(entry, value, width) == 0, width)
    }
  }
}
