/* Each indicator alone: against what TA-Lib said (tests/parity/talib_fixture.csv), its first value,
 * its edges, its archive. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/prng.h"
#include "features/average.h"
#include "features/bollinger.h"
#include "features/extremes.h"
#include "features/wilder.h"
#include "testlib/check.h"

typedef struct {
    l1_atr atr;
    l1_rsi rsi;
    l1_macd macd;
    l1_ema ema60, ema240;
    l1_bollinger bands;
} indicators;

enum { ATR, RSI, MACD, EMA60, EMA240, MEAN, DEVIATION, OUTPUTS };

static void take(indicators *all, const l1_candle *candle)
{
    l1_atr_on_candle(&all->atr, candle);
    l1_rsi_on_value(&all->rsi, candle->close);
    l1_macd_on_value(&all->macd, candle->close);
    l1_ema_on_value(&all->ema60, 60, candle->close);
    l1_ema_on_value(&all->ema240, 240, candle->close);
    l1_bollinger_on_value(&all->bands, candle->close);
}

/* NaN while undefined. */
static void read_all(const indicators *all, double out[OUTPUTS])
{
    for (int i = 0; i < OUTPUTS; i++) out[i] = NAN;
    l1_atr_value(&all->atr, &out[ATR]);
    l1_rsi_value(&all->rsi, &out[RSI]);
    l1_macd_histogram(&all->macd, &out[MACD]);
    l1_ema_value(&all->ema60, 60, &out[EMA60]);
    l1_ema_value(&all->ema240, 240, &out[EMA240]);
    l1_bollinger_value(&all->bands, &out[MEAN], &out[DEVIATION]);
}

static void archive_all(l1_archive *archive, indicators *all)
{
    l1_atr_archive(archive, &all->atr);
    l1_rsi_archive(archive, &all->rsi);
    l1_macd_archive(archive, &all->macd);
    l1_ema_archive(archive, &all->ema60, 60);
    l1_ema_archive(archive, &all->ema240, 240);
    l1_bollinger_archive(archive, &all->bands);
}

/* Next row of the fixture; false at its end. */
static bool next_row(FILE *file, l1_candle *candle, double want[OUTPUTS])
{
    char line[400];
    do {
        if (fgets(line, sizeof line, file) == NULL) return false;
    } while (line[0] == '#' || line[0] == 'h');
    CHECK(sscanf(line, "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &candle->high, &candle->low,
                 &candle->close, &want[ATR], &want[RSI], &want[MACD], &want[EMA60], &want[EMA240],
                 &want[MEAN], &want[DEVIATION]) == 10);
    return true;
}

static FILE *open_fixture(void)
{
    FILE *const file = fopen(L1_SOURCE_DIR "/tests/parity/talib_fixture.csv", "r");
    CHECK(file != NULL);
    return file;
}

static void test_indicators__say_what_talib_says_from_the_first_value_on(void **state)
{
    static indicators all;
    double want[OUTPUTS], have[OUTPUTS];
    l1_candle candle;
    int rows = 0, compared = 0;
    (void)state;
    memset(&all, 0, sizeof all);
    FILE *const file = open_fixture();
    for (; next_row(file, &candle, want); rows++) {
        take(&all, &candle);
        read_all(&all, have);
        for (int i = 0; i < OUTPUTS; i++) {
            CHECK(isnan(want[i]) == isnan(have[i]));
            if (isnan(want[i])) continue;
            CHECK(fabs(have[i] - want[i]) <= 1e-9 * fabs(want[i]));
            compared++;
        }
    }
    fclose(file);
    CHECK(rows == 400 && compared > 2000);
}

