// Packed integers in lanes: all lanes of a step are one vector, with one shift for all of them.
// Vectors are spelled out: left to find them in loops, compilers take some lanes one by one.
#include "colonnade_packed.h"

#include <string.h>

#include "clones.h"
#include "packed_lanes.h"

typedef uint32_t __attribute__((aligned(1), may_alias)) loose32;
typedef uint64_t __attribute__((aligned(1), may_alias)) loose64;
typedef uint16_t __attribute__((aligned(1), may_alias)) loose16;
typedef uint8_t __attribute__((may_alias)) loose8;

static inline uint64_t low_bits(unsigned width) {
  return width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
}

// One block of 1,024 for one width of output; narrow of integers of at most 32 bits, wide of others.
#define UNPACK_BLOCK(NAME, OUT, LANES, LANE_COUNT, LOAD)                                       \
  COLONNADE_CLONES                                                                             \
  static void NAME(OUT *restrict target, const uint8_t *restrict block, uint64_t base64,       \
                   unsigned width) {                                                           \
    typedef OUT outs __attribute__((ext_vector_type(LANE_COUNT)));                             \
    const outs base = (OUT)base64;                                                             \
    for (unsigned step = 0; step < COLONNADE_BLOCK / LANE_COUNT; step++) {                     \
      LANES found;                                                                             \
      LOAD(&found, block, step, width);                                                        \
      const outs values = __builtin_convertvector(found, outs) + base;                         \
      memcpy(target + step * LANE_COUNT, &values, sizeof values);                              \
    }                                                                                          \
  }

#define UNPACK_NARROW(NAME, OUT) \
  UNPACK_BLOCK(NAME, OUT, colonnade_lanes, COLONNADE_LANES, colonnade_load_lanes)
#define UNPACK_WIDE(NAME, OUT) \
  UNPACK_BLOCK(NAME, OUT, colonnade_wide_lanes, COLONNADE_WIDE_LANES, colonnade_load_wide_lanes)

UNPACK_NARROW(unpack_1_narrow, uint8_t)
UNPACK_NARROW(unpack_2_narrow, uint16_t)
UNPACK_NARROW(unpack_4_narrow, uint32_t)
UNPACK_NARROW(unpack_8_narrow, uint64_t)
UNPACK_WIDE(unpack_1_wide, uint8_t)
UNPACK_WIDE(unpack_2_wide, uint16_t)
UNPACK_WIDE(unpack_4_wide, uint32_t)
UNPACK_WIDE(unpack_8_wide, uint64_t)

// Words are put together in registers; one that is full is written, and what did not fit begins the
// next.
#define PACK_BLOCK(NAME, IN, LANE, LANES, LANE_COUNT)                                          \
  COLONNADE_CLONES                                                                             \
  static void NAME(uint8_t *restrict block, const void *restrict values, uint64_t base64,      \
                   unsigned width) {                                                           \
    typedef IN ins __attribute__((ext_vector_type(LANE_COUNT)));                               \
    const ins base = (IN)base64;                                                               \
    const LANES mask = (LANE)low_bits(width);                                                  \
    LANES words = 0;                                                                           \
    unsigned shift = 0;                                                                        \
    for (unsigned step = 0; step < COLONNADE_BLOCK / LANE_COUNT; step++) {                     \
      ins given;                                                                               \
      memcpy(&given, (const uint8_t *)values + step * sizeof given, sizeof given);             \
      const LANES integers = __builtin_convertvector(given - base, LANES) & mask;              \
      words |= integers << shift;                                                              \
      shift += width;                                                                          \
      if (shift < 8 * sizeof(LANE)) continue;                                                  \
      memcpy(block, &words, sizeof words);                                                     \
      block += sizeof words;                                                                   \
      shift -= 8 * sizeof(LANE);                                                               \
      words = shift > 0 ? integers >> (width - shift) : 0;                                     \
    }                                                                                          \
  }

