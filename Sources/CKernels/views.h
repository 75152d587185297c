// Arrow's 16-byte views as kernels write them.
#ifndef COLONNADE_VIEWS_H
#define COLONNADE_VIEWS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  uint32_t length;
  uint32_t prefix;
  uint32_t buffer;
  uint32_t offset;
} view;

static inline unsigned bit_at(const uint8_t *bits, size_t bit) {
  return (bits[bit / 8] >> (bit % 8)) & 1u;
}

// One view of `length` bytes at `from`; `room` bytes from there on may be read.
static inline void make_view(
    view *target, const uint8_t *from, size_t room, uint32_t length, uint32_t bufferIndex,
    uint32_t offset) {
  view made = {length, 0, 0, 0};
  if (length > 12) {
    memcpy(&made.prefix, from, 4);
    made.buffer = bufferIndex;
    made.offset = offset;
  } else if (room >= 12) {
    uint8_t text[16];
    memcpy(text, from, 12);
    uint64_t low;
    uint32_t high;
    memcpy(&low, text, 8);
    memcpy(&high, text + 8, 4);
    low = length >= 8 ? low : low & ((UINT64_C(1) << (length * 8)) - 1);
    high = length >= 12 ? high
        : length <= 8  ? 0
                       : high & ((UINT32_C(1) << ((length - 8) * 8)) - 1);
    made.prefix = (uint32_t)low;
    made.buffer = (uint32_t)(low >> 32);
    made.offset = high;
  } else {
    uint8_t text[12] = {0};
    memcpy(text, from, length);
    memcpy(&made.prefix, text, 4);
    memcpy(&made.buffer, text + 4, 4);
    memcpy(&made.offset, text + 8, 4);
  }
  memcpy(target, &made, 16);
}

// More than 12 bytes, in steps of one width, whose number hardly depends on the length: a call of memcpy
// costs more than such a text. Reads and writes nothing beyond `length` bytes.
static inline void copy_text(uint8_t *target, const uint8_t *source, uint32_t length) {
  if (length < 16) {
    memcpy(target, source, 8);
    memcpy(target + length - 8, source + length - 8, 8);
  } else if (length <= 64) {
    const uint32_t last = length - 16;
    for (uint32_t i = 0; i <= 32; i += 16) {
      const uint32_t at = i < last ? i : last;
      memcpy(target + at, source + at, 16);
    }
    memcpy(target + last, source + last, 16);
  } else {
    memcpy(target, source, length);
  }
}

// The text of one view, of any length; writes 12 bytes at least.
static inline void copy_value(
    uint8_t *target, const view *one, const uint8_t *const *buffers) {
  if (one->length <= 12) {
    memcpy(target, (const uint8_t *)one + 4, 12);
  } else {
    copy_text(target, buffers[one->buffer] + one->offset, one->length);
  }
}

#endif
