// Decoding text from codes of a symbol table: sixteen bytes are copied for each code, and the end
// moves on by the symbol's length.
#include "colonnade_symbols.h"

#include <string.h>

#include "clones.h"
#include "views.h"

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

size_t colonnade_symbols_decode(
    void *views, uint8_t *target, size_t room, const uint16_t *codes, uint32_t *counts,
    size_t count, const uint8_t *symbols, const uint8_t *lengths, uint32_t bufferIndex,
    uint32_t offset) {
  view *made = views;
  uint8_t *at = target, *const end = target + room;
  for (size_t i = 0; i < count; i++) {
    uint8_t *const start = at;
    const uint16_t *const last = codes + counts[i];
    if ((size_t)(end - at) >= (size_t)counts[i] * COLONNADE_SYMBOL_STRIDE) {
      for (; codes < last; codes++) {
        memcpy(at, symbols + (size_t)*codes * COLONNADE_SYMBOL_STRIDE, COLONNADE_SYMBOL_STRIDE);
        at += lengths[*codes];
      }
    } else {
      for (; codes < last; codes++) {
        size_t length = lengths[*codes];
        if (length > (size_t)(end - at)) return SIZE_MAX;
        memcpy(at, symbols + (size_t)*codes * COLONNADE_SYMBOL_STRIDE, length);
        at += length;
      }
    }
    size_t length = (size_t)(at - start);
    if (length > UINT32_MAX) return SIZE_MAX;
    counts[i] = (uint32_t)length;
    make_view(
        made + i, start, (size_t)(end - start), (uint32_t)length, bufferIndex,
        offset + (uint32_t)(start - target));
  }
  return (size_t)(at - target);
}