PACK_BLOCK(pack_1_narrow, uint8_t, uint32_t, colonnade_lanes, COLONNADE_LANES)
PACK_BLOCK(pack_2_narrow, uint16_t, uint32_t, colonnade_lanes, COLONNADE_LANES)
PACK_BLOCK(pack_4_narrow, uint32_t, uint32_t, colonnade_lanes, COLONNADE_LANES)
PACK_BLOCK(pack_8_narrow, uint64_t, uint32_t, colonnade_lanes, COLONNADE_LANES)
PACK_BLOCK(pack_1_wide, uint8_t, uint64_t, colonnade_wide_lanes, COLONNADE_WIDE_LANES)
PACK_BLOCK(pack_2_wide, uint16_t, uint64_t, colonnade_wide_lanes, COLONNADE_WIDE_LANES)
PACK_BLOCK(pack_4_wide, uint32_t, uint64_t, colonnade_wide_lanes, COLONNADE_WIDE_LANES)
PACK_BLOCK(pack_8_wide, uint64_t, uint64_t, colonnade_wide_lanes, COLONNADE_WIDE_LANES)

// Integers of the rest, one after another.

static inline uint64_t rest_one(
    const uint8_t *rest, size_t byteCount, size_t index, unsigned width, uint64_t mask) {
  size_t bit = index * width, byte = bit / 8;
  unsigned shift = bit % 8;
  uint64_t word = 0;
  if (byte + 8 <= byteCount) {
    memcpy(&word, rest + byte, 8);
  } else {
    memcpy(&word, rest + byte, byteCount - byte);
  }
  word >>= shift;
  if (shift + width > 64) word |= (uint64_t)rest[byte + 8] << (64 - shift);
  return word & mask;
}

#define UNPACK_REST(NAME, OUT)                                                                 \
  COLONNADE_CLONES                                                                             \
  static void NAME(OUT *restrict target, const uint8_t *restrict rest, size_t byteCount,       \
                   size_t first, size_t wanted, uint64_t base, unsigned width) {               \
    const uint64_t mask = low_bits(width);                                                     \
    size_t i = 0;                                                                              \
    if (width == 0) {                                                                          \
      for (; i < wanted; i++) target[i] = (OUT)base;                                           \
      return;                                                                                  \
    }                                                                                          \
    if (width <= 57 && byteCount >= 8) {                                                       \
      /* Integers whose eight bytes from their first byte on lie inside. */                    \
      size_t inside = ((byteCount - 8) * 8 + 7) / width + 1;                                   \
      size_t end = inside > first ? inside - first : 0;                                        \
      if (end > wanted) end = wanted;                                                          \
      for (; i < end; i++) {                                                                   \
        size_t bit = (first + i) * width;                                                      \
        uint64_t word = *(const loose64 *)(rest + bit / 8);                                    \
        target[i] = (OUT)(base + ((word >> (bit % 8)) & mask));                                \
      }                                                                                        \
    }                                                                                          \
    for (; i < wanted; i++) {                                                                  \
      target[i] = (OUT)(base + rest_one(rest, byteCount, first + i, width, mask));             \
    }                                                                                          \
  }

UNPACK_REST(unpack_rest_1, loose8)
UNPACK_REST(unpack_rest_2, loose16)
UNPACK_REST(unpack_rest_4, loose32)
UNPACK_REST(unpack_rest_8, loose64)

static void unpack_rest(
    void *target, unsigned width, const uint8_t *rest, size_t byteCount, size_t first,
    size_t wanted, uint64_t base, unsigned bitWidth) {
  switch (width) {
    case 1: unpack_rest_1(target, rest, byteCount, first, wanted, base, bitWidth); break;
    case 2: unpack_rest_2(target, rest, byteCount, first, wanted, base, bitWidth); break;
    case 4: unpack_rest_4(target, rest, byteCount, first, wanted, base, bitWidth); break;
    default: unpack_rest_8(target, rest, byteCount, first, wanted, base, bitWidth); break;
  }
}

static inline uint64_t load_value(const uint8_t *values, unsigned width, size_t index) {
  switch (width) {
    case 1: return values[index];
    case 2: return ((const loose16 *)values)[index];
    case 4: return ((const loose32 *)values)[index];
    default: return ((const loose64 *)values)[index];
  }
}

static void pack_rest(
    uint8_t *target, const uint8_t *values, unsigned width, size_t count, uint64_t base,
    unsigned bitWidth) {
  const uint64_t mask = low_bits(bitWidth), cut = low_bits(width * 8);
  uint64_t word = 0;
  unsigned filled = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t value = (load_value(values, width, i) - base) & cut & mask;
    word |= value << filled;
    if (filled + bitWidth >= 64) {
      memcpy(target, &word, 8);
      target += 8;
      unsigned used = 64 - filled;
      word = used >= 64 ? 0 : value >> used;
      filled = filled + bitWidth - 64;
    } else {
      filled += bitWidth;
    }
  }
  memcpy(target, &word, (filled + 7) / 8);
}

