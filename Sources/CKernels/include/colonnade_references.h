// Integers that lie near, or are multiples of, those of another column: what a writer measures and
// what a reader puts together. Spec: spec/encodings.md "Encodings", 10.
#ifndef COLONNADE_REFERENCES_H
#define COLONNADE_REFERENCES_H

#include <stddef.h>
#include <stdint.h>

/// What values of a reference are: integers of 1, 2, 4 or 8 bytes, or floats of 4 or 8.
typedef struct {
  unsigned width;
  unsigned isSigned;
  unsigned isFloat;
  unsigned scale;  ///< decimal places of its integers, at most 15; of floats only
} colonnade_reference;

/// target[i] = the reference's integer of values[i]. `values` have any alignment, here and below.
void colonnade_reference_integers(
    uint64_t *target, const void *values, colonnade_reference reference, size_t count);

/// integers[i] -= reference[i].
void colonnade_reference_differences(
    uint64_t *integers, const uint64_t *reference, size_t count);

/// States of slots while a writer measures.
enum {
  colonnade_slot_fits = 0,   ///< the packed integer says it
  colonnade_slot_patch = 1,  ///< a patch has to say it
  colonnade_slot_free = 2    ///< whatever is packed will do
};

/// integers[i] /= reference[i] where that leaves no rest and both are of magnitude below 2^50; else,
/// of slots that fit, the state becomes a patch, or free where both are 0.
void colonnade_reference_quotients(
    uint64_t *integers, uint8_t *states, const uint64_t *reference, size_t count);

/// Makes the slots free whose bit, counted from bit `firstBit`, is 0.
void colonnade_free_nulls(uint8_t *states, const uint8_t *bits, size_t firstBit, size_t count);

/// Gives slots that do not fit the integer of one before that does, or of the first that does, or 0.
/// Returns the number of patches.
size_t colonnade_fill_states(uint64_t *integers, const uint8_t *states, size_t count);

/// Makes patches of the slots that fit and whose integer less base needs more than bitWidth bits.
/// Returns the number of all patches.
size_t colonnade_mark_outliers(
    uint8_t *states, const uint64_t *integers, size_t count, uint64_t base, unsigned bitWidth);

/// For integers of `width` bytes (1, 2, 4, 8): target[i] = target[i] + the reference's integer, or
/// their product, cut to the width.
void colonnade_reference_combine(
    void *target, unsigned width, const void *values, colonnade_reference reference, size_t count,
    int isMultiple);

/// For floats of `width` bytes (4 or 8): target[i] = (packed[i] + the reference's integer, or their
/// product, modulo 2^64, as i64) / 10^scale. `areSmall` says that every packed[i], read as i64, is
/// of magnitude below 2^51. `scale` is at most 18.
void colonnade_reference_decimals(
    void *target, unsigned width, const uint64_t *packed, const void *values,
    colonnade_reference reference, size_t count, int isMultiple, unsigned scale, int areSmall);

/// The same for integers first..<first + wanted of packed(count, bitWidth), with base added to each;
/// values[i] belongs to integer first + i. Reads no byte outside the packed bytes.
void colonnade_reference_decode(
    void *target, unsigned width, const uint8_t *body, size_t count, size_t first, size_t wanted,
    uint64_t base, unsigned bitWidth, const void *values, colonnade_reference reference,
    int isMultiple, unsigned scale);

/// All of these without vectors and short cuts: the twin that tests compare with.
void colonnade_reference_portable(
    void *target, unsigned width, int isFloat, const uint64_t *packed, const void *values,
    colonnade_reference reference, size_t count, int isMultiple, unsigned scale);

#endif
