// UTF-8, lengths and views of strings.
#include "colonnade_text.h"

#include <string.h>

#include "clones.h"
#include "views.h"

COLONNADE_CLONES
static int is_ascii(const uint8_t *bytes, size_t byteCount) {
  size_t i = 0;
  for (; i + 256 <= byteCount; i += 256) {
    uint8_t seen = 0;
    for (size_t j = 0; j < 256; j++) seen |= bytes[i + j];
    if (seen & 0x80) return 0;
  }
  uint8_t seen = 0;
  for (; i < byteCount; i++) seen |= bytes[i];
  return (seen & 0x80) == 0;
}

static inline int continues(uint8_t byte) { return (byte & 0xC0) == 0x80; }

static int utf8_walk(const uint8_t *bytes, size_t byteCount) {
  size_t i = 0;
  while (i < byteCount) {
    uint8_t lead = bytes[i];
    if (lead < 0x80) {
      while (i + 8 <= byteCount) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        if (word & UINT64_C(0x8080808080808080)) break;
        i += 8;
      }
      while (i < byteCount && bytes[i] < 0x80) i++;
      continue;
    }
    size_t left = byteCount - i;
    if (lead < 0xC2) return 0;
    if (lead < 0xE0) {
      if (left < 2 || !continues(bytes[i + 1])) return 0;
      i += 2;
    } else if (lead < 0xF0) {
      if (left < 3 || !continues(bytes[i + 1]) || !continues(bytes[i + 2])) return 0;
      if (lead == 0xE0 && bytes[i + 1] < 0xA0) return 0;  // overlong
      if (lead == 0xED && bytes[i + 1] > 0x9F) return 0;  // surrogates
      i += 3;
    } else if (lead < 0xF5) {
      if (left < 4 || !continues(bytes[i + 1]) || !continues(bytes[i + 2]) ||
          !continues(bytes[i + 3])) {
        return 0;
      }
      if (lead == 0xF0 && bytes[i + 1] < 0x90) return 0;  // overlong
      if (lead == 0xF4 && bytes[i + 1] > 0x8F) return 0;  // above U+10FFFF
      i += 4;
    } else {
      return 0;
    }
  }
  return 1;
}

int colonnade_utf8_is_valid(const uint8_t *bytes, size_t byteCount) {
  return is_ascii(bytes, byteCount) || utf8_walk(bytes, byteCount);
}

int colonnade_utf8_values_are_valid(
    const uint8_t *bytes, size_t byteCount, const uint32_t *lengths, size_t count) {
  if (is_ascii(bytes, byteCount)) return 1;
  if (!utf8_walk(bytes, byteCount)) return 0;
  // The whole is well-formed: every value is, when none starts inside a character.
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    if (lengths[i] > 0 && continues(bytes[at])) return 0;
    at += lengths[i];
  }
  return 1;
}

COLONNADE_CLONES
uint64_t colonnade_sum_u32(const uint32_t *values, size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) total += values[i];
  return total;
}

// The lengths with `base` added, and their sum; UINT64_MAX where one does not fit 32 bits.
COLONNADE_CLONES
static uint64_t finish_lengths(uint32_t *lengths, size_t count, uint32_t base) {
  uint64_t total = 0;
  uint32_t overflow = 0;
  for (size_t i = 0; i < count; i++) {
    const uint32_t length = base + lengths[i];
    overflow |= length < base;
    total += length;
    lengths[i] = length;
  }
  return overflow ? UINT64_MAX : total;
}

uint64_t colonnade_lengths_finish(
    uint32_t *lengths, size_t count, uint64_t base, const uint8_t *bits, size_t firstBit) {
  uint64_t total = 0, greatest = 0;
  if (base > UINT32_MAX) return UINT64_MAX;
  if (bits == NULL) return finish_lengths(lengths, count, (uint32_t)base);
  for (size_t i = 0; i < count; i++) {
    uint64_t keep = -(uint64_t)bit_at(bits, firstBit + i);
    uint64_t length = (base + lengths[i]) & keep;
    greatest |= length;
    total += length;
    lengths[i] = (uint32_t)length;
  }
  return greatest > UINT32_MAX ? UINT64_MAX : total;
}

int colonnade_views_fill(
    void *views, const uint32_t *lengths, size_t count, const uint8_t *bytes, size_t available,
    uint32_t bufferIndex, uint32_t offset) {
  view *out = views;
  size_t at = 0;
  uint32_t greatest = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t length = lengths[i];
    make_view(out + i, bytes + at, available - at, length, bufferIndex, offset + (uint32_t)at);
    greatest = length > greatest ? length : greatest;
    at += length;
  }
  return greatest > 12;
}

