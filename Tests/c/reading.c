// Tables, schemas, questions and their answers, from C.
#include <string.h>

#include "tests.h"

void the_library_says_what_it_is(void) {
  CHECK(colonnade_abi_version() == 1);
  CHECK(strlen(colonnade_version()) >= 5);
  colonnade_string_free(NULL);
  colonnade_error_free(NULL);
  colonnade_table_free(NULL);
  colonnade_writer_free(NULL);
  colonnade_cancellation_free(NULL);
  CHECK(colonnade_error_kind(NULL) == COLONNADE_OK && colonnade_error_message(NULL) == NULL);
}

void rows_come_back(void) {
  colonnade_table *table = opened();
  CHECK(strcmp(colonnade_table_path(table), table_path) == 0);
  CHECK(colonnade_table_version(table) == 1 && colonnade_table_row_count(table) == row_count);
  CHECK(colonnade_table_byte_count(table) > 10000);
  struct ArrowArrayStream source;
  rows_stream(&source, row_count / 1000, 1000);
  totals wanted = rows_totals(&source);
  for (int layout = 0; layout < 2; layout++) {
    colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
    options.layout = layout ? COLONNADE_LAYOUT_OFFSETS : COLONNADE_LAYOUT_DEFAULT;
    totals sum = scan(table, &options);
    CHECK(sum.rows == wanted.rows && sum.id_sum == wanted.id_sum);
    CHECK(sum.null_names == wanted.null_names && sum.null_scores == wanted.null_scores);
    CHECK(sum.name_bytes == wanted.name_bytes && sum.score_sum == wanted.score_sum);
  }
  CHECK(scan(table, NULL).rows == row_count);
  colonnade_table_free(table);
}

