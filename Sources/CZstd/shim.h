// libzstd as Swift sees it: the codec of pages, and the training of dictionaries.
#define ZSTD_STATIC_LINKING_ONLY  // magicless frames and dictionaries by reference
#define ZDICT_STATIC_LINKING_ONLY  // training with fixed parameters
#include <zstd.h>
#include <zdict.h>
