// CRC32C: the processor's instruction where there is one, slicing by 8 elsewhere. One instruction
// takes 8 bytes and answers after 3 cycles, so blocks are checksummed four at a time, interleaved;
// what is left of them by folding, where the processor can.
#include "colonnade_checksum.h"

#include <string.h>

#include "checksum_fold.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#define HARDWARE __attribute__((target("sse4.2")))
// What the instruction takes and gives, so that nothing stands between two of them.
typedef uint64_t running;
#define RUN8(crc, word) _mm_crc32_u64((crc), (word))
#define STEP8(crc, word) ((uint32_t)RUN8(crc, word))
#define STEP1(crc, byte) _mm_crc32_u8((crc), (byte))
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#define HARDWARE __attribute__((target("crc")))
typedef uint32_t running;
#define RUN8(crc, word) __crc32cd((crc), (word))
#define STEP8(crc, word) RUN8(crc, word)
#define STEP1(crc, byte) __crc32cb((crc), (byte))
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Colonnade reads and writes little-endian words in place"
#endif

int colonnade_crc32c_is_accelerated(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse4.2") ? 1 : 0;
#elif defined(__aarch64__) && defined(__linux__)
  return (getauxval(AT_HWCAP) & (1ul << 7)) ? 1 : 0;
#elif defined(__aarch64__)
  return 1;
#else
  return 0;
#endif
}

