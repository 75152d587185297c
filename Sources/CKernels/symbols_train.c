// Training symbols: rounds that cut a sample into the symbols so far and keep those symbols, and
// those pairs of neighbours as new ones, that cover the most bytes (FSST's construction).
#include <stdlib.h>

#include "symbols_block.h"

enum {
  PAIR_SLOTS = 1 << 18,
  PAIR_LIMIT = PAIR_SLOTS / 4 * 3,
  CANDIDATE_SLOTS = 1 << 18,
  CANDIDATE_LIMIT = CANDIDATE_SLOTS / 4 * 3,
};

typedef struct {
  uint64_t low, high;
  uint32_t length;
  uint32_t gain;  // bytes of the sample that it covers; at most the sample's
} candidate;

typedef struct {
  colonnade_symbol_matcher matcher;
  symbol_block block;
  uint32_t codeCounts[SYMBOL_BLOCK_VALUES];
  uint16_t codes[SYMBOL_BLOCK_BYTES];
  candidate symbols[COLONNADE_SYMBOL_COUNT];
  uint32_t counts[COLONNADE_SYMBOL_COUNT];
  struct {
    uint32_t pair;  // codes of 16 bits each
    uint32_t count;
  } pairs[PAIR_SLOTS];
  candidate candidates[CANDIDATE_SLOTS];
  size_t candidateCount;
} training;

size_t colonnade_symbols_training_byte_count(void) { return sizeof(training); }

static void count_pair(training *state, size_t *pairCount, uint32_t pair) {
  uint32_t slot = (uint32_t)(pair * UINT64_C(0x9E3779B97F4A7C15) >> 46);
  while (state->pairs[slot].count != 0 && state->pairs[slot].pair != pair) {
    slot = (slot + 1) % PAIR_SLOTS;
  }
  if (state->pairs[slot].count == 0) {
    if (*pairCount >= PAIR_LIMIT) return;
    *pairCount += 1;
    state->pairs[slot].pair = pair;
  }
  state->pairs[slot].count += 1;
}

static void add_candidate(
    training *state, uint64_t low, uint64_t high, uint32_t length, uint32_t count) {
  uint64_t hash = (low ^ length) * UINT64_C(0x9E3779B97F4A7C15);
  hash = (hash ^ high ^ hash >> 29) * UINT64_C(0xC2B2AE3D27D4EB4F);
  uint32_t slot = (uint32_t)(hash >> 46);
  for (; state->candidates[slot].length != 0; slot = (slot + 1) % CANDIDATE_SLOTS) {
    candidate *known = &state->candidates[slot];
    if (known->low == low && known->high == high && known->length == length) {
      known->gain += count * length;
      return;
    }
  }
  if (state->candidateCount >= CANDIDATE_LIMIT) return;
  state->candidateCount += 1;
  state->candidates[slot] = (candidate){low, high, length, count * length};
}

// Better first; by their bytes where they gain the same, so that the result is the same everywhere.
static int by_gain(const void *left, const void *right) {
  const candidate *x = left, *y = right;
  if (x->gain != y->gain) return x->gain > y->gain ? -1 : 1;
  if (x->length != y->length) return x->length > y->length ? -1 : 1;
  if (x->low != y->low) return x->low < y->low ? -1 : 1;
  return x->high < y->high ? -1 : x->high > y->high;
}

// Gains of the same first five bits are taken for alike.
static uint32_t rank_of(uint32_t gain) {
  const unsigned bits = 32 - (unsigned)__builtin_clz(gain | 1);
  return bits <= 5 ? gain : ((bits - 4) << 4) + (gain >> (bits - 5) & 15);
}

// Brings the candidates to the front, best first, as far as `wanted` reaches; says how many there are.
// Most gain little: they are left out before the others are sorted.
static size_t sort_candidates(training *state, size_t wanted) {
  uint32_t ranks[32 << 4] = {0};
  for (size_t slot = 0; slot < CANDIDATE_SLOTS; slot++) {
    if (state->candidates[slot].length != 0) ranks[rank_of(state->candidates[slot].gain)]++;
  }
  uint32_t least = 32 << 4;
  for (size_t better = 0; least > 0 && better < wanted;) better += ranks[--least];
  size_t found = 0;
  for (size_t slot = 0; slot < CANDIDATE_SLOTS; slot++) {
    const candidate one = state->candidates[slot];
    if (one.length != 0 && rank_of(one.gain) >= least) state->candidates[found++] = one;
  }
  qsort(state->candidates, found, sizeof(candidate), by_gain);
  return found;
}

