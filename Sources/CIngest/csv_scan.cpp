// The structural scan of separated text. One body, compiled over two ways of finding bytes in a
// block of 64: vectors, which the compiler clones for several instruction sets, and a plain loop,
// the twin that tests compare with.

#include <string.h>

#include "colonnade_csv.h"

#if defined(__x86_64__) && !defined(COLONNADE_NO_CLONES)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "avx512bw")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

namespace {

typedef uint8_t Block __attribute__((vector_size(64)));
typedef bool Bits __attribute__((ext_vector_type(64)));

struct VectorScan {
  Block block;
  __attribute__((always_inline)) void load(const char *at) { memcpy(&block, at, 64); }
  __attribute__((always_inline)) uint64_t find(uint8_t byte) const {
    Block wanted = (Block){} + byte;
    auto equal = block == wanted;
    Bits bits = __builtin_convertvector(equal, Bits);
    uint64_t word;
    memcpy(&word, &bits, 8);
    return word;
  }
};

struct ScalarScan {
  const char *block;
  __attribute__((always_inline)) void load(const char *at) { block = at; }
  __attribute__((always_inline)) uint64_t find(uint8_t byte) const {
    uint64_t word = 0;
    for (int index = 0; index < 64; index++)
      word |= (uint64_t)((uint8_t)block[index] == byte) << index;
    return word;
  }
};

INLINE size_t lineEnd(const char *text, size_t length, size_t offset) {
  while (offset < length && text[offset] != '\n' && text[offset] != '\r') offset++;
  return offset;
}

// The first byte after the line end at `offset`.
INLINE size_t afterLineEnd(const char *text, size_t length, size_t offset) {
  if (text[offset] == '\r' && offset + 1 < length && text[offset + 1] == '\n') return offset + 2;
  return offset + 1;
}

INLINE size_t skipComments(
    const char *text, size_t length, size_t offset, uint8_t comment) {
  while (comment != 0 && offset < length && (uint8_t)text[offset] == comment) {
    offset = lineEnd(text, length, offset);
    if (offset < length) offset = afterLineEnd(text, length, offset);
  }
  return offset;
}

template <class Scan>
INLINE colonnade_csv_progress tokenise(
    const colonnade_csv_dialect *dialect, const char *text, size_t length, size_t offset,
    uint32_t columnCount, colonnade_csv_field *fields, size_t fieldCapacity,
    uint32_t *fieldCounts, uint32_t *rowStarts, size_t maximumRows,
    colonnade_csv_bad_record *bad, size_t maximumBad) {
  const uint8_t delimiter = dialect->delimiter, quote = dialect->quote;
  const uint8_t escape = dialect->escape, comment = dialect->comment;
  const bool quotes = quote != 0, foreignEscape = quotes && escape != 0 && escape != quote;
  const bool doubled = quotes && escape == quote;

  size_t rowCount = 0, badCount = 0;
  size_t rowStart = skipComments(text, length, offset, comment);
  size_t fieldStart = rowStart, closed = 0, opened = 0;
  size_t skip = rowStart;
  uint32_t flags = 0, fieldsInRow = 0;
  uint32_t fault = 0, faultOffset = 0, faultField = 0;
  bool inside = false;
  colonnade_csv_field *row = fields;
  size_t room = columnCount != 0 ? columnCount : fieldCapacity;

#define END_FIELD(at)                                                    \
  do {                                                                   \
    if (fieldsInRow < room) {                                            \
      const size_t first = fieldStart + (flags >> 31);                   \
      const size_t last = flags ? closed : (at);                         \
      row[fieldsInRow].start = (uint32_t)first;                          \
      row[fieldsInRow].length = (uint32_t)(last - first) | flags;        \
    }                                                                    \
    fieldsInRow++;                                                       \
    flags = 0;                                                           \
  } while (0)

  // A record ends at `at`, the next begins at `next`; true where the scan has to stop.
  auto endRecord = [&](size_t at, size_t next) __attribute__((always_inline)) -> bool {
    const bool blank = at == rowStart;
    if (__builtin_expect(
            fault == 0 && (columnCount != 0 ? fieldsInRow == columnCount : !blank) &&
                fieldsInRow <= room,
            1)) {
      rowStarts[rowCount] = (uint32_t)rowStart;
      if (columnCount == 0) {
        fieldCounts[rowCount] = fieldsInRow;
        room -= fieldsInRow;
      }
      row += fieldsInRow;
      rowCount++;
    } else if (fault == 0 && columnCount == 0 && !blank) {
      return true;  // no room: the record is left for the next call
    } else if (!blank) {
      bad[badCount].start = (uint32_t)rowStart;
      bad[badCount].end = (uint32_t)at;
      bad[badCount].fieldCount = fieldsInRow;
      bad[badCount].fault = fault != 0 ? fault : (uint32_t)COLONNADE_CSV_RAGGED;
      bad[badCount].offset = fault != 0 ? faultOffset : (uint32_t)at;
      bad[badCount].field = fault != 0 ? faultField : fieldsInRow;
      badCount++;
      fault = 0;
    }
    fieldsInRow = 0;
    next = skipComments(text, length, next, comment);
    rowStart = fieldStart = next;
    return rowCount == maximumRows || badCount == maximumBad;
  };

  for (size_t base = rowStart; base < length; base += 64) {
    if (skip >= base + 64) continue;
    Scan scan;
    scan.load(text + base);
    uint64_t live = length - base >= 64 ? ~0ull : (1ull << (length - base)) - 1;
    if (skip > base) live &= ~0ull << (skip - base);
    const uint64_t delimiters = scan.find(delimiter);
    const uint64_t ends = delimiters | scan.find('\n') | scan.find('\r');
    const uint64_t quoteBits = quotes ? scan.find(quote) : 0;
    const uint64_t insideBits = foreignEscape ? quoteBits | scan.find(escape) : quoteBits;
    for (;;) {
      if (inside) {
        const uint64_t found = insideBits & live;
        if (found == 0) break;
        const unsigned bit = (unsigned)__builtin_ctzll(found);
        const size_t at = base + bit;
        live &= ~((2ull << bit) - 1);
        const bool isEscape = foreignEscape && (uint8_t)text[at] == escape;
        if (isEscape || (doubled && at + 1 < length && (uint8_t)text[at + 1] == quote)) {
          flags |= COLONNADE_CSV_ESCAPED;
          skip = at + 2;
          if (bit < 63) live &= ~(1ull << (bit + 1));
          continue;
        }
        inside = false;
        closed = at;
        if (at + 1 < length) {
          const uint8_t next = (uint8_t)text[at + 1];
          if (next != delimiter && next != '\n' && next != '\r' && fault == 0) {
            fault = COLONNADE_CSV_AFTER_QUOTE;
            faultOffset = (uint32_t)(at + 1);
            faultField = fieldsInRow;
          }
        }
      }
      // Delimiters up to what else there is end fields that start behind each other.
      const uint64_t others = ((ends ^ delimiters) | quoteBits) & live;
      const uint64_t before = (others - 1) & ~others;
      uint64_t run = delimiters & before & live;
      if (run != 0 && fieldsInRow + (unsigned)__builtin_popcountll(run) <= room) {
        END_FIELD(base + (unsigned)__builtin_ctzll(run));
        fieldStart = base + (unsigned)__builtin_ctzll(run) + 1;
        colonnade_csv_field *field = row + fieldsInRow;
        while ((run &= run - 1) != 0) {
          const size_t at = base + (unsigned)__builtin_ctzll(run);
          field->start = (uint32_t)fieldStart;
          field->length = (uint32_t)(at - fieldStart);
          field++;
          fieldStart = at + 1;
        }
        fieldsInRow = (uint32_t)(field - row);
        live &= ~before;
      }
      uint64_t found = (ends | quoteBits) & live;
      while (found != 0) {
        const unsigned bit = (unsigned)__builtin_ctzll(found);
        const size_t at = base + bit;
        found &= found - 1;
        const uint8_t byte = (uint8_t)text[at];
        if (byte == delimiter) {
          END_FIELD(at);
          fieldStart = at + 1;
        } else if (quotes && byte == quote) {
          if (at == fieldStart) {
            inside = true;
            flags = COLONNADE_CSV_QUOTED;
            opened = at;
            closed = at + 1;
            live &= ~((2ull << bit) - 1);
            break;
          }
        } else {
          END_FIELD(at);
          const size_t next = afterLineEnd(text, length, at);
          if (endRecord(at, next)) {
            colonnade_csv_progress progress = {rowStart, rowCount, badCount};
            return progress;
          }
          if (rowStart > at + 1) {
            skip = rowStart;
            if (skip >= base + 64) {
              found = 0;
              live = 0;
              break;
            }
            live &= ~0ull << (skip - base);
            found &= live;
          }
        }
      }
      if (!inside) break;
    }
  }
  if (rowStart < length) {
    if (inside && fault == 0) {
      fault = COLONNADE_CSV_OPEN_QUOTE;
      faultOffset = (uint32_t)opened;
      faultField = fieldsInRow;
    }
    END_FIELD(length);
    const size_t before = rowStart;
    const bool full = endRecord(length, length);
    if (full && rowStart == before && columnCount == 0) length = before;
  }
#undef END_FIELD
  colonnade_csv_progress progress = {length, rowCount, badCount};
  return progress;
}

template <class Scan>
INLINE size_t boundary(
    const colonnade_csv_dialect *dialect, const char *text, size_t length) {
  const uint8_t delimiter = dialect->delimiter, quote = dialect->quote;
  const uint8_t escape = dialect->escape, comment = dialect->comment;
  const bool quotes = quote != 0, foreignEscape = quotes && escape != 0 && escape != quote;
  const bool doubled = quotes && escape == quote;
  // Whether LF follows a CR at the very end is not known yet.
  if (length > 0 && text[length - 1] == '\r') length--;
  // One past the last line end outside quotes.
  size_t last = 0, skip = skipComments(text, length, 0, comment);
  if (skip == length) return 0;
  size_t closed = SIZE_MAX;
  bool inside = false;
  for (size_t base = 0; base < length; base += 64) {
    if (skip >= base + 64) continue;
    Scan scan;
    scan.load(text + base);
    uint64_t live = length - base >= 64 ? ~0ull : (1ull << (length - base)) - 1;
    if (skip > base) live &= ~0ull << (skip - base);
    uint64_t lineEnds = scan.find('\n') | scan.find('\r');
    const uint64_t quoteBits = quotes ? scan.find(quote) : 0;
    const uint64_t insideBits = foreignEscape ? quoteBits | scan.find(escape) : quoteBits;
    if (!inside && (quoteBits & live) == 0 && comment == 0) {
      const uint64_t found = lineEnds & live;
      if (found != 0) last = base + 64 - (size_t)__builtin_clzll(found);
      continue;
    }
    for (;;) {
      if (inside) {
        const uint64_t found = insideBits & live;
        if (found == 0) break;
        const unsigned bit = (unsigned)__builtin_ctzll(found);
        const size_t at = base + bit;
        live &= ~((2ull << bit) - 1);
        if (foreignEscape && (uint8_t)text[at] == escape) {
          skip = at + 2;
          if (bit < 63) live &= ~(1ull << (bit + 1));
          continue;
        }
        inside = false;
        closed = at;
      }
      uint64_t found = (lineEnds | quoteBits) & live;
      while (found != 0) {
        const unsigned bit = (unsigned)__builtin_ctzll(found);
        const size_t at = base + bit;
        found &= found - 1;
        if (quotes && (uint8_t)text[at] == quote) {
          const uint8_t before = at == 0 ? (uint8_t)'\n' : (uint8_t)text[at - 1];
          if (before == delimiter || before == '\n' || before == '\r' ||
              (doubled && at != 0 && closed == at - 1)) {
            inside = true;
            live &= ~((2ull << bit) - 1);
            break;
          }
        } else {
          last = at + 1;
          if (comment != 0 && last < length) {
            const size_t next = skipComments(text, length, last, comment);
            if (next > last) {
              // A comment that runs into the end of the text may go on.
              if (next == length && text[length - 1] != '\n') return last;
              last = skip = next;
              if (skip >= base + 64) {
                found = 0;
                live = 0;
                break;
              }
              live &= ~0ull << (skip - base);
              found &= live;
            }
          }
        }
      }
      if (!inside) break;
    }
  }
  return last;
}

}  // namespace

