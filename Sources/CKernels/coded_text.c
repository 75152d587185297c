// Text of dictionary codes with offsets: a whole slot of the table is copied for each code, and the
// end moves on by the value's length.
#include "colonnade_text.h"

#include "clones.h"
#include "views.h"

void colonnade_text_table(
    uint8_t *table, uint32_t *lengths, uint32_t stride, const void *views, size_t count,
    const uint8_t *const *buffers) {
  const view *in = views;
  memset(table, 0, count * stride);
  for (size_t i = 0; i < count; i++) {
    uint32_t length = in[i].length;
    const uint8_t *text =
        length <= 12 ? (const uint8_t *)(in + i) + 4 : buffers[in[i].buffer] + in[i].offset;
    memcpy(table + i * stride, text, length);
    lengths[i] = length;
  }
}

COLONNADE_CLONES
uint64_t colonnade_coded_text_size(
    const uint32_t *codes, size_t count, const uint32_t *lengths) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) total += lengths[codes[i]];
  return total;
}

// The stride is known where this is inlined, so that a copy is a store or two.
static inline void copy_coded(
    uint32_t *restrict ends, uint8_t *restrict target, const uint32_t *restrict codes,
    size_t count, const uint8_t *restrict table, const uint32_t *restrict lengths,
    uint32_t stride) {
  uint32_t end = 0;
  ends[0] = 0;
  for (size_t i = 0; i < count; i++) {
    const size_t code = codes[i];
    memcpy(target + end, table + code * stride, stride);
    end += lengths[code];
    ends[i + 1] = end;
  }
}

void colonnade_coded_text(
    uint32_t *ends, uint8_t *target, const uint32_t *codes, size_t count, const uint8_t *table,
    const uint32_t *lengths, uint32_t stride) {
  if (stride == 8) {
    copy_coded(ends, target, codes, count, table, lengths, 8);
  } else if (stride == 16) {
    copy_coded(ends, target, codes, count, table, lengths, 16);
  } else if (stride == 24) {
    copy_coded(ends, target, codes, count, table, lengths, 24);
  } else {
    copy_coded(ends, target, codes, count, table, lengths, COLONNADE_TEXT_STRIDE);
  }
}
