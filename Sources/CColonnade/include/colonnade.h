// Colonnade for programs: read and write partitioned tables of columns from C, or from any language
// that calls C. Link with -lcolonnade (pkg-config colonnade, or CMake's colonnade::colonnade).
//
// Rows travel as Apache Arrow: schemas, arrays and streams in the structures of Arrow's C data and C
// stream interfaces, which are declared below where nobody has declared them yet.
//
// Rules that hold everywhere:
// - A function that can fail returns a colonnade_status: COLONNADE_OK (0) or the kind of the failure.
//   Its last parameter takes an error to be freed with colonnade_error_free; NULL where the status
//   is enough. Out-parameters are written on success only, and left as they were otherwise.
// - Text is UTF-8. Text that goes in ends in NUL. A `const char *` that comes out belongs to the
//   handle it came from; a `char *` is freed with colonnade_string_free.
// - Structures of options begin with their own size, so that programs built against this header work
//   with later libraries: initialise them with the macro of the same name (…_INIT), never by hand.
// - A table is immutable and may be used by many threads at once. A stream, a writer and an error
//   belong to one thread at a time. Everything handed out stays valid after the table was freed.
// - Handles survive fork(); parent and child go on on their own.
// - The library never exits, never writes to standard output or error, and sets no signal handler.

#ifndef COLONNADE_H
#define COLONNADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---- Arrow C data and stream interfaces, as Arrow's specification lays them out ----

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
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

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif

// ---- The library ----

// Grows when something changes that programs have to know of; additions do not count. 1 now.
uint32_t colonnade_abi_version(void);
// Version of the library, such as "0.2.0". Static.
const char *colonnade_version(void);
void colonnade_string_free(char *text); // NULL does nothing
// Files that were read stay open for a minute after their last use, or as many seconds as the
// environment variable COLONNADE_KEEP_SECONDS says at the first opening (0: not at all): who opens a
// table again finds them mapped, with what was verified of them, unless they changed meanwhile. Until
// then a deleted file takes its place on the disk, and its file system cannot be unmounted. This closes
// those that no table or stream holds.
void colonnade_release_files(void);

// ---- Errors ----

typedef enum colonnade_status {
  COLONNADE_OK = 0,
  COLONNADE_INVALID_ARGUMENT = 1,
  COLONNADE_NOT_FOUND = 2,
  COLONNADE_SCHEMA_MISMATCH = 3,
  COLONNADE_CORRUPT = 4,
  COLONNADE_TRUNCATED = 5,
  COLONNADE_UNSUPPORTED_FEATURE = 6,
  COLONNADE_LIMIT_EXCEEDED = 7,
  COLONNADE_COMMIT_CONFLICT = 8,
  COLONNADE_COMMIT_UNKNOWN = 9,
  COLONNADE_IO = 10,
  COLONNADE_CANCELLED = 11,
} colonnade_status;

typedef struct colonnade_error colonnade_error;
colonnade_status colonnade_error_kind(const colonnade_error *error);
const char *colonnade_error_message(const colonnade_error *error);  // one sentence, no location
const char *colonnade_error_hint(const colonnade_error *error);     // NULL where there is none
const char *colonnade_error_file(const colonnade_error *error);     // NULL where none is known
const char *colonnade_error_description(const colonnade_error *error); // all of it, for people
int64_t colonnade_error_offset(const colonnade_error *error); // byte in the file, -1 if unknown
int64_t colonnade_error_line(const colonnade_error *error);   // from 1, 0 if unknown
int64_t colonnade_error_column(const colonnade_error *error); // from 1, 0 if unknown
int colonnade_error_errno(const colonnade_error *error);      // 0 where there is none
void colonnade_error_free(colonnade_error *error);            // NULL does nothing

// ---- Ending work early ----

// Many calls may share one; cancelled work ends with COLONNADE_CANCELLED, soon but not at once.
typedef struct colonnade_cancellation colonnade_cancellation;
// poll: asked now and then while work goes on, on the thread that made the cancellation and on no
// other; true cancels. NULL where only colonnade_cancellation_cancel will. It must not call back
// into the library.
colonnade_cancellation *colonnade_cancellation_new(bool (*poll)(void *context), void *context);
void colonnade_cancellation_cancel(colonnade_cancellation *cancellation); // from any thread
bool colonnade_cancellation_is_cancelled(const colonnade_cancellation *cancellation);
// Work that was given it may go on and keeps what it needs; poll is not called any more.
void colonnade_cancellation_free(colonnade_cancellation *cancellation);

// ---- Tables ----

// A version of a table, or one .cln file.
typedef struct colonnade_table colonnade_table;

// path: a table's folder, or a .cln file.
// at: a version's number, or a time as in 2026-01-31T12:00:00Z; NULL for the latest.
colonnade_status colonnade_open(const char *path, const char *at, colonnade_table **table,
                                colonnade_error **error);
