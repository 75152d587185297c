// Calls that fail say what and where, and options of older programs do.
#include <string.h>

#include "tests.h"

void errors_say_what_and_where(void) {
  colonnade_table *table = NULL;
  CHECK(colonnade_open("nowhere/at/all", NULL, &table, &error) == COLONNADE_NOT_FOUND);
  CHECK(table == NULL && colonnade_error_kind(error) == COLONNADE_NOT_FOUND);
  CHECK(strcmp(colonnade_error_file(error), "nowhere/at/all") == 0);
  CHECK(colonnade_error_offset(error) == -1 && colonnade_error_line(error) == 0);
  CHECK(strstr(colonnade_error_description(error), colonnade_error_message(error)));
  colonnade_error_free(error);
  error = NULL;
  CHECK(colonnade_open("nowhere", NULL, &table, NULL) == COLONNADE_NOT_FOUND);
  FAILS(colonnade_open(table_path, "7", &table, &error), COLONNADE_NOT_FOUND);
  FAILS(colonnade_open(table_path, "yesterday", &table, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_open("\xff\xfe", NULL, &table, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_open(NULL, NULL, &table, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_open(table_path, NULL, NULL, &error), COLONNADE_INVALID_ARGUMENT);

  table = opened();
  struct ArrowArrayStream stream;
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.where = "id <";
  CHECK(colonnade_scan(table, &options, &stream, &error) == COLONNADE_INVALID_ARGUMENT);
  CHECK(colonnade_error_line(error) == 1 && colonnade_error_column(error) == 5);
  colonnade_error_free(error);
  error = NULL;
  options.where = "idd < 5";
  CHECK(colonnade_scan(table, &options, &stream, &error) == COLONNADE_NOT_FOUND);
  CHECK(strstr(colonnade_error_hint(error), "id"));
  colonnade_error_free(error);
  error = NULL;
  options.where = NULL;
  const char *columns[] = {"id", NULL};
  options.columns = columns;
  options.column_count = 2;
  FAILS(colonnade_scan(table, &options, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  options.column_count = 1;
  options.select = "id";
  FAILS(colonnade_scan(table, &options, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  options.select = NULL;
  options.first_row = 5;
  options.end_row = 4;
  FAILS(colonnade_scan(table, &options, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  options.size = 0;
  FAILS(colonnade_scan(table, &options, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_scan(NULL, NULL, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_scan(table, NULL, NULL, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_count(table, NULL, NULL, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_extremes(table, NULL, NULL, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  FAILS(colonnade_extremes(table, "nothing", NULL, &stream, &error), COLONNADE_NOT_FOUND);
  FAILS(colonnade_take(table, NULL, 3, NULL, &stream, &error), COLONNADE_INVALID_ARGUMENT);
  colonnade_table_free(table);
}

// An older program's structure ends earlier; what it lacks has its default.
void shorter_options_do(void) {
  colonnade_table *table = opened();
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.size = offsetof(colonnade_scan_options, limit);
  options.limit = 7;
  options.first_row = 99999999;
  CHECK(scan(table, &options).rows == row_count);
  colonnade_table_free(table);
}
