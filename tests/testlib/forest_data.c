/* tests/testlib/forest_data.c: seeded rows for training and scoring forests. */
#include "testlib/forest_data.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TINY ((double)1e-35f)
#define THRESHOLDS_MAX 400000

typedef enum { SMOOTH, HEAVY, HALF_ZERO, FEW, TINIES, MISSING, CATEGORY, KINDS } kind;

static double smooth(l1_prng *prng)
{
    double sum = -3.0;
    for (int i = 0; i < 6; i++) sum += l1_prng_unit(prng);
    return sum;
}

static kind kind_of(column_mix mix, int32_t column)
{
    if (mix == COLUMNS_SMOOTH) return SMOOTH;
    if (mix == COLUMNS_CATEGORIES) return column % 3 == 0 ? SMOOTH : CATEGORY;
    const kind all = (kind)(column % KINDS);
    return all == CATEGORY ? FEW : all; /* categories only where they are declared */
}

static double draw(l1_prng *prng, column_mix mix, int32_t column)
{
    static const double tinies[] = {0.0, -0.0, TINY, -TINY, 1e-36, -1e-36, 2e-35, -2e-35, 1e-34};
    if (mix == COLUMNS_INFINITE && column % 2 == 1) /* nothing but the missing can be split */
        return l1_prng_below(prng, 3) == 0 ? NAN : column % 4 == 1 ? 5.0 : INFINITY;
    switch (kind_of(mix, column)) {
    case SMOOTH: return smooth(prng);
    case HEAVY: return smooth(prng) * pow(10.0, (double)l1_prng_below(prng, 12) - 4.0);
    case HALF_ZERO: return l1_prng_below(prng, 2) == 0 ? 0.0 : smooth(prng);
    case FEW: return (double)l1_prng_below(prng, 9) - 4.0;
    case TINIES: return tinies[l1_prng_below(prng, sizeof tinies / sizeof tinies[0])];
    case MISSING: return l1_prng_below(prng, 6) == 0 ? NAN : smooth(prng);
    case CATEGORY: return l1_prng_below(prng, 30) == 0 ? NAN : (double)l1_prng_below(prng, 70);
    case KINDS: break;
    }
    return 0.0;
}

static double effect(kind what, double x, int32_t column)
{
    const double sign = column % 2 == 0 ? 1.0 : -1.0;
    if (x != x) return 0.7 * sign;
    if (what == CATEGORY) return (double)((int)x * 7 % 11 - 5) * 0.15;
    if (what == TINIES) return x > 0.0 ? sign : x < 0.0 ? -0.5 : 0.0;
    if (isinf(x)) return -0.4 * sign;
    return sign * (x > 0.3 ? 0.6 : x < -0.8 ? -0.5 : 0.1 * x);
}

void forest_data_train(l1_prng *prng, column_mix mix, int32_t count, int32_t columns, double *rows,
                       float *labels)
{
    for (int32_t i = 0; i < count; i++) {
        double *const row = rows + (size_t)i * (size_t)columns;
        double sum = smooth(prng);
        for (int32_t k = 0; k < columns; k++) {
            row[k] = draw(prng, mix, k);
            sum += effect(kind_of(mix, k), row[k], k) * (k % 5 == 0 ? 1.0 : 0.4);
            if (k > 0 && row[k] > 0.0 && row[k - 1] > 0.0) sum += 0.2;
        }
        labels[i] = sum > 0.0 ? 1.0F : 0.0F;
    }
}

/* The numbers of every line "threshold=". */
static size_t collect_thresholds(const char *model, double *out)
{
    static const char key[] = "\nthreshold=";
    size_t count = 0;
    for (const char *at = strstr(model, key); at != NULL; at = strstr(at, key)) {
        at += sizeof key - 1;
        while (*at != '\n' && *at != '\0' && count < THRESHOLDS_MAX) {
            char *end;
            const double x = strtod(at, &end);
            if (end == at) break;
            out[count++] = x;
            at = end;
        }
    }
    return count;
}

static double special(l1_prng *prng)
{
    static const double all[] = {
        NAN,           INFINITY,     -INFINITY, 0.0,        -0.0,      TINY,         -TINY,
        1e-35,         -1e-35,       0x1p-1074, -0x1p-1074, 0x1p-1030, DBL_MIN,      -DBL_MIN,
        DBL_MAX,       -DBL_MAX,     -0.5,      -1.0,       -0.9999,   2147483647.0, 2147483648.0,
        -2147483648.0, 4294967296.0, 31.0,      32.0,       31.999,    63.5,         64.0,
        1e300,         -1e300,       NAN,       NAN,        0.0,       0.0,          1e15};
    const double x = all[l1_prng_below(prng, sizeof all / sizeof all[0])];
    return fabs(x) == TINY ? nextafter(x, (double)l1_prng_below(prng, 3) - 1.0) : x;
}

void forest_data_rows(l1_prng *prng, column_mix mix, const char *model, int32_t count,
                      int32_t columns, double *rows)
{
    static double thresholds[THRESHOLDS_MAX];
    const size_t known = collect_thresholds(model, thresholds);
    for (int32_t i = 0; i < count; i++) {
        for (int32_t k = 0; k < columns; k++) {
            double x = draw(prng, mix, k);
            const uint64_t choice = l1_prng_below(prng, 100);
            if (choice < 10) x = special(prng);
            if (choice >= 10 && choice < 28 && known > 0) {
                x = thresholds[l1_prng_below(prng, known)];
                if (choice == 26) x = nextafter(x, INFINITY);
                if (choice == 27) x = nextafter(x, -INFINITY);
            }
            rows[(size_t)i * (size_t)columns + (size_t)k] = x;
        }
    }
}
