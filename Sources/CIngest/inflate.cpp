// gzip by zlib, which checks each member's CRC and length.

#include <limits.h>
#include <zlib.h>

#include <new>

#include "colonnade_inflate.h"

struct colonnade_gunzip {
  z_stream stream;
};

extern "C" {

colonnade_gunzip *colonnade_gunzip_make(void) {
  colonnade_gunzip *gunzip = new (std::nothrow) colonnade_gunzip();
  if (gunzip == nullptr) return nullptr;
  // 15 bits of window, 16 for gzip only.
  if (inflateInit2(&gunzip->stream, 15 + 16) != Z_OK) {
    delete gunzip;
    return nullptr;
  }
  return gunzip;
}

void colonnade_gunzip_free(colonnade_gunzip *gunzip) {
  if (gunzip == nullptr) return;
  inflateEnd(&gunzip->stream);
  delete gunzip;
}

colonnade_gunzip_status colonnade_gunzip_step(
    colonnade_gunzip *gunzip, const uint8_t *source, size_t sourceCount, size_t *sourceUsed,
    uint8_t *target, size_t targetCount, size_t *targetUsed) {
  z_stream *const stream = &gunzip->stream;
  const uInt given = sourceCount > UINT_MAX ? UINT_MAX : (uInt)sourceCount;
  const uInt room = targetCount > UINT_MAX ? UINT_MAX : (uInt)targetCount;
  stream->next_in = (Bytef *)source;
  stream->avail_in = given;
  stream->next_out = target;
  stream->avail_out = room;
  const int status = inflate(stream, Z_NO_FLUSH);
  *sourceUsed = given - stream->avail_in;
  *targetUsed = room - stream->avail_out;
  switch (status) {
    case Z_OK:
    case Z_BUF_ERROR: return COLONNADE_GUNZIP_MORE;
    case Z_STREAM_END: inflateReset(stream); return COLONNADE_GUNZIP_MEMBER_END;
    case Z_MEM_ERROR: return COLONNADE_GUNZIP_NO_MEMORY;
    default: return COLONNADE_GUNZIP_CORRUPT;
  }
}

}  // extern "C"
