// Threads, children, memory and signals: what the library does to the process it lives in.
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

static void *scan_in_a_thread(void *table) {
  for (int i = 0; i < 20; i++) {
    colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
    options.where = i % 2 ? "score > 1000 AND name <> 'name-3'" : NULL;
    struct ArrowArrayStream stream;
    colonnade_error *own = NULL;
    CHECK(colonnade_scan(table, &options, &stream, &own) == COLONNADE_OK);
    totals sum = rows_totals(&stream);
    CHECK(sum.errnum == 0 && (i % 2 ? sum.rows > 200000 : sum.rows == row_count));
    colonnade_table *another = NULL;
    CHECK(colonnade_open("nowhere", NULL, &another, &own) == COLONNADE_NOT_FOUND);
    colonnade_error_free(own);
  }
  return NULL;
}

void threads_share_a_table(void) {
  colonnade_table *table = opened();
  pthread_t threads[6];
  for (int i = 0; i < 6; i++) CHECK(pthread_create(threads + i, NULL, scan_in_a_thread, table) == 0);
  for (int i = 0; i < 6; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  colonnade_table_free(table);
}

static bool is_mapped(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  CHECK(maps != NULL);
  char line[1000];
  bool found = false;
  while (fgets(line, sizeof line, maps)) found = found || strstr(line, ".cln");
  fclose(maps);
  return found;
}

static void *open_again_and_again(void *ignored) {
  (void)ignored;
  for (int i = 0; i < 40; i++) {
    colonnade_error *own = NULL;
    colonnade_table *table = NULL;
    CHECK(colonnade_open(table_path, NULL, &table, &own) == COLONNADE_OK);
    colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
    options.where = "score > 1000 AND name <> 'name-3'";
    uint64_t count = 0;
    CHECK(colonnade_count(table, &options, &count, &own) == COLONNADE_OK);
    CHECK(count > 200000);
    colonnade_table_free(table);
    if (i % 4 == 0) colonnade_release_files();
  }
  return NULL;
}

// Files stay open after their table was closed, until they are released, by any thread.
void files_are_kept_and_released(void) {
  // Files that changed just now are not kept.
  sleep(3);
  colonnade_table_free(opened());
  colonnade_release_files();
  CHECK(!is_mapped());
  colonnade_table *table = opened();
  CHECK(scan(table, NULL).rows == row_count);
  colonnade_release_files();
  CHECK(is_mapped() && scan(table, NULL).rows == row_count);
  colonnade_table_free(table);
  table = opened();
  CHECK(scan(table, NULL).rows == row_count);
  colonnade_table_free(table);
  CHECK(is_mapped());
  colonnade_release_files();
  CHECK(!is_mapped());
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) CHECK(pthread_create(threads + i, NULL, open_again_and_again, NULL) == 0);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  colonnade_release_files();
}

// Batches outlive the stream and the table, and are released on another thread.
static void *release_batch(void *batch) {
  struct ArrowArray *array = batch;
  const int64_t *ids = (const int64_t *)array->children[0]->buffers[1] + array->children[0]->offset;
  for (int64_t i = 0; i < array->length; i++) CHECK(ids[i] >= 0 && ids[i] < row_count);
  array->release(array);
  return NULL;
}

void batches_outlive_their_table(void) {
  colonnade_table *table = opened();
  struct ArrowArrayStream stream;
  OK(colonnade_scan(table, NULL, &stream, &error));
  struct ArrowArray batch;
  CHECK(stream.get_next(&stream, &batch) == 0 && batch.release);
  stream.release(&stream);
  colonnade_table_free(table);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, release_batch, &batch) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(batch.release == NULL);
}

void a_child_goes_on(void) {
  // The thread sanitizer takes no child of a process that has threads.
  const char *sanitizer = getenv("COLONNADE_SANITIZED");
  if (sanitizer && strcmp(sanitizer, "thread") == 0) return;
  colonnade_table *table = opened();
  struct ArrowArrayStream stream;
  struct ArrowArray batch;
  OK(colonnade_scan(table, NULL, &stream, &error));
  CHECK(stream.get_next(&stream, &batch) == 0 && batch.release);
  batch.release(&batch);
  for (int i = 0; i < 8; i++) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      alarm(60);
      // A new scan, and the one that the parent began.
      if (scan(table, NULL).rows != row_count) _exit(2);
      totals rest = rows_totals(&stream);
      _exit(rest.errnum == 0 && rest.rows > 0 && rest.rows < row_count ? 0 : 3);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  CHECK(rows_totals(&stream).rows > 0);
  colonnade_table_free(table);
}

static long resident_kilobytes(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  long pages = 0, resident = 0;
  CHECK(file && fscanf(file, "%ld %ld", &pages, &resident) == 2);
  fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

// Maps and memory are given back: what 100 rounds need is what 1,000 rounds need.
void nothing_grows(int rounds) {
  char path[600];
  snprintf(path, sizeof path, "%s/small", folder);
  rows_table(path, 20000, "bucket(3, id)");
  long before = 0;
  for (int i = 0; i < rounds; i++) {
    if (i == rounds / 10) before = resident_kilobytes();
    colonnade_table *table = NULL;
    OK(colonnade_open(path, NULL, &table, &error));
    CHECK(scan(table, NULL).rows == 20000);
    colonnade_table_free(table);
    CHECK(colonnade_open("nowhere", NULL, &table, &error) == COLONNADE_NOT_FOUND);
    colonnade_error_free(error);
    error = NULL;
  }
  long growth = resident_kilobytes() - before;
  printf("growth over %d rounds: %ld KiB\n", rounds - rounds / 10, growth);
  CHECK(growth < 4096 || getenv("COLONNADE_SANITIZED"));
}

void no_signal_handler_is_set(void) {
  for (int number = 1; number < NSIG; number++) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0) continue;
    CHECK(action.sa_handler == SIG_DFL || getenv("COLONNADE_SANITIZED"));
  }
}
