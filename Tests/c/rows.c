// Rows made by hand in Arrow's layout, and rows read back: what the C tests share.
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int alive;

int rows_alive(void) { return alive; }

void check(bool condition, const char *text, const char *file, int line) {
  if (condition) return;
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
  exit(1);
}

void succeed(colonnade_status status, colonnade_error **error, const char *text, int line) {
  if (status == COLONNADE_OK) return;
  fprintf(stderr, "line %d: %s: status %d: %s\n", line, text, (int)status,
          *error ? colonnade_error_description(*error) : "no error");
  exit(1);
}

void fail_as(colonnade_status status, colonnade_status wanted, colonnade_error **error,
             const char *text, int line) {
  if (status != wanted || *error == NULL || colonnade_error_kind(*error) != wanted ||
      strlen(colonnade_error_message(*error)) < 8) {
    fprintf(stderr, "line %d: %s: status %d, wanted %d: %s\n", line, text, (int)status, (int)wanted,
            *error ? colonnade_error_description(*error) : "no error");
    exit(1);
  }
  colonnade_error_free(*error);
  *error = NULL;
}

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
    free(schema->children[i]);
  }
  free(schema->children);
  schema->release = NULL;
  __atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}

static void make_schema(struct ArrowSchema *schema, const char *format, const char *name,
                        int64_t flags, int64_t n_children) {
  memset(schema, 0, sizeof *schema);
  schema->format = format;
  schema->name = name;
  schema->flags = flags;
  schema->n_children = n_children;
  schema->children = calloc((size_t)(n_children ? n_children : 1), sizeof *schema->children);
  for (int64_t i = 0; i < n_children; i++) {
    schema->children[i] = calloc(1, sizeof(struct ArrowSchema));
  }
  schema->release = release_schema;
  __atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}

void rows_schema(struct ArrowSchema *schema) {
  make_schema(schema, "+s", "", 0, 3);
  make_schema(schema->children[0], "l", "id", 0, 0);
  make_schema(schema->children[1], "u", "name", ARROW_FLAG_NULLABLE, 0);
  make_schema(schema->children[2], "g", "score", ARROW_FLAG_NULLABLE, 0);
}

// What was made, whatever a test made of the array's own counts since.
typedef struct made {
  int64_t n_buffers, n_children;
} made;

static void release_array(struct ArrowArray *array) {
  made *counts = array->private_data;
  for (int64_t i = 0; i < counts->n_buffers; i++) free((void *)array->buffers[i]);
  for (int64_t i = 0; i < counts->n_children; i++) {
    if (array->children[i]->release) array->children[i]->release(array->children[i]);
    free(array->children[i]);
  }
  free(counts);
  free(array->buffers);
  free(array->children);
  array->release = NULL;
  __atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}

static void make_array(struct ArrowArray *array, int64_t length, int64_t n_buffers,
                       int64_t n_children) {
  memset(array, 0, sizeof *array);
  array->length = length;
  array->n_buffers = n_buffers;
  array->n_children = n_children;
  array->buffers = calloc((size_t)n_buffers, sizeof *array->buffers);
  array->children = calloc((size_t)(n_children ? n_children : 1), sizeof *array->children);
  for (int64_t i = 0; i < n_children; i++) array->children[i] = calloc(1, sizeof *array);
  made *counts = malloc(sizeof *counts);
  *counts = (made){n_buffers, n_children};
  array->private_data = counts;
  array->release = release_array;
  __atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}

void rows_array(struct ArrowArray *array, int64_t first, int64_t count) {
  size_t n = (size_t)count;
  make_array(array, count, 1, 3);
  struct ArrowArray *id = array->children[0], *name = array->children[1],
                    *score = array->children[2];
  make_array(id, count, 2, 0);
  int64_t *ids = calloc(n + 1, 8);
  id->buffers[1] = ids;
  make_array(name, count, 3, 0);
  uint8_t *named = calloc(n / 8 + 1, 1);
  int32_t *offsets = calloc(n + 1, 4);
  char *bytes = calloc(n * 8 + 1, 1);
  name->buffers[0] = named;
  name->buffers[1] = offsets;
  name->buffers[2] = bytes;
  make_array(score, count, 2, 0);
  uint8_t *scored = calloc(n / 8 + 1, 1);
  double *scores = calloc(n + 1, 8);
  score->buffers[0] = scored;
  score->buffers[1] = scores;
  int32_t end = 0;
  for (int64_t i = 0; i < count; i++) {
    int64_t row = first + i;
    ids[i] = row;
    if (row % 11 == 0) {
      name->null_count++;
    } else {
      named[i / 8] |= (uint8_t)(1 << (i % 8));
      end += sprintf(bytes + end, "name-%d", (int)(row % 97));
    }
    offsets[i + 1] = end;
    if (row % 7 == 0) {
      score->null_count++;
    } else {
      scored[i / 8] |= (uint8_t)(1 << (i % 8));
      scores[i] = (double)row / 4;
    }
  }
}

