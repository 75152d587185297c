// What Swift's view of the C library lacks: Linux calls behind feature macros, and hooks on fork.
#ifndef COLONNADE_SYSTEM_H
#define COLONNADE_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/// The advice MADV_POPULATE_READ of madvise (Linux 5.14).
extern const int colonnade_madv_populate_read;

/// Brings the pages of a file's map in, so that none of them has to be read when it is touched, and
/// maps most of them. `address` is page-aligned; `tellsResidence` where mincore tells the truth of this
/// file. Returns 0 or an error number, EFAULT for what cannot be read.
int colonnade_populate(void *address, size_t byteCount, int tellsResidence);

/// The advice MADV_FREE of madvise: the kernel may take the pages while nothing is written to them.
extern const int colonnade_madv_free;

/// 1 where every allocation is watched (AddressSanitizer), which memory kept for reuse would hide.
extern const int colonnade_watches_allocations;

/// renameat2 with RENAME_NOREPLACE: 0, or -1 with errno set (EEXIST when `to` exists; EINVAL or
/// ENOSYS where the file system or the kernel cannot do it).
int colonnade_rename_exclusively(const char *from, const char *to);

/// Waits for a condition (a pthread_cond_t) with its mutex, no longer than until a time of the monotonic
/// clock. Returns 0, or ETIMEDOUT when the time is up.
int colonnade_wait_until(void *condition, void *mutex, int64_t seconds, int64_t nanoseconds);

/// Whether a path lies in a file system of this machine's kernel, whose files have the times and lengths of
/// now whenever they are asked for; 0 where that cannot be told.
int colonnade_is_local(const char *path);

/// Registers handlers around fork; returns 0 or an error number.
int colonnade_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

/// Asks the processor for the lines of a run of bytes, without waiting for them; touches nothing, so
/// that the address may be any.
static inline void colonnade_prefetch(const void *bytes, size_t byteCount) {
  for (size_t at = 0; at < byteCount; at += 64) {
    __builtin_prefetch((const char *)bytes + at, 0, 2);
  }
}

/// How many processors this process may run on, at least 1.
int colonnade_processor_count(void);

/// A counter of the calling thread's own, zero in a new thread: how deep it is inside work of the
/// pool.
int *colonnade_thread_depth(void);

/// Runs `body(context)` in a forked child, which then leaves with what the body returned.
/// Returns the child's exit status, 256 + the signal that ended it, or -1 when fork failed.
/// A child that takes longer than `seconds` is killed (returns 256 + SIGALRM).
int colonnade_run_in_child(int (*body)(void *context), void *context, unsigned seconds);

#endif
