// Where records and fields of separated text begin and end.
//
// The rules, the same in all functions here: a quote opens a quoted field only as the first byte
// of the field; anywhere else outside quotes it is an ordinary byte. Inside, the escape byte and
// the byte after it belong to the value; a quote ends it, and what follows must be a delimiter or
// the end of the record. LF, CR LF and CR end records.
#ifndef COLONNADE_CSV_H
#define COLONNADE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes past the end of a text that must be readable (their values do not matter).
#define COLONNADE_CSV_PADDING 64

typedef struct {
  uint8_t delimiter;
  /// 0 where nothing is quoted.
  uint8_t quote;
  /// Equal to `quote` where a doubled quote stands for one.
  uint8_t escape;
  /// Records starting with this byte are skipped; 0 where there are none.
  uint8_t comment;
  /// Use the portable scanner even where a vector one exists; for tests.
  bool scalar;
} colonnade_csv_dialect;

#define COLONNADE_CSV_QUOTED 0x80000000u
#define COLONNADE_CSV_ESCAPED 0x40000000u
#define COLONNADE_CSV_LENGTH 0x3FFFFFFFu

/// A field's bytes without its quotes; flags stand in the upper two bits of `length`.
typedef struct {
  uint32_t start;
  uint32_t length;
} colonnade_csv_field;

typedef enum {
  COLONNADE_CSV_RAGGED = 1,
  COLONNADE_CSV_AFTER_QUOTE = 2,
  COLONNADE_CSV_OPEN_QUOTE = 3,
} colonnade_csv_fault;

/// A record that cannot be taken apart, or has another number of fields than expected.
typedef struct {
  uint32_t start;
  uint32_t end;
  /// Fields seen.
  uint32_t fieldCount;
  uint32_t fault;
  /// The byte where it went wrong.
  uint32_t offset;
  /// The field, counted from 0, where it went wrong.
  uint32_t field;
} colonnade_csv_bad_record;

typedef struct {
  /// Where the next record starts; `length` at the end.
  size_t offset;
  size_t rowCount;
  size_t badCount;
} colonnade_csv_progress;

/// Takes records apart from `offset`, which starts one, on: up to `maximumRows`, or `maximumBad`
/// bad ones, or the end. Texts are shorter than 2^30 bytes.
///
/// With a `columnCount`, records of another number of fields are bad, and row `i`'s fields start
/// at `fields[i * columnCount]`; empty lines are records only where `columnCount` is 1. With 0,
/// any number of fields goes, `fieldCounts` tells how many, empty lines are skipped, and the scan
/// stops before a record for which `fields` (of `fieldCapacity`) has no room.
/// `rowStarts` has room for `maximumRows` offsets.
colonnade_csv_progress colonnade_csv_tokenise(
    const colonnade_csv_dialect *dialect, const char *text, size_t length, size_t offset,
    uint32_t columnCount, colonnade_csv_field *fields, size_t fieldCapacity,
    uint32_t *fieldCounts, uint32_t *rowStarts, size_t maximumRows,
    colonnade_csv_bad_record *bad, size_t maximumBad);

/// The end of the last record that is surely complete in a text that goes on; 0 where none is.
/// The text starts a record.
size_t colonnade_csv_boundary(
    const colonnade_csv_dialect *dialect, const char *text, size_t length);

/// Number of line ends (LF, CR LF, CR) in a text.
size_t colonnade_csv_count_lines(const char *text, size_t length);

/// Number of LF in a text.
size_t colonnade_csv_count_feeds(const char *text, size_t length);

#ifdef __cplusplus
}
#endif
#endif
