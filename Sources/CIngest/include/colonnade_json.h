// One JSON text into simdjson's tape, which the caller walks.
//
// A tape is a run of 64-bit words; the upper byte of a word is its kind, the rest its payload:
//   r          the root; first and last word
//   { [        payload: low 32 bits the index after the closing word, the next 24 how many
//              elements (saturated); keys and values follow each other
//   } ]        the end
//   "          payload: offset in the string bytes of a 32-bit length and the text
//   l u d      int64, uint64, float64: the value is the next word
//   t f n      true, false, null
#ifndef COLONNADE_JSON_H
#define COLONNADE_JSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes past the end of a text that must be readable.
#define COLONNADE_JSON_PADDING 64

typedef struct colonnade_json_parser colonnade_json_parser;

typedef struct {
  const uint64_t *tape;
  const uint8_t *strings;
} colonnade_json_document;

/// NULL where memory is short.
colonnade_json_parser *colonnade_json_make(size_t maximumDepth);
void colonnade_json_free(colonnade_json_parser *parser);

/// Parses one whole text; the document lives until the next call.
/// Returns NULL where all is well, else what is wrong, in static memory.
const char *colonnade_json_parse(
    colonnade_json_parser *parser, const char *text, size_t length,
    colonnade_json_document *document);

#ifdef __cplusplus
}
#endif
#endif
