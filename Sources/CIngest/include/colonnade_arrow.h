// Messages and footers of Arrow's IPC formats as plain structures, and back: their flatbuffers are
// verified here and never seen elsewhere. Bodies of messages are not touched.
#ifndef COLONNADE_ARROW_H
#define COLONNADE_ARROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of text, not checked to be UTF-8; no terminator is counted.
typedef struct {
  const char *bytes;
  size_t count;
} colonnade_arrow_text;

typedef struct {
  colonnade_arrow_text key;
  colonnade_arrow_text value;
} colonnade_arrow_entry;

/// Types by the numbers that the specification gives them.
enum {
  COLONNADE_ARROW_NULL = 1,
  COLONNADE_ARROW_INT = 2,
  COLONNADE_ARROW_FLOAT = 3,
  COLONNADE_ARROW_BINARY = 4,
  COLONNADE_ARROW_UTF8 = 5,
  COLONNADE_ARROW_BOOL = 6,
  COLONNADE_ARROW_DECIMAL = 7,
  COLONNADE_ARROW_DATE = 8,
  COLONNADE_ARROW_TIME = 9,
  COLONNADE_ARROW_TIMESTAMP = 10,
  COLONNADE_ARROW_INTERVAL = 11,
  COLONNADE_ARROW_LIST = 12,
  COLONNADE_ARROW_STRUCT = 13,
  COLONNADE_ARROW_UNION = 14,
  COLONNADE_ARROW_FIXED_BINARY = 15,
  COLONNADE_ARROW_FIXED_LIST = 16,
  COLONNADE_ARROW_MAP = 17,
  COLONNADE_ARROW_DURATION = 18,
  COLONNADE_ARROW_LARGE_BINARY = 19,
  COLONNADE_ARROW_LARGE_UTF8 = 20,
  COLONNADE_ARROW_LARGE_LIST = 21,
  COLONNADE_ARROW_RUN_END_ENCODED = 22,
  COLONNADE_ARROW_BINARY_VIEW = 23,
  COLONNADE_ARROW_UTF8_VIEW = 24,
  COLONNADE_ARROW_LIST_VIEW = 25,
  COLONNADE_ARROW_LARGE_LIST_VIEW = 26,
};

/// A field; its children follow it, depth first.
typedef struct {
  colonnade_arrow_text name;
  /// One of the numbers above; 0 where there is none, others where a later version names them.
  uint8_t type;
  bool isNullable;
  /// Of integers.
  bool isSigned;
  /// Of maps.
  bool hasSortedKeys;
  /// Bits of integers, decimals and times; bytes of fixed-size binary; elements of fixed-size lists.
  int32_t width;
  /// Of decimals.
  int32_t precision;
  int32_t scale;
  /// Of floats (precision), dates, times, timestamps, durations, intervals, and a union's mode.
  int32_t unit;
  /// Of timestamps; null where there is none.
  colonnade_arrow_text zone;
  bool hasDictionary;
  bool isOrdered;
  bool indexIsSigned;
  int32_t indexWidth;
  int64_t dictionaryIdentifier;
  uint32_t childCount;
  /// Entries of the message that belong to this field.
  size_t metadataStart;
  size_t metadataCount;
} colonnade_arrow_field;

/// Rows and nulls of one field of a batch.
typedef struct {
  int64_t count;
  int64_t nullCount;
} colonnade_arrow_node;

/// A run of bytes of a message's body.
typedef struct {
  int64_t offset;
  int64_t byteCount;
} colonnade_arrow_buffer;

/// Where a message stands in a file: prefix and metadata, then the body.
typedef struct {
  int64_t offset;
  int32_t metadataByteCount;
  int64_t bodyByteCount;
} colonnade_arrow_block;

typedef enum {
  COLONNADE_ARROW_MESSAGE_SCHEMA = 1,
  COLONNADE_ARROW_MESSAGE_DICTIONARY = 2,
  COLONNADE_ARROW_MESSAGE_BATCH = 3,
  COLONNADE_ARROW_MESSAGE_TENSOR = 4,
  COLONNADE_ARROW_MESSAGE_SPARSE_TENSOR = 5,
  /// Not a message: the end of a file.
  COLONNADE_ARROW_FOOTER = 255,
} colonnade_arrow_kind;

/// A message or a footer. What was read lives as long as the message and the bytes it came from.
typedef struct {
  int32_t kind;
  /// 0 for V1 … 4 for V5.
  int32_t version;
  int64_t bodyByteCount;

  // Of schemas and footers.
  bool isBigEndian;
  const colonnade_arrow_field *fields;
  size_t fieldCount;
  /// Fields that are columns.
  size_t columnCount;
  const colonnade_arrow_entry *entries;
  size_t entryCount;
  /// Entries that belong to the schema.
  size_t metadataStart;
  size_t metadataCount;

  // Of dictionaries.
  int64_t dictionaryIdentifier;
  bool isDelta;

  // Of batches and dictionaries.
  int64_t rowCount;
  const colonnade_arrow_node *nodes;
  size_t nodeCount;
  const colonnade_arrow_buffer *buffers;
  size_t bufferCount;
  const int64_t *variadicCounts;
  size_t variadicCount;
  /// -1 without compression, 0 for LZ4 frames, 1 for zstd; others as they stand.
  int32_t codec;
  /// 0 where each buffer is compressed alone.
  int32_t compressionMethod;

  // Of footers.
  const colonnade_arrow_block *dictionaries;
  size_t dictionaryBlockCount;
  const colonnade_arrow_block *batches;
  size_t batchBlockCount;
} colonnade_arrow_message;

/// Reads one message, or a footer where `isFooter`. Every offset is verified before it is followed,
/// and what is made is bounded by a multiple of `count`.
/// Returns null where the bytes are no such thing; freed by colonnade_arrow_free.
const colonnade_arrow_message *colonnade_arrow_read(
    const uint8_t *bytes, size_t count, bool isFooter);
void colonnade_arrow_free(const colonnade_arrow_message *message);

/// The flatbuffer of a message or footer; null where there is no memory or it passes 2 GiB.
/// Freed by colonnade_arrow_free_bytes.
uint8_t *colonnade_arrow_write(const colonnade_arrow_message *message, size_t *count);
void colonnade_arrow_free_bytes(uint8_t *bytes);

/// Unpacks one LZ4 frame that must hold exactly `targetCount` bytes and end where `source` ends.
bool colonnade_lz4_unpack(
    const uint8_t *source, size_t sourceCount, uint8_t *target, size_t targetCount);
/// Room that colonnade_lz4_pack asks for.
size_t colonnade_lz4_bound(size_t sourceCount);
/// Packs `source` as one LZ4 frame; returns its bytes, 0 where it failed.
size_t colonnade_lz4_pack(
    const uint8_t *source, size_t sourceCount, uint8_t *target, size_t targetCount);

#ifdef __cplusplus
}
#endif
#endif
