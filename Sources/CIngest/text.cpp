// Encodings of text. simdjson validates UTF-8 at memory speed; the place of a fault is found by a
// plain decoder afterwards.

#include <simdjson.h>
#include <string.h>

#include "colonnade_text.h"

extern "C" {

bool colonnade_text_is_utf8(const char *text, size_t length) {
  return simdjson::validate_utf8(text, length);
}

size_t colonnade_text_utf8_fault(const char *text, size_t length) {
  const uint8_t *const bytes = (const uint8_t *)text;
  size_t at = 0;
  while (at < length) {
    const uint8_t first = bytes[at];
    if (first < 0x80) {
      at++;
      continue;
    }
    const size_t count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + count > length) return at;
    for (size_t index = 1; index < count; index++)
      if ((bytes[at + index] & 0xC0) != 0x80) return at;
    const uint8_t second = bytes[at + 1];
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
      return at;
    at += count;
  }
  return length;
}

size_t colonnade_text_count_points(const char *text, size_t length) {
  size_t count = 0;
  for (size_t index = 0; index < length; index++) count += ((uint8_t)text[index] & 0xC0) != 0x80;
  return count;
}

size_t colonnade_text_find(const char *text, size_t length, uint8_t byte) {
  const void *const found = memchr(text, byte, length);
  return found == nullptr ? length : (size_t)((const char *)found - text);
}

bool colonnade_text_equal(const void *left, const void *right, size_t length) {
  return memcmp(left, right, length) == 0;
}

size_t colonnade_text_from_latin1(const uint8_t *source, size_t length, uint8_t *target) {
  size_t written = 0;
  for (size_t index = 0; index < length; index++) {
    const uint8_t byte = source[index];
    if (byte < 0x80) {
      target[written++] = byte;
    } else {
      target[written++] = (uint8_t)(0xC0 | byte >> 6);
      target[written++] = (uint8_t)(0x80 | (byte & 0x3F));
    }
  }
  return written;
}

size_t colonnade_text_from_utf16(
    const uint8_t *source, size_t length, bool bigEndian, uint8_t *target, size_t *used) {
  size_t written = 0, at = 0;
  const auto unit = [&](size_t offset) -> uint32_t {
    return bigEndian ? (uint32_t)source[offset] << 8 | source[offset + 1]
                     : (uint32_t)source[offset + 1] << 8 | source[offset];
  };
  while (at + 2 <= length) {
    uint32_t point = unit(at);
    size_t width = 2;
    if (point >= 0xD800 && point < 0xE000) {
      if (point >= 0xDC00) {
        *used = at;
        return SIZE_MAX;
      }
      if (at + 4 > length) break;
      const uint32_t low = unit(at + 2);
      if (low < 0xDC00 || low > 0xDFFF) {
        *used = at;
        return SIZE_MAX;
      }
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      width = 4;
    }
    if (point < 0x80) {
      target[written++] = (uint8_t)point;
    } else if (point < 0x800) {
      target[written++] = (uint8_t)(0xC0 | point >> 6);
      target[written++] = (uint8_t)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
      target[written++] = (uint8_t)(0xE0 | point >> 12);
      target[written++] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
      target[written++] = (uint8_t)(0x80 | (point & 0x3F));
    } else {
      target[written++] = (uint8_t)(0xF0 | point >> 18);
      target[written++] = (uint8_t)(0x80 | (point >> 12 & 0x3F));
      target[written++] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
      target[written++] = (uint8_t)(0x80 | (point & 0x3F));
    }
    at += width;
  }
  *used = at;
  return written;
}

}  // extern "C"
