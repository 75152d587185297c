// Text as codes of a symbol table: symbols of 1 to 16 bytes, every code of the same width.
// Spec: spec/encodings.md "9 symbols". The idea is FSST's (Boncz, Neumann, Leis: "FSST: Fast Random
// Access String Compression", VLDB 2020), with more and longer symbols as in OnPair (Gargiulo,
// Venturini, 2025).
#ifndef COLONNADE_SYMBOLS_H
#define COLONNADE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

/// Bytes of a symbol at most, and the stride of symbols in memory; shorter ones end in zeros.
#define COLONNADE_SYMBOL_STRIDE 16
/// Symbols that are trained and matched at most.
#define COLONNADE_SYMBOL_COUNT 4096

/// Reads a stored table: `count` lengths less 1, two a byte, and the symbols back to back in
/// `byteCount` bytes. Writes symbols in strides and lengths, and whether each symbol is UTF-8 by
/// itself. Returns the bytes taken, or SIZE_MAX where they end before the last symbol does.
size_t colonnade_symbols_read(
    uint8_t *symbols, uint8_t *lengths, int *areText, size_t count, const uint8_t *packedLengths,
    const uint8_t *bytes, size_t byteCount);

/// Writes the text of `count` values back to back to `target`, and their 16-byte views; long ones
/// name data buffer `bufferIndex` from `offset` on. Value i takes the next counts[i] of `codes`,
/// all of them below the number of symbols; counts[i] becomes its length in bytes. Returns the
/// bytes written, or SIZE_MAX where they are more than `room`; writes no byte behind that.
size_t colonnade_symbols_decode(
    void *views, uint8_t *target, size_t room, const uint16_t *codes, uint32_t *counts,
    size_t count, const uint8_t *symbols, const uint8_t *lengths, uint32_t bufferIndex,
    uint32_t offset);

/// The same to the ends of values in place of views, counted on from `offset`.
size_t colonnade_symbols_decode_ends(
    uint32_t *ends, uint8_t *target, size_t room, const uint16_t *codes, uint32_t *counts,
    size_t count, const uint8_t *symbols, const uint8_t *lengths, uint32_t offset);

/// Bytes that `count` codes stand for.
uint64_t colonnade_symbols_byte_count(
    const uint16_t *codes, size_t count, const uint8_t *lengths);

/// The greatest of `count` u16, 0 for none.
uint16_t colonnade_greatest_u16(const uint16_t *values, size_t count);

/// Finds the longest symbol that text starts with.
typedef struct colonnade_symbol_matcher colonnade_symbol_matcher;
size_t colonnade_symbol_matcher_byte_count(void);
/// Fills `matcher` from at most COLONNADE_SYMBOL_COUNT distinct symbols.
void colonnade_symbol_matcher_prepare(
    colonnade_symbol_matcher *matcher, const uint8_t *symbols, const uint8_t *lengths,
    size_t count);

/// Cuts the text of `count` views into symbols, always the longest that fits. `codes` has room for
/// one a byte, all of which may be overwritten; counts[i] is the number of value i. A value whose bit
/// is 0 has none (`bits` may be NULL). Returns the number of codes, or SIZE_MAX where a byte has no
/// symbol.
size_t colonnade_symbols_encode(
    const colonnade_symbol_matcher *matcher, uint16_t *codes, uint32_t *counts,
    const void *views, size_t count, const uint8_t *const *buffers, const uint8_t *bits,
    size_t firstBit);

/// Trains symbols on values laid back to back, 16 readable bytes behind the last. Those of one byte
/// come first: all that `used` (256 bytes) marks. In each of `rounds` rounds the sample, or a part
/// of it that grows, is cut into the symbols so far; the symbols and pairs of neighbours that cover
/// the most bytes go on. `scratch` is aligned to 16 and has
/// colonnade_symbols_training_byte_count() bytes. Returns the number of symbols, at most `limit`.
size_t colonnade_symbols_train(
    uint8_t *symbols, uint8_t *lengths, size_t limit, const uint8_t *sample,
    const uint32_t *valueLengths, size_t valueCount, const uint8_t *used, unsigned rounds,
    void *scratch);
size_t colonnade_symbols_training_byte_count(void);

#endif
