// CRC32C by folding: a run of bytes is a polynomial, and what stands D bits before the end of a run may
// be replaced by anything that is congruent to it times x^D. A carry-less product with x^D mod P does
// that for 16 bytes, and does not wait for the bytes before, as the CRC instruction has to.
// Source: V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction",
// Intel, 2009.
#include "checksum_fold.h"

#if defined(COLONNADE_FOLDS)
#include <immintrin.h>

#define FOLDING __attribute__((target("avx2,vpclmulqdq,pclmul,sse4.2")))

// What 16 bytes are multiplied with to stand `distance` bits further on: the first word by
// x^(distance + 64), the second by x^distance, both one less, because the product of two reflected
// words stands one bit off. Filled before main runs.
typedef struct {
  uint64_t first, second;
} factors;

static factors by_128_bytes, by_32_bytes, by_16_bytes;

// x^power mod P, reflected, in the upper half of a word.
static uint64_t power_of_x(unsigned power) {
  uint32_t value = UINT32_C(0x80000000);
  for (; power > 0; power--) value = (value >> 1) ^ (UINT32_C(0x82F63B78) & (0 - (value & 1)));
  return (uint64_t)value << 32;
}

static factors factors_of(unsigned distance) {
  return (factors){power_of_x(distance + 63), power_of_x(distance - 1)};
}

__attribute__((constructor)) static void fill_factors(void) {
  by_128_bytes = factors_of(1024);
  by_32_bytes = factors_of(256);
  by_16_bytes = factors_of(128);
}

int colonnade_crc32c_can_fold(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("vpclmulqdq") &&
         __builtin_cpu_supports("sse4.2");
}

FOLDING static inline __m256i both_lanes(const factors *one) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)one));
}

FOLDING static inline __m256i load(const uint8_t *bytes) {
  return _mm256_loadu_si256((const __m256i *)bytes);
}

// value × factors + next, lane by lane.
FOLDING static inline __m256i fold(__m256i value, __m256i by, __m256i next) {
  const __m256i first = _mm256_clmulepi64_epi128(value, by, 0x00);
  const __m256i second = _mm256_clmulepi64_epi128(value, by, 0x11);
  return _mm256_xor_si256(_mm256_xor_si256(first, second), next);
}

FOLDING uint32_t colonnade_crc32c_fold(uint32_t state, const uint8_t *bytes, size_t byteCount) {
  __m256i a = load(bytes), b = load(bytes + 32), c = load(bytes + 64), d = load(bytes + 96);
  // A state is the same as the first four bytes being other ones.
  a = _mm256_xor_si256(a, _mm256_zextsi128_si256(_mm_cvtsi32_si128((int)state)));
  const __m256i far = both_lanes(&by_128_bytes);
  for (bytes += 128, byteCount -= 128; byteCount > 0; bytes += 128, byteCount -= 128) {
    a = fold(a, far, load(bytes));
    b = fold(b, far, load(bytes + 32));
    c = fold(c, far, load(bytes + 64));
    d = fold(d, far, load(bytes + 96));
  }
  const __m256i near = both_lanes(&by_32_bytes);
  d = fold(fold(fold(a, near, b), near, c), near, d);
  // The first lane is folded into the second.
  const __m128i lane = _mm256_castsi256_si128(d);
  const __m128i by = _mm_loadu_si128((const __m128i *)&by_16_bytes);
  const __m128i rest = _mm_xor_si128(
      _mm_xor_si128(_mm_clmulepi64_si128(lane, by, 0x00), _mm_clmulepi64_si128(lane, by, 0x11)),
      _mm256_extracti128_si256(d, 1));
  state = (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(rest));
  return (uint32_t)_mm_crc32_u64(state, (uint64_t)_mm_extract_epi64(rest, 1));
}
#endif
