// Runs, constants and lists of rows.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"

static inline uint32_t end_at(const uint8_t *ends, size_t run) {
  uint32_t end;
  memcpy(&end, ends + run * 4, 4);
  return end;
}

int colonnade_runs_are_valid(const void *ends, size_t runCount, size_t count) {
  const uint8_t *at = ends;
  if (runCount == 0) return count == 0;
  uint64_t last = 0;
  unsigned bad = 0;
  for (size_t run = 0; run < runCount; run++) {
    uint64_t end = end_at(at, run);
    bad |= end <= last;
    last = end;
  }
  return !bad && last == count;
}

// The first run that ends behind `slot`.
static size_t run_of(const uint8_t *ends, size_t runCount, size_t slot) {
  size_t low = 0, high = runCount;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (end_at(ends, middle) > slot) high = middle;
    else low = middle + 1;
  }
  return low;
}

#define FILL(WIDTH)                                                                            \
  for (size_t i = 0; i < count; i++) memcpy(out + i * (WIDTH), value, (WIDTH));

COLONNADE_CLONES
void colonnade_fill(void *target, const void *value, unsigned width, size_t count) {
  uint8_t *restrict out = target;
  switch (width) {
    case 1: memset(out, *(const uint8_t *)value, count); break;
    case 2: {
      uint16_t word;
      memcpy(&word, value, 2);
      for (size_t i = 0; i < count; i++) memcpy(out + i * 2, &word, 2);
      break;
    }
    case 4: {
      uint32_t word;
      memcpy(&word, value, 4);
      for (size_t i = 0; i < count; i++) memcpy(out + i * 4, &word, 4);
      break;
    }
    case 8: {
      uint64_t word;
      memcpy(&word, value, 8);
      for (size_t i = 0; i < count; i++) memcpy(out + i * 8, &word, 8);
      break;
    }
    case 16: FILL(16) break;
    default: FILL(width) break;
  }
}

void colonnade_runs_expand(
    void *target, unsigned width, const void *ends, const void *values, size_t runCount,
    size_t first, size_t wanted) {
  uint8_t *out = target;
  const uint8_t *in = values;
  size_t end = first + wanted;
  for (size_t run = run_of(ends, runCount, first); first < end && run < runCount; run++) {
    size_t stop = end_at(ends, run) < end ? end_at(ends, run) : end;
    colonnade_fill(out, in + run * width, width, stop - first);
    out += (stop - first) * width;
    first = stop;
  }
}

void colonnade_runs_gather(
    void *target, unsigned width, const void *ends, const void *values, size_t runCount,
    const uint32_t *rows, size_t rowCount) {
  uint8_t *out = target;
  const uint8_t *in = values;
  size_t run = rowCount > 0 ? run_of(ends, runCount, rows[0]) : 0;
  for (size_t i = 0; i < rowCount && run < runCount; i++) {
    while (run + 1 < runCount && end_at(ends, run) <= rows[i]) run++;
    memcpy(out + i * width, in + run * width, width);
  }
}

COLONNADE_CLONES
void colonnade_rows_less(
    uint32_t *target, const uint32_t *rows, size_t count, uint32_t first) {
  for (size_t i = 0; i < count; i++) target[i] = rows[i] - first;
}

COLONNADE_CLONES
int colonnade_rows_ascend(const uint32_t *rows, size_t count) {
  uint32_t bad = 0;
  for (size_t i = 1; i < count; i++) bad |= rows[i] < rows[i - 1];
  return bad == 0;
}

size_t colonnade_rows_lower_bound(const uint32_t *rows, size_t count, uint64_t bound) {
  size_t low = 0, step = 1;
  // Galloping: the answer is near the start when rows are handled page by page.
  while (low + step < count && rows[low + step] < bound) {
    low += step;
    step *= 2;
  }
  size_t high = low + step < count ? low + step : count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (rows[middle] >= bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