void colonnade_pack(
    uint8_t *body, const void *values, unsigned width, size_t count, uint64_t base,
    unsigned bitWidth) {
  const uint8_t *in = values;
  for (size_t block = 0; block < count / 1024; block++) {
    const void *from = in + block * 1024 * width;
    void *to = body + block * 128 * bitWidth;
    if (bitWidth <= 32) {
      switch (width) {
        case 1: pack_1_narrow(to, from, base, bitWidth); break;
        case 2: pack_2_narrow(to, from, base, bitWidth); break;
        case 4: pack_4_narrow(to, from, base, bitWidth); break;
        default: pack_8_narrow(to, from, base, bitWidth); break;
      }
    } else {
      switch (width) {
        case 1: pack_1_wide(to, from, base, bitWidth); break;
        case 2: pack_2_wide(to, from, base, bitWidth); break;
        case 4: pack_4_wide(to, from, base, bitWidth); break;
        default: pack_8_wide(to, from, base, bitWidth); break;
      }
    }
  }
  size_t whole = count / 1024 * 1024;
  if (bitWidth > 0 && count > whole) {
    pack_rest(
        body + whole / 1024 * 128 * bitWidth, in + whole * width, width, count - whole, base,
        bitWidth);
  }
}

// Integer `within` of a block of 1 to 32 bits. Without a branch: where a word holds all of it, the
// word comes twice.
static inline uint64_t narrow_one(const uint8_t *block, size_t within, unsigned bitWidth) {
  const loose32 *words = (const loose32 *)block;
  const size_t bit = within / 32 * bitWidth, shift = bit % 32;
  const size_t word = bit / 32 * 32 + within % 32;
  const size_t next = word + (shift + bitWidth > 32 ? 32 : 0);
  const uint64_t both = (uint64_t)words[next] << 32 | words[word];
  return both >> shift & low_bits(bitWidth);
}

static void unpack_block(
    void *target, unsigned width, const uint8_t *block, uint64_t base, unsigned bitWidth) {
  if (bitWidth == 0) {
    unpack_rest(target, width, block, 0, 0, COLONNADE_BLOCK, base, 0);
  } else if (bitWidth <= 32) {
    switch (width) {
      case 1: unpack_1_narrow(target, block, base, bitWidth); break;
      case 2: unpack_2_narrow(target, block, base, bitWidth); break;
      case 4: unpack_4_narrow(target, block, base, bitWidth); break;
      default: unpack_8_narrow(target, block, base, bitWidth); break;
    }
  } else {
    switch (width) {
      case 1: unpack_1_wide(target, block, base, bitWidth); break;
      case 2: unpack_2_wide(target, block, base, bitWidth); break;
      case 4: unpack_4_wide(target, block, base, bitWidth); break;
      default: unpack_8_wide(target, block, base, bitWidth); break;
    }
  }
}

// So many integers of a block are unpacked one by one, more with all of the block.
#define FEW_INTEGERS 48

void colonnade_unpack(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth) {
  uint8_t *out = target;
  size_t whole = count / 1024 * 1024, at = first, end = first + wanted;
  while (at < end && at < whole) {
    size_t block = at / 1024, start = at % 1024;
    size_t stop = end - block * 1024 < 1024 ? end - block * 1024 : 1024;
    const uint8_t *from = body + block * 128 * bitWidth;
    if (start == 0 && stop == 1024) {
      unpack_block(out, width, from, base, bitWidth);
    } else if (stop - start <= FEW_INTEGERS) {
      const int isNarrow = bitWidth > 0 && bitWidth <= 32;
      for (size_t i = start; i < stop; i++) {
        uint64_t value = base + (isNarrow ? narrow_one(from, i, bitWidth)
                                          : colonnade_unpack_one(from, 1024, i, bitWidth));
        memcpy(out + (i - start) * width, &value, width);
      }
    } else {
      uint64_t whole_block[1024];
      unpack_block(whole_block, width, from, base, bitWidth);
      memcpy(out, (const uint8_t *)whole_block + start * width, (stop - start) * width);
    }
    out += (stop - start) * width;
    at += stop - start;
  }
  if (at >= end) return;
  const uint8_t *rest = body + whole / 1024 * 128 * bitWidth;
  size_t byteCount = ((count - whole) * bitWidth + 7) / 8;
  unpack_rest(out, width, rest, byteCount, at - whole, end - at, base, bitWidth);
}

