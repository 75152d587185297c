// LZ4 frames by liblz4: buffers of Arrow's messages.

#include <lz4frame.h>

#include "colonnade_arrow.h"

extern "C" {

bool colonnade_lz4_unpack(
    const uint8_t *source, size_t sourceCount, uint8_t *target, size_t targetCount) {
  LZ4F_dctx *context = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION))) return false;
  size_t used = 0;
  size_t written = 0;
  size_t left = 1;
  // A byte of room beyond the end shows a frame that holds more than it should.
  uint8_t beyond = 0;
  while (left != 0) {
    size_t given = sourceCount - used;
    const bool isFull = written >= targetCount;
    size_t room = isFull ? 1 : targetCount - written;
    left = LZ4F_decompress(
        context, isFull ? &beyond : target + written, &room, source + used, &given, nullptr);
    if (LZ4F_isError(left) || (isFull && room > 0)) break;
    used += given;
    written += room;
    if (given == 0 && room == 0) break;
  }
  LZ4F_freeDecompressionContext(context);
  return left == 0 && used == sourceCount && written == targetCount;
}

static const LZ4F_preferences_t *preferences(size_t count, LZ4F_preferences_t *preferences) {
  *preferences = LZ4F_preferences_t{};
  preferences->frameInfo.contentSize = count;
  return preferences;
}

size_t colonnade_lz4_bound(size_t sourceCount) {
  LZ4F_preferences_t asked;
  return LZ4F_compressFrameBound(sourceCount, preferences(sourceCount, &asked));
}

size_t colonnade_lz4_pack(
    const uint8_t *source, size_t sourceCount, uint8_t *target, size_t targetCount) {
  LZ4F_preferences_t asked;
  const size_t count = LZ4F_compressFrame(
      target, targetCount, source, sourceCount, preferences(sourceCount, &asked));
  return LZ4F_isError(count) ? 0 : count;
}

}  // extern "C"