void colonnade_table_free(colonnade_table *table);
const char *colonnade_table_path(const colonnade_table *table);
uint64_t colonnade_table_version(const colonnade_table *table);   // 0 for a single file
uint64_t colonnade_table_row_count(const colonnade_table *table);
uint64_t colonnade_table_byte_count(const colonnade_table *table); // bytes of the data files
// schema: filled in; its release callback is the caller's to call. Layouts as a scan hands them out
// by default; see colonnade_scan_options.layout.
colonnade_status colonnade_table_schema(const colonnade_table *table, uint32_t layout,
                                        struct ArrowSchema *schema, colonnade_error **error);
// What is known of the table: {"table", "version", "rows", "bytes", "partitionedBy", "sortedBy",
// "columns": [{"name", "type", "nullable"}], "versions": [1, 2, …]} as JSON.
colonnade_status colonnade_table_description(const colonnade_table *table, char **json,
                                             colonnade_error **error);
// Statistics of columns, from metadata alone, as the JSON of `colonnade stats --json`.
// columns: names, NULL for all.
colonnade_status colonnade_table_statistics(const colonnade_table *table,
                                            const char *const *columns, size_t column_count,
                                            char **json, colonnade_error **error);
// Cuts the rows of the table into `count` runs of about equal size for as many workers, at row groups
// where that is possible. boundaries: takes count + 1 row numbers, the first 0, ascending, the last
// the table's row count; worker i scans from boundaries[i] to boundaries[i + 1].
colonnade_status colonnade_table_divide(const colonnade_table *table, size_t count,
                                        uint64_t *boundaries, colonnade_error **error);

// ---- Questions ----

typedef enum colonnade_value_kind {
  COLONNADE_VALUE_NULL = 0,
  COLONNADE_VALUE_BOOL = 1,           // integer: 0 or 1
  COLONNADE_VALUE_INTEGER = 2,        // integer
  COLONNADE_VALUE_UNSIGNED = 3,       // unsigned_integer
  COLONNADE_VALUE_FLOAT = 4,          // number
  COLONNADE_VALUE_DECIMAL = 5,        // bytes: digits as text, such as -12.50
  COLONNADE_VALUE_STRING = 6,         // bytes: UTF-8
  COLONNADE_VALUE_BINARY = 7,         // bytes
  COLONNADE_VALUE_DATE = 8,           // integer: days since 1970-01-01
  COLONNADE_VALUE_TIME = 9,           // integer: microseconds since midnight
  COLONNADE_VALUE_TIMESTAMP = 10,     // integer: microseconds since 1970, a wall clock
  COLONNADE_VALUE_INSTANT = 11,       // integer: microseconds since 1970 in UTC
  COLONNADE_VALUE_DURATION = 12,      // integer: microseconds
} colonnade_value_kind;

// A value for a parameter of a predicate.
typedef struct colonnade_value {
  const char *name; // of `$name`; NULL where parameters are taken in order, `?` or `$1`
  uint32_t kind;    // a colonnade_value_kind
  int64_t integer;
  uint64_t unsigned_integer;
  double number;
  const void *bytes; // need not end in NUL
  size_t byte_count;
} colonnade_value;

// How values are handed out, one or more of:
typedef enum colonnade_layout {
  COLONNADE_LAYOUT_DEFAULT = 0,        // string and binary views; categoricals as dictionaries
  COLONNADE_LAYOUT_OFFSETS = 1,        // string and binary with 32-bit offsets (a copy)
  COLONNADE_LAYOUT_LARGE_OFFSETS = 2,  // the same with 64-bit offsets (a copy)
  COLONNADE_LAYOUT_PLAIN_CATEGORICALS = 4, // categoricals as the text they mean
  COLONNADE_LAYOUT_NARROW_DECIMALS = 8,    // decimals of up to 18 digits as decimal64 (no copy)
} colonnade_layout;

// Called on the thread that asks for the next batch, at most once a batch.
// rows_total: rows of the table; rows_done: of these, read or skipped for good so far.
typedef void (*colonnade_progress)(void *context, uint64_t rows_total, uint64_t rows_done,
                                   uint64_t rows_returned);

typedef struct colonnade_scan_options {
  size_t size; // of this structure
  // Columns wanted, in this order; NULL with column_count 0 for all. Names mean exactly themselves.
  const char *const *columns;
  size_t column_count;
  // true with column_count 0: no columns, for batches that only count rows.
  bool no_columns;
  // In place of columns: a list such as `a, s.x AS y`; NULL for none.
  const char *select;
  // A predicate such as `carrier = $1 AND delay > 60`; NULL for every row.
  const char *where;
  const colonnade_value *parameters;
  size_t parameter_count;
  // At most so many rows; negative for all.
  int64_t limit;
  // Only rows first_row ..< end_row of the table, in its order; end_row UINT64_MAX for the last.
  uint64_t first_row;
  uint64_t end_row;
  uint32_t layout;
  // What the consumer would like the batches to look like: where it names another layout of the same
  // values (string for string_view, dictionary or not, …) the batches have it; `layout` rules the
  // rest. Read only, not released. NULL for none.
  const struct ArrowSchema *requested_schema;
  // At most so many rows a batch; 0 for 65,536.
  uint64_t batch_row_count;
  colonnade_cancellation *cancellation; // NULL for none
  colonnade_progress progress;          // NULL for none
  void *progress_context;
} colonnade_scan_options;
#define COLONNADE_SCAN_OPTIONS_INIT \
  { sizeof(colonnade_scan_options), NULL, 0, false, NULL, NULL, NULL, 0, -1, 0, UINT64_MAX, 0, \
    NULL, 0, NULL, NULL, NULL }

