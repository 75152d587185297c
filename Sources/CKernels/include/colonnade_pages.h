// Pages of a chunk that hold chosen rows: found entry by entry, then read several at once.
// Spec: spec/file.md "Pages", spec/encodings.md.
#ifndef COLONNADE_PAGES_H
#define COLONNADE_PAGES_H

#include <stddef.h>
#include <stdint.h>

/// How the bodies of pages are laid out.
typedef enum {
  colonnade_layout_plain,
  colonnade_layout_packed,   ///< encodings whose body is packed integers
  colonnade_layout_delta,    ///< first values, then packed integers
  colonnade_layout_symbols,  ///< packed numbers of codes, then packed codes
} colonnade_page_layout;

/// Page entries of a chunk that has a slot a row, back to back in memory.
typedef struct {
  const uint8_t *entries;
  size_t stride;       ///< bytes from entry to entry, at least 40
  uint64_t mostBytes;  ///< bytes of the file from the first body to the last, unless one page has more
  uint64_t mostCodes;  ///< codes of all pages of symbols, unless one page has more
  uint32_t first;      ///< number of the first of them among the chunk's pages
  uint32_t count;      ///< how many stand there
  uint32_t pageCount;  ///< pages of the chunk
  uint32_t slotCount;  ///< slots of the chunk
  uint32_t pageShift;  ///< a page has 2^pageShift slots, at most 2^20; the last may have fewer
  uint32_t width;      ///< bytes of a plain value (1, 2, 4, 8)
  uint32_t greatestBitWidth;
  uint32_t blockSlots;  ///< slots whose bytes are read together at least, at least 1
  uint32_t mostInBlock;  ///< pages with as many rows for a block are not taken
  uint16_t compressionDictionary;  ///< what a page's entry must say to be taken: of symbols alone
  uint8_t encoding;                ///< and this, and what follows
  uint8_t flags;
  uint8_t scale;
  uint8_t layout;       ///< a colonnade_page_layout
  uint8_t hasBases;     ///< 0 where what an entry says as base means nothing
} colonnade_page_run;

/// A page that is taken, its entry in order.
typedef struct {
  uint64_t at;         ///< where its body starts, from the start of the file
  uint64_t base;
  uint64_t byteCount;  ///< of its body
  uint32_t firstSlot;
  uint32_t slotCount;
  uint32_t codeCount;  ///< of symbols; 0 of others
  uint32_t rowCount;   ///< rows that lie in it, at least 1
  uint8_t bitWidth;
  uint8_t scale;
} colonnade_chosen_page;

/// What was found of the pages that were taken.
typedef struct {
  uint64_t start, end;  ///< bytes of the file that hold their bodies
  size_t pageCount;
  int areSmall;         ///< 1 where `colonnade_decimals_are_small` holds for all
} colonnade_pages_found;

/// The pages of deltas or symbols that hold ascending `rows` of the chunk, below its number of slots, as
/// far as they can be taken: without frames, nulls and patches, of the one form that the run says, with a
/// body as long as it is due. An entry that is not in order is never taken. `slots` are the rows counted
/// in their pages.
/// - Returns: how many rows lie in the pages taken; all rows of a page do, or none.
size_t colonnade_pages_choose(
    colonnade_chosen_page *pages, uint32_t *slots, const uint32_t *rows, size_t count,
    const colonnade_page_run *run, colonnade_pages_found *found);

// Below, `bytes` stand for the file from byte `origin` on, `slots` are those of all pages, one page behind
// the other, and parts are the first byte and the one behind the last, counted from `origin`.

/// Asks the processor for the beginnings of parts, which are read soon.
void colonnade_parts_prefetch(const uint8_t *bytes, const uint32_t *parts, size_t partCount);

/// The bytes of pages of deltas (encoding 4) that the values at `slots` need; at most two parts a slot.
/// - Returns: how many parts.
size_t colonnade_delta_pages_parts(
    uint32_t *parts, const colonnade_chosen_page *pages, size_t pageCount, const uint32_t *slots,
    uint64_t origin);

/// Writes the values of `width` bytes at `slots`.
void colonnade_delta_pages_values(
    void *target, unsigned width, const colonnade_chosen_page *pages, size_t pageCount,
    const uint32_t *slots, const uint8_t *bytes, uint64_t origin);

/// The bytes of pages of symbols (encoding 9) that say how many codes each slot has; at most one part a
/// page.
/// - Returns: how many parts.
size_t colonnade_symbol_pages_count_parts(
    uint32_t *parts, const colonnade_chosen_page *pages, size_t pageCount, uint64_t origin);

/// Of each slot how many codes it has and how many of its page stand before them.
/// - Returns: how many pages, from the first on, have as many codes as their entries say.
size_t colonnade_symbol_pages_starts(
    uint32_t *starts, uint32_t *counts, const colonnade_chosen_page *pages, size_t pageCount,
    const uint32_t *slots, const uint8_t *bytes, uint64_t origin);

/// The bytes of those codes; at most one part a slot.
/// - Returns: how many parts.
size_t colonnade_symbol_pages_code_parts(
    uint32_t *parts, const colonnade_chosen_page *pages, size_t pageCount, const uint32_t *starts,
    const uint32_t *counts, uint64_t origin);

/// Unpacks those codes one behind the other. `target` has room for COLONNADE_RUN_SPACE more; what is
/// written there is nobody's.
void colonnade_symbol_pages_codes(
    uint16_t *target, const colonnade_chosen_page *pages, size_t pageCount, const uint32_t *starts,
    const uint32_t *counts, const uint8_t *bytes, uint64_t origin);

#endif
