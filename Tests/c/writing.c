// Writing from C: one commit, all or nothing; what contradicts itself is refused.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests.h"

void writers_keep_their_promises(void) {
  char path[600];
  snprintf(path, sizeof path, "%s/written", folder);
  struct ArrowSchema schema;
  rows_schema(&schema);
  colonnade_writer *writer = NULL;
  struct ArrowArray batch;
  struct ArrowArrayStream stream;
  colonnade_table *table = NULL;

  // Freed without a commit: nothing is there.
  OK(colonnade_writer_open(path, &schema, NULL, &writer, &error));
  rows_array(&batch, 0, 1000);
  OK(colonnade_writer_write(writer, &batch, &error));
  colonnade_writer_free(writer);
  CHECK(access(path, F_OK) != 0);

  colonnade_write_options options = COLONNADE_WRITE_OPTIONS_INIT;
  options.partition_by = "bucket(4, name)";
  options.sort_by = "id desc";
  options.bloom_filters = "id, name";
  options.profile = "fast";
  options.commit_id = "the first";
  OK(colonnade_writer_open(path, &schema, &options, &writer, &error));
  rows_stream(&stream, 3, 1000);
  OK(colonnade_writer_write_stream(writer, &stream, &error));
  CHECK(stream.release == NULL);
  OK(colonnade_writer_commit(writer, NULL, &error));
  FAILS(colonnade_writer_commit(writer, NULL, &error), COLONNADE_INVALID_ARGUMENT);
  rows_array(&batch, 0, 10);
  FAILS(colonnade_writer_write(writer, &batch, &error), COLONNADE_INVALID_ARGUMENT);
  CHECK(batch.release == NULL);
  colonnade_writer_free(writer);

  FAILS(colonnade_writer_open(path, &schema, NULL, &writer, &error), COLONNADE_INVALID_ARGUMENT);
  options = (colonnade_write_options)COLONNADE_WRITE_OPTIONS_INIT;
  options.mode = "append";
  options.commit_id = "the second";
  colonnade_commit commit;
  for (int again = 0; again < 2; again++) {
    OK(colonnade_writer_open(path, &schema, &options, &writer, &error));
    rows_array(&batch, 3000, 500);
    OK(colonnade_writer_write(writer, &batch, &error));
    OK(colonnade_writer_commit(writer, &commit, &error));
    CHECK(commit.version == 2 && commit.row_count == 3500);
    CHECK(commit.was_already_committed == (again == 1));
    colonnade_writer_free(writer);
  }
  OK(colonnade_open(path, NULL, &table, &error));
  CHECK(colonnade_table_version(table) == 2 && scan(table, NULL).id_sum == 3500 * 3499 / 2);
  colonnade_table_free(table);
  OK(colonnade_open(path, "1", &table, &error));
  CHECK(scan(table, NULL).rows == 3000);
  colonnade_table_free(table);

  options.mode = "overwrite";
  FAILS(colonnade_writer_open(path, &schema, &options, &writer, &error), COLONNADE_INVALID_ARGUMENT);
  options.mode = NULL;
  options.profile = "tiny";
  FAILS(colonnade_writer_open(path, &schema, &options, &writer, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_writer_open(path, NULL, NULL, &writer, &error), COLONNADE_INVALID_ARGUMENT);
  schema.release(&schema);
  // Used up.
  FAILS(colonnade_writer_open(path, &schema, NULL, &writer, &error), COLONNADE_INVALID_ARGUMENT);
  CHECK(rows_alive() == 0);
}

// Arrays that contradict themselves are refused, taken over all the same.
void broken_arrays_are_refused(void) {
  char path[600];
  snprintf(path, sizeof path, "%s/refused", folder);
  for (int kind = 0; kind < 6; kind++) {
    struct ArrowSchema schema;
    rows_schema(&schema);
    colonnade_writer *writer = NULL;
    OK(colonnade_writer_open(path, &schema, NULL, &writer, &error));
    schema.release(&schema);
    struct ArrowArray batch;
    rows_array(&batch, 0, 100);
    struct ArrowArray *name = batch.children[1];
    colonnade_status wanted = COLONNADE_INVALID_ARGUMENT;
    if (kind == 0) ((int32_t *)name->buffers[1])[50] = -3;
    if (kind == 1) ((int32_t *)name->buffers[1])[50] = 1 << 30;
    if (kind == 2) ((char *)name->buffers[2])[9] = (char)0xff;
    if (kind == 3) name->length = -1;
    if (kind == 4) name->n_buffers = 2;
    if (kind == 5) batch.n_children = 2;
    colonnade_status status = colonnade_writer_write(writer, &batch, &error);
    // Put right what the release callback counts by.
    CHECK(status == wanted || status == COLONNADE_CORRUPT || status == COLONNADE_SCHEMA_MISMATCH);
    CHECK(batch.release == NULL);
    colonnade_error_free(error);
    error = NULL;
    colonnade_writer_free(writer);
    CHECK(access(path, F_OK) != 0);
  }
}
