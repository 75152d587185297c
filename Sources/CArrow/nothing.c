// The bytes of buffers that hold nothing.
#include "arrow_c_data.h"

static const int64_t nothing[8] __attribute__((aligned(64))) = {0};

const void *colonnade_arrow_nothing_address(void) { return nothing; }
