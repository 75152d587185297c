// Encodings of text.
#ifndef COLONNADE_TEXT_H
#define COLONNADE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// True where the bytes are UTF-8.
bool colonnade_text_is_utf8(const char *text, size_t length);

/// Offset of the first byte that cannot be part of UTF-8; `length` where all is well.
size_t colonnade_text_utf8_fault(const char *text, size_t length);

/// Number of code points in a text that is UTF-8.
size_t colonnade_text_count_points(const char *text, size_t length);

/// Offset of the first such byte; `length` where there is none.
size_t colonnade_text_find(const char *text, size_t length, uint8_t byte);

/// True where two runs of bytes are equal.
bool colonnade_text_equal(const void *left, const void *right, size_t length);

/// ISO 8859-1 into UTF-8; `target` has room for twice the bytes. Returns the bytes written.
size_t colonnade_text_from_latin1(const uint8_t *source, size_t length, uint8_t *target);

/// UTF-16 into UTF-8, as far as it goes; `target` has room for 3 bytes for every 2. A surrogate
/// pair cut in two, or a lone byte, stays behind: `*used` tells how many bytes were read. Returns
/// the bytes written, or SIZE_MAX where a lone surrogate stands at `*used`.
size_t colonnade_text_from_utf16(
    const uint8_t *source, size_t length, bool bigEndian, uint8_t *target, size_t *used);

#ifdef __cplusplus
}
#endif
#endif
