// CRC32C by folding, where the processor multiplies without carries in 32-byte registers.
#ifndef COLONNADE_CHECKSUM_FOLD_H
#define COLONNADE_CHECKSUM_FOLD_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define COLONNADE_FOLDS 1

/// Bytes that are folded at once; fewer are not worth it.
#define COLONNADE_FOLD_BYTES ((size_t)128)

/// 1 where the processor can.
int colonnade_crc32c_can_fold(void);

/// The state (a checksum not yet inverted) after `byteCount` bytes, a multiple of
/// COLONNADE_FOLD_BYTES and not 0.
uint32_t colonnade_crc32c_fold(uint32_t state, const uint8_t *bytes, size_t byteCount);
#endif

#endif
