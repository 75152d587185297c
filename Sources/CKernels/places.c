// Integers that lie apart. Spec: spec/encodings.md "Packed integers".
#include "colonnade_places.h"

#include <string.h>

// The words of all lanes for one step stand together: the next word of a lane is a row of lanes on.
enum { row_of_lanes = 128 };

static inline uint64_t low_bits(unsigned width) {
  return width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

void colonnade_places_packed(
    colonnade_place *places, const uint32_t *rows, size_t count, uint32_t first, uint64_t at,
    uint64_t base, unsigned bitWidth) {
  // Lanes of 32 bits, of 64 where integers are wider.
  const unsigned wordBytes = bitWidth == 0 ? 0 : bitWidth <= 32 ? 4 : 8;
  const unsigned lanes = bitWidth <= 32 ? 32 : 16, wordBits = bitWidth <= 32 ? 32 : 64;
  for (size_t i = 0; i < count; i++) {
    const uint32_t row = rows[i] - first, within = row % 1024;
    const unsigned bit = within / lanes * bitWidth, shift = bit % wordBits;
    places[i] = (colonnade_place){
        .at = at + (uint64_t)(row / 1024) * 128 * bitWidth + bit / wordBits * row_of_lanes +
              within % lanes * wordBytes,
        .base = base,
        .wordBytes = (uint8_t)wordBytes,
        .bitWidth = (uint8_t)bitWidth,
        .shift = (uint8_t)shift,
        .goesOn = shift + bitWidth > wordBits};
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

static inline void mark(uint64_t *bits, uint64_t block) {
  bits[block >> 6] |= UINT64_C(1) << (block & 63);
}

void colonnade_places_mark(
    uint64_t *bits, const colonnade_place *places, size_t count, uint64_t firstBlock,
    unsigned shift) {
  for (size_t i = 0; i < count; i++) {
    const colonnade_place *place = &places[i];
    if (place->wordBytes == 0) continue;
    uint64_t end = place->at + place->wordBytes - 1;
    mark(bits, (place->at >> shift) - firstBlock);
    mark(bits, (end >> shift) - firstBlock);
    if (!place->goesOn) continue;
    mark(bits, ((place->at + row_of_lanes) >> shift) - firstBlock);
    mark(bits, ((end + row_of_lanes) >> shift) - firstBlock);
  }
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

static inline uint64_t read_one(const colonnade_place *place, const uint8_t *file) {
  const uint8_t *from = file + place->at;
  uint64_t value = load(from, place->wordBytes) >> place->shift;
  // The bits left of the first word are fewer than 64, since the integer does not end in it.
  if (place->goesOn) {
    value |= load(from + row_of_lanes, place->wordBytes) << (place->wordBytes * 8 - place->shift);
  }
  return place->base + (value & low_bits(place->bitWidth));
}

void colonnade_places_read(
    void *target, unsigned width, const colonnade_place *places, size_t count,
    const uint8_t *file) {
  uint8_t *out = target;
  for (size_t i = 0; i < count; i++, out += width) {
    const uint64_t value = read_one(&places[i], file);
    // Sizes that the compiler knows become one store.
    switch (width) {
      case 1: memcpy(out, &value, 1); break;
      case 2: memcpy(out, &value, 2); break;
      case 4: memcpy(out, &value, 4); break;
      default: memcpy(out, &value, 8); break;
    }
  }
}