void schemas_are_arrows(void) {
  colonnade_table *table = opened();
  struct ArrowSchema schema;
  OK(colonnade_table_schema(table, COLONNADE_LAYOUT_DEFAULT, &schema, &error));
  CHECK(strcmp(schema.format, "+s") == 0 && schema.n_children == 3);
  CHECK(strcmp(schema.children[0]->name, "id") == 0 && strcmp(schema.children[0]->format, "l") == 0);
  CHECK((schema.children[0]->flags & ARROW_FLAG_NULLABLE) == 0);
  CHECK(strcmp(schema.children[1]->format, "vu") == 0);
  CHECK((schema.children[1]->flags & ARROW_FLAG_NULLABLE) != 0);
  schema.release(&schema);
  CHECK(schema.release == NULL);
  OK(colonnade_table_schema(table, COLONNADE_LAYOUT_LARGE_OFFSETS, &schema, &error));
  CHECK(strcmp(schema.children[1]->format, "U") == 0);
  schema.release(&schema);
  FAILS(colonnade_table_schema(table, 99, &schema, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_table_schema(table, COLONNADE_LAYOUT_OFFSETS | COLONNADE_LAYOUT_LARGE_OFFSETS,
                               &schema, &error),
        COLONNADE_INVALID_ARGUMENT);
  colonnade_table_free(table);
}

void a_requested_schema_is_honoured(void) {
  colonnade_table *table = opened();
  struct ArrowSchema wish, given;
  rows_schema(&wish);
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.requested_schema = &wish;
  struct ArrowArrayStream stream;
  OK(colonnade_scan(table, &options, &stream, &error));
  CHECK(stream.get_schema(&stream, &given) == 0);
  CHECK(strcmp(given.children[1]->format, "u") == 0);
  given.release(&given);
  CHECK(wish.release != NULL);
  wish.release(&wish);
  CHECK(rows_totals(&stream).rows == row_count);
  colonnade_table_free(table);
}

void questions_are_answered(void) {
  colonnade_table *table = opened();
  const char *columns[] = {"id", "name"};
  colonnade_value values[2] = {{0}};
  values[0].kind = COLONNADE_VALUE_INTEGER;
  values[0].integer = 1000;
  values[1].kind = COLONNADE_VALUE_STRING;
  values[1].bytes = "name-5 and no more";
  values[1].byte_count = 6;
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.columns = columns;
  options.column_count = 2;
  options.where = "id < $1 AND name = $2";
  options.parameters = values;
  options.parameter_count = 2;
  totals sum = scan(table, &options);
  int64_t rows = 0, ids = 0;
  for (int64_t row = 0; row < 1000; row++) {
    if (row % 97 == 5 && row % 11 != 0) rows++, ids += row;
  }
  CHECK(rows > 5 && sum.rows == rows && sum.id_sum == ids && sum.name_bytes == 6 * rows);
  CHECK(sum.null_scores == 0);
  uint64_t count = 0;
  OK(colonnade_count(table, &options, &count, &error));
  CHECK(count == (uint64_t)rows);
  options.limit = 3;
  CHECK(scan(table, &options).rows == 3);
  options.limit = 0;
  CHECK(scan(table, &options).rows == 0);
  options.limit = -1;
  options.parameter_count = 1;
  struct ArrowArrayStream stream;
  FAILS(colonnade_scan(table, &options, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  colonnade_scan_options none = COLONNADE_SCAN_OPTIONS_INIT;
  none.no_columns = true;
  OK(colonnade_scan(table, &none, &stream, &error));
  int64_t counted = 0;
  struct ArrowArray batch;
  while (stream.get_next(&stream, &batch) == 0 && batch.release) {
    CHECK(batch.n_children == 0);
    counted += batch.length;
    batch.release(&batch);
  }
  stream.release(&stream);
  CHECK(counted == row_count);
  colonnade_scan_options all = COLONNADE_SCAN_OPTIONS_INIT;
  all.select = "id AS number, name";
  all.batch_row_count = 1000;
  sum = scan(table, &all);
  CHECK(sum.rows == row_count && sum.batches >= row_count / 1000);
  count = 0;
  OK(colonnade_count(table, NULL, &count, &error));
  CHECK(count == row_count);
  colonnade_scan_options some = COLONNADE_SCAN_OPTIONS_INIT;
  some.where = "id >= 7 AND id < 12";
  OK(colonnade_extremes(table, "id", &some, &stream, &error));
  CHECK(stream.get_next(&stream, &batch) == 0 && batch.release);
  CHECK(batch.length == 1 && batch.n_children == 2);
  CHECK(((const int64_t *)batch.children[0]->buffers[1])[batch.children[0]->offset] == 7);
  CHECK(((const int64_t *)batch.children[1]->buffers[1])[batch.children[1]->offset] == 11);
  batch.release(&batch);
  CHECK(stream.get_next(&stream, &batch) == 0 && !batch.release);
  stream.release(&stream);
  colonnade_table_free(table);
}

void workers_share_the_rows(void) {
  colonnade_table *table = opened();
  uint64_t boundaries[6];
  OK(colonnade_table_divide(table, 5, boundaries, &error));
  CHECK(boundaries[0] == 0 && boundaries[5] == row_count);
  totals all = scan(table, NULL), sum = {0};
  for (int i = 0; i < 5; i++) {
    CHECK(boundaries[i] <= boundaries[i + 1]);
    colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
    options.first_row = boundaries[i];
    options.end_row = boundaries[i + 1];
    totals part = scan(table, &options);
    CHECK(part.rows == (int64_t)(boundaries[i + 1] - boundaries[i]));
    sum.rows += part.rows;
    sum.id_sum += part.id_sum;
    sum.name_bytes += part.name_bytes;
  }
  CHECK(sum.rows == all.rows && sum.id_sum == all.id_sum && sum.name_bytes == all.name_bytes);
  FAILS(colonnade_table_divide(table, 0, boundaries, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_table_divide(table, 5, NULL, &error), COLONNADE_INVALID_ARGUMENT);
  colonnade_table_free(table);
}

void rows_are_taken(void) {
  colonnade_table *table = opened();
  colonnade_scan_options ids = COLONNADE_SCAN_OPTIONS_INIT;
  const char *columns[] = {"id"};
  ids.columns = columns;
  ids.column_count = 1;
  uint64_t wanted[] = {row_count - 1, 5, 5, 0, 123456};
  struct ArrowArrayStream stream;
  OK(colonnade_take(table, wanted, 5, &ids, &stream, &error));
  totals taken = rows_totals(&stream);
  CHECK(taken.errnum == 0 && taken.rows == 5);
  int64_t sum = 0;
  for (int i = 0; i < 5; i++) {
    colonnade_scan_options one = ids;
    one.first_row = wanted[i];
    one.end_row = wanted[i] + 1;
    totals row = scan(table, &one);
    CHECK(row.rows == 1);
    if (i == 0) CHECK(row.first_id == taken.first_id);
    if (i == 4) CHECK(row.first_id == taken.last_id);
    sum += row.id_sum;
  }
  CHECK(taken.id_sum == sum);
  OK(colonnade_take(table, NULL, 0, NULL, &stream, &error));
  CHECK(rows_totals(&stream).rows == 0);
  wanted[3] = row_count;
  FAILS(colonnade_take(table, wanted, 5, NULL, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  wanted[3] = UINT64_MAX;
  FAILS(colonnade_take(table, wanted, 5, NULL, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  colonnade_table_free(table);
}

void what_is_known_is_told(void) {
  colonnade_table *table = opened();
  char *json = NULL;
  OK(colonnade_table_description(table, &json, &error));
  CHECK(json[0] == '{' && strstr(json, "\"rows\": 300000") && strstr(json, "\"versions\""));
  colonnade_string_free(json);
  const char *columns[] = {"score"};
  OK(colonnade_table_statistics(table, columns, 1, &json, &error));
  CHECK(strstr(json, "\"score\"") && !strstr(json, "\"name\": \"id\""));
  colonnade_string_free(json);
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.where = "id > 299000";
  OK(colonnade_explain(table, &options, false, &json, &error));
  CHECK(strstr(json, "\"plan\"") && !strstr(json, "\"actual\""));
  colonnade_string_free(json);
  OK(colonnade_explain(table, &options, true, &json, &error));
  CHECK(strstr(json, "\"actual\"") && !strstr(json, "\"readColumns\": []"));
  colonnade_string_free(json);
  options.no_columns = true;
  OK(colonnade_explain(table, &options, false, &json, &error));
  CHECK(strstr(json, "\"readColumns\": []"));
  colonnade_string_free(json);
  columns[0] = "scorre";
  FAILS(colonnade_table_statistics(table, columns, 1, &json, &error), COLONNADE_NOT_FOUND);
  colonnade_table_free(table);
}
