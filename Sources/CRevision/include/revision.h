/// The commit this binary was built from, "-dirty" behind it when files had changed; "unknown" outside a checkout.
const char *tandem_revision(void);
