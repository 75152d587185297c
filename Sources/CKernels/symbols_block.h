// Values in a row, to be cut into symbols side by side.
#ifndef COLONNADE_SYMBOLS_BLOCK_H
#define COLONNADE_SYMBOLS_BLOCK_H

#include "symbols_match.h"

enum {
  // So many bytes, and so many values, at a time.
  SYMBOL_BLOCK_BYTES = 32 << 10,
  SYMBOL_BLOCK_VALUES = 2048,
};

// Values are cut from a copy, where sixteen bytes can be read at any of them.
typedef struct {
  uint8_t text[SYMBOL_BLOCK_BYTES + COLONNADE_SYMBOL_STRIDE];
  // Of each value: where it ends, and whose number of codes is its. No value is empty.
  uint32_t ends[SYMBOL_BLOCK_VALUES + 1];
  uint32_t *counts[SYMBOL_BLOCK_VALUES + 1];
  size_t valueCount;
} symbol_block;

static inline size_t symbol_block_byte_count(const symbol_block *block) {
  return block->valueCount == 0 ? 0 : block->ends[block->valueCount - 1];
}

// Notes that the next `length` bytes of the text, which are there already, are a value.
static inline void symbol_block_add(symbol_block *block, uint32_t length, uint32_t *count) {
  block->ends[block->valueCount] = (uint32_t)symbol_block_byte_count(block) + length;
  block->counts[block->valueCount++] = count;
}

// Cuts the values and writes their codes, NO_SYMBOL where a byte has none; sets their numbers of codes.
// `codes` has room for one a byte and is overwritten throughout. Returns the number of codes, and in
// `isCovered` whether all bytes have symbols.
size_t colonnade_symbol_block_cut(
    const colonnade_symbol_matcher *matcher, symbol_block *block, uint16_t *codes, int *isCovered);

#endif
