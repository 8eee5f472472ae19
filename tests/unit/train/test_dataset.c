/* dataset: vectors with the live engine's bits, labels by brute force, bad input told. */
#include "testlib/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_state.h"
#include "testlib/scenario.h"
#include "train/dataset_builder.h"
#include "unit/features/bars.h"

#define FIRST (INT64_C(1700000000) / 60 / 1440 * 1440 + 17) /* no whole quarter hour, nor day */
enum { DAYS = 14, MINUTES = DAYS * 1440, ROWS_MAX = 2000 };

static l1_limits limits;
static l1_bar bars[MINUTES][2];
static bool missing[MINUTES];
static l1_diag diag;

static void make_bars(void)
{
    bar_source source = bar_source_new(11);
    memset(missing, 0, sizeof missing);
    for (int i = 0; i < MINUTES; i++) {
        bar_source_next(&source, FIRST + i, bars[i]);
        for (int symbol = 0; symbol < 2; symbol++) { /* opens that are not the close before */
            l1_bar *bar = &bars[i][symbol];
            bar->open_e8 = bar->low_e8 + (bar->high_e8 - bar->low_e8) / 3;
        }
    }
}

static int set_up(void **state)
{
    (void)state;
    limits = scenario_limits();
    make_bars();
    return 0;
}

static l1_result build(const l1_dataset_options *options, l1_dataset **out)
{
    l1_dataset_builder *builder = NULL;
    l1_result done = l1_dataset_begin(options, &builder, &diag);
    for (int i = 0; i < MINUTES && done.code == L1_OK; i++) {
        for (int symbol = 0; symbol < 2 && done.code == L1_OK && !missing[i]; symbol++) {
            done = l1_dataset_bar(builder, &bars[i][symbol], &diag);
        }
    }
    if (done.code == L1_OK) return l1_dataset_finish(builder, out, &diag);
    l1_dataset_abandon(builder);
    return done;
}

static l1_dataset *built(const l1_dataset_options *options)
{
    l1_dataset *dataset = NULL;
    const l1_result done = build(options, &dataset);
    if (done.code != L1_OK) print_message("%s\n", diag.text);
    CHECK(done.code == L1_OK);
    return dataset;
}

static const l1_dataset_options plain = {.limits = &limits, .seed = 1};

/* --- the live engine --- */

static void bar_event(l1_scenario *live, const l1_bar *bar)
{
    l1_event event = {.kind = L1_EVENT_BAR, .at_ns = bar->close_time_ns + 1000000};
    event.as.bar = *bar;
    scenario_step(live, &event);
}

/* Every vector of a row minute, out of the engine, in the order of the dataset. */
static size_t live_vectors(l1_feature_vector *out, int64_t *minutes)
{
    l1_scenario live;
    size_t count = 0;
    scenario_open(&live, &limits);
    for (int i = 0; i < MINUTES; i++) {
        if (missing[i]) continue;
        bar_event(&live, &bars[i][0]);
        bar_event(&live, &bars[i][1]);
        if ((FIRST + i) % L1_ROW_MINUTES != 0) continue;
        for (int32_t symbol = 0; symbol < 2; symbol++) {
            const l1_engine *engine = l1_system_engine(live.system);
            memset(&out[count], 0, sizeof out[count]);
            if (l1_feature_vector_at(engine->features, symbol, &out[count]) != L1_FEATURES_READY) {
                continue;
            }
            minutes[count++] = FIRST + i;
            CHECK(count < ROWS_MAX);
        }
    }
    scenario_close(&live);
    return count;
}

static void test_dataset__has_the_bits_of_the_live_engine(void **state)
{
    (void)state;
    static l1_feature_vector live[ROWS_MAX];
    static int64_t minutes[ROWS_MAX];
    make_bars();
    for (int i = 12 * 1440; i < 12 * 1440 + 80; i++) missing[i] = true; /* filled */
    l1_dataset *dataset = built(&plain);
    const size_t count = live_vectors(live, minutes);
    size_t same = 0;
    CHECK(dataset->missing == 160);
    CHECK(dataset->count + dataset->cut == count); /* what is left out lacks a label alone */
    for (size_t i = 0; i < dataset->count; i++) {
        const l1_row *row = &dataset->rows[i];
        size_t k = 0;
        while (k < count && (minutes[k] != row->minute || live[k].close_ns == 0 ||
                             (k % 2 != 0) != (row->symbol != 0))) {
            k++;
        }
        CHECK(k < count);
        CHECK(memcmp(&live[k], &row->vector, sizeof live[k]) == 0);
        same++;
    }
    CHECK(same > 400);
    l1_profile profile;
    CHECK(dataset->profiles[0].day > 0);
    l1_scenario engine;
    scenario_open(&engine, &limits);
    for (int i = 0; i < MINUTES; i++) {
        if (missing[i]) continue;
        bar_event(&engine, &bars[i][0]);
        bar_event(&engine, &bars[i][1]);
    }
    l1_feature_profile(l1_system_engine(engine.system)->features, 1, &profile);
    CHECK(memcmp(&profile, &dataset->profiles[1], sizeof profile) == 0);
    scenario_close(&engine);
    l1_dataset_free(dataset);
}

