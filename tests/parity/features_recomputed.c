/* tests/parity/features_recomputed.c: features streamed over recorded klines against the same
 * recomputed from scratch by plain loops in long double.
 *
 * Usage: parity_features_recomputed BTC.csv ETH.csv. Every STEP-th minute is compared: within 1e-12
 * relative to max(1, |value|); the vectors of all minutes go into one hash. */
#include <inttypes.h>
#include <stdio.h>

#include "base/real.h"
#include "features/feature_state.h"
#include "io/kline.h"
#include "unit/features/plain_features.h"
#include "unit/features/world.h"

#define STEP 61
#define LIMIT 1e-12
#define BARS_MAX 2000000
#define ROW_MAX 1000

static l1_bar *bars[2];
static int64_t counts[2];

static void die(const char *what, const char *which)
{
    fprintf(stderr, "FAIL: %s %s\n", what, which);
    exit(1);
}

/* Reads klines, missing minutes filled; a gap that features would not fill ends the test. */
static void read_bars(const char *path, int32_t symbol)
{
    char row[ROW_MAX];
    l1_diag diag;
    FILE *const file = fopen(path, "r");
    bars[symbol] = calloc(BARS_MAX, sizeof(l1_bar));
    if (file == NULL || bars[symbol] == NULL) die("cannot read", path);
    int64_t count = 0, filled = 0;
    while (fgets(row, sizeof row, file) != NULL) {
        l1_bar bar;
        const size_t size = strcspn(row, "\r\n");
        if (l1_kline_is_header(row, size)) continue;
        if (l1_kline_parse(row, size, &bar, &diag).code != L1_OK) die(path, diag.text);
        bar.symbol = symbol;
        while (count > 0 &&
               bars[symbol][count - 1].open_time_ns + L1_MINUTE_NS < bar.open_time_ns) {
            const l1_bar *const last = &bars[symbol][count - 1];
            bars[symbol][count] = (l1_bar){.symbol = symbol,
                                           .open_time_ns = last->open_time_ns + L1_MINUTE_NS,
                                           .high_e8 = last->close_e8,
                                           .low_e8 = last->close_e8,
                                           .close_e8 = last->close_e8};
            if (++count == BARS_MAX) die("too many bars in", path);
            if (++filled > 1000) die("too many minutes are missing in", path);
        }
        bars[symbol][count++] = bar;
        if (count == BARS_MAX) die("too many bars in", path);
    }
    fclose(file);
    counts[symbol] = count;
    printf("%s: %" PRId64 " minutes, %" PRId64 " of them filled\n", symbol == 0 ? "BTC" : "ETH",
           count, filled);
}

static void add_vector(l1_hasher *hasher, const l1_feature_vector *vector)
{
    for (int k = 0; k < L1_FEATURES_COUNT; k++) {
        l1_hash_add_word(hasher, l1_real_bits(vector->values[k]), 8);
    }
    for (int k = 0; k < L1_HAR_TERMS; k++) {
        l1_hash_add_word(hasher, l1_real_bits(vector->har[k]), 8);
    }
}

static double worst[L1_FEATURES_COUNT + L1_HAR_TERMS];
static int64_t compared;

static void compare(double have, double want, int row)
{
    const double size = fabs(want) > 1 ? fabs(want) : 1;
    const double error = fabs(have - want) / size;
    compared++;
    if (!(error <= worst[row])) worst[row] = error;
}

static void compare_vector(const plain_history plain[2], int symbol, int64_t minute,
                           const l1_feature_vector *vector)
{
    double values[L1_FEATURES_COUNT], har[L1_HAR_TERMS];
    plain_vector(&plain[symbol], &plain[1 - symbol], minute, symbol == 0, values, har);
    for (int k = 0; k < L1_FEATURES_COUNT; k++) compare(vector->values[k], values[k], k);
    for (int k = 0; k < L1_HAR_TERMS; k++) {
        compare(vector->har[k], har[k], L1_FEATURES_COUNT + k);
    }
}

static int report(l1_hasher *hasher, int64_t vectors)
{
    char hex[33];
    int wrong = 0, most = 0;
    for (int k = 0; k < L1_FEATURES_COUNT + L1_HAR_TERMS; k++) {
        const char *const name = k < L1_FEATURES_COUNT ? l1_features[k].name : "har";
        if (worst[k] > worst[most]) most = k;
        if (worst[k] <= LIMIT) continue;
        printf("FAIL: %s differs by %.3g\n", name, worst[k]);
        wrong = 1;
    }
    l1_hash_hex(l1_hash_end(hasher), hex);
    printf("%" PRId64 " values compared, largest difference %.2g (%s)\n", compared, worst[most],
           most < L1_FEATURES_COUNT ? l1_features[most].name : "har");
    printf("hash of %" PRId64 " vectors: %s\n", vectors, hex);
    return wrong || compared < 100000;
}

int main(int argc, char **argv)
{
    if (argc != 3) die("usage: parity_features_recomputed", "BTC.csv ETH.csv");
    plain_history plain[2];
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        read_bars(argv[1 + symbol], symbol);
        plain[symbol] = plain_history_new(bars[symbol], counts[symbol]);
    }
    if (counts[0] != counts[1] || plain[0].start != plain[1].start) {
        die("the files cover", "different minutes");
    }
    world w = world_new();
    l1_hasher hasher;
    int64_t vectors = 0;
    l1_hash_begin(&hasher, 1);
    for (int64_t i = 0; i < counts[0]; i++) {
        l1_feature_state_on_bar(w.state, &bars[0][i]);
        l1_feature_state_on_bar(w.state, &bars[1][i]);
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_feature_vector vector;
            if (l1_feature_vector_at(w.state, symbol, &vector) != L1_FEATURES_READY) continue;
            add_vector(&hasher, &vector);
            vectors++;
            if (i % STEP == 0) compare_vector(plain, symbol, plain[0].start + i, &vector);
        }
    }
    const int code = report(&hasher, vectors);
    for (int symbol = 0; symbol < 2; symbol++) {
        plain_history_free(&plain[symbol]);
        free(bars[symbol]);
    }
    world_free(&w);
    return code;
}