#define ARGUMENTS                                                                              \
  dialect, text, length, offset, columnCount, fields, fieldCapacity, fieldCounts, rowStarts,   \
      maximumRows, bad, maximumBad

CLONES static colonnade_csv_progress tokeniseVector(
    const colonnade_csv_dialect *dialect, const char *text, size_t length, size_t offset,
    uint32_t columnCount, colonnade_csv_field *fields, size_t fieldCapacity,
    uint32_t *fieldCounts, uint32_t *rowStarts, size_t maximumRows,
    colonnade_csv_bad_record *bad, size_t maximumBad) {
  return tokenise<VectorScan>(ARGUMENTS);
}

CLONES static size_t boundaryVector(
    const colonnade_csv_dialect *dialect, const char *text, size_t length) {
  return boundary<VectorScan>(dialect, text, length);
}

CLONES static size_t countLines(const char *text, size_t length) {
  size_t lines = 0, base = 0;
  bool afterReturn = false;
  for (; base < length; base += 64) {
    VectorScan scan;
    scan.load(text + base);
    const uint64_t live = length - base >= 64 ? ~0ull : (1ull << (length - base)) - 1;
    const uint64_t feeds = scan.find('\n') & live, returns = scan.find('\r') & live;
    const uint64_t pairs = feeds & (returns << 1 | (afterReturn ? 1 : 0));
    lines += (size_t)__builtin_popcountll(feeds) + (size_t)__builtin_popcountll(returns) -
             (size_t)__builtin_popcountll(pairs);
    afterReturn = returns >> 63;
  }
  return lines;
}

CLONES static size_t countFeeds(const char *text, size_t length) {
  size_t feeds = 0;
  for (size_t index = 0; index < length; index++) feeds += text[index] == '\n';
  return feeds;
}

extern "C" {

colonnade_csv_progress colonnade_csv_tokenise(
    const colonnade_csv_dialect *dialect, const char *text, size_t length, size_t offset,
    uint32_t columnCount, colonnade_csv_field *fields, size_t fieldCapacity,
    uint32_t *fieldCounts, uint32_t *rowStarts, size_t maximumRows,
    colonnade_csv_bad_record *bad, size_t maximumBad) {
  if (dialect->scalar) return tokenise<ScalarScan>(ARGUMENTS);
  return tokeniseVector(ARGUMENTS);
}

size_t colonnade_csv_boundary(
    const colonnade_csv_dialect *dialect, const char *text, size_t length) {
  if (dialect->scalar) return boundary<ScalarScan>(dialect, text, length);
  return boundaryVector(dialect, text, length);
}

size_t colonnade_csv_count_lines(const char *text, size_t length) {
  return countLines(text, length);
}

size_t colonnade_csv_count_feeds(const char *text, size_t length) {
  return countFeeds(text, length);
}

}  // extern "C"
