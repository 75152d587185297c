// Cutting values side by side: what the processor does for one is done while the others wait for memory.
#include "symbols_block.h"

#include "clones.h"

// So many values at a time. One that fills a block alone is cut by itself.
enum { STRANDS = 4 };

// A run of a block's values on its way into codes.
typedef struct {
  const uint8_t *at, *end, *stop;  // in the text: here, where the value ends, where the last one does
  uint16_t *next, *first;          // the next code, the first one of the value
  size_t value;
  int isCovered;
} strand;

static size_t start_of(const symbol_block *block, size_t value) {
  return value == 0 ? 0 : block->ends[value - 1];
}

// The first value that ends behind `byte`.
static size_t value_behind(const symbol_block *block, size_t byte) {
  size_t low = 0, high = block->valueCount;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (block->ends[middle] <= byte) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

SYMBOL_INLINE void advance(
    const colonnade_symbol_matcher *matcher, const symbol_block *block, strand *one) {
  const uint32_t found = longest_symbol(matcher, one->at, (size_t)(one->end - one->at));
  *one->next++ = (uint16_t)found;
  one->isCovered &= (uint16_t)found != NO_SYMBOL;
  one->at += found >> 16;
  *block->counts[one->value] = (uint32_t)(one->next - one->first);
  const int isDone = one->at == one->end;
  one->value += (size_t)isDone;
  one->first = __builtin_unpredictable(isDone) ? one->next : one->first;
  one->end = block->text + block->ends[one->value];
}

COLONNADE_CLONES
size_t colonnade_symbol_block_cut(
    const colonnade_symbol_matcher *matcher, symbol_block *block, uint16_t *codes,
    int *isCovered) {
  const size_t byteCount = symbol_block_byte_count(block);
  memset(block->text + byteCount, 0, COLONNADE_SYMBOL_STRIDE);
  // A strand that is done looks at the value behind its last.
  block->ends[block->valueCount] = (uint32_t)byteCount;
  size_t starts[STRANDS + 1];
  for (size_t i = 0; i <= STRANDS; i++) {
    starts[i] = i == STRANDS ? block->valueCount : value_behind(block, byteCount * i / STRANDS);
  }
  // Each writes its codes where its text begins: no text has more codes than bytes.
  strand strands[STRANDS];
  for (size_t i = 0; i < STRANDS; i++) {
    const size_t byte = start_of(block, starts[i]);
    strands[i] = (strand){
        block->text + byte, block->text + block->ends[starts[i]],
        block->text + start_of(block, starts[i + 1]), codes + byte, codes + byte, starts[i], 1};
  }
  strand a = strands[0], b = strands[1], c = strands[2], d = strands[3];
  while ((a.at < a.stop) & (b.at < b.stop) & (c.at < c.stop) & (d.at < d.stop)) {
    advance(matcher, block, &a);
    advance(matcher, block, &b);
    advance(matcher, block, &c);
    advance(matcher, block, &d);
  }
  strands[0] = a, strands[1] = b, strands[2] = c, strands[3] = d;
  uint16_t *next = codes;
  *isCovered = 1;
  for (size_t i = 0; i < STRANDS; i++) {
    strand one = strands[i];
    while (one.at < one.stop) advance(matcher, block, &one);
    *isCovered &= one.isCovered;
    const uint16_t *first = codes + start_of(block, starts[i]);
    const size_t count = (size_t)(one.next - first);
    memmove(next, first, count * sizeof *codes);
    next += count;
  }
  return (size_t)(next - codes);
}
