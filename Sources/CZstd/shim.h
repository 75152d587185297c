#define ZSTD_STATIC_LINKING_ONLY  // magicless frames and dictionaries by reference
#include <zstd.h>
#include <zdict.h>
