// The C library from a C program: everything colonnade.h promises, tried. Takes an empty folder; ends
// with 0 when all of it holds. Run as it is, and under the address and the thread sanitizer.
#include <stdio.h>
#include <stdlib.h>

#include "tests.h"

char folder[400], table_path[512];
colonnade_error *error;

totals scan(const colonnade_table *table, const colonnade_scan_options *options) {
  struct ArrowArrayStream stream;
  OK(colonnade_scan(table, options, &stream, &error));
  totals sum = rows_totals(&stream);
  if (sum.errnum) fprintf(stderr, "%s\n", sum.message);
  CHECK(sum.errnum == 0);
  return sum;
}

colonnade_table *opened(void) {
  colonnade_table *table = NULL;
  OK(colonnade_open(table_path, NULL, &table, &error));
  return table;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: library_test FOLDER [ROUNDS]\n");
    return 2;
  }
  snprintf(folder, sizeof folder, "%s", argv[1]);
  snprintf(table_path, sizeof table_path, "%s/table", folder);
  the_library_says_what_it_is();
  rows_table(table_path, row_count, "bucket(3, id)");
  CHECK(rows_alive() == 0);
  rows_come_back();
  schemas_are_arrows();
  a_requested_schema_is_honoured();
  questions_are_answered();
  workers_share_the_rows();
  rows_are_taken();
  what_is_known_is_told();
  errors_say_what_and_where();
  shorter_options_do();
  failures_while_reading_are_the_streams();
  work_is_cancelled();
  progress_is_told();
  writers_keep_their_promises();
  broken_arrays_are_refused();
  threads_share_a_table();
  files_are_kept_and_released();
  batches_outlive_their_table();
  a_child_goes_on();
  nothing_grows(argc > 2 ? atoi(argv[2]) : 1000);
  no_signal_handler_is_set();
  // What is kept until the process ends is no leak.
  colonnade_release_files();
  printf("library_test: everything holds\n");
  return 0;
}