uint64_t colonnade_unpack_one(
    const uint8_t *body, size_t count, size_t index, unsigned bitWidth) {
  if (bitWidth == 0) return 0;
  const uint64_t mask = low_bits(bitWidth);
  size_t whole = count / 1024 * 1024;
  if (index >= whole) {
    size_t byteCount = ((count - whole) * bitWidth + 7) / 8;
    return rest_one(
        body + whole / 1024 * 128 * bitWidth, byteCount, index - whole, bitWidth, mask);
  }
  const uint8_t *block = body + index / 1024 * 128 * bitWidth;
  size_t within = index % 1024;
  if (bitWidth <= 32) return narrow_one(block, within, bitWidth);
  const loose64 *words = (const loose64 *)block;
  size_t lane = within % 16, bit = within / 16 * bitWidth, word = bit / 64, shift = bit % 64;
  uint64_t value = words[word * 16 + lane] >> shift;
  if (shift + bitWidth > 64) value |= words[word * 16 + 16 + lane] << (64 - shift);
  return value & mask;
}

// So many rows of a block are unpacked with all of it.
#define MANY_ROWS 32

// Integers of the block at `block` at those of `rows`, ascending, that lie in it; returns how many.
#define UNPACK_CHOSEN(NAME, OUT)                                                               \
  static size_t NAME(OUT *restrict target, const uint8_t *block, const uint32_t *rows,         \
                     size_t count, uint64_t base, unsigned bitWidth) {                         \
    const uint32_t number = rows[0] / 1024;                                                    \
    size_t i = 0;                                                                              \
    if (count >= MANY_ROWS && rows[MANY_ROWS - 1] / 1024 == number) {                          \
      uint64_t unpacked[1024];                                                                 \
      unpack_block(unpacked, 8, block, base, bitWidth);                                        \
      for (; i < count && rows[i] / 1024 == number; i++) {                                     \
        target[i] = (OUT)unpacked[rows[i] % 1024];                                             \
      }                                                                                        \
    } else if (bitWidth > 0 && bitWidth <= 32) {                                               \
      for (; i < count && rows[i] / 1024 == number; i++) {                                     \
        target[i] = (OUT)(base + narrow_one(block, rows[i] % 1024, bitWidth));                 \
      }                                                                                        \
    } else {                                                                                   \
      for (; i < count && rows[i] / 1024 == number; i++) {                                     \
        target[i] = (OUT)(base + colonnade_unpack_one(block, 1024, rows[i] % 1024, bitWidth)); \
      }                                                                                        \
    }                                                                                          \
    return i;                                                                                  \
  }

UNPACK_CHOSEN(unpack_chosen_1, loose8)
UNPACK_CHOSEN(unpack_chosen_2, loose16)
UNPACK_CHOSEN(unpack_chosen_4, loose32)
UNPACK_CHOSEN(unpack_chosen_8, loose64)

void colonnade_unpack_rows(
    void *target, unsigned width, const uint8_t *body, size_t count, const uint32_t *rows,
    size_t rowCount, uint64_t base, unsigned bitWidth) {
  uint8_t *out = target;
  const size_t whole = count / 1024 * 1024;
  size_t i = 0;
  while (i < rowCount && rows[i] < whole) {
    const uint8_t *block = body + rows[i] / 1024 * 128 * (size_t)bitWidth;
    void *to = out + i * width;
    const size_t left = rowCount - i;
    switch (width) {
      case 1: i += unpack_chosen_1(to, block, rows + i, left, base, bitWidth); break;
      case 2: i += unpack_chosen_2(to, block, rows + i, left, base, bitWidth); break;
      case 4: i += unpack_chosen_4(to, block, rows + i, left, base, bitWidth); break;
      default: i += unpack_chosen_8(to, block, rows + i, left, base, bitWidth); break;
    }
  }
  for (; i < rowCount; i++) {
    const uint64_t value = base + colonnade_unpack_one(body, count, rows[i], bitWidth);
    memcpy(out + i * width, &value, width);
  }
}

void colonnade_unpack_portable(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth) {
  uint8_t *out = target;
  for (size_t i = 0; i < wanted; i++) {
    uint64_t value = base + colonnade_unpack_one(body, count, first + i, bitWidth);
    memcpy(out + i * width, &value, width);
  }
}
