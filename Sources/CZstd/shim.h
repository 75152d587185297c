// libzstd as Swift sees it: the codec of pages, and the training of dictionaries.
#define ZSTD_STATIC_LINKING_ONLY  // magicless frames and dictionaries by reference
#include <zstd.h>
#include <zdict.h>
