#include <stddef.h>

/// A page of runbooks/: what it is called, and its text, which is no C string where it has zero bytes.
struct tandem_runbook {
    const char *name;
    const unsigned char *text;
    size_t length;
};

/// The page at a position, from 0; NULL past the last. Causes of alerts come first, in their order, then emergencies.
const struct tandem_runbook *tandem_runbook(size_t position);
