// SIMD loops of the engine. Every function has one portable body in C; `COLONNADE_CLONES` makes
// the compiler emit it for several instruction sets and pick one at load time.
#ifndef COLONNADE_KERNELS_H
#define COLONNADE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "colonnade_bits.h"
#include "colonnade_bounds.h"
#include "colonnade_checksum.h"
#include "colonnade_compare.h"
#include "colonnade_packed.h"
#include "colonnade_pages.h"
#include "colonnade_places.h"
#include "colonnade_references.h"
#include "colonnade_split.h"
#include "colonnade_symbols.h"
#include "colonnade_system.h"
#include "colonnade_text.h"

#endif