/* --- labels --- */

static double price(int64_t price_e8)
{
    return l1_decimal_to_double(price_e8);
}

static bool trend_at(int symbol, int64_t minute)
{
    double fast = price(bars[0][symbol].close_e8), slow = fast;
    for (int i = 1; i <= minute - FIRST; i++) {
        const double close = price(bars[i][symbol].close_e8);
        fast = fast * 59 / 61 + close * 2 / 61;
        slow = slow * 239 / 241 + close * 2 / 241;
    }
    return fast > slow;
}

static void check_labels(const l1_row *row, int horizon)
{
    const int t = (int)(row->minute - FIRST), symbol = row->symbol;
    const double entry = price(bars[t + 1][symbol].open_e8);
    const double stop = row->side == L1_SIDE_BUY ? entry * (1 - row->stop_fraction)
                                                 : entry * (1 + row->stop_fraction);
    double high = 0, low = 1e300, squares = 0;
    bool touched = false;
    for (int i = t + 1; i <= t + 240; i++) {
        const double now = price(bars[i][symbol].close_e8);
        const double before = price(bars[i - 1][symbol].close_e8);
        high = fmax(high, price(bars[i][symbol].high_e8));
        low = fmin(low, price(bars[i][symbol].low_e8));
        squares += log(now / before) * log(now / before);
        touched = touched || (row->side == L1_SIDE_BUY ? low <= stop : high >= stop);
    }
    const double end = price(bars[t + 240][symbol].close_e8);
    CHECK(row->label_end == row->minute + 240);
    CHECK(row->labels[L1_HEAD_SURVIVAL] == !touched);
    CHECK(row->labels[L1_HEAD_MOVEMENT] ==
          (log(high / low) > 1.35 * row->vector.s1440 * sqrt(240)));
    CHECK(row->labels[L1_HEAD_DIRECTION] == (price(bars[t + horizon][symbol].close_e8) > entry));
    CHECK(fabs(row->realised_ln - log(sqrt(squares))) < 1e-9);
    const double earned = touched                    ? -row->stop_fraction
                          : row->side == L1_SIDE_BUY ? end / entry - 1
                                                     : 1 - end / entry;
    CHECK(fabs(row->trade - earned) < 1e-12);
    const double a = 3 * row->vector.atr / row->vector.close; /* of either side's rule */
    const l1_outcome *buy = &row->by_rule[L1_SIDE_BUY], *sell = &row->by_rule[L1_SIDE_SELL];
    CHECK(buy->alive == (low > entry * (1 - a)) && sell->alive == (high < entry * (1 + a)));
    CHECK(fabs(buy->trade - (buy->alive ? end / entry - 1 : -a)) < 1e-12);
    CHECK(fabs(sell->trade - (sell->alive ? 1 - end / entry : -a)) < 1e-12);
    if (row->minute % 20 == 0) {
        CHECK(row->labels[L1_HEAD_TREND] == trend_at(symbol, row->minute + 120));
    }
}

static void test_dataset__labels_are_what_happened_next(void **state)
{
    (void)state;
    make_bars();
    for (int k = 0; k < 2; k++) {
        const l1_dataset_options options = {
            .limits = &limits, .seed = 1, .direction_minutes = k == 0 ? 0 : 60};
        l1_dataset *dataset = built(&options);
        size_t yes[L1_HEAD_COUNT] = {0};
        for (size_t i = 0; i < dataset->count; i++) {
            check_labels(&dataset->rows[i], k == 0 ? 240 : 60);
            CHECK(dataset->rows[i].minute % 25 == 0);
            for (int head = 0; head < L1_HEAD_COUNT; head++) {
                yes[head] += dataset->rows[i].labels[head];
            }
        }
        for (int head = 0; head < L1_HEAD_COUNT; head++) {
            CHECK(yes[head] > 20 && yes[head] < dataset->count - 20);
        }
        l1_dataset_free(dataset);
    }
}

