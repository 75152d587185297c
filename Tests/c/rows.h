// Rows made by hand in Arrow's layout, and rows read back: what the C tests share.
#ifndef COLONNADE_TEST_ROWS_H
#define COLONNADE_TEST_ROWS_H

#include <colonnade.h>

#ifdef __cplusplus
extern "C" {
#endif

// Ends the program with a message where `condition` does not hold.
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
void check(bool condition, const char *text, const char *file, int line);
// Ends the program where a call failed, saying why.
#define OK(call) succeed((call), &error, #call, __LINE__)
void succeed(colonnade_status status, colonnade_error **error, const char *text, int line);
// Ends the program where a call did not fail as said, or gave no error; frees the error.
#define FAILS(call, kind) fail_as((call), (kind), &error, #call, __LINE__)
void fail_as(colonnade_status status, colonnade_status wanted, colonnade_error **error,
             const char *text, int line);

// The schema of the rows: id int64 not null, name string, score float64.
void rows_schema(struct ArrowSchema *schema);
// Rows first ..< first + count: id = row; name = "name-<row % 97>", null where row % 11 == 0;
// score = row / 4, null where row % 7 == 0.
void rows_array(struct ArrowArray *array, int64_t first, int64_t count);
// A stream of `batches` such arrays of `count` rows each.
void rows_stream(struct ArrowArrayStream *stream, int64_t batches, int64_t count);
// How many arrays, schemas and streams of the above are not released yet.
int rows_alive(void);

// What a stream of (id, name, score) held; columns by position, string views or 32-bit offsets.
typedef struct totals {
  int64_t rows, id_sum, null_names, null_scores, name_bytes, batches;
  double score_sum;
  int64_t first_id, last_id;
  int errnum;         // of get_next
  char message[512];  // of get_last_error
} totals;
// Reads a stream to its end and releases it.
totals rows_totals(struct ArrowArrayStream *stream);

// Writes `count` rows as a new table; commits.
void rows_table(const char *path, int64_t count, const char *partition_by);

#ifdef __cplusplus
}
#endif

#endif
