// How Swift sees colonnade.h: Arrow's structures are those of CArrow, so that one declaration of them
// serves the engine and its C interface.
#ifndef COLONNADE_MODULE_H
#define COLONNADE_MODULE_H

#include "arrow_c_data.h"
#include "colonnade.h"

#endif
