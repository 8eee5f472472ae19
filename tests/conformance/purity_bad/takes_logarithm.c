/* tests/conformance/purity_bad/takes_logarithm.c: what the purity test must find: libm's log
 * differs in the last bit between processors. */
#include <math.h>

double l1_impure_ln(double x);

double l1_impure_ln(double x)
{
    return log(x);
}
