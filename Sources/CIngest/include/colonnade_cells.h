// Columns of text fields into columns of values: one call per column and block of rows.
#ifndef COLONNADE_CELLS_H
#define COLONNADE_CELLS_H

#include "colonnade_csv.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One text that stands for null.
typedef struct {
  const char *text;
  uint32_t length;
} colonnade_null_text;

/// The fields of one column in a block of rows, and what its parser reports.
typedef struct {
  /// COLONNADE_CSV_PADDING bytes behind the last field can be read.
  const char *text;
  /// Field of the column in row `i`: `fields[i * stride]`.
  const colonnade_csv_field *fields;
  size_t stride;
  size_t rowCount;
  /// Unquoted fields equal to one of these are null.
  const colonnade_null_text *nulls;
  size_t nullTextCount;
  /// Bitmap to set bits in, one where a value is; bit `firstRow + i` belongs to row `i` and is
  /// zero before.
  uint8_t *validity;
  size_t firstRow;
  /// `badColumns[i]` gets `column + 1` where row `i` does not fit and no earlier column marked it.
  uint32_t *badColumns;
  uint32_t column;
  /// False where a null is a misfit.
  bool isNullable;
  /// Out: added to.
  size_t nullCount;
  size_t badCount;
} colonnade_cells;

typedef enum {
  COLONNADE_CELL_INT8,
  COLONNADE_CELL_INT16,
  COLONNADE_CELL_INT32,
  COLONNADE_CELL_INT64,
  COLONNADE_CELL_UINT8,
  COLONNADE_CELL_UINT16,
  COLONNADE_CELL_UINT32,
  COLONNADE_CELL_UINT64,
  COLONNADE_CELL_FLOAT32,
  COLONNADE_CELL_FLOAT64,
  /// Days since 1970-01-01, 32 bits.
  COLONNADE_CELL_DATE,
  /// Ticks since midnight: 32 bits where there are at most 1,000 a second, else 64.
  COLONNADE_CELL_TIME,
  /// Ticks since 1970 of a wall clock; a zone is a misfit.
  COLONNADE_CELL_TIMESTAMP,
  /// Ticks since 1970 of an instant; a missing zone is a misfit.
  COLONNADE_CELL_INSTANT,
  /// Ticks of a duration: an integer, or ISO 8601 in hours, minutes and seconds.
  COLONNADE_CELL_DURATION,
  /// Unscaled value in 64 bits.
  COLONNADE_CELL_DECIMAL64,
  /// Unscaled value in 128 bits.
  COLONNADE_CELL_DECIMAL128,
} colonnade_cell_kind;

/// What a kind needs to know beside itself.
typedef struct {
  colonnade_cell_kind kind;
  /// Of decimals.
  int32_t precision;
  int32_t scale;
  /// Of times and timestamps: 1, 1e3, 1e6 or 1e9.
  int64_t ticksPerSecond;
} colonnade_cell_type;

/// Parses one column into `values` (already at row 0 of the block); nulls and misfits are zero.
void colonnade_cells_parse(colonnade_cells *cells, const colonnade_cell_type *type, void *values);

/// Booleans into a bitmap of the same shape as the validity.
void colonnade_cells_parse_bool(colonnade_cells *cells, uint8_t *bits);

/// Bytes that `colonnade_cells_parse_text` may write to `data` at most.
size_t colonnade_cells_long_bytes(const colonnade_cells *cells);

/// Text into Arrow views; long values are written to `data` from `dataOffset` on, and views count
/// their offset from the start of buffer 0. Quotes are unescaped.
/// Returns the offset after the last byte written.
size_t colonnade_cells_parse_text(
    colonnade_cells *cells, uint8_t quote, uint8_t escape, void *views, uint8_t *data,
    size_t dataOffset);

/// Copies a quoted value without its escapes; returns its length.
size_t colonnade_cells_unescape(
    const char *text, size_t length, uint8_t quote, uint8_t escape, char *target);

/// True where one text, without surrounding blanks, is a value of the type; `value` gets it.
bool colonnade_cell_parse_one(
    const colonnade_cell_type *type, const char *text, size_t length, void *value);

/// What the fields of a column look like: flags of every kind seen.
enum {
  COLONNADE_SEEN_NULL = 1,
  COLONNADE_SEEN_BOOL = 2,
  /// An integer in canonical form that fits 64 bits with a sign.
  COLONNADE_SEEN_INT64 = 4,
  /// One that only fits 64 bits without a sign.
  COLONNADE_SEEN_UINT64 = 8,
  /// A larger one, of up to 38 digits.
  COLONNADE_SEEN_BIG = 16,
  /// A number with a point or an exponent, finite as float64.
  COLONNADE_SEEN_FLOAT = 32,
  /// nan, inf or infinity, with or without sign.
  COLONNADE_SEEN_SPECIAL = 64,
  COLONNADE_SEEN_DATE = 128,
  COLONNADE_SEEN_TIME = 256,
  COLONNADE_SEEN_TIMESTAMP = 512,
  COLONNADE_SEEN_INSTANT = 1024,
  /// Anything else, the empty string among them.
  COLONNADE_SEEN_TEXT = 2048,
  /// An integer that float64 cannot hold exactly.
  COLONNADE_SEEN_INEXACT = 4096,
  /// A number with an exponent.
  COLONNADE_SEEN_EXPONENT = 8192,
  /// A timestamp outside what nanoseconds in 64 bits reach.
  COLONNADE_SEEN_FAR = 16384,
  /// An integer below zero.
  COLONNADE_SEEN_NEGATIVE = 32768,
};

typedef struct {
  uint32_t seen;
  /// Most digits before the point of a number without exponent.
  uint32_t integerDigits;
  /// Most digits after the point of a number without exponent.
  uint32_t fractionDigits;
  /// Most digits of a second's fraction.
  uint32_t secondDigits;
} colonnade_looks;

/// Adds what the column's fields look like; `validity`, `badColumns` are not used.
void colonnade_cells_look(const colonnade_cells *cells, colonnade_looks *looks);

/// Adds what those of the column's fields look like that may change its type, given that all of them
/// parse as `kind`: COLONNADE_CELL_INT64, COLONNADE_CELL_FLOAT64 or COLONNADE_CELL_DATE, the type
/// that was found so far.
void colonnade_cells_look_again(
    const colonnade_cells *cells, colonnade_cell_kind kind, colonnade_looks *looks);

#ifdef __cplusplus
}
#endif
#endif