static void test_indicators__go_on_after_an_archive_as_if_nothing_had_been(void **state)
{
    static uint8_t bytes[4000], again[4000];
    static const int cuts[] = {0, 1, 13, 14, 15, 25, 26, 33, 34, 60, 239, 240, 300};
    (void)state;
    for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
        static indicators all, loaded;
        double want[OUTPUTS], have[OUTPUTS];
        l1_candle candle;
        FILE *const file = open_fixture();
        memset(&all, 0, sizeof all);
        for (int i = 0; i < cuts[c]; i++) {
            CHECK(next_row(file, &candle, want));
            take(&all, &candle);
        }
        l1_archive save = l1_archive_saving(bytes, sizeof bytes);
        archive_all(&save, &all);
        CHECK(l1_archive_ok(&save));
        l1_archive load = l1_archive_loading(bytes, save.out.used);
        memset(&loaded, 0xab, sizeof loaded);
        archive_all(&load, &loaded);
        CHECK(l1_archive_ok(&load) && load.in.at == load.in.end);
        while (next_row(file, &candle, want)) {
            take(&all, &candle);
            take(&loaded, &candle);
        }
        read_all(&all, want);
        read_all(&loaded, have);
        CHECK(memcmp(want, have, sizeof want) == 0);
        l1_archive second = l1_archive_saving(again, sizeof again);
        archive_all(&second, &loaded);
        fclose(file);
        for (size_t size = 0; size < save.out.used; size++) { /* cut anywhere: refused */
            l1_archive cut = l1_archive_loading(bytes, size);
            archive_all(&cut, &loaded);
            CHECK(!l1_archive_ok(&cut));
        }
    }
}

static void test_archive__refuses_what_no_indicator_can_be(void **state)
{
    static uint8_t bytes[400];
    (void)state;
    l1_rsi rsi = {.changes_count = 3, .has_previous = true, .gain = NAN};
    l1_archive save = l1_archive_saving(bytes, sizeof bytes);
    double values[] = {1, 1e300};
    l1_archive_f64(&save, &values[0]);
    bool has = true;
    l1_archive_bool(&save, &has);
    l1_archive_u32(&save, &rsi.changes_count);
    l1_archive_f64(&save, &rsi.gain);
    l1_archive_f64(&save, &values[1]);
    l1_archive load = l1_archive_loading(bytes, save.out.used);
    l1_rsi_archive(&load, &rsi);
    CHECK(!l1_archive_ok(&load) && rsi.gain == 0 && rsi.loss == 0);

    l1_macd macd = {.count = 26}; /* without the averages that 26 values make */
    save = l1_archive_saving(bytes, sizeof bytes);
    l1_macd_archive(&save, &macd);
    load = l1_archive_loading(bytes, save.out.used);
    l1_macd_archive(&load, &macd);
    CHECK(!l1_archive_ok(&load) && macd.count == 0);
}

static void test_indicators__of_a_constant_price_are_neutral(void **state)
{
    static indicators all;
    double have[OUTPUTS];
    (void)state;
    for (int k = 0; k < 3; k++) {
        const double prices[] = {0.1, 1.0 / 3, 48213.77};
        memset(&all, 0, sizeof all);
        for (int i = 0; i < 300; i++)
            take(&all, &(l1_candle){.high = prices[k], .low = prices[k], .close = prices[k]});
        read_all(&all, have);
        CHECK(have[ATR] == 0 && have[RSI] == 50 && have[DEVIATION] == 0);
        CHECK(fabs(have[MACD]) <= 1e-13 * prices[k] && have[MEAN] == prices[k]);
    }
}

static void test_rsi__reaches_both_ends(void **state)
{
    l1_rsi up = {0}, down = {0};
    double value;
    (void)state;
    for (int i = 0; i < 15; i++) {
        CHECK(!l1_rsi_value(&up, &value));
        l1_rsi_on_value(&up, 100 + i);
        l1_rsi_on_value(&down, 100 - i);
    }
    CHECK(l1_rsi_value(&up, &value) && value == 100);
    CHECK(l1_rsi_value(&down, &value) && value == 0);
}

/* ---- frames --------------------------------------------------------------------------------- */

static bool minute(l1_frame *frame, int64_t at, double price, l1_candle *out)
{
    const l1_candle part = {at * L1_MINUTE_NS, (at + 1) * L1_MINUTE_NS, price + 1, price - 1,
                            price};
    return l1_frame_add(frame, L1_QUARTER_NS, &part, out);
}