static inline uint64_t load8(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

// tables[k][b] is the checksum state after byte b and k zero bytes; filled before main runs, so that
// no reader ever sees it half done.
static uint32_t tables[8][256];

__attribute__((constructor)) static void fill_tables(void) {
  for (uint32_t b = 0; b < 256; b++) {
    uint32_t crc = b;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (UINT32_C(0x82F63B78) & (0 - (crc & 1)));
    tables[0][b] = crc;
  }
  for (int k = 1; k < 8; k++) {
    for (uint32_t b = 0; b < 256; b++) {
      tables[k][b] = (tables[k - 1][b] >> 8) ^ tables[0][tables[k - 1][b] & 0xFF];
    }
  }
}

uint32_t colonnade_crc32c_portable(uint32_t crc, const void *data, size_t byteCount) {
  const uint8_t *bytes = data;
  uint32_t state = ~crc;
  for (; byteCount >= 8; byteCount -= 8, bytes += 8) {
    uint64_t word = load8(bytes) ^ state;
    state = tables[7][word & 0xFF] ^ tables[6][(word >> 8) & 0xFF] ^
            tables[5][(word >> 16) & 0xFF] ^ tables[4][(word >> 24) & 0xFF] ^
            tables[3][(word >> 32) & 0xFF] ^ tables[2][(word >> 40) & 0xFF] ^
            tables[1][(word >> 48) & 0xFF] ^ tables[0][word >> 56];
  }
  for (; byteCount > 0; byteCount--, bytes++) {
    state = (state >> 8) ^ tables[0][(state ^ *bytes) & 0xFF];
  }
  return ~state;
}

void colonnade_crc32c_blocks_portable(
    uint32_t *out, const uint8_t *data, size_t byteCount, size_t blockByteCount, uint32_t fileSeed,
    uint64_t position) {
  for (size_t done = 0; done < byteCount;) {
    size_t size = byteCount - done < blockByteCount ? byteCount - done : blockByteCount;
    uint64_t place = position + done;
    uint32_t seed = colonnade_crc32c_portable(fileSeed, &place, 8);
    *out++ = colonnade_crc32c_portable(seed, data + done, size);
    done += size;
  }
}

size_t colonnade_crc32c_verify_chosen_portable(
    const uint8_t *expected, const uint8_t *data, const uint32_t *blocks, size_t count,
    uint32_t first, size_t blockByteCount, uint32_t fileSeed, uint64_t position) {
  for (size_t i = 0; i < count; i++) {
    const size_t block = blocks[i] - first, at = block * blockByteCount;
    uint64_t place = position + at;
    uint32_t seed = colonnade_crc32c_portable(fileSeed, &place, 8);
    uint32_t found = colonnade_crc32c_portable(seed, data + at, blockByteCount);
    if (memcmp(&found, expected + 4 * block, 4) != 0) return i;
  }
  return count;
}

#if defined(HARDWARE)

HARDWARE static inline uint32_t hardware_crc(uint32_t crc, const uint8_t *bytes, size_t byteCount) {
  uint32_t state = ~crc;
  for (; byteCount >= 8; byteCount -= 8, bytes += 8) state = STEP8(state, load8(bytes));
  for (; byteCount > 0; byteCount--, bytes++) state = STEP1(state, *bytes);
  return ~state;
}

// The same, with what can be folded folded.
HARDWARE static inline uint32_t hardware_crc_folding(
    uint32_t crc, const uint8_t *bytes, size_t byteCount, int folds) {
#if defined(COLONNADE_FOLDS)
  if (folds && byteCount >= COLONNADE_FOLD_BYTES) {
    const size_t folded = byteCount / COLONNADE_FOLD_BYTES * COLONNADE_FOLD_BYTES;
    crc = ~colonnade_crc32c_fold(~crc, bytes, folded);
    bytes += folded;
    byteCount -= folded;
  }
#else
  (void)folds;
#endif
  return hardware_crc(crc, bytes, byteCount);
}

static inline int can_fold(void) {
#if defined(COLONNADE_FOLDS)
  return colonnade_crc32c_can_fold();
#else
  return 0;
#endif
}

HARDWARE static inline uint32_t hardware_seed(uint32_t fileSeed, uint64_t position) {
  return ~STEP8(~fileSeed, position);
}

// Four blocks at once, wherever they stand. `ahead` is where the next four stand, or NULL.
HARDWARE static inline void hardware_four(
    uint32_t out[4], const uint8_t *data, const size_t at[4], const size_t *ahead, size_t size,
    uint32_t fileSeed, uint64_t position) {
  const uint8_t *a = data + at[0], *b = data + at[1], *c = data + at[2], *d = data + at[3];
  running sa = (uint32_t)~hardware_seed(fileSeed, position + at[0]);
  running sb = (uint32_t)~hardware_seed(fileSeed, position + at[1]);
  running sc = (uint32_t)~hardware_seed(fileSeed, position + at[2]);
  running sd = (uint32_t)~hardware_seed(fileSeed, position + at[3]);
  size_t i = 0;
  for (; i + 64 <= size; i += 64) {
    // Memory is slower than the instruction: what comes next is asked for meanwhile.
    if (ahead != NULL) {
      __builtin_prefetch(data + ahead[0] + i);
      __builtin_prefetch(data + ahead[1] + i);
      __builtin_prefetch(data + ahead[2] + i);
      __builtin_prefetch(data + ahead[3] + i);
    }
#pragma clang loop unroll(full)
    for (size_t k = i; k < i + 64; k += 8) {
      sa = RUN8(sa, load8(a + k));
      sb = RUN8(sb, load8(b + k));
      sc = RUN8(sc, load8(c + k));
      sd = RUN8(sd, load8(d + k));
    }
  }
  uint32_t ends[4] = {(uint32_t)sa, (uint32_t)sb, (uint32_t)sc, (uint32_t)sd};
  for (size_t k = 0; k < 4; k++) out[k] = hardware_crc(~ends[k], data + at[k] + i, size - i);
}

HARDWARE static uint32_t hardware_whole(uint32_t crc, const uint8_t *bytes, size_t byteCount) {
  return hardware_crc_folding(crc, bytes, byteCount, can_fold());
}

HARDWARE static void hardware_blocks(
    uint32_t *out, const uint8_t *data, size_t byteCount, size_t blockByteCount, uint32_t fileSeed,
    uint64_t position) {
  size_t done = 0;
  const int folds = can_fold();
  for (; (byteCount - done) / 4 >= blockByteCount; done += 4 * blockByteCount, out += 4) {
    size_t at[8];
    for (size_t k = 0; k < 8; k++) at[k] = done + k * blockByteCount;
    const int isLast = (byteCount - done) / 8 < blockByteCount;
    hardware_four(
        out, data, at, isLast ? NULL : at + 4, blockByteCount, fileSeed, position);
  }
  while (done < byteCount) {
    size_t size = byteCount - done < blockByteCount ? byteCount - done : blockByteCount;
    *out++ = hardware_crc_folding(
        hardware_seed(fileSeed, position + done), data + done, size, folds);
    done += size;
  }
}

HARDWARE static size_t hardware_chosen(
    const uint8_t *expected, const uint8_t *data, const uint32_t *blocks, size_t count,
    uint32_t first, size_t blockByteCount, uint32_t fileSeed, uint64_t position) {
  for (size_t i = 0; i < count; i += 4) {
    const size_t some = count - i < 4 ? count - i : 4;
    size_t at[8];
    uint32_t found[4];
    // Fewer than four are filled up with the last one.
    for (size_t k = 0; k < 8; k++) {
      const size_t next = i + k < count ? i + k : count - 1;
      at[k] = (size_t)(blocks[next] - first) * blockByteCount;
    }
    hardware_four(
        found, data, at, i + 4 < count ? at + 4 : NULL, blockByteCount, fileSeed, position);
    for (size_t k = 0; k < some; k++) {
      if (memcmp(&found[k], expected + at[k] / blockByteCount * 4, 4) != 0) return i + k;
    }
  }
  return count;
}

#endif

size_t colonnade_crc32c_verify_chosen(
    const uint8_t *expected, const uint8_t *data, const uint32_t *blocks, size_t count,
    uint32_t first, size_t blockByteCount, uint32_t fileSeed, uint64_t position) {
#if defined(HARDWARE)
  if (colonnade_crc32c_is_accelerated()) {
    return hardware_chosen(
        expected, data, blocks, count, first, blockByteCount, fileSeed, position);
  }
#endif
  return colonnade_crc32c_verify_chosen_portable(
      expected, data, blocks, count, first, blockByteCount, fileSeed, position);
}

uint32_t colonnade_crc32c(uint32_t crc, const void *data, size_t byteCount) {
#if defined(HARDWARE)
  if (colonnade_crc32c_is_accelerated()) return hardware_whole(crc, data, byteCount);
#endif
  return colonnade_crc32c_portable(crc, data, byteCount);
}

uint32_t colonnade_crc32c_seed(uint32_t fileSeed, uint64_t position) {
  return colonnade_crc32c(fileSeed, &position, 8);
}

void colonnade_crc32c_blocks(
    uint32_t *out, const uint8_t *data, size_t byteCount, size_t blockByteCount, uint32_t fileSeed,
    uint64_t position) {
#if defined(HARDWARE)
  if (colonnade_crc32c_is_accelerated()) {
    hardware_blocks(out, data, byteCount, blockByteCount, fileSeed, position);
    return;
  }
#endif
  colonnade_crc32c_blocks_portable(out, data, byteCount, blockByteCount, fileSeed, position);
}

size_t colonnade_crc32c_verify_blocks(
    const uint8_t *expected, const uint8_t *data, size_t byteCount, size_t blockByteCount,
    uint32_t fileSeed, uint64_t position) {
  enum { batch = 64 };
  uint32_t found[batch];
  size_t index = 0;
  for (size_t done = 0; done < byteCount;) {
    size_t left = byteCount - done;
    size_t size = left / batch >= blockByteCount ? batch * blockByteCount : left;
    size_t count = size / blockByteCount + (size % blockByteCount != 0);
    // What is left may be a little more than the batch has room for.
    if (count > batch) size = batch * blockByteCount, count = batch;
    colonnade_crc32c_blocks(found, data + done, size, blockByteCount, fileSeed, position + done);
    if (memcmp(found, expected + 4 * index, 4 * count) != 0) {
      for (size_t i = 0; i < count; i++) {
        if (memcmp(&found[i], expected + 4 * (index + i), 4) != 0) return index + i;
      }
    }
    index += count;
    done += size;
  }
  return index;
}
