// JSON by simdjson's DOM parser: strict grammar, UTF-8 validated, numbers exact or refused.

#include <simdjson.h>

#include <new>

#include "colonnade_json.h"

using namespace simdjson;

struct colonnade_json_parser {
  dom::parser parser;
  size_t maximumDepth;

  explicit colonnade_json_parser(size_t depth) : maximumDepth(depth) {}
};

extern "C" {

colonnade_json_parser *colonnade_json_make(size_t maximumDepth) {
  return new (std::nothrow) colonnade_json_parser(maximumDepth);
}

void colonnade_json_free(colonnade_json_parser *parser) { delete parser; }

const char *colonnade_json_parse(
    colonnade_json_parser *parser, const char *text, size_t length,
    colonnade_json_document *document) {
  if (parser->parser.capacity() < length || parser->parser.max_depth() != parser->maximumDepth) {
    // Room grows by doubling, so that lines of slowly growing length do not allocate each.
    size_t capacity = parser->parser.capacity() * 2;
    if (capacity < length) capacity = length;
    if (capacity < 4096) capacity = 4096;
    if (parser->parser.allocate(capacity, parser->maximumDepth) != SUCCESS)
      return "memory is short";
  }
  dom::element root;
  const error_code error = parser->parser.parse(text, length, false).get(root);
  document->tape = parser->parser.doc.tape.get();
  document->strings = parser->parser.doc.string_buf.get();
  switch (error) {
    case SUCCESS: return nullptr;
    case EMPTY: return "there is no value";
    case UTF8_ERROR: return "the text is not UTF-8";
    case NUMBER_ERROR: return "a number is malformed or beyond 64 bits";
    case DEPTH_ERROR: return "the value is nested too deeply";
    case STRING_ERROR: return "a string holds a bad escape";
    case UNCLOSED_STRING: return "a string is never closed";
    case UNESCAPED_CHARS: return "a string holds a control character that is not escaped";
    case T_ATOM_ERROR:
    case F_ATOM_ERROR:
    case N_ATOM_ERROR: return "a word is neither true, false nor null";
    case MEMALLOC: return "memory is short";
    default: return "this is not JSON";
  }
}

}  // extern "C"
