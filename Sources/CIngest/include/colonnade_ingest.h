// Text into values: the C side of ingest. simdjson parses JSON, fast_float parses decimal text,
// zlib opens gzip, flatbuffers and lz4 open Arrow; the CSV scanner and the column parsers are the
// engine's own.
#ifndef COLONNADE_INGEST_H
#define COLONNADE_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "colonnade_arrow.h"
#include "colonnade_csv.h"
#include "colonnade_cells.h"
#include "colonnade_inflate.h"
#include "colonnade_json.h"
#include "colonnade_text.h"

#endif
