// Decoding text from codes of a symbol table: sixteen bytes are copied for each code, and the end
// moves on by the symbol's length.
#include "colonnade_symbols.h"

#include <string.h>

#include "clones.h"
#include "colonnade_text.h"
#include "views.h"

// Ones and zeros: so many bytes before the middle on begin with as many ones.
static const uint8_t edge[2 * COLONNADE_SYMBOL_STRIDE] = {
    255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

// Unpacks the lengths, and says how many bytes the symbols take.
COLONNADE_CLONES
static size_t read_lengths(uint8_t *restrict lengths, size_t count, const uint8_t *restrict packed) {
  for (size_t i = 0; i < count / 2; i++) {
    lengths[2 * i] = (packed[i] & 15) + 1;
    lengths[2 * i + 1] = (packed[i] >> 4) + 1;
  }
  if (count % 2 != 0) lengths[count - 1] = (packed[count / 2] & 15) + 1;
  size_t total = 0;
  for (size_t i = 0; i < count; i++) total += lengths[i];
  return total;
}

size_t colonnade_symbols_read(
    uint8_t *restrict symbols, uint8_t *restrict lengths, int *areText, size_t count,
    const uint8_t *packedLengths, const uint8_t *restrict bytes, size_t byteCount) {
  if (read_lengths(lengths, count, packedLengths) > byteCount) return SIZE_MAX;
  size_t at = 0, next = 0;
  // A whole stride is read, and what belongs to the next symbols is cut off. Behind a symbol that many
  // follow lie as many bytes.
  for (; next + COLONNADE_SYMBOL_STRIDE <= count; next++) {
    uint64_t symbol[2], own[2];
    memcpy(symbol, bytes + at, COLONNADE_SYMBOL_STRIDE);
    memcpy(own, edge + COLONNADE_SYMBOL_STRIDE - lengths[next], COLONNADE_SYMBOL_STRIDE);
    symbol[0] &= own[0];
    symbol[1] &= own[1];
    memcpy(symbols + next * COLONNADE_SYMBOL_STRIDE, symbol, COLONNADE_SYMBOL_STRIDE);
    at += lengths[next];
  }
  for (; next < count; next++) {
    memset(symbols + next * COLONNADE_SYMBOL_STRIDE, 0, COLONNADE_SYMBOL_STRIDE);
    memcpy(symbols + next * COLONNADE_SYMBOL_STRIDE, bytes + at, lengths[next]);
    at += lengths[next];
  }
  uint8_t any = 0;
  for (size_t i = 0; i < at; i++) any |= bytes[i];
  *areText = 1;
  for (size_t i = 0, start = 0; any >= 0x80 && i < count; start += lengths[i++]) {
    if (!colonnade_utf8_is_valid(bytes + start, lengths[i])) {
      *areText = 0;
      break;
    }
  }
  return at;
}

COLONNADE_CLONES
uint16_t colonnade_greatest_u16(const uint16_t *values, size_t count) {
  uint16_t greatest = 0;
  for (size_t i = 0; i < count; i++) greatest = values[i] > greatest ? values[i] : greatest;
  return greatest;
}

uint64_t colonnade_symbols_byte_count(
    const uint16_t *codes, size_t count, const uint8_t *lengths) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) total += lengths[codes[i]];
  return total;
}

// So many codes are copied before the values that end among them are looked at: a loop that ends with
// each value, after a handful of codes, is one that no branch predictor foresees.
#define RUN 1024

static inline uint32_t copy_symbol(
    uint8_t *target, size_t code, const uint8_t *symbols, const uint8_t *lengths) {
  memcpy(target, symbols + code * COLONNADE_SYMBOL_STRIDE, COLONNADE_SYMBOL_STRIDE);
  return lengths[code];
}

