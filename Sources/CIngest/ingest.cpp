#include "colonnade_ingest.h"
