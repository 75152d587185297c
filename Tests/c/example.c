// The example of the README: how long flights of two carriers were late, by C alone.
#include <colonnade.h>
#include <stdio.h>
#include <stdlib.h>

static void stop(colonnade_error *error) {
  fprintf(stderr, "%s\n", colonnade_error_description(error));
  colonnade_error_free(error);
  exit(1);
}

int main(int argc, char **argv) {
  colonnade_error *error = NULL;
  colonnade_table *table;
  if (colonnade_open(argc > 1 ? argv[1] : "flights", NULL, &table, &error)) stop(error);

  const char *columns[] = {"dep_delay"};
  colonnade_value carrier = {.kind = COLONNADE_VALUE_STRING, .bytes = "UA", .byte_count = 2};
  colonnade_scan_options options = COLONNADE_SCAN_OPTIONS_INIT;
  options.columns = columns;
  options.column_count = 1;
  options.where = "carrier = ? AND dep_delay > 60";
  options.parameters = &carrier;
  options.parameter_count = 1;

  struct ArrowArrayStream stream;
  if (colonnade_scan(table, &options, &stream, &error)) stop(error);
  int64_t rows = 0;
  double minutes = 0;
  for (;;) {
    struct ArrowArray batch;
    if (stream.get_next(&stream, &batch)) stop(colonnade_stream_error(&stream));
    if (batch.release == NULL) break;  // the end
    const struct ArrowArray *delay = batch.children[0];
    for (int64_t i = 0; i < batch.length; i++) {
      minutes += ((const int64_t *)delay->buffers[1])[delay->offset + i];
    }
    rows += batch.length;
    batch.release(&batch);
  }
  stream.release(&stream);
  colonnade_table_free(table);
  printf("%lld flights, %.1f minutes on average\n", (long long)rows, rows ? minutes / rows : 0);
  return 0;
}
