/* tests/conformance/purity_bad/writes.c: what the purity test must find: write is allowed to the
 * panic of base/assert.c and to nobody else. */
#include <unistd.h>

int l1_impure_say(void);

int l1_impure_say(void)
{
    return write(2, "\n", 1) == 1;
}