// The rows that match, in the table's order. stream: filled in; the caller releases it. Nothing is
// read before the first batch is asked for. options: NULL for every row of every column. A failure
// while reading is get_next's: an errno value (EINVAL, EIO, EBADMSG for corrupt, ECANCELED, …) and
// the description as get_last_error.
colonnade_status colonnade_scan(const colonnade_table *table, const colonnade_scan_options *options,
                                struct ArrowArrayStream *stream, colonnade_error **error);
// The kind and the rest of the last failure of a stream that colonnade_scan or colonnade_take made:
// a new error, NULL where there was none or the stream is another's.
colonnade_error *colonnade_stream_error(const struct ArrowArrayStream *stream);
// How many rows match; rows are read only where statistics do not tell.
colonnade_status colonnade_count(const colonnade_table *table, const colonnade_scan_options *options,
                                 uint64_t *count, colonnade_error **error);
// The least and the greatest value of a column among the rows that match, as a stream of one row with
// the columns minimum and maximum, both of the column's type; null where no row has a value. NaN is the
// greatest. Rows are read only where metadata does not tell. options: columns, select and limit are not
// looked at.
colonnade_status colonnade_extremes(const colonnade_table *table, const char *column,
                                    const colonnade_scan_options *options,
                                    struct ArrowArrayStream *stream, colonnade_error **error);
// The rows named by their numbers in the table's order (0 is the first), in the order named; a number
// may come again. options: only columns, select, layout, requested_schema, batch_row_count,
// cancellation and progress are looked at.
colonnade_status colonnade_take(const colonnade_table *table, const uint64_t *rows, size_t row_count,
                                const colonnade_scan_options *options,
                                struct ArrowArrayStream *stream, colonnade_error **error);
// What a scan skips and why, as the JSON of `colonnade explain --json`; analyze runs it too.
colonnade_status colonnade_explain(const colonnade_table *table,
                                   const colonnade_scan_options *options, bool analyze, char **json,
                                   colonnade_error **error);

// ---- Writing ----

typedef struct colonnade_write_options {
  size_t size;
  // "create" (NULL means it too) or "append".
  const char *mode;
  const char *partition_by; // such as `model, month(ts), bucket(16, user)`; NULL for none
  const char *sort_by;      // such as `a, b desc`; NULL for none
  const char *profile;      // "fast", "balanced" (NULL too) or "archive", small and slow to write
  const char *bloom_filters; // columns that get Bloom filters, such as `id, user`; NULL for none
  uint64_t memory_byte_count; // held back while rows are divided among partitions; 0 for 384 MiB
  uint32_t thread_count;      // 0 for one a processor
  const char *writer_name;    // the program, for the table's history; NULL for "libcolonnade"
  // Names the commit: the same id is published once at most. NULL draws one.
  const char *commit_id;
  colonnade_cancellation *cancellation;
} colonnade_write_options;
#define COLONNADE_WRITE_OPTIONS_INIT \
  { sizeof(colonnade_write_options), NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL }

typedef struct colonnade_writer colonnade_writer;
typedef struct colonnade_commit {
  uint64_t version;
  uint64_t row_count;       // of the whole version
  uint64_t added_row_count;
  bool was_already_committed;
} colonnade_commit;

// schema: of the rows to come (and of the table, where it is made); read only, not released.
colonnade_status colonnade_writer_open(const char *path, const struct ArrowSchema *schema,
                                       const colonnade_write_options *options,
                                       colonnade_writer **writer, colonnade_error **error);
// batch: a struct array of the schema's columns; taken over and released, on failure too.
colonnade_status colonnade_writer_write(colonnade_writer *writer, struct ArrowArray *batch,
                                        colonnade_error **error);
// Every batch of a stream, whose schema is the writer's; taken over and released, on failure too.
colonnade_status colonnade_writer_write_stream(colonnade_writer *writer,
                                               struct ArrowArrayStream *stream,
                                               colonnade_error **error);
uint64_t colonnade_writer_row_count(const colonnade_writer *writer);
// Publishes all rows at once, durably; the writer can only be freed then. commit: may be NULL.
colonnade_status colonnade_writer_commit(colonnade_writer *writer, colonnade_commit *commit,
                                         colonnade_error **error);
// A writer that was not committed removes what it wrote; the table is as it was.
void colonnade_writer_free(colonnade_writer *writer);

// ---- For bindings ----

// Frees what a Python capsule named arrow_schema, arrow_array or arrow_array_stream holds and its
// structure, which was allocated with colonnade_capsule_allocate; a PyCapsule_Destructor. Only for
// processes that hold a Python interpreter.
void colonnade_capsule_destroy(void *capsule);
void *colonnade_capsule_allocate(size_t byte_count);  // zeroed

#ifdef __cplusplus
}
#endif
#endif