int colonnade_views_fill_rows(
    void *views, const uint32_t *lengths, size_t count, const uint8_t *bytes, size_t available,
    uint32_t bufferIndex, uint32_t offset, const uint32_t *rows, uint32_t firstRow,
    size_t rowCount) {
  view *out = views;
  size_t at = 0, slot = 0;
  uint32_t greatest = 0;
  for (size_t i = 0; i < rowCount; i++) {
    size_t row = rows[i] - firstRow;
    if (row >= count) break;
    for (; slot < row; slot++) at += lengths[slot];
    uint32_t length = lengths[row];
    make_view(out + i, bytes + at, available - at, length, bufferIndex, offset + (uint32_t)at);
    greatest = length > greatest ? length : greatest;
  }
  return greatest > 12;
}

void colonnade_views_gather(
    void *target, const void *source, const uint32_t *codes, size_t count, uint32_t shift) {
  view *out = target;
  const view *in = source;
  if (shift == 0) {
    for (size_t i = 0; i < count; i++) out[i] = in[codes[i]];
    return;
  }
  for (size_t i = 0; i < count; i++) {
    view one = in[codes[i]];
    one.buffer += one.length > 12 ? shift : 0;
    out[i] = one;
  }
}

void colonnade_views_lengths(
    uint32_t *lengths, const void *views, size_t count, uint32_t base) {
  const view *in = views;
  for (size_t i = 0; i < count; i++) lengths[i] = in[i].length - base;
}

COLONNADE_CLONES
static void measure_all(
    const view *in, size_t count, uint32_t *least, uint32_t *greatest, uint64_t *total) {
  uint32_t low = UINT32_MAX, high = 0;
  uint64_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    const uint32_t length = in[i].length;
    low = length < low ? length : low;
    high = length > high ? length : high;
    sum += length;
  }
  *least = low > high ? 0 : low;
  *greatest = high;
  *total = sum;
}

void colonnade_views_measure(
    const void *views, size_t count, const uint8_t *bits, size_t firstBit, uint32_t *least,
    uint32_t *greatest, uint64_t *total) {
  const view *in = views;
  if (bits == NULL) {
    measure_all(in, count, least, greatest, total);
    return;
  }
  uint32_t low = UINT32_MAX, high = 0;
  uint64_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    if (!bit_at(bits, firstBit + i)) continue;
    uint32_t length = in[i].length;
    low = length < low ? length : low;
    high = length > high ? length : high;
    sum += length;
  }
  *least = low > high ? 0 : low;
  *greatest = high;
  *total = sum;
}

void colonnade_views_ends(void *ends, int isWide, const void *views, size_t count) {
  const view *in = views;
  if (isWide) {
    int64_t *out = ends, end = 0;
    out[0] = 0;
    for (size_t i = 0; i < count; i++) out[i + 1] = end += in[i].length;
  } else {
    uint32_t *out = ends, end = 0;
    out[0] = 0;
    for (size_t i = 0; i < count; i++) out[i + 1] = end += in[i].length;
  }
}

uint8_t *colonnade_views_copy(
    uint8_t *target, const void *views, size_t count, const uint8_t *const *buffers) {
  const view *in = views;
  for (size_t i = 0; i < count; i++) {
    copy_value(target, &in[i], buffers);
    target += in[i].length;
  }
  return target;
}

// Whether the 12 bytes of an inline view are zero from `length` on.
static inline int is_padded(const view *one) {
  uint8_t text[12];
  uint8_t over = 0;
  memcpy(text, (const uint8_t *)one + 4, 12);
  for (uint32_t i = one->length; i < 12; i++) over |= text[i];
  return over == 0;
}

size_t colonnade_views_check(
    const void *views, size_t count, const uint8_t *bits, const uint8_t *const *buffers,
    const uint64_t *sizes, size_t bufferCount, int isText, int *seen) {
  const view *in = views;
  int noticed = 0;
  for (size_t i = 0; i < count; i++) {
    if (bits != NULL && !bit_at(bits, i)) continue;
    view one = in[i];
    const uint8_t *text = (const uint8_t *)(in + i) + 4;
    if (one.length > INT32_MAX) return i;
    if (one.length <= 12) {
      if (!is_padded(&one)) noticed |= 2;
    } else {
      if (one.buffer >= bufferCount || one.offset > INT32_MAX) return i;
      if ((uint64_t)one.offset + one.length > sizes[one.buffer]) return i;
      text = buffers[one.buffer] + one.offset;
      if (memcmp(text, &one.prefix, 4) != 0) return i;
      noticed |= 1;
    }
    if (isText && !colonnade_utf8_is_valid(text, one.length)) return i;
  }
  *seen = noticed;
  return count;
}

void colonnade_views_clean(void *views, size_t count) {
  view *out = views;
  for (size_t i = 0; i < count; i++) {
    uint32_t length = out[i].length;
    if (length < 12) memset((uint8_t *)(out + i) + 4 + length, 0, 12 - length);
  }
}
