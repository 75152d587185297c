// One body, several instruction sets: the compiler clones the function and the loader picks.
#ifndef COLONNADE_CLONES_H
#define COLONNADE_CLONES_H

// The loader picks before the thread sanitizer is ready, and the sanitizer looks at the picking too.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define COLONNADE_NO_CLONES
#endif
#endif

#if defined(__x86_64__) && !defined(COLONNADE_NO_CLONES)
#define COLONNADE_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define COLONNADE_CLONES
#endif

#endif