static void test_frame__counts_once_its_last_minute_has_closed(void **state)
{
    l1_frame frame = {0};
    l1_candle out = {0};
    (void)state;
    for (int64_t i = 0; i < 14; i++) CHECK(!minute(&frame, 900 + i, 100 + (double)i, &out));
    CHECK(minute(&frame, 914, 90, &out));
    CHECK(out.open_ns == 900 * L1_MINUTE_NS && out.end_ns == 915 * L1_MINUTE_NS);
    CHECK(out.high == 114 && out.low == 89 && out.close == 90);
    CHECK(!minute(&frame, 915, 50, &out));
    CHECK(frame.open_ns == 915 * L1_MINUTE_NS && frame.high == 51);
}

static void test_frame__may_begin_in_its_middle(void **state)
{
    l1_frame frame = {0};
    l1_candle out = {0};
    (void)state;
    CHECK(!minute(&frame, 913, 100, &out));
    CHECK(minute(&frame, 914, 101, &out));
    CHECK(out.open_ns == 900 * L1_MINUTE_NS && out.high == 102 && out.low == 99);
    CHECK(minute(&frame, 929, 70, &out)); /* only its last minute */
    CHECK(out.open_ns == 915 * L1_MINUTE_NS && out.close == 70);
}

static void test_frame__fits_only_what_follows_it(void **state)
{
    const struct {
        int64_t open, next;
        bool fits;
    } rows[] = {{0, 900, true},    {0, 907, true},    {900, 901, true},  {900, 914, true},
                {900, 915, false}, {900, 900, false}, {901, 902, false}, {885, 901, false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_frame frame = {.open_ns = rows[i].open * L1_MINUTE_NS, .high = 2, .low = 1};
        CHECK(l1_frame_fits(&frame, L1_QUARTER_NS, rows[i].next * L1_MINUTE_NS) == rows[i].fits);
    }
    const l1_frame crossed = {.open_ns = 900 * L1_MINUTE_NS, .high = 1, .low = 2};
    CHECK(!l1_frame_fits(&crossed, L1_QUARTER_NS, 901 * L1_MINUTE_NS));
}

/* ---- extremes ------------------------------------------------------------------------------- */

static void test_extremes__equal_a_look_at_all_60_minutes_as_far_back_as_asked(void **state)
{
    static l1_extremes extremes;
    static l1_extreme bars[2000];
    l1_prng prng;
    (void)state;
    l1_prng_seed(&prng, 5);
    memset(&extremes, 0, sizeof extremes);
    const int64_t start = 1017; /* in the middle of a block */
    for (int64_t i = 0; i < 2000; i++) {
        const int64_t low = 1 + (int64_t)l1_prng_below(&prng, 1000000);
        bars[i] = (l1_extreme){low + (int64_t)l1_prng_below(&prng, 1000), low};
        l1_extremes_add(&extremes, start + i, bars[i]);
        for (int64_t at = i - L1_EXTREMES_BACK; at <= i; at++) {
            if (at < L1_EXTREMES_WIDTH - 1) continue;
            l1_extreme want = bars[at];
            for (int64_t k = at - (L1_EXTREMES_WIDTH - 1); k <= at; k++) {
                if (bars[k].high_e8 > want.high_e8) want.high_e8 = bars[k].high_e8;
                if (bars[k].low_e8 < want.low_e8) want.low_e8 = bars[k].low_e8;
            }
            const l1_extreme have = l1_extremes_at(&extremes, start + at);
            CHECK(have.high_e8 == want.high_e8 && have.low_e8 == want.low_e8);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indicators__say_what_talib_says_from_the_first_value_on),
        cmocka_unit_test(test_indicators__go_on_after_an_archive_as_if_nothing_had_been),
        cmocka_unit_test(test_archive__refuses_what_no_indicator_can_be),
        cmocka_unit_test(test_indicators__of_a_constant_price_are_neutral),
        cmocka_unit_test(test_rsi__reaches_both_ends),
        cmocka_unit_test(test_frame__counts_once_its_last_minute_has_closed),
        cmocka_unit_test(test_frame__may_begin_in_its_middle),
        cmocka_unit_test(test_frame__fits_only_what_follows_it),
        cmocka_unit_test(test_extremes__equal_a_look_at_all_60_minutes_as_far_back_as_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
