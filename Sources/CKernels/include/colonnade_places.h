// Integers that lie apart: where each of them stands in a file, which blocks they lie in, and what they
// are. One call for the values of many pages, of which each holds few.
#ifndef COLONNADE_PLACES_H
#define COLONNADE_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "colonnade_pages.h"

/// Where one integer stands.
typedef struct {
  uint64_t at;        ///< the first byte of its word, from the start of the file
  uint64_t base;      ///< what is added to it
  uint8_t wordBytes;  ///< 1, 2, 4 or 8; 0 where nothing is stored and all of it is the base
  uint8_t bitWidth;   ///< its bits, at most 64
  uint8_t shift;      ///< the bit of the word that it starts with
  uint8_t goesOn;     ///< 1 where its upper bits stand in the word 128 bytes on
} colonnade_place;

/// Places of the integers at `rows` less `first`, of packed integers of `bitWidth` bits (at most 64)
/// that start at byte `at` of a file; all of them in whole blocks of 1,024.
void colonnade_places_packed(
    colonnade_place *places, const uint32_t *rows, size_t count, uint32_t first, uint64_t at,
    uint64_t base, unsigned bitWidth);

/// Places of the values at `rows` less `first`, of values of `width` bytes (1, 2, 4, 8) that start at
/// byte `at` of a file.
void colonnade_places_plain(
    colonnade_place *places, const uint32_t *rows, size_t count, uint32_t first, uint64_t at,
    unsigned width);

/// Places of the integers at ascending `rows` of a chunk of plain or packed pages, below its number of
/// slots, as far as they lie in pages that can be taken: without frames, nulls and patches, of the one form
/// that the run says, with a body as long as it is due, and with few rows. An entry that is not in order is
/// never taken.
/// - Returns: how many were placed; all rows of a page are, or none.
size_t colonnade_places_pages(
    colonnade_place *places, const uint32_t *rows, size_t count, const colonnade_page_run *run,
    colonnade_pages_found *found);

/// Sets the bits of the blocks of 2^shift bytes, at least 256, that the places' words touch; bit 0 of
/// `bits` is block `firstBlock` of the file.
void colonnade_places_mark(
    uint64_t *bits, const colonnade_place *places, size_t count, uint64_t firstBlock,
    unsigned shift);

/// 1 where the bits of all those blocks are set; bit 0 of `bits` is block 0 of the file. Other threads may
/// set bits while this looks.
int colonnade_places_are_marked(
    const uint64_t *bits, const colonnade_place *places, size_t count, unsigned shift);

/// The same for items of `size` bytes, at least 1, at ascending `items` of a run that starts at byte
/// `at` of the file.
void colonnade_items_mark(
    uint64_t *bits, const uint32_t *items, size_t count, uint64_t at, size_t size,
    uint64_t firstBlock, unsigned shift);

/// How many bytes parts of `byteCount` bytes have, each its first byte and the one behind its last;
/// SIZE_MAX where one is no such part or is empty.
size_t colonnade_parts_byte_count(const uint32_t *parts, size_t partCount, size_t byteCount);

/// Sets the bits of the blocks that such parts of the file from byte `at` on touch; bit 0 of `bits` is block
/// `firstBlock` of the file.
void colonnade_parts_mark(
    uint64_t *bits, const uint32_t *parts, size_t partCount, uint64_t at, uint64_t firstBlock,
    unsigned shift);

/// 1 where the bits of all those blocks are set, as `colonnade_places_are_marked` says it.
int colonnade_parts_are_marked(
    const uint64_t *bits, const uint32_t *parts, size_t partCount, uint64_t at, unsigned shift);

/// The numbers of the bits that are set, counted from `first`.
/// - Returns: how many; `target` has room for 64.
size_t colonnade_bits_numbers(uint32_t *target, uint64_t bits, uint32_t first);

/// Writes what stands at the places, cut to `width` bytes (1, 2, 4, 8). `file` is where the file's first
/// byte stands; nothing but the places' words is read.
void colonnade_places_read(
    void *target, unsigned width, const colonnade_place *places, size_t count,
    const uint8_t *file);

#endif
