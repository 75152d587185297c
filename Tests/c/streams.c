// Streams that fail, are cancelled, tell progress.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests.h"

void failures_while_reading_are_the_streams(void) {
  char path[600], command[1400];
  snprintf(path, sizeof path, "%s/broken", folder);
  rows_table(path, row_count, NULL);
  colonnade_table *table = NULL;
  OK(colonnade_open(path, NULL, &table, &error));
  snprintf(command, sizeof command,
           "for f in '%s'/data/*; do dd if=/dev/zero of=\"$f\" bs=1 seek=5000 count=3000 "
           "conv=notrunc 2>/dev/null; done",
           path);
  CHECK(system(command) == 0);
  struct ArrowArrayStream stream;
  OK(colonnade_scan(table, NULL, &stream, &error));
  colonnade_table_free(table);
  struct ArrowArray batch;
  int status = 0;
  do {
    status = stream.get_next(&stream, &batch);
    if (status == 0 && batch.release) batch.release(&batch);
  } while (status == 0 && batch.release == NULL && batch.length > 0);
  CHECK(status == EBADMSG);
  CHECK(strstr(stream.get_last_error(&stream), "broken"));
  colonnade_error *found = colonnade_stream_error(&stream);
  CHECK(found && colonnade_error_kind(found) == COLONNADE_CORRUPT);
  CHECK(colonnade_error_file(found) != NULL);
  colonnade_error_free(found);
  CHECK(stream.get_next(&stream, &batch) == EBADMSG);
  stream.release(&stream);
  CHECK(stream.release == NULL);

  struct ArrowArrayStream foreign;
  rows_stream(&foreign, 1, 10);
  CHECK(colonnade_stream_error(&foreign) == NULL);
  foreign.release(&foreign);
  CHECK(colonnade_stream_error(NULL) == NULL);
}

static bool yes(void *context) {
  ++*(int *)context;
  return true;
}

static bool no(void *context) {
  ++*(int *)context;
  return false;
}

void work_is_cancelled(void) {
  colonnade_table *table = opened();
  struct ArrowArrayStream stream;
  struct ArrowArray batch;
  for (int polled = 0; polled < 2; polled++) {
    int asked = 0;
    colonnade_cancellation *cancellation =
        colonnade_cancellation_new(polled ? yes : NULL, polled ? &asked : NULL);
    colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
    options.cancellation = cancellation;
    if (!polled) colonnade_cancellation_cancel(cancellation);
    OK(colonnade_scan(table, &options, &stream, &error));
    int status = 0;
    do {
      status = stream.get_next(&stream, &batch);
      if (status == 0 && batch.release) batch.release(&batch);
    } while (status == 0 && batch.length > 0);
    CHECK(status == ECANCELED);
    CHECK(colonnade_cancellation_is_cancelled(cancellation));
    CHECK(!polled || asked == 1);
    colonnade_error *found = colonnade_stream_error(&stream);
    CHECK(colonnade_error_kind(found) == COLONNADE_CANCELLED);
    colonnade_error_free(found);
    stream.release(&stream);
    uint64_t count;
    options.where = "score > 3.5";
    FAILS(colonnade_count(table, &options, &count, &error), COLONNADE_CANCELLED);
    colonnade_cancellation_free(cancellation);
  }
  int asked = 0;
  colonnade_cancellation *cancellation = colonnade_cancellation_new(no, &asked);
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.cancellation = cancellation;
  CHECK(scan(table, &options).rows == row_count && asked > 0);
  // Freed before the scan that was given it: not asked any more.
  OK(colonnade_scan(table, &options, &stream, &error));
  colonnade_cancellation_free(cancellation);
  asked = -1;
  CHECK(rows_totals(&stream).rows == row_count && asked == -1);
  colonnade_table_free(table);
}

typedef struct progress_seen {
  uint64_t calls, total, done, returned;
} progress_seen;

static void see_progress(void *context, uint64_t total, uint64_t done, uint64_t returned) {
  progress_seen *seen = context;
  CHECK(done >= seen->done && returned >= seen->returned && done <= total);
  *seen = (progress_seen){seen->calls + 1, total, done, returned};
}

void progress_is_told(void) {
  colonnade_table *table = opened();
  progress_seen seen = {0};
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.where = "id % 2 = 0";
  options.progress = see_progress;
  options.progress_context = &seen;
  totals sum = scan(table, &options);
  CHECK(seen.calls >= (uint64_t)sum.batches && seen.total == row_count && seen.done == row_count);
  CHECK(seen.returned == (uint64_t)sum.rows);
  colonnade_table_free(table);
}
