// Cutting text into symbols, several values at a time: what the processor does for one is done while the
// others wait for memory.
#include "clones.h"
#include "symbols_match.h"
#include "views.h"

enum {
  // Values are cut from a copy, where sixteen bytes can be read at any of them: so many bytes, and so
  // many values, at a time.
  BLOCK_BYTES = 32 << 10,
  BLOCK_VALUES = 2048,
  LANES = 4,
};

typedef struct {
  uint8_t text[BLOCK_BYTES + COLONNADE_SYMBOL_STRIDE];
  // Of each value: where it ends, and whose count is its.
  uint32_t ends[BLOCK_VALUES + 1];
  uint32_t *counts[BLOCK_VALUES + 1];
  size_t valueCount;
} block;

static size_t start_of(const block *some, size_t value) {
  return value == 0 ? 0 : some->ends[value - 1];
}

// The first value that ends behind `byte`.
static size_t value_behind(const block *some, size_t byte) {
  size_t low = 0, high = some->valueCount;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (some->ends[middle] <= byte) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Part of a block's values on their way into codes.
typedef struct {
  const uint8_t *at, *end, *stop;  // in the text: here, where the value ends, where the last one does
  uint16_t *next, *first;          // the next code, the first one of the value
  size_t value;
  uint32_t isBad;
} lane;

SYMBOL_INLINE void advance(
    const colonnade_symbol_matcher *matcher, const block *some, lane *one) {
  const uint32_t found = longest_symbol(matcher, one->at, (size_t)(one->end - one->at));
  *one->next++ = (uint16_t)found;
  one->isBad |= (uint16_t)found == NO_SYMBOL;
  one->at += found >> 16;
  *some->counts[one->value] = (uint32_t)(one->next - one->first);
  const int isDone = one->at == one->end;
  one->value += (size_t)isDone;
  one->first = __builtin_unpredictable(isDone) ? one->next : one->first;
  one->end = some->text + some->ends[one->value];
}

// Codes of a block's values. Each lane writes them where its text begins: no text has more codes
// than bytes.
COLONNADE_CLONES
static size_t encode_block(
    const colonnade_symbol_matcher *matcher, const block *some, uint16_t *codes) {
  const size_t byteCount = start_of(some, some->valueCount);
  lane lanes[LANES];
  size_t starts[LANES + 1];
  for (size_t i = 0; i <= LANES; i++) {
    starts[i] = i == LANES ? some->valueCount : value_behind(some, byteCount * i / LANES);
  }
  for (size_t i = 0; i < LANES; i++) {
    const size_t byte = start_of(some, starts[i]);
    lanes[i] = (lane){some->text + byte, some->text + some->ends[starts[i]],
                      some->text + start_of(some, starts[i + 1]), codes + byte, codes + byte,
                      starts[i], 0};
  }
  lane a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
  while ((a.at < a.stop) & (b.at < b.stop) & (c.at < c.stop) & (d.at < d.stop)) {
    advance(matcher, some, &a);
    advance(matcher, some, &b);
    advance(matcher, some, &c);
    advance(matcher, some, &d);
  }
  lanes[0] = a, lanes[1] = b, lanes[2] = c, lanes[3] = d;
  uint16_t *next = codes;
  for (size_t i = 0; i < LANES; i++) {
    lane one = lanes[i];
    while (one.at < one.stop) advance(matcher, some, &one);
    if (one.isBad) return SIZE_MAX;
    const uint16_t *first = codes + start_of(some, starts[i]);
    const size_t count = (size_t)(one.next - first);
    memmove(next, first, count * sizeof *codes);
    next += count;
  }
  return (size_t)(next - codes);
}

// Codes of a value that no block holds, part by part.
static size_t encode_long(
    const colonnade_symbol_matcher *matcher, block *some, uint16_t *codes, const uint8_t *bytes,
    size_t left) {
  uint16_t *next = codes;
  while (left > 0) {
    const size_t part = left < BLOCK_BYTES ? left : BLOCK_BYTES;
    memcpy(some->text, bytes, part);
    // A part that is not the last ends where a symbol could begin that it does not hold.
    const size_t stop = part == left ? part : part - COLONNADE_SYMBOL_STRIDE;
    size_t at = 0;
    while (at < stop) {
      const uint32_t found = longest_symbol(matcher, some->text + at, part - at);
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
    block *some, uint32_t *counts, const view *views, size_t first, size_t count,
    const uint8_t *const *buffers, const uint8_t *bits, size_t firstBit) {
  size_t byteCount = 0, valueCount = 0, i = first;
  for (; i < count && valueCount < BLOCK_VALUES; i++) {
    const view text = views[i];
    const int isNull = bits != NULL && !bit_at(bits, firstBit + i);
    if (!isNull && text.length > BLOCK_BYTES - byteCount) break;
    counts[i] = 0;
    if (isNull || text.length == 0) continue;
    if (text.length <= 12) {
      memcpy(some->text + byteCount, (const uint8_t *)(views + i) + 4, 12);
    } else {
      copy_text(
          some->text + byteCount, buffers[text.buffer] + text.offset, text.length);
    }
    byteCount += text.length;
    some->ends[valueCount] = (uint32_t)byteCount;
    some->counts[valueCount++] = counts + i;
  }
  // A lane that is done looks at the value behind its last.
  some->ends[valueCount] = (uint32_t)byteCount;
  some->valueCount = valueCount;
  memset(some->text + byteCount, 0, COLONNADE_SYMBOL_STRIDE);
  return i;
}

size_t colonnade_symbols_encode(
    const colonnade_symbol_matcher *matcher, uint16_t *codes, uint32_t *counts,
    const void *views, size_t count, const uint8_t *const *buffers, const uint8_t *bits,
    size_t firstBit) {
  const view *const all = views;
  uint16_t *next = codes;
  block some;
  for (size_t i = 0; i < count;) {
    const size_t first = i;
    i = fill_block(&some, counts, all, first, count, buffers, bits, firstBit);
    size_t written = encode_block(matcher, &some, next);
    if (written == SIZE_MAX) return SIZE_MAX;
    next += written;
    if (i > first) continue;
    written = encode_long(
        matcher, &some, next, buffers[all[i].buffer] + all[i].offset, all[i].length);
    if (written == SIZE_MAX) return SIZE_MAX;
    next += written;
    counts[i++] = (uint32_t)written;
  }
  return (size_t)(next - codes);
}
