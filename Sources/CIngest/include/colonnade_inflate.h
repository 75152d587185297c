// gzip members as a stream.
#ifndef COLONNADE_INFLATE_H
#define COLONNADE_INFLATE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct colonnade_gunzip colonnade_gunzip;

typedef enum {
  COLONNADE_GUNZIP_MORE = 0,
  /// One member ended and its checksum held; the next call starts another.
  COLONNADE_GUNZIP_MEMBER_END = 1,
  COLONNADE_GUNZIP_CORRUPT = 2,
  COLONNADE_GUNZIP_NO_MEMORY = 3,
} colonnade_gunzip_status;

/// NULL where memory is short.
colonnade_gunzip *colonnade_gunzip_make(void);
void colonnade_gunzip_free(colonnade_gunzip *gunzip);

/// Unpacks some of `source` into `target`; the counts come back through `sourceUsed` and
/// `targetUsed`.
colonnade_gunzip_status colonnade_gunzip_step(
    colonnade_gunzip *gunzip, const uint8_t *source, size_t sourceCount, size_t *sourceUsed,
    uint8_t *target, size_t targetCount, size_t *targetUsed);

#ifdef __cplusplus
}
#endif
#endif
