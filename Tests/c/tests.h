// The parts of the test of the C library, in the order they run.
#ifndef COLONNADE_TEST_TESTS_H
#define COLONNADE_TEST_TESTS_H

#include "rows.h"

enum { row_count = 300000 };

// A folder of the run's own, and a table of `row_count` rows in it.
extern char folder[400], table_path[512];
// Of the main thread's calls.
extern colonnade_error *error;

colonnade_table *opened(void);
// Scans to the end, which has to go well.
totals scan(const colonnade_table *table, const colonnade_scan_options *options);

void the_library_says_what_it_is(void);
void rows_come_back(void);
void schemas_are_arrows(void);
void a_requested_schema_is_honoured(void);
void questions_are_answered(void);
void workers_share_the_rows(void);
void rows_are_taken(void);
void what_is_known_is_told(void);
void errors_say_what_and_where(void);
void shorter_options_do(void);
void failures_while_reading_are_the_streams(void);
void work_is_cancelled(void);
void progress_is_told(void);
void writers_keep_their_promises(void);
void broken_arrays_are_refused(void);
void threads_share_a_table(void);
void files_are_kept_and_released(void);
void batches_outlive_their_table(void);
void a_child_goes_on(void);
void nothing_grows(int rounds);
void no_signal_handler_is_set(void);

#endif
