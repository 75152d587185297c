// The page that holds a row, found among page entries that stand in memory. Spec: spec/file.md "Pages".
#ifndef COLONNADE_PAGE_WALK_H
#define COLONNADE_PAGE_WALK_H

#include <string.h>

#include "colonnade_packed.h"
#include "colonnade_pages.h"

// Where the fields of a page entry stand in it, and what two of them say of plain pages.
enum {
  entry_offset = 0,
  entry_byte_count = 8,
  entry_encoding = 12,
  entry_codec = 13,
  entry_bit_width = 14,
  entry_frame_shift = 15,
  entry_base = 16,
  entry_first_slot = 24,
  entry_null_count = 28,
  entry_auxiliary_count = 32,
  entry_compression_dictionary = 36,
  entry_flags = 38,
  entry_scale = 39,
  codec_none = 0,
  not_framed = 255,
  block_slots = 1024
};

static inline uint16_t load_16(const uint8_t *from) {
  return (uint16_t)(from[0] | from[1] << 8);
}

static inline uint32_t load_32(const uint8_t *from) {
  return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
         (uint32_t)from[3] << 24;
}

static inline uint64_t load_64(const uint8_t *from) {
  return load_32(from) | (uint64_t)load_32(from + 4) << 32;
}

// Whether the entry is of the run's form, whatever its body is. What stands side by side is compared at
// once.
static inline int is_of_form(
    const uint8_t *entry, const colonnade_page_run *run, const colonnade_page_layout layout) {
  const uint32_t form = run->encoding | codec_none << 8 | (uint32_t)not_framed << 24;
  if ((load_32(entry + entry_encoding) & 0xFF00FFFF) != form) return 0;
  if (load_16(entry + entry_flags) != (run->flags | run->scale << 8)) return 0;
  if (entry[entry_bit_width] > run->greatestBitWidth) return 0;
  if (layout != colonnade_layout_symbols) return load_64(entry + entry_null_count) == 0;
  return load_32(entry + entry_null_count) == 0 &&
         load_16(entry + entry_compression_dictionary) == run->compressionDictionary;
}

static inline uint64_t due_byte_count(
    const colonnade_page_run *run, const colonnade_chosen_page *page,
    const colonnade_page_layout layout) {
  const uint64_t packed = colonnade_packed_byte_count(page->slotCount, page->bitWidth);
  switch (layout) {
    case colonnade_layout_plain: return (uint64_t)page->slotCount * run->width;
    case colonnade_layout_delta:
      return ((uint64_t)page->slotCount + block_slots - 1) / block_slots * 8 + packed;
    case colonnade_layout_symbols:
      return ((packed + 7) & ~(uint64_t)7) +
             colonnade_packed_byte_count(page->codeCount, page->scale);
    default: return packed;
  }
}

// The page of the first of `count` rows, at least 1, and how many of them lie in it; 0 where it cannot be
// taken. The layout, the run's, is to be known where this is inlined.
static inline __attribute__((always_inline)) int take_page(
    colonnade_chosen_page *page, const uint32_t *rows, size_t count,
    const colonnade_page_run *run, const colonnade_page_layout layout) {
  const uint32_t number = rows[0] >> run->pageShift, index = number - run->first;
  if (number < run->first || index >= run->count) return 0;
  const uint8_t *entry = run->entries + index * run->stride;
  const uint64_t first = (uint64_t)number << run->pageShift;
  uint64_t end = run->slotCount;
  if (number + 1 < run->pageCount) {
    if (index + 1 >= run->count) return 0;
    end = load_32(entry + run->stride + entry_first_slot);
    if (end != first + (UINT64_C(1) << run->pageShift)) return 0;
  }
  if (load_32(entry + entry_first_slot) != first || rows[0] >= end) return 0;
  if (!is_of_form(entry, run, layout)) return 0;
  page->at = load_64(entry + entry_offset);
  page->base = load_64(entry + entry_base);
  page->byteCount = load_32(entry + entry_byte_count);
  page->firstSlot = (uint32_t)first;
  page->slotCount = (uint32_t)(end - first);
  page->codeCount = layout == colonnade_layout_symbols ? load_32(entry + entry_auxiliary_count) : 0;
  page->bitWidth = entry[entry_bit_width];
  page->scale = run->scale;
  if (page->byteCount != due_byte_count(run, page, layout)) return 0;
  if (page->at > UINT64_MAX - page->byteCount) return 0;
  size_t some = 1;
  while (some < count && rows[some] < end) some++;
  page->rowCount = (uint32_t)some;
  return some * run->blockSlots < (uint64_t)run->mostInBlock * page->slotCount;
}

// Counts a page among those found.
static inline void add_page(colonnade_pages_found *found, const colonnade_chosen_page *page) {
  if (page->at < found->start) found->start = page->at;
  if (page->at + page->byteCount > found->end) found->end = page->at + page->byteCount;
  found->pageCount++;
}

#endif