// Copies the symbols of `count` codes, a whole stride each, and says where each starts. Four codes are
// fetched at once: no load of theirs then waits for a store before it.
static inline uint32_t copy_symbols(
    uint32_t *restrict places, uint8_t *restrict target, const uint16_t *restrict codes,
    size_t count, const uint8_t *restrict symbols, const uint8_t *restrict lengths) {
  uint32_t at = 0;
  size_t j = 0;
  for (; j + 4 <= count; j += 4) {
    const size_t a = codes[j], b = codes[j + 1], c = codes[j + 2], d = codes[j + 3];
    const uint32_t second = at + lengths[a], third = second + lengths[b];
    const uint32_t fourth = third + lengths[c], next = fourth + lengths[d];
    copy_symbol(target + at, a, symbols, lengths);
    copy_symbol(target + second, b, symbols, lengths);
    copy_symbol(target + third, c, symbols, lengths);
    copy_symbol(target + fourth, d, symbols, lengths);
    places[j] = at;
    places[j + 1] = second;
    places[j + 2] = third;
    places[j + 3] = fourth;
    at = next;
  }
  for (; j < count; j++) {
    places[j] = at;
    at += copy_symbol(target + at, codes[j], symbols, lengths);
  }
  return at;
}

// Decodes to views, or where there are none to the ends of values, counted on from `offset`.
static inline size_t decode(
    view *made, uint32_t *ends, uint8_t *target, size_t room, const uint16_t *codes,
    uint32_t *counts, size_t count, const uint8_t *symbols, const uint8_t *lengths,
    uint32_t bufferIndex, uint32_t offset) {
  uint8_t *at = target, *start = target, *const end = target + room;
  // Where each code of a run starts, counted from `run`, and where the last one ends.
  uint32_t places[RUN + 1];
  size_t codeCount = 0;
  for (size_t i = 0; i < count; i++) codeCount += counts[i];
  size_t i = 0, valueEnd = count > 0 ? counts[0] : 0, first = 0;
  while (i < count) {
    size_t some = codeCount - first < RUN ? codeCount - first : RUN;
    const size_t fitting = (size_t)(end - at) / COLONNADE_SYMBOL_STRIDE;
    if (some > fitting && fitting >= RUN / 16) some = fitting;
    uint8_t *const run = at;
    if (some <= fitting) {
      at += copy_symbols(places, at, codes + first, some, symbols, lengths);
    } else {
      for (size_t j = 0; j < some; j++) {
        const uint16_t code = codes[first + j];
        const size_t length = lengths[code];
        if (length > (size_t)(end - at)) return SIZE_MAX;
        places[j] = (uint32_t)(at - run);
        memcpy(at, symbols + (size_t)code * COLONNADE_SYMBOL_STRIDE, length);
        at += length;
      }
    }
    places[some] = (uint32_t)(at - run);
    while (i < count && valueEnd <= first + some) {
      uint8_t *const next = run + places[valueEnd - first];
      const size_t length = (size_t)(next - start);
      if (length > UINT32_MAX) return SIZE_MAX;
      counts[i] = (uint32_t)length;
      if (made != NULL) {
        make_view(
            made + i, start, (size_t)(end - start), (uint32_t)length, bufferIndex,
            offset + (uint32_t)(start - target));
      } else {
        ends[i] = offset + (uint32_t)(next - target);
      }
      start = next;
      if (++i < count) valueEnd += counts[i];
    }
    first += some;
  }
  return (size_t)(at - target);
}

size_t colonnade_symbols_decode(
    void *views, uint8_t *target, size_t room, const uint16_t *codes, uint32_t *counts,
    size_t count, const uint8_t *symbols, const uint8_t *lengths, uint32_t bufferIndex,
    uint32_t offset) {
  return decode(
      views, NULL, target, room, codes, counts, count, symbols, lengths, bufferIndex, offset);
}

size_t colonnade_symbols_decode_ends(
    uint32_t *ends, uint8_t *target, size_t room, const uint16_t *codes, uint32_t *counts,
    size_t count, const uint8_t *symbols, const uint8_t *lengths, uint32_t offset) {
  return decode(NULL, ends, target, room, codes, counts, count, symbols, lengths, 0, offset);
}
