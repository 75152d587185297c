// Integers that lie apart. Spec: spec/encodings.md "Packed integers".
#include "colonnade_places.h"

#include <string.h>

#include "colonnade_packed.h"
#include "page_walk.h"

// The words of all lanes for one step stand together: the next word of a lane is a row of lanes on.
enum { row_of_lanes = 128 };

static inline uint64_t low_bits(unsigned width) {
  return width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

// The same loop for both kinds of lanes, whose number the compiler is to know: it divides by it.
static inline __attribute__((always_inline)) void find_packed(
    colonnade_place *places, const uint32_t *rows, size_t count, uint32_t first, uint64_t at,
    uint64_t base, unsigned bitWidth, const unsigned lanes, const unsigned wordBytes) {
  const unsigned wordBits = wordBytes * 8;
  const uint64_t blockBytes = (uint64_t)row_of_lanes * bitWidth;
  for (size_t i = 0; i < count; i++) {
    const uint32_t row = rows[i] - first, within = row % block_slots;
    const unsigned bit = within / lanes * bitWidth, shift = bit % wordBits;
    places[i] = (colonnade_place){
        .at = at + row / block_slots * blockBytes + bit / wordBits * row_of_lanes +
              within % lanes * wordBytes,
        .base = base,
        .wordBytes = (uint8_t)wordBytes,
        .bitWidth = (uint8_t)bitWidth,
        .shift = (uint8_t)shift,
        .goesOn = shift + bitWidth > wordBits};
  }
}

void colonnade_places_packed(
    colonnade_place *places, const uint32_t *rows, size_t count, uint32_t first, uint64_t at,
    uint64_t base, unsigned bitWidth) {
  if (bitWidth == 0) {
    for (size_t i = 0; i < count; i++) places[i] = (colonnade_place){.at = at, .base = base};
  } else if (bitWidth <= 32) {
    find_packed(places, rows, count, first, at, base, bitWidth, 32, 4);
  } else {
    find_packed(places, rows, count, first, at, base, bitWidth, 16, 8);
  }
}

void colonnade_places_plain(
    colonnade_place *places, const uint32_t *rows, size_t count, uint32_t first, uint64_t at,
    unsigned width) {
  for (size_t i = 0; i < count; i++) {
    places[i] = (colonnade_place){
        .at = at + (uint64_t)(rows[i] - first) * width,
        .wordBytes = (uint8_t)width,
        .bitWidth = (uint8_t)(width * 8)};
  }
}

static inline __attribute__((always_inline)) size_t place_pages(
    colonnade_place *places, const uint32_t *rows, size_t count, const colonnade_page_run *run,
    colonnade_pages_found *found, const colonnade_page_layout layout) {
  const int isPlain = layout == colonnade_layout_plain;
  size_t placed = 0;
  colonnade_chosen_page page;
  while (placed < count && take_page(&page, rows + placed, count - placed, run, layout)) {
    const size_t some = page.rowCount;
    const uint32_t first = page.firstSlot;
    const uint64_t base = run->hasBases ? page.base : 0;
    const unsigned bitWidth = page.bitWidth;
    // Packed integers lie in whole blocks.
    const size_t whole = isPlain ? page.slotCount : page.slotCount & ~(size_t)(block_slots - 1);
    if (rows[placed + some - 1] - first >= whole) break;
    if (isPlain) {
      colonnade_places_plain(places + placed, rows + placed, some, first, page.at, run->width);
    } else if (bitWidth > 0 && bitWidth <= 32) {
      find_packed(places + placed, rows + placed, some, first, page.at, base, bitWidth, 32, 4);
    } else {
      colonnade_places_packed(
          places + placed, rows + placed, some, first, page.at, base, bitWidth);
    }
    if (!isPlain) found->areSmall &= colonnade_decimals_are_small(page.base, bitWidth);
    add_page(found, &page);
    placed += some;
  }
  return placed;
}

size_t colonnade_places_pages(
    colonnade_place *places, const uint32_t *rows, size_t count, const colonnade_page_run *run,
    colonnade_pages_found *found) {
  const colonnade_page_run own = *run;
  colonnade_pages_found all = {.start = UINT64_MAX, .areSmall = 1};
  size_t placed = 0;
  if (own.layout == colonnade_layout_plain) {
    placed = place_pages(places, rows, count, &own, &all, colonnade_layout_plain);
  } else if (own.layout == colonnade_layout_packed) {
    placed = place_pages(places, rows, count, &own, &all, colonnade_layout_packed);
  }
  *found = all;
  return placed;
}

static inline void mark(uint64_t *bits, uint64_t block) {
  bits[block >> 6] |= UINT64_C(1) << (block & 63);
}

static inline uint64_t is_marked(const uint64_t *bits, uint64_t block) {
  return __atomic_load_n(&bits[block >> 6], __ATOMIC_ACQUIRE) >> (block & 63) & 1;
}

// The last byte of a place that has one. No block is so short that another lies between that of this byte
// and that of the first.
static inline uint64_t last_byte(const colonnade_place *place) {
  return place->at + (unsigned)place->goesOn * row_of_lanes + place->wordBytes - 1;
}

void colonnade_places_mark(
    uint64_t *bits, const colonnade_place *places, size_t count, uint64_t firstBlock,
    unsigned shift) {
  for (size_t i = 0; i < count; i++) {
    if (places[i].wordBytes == 0) continue;
    const uint64_t from = places[i].at >> shift, last = last_byte(&places[i]) >> shift;
    mark(bits, from - firstBlock);
    if (last != from) mark(bits, last - firstBlock);
  }
}

int colonnade_places_are_marked(
    const uint64_t *bits, const colonnade_place *places, size_t count, unsigned shift) {
  for (size_t i = 0; i < count; i++) {
    if (places[i].wordBytes == 0) continue;
    const uint64_t from = places[i].at >> shift, last = last_byte(&places[i]) >> shift;
    if (!is_marked(bits, from)) return 0;
    if (last != from && !is_marked(bits, last)) return 0;
  }
  return 1;
}

void colonnade_items_mark(
    uint64_t *bits, const uint32_t *items, size_t count, uint64_t at, size_t size,
    uint64_t firstBlock, unsigned shift) {
  for (size_t i = 0; i < count; i++) {
    const uint64_t from = at + (uint64_t)items[i] * size, last = (from + size - 1) >> shift;
    for (uint64_t block = from >> shift; block <= last; block++) mark(bits, block - firstBlock);
  }
}

size_t colonnade_bits_numbers(uint32_t *target, uint64_t bits, uint32_t first) {
  size_t count = 0;
  for (; bits != 0; bits &= bits - 1) target[count++] = first + (uint32_t)__builtin_ctzll(bits);
  return count;
}

static inline uint64_t load(const uint8_t *from, unsigned byteCount) {
  uint64_t wide = 0;
  uint32_t word;
  uint16_t half;
  switch (byteCount) {
    case 1: return *from;
    case 2: memcpy(&half, from, 2); return half;
    case 4: memcpy(&word, from, 4); return word;
    case 8: memcpy(&wide, from, 8); return wide;
    default: return 0;
  }
}

static inline __attribute__((always_inline)) uint64_t read_one(
    const colonnade_place *place, const uint8_t *file, unsigned wordBytes) {
  const uint8_t *from = file + place->at;
  uint64_t value = load(from, wordBytes) >> place->shift;
  // The bits left of the first word are fewer than 64, since the integer does not end in it.
  if (place->goesOn) {
    value |= load(from + row_of_lanes, wordBytes) << (wordBytes * 8 - place->shift);
  }
  return place->base + (value & low_bits(place->bitWidth));
}

// Most words are those of packed integers of at most 32 bits.
#define READ(NAME, TYPE)                                                                       \
  static void NAME(                                                                            \
      uint8_t *out, const colonnade_place *places, size_t count, const uint8_t *file) {        \
    for (size_t i = 0; i < count; i++) {                                                       \
      const unsigned wordBytes = places[i].wordBytes;                                          \
      const TYPE value = (TYPE)(wordBytes == 4 ? read_one(&places[i], file, 4)                 \
                                               : read_one(&places[i], file, wordBytes));       \
      memcpy(out + i * sizeof value, &value, sizeof value);                                    \
    }                                                                                          \
  }

READ(read_1, uint8_t)
READ(read_2, uint16_t)
READ(read_4, uint32_t)
READ(read_8, uint64_t)

void colonnade_places_read(
    void *target, unsigned width, const colonnade_place *places, size_t count,
    const uint8_t *file) {
  switch (width) {
    case 1: read_1(target, places, count, file); break;
    case 2: read_2(target, places, count, file); break;
    case 4: read_4(target, places, count, file); break;
    default: read_8(target, places, count, file); break;
  }
}

// Sets bits from..last.
static inline void mark_range(uint64_t *bits, uint64_t from, uint64_t last) {
  for (uint64_t word = from >> 6; word <= last >> 6; word++) {
    uint64_t wanted = UINT64_MAX;
    if (word == from >> 6) wanted &= UINT64_MAX << (from & 63);
    if (word == last >> 6) wanted &= UINT64_MAX >> (63 - (last & 63));
    bits[word] |= wanted;
  }
}

size_t colonnade_parts_byte_count(const uint32_t *parts, size_t partCount, size_t byteCount) {
  size_t total = 0;
  for (size_t i = 0; i < partCount; i++) {
    const uint32_t low = parts[2 * i], high = parts[2 * i + 1];
    if (low >= high || high > byteCount) return SIZE_MAX;
    total += high - low;
  }
  return total;
}

void colonnade_parts_mark(
    uint64_t *bits, const uint32_t *parts, size_t partCount, uint64_t at, uint64_t firstBlock,
    unsigned shift) {
  for (size_t i = 0; i < partCount; i++) {
    const uint64_t from = (at + parts[2 * i]) >> shift, last = (at + parts[2 * i + 1] - 1) >> shift;
    mark_range(bits, from - firstBlock, last - firstBlock);
  }
}

int colonnade_parts_are_marked(
    const uint64_t *bits, const uint32_t *parts, size_t partCount, uint64_t at, unsigned shift) {
  for (size_t i = 0; i < partCount; i++) {
    const uint64_t from = (at + parts[2 * i]) >> shift, last = (at + parts[2 * i + 1] - 1) >> shift;
    for (uint64_t block = from; block <= last; block++) {
      if (!is_marked(bits, block)) return 0;
    }
  }
  return 1;
}
