/* tests/conformance/purity_bad/reads_clock.c: what the purity test must find in a core archive. */
#include <time.h>

long l1_impure_now(void);

long l1_impure_now(void)
{
    struct timespec now = {0};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return 0;
    return (long)now.tv_sec;
}
