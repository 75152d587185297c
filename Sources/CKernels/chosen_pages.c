// Chosen rows of several pages of one form at once: of deltas their values, of symbols their codes.
#include "colonnade_pages.h"

#include "colonnade_packed.h"
#include "colonnade_system.h"
#include "page_walk.h"

static inline __attribute__((always_inline)) size_t choose(
    colonnade_chosen_page *pages, uint32_t *slots, const uint32_t *rows, size_t count,
    const colonnade_page_run *run, colonnade_pages_found *found,
    const colonnade_page_layout layout) {
  size_t taken = 0;
  uint64_t codes = 0;
  while (taken < count) {
    colonnade_chosen_page *page = &pages[found->pageCount];
    if (!take_page(page, rows + taken, count - taken, run, layout)) break;
    colonnade_pages_found next = *found;
    add_page(&next, page);
    codes += page->codeCount;
    const int isMuch = next.end - next.start > run->mostBytes || codes > run->mostCodes;
    if (isMuch && found->pageCount > 0) break;
    *found = next;
    for (const size_t end = taken + page->rowCount; taken < end; taken++) {
      slots[taken] = rows[taken] - page->firstSlot;
    }
  }
  return taken;
}

size_t colonnade_pages_choose(
    colonnade_chosen_page *pages, uint32_t *slots, const uint32_t *rows, size_t count,
    const colonnade_page_run *run, colonnade_pages_found *found) {
  const colonnade_page_run own = *run;
  colonnade_pages_found all = {.start = UINT64_MAX, .areSmall = 1};
  size_t taken = 0;
  if (own.layout == colonnade_layout_delta) {
    taken = choose(pages, slots, rows, count, &own, &all, colonnade_layout_delta);
  } else if (own.layout == colonnade_layout_symbols) {
    taken = choose(pages, slots, rows, count, &own, &all, colonnade_layout_symbols);
  }
  *found = all;
  return taken;
}

static inline size_t add_part(uint32_t *parts, size_t partCount, uint64_t from, uint64_t end) {
  parts[2 * partCount] = (uint32_t)from;
  parts[2 * partCount + 1] = (uint32_t)end;
  return partCount + (from < end);
}

void colonnade_parts_prefetch(const uint8_t *bytes, const uint32_t *parts, size_t partCount) {
  // More of a part is fetched ahead by the processor itself, and more of all would not stay.
  enum { most_of_part = 4096, most_of_all = 128 << 10 };
  size_t total = 0;
  for (size_t i = 0; i < partCount && total < most_of_all; i++) {
    const size_t size = parts[2 * i + 1] - parts[2 * i];
    const size_t some = size < most_of_part ? size : most_of_part;
    colonnade_prefetch(bytes + parts[2 * i], some);
    total += some;
  }
}

size_t colonnade_delta_pages_parts(
    uint32_t *parts, const colonnade_chosen_page *pages, size_t pageCount, const uint32_t *slots,
    uint64_t origin) {
  size_t partCount = 0;
  for (const colonnade_chosen_page *page = pages; page < pages + pageCount; page++) {
    const uint64_t heads = page->at - origin;
    const uint64_t blocks = (page->slotCount + UINT64_C(1023)) / block_slots;
    const uint64_t packed = heads + blocks * 8;
    size_t next = 0;
    for (size_t i = 0; i < page->rowCount; i++) {
      const size_t block = slots[i] / block_slots, start = block * block_slots;
      if (block < next) continue;
      next = block + 1;
      const size_t end = next * block_slots < page->slotCount ? next * block_slots : page->slotCount;
      partCount = add_part(parts, partCount, heads + block * 8, heads + next * 8);
      partCount = add_part(
          parts, partCount, packed + colonnade_packed_byte_count(start, page->bitWidth),
          packed + colonnade_packed_byte_count(end, page->bitWidth));
    }
    slots += page->rowCount;
  }
  return partCount;
}

void colonnade_delta_pages_values(
    void *target, unsigned width, const colonnade_chosen_page *pages, size_t pageCount,
    const uint32_t *slots, const uint8_t *bytes, uint64_t origin) {
  uint8_t *out = target;
  for (const colonnade_chosen_page *page = pages; page < pages + pageCount; page++) {
    colonnade_delta_rows(
        out, width, bytes + (page->at - origin), page->slotCount, slots, page->rowCount, page->base,
        page->bitWidth);
    out += (size_t)page->rowCount * width;
    slots += page->rowCount;
  }
}

// Bytes of the packed numbers of codes, and where the packed codes stand in the body.
static inline size_t counts_byte_count(const colonnade_chosen_page *page) {
  return colonnade_packed_byte_count(page->slotCount, page->bitWidth);
}

static inline size_t codes_start(const colonnade_chosen_page *page) {
  return (counts_byte_count(page) + 7) & ~(size_t)7;
}

size_t colonnade_symbol_pages_count_parts(
    uint32_t *parts, const colonnade_chosen_page *pages, size_t pageCount, uint64_t origin) {
  size_t partCount = 0;
  for (size_t i = 0; i < pageCount; i++) {
    const uint64_t from = pages[i].at - origin;
    partCount = add_part(parts, partCount, from, from + counts_byte_count(&pages[i]));
  }
  return partCount;
}

size_t colonnade_symbol_pages_starts(
    uint32_t *starts, uint32_t *counts, const colonnade_chosen_page *pages, size_t pageCount,
    const uint32_t *slots, const uint8_t *bytes, uint64_t origin) {
  for (size_t i = 0; i < pageCount; i++) {
    const colonnade_chosen_page *page = &pages[i];
    const uint64_t total = colonnade_packed_starts(
        starts, counts, bytes + (page->at - origin), page->slotCount, slots, page->rowCount,
        page->base & UINT32_MAX, page->bitWidth);
    if (total != page->codeCount) return i;
    starts += page->rowCount;
    counts += page->rowCount;
    slots += page->rowCount;
  }
  return pageCount;
}

size_t colonnade_symbol_pages_code_parts(
    uint32_t *parts, const colonnade_chosen_page *pages, size_t pageCount, const uint32_t *starts,
    const uint32_t *counts, uint64_t origin) {
  size_t partCount = 0;
  for (const colonnade_chosen_page *page = pages; page < pages + pageCount; page++) {
    const uint32_t at = (uint32_t)(page->at - origin + codes_start(page));
    uint32_t *own = parts + 2 * partCount;
    const size_t some =
        colonnade_run_bytes(own, page->codeCount, starts, counts, page->rowCount, page->scale);
    for (size_t i = 0; i < 2 * some; i++) own[i] += at;
    partCount += some;
    starts += page->rowCount;
    counts += page->rowCount;
  }
  return partCount;
}

void colonnade_symbol_pages_codes(
    uint16_t *target, const colonnade_chosen_page *pages, size_t pageCount, const uint32_t *starts,
    const uint32_t *counts, const uint8_t *bytes, uint64_t origin) {
  for (const colonnade_chosen_page *page = pages; page < pages + pageCount; page++) {
    colonnade_unpack_runs(
        target, bytes + (page->at - origin) + codes_start(page), page->codeCount, starts, counts,
        page->rowCount, page->scale);
    for (size_t i = 0; i < page->rowCount; i++) target += counts[i];
    starts += page->rowCount;
    counts += page->rowCount;
  }
}
