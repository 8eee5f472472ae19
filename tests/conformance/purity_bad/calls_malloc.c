/* tests/conformance/purity_bad/calls_malloc.c: what the purity test must find in a core archive. */
#include <stdlib.h>

void *l1_impure_allocate(void);

void *l1_impure_allocate(void)
{
    return malloc(16);
}