static candidate joined(const candidate *first, const candidate *second) {
  candidate both = {first->low, first->high, first->length + second->length, 0};
  unsigned shift = 8 * (first->length % 8);
  if (first->length < 8) {
    both.low |= second->low << shift;
    both.high = shift == 0 ? second->low : second->low >> (64 - shift) | second->high << shift;
  } else {
    both.high |= second->low << shift;
  }
  both.low &= low_bytes(both.length);
  both.high &= both.length > 8 ? low_bytes(both.length - 8) : 0;
  return both;
}

static void export_symbols(
    const training *state, size_t count, uint8_t *symbols, uint8_t *lengths) {
  for (size_t i = 0; i < count; i++) {
    memcpy(symbols + i * COLONNADE_SYMBOL_STRIDE, &state->symbols[i].low, 8);
    memcpy(symbols + i * COLONNADE_SYMBOL_STRIDE + 8, &state->symbols[i].high, 8);
    lengths[i] = (uint8_t)state->symbols[i].length;
  }
}

// Counts a value's symbols, and pairs of neighbours that make one.
static void count_value(
    training *state, const uint16_t *codes, size_t count, size_t *pairCount) {
  int before = -1;
  for (size_t i = 0; i < count; i++) {
    const uint16_t code = codes[i];
    if (code == NO_SYMBOL) {
      before = -1;
      continue;
    }
    state->counts[code] += 1;
    if (before >= 0 && state->symbols[before].length + state->symbols[code].length <=
        COLONNADE_SYMBOL_STRIDE) {
      count_pair(state, pairCount, (uint32_t)before << 16 | code);
    }
    before = code;
  }
}

// Cuts the values and counts symbols and pairs.
static void measure(
    training *state, const uint8_t *sample, const uint32_t *valueLengths, size_t valueCount) {
  memset(state->counts, 0, sizeof state->counts);
  memset(state->pairs, 0, sizeof state->pairs);
  size_t pairCount = 0, done = 0;
  for (size_t i = 0; i < valueCount;) {
    state->block.valueCount = 0;
    size_t room = SYMBOL_BLOCK_BYTES, count = 0;
    while (i < valueCount && count < SYMBOL_BLOCK_VALUES) {
      // A value that no block holds is cut into two.
      const size_t left = valueLengths[i] - done, part = left < room ? left : room;
      if (part < left && room < SYMBOL_BLOCK_BYTES) break;
      if (part > 0) symbol_block_add(&state->block, (uint32_t)part, &state->codeCounts[count++]);
      room -= part;
      done = part < left ? done + part : 0;
      i += part == left;
    }
    memcpy(state->block.text, sample, SYMBOL_BLOCK_BYTES - room);
    sample += SYMBOL_BLOCK_BYTES - room;
    int isCovered;
    colonnade_symbol_block_cut(&state->matcher, &state->block, state->codes, &isCovered);
    const uint16_t *codes = state->codes;
    for (size_t value = 0; value < count; value++) {
      count_value(state, codes, state->codeCounts[value], &pairCount);
      codes += state->codeCounts[value];
    }
  }
}

size_t colonnade_symbols_train(
    uint8_t *symbols, uint8_t *lengths, size_t limit, const uint8_t *sample,
    const uint32_t *valueLengths, size_t valueCount, const uint8_t *used, unsigned rounds,
    void *scratch) {
  training *state = scratch;
  if (limit > COLONNADE_SYMBOL_COUNT) limit = COLONNADE_SYMBOL_COUNT;
  size_t count = 0;
  for (unsigned byte = 0; byte < 256; byte++) {
    if (used[byte] == 0 || count >= limit) continue;
    state->symbols[count++] = (candidate){byte, 0, 1, 0};
  }
  const size_t singles = count;
  export_symbols(state, count, symbols, lengths);
  for (unsigned round = 1; round <= rounds && singles < limit; round++) {
    colonnade_symbol_matcher_prepare(&state->matcher, symbols, lengths, count);
    measure(state, sample, valueLengths, valueCount * round / rounds);
    memset(state->candidates, 0, sizeof state->candidates);
    state->candidateCount = 0;
    for (size_t i = singles; i < count; i++) {
      const candidate *symbol = &state->symbols[i];
      if (state->counts[i] == 0) continue;
      add_candidate(state, symbol->low, symbol->high, symbol->length, state->counts[i]);
    }
    for (size_t slot = 0; slot < PAIR_SLOTS; slot++) {
      // What was seen once is chance.
      if (state->pairs[slot].count < 2) continue;
      uint32_t pair = state->pairs[slot].pair;
      candidate both = joined(&state->symbols[pair >> 16], &state->symbols[pair & 0xFFFF]);
      add_candidate(state, both.low, both.high, both.length, state->pairs[slot].count);
    }
    const size_t found = sort_candidates(state, limit - singles);
    count = singles;
    for (size_t i = 0; i < found && count < limit; i++) {
      state->symbols[count++] = state->candidates[i];
    }
    export_symbols(state, count, symbols, lengths);
  }
  return count;
}
