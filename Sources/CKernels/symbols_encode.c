// Text as codes of symbols.
#include "clones.h"
#include "symbols_block.h"
#include "views.h"

// Codes of a value that no block holds, part by part.
COLONNADE_CLONES
static size_t encode_long(
    const colonnade_symbol_matcher *matcher, uint8_t *copy, uint16_t *codes, const uint8_t *bytes,
    size_t left) {
  uint16_t *next = codes;
  while (left > 0) {
    const size_t part = left < SYMBOL_BLOCK_BYTES ? left : SYMBOL_BLOCK_BYTES;
    memcpy(copy, bytes, part);
    memset(copy + part, 0, COLONNADE_SYMBOL_STRIDE);
    // A part that is not the last ends where a symbol could begin that it does not hold.
    const size_t stop = part == left ? part : part - COLONNADE_SYMBOL_STRIDE;
    size_t at = 0;
    while (at < stop) {
      const uint32_t found = longest_symbol(matcher, copy + at, part - at);
      if ((uint16_t)found == NO_SYMBOL) return SIZE_MAX;
      *next++ = (uint16_t)found;
      at += found >> 16;
    }
    bytes += at;
    left -= at;
  }
  return (size_t)(next - codes);
}

// Puts values into the block as long as it holds them; says which is the first that it does not.
static size_t fill_block(
    symbol_block *block, uint32_t *counts, const view *views, size_t first, size_t count,
    const uint8_t *const *buffers, const uint8_t *bits, size_t firstBit) {
  uint8_t *next = block->text;
  size_t room = SYMBOL_BLOCK_BYTES, i = first;
  block->valueCount = 0;
  for (; i < count && block->valueCount < SYMBOL_BLOCK_VALUES; i++) {
    const uint32_t length =
        bits != NULL && !bit_at(bits, firstBit + i) ? 0 : views[i].length;
    if (length > room) break;
    counts[i] = 0;
    if (length == 0) continue;
    copy_value(next, &views[i], buffers);
    symbol_block_add(block, length, counts + i);
    next += length;
    room -= length;
  }
  return i;
}

size_t colonnade_symbols_encode(
    const colonnade_symbol_matcher *matcher, uint16_t *codes, uint32_t *counts,
    const void *views, size_t count, const uint8_t *const *buffers, const uint8_t *bits,
    size_t firstBit) {
  const view *const all = views;
  uint16_t *next = codes;
  symbol_block block;
  for (size_t i = 0; i < count;) {
    const size_t first = i;
    i = fill_block(&block, counts, all, first, count, buffers, bits, firstBit);
    if (i > first) {
      int isCovered;
      next += colonnade_symbol_block_cut(matcher, &block, next, &isCovered);
      if (!isCovered) return SIZE_MAX;
    } else {
      const size_t written = encode_long(
          matcher, block.text, next, buffers[all[i].buffer] + all[i].offset, all[i].length);
      if (written == SIZE_MAX) return SIZE_MAX;
      next += written;
      counts[i++] = (uint32_t)written;
    }
  }
  return (size_t)(next - codes);
}
