// The structures of Arrow's C data interface and C stream interface, member by member as the Arrow
// specification lays them down (arrow.apache.org, "The Arrow C data interface" and "The Arrow C
// stream interface"), under its include guards, so that this header stands beside others that
// declare them.
#ifndef COLONNADE_ARROW_C_DATA_H
#define COLONNADE_ARROW_C_DATA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

// Bits of ArrowSchema.flags: the order of a dictionary's values has a meaning; nulls are allowed;
// the keys of each map are sorted.
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  // The type as a format string; name and metadata may be NULL.
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;

  // Frees what the structure holds and sets itself to NULL; NULL once that has happened or the
  // structure was moved elsewhere.
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  // null_count is -1 where it was not counted; offset counts values before the first.
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;

  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif  // ARROW_C_DATA_INTERFACE

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  // Both return 0 or an errno value; the end of the stream is an array that is released already.
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);

  // What the last failure was, or NULL; valid until the next call on the stream.
  const char *(*get_last_error)(struct ArrowArrayStream *);

  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif  // ARROW_C_STREAM_INTERFACE

// The address of 64 zero bytes: where a buffer of no values lies whose address must not be NULL.
const void *colonnade_arrow_nothing_address(void);

#ifdef __cplusplus
}
#endif

#endif
