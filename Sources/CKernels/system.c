// Calls of the operating system that Swift does not import.
#define _GNU_SOURCE 1
#include "colonnade_system.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

const int colonnade_madv_populate_read = 22;
const int colonnade_madv_free = 8;

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COLONNADE_WATCHES_ALLOCATIONS 1
#endif
#endif
#ifndef COLONNADE_WATCHES_ALLOCATIONS
#define COLONNADE_WATCHES_ALLOCATIONS 0
#endif
const int colonnade_watches_allocations = COLONNADE_WATCHES_ALLOCATIONS;

static int populate(uint8_t *address, size_t byteCount) {
  while (madvise(address, byteCount, colonnade_madv_populate_read) != 0) {
    if (errno != EINTR && errno != EAGAIN) return errno;
  }
  return 0;
}

// Asked for a run of pages, the kernel goes to each of them; where it meets one that is not mapped yet,
// it maps those around it that are in memory. So one page of each such neighbourhood is asked for, and
// then only those that turn out not to be in memory: a fifth less time, where all are small pages. Short
// runs are asked for as such: there the calls take what they spare, and where memory holds the file in
// pages of 2 MiB they take twice the time, since one of them is mapped in one go.
int colonnade_populate(void *address, size_t byteCount, int tellsResidence) {
  enum { neighbourhood = 1 << 16, shortRun = 2 * neighbourhood, pagesAtOnce = 512 };
  uint8_t *const start = address;
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (!tellsResidence || byteCount <= shortRun || page > neighbourhood / 4) {
    return populate(start, byteCount);
  }
  for (size_t at = 0; at < byteCount;) {
    int code = populate(start + at, byteCount - at < page ? byteCount - at : page);
    if (code != 0) return code;
    at += neighbourhood - ((uintptr_t)start + at) % neighbourhood;
  }
  const size_t pageCount = (byteCount + page - 1) / page;
  unsigned char resident[pagesAtOnce];
  for (size_t first = 0; first < pageCount; first += pagesAtOnce) {
    const size_t some = pageCount - first < pagesAtOnce ? pageCount - first : pagesAtOnce;
    if (mincore(start + first * page, some * page, resident) != 0) {
      return populate(start, byteCount);
    }
    for (size_t i = 0; i < some;) {
      size_t end = i;
      while (end < some && !(resident[end] & 1)) end++;
      if (end > i) {
        int code = populate(start + (first + i) * page, (end - i) * page);
        if (code != 0) return code;
      }
      i = end + 1;
    }
  }
  return 0;
}

int colonnade_rename_exclusively(const char *from, const char *to) {
#if defined(__linux__)
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
#else
  return renamex_np(from, to, RENAME_EXCL);
#endif
}

int colonnade_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void)) {
  return pthread_atfork(prepare, parent, child);
}

int colonnade_wait_until(void *condition, void *mutex, int64_t seconds, int64_t nanoseconds) {
  const struct timespec deadline = {.tv_sec = seconds, .tv_nsec = nanoseconds};
  return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, &deadline);
}

int colonnade_is_local(const char *path) {
  // What Linux calls its file systems (linux/magic.h and their own sources). Others ask a server or another
  // program now and then: NFS, SMB, FUSE, 9P, Ceph, …
  enum {
    ext4 = 0xEF53, xfs = 0x58465342, btrfs = (int)0x9123683E, tmpfs = 0x01021994,
    overlayfs = 0x794C7630, zfs = 0x2FC12FC1, f2fs = (int)0xF2F52010, bcachefs = (int)0xCA451A4E
  };
  struct statfs found;
  if (statfs(path, &found) != 0) return 0;
  switch ((int)(uint32_t)found.f_type) {
    case ext4: case xfs: case btrfs: case tmpfs: case overlayfs: case zfs: case f2fs: case bcachefs:
      return 1;
    default: return 0;
  }
}

int colonnade_processor_count(void) {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0) {
    return CPU_COUNT(&allowed);
  }
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

int *colonnade_thread_depth(void) {
  static _Thread_local int depth;
  return &depth;
}

int colonnade_run_in_child(int (*body)(void *context), void *context, unsigned seconds) {
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    // The forking thread may keep signals to itself; the alarm must come through.
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(seconds);
    _exit(body(context));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  if (WIFSIGNALED(status)) return 256 + WTERMSIG(status);
  return WEXITSTATUS(status);
}