static void test_dataset__sides_and_stops_are_fair_and_belong_to_the_minute(void **state)
{
    (void)state;
    make_bars();
    const l1_dataset_options other = {.limits = &limits, .seed = 2};
    l1_dataset *one = built(&plain), *again = built(&plain), *two = built(&other);
    double sells = 0, sum = 0, low = 9, high = 0, same_side = 0;
    CHECK(one->count == two->count && one->count > 500);
    for (size_t i = 0; i < one->count; i++) {
        const l1_row *row = &one->rows[i];
        const double multiple = row->stop_fraction * row->vector.close / row->vector.atr;
        CHECK(row->stop_fraction == again->rows[i].stop_fraction);
        CHECK(row->side == again->rows[i].side);
        CHECK(row->stop_fraction != two->rows[i].stop_fraction);
        same_side += row->side == two->rows[i].side;
        sells += row->side == L1_SIDE_SELL;
        sum += multiple;
        low = fmin(low, multiple);
        high = fmax(high, multiple);
    }
    const double n = (double)one->count;
    CHECK(low >= 1 && low < 1.05 && high <= 4 && high > 3.95);
    CHECK(fabs(sum / n - 2.5) < 4 * 3 / sqrt(12 * n));
    CHECK(fabs(sells / n - 0.5) < 2 / sqrt(n) && fabs(same_side / n - 0.5) < 2 / sqrt(n));
    l1_dataset_free(one);
    l1_dataset_free(again);
    l1_dataset_free(two);
}

/* --- bad input --- */

static void test_dataset__passes_over_repeats_and_refuses_what_contradicts(void **state)
{
    (void)state;
    l1_dataset *clean = NULL, *dataset = NULL;
    make_bars();
    clean = built(&plain);
    static const struct {
        int minute, as; /* this minute's bars are given as those of another one */
        bool altered;
        l1_status code;
        const char *says;
    } rows[] = {
        {500, 499, false, L1_OK, NULL},
        {500, 499, true, L1_INPUT_FIELD, "two different bars of 2023-11-14T08:36Z"},
        {500, 498, false, L1_INPUT_FIELD, "comes after that of 2023-11-14T08:36Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make_bars();
        memcpy(bars[rows[i].minute], bars[rows[i].as], sizeof bars[0]);
        bars[rows[i].minute][0].trades += rows[i].altered;
        CHECK(build(&plain, &dataset).code == rows[i].code);
        if (rows[i].code != L1_OK) {
            CHECK(strstr(diag.text, rows[i].says) != NULL);
            CHECK(strstr(diag.text, "BTC/USDT") != NULL);
            continue;
        }
        CHECK(dataset->repeated == 2 && dataset->missing == 2);
        CHECK(dataset->count == clean->count);
        l1_dataset_free(dataset);
    }
    l1_dataset_free(clean);
}

/* A minute that is the last one of some row's label. */
enum { LABEL_END = 10 * 1440 + (int)((25 - (FIRST + 10 * 1440 - 240) % 25) % 25) };

static void test_dataset__gaps_take_what_they_touch(void **state)
{
    (void)state;
    make_bars();
    l1_dataset *clean = built(&plain);
    static const struct {
        int from, minutes;
        bool volume_only; /* the bars are there without volume */
        int rows_less;    /* at least, of both symbols */
    } rows[] = {
        {LABEL_END, 1, false, 40}, /* 241 minutes before it, 300 behind: 21 rows each */
        {LABEL_END, 1, true, 40},    {LABEL_END + 1, 1, false, 40}, {LABEL_END, 120, false, 50},
        {9 * 1440, 121, false, 500}, /* burn-in begins anew and does not end */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        make_bars();
        for (int k = rows[i].from; k < rows[i].from + rows[i].minutes; k++) {
            missing[k] = !rows[i].volume_only;
            for (int symbol = 0; symbol < 2; symbol++) {
                bars[k][symbol].volume_e8 = bars[k][symbol].taker_buy_volume_e8 = 0;
            }
        }
        l1_dataset *dataset = built(&plain);
        CHECK(clean->count - dataset->count >= (size_t)rows[i].rows_less);
        CHECK(clean->count - dataset->count <= (size_t)rows[i].rows_less + 60 || i == 4);
        bool touches = false; /* the row whose label ends one minute earlier stays */
        for (size_t k = 0; k < dataset->count; k++) {
            const int64_t t = dataset->rows[k].minute - FIRST;
            const int64_t last = rows[i].from + rows[i].minutes - 1;
            CHECK(t + 240 < rows[i].from || t - 300 >= last); /* t - 300 is the oldest looked at */
            touches = touches || t + 240 == rows[i].from - 1;
        }
        CHECK(touches == (rows[i].from == LABEL_END + 1));
        l1_dataset_free(dataset);
    }
    l1_dataset_free(clean);
}

static void test_dataset__needs_both_assets_and_enough_history(void **state)
{
    (void)state;
    static const struct {
        int days, symbols;
        int first; /* symbol */
        const char *says;
    } rows[] = {
        {DAYS, 1, 0, "BTC/USDT has bars, its other asset ETH has none"},
        {DAYS, 1, 1, "ETH/USDT has bars, its other asset BTC has none"},
        {7, 2, 0, "7 days of bars give no row"},
        {0, 2, 0, "no bar"},
    };
    make_bars();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_dataset_builder *builder = NULL;
        l1_dataset *dataset = NULL;
        CHECK(l1_dataset_begin(&plain, &builder, &diag).code == L1_OK);
        for (int k = 0; k < rows[i].days * 1440; k++) {
            for (int symbol = rows[i].first; symbol < rows[i].first + rows[i].symbols; symbol++) {
                CHECK(l1_dataset_bar(builder, &bars[k][symbol], &diag).code == L1_OK);
            }
        }
        CHECK(l1_dataset_finish(builder, &dataset, &diag).code == L1_INPUT_FIELD);
        CHECK(strstr(diag.text, rows[i].says) != NULL);
    }
}

