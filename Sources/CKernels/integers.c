// Deltas, and what a writer measures of integers before it chooses how to store them.
#include <string.h>

#include "clones.h"
#include "colonnade_packed.h"

typedef uint16_t __attribute__((aligned(1), may_alias)) loose16;
typedef uint32_t __attribute__((aligned(1), may_alias)) loose32;
typedef uint64_t __attribute__((aligned(1), may_alias)) loose64;
typedef int16_t __attribute__((aligned(1), may_alias)) signed16;
typedef int32_t __attribute__((aligned(1), may_alias)) signed32;
typedef int64_t __attribute__((aligned(1), may_alias)) signed64;
typedef uint8_t __attribute__((may_alias)) loose8;
typedef int8_t __attribute__((may_alias)) signed8;

#define DELTA_SUM(NAME, OUT)                                                                   \
  static void NAME(OUT *restrict target, const uint64_t *restrict packed, size_t count,        \
                   uint64_t first, uint64_t base) {                                            \
    uint64_t value = first;                                                                    \
    target[0] = (OUT)value;                                                                    \
    for (size_t i = 1; i < count; i++) {                                                       \
      value += base + packed[i];                                                               \
      target[i] = (OUT)value;                                                                  \
    }                                                                                          \
  }

DELTA_SUM(delta_sum_1, loose8)
DELTA_SUM(delta_sum_2, loose16)
DELTA_SUM(delta_sum_4, loose32)
DELTA_SUM(delta_sum_8, loose64)

void colonnade_delta_sum(
    void *target, unsigned width, const uint64_t *packed, size_t count, uint64_t first,
    uint64_t base) {
  if (count == 0) return;
  switch (width) {
    case 1: delta_sum_1(target, packed, count, first, base); break;
    case 2: delta_sum_2(target, packed, count, first, base); break;
    case 4: delta_sum_4(target, packed, count, first, base); break;
    default: delta_sum_8(target, packed, count, first, base); break;
  }
}

void colonnade_widen_16(void *target, const uint64_t *packed, size_t count, int64_t base) {
  uint8_t *out = target;
  for (size_t i = 0; i < count; i++) {
    __int128 value = (__int128)base + (__int128)packed[i];
    memcpy(out + i * 16, &value, 16);
  }
}

#define FOR_INTEGERS(DO)                                                                       \
  switch (width) {                                                                             \
    case 1: if (isSigned) { DO(signed8, int64_t) } else { DO(loose8, uint64_t) } break;        \
    case 2: if (isSigned) { DO(signed16, int64_t) } else { DO(loose16, uint64_t) } break;      \
    case 4: if (isSigned) { DO(signed32, int64_t) } else { DO(loose32, uint64_t) } break;      \
    default: if (isSigned) { DO(signed64, int64_t) } else { DO(loose64, uint64_t) } break;     \
  }

COLONNADE_CLONES
void colonnade_delta_differences(
    uint64_t *target, const void *values, unsigned width, int isSigned, size_t count) {
  if (count == 0) return;
  target[0] = 0;
#define DIFFERENCES(TYPE, WIDE)                                                                \
  const TYPE *in = values;                                                                     \
  for (size_t i = 1; i < count; i++) {                                                         \
    target[i] = (uint64_t)(WIDE)in[i] - (uint64_t)(WIDE)in[i - 1];                             \
  }
  FOR_INTEGERS(DIFFERENCES)
#undef DIFFERENCES
}

#define PROFILE(NAME, TYPE, WIDE)                                                              \
  COLONNADE_CLONES                                                                             \
  static void NAME(colonnade_integer_profile *profile, const TYPE *restrict in, size_t count) {\
    TYPE least = in[0], greatest = in[0];                                                      \
    for (size_t i = 1; i < count; i++) {                                                       \
      TYPE value = in[i];                                                                      \
      least = value < least ? value : least;                                                   \
      greatest = value > greatest ? value : greatest;                                          \
    }                                                                                          \
    int64_t leastDelta = INT64_MAX, greatestDelta = INT64_MIN;                                 \
    size_t runs = 1;                                                                           \
    for (size_t i = 1; i < count; i++) {                                                       \
      int64_t delta = (int64_t)((uint64_t)(WIDE)in[i] - (uint64_t)(WIDE)in[i - 1]);            \
      leastDelta = delta < leastDelta ? delta : leastDelta;                                    \
      greatestDelta = delta > greatestDelta ? delta : greatestDelta;                           \
      runs += delta != 0;                                                                      \
    }                                                                                          \
    profile->least = (uint64_t)(WIDE)least;                                                    \
    profile->greatest = (uint64_t)(WIDE)greatest;                                              \
    profile->leastDelta = count > 1 ? leastDelta : 0;                                          \
    profile->greatestDelta = count > 1 ? greatestDelta : 0;                                    \
    profile->runs = runs;                                                                      \
  }

