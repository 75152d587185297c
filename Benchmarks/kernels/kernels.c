// One kernel at a time, to be counted: what is prepared is not, `measured` is.
// `kernels --list` names them with the values and bytes that each makes or takes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "colonnade_bits.h"
#include "colonnade_bounds.h"
#include "colonnade_checksum.h"
#include "colonnade_compare.h"
#include "colonnade_packed.h"
#include "colonnade_references.h"
#include "colonnade_split.h"
#include "colonnade_symbols.h"
#include "colonnade_text.h"

enum { COUNT = 65536, TEXT = 1 << 21 };

static uint64_t integers[COUNT], others[COUNT], made[2 * COUNT + 8];
static double doubles[COUNT];
static float floats[COUNT];
static int32_t narrow[COUNT];
static uint32_t rows[COUNT], lengths[COUNT];
static uint8_t body[COUNT * 8 + 4096], states[COUNT], bits[COUNT / 8];
static uint8_t text[TEXT], copied[TEXT + 64], views[COUNT * 16];
static const uint8_t *const buffers[] = {text};
static size_t textByteCount;

static uint64_t draw(void) {
  static uint64_t state = 1;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

// Words of a small vocabulary, as comments are made of.
static void prepare_text(void) {
  static const char *const words[] = {
      "carefully ", "final ", "deposits ", "sleep ", "quickly ", "bold ", "requests ", "above ",
      "the ", "furiously ", "ironic ", "packages ", "haggle ", "according ", "to ", "regular "};
  size_t at = 0;
  for (size_t i = 0; i < COUNT; i++) {
    size_t start = at;
    for (unsigned count = 2 + draw() % 4; count > 0 && at + 64 < TEXT; count--) {
      const char *word = words[draw() % 16];
      memcpy(text + at, word, strlen(word));
      at += strlen(word);
    }
    lengths[i] = (uint32_t)(at - start);
  }
  textByteCount = at;
  colonnade_views_fill(views, lengths, COUNT, text, at, 0, 0);
}

static void prepare(void) {
  for (size_t i = 0; i < COUNT; i++) {
    integers[i] = draw() % 4096;
    others[i] = 1 + draw() % 50;
    doubles[i] = (double)(draw() % 1000000) / 100;
    floats[i] = (float)(draw() % 1000000) / 1000;
    narrow[i] = (int32_t)(draw() % 4096);
    rows[i] = (uint32_t)i;
  }
  for (size_t i = 0; i < sizeof bits; i++) bits[i] = (uint8_t)draw();
  prepare_text();
}

static void pack(unsigned bitWidth) {
  colonnade_pack(body, integers, 8, COUNT, 0, bitWidth);
}

// MARK: kernels

static void unpack_4(void) { colonnade_unpack(made, 4, body, COUNT, 0, COUNT, 7, 12); }
static void unpack_8(void) { colonnade_unpack(made, 8, body, COUNT, 0, COUNT, 7, 12); }
static void unpack_rows(void) {
  colonnade_unpack_rows(made, 8, body, COUNT, rows, COUNT / 256, 7, 12);
}
static void delta_sum(void) {
  for (size_t i = 0; i < COUNT; i += 1024) {
    colonnade_delta_sum(made + i, 8, integers + i, 1024, 5, 0);
  }
}
static void decimal_decode(void) {
  colonnade_decimal_decode(made, 8, body, COUNT, 0, COUNT, 7, 12, 2);
}
static void decimal_digits(void) { colonnade_decimal_digits(made, states, doubles, 8, COUNT, 2); }
static void reference_difference(void) {
  colonnade_reference reference = {4, 1, 0, 0};
  colonnade_unpack(made, 4, body, COUNT, 0, COUNT, 7, 12);
  colonnade_reference_combine(made, 4, narrow, reference, COUNT, 0);
}
static void reference_multiple(void) {
  colonnade_reference reference = {8, 1, 1, 0};
  colonnade_reference_decode(
      made, 8, body, COUNT, 0, COUNT, 7, 12, doubles, reference, 1, 2);
}
static void split_4(void) { colonnade_split(states, COUNT, body, floats, 4, 1, COUNT); }
static void merge_4(void) { colonnade_split_merge(made, 4, states, COUNT, 1, body, COUNT); }
static void split_8(void) { colonnade_split((uint8_t *)others, COUNT, body, doubles, 8, 2, COUNT); }
static void merge_8(void) {
  colonnade_split_merge(made, 8, (uint8_t *)others, COUNT, 2, body, COUNT);
}
static void compare_i32(void) { colonnade_compare_i32(made, narrow, COUNT, 2000, 0); }
static void bits_to_rows(void) { colonnade_bits_to_rows((uint32_t *)made, bits, COUNT, 0); }
static void gather_8(void) { colonnade_gather_8(made, others, rows, COUNT); }
static void bounds_f32(void) {
  float least, greatest;
  size_t nanCount;
  colonnade_bounds_f32(floats, COUNT, &least, &greatest, &nanCount);
}
static void crc32c(void) { made[0] = colonnade_crc32c(0, integers, sizeof integers); }
static void views_fill(void) {
  colonnade_views_fill(made, lengths, COUNT, text, textByteCount, 0, 0);
}
static void views_ends(void) { colonnade_views_ends(made, 0, views, COUNT); }
static void views_copy(void) { colonnade_views_copy(copied, views, COUNT, buffers); }
static void utf8(void) { made[0] = (uint64_t)colonnade_utf8_is_valid(text, textByteCount); }
static void distinct(void) {
  colonnade_distinct *table = colonnade_distinct_create(8);
  colonnade_distinct_add(
      table, (uint32_t *)made, integers, COUNT, NULL, NULL, 0, SIZE_MAX, SIZE_MAX);
  colonnade_distinct_free(table);
}

static uint8_t symbols[COLONNADE_SYMBOL_COUNT * COLONNADE_SYMBOL_STRIDE];
static uint8_t symbolLengths[COLONNADE_SYMBOL_COUNT];
static uint16_t codes[TEXT];
static uint32_t counts[COUNT];
static colonnade_symbol_matcher *matcher;
static void *scratch;
static uint8_t used[256];

static void symbols_train(void) {
  made[0] = colonnade_symbols_train(
      symbols, symbolLengths, COLONNADE_SYMBOL_COUNT, text, lengths, COUNT / 2, used, 8, scratch);
}
static void prepare_training(void) {
  size_t size = colonnade_symbols_training_byte_count();
  scratch = aligned_alloc(64, (size + 63) / 64 * 64);
  memset(used, 1, sizeof used);
}
static void prepare_encoding(void) {
  prepare_training();
  symbols_train();
  matcher = malloc(colonnade_symbol_matcher_byte_count());
  colonnade_symbol_matcher_prepare(matcher, symbols, symbolLengths, made[0]);
}
static void symbols_encode(void) {
  colonnade_symbols_encode(matcher, codes, counts, views, COUNT, buffers, NULL, 0);
}
static void prepare_decoding(void) {
  prepare_encoding();
  symbols_encode();
}
static void symbols_decode(void) {
  colonnade_symbols_decode(
      made, copied, textByteCount, codes, counts, COUNT, symbols, symbolLengths, 0, 0);
}

static uint8_t table[256 * COLONNADE_TEXT_STRIDE];
static uint32_t tableLengths[256];
static void coded_text(void) {
  colonnade_coded_text((uint32_t *)made, copied, rows, COUNT, table, tableLengths, 16);
}
static void prepare_coded_text(void) {
  for (size_t i = 0; i < 256; i++) tableLengths[i] = (uint32_t)(4 + i % 8);
  for (size_t i = 0; i < COUNT; i++) rows[i] = (uint32_t)(draw() % 256);
}
static void symbols_decode_ends(void) {
  colonnade_symbols_decode_ends(
      (uint32_t *)made, copied, textByteCount, codes, counts, COUNT, symbols, symbolLengths, 0);
}

static void nothing(void) {}
static void pack_12(void) { pack(12); }
static void spread_rows(void) {
  pack(12);
  for (size_t i = 0; i < COUNT / 256; i++) rows[i] = (uint32_t)(i * 256 + draw() % 256);
}

static const struct {
  const char *name;
  void (*prepare)(void), (*run)(void);
  size_t values;  // 0: those of the text, in bytes
} kernels[] = {
    {"unpack 12 bits to i32", pack_12, unpack_4, COUNT},
    {"unpack 12 bits to i64", pack_12, unpack_8, COUNT},
    {"unpack 1 row of 256", spread_rows, unpack_rows, COUNT / 256},
    {"delta to i64", nothing, delta_sum, COUNT},
    {"decimal to f64", pack_12, decimal_decode, COUNT},
    {"decimal of f64 (write)", nothing, decimal_digits, COUNT},
    {"difference to i32", pack_12, reference_difference, COUNT},
    {"multiple to f64", pack_12, reference_multiple, COUNT},
    {"planes to f32", split_4, merge_4, COUNT},
    {"planes to f64", split_8, merge_8, COUNT},
    {"planes of f32 (write)", nothing, split_4, COUNT},
    {"compare i32", nothing, compare_i32, COUNT},
    {"bits to rows", nothing, bits_to_rows, COUNT},
    {"gather f64", nothing, gather_8, COUNT},
    {"bounds of f32 (write)", nothing, bounds_f32, COUNT},
    {"distinct of i64 (write)", nothing, distinct, COUNT},
    {"views of lengths", nothing, views_fill, COUNT},
    {"offsets of views", nothing, views_ends, COUNT},
    {"bytes of views", nothing, views_copy, COUNT},
    {"symbols to text", prepare_decoding, symbols_decode, COUNT},
    {"symbols to text and offsets", prepare_decoding, symbols_decode_ends, COUNT},
    {"codes to text and offsets", prepare_coded_text, coded_text, COUNT},
    {"symbols of text (write), a byte", prepare_encoding, symbols_encode, 0},
    {"symbols trained (write), a byte", prepare_training, symbols_train, 0},
    {"UTF-8, a byte", nothing, utf8, 0},
    {"CRC-32C, a byte", nothing, crc32c, sizeof integers},
};

// The only function whose instructions are collected, with all that it calls.
__attribute__((noinline)) void measured(void (*run)(void)) {
  run();
  __asm__ volatile("" ::: "memory");
}

int main(int count, char **arguments) {
  prepare();
  const size_t kernelCount = sizeof kernels / sizeof *kernels;
  if (count == 2 && strcmp(arguments[1], "--list") == 0) {
    for (size_t i = 0; i < kernelCount; i++) {
      size_t values = kernels[i].values == 0 ? textByteCount : kernels[i].values;
      if (kernels[i].run == symbols_train) values /= 2;
      printf("%s\t%zu\n", kernels[i].name, values);
    }
    return 0;
  }
  size_t index = count == 2 ? strtoul(arguments[1], NULL, 10) : kernelCount;
  if (index >= kernelCount) return 2;
  kernels[index].prepare();
  measured(kernels[index].run);
  return 0;
}