/* --- controls --- */

static void test_dataset__an_early_row_knows_five_minutes_more(void **state)
{
    (void)state;
    make_bars();
    l1_dataset *honest = built(&plain);
    const l1_dataset_options spoilt = {.limits = &limits, .seed = 1, .control = L1_NEGATIVE_EARLY};
    l1_dataset *early = built(&spoilt);
    size_t compared = 0;
    for (size_t i = 0; i < early->count && i < honest->count; i++) {
        const l1_row *of = &early->rows[i];
        CHECK(of->minute % 25 == 20);
        CHECK(of->vector.close_ns == (of->minute + 5 + 1) * L1_MINUTE_NS);
        const double entry = price(bars[of->minute + 1 - FIRST][of->symbol].open_e8);
        const double end = price(bars[of->minute + 240 - FIRST][of->symbol].close_e8);
        CHECK(of->labels[L1_HEAD_DIRECTION] == (end > entry));
        compared++;
    }
    CHECK(compared > 500);
    l1_dataset_free(honest);
    l1_dataset_free(early);
}

static void test_dataset__the_mirror_turns_half_the_minutes_and_keeps_the_path(void **state)
{
    (void)state;
    l1_symbol_minutes path[2] = {{.count = 0}};
    double turned = 0, before[2] = {0}, original[2] = {0};
    make_bars();
    for (int i = 0; i < 5000; i++) {
        double moved[2], was[2];
        for (int symbol = 0; symbol < 2; symbol++) {
            l1_bar bar = bars[i][symbol];
            l1_bar_mirror(1, &path[symbol], &bar);
            CHECK(l1_bar_fault(&bar) == NULL);
            CHECK(bar.volume_e8 == bars[i][symbol].volume_e8);
            moved[symbol] = log((double)bar.close_e8 / before[symbol]);
            was[symbol] = log((double)bars[i][symbol].close_e8 / original[symbol]);
            before[symbol] = (double)bar.close_e8;
            original[symbol] = (double)bars[i][symbol].close_e8;
            if (i == 0) continue;
            CHECK(fabs(fabs(moved[symbol]) - fabs(was[symbol])) < 1e-9);
            const double range = log((double)bar.high_e8 / (double)bar.low_e8);
            const double own =
                log((double)bars[i][symbol].high_e8 / (double)bars[i][symbol].low_e8);
            CHECK(fabs(range - own) < 1e-9);
        }
        if (i == 0 || fabs(was[0]) < 1e-8 || fabs(was[1]) < 1e-8) continue;
        CHECK((moved[0] * was[0] < 0) == (moved[1] * was[1] < 0)); /* both assets, or neither */
        turned += moved[0] * was[0] < 0;
    }
    CHECK(turned > 2300 && turned < 2700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dataset__has_the_bits_of_the_live_engine),
        cmocka_unit_test(test_dataset__labels_are_what_happened_next),
        cmocka_unit_test(test_dataset__sides_and_stops_are_fair_and_belong_to_the_minute),
        cmocka_unit_test(test_dataset__passes_over_repeats_and_refuses_what_contradicts),
        cmocka_unit_test(test_dataset__gaps_take_what_they_touch),
        cmocka_unit_test(test_dataset__needs_both_assets_and_enough_history),
        cmocka_unit_test(test_dataset__an_early_row_knows_five_minutes_more),
        cmocka_unit_test(test_dataset__the_mirror_turns_half_the_minutes_and_keeps_the_path),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