PROFILE(profile_i8, signed8, int64_t)
PROFILE(profile_i16, signed16, int64_t)
PROFILE(profile_i32, signed32, int64_t)
PROFILE(profile_i64, signed64, int64_t)
PROFILE(profile_u8, loose8, uint64_t)
PROFILE(profile_u16, loose16, uint64_t)
PROFILE(profile_u32, loose32, uint64_t)
PROFILE(profile_u64, loose64, uint64_t)

void colonnade_profile_integers(
    colonnade_integer_profile *profile, const void *values, unsigned width, int isSigned,
    size_t count) {
  switch (width) {
    case 1:
      if (isSigned) profile_i8(profile, values, count);
      else profile_u8(profile, values, count);
      break;
    case 2:
      if (isSigned) profile_i16(profile, values, count);
      else profile_u16(profile, values, count);
      break;
    case 4:
      if (isSigned) profile_i32(profile, values, count);
      else profile_u32(profile, values, count);
      break;
    default:
      if (isSigned) profile_i64(profile, values, count);
      else profile_u64(profile, values, count);
      break;
  }
}

#define HISTOGRAM(TYPE)                                                                        \
  {                                                                                            \
    const TYPE *in = values;                                                                   \
    for (size_t i = 0; i < count; i++) {                                                       \
      TYPE difference = (TYPE)(in[i] - (TYPE)base);                                            \
      unsigned bits = 64 - (unsigned)__builtin_clzll((uint64_t)difference | 1);                \
      counts[i & 3][difference == 0 ? 0 : bits]++;                                             \
    }                                                                                          \
  }

void colonnade_width_histogram(
    uint32_t histogram[65], const void *values, unsigned width, size_t count, uint64_t base) {
  uint32_t counts[4][65];
  memset(counts, 0, sizeof counts);
  switch (width) {
    case 1: HISTOGRAM(loose8) break;
    case 2: HISTOGRAM(loose16) break;
    case 4: HISTOGRAM(loose32) break;
    default: HISTOGRAM(loose64) break;
  }
  for (size_t b = 0; b < 65; b++) {
    histogram[b] = counts[0][b] + counts[1][b] + counts[2][b] + counts[3][b];
  }
}

#define COUNT_WIDER(TYPE)                                                                      \
  {                                                                                            \
    const TYPE *in = values;                                                                   \
    for (size_t i = 0; i < count; i++) wider += (TYPE)(in[i] - (TYPE)base) >> bits != 0;       \
  }

COLONNADE_CLONES
size_t colonnade_count_wider(
    const void *values, unsigned width, size_t count, uint64_t base, unsigned bits) {
  size_t wider = 0;
  switch (width) {
    case 1: COUNT_WIDER(loose8) break;
    case 2: COUNT_WIDER(loose16) break;
    case 4: COUNT_WIDER(loose32) break;
    default: COUNT_WIDER(loose64) break;
  }
  return wider;
}

#define COUNT_RUNS(TYPE)                                                                       \
  {                                                                                            \
    const TYPE *in = values;                                                                   \
    for (size_t i = 1; i < count; i++) runs += in[i] != in[i - 1];                             \
  }

COLONNADE_CLONES
size_t colonnade_count_runs(const void *values, unsigned width, size_t count) {
  if (count == 0) return 0;
  size_t runs = 1;
  switch (width) {
    case 1: COUNT_RUNS(loose8) break;
    case 2: COUNT_RUNS(loose16) break;
    case 4: COUNT_RUNS(loose32) break;
    case 8: COUNT_RUNS(loose64) break;
    default: {
      const uint8_t *in = values;
      for (size_t i = 1; i < count; i++) {
        runs += memcmp(in + i * width, in + (i - 1) * width, width) != 0;
      }
    }
  }
  return runs;
}

size_t colonnade_find_runs(uint32_t *ends, const void *values, unsigned width, size_t count) {
  const uint8_t *in = values;
  size_t runs = 0;
  for (size_t i = 1; i < count; i++) {
    if (memcmp(in + i * width, in + (i - 1) * width, width) != 0) ends[runs++] = (uint32_t)i;
  }
  if (count > 0) ends[runs++] = (uint32_t)count;
  return runs;
}

COLONNADE_CLONES
uint32_t colonnade_greatest_u32(const uint32_t *values, size_t count) {
  uint32_t greatest = 0;
  for (size_t i = 0; i < count; i++) greatest = values[i] > greatest ? values[i] : greatest;
  return greatest;
}