typedef struct source {
  int64_t left, count, next;
} source;

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema) {
  (void)stream;
  rows_schema(schema);
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *array) {
  source *from = stream->private_data;
  memset(array, 0, sizeof *array);
  if (from->left == 0) return 0;
  from->left--;
  rows_array(array, from->next, from->count);
  from->next += from->count;
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return NULL;
}

static void release_stream(struct ArrowArrayStream *stream) {
  free(stream->private_data);
  stream->release = NULL;
  __atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}

void rows_stream(struct ArrowArrayStream *stream, int64_t batches, int64_t count) {
  source *from = calloc(1, sizeof *from);
  from->left = batches;
  from->count = count;
  *stream = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, from};
  __atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}

static bool is_valid(const struct ArrowArray *array, int64_t index) {
  const uint8_t *bits = array->buffers[0];
  index += array->offset;
  return array->null_count == 0 || bits == NULL || (bits[index / 8] >> (index % 8) & 1);
}

static void add(totals *sum, const struct ArrowArray *batch, bool has_views) {
  const struct ArrowArray *id = batch->children[0];
  const int64_t *ids = id->buffers[1];
  for (int64_t i = 0; i < batch->length; i++) {
    int64_t value = ids[i + id->offset];
    if (sum->rows == 0 && i == 0) sum->first_id = value;
    sum->last_id = value;
    sum->id_sum += value;
    if (batch->n_children > 1) {
      const struct ArrowArray *name = batch->children[1];
      if (!is_valid(name, i)) {
        sum->null_names++;
      } else if (has_views) {
        sum->name_bytes += ((const int32_t *)name->buffers[1])[4 * (i + name->offset)];
      } else {
        const int32_t *offsets = (const int32_t *)name->buffers[1] + name->offset;
        sum->name_bytes += offsets[i + 1] - offsets[i];
      }
    }
    if (batch->n_children > 2) {
      const struct ArrowArray *score = batch->children[2];
      if (!is_valid(score, i)) {
        sum->null_scores++;
      } else {
        sum->score_sum += ((const double *)score->buffers[1])[i + score->offset];
      }
    }
  }
  sum->rows += batch->length;
  sum->batches++;
}

totals rows_totals(struct ArrowArrayStream *stream) {
  totals sum = {0};
  struct ArrowSchema schema;
  sum.errnum = stream->get_schema(stream, &schema);
  bool has_views = false;
  if (sum.errnum == 0) {
    has_views = schema.n_children > 1 && strcmp(schema.children[1]->format, "vu") == 0;
    schema.release(&schema);
  }
  while (sum.errnum == 0) {
    struct ArrowArray batch;
    sum.errnum = stream->get_next(stream, &batch);
    if (sum.errnum != 0 || batch.release == NULL) break;
    add(&sum, &batch, has_views);
    batch.release(&batch);
  }
  if (sum.errnum != 0) {
    const char *message = stream->get_last_error(stream);
    snprintf(sum.message, sizeof sum.message, "%s", message ? message : "");
  }
  stream->release(stream);
  return sum;
}

void rows_table(const char *path, int64_t count, const char *partition_by) {
  colonnade_error *error = NULL;
  colonnade_write_options options = COLONNADE_WRITE_OPTIONS_INIT;
  options.partition_by = partition_by;
  struct ArrowSchema schema;
  rows_schema(&schema);
  colonnade_writer *writer = NULL;
  OK(colonnade_writer_open(path, &schema, &options, &writer, &error));
  schema.release(&schema);
  for (int64_t first = 0; first < count; first += 50000) {
    struct ArrowArray batch;
    rows_array(&batch, first, count - first < 50000 ? count - first : 50000);
    OK(colonnade_writer_write(writer, &batch, &error));
    CHECK(batch.release == NULL);
  }
  CHECK(colonnade_writer_row_count(writer) == (uint64_t)count);
  colonnade_commit commit;
  OK(colonnade_writer_commit(writer, &commit, &error));
  CHECK(commit.version == 1 && commit.row_count == (uint64_t)count);
  CHECK(commit.added_row_count == (uint64_t)count && !commit.was_already_committed);
  colonnade_writer_free(writer);
}
