#include "revision.h"

#ifndef TANDEM_REVISION
#define TANDEM_REVISION "unknown"
#endif

const char *tandem_revision(void) { return TANDEM_REVISION; }
