/* When there is a vector and when not: burn-in, gaps, thin minutes, lateness; frames and clocks at
 * their borders; prices that do not move; archive and changed configurations. */
#include "features/feature_state.h"

#include <math.h>
#include <stdio.h>

#include "base/prng.h"
#include "features/feature_memory.h"
#include "testlib/check.h"
#include "world.h"

enum { BTC, ETH, ADA };

/* A bar of any minute, by itself: prices jump about a level within half a percent. */
static l1_bar bar_at(int32_t symbol, int64_t minute)
{
    static const int64_t levels[] = {50000, 2500, 1};
    uint64_t mixed = (uint64_t)minute * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)symbol;
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed ^= mixed >> 27;
    const int64_t level = levels[symbol] * L1_E8;
    const int64_t close = level + level / 100000 * (int64_t)(mixed % 1001 - 500);
    return (l1_bar){.symbol = symbol,
                    .open_time_ns = (START_MINUTE + minute) * L1_MINUTE_NS,
                    .high_e8 = close + level / 1000,
                    .low_e8 = close - level / 1000,
                    .close_e8 = close,
                    .volume_e8 = 1 + (int64_t)(mixed >> 20) % 1000000,
                    .taker_buy_volume_e8 = 0,
                    .trades = (int64_t)(mixed >> 40) % 100};
}

static void feed(world *w, int32_t symbol, int64_t from, int64_t end)
{
    for (int64_t i = from; i < end; i++) {
        const l1_bar bar = bar_at(symbol, i);
        l1_feature_state_on_bar(w->state, &bar);
    }
}

static void feed_both(world *w, int64_t from, int64_t end)
{
    for (int64_t i = from; i < end; i++) {
        feed(w, BTC, i, i + 1);
        feed(w, ETH, i, i + 1);
    }
}

static l1_features_status status(const world *w, int32_t symbol)
{
    l1_feature_vector unused;
    return l1_feature_vector_at(w->state, symbol, &unused);
}

static bool both_are(const world *w, l1_features_status wanted)
{
    return status(w, BTC) == wanted && status(w, ETH) == wanted;
}

static l1_feature_vector vector_of(const world *w, int32_t symbol)
{
    l1_feature_vector vector;
    memset(&vector, 0, sizeof vector);
    CHECK(l1_feature_vector_at(w->state, symbol, &vector) == L1_FEATURES_READY);
    return vector;
}

static bool same_hash(const world *a, const world *b)
{
    const l1_hash128 x = world_hash(a), y = world_hash(b);
    return x.lo == y.lo && x.hi == y.hi;
}

/* What was usually traded tells a missing minute from one without volume. */
static void share_volumes(world *to, const world *from)
{
    for (uint32_t i = 0; i < to->state->symbols_count; i++) {
        to->state->symbols[i].history.volume = from->state->symbols[i].history.volume;
    }
}

static bool same_vectors(const world *a, const world *b)
{
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        l1_feature_vector x, y;
        memset(&x, 0, sizeof x);
        memset(&y, 0, sizeof y);
        if (l1_feature_vector_at(a->state, symbol, &x) !=
            l1_feature_vector_at(b->state, symbol, &y)) {
            return false;
        }
        if (memcmp(&x, &y, sizeof x) != 0) return false;
    }
    return true;
}

/* ---- peers and burn-in ---------------------------------------------------------------------- */

static void test_peer__of_btc_is_eth_and_of_every_other_btc(void **state)
{
    (void)state;
    world alone = world_of(1), three = world_of(3);
    feed(&alone, BTC, 0, L1_BURN_IN_MINUTES);
    CHECK(status(&alone, BTC) == L1_FEATURES_NO_PEER);
    feed_both(&three, 0, L1_BURN_IN_MINUTES);
    CHECK(both_are(&three, L1_FEATURES_READY) && status(&three, ADA) == L1_FEATURES_BURN_IN);
    feed(&three, ADA, 0, L1_BURN_IN_MINUTES);
    const l1_feature_vector ada = vector_of(&three, ADA), btc = vector_of(&three, BTC);
    const l1_feature_vector eth = vector_of(&three, ETH);
    CHECK(ada.values[L1_FEATURE_IS_BTC] == 0 && ada.values[L1_FEATURE_IS_ETH] == 0);
    CHECK(btc.values[L1_FEATURE_IS_BTC] == 1 && btc.values[L1_FEATURE_IS_ETH] == 0);
    CHECK(eth.values[L1_FEATURE_IS_BTC] == 0 && eth.values[L1_FEATURE_IS_ETH] == 1);
    CHECK(ada.values[L1_FEATURE_PEER_RETURN_15] == btc.values[L1_FEATURE_RETURN_15]);
    CHECK(btc.values[L1_FEATURE_PEER_RETURN_15] == eth.values[L1_FEATURE_RETURN_15]);
    CHECK(eth.values[L1_FEATURE_PEER_TAKER_5] == btc.values[L1_FEATURE_TAKER_5]);
    CHECK(btc.values[L1_FEATURE_RATIO_Z_1440] == -eth.values[L1_FEATURE_RATIO_Z_1440]);
    CHECK(btc.values[L1_FEATURE_RATIO_RETURN_15] == -eth.values[L1_FEATURE_RATIO_RETURN_15]);
    CHECK(btc.values[L1_FEATURE_CORRELATION_240] == eth.values[L1_FEATURE_CORRELATION_240]);
    world_free(&alone);
    world_free(&three);
}

static void test_burn_in__takes_11520_minutes_of_both(void **state)
{
    (void)state;
    world w = world_new();
    CHECK(both_are(&w, L1_FEATURES_BURN_IN));
    feed_both(&w, 0, L1_BURN_IN_MINUTES - 1);
    CHECK(both_are(&w, L1_FEATURES_BURN_IN));
    feed(&w, BTC, L1_BURN_IN_MINUTES - 1, L1_BURN_IN_MINUTES);
    CHECK(both_are(&w, L1_FEATURES_BURN_IN)); /* the other one lacks a minute */
    feed(&w, ETH, L1_BURN_IN_MINUTES - 1, L1_BURN_IN_MINUTES);
    CHECK(both_are(&w, L1_FEATURES_READY));
    world_free(&w);

    w = world_new(); /* the other one began a minute later */
    feed(&w, BTC, 0, L1_BURN_IN_MINUTES);
    feed(&w, ETH, 1, L1_BURN_IN_MINUTES);
    CHECK(both_are(&w, L1_FEATURES_BURN_IN));
    feed_both(&w, L1_BURN_IN_MINUTES, L1_BURN_IN_MINUTES + 1);
    CHECK(both_are(&w, L1_FEATURES_READY));
    world_free(&w);
}

static void test_history__may_come_in_any_order_of_symbols(void **state)
{
    const int64_t end = L1_BURN_IN_MINUTES + 500;
    (void)state;
    world mixed = world_new(), one_by_one = world_new(), swapped = world_new();
    feed_both(&mixed, 0, end);
    feed(&one_by_one, BTC, 0, end);
    feed(&one_by_one, ETH, 0, end);
    feed(&swapped, ETH, 0, end);
    feed(&swapped, BTC, 0, end);
    CHECK(same_hash(&mixed, &one_by_one) && same_vectors(&mixed, &one_by_one));
    CHECK(same_hash(&mixed, &swapped) && same_vectors(&mixed, &swapped));
    CHECK(both_are(&mixed, L1_FEATURES_READY));
    world_free(&one_by_one);
    world_free(&swapped);
    world_free(&mixed);

    world far = world_new(), near = world_new(); /* more than the rings hold */
    feed(&far, BTC, 0, 40000);
    feed(&far, ETH, 0, 40000);
    feed_both(&near, 0, 40000);
    CHECK(both_are(&far, L1_FEATURES_READY) && same_vectors(&far, &near));
    world_free(&far);
    world_free(&near);
}

/* ---- gaps and thin minutes ------------------------------------------------------------------ */

/* Status right after a gap of `missing` minutes of one or both symbols. */
static l1_features_status after_gap(int64_t missing, bool btc, bool eth, world *w)
{
    const int64_t end = L1_BURN_IN_MINUTES + 7;
    *w = world_new();
    feed_both(w, 0, end);
    CHECK(both_are(w, L1_FEATURES_READY));
    if (!btc) feed(w, BTC, end, end + missing);
    if (!eth) feed(w, ETH, end, end + missing);
    feed_both(w, end + missing, end + missing + 1);
    CHECK(status(w, BTC) == status(w, ETH));
    return status(w, BTC);
}

static void test_gap__of_120_minutes_is_filled_and_one_of_121_starts_anew(void **state)
{
    static const struct {
        int64_t missing;
        bool btc, eth;
        l1_features_status status;
    } rows[] = {
        {0, true, true, L1_FEATURES_READY},      {1, true, true, L1_FEATURES_QUIET},
        {1, true, false, L1_FEATURES_QUIET},     {1, false, true, L1_FEATURES_QUIET},
        {120, true, true, L1_FEATURES_QUIET},    {120, true, false, L1_FEATURES_QUIET},
        {121, true, true, L1_FEATURES_BURN_IN},  {121, true, false, L1_FEATURES_BURN_IN},
        {121, false, true, L1_FEATURES_BURN_IN}, {5000, true, true, L1_FEATURES_BURN_IN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world w;
        CHECK(after_gap(rows[i].missing, rows[i].btc, rows[i].eth, &w) == rows[i].status);
        const int64_t next = L1_BURN_IN_MINUTES + 7 + rows[i].missing + 1;
        const bool quiet = rows[i].status == L1_FEATURES_QUIET;
        const int64_t wait = quiet ? L1_QUIET_MINUTES - 1 : L1_BURN_IN_MINUTES - 1;
        if (rows[i].status != L1_FEATURES_READY) {
            feed_both(&w, next, next + wait - 1);
            CHECK(both_are(&w, rows[i].status));
            feed_both(&w, next + wait - 1, next + wait);
        }
        CHECK(both_are(&w, L1_FEATURES_READY));
        world_free(&w);
    }
}

static void test_gap__is_filled_by_what_flat_bars_without_volume_would_do(void **state)
{
    const int64_t end = 2000;
    (void)state;
    world filled = world_new(), flat = world_new();
    feed_both(&filled, 0, end);
    feed_both(&flat, 0, end);
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        const int64_t close = bar_at(symbol, end - 1).close_e8;
        for (int64_t i = end; i < end + 77; i++) {
            const l1_bar bar = {.symbol = symbol,
                                .open_time_ns = (START_MINUTE + i) * L1_MINUTE_NS,
                                .open_e8 = close,
                                .high_e8 = close,
                                .low_e8 = close,
                                .close_e8 = close};
            l1_feature_state_on_bar(flat.state, &bar);
        }
    }
    feed_both(&filled, end + 77, end + 90);
    feed_both(&flat, end + 77, end + 90);
    CHECK(!same_hash(&filled, &flat));
    share_volumes(&filled, &flat);
    CHECK(same_hash(&filled, &flat));
    world_free(&filled);
    world_free(&flat);
}

static void test_long_gap__leaves_no_trace_of_what_lay_before_it(void **state)
{
    const int64_t end = 600, next = 1000; /* no whole day before it: the profile learned nothing */
    (void)state;
    world interrupted = world_new(), fresh = world_new();
    feed_both(&interrupted, 0, end);
    feed_both(&interrupted, next, next + 1);
    const l1_symbol_history *const history = &interrupted.state->symbols[ETH].history;
    CHECK(history->sums.count == 1 && history->ema60.count == 1 && history->ema240.count == 1);
    CHECK(!history->quarter.rsi.has_previous && history->hour.bollinger.count == 0);
    feed_both(&interrupted, next + 1, next + L1_BURN_IN_MINUTES);
    feed_both(&fresh, next, next + L1_BURN_IN_MINUTES);
    CHECK(both_are(&fresh, L1_FEATURES_READY) && same_vectors(&interrupted, &fresh));
    world_free(&interrupted);
    world_free(&fresh);
}

static void test_thin_bar__of_either_silences_both_for_300_minutes(void **state)
{
    const int64_t thin = L1_BURN_IN_MINUTES + 50;
    (void)state;
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        world w = world_new();
        feed_both(&w, 0, thin);
        CHECK(both_are(&w, L1_FEATURES_READY));
        l1_bar bar = bar_at(symbol, thin);
        bar.volume_e8 = 0;
        l1_feature_state_on_bar(w.state, &bar);
        CHECK(both_are(&w, L1_FEATURES_READY)); /* the other has not closed that minute */
        feed(&w, 1 - symbol, thin, thin + 1);
        CHECK(both_are(&w, L1_FEATURES_QUIET));
        feed_both(&w, thin + 1, thin + 300);
        CHECK(both_are(&w, L1_FEATURES_QUIET)); /* t = thin + 299: within the last 300 */
        feed_both(&w, thin + 300, thin + 301);
        CHECK(both_are(&w, L1_FEATURES_READY));
        world_free(&w);
    }
}

static void test_lateness__up_to_120_minutes_gives_the_minute_both_have(void **state)
{
    const int64_t end = L1_BURN_IN_MINUTES + 33;
    (void)state;
    for (int32_t ahead = 0; ahead < 2; ahead++) {
        world w = world_new();
        feed_both(&w, 0, end);
        const l1_feature_vector now = vector_of(&w, BTC);
        feed(&w, ahead, end, end + 120);
        const l1_feature_vector later = vector_of(&w, BTC);
        CHECK(memcmp(&now, &later, sizeof now) == 0);
        feed(&w, ahead, end + 120, end + 121);
        CHECK(both_are(&w, L1_FEATURES_APART));
        feed(&w, 1 - ahead, end, end + 1);
        CHECK(both_are(&w, L1_FEATURES_READY));
        CHECK(vector_of(&w, ETH).close_ns == (START_MINUTE + end + 1) * L1_MINUTE_NS);
        world_free(&w);
    }
}

/* ---- borders of frames and clocks ----------------------------------------------------------- */

static void test_frames__change_a_value_only_with_their_last_minute(void **state)
{
    static const struct {
        int row;
        int64_t length;
    } rows[] = {{L1_FEATURE_RSI_15M, 15}, {L1_FEATURE_MACD_15M, 15},     {L1_FEATURE_RSI_1H, 60},
                {L1_FEATURE_MACD_1H, 60}, {L1_FEATURE_BOLLINGER_1H, 60}, {L1_FEATURE_RSI_4H, 240}};
    int changes[6] = {0};
    (void)state;
    world w = world_new();
    feed_both(&w, 0, L1_BURN_IN_MINUTES);
    l1_feature_vector before = vector_of(&w, BTC);
    for (int64_t i = L1_BURN_IN_MINUTES; i < L1_BURN_IN_MINUTES + 960; i++) {
        feed_both(&w, i, i + 1);
        const l1_feature_vector now = vector_of(&w, BTC);
        for (int k = 0; k < 6; k++) {
            const bool last = (START_MINUTE + i + 1) % rows[k].length == 0;
            const bool changed = now.values[rows[k].row] != before.values[rows[k].row];
            CHECK(changed == last);
            changes[k] += changed;
        }
        before = now;
    }
    CHECK(changes[0] == 64 && changes[2] == 16 && changes[5] == 4);
    world_free(&w);
}

/* Unix minutes of UTC instants, both sides of days, weeks, and of other countries' clock changes.
 */
static void test_clock__is_utc_and_turns_at_midnight_and_on_monday(void **state)
{
    static const struct {
        int64_t minute;
        double day, week; /* minutes since midnight, since Monday */
    } rows[] = {
        {28401119, 1439, 10079},       /* 2023-12-31 23:59, a Sunday */
        {28401120, 0, 0},              /* 2024-01-01 00:00, a Monday */
        {28401121, 1, 1},              /* */
        {28401480, 360, 360},          /* Monday 06:00 */
        {28402560, 0, 1440},           /* Tuesday 00:00 */
        {28501799, 1319, 10079 - 120}, /* Sunday 2024-03-10 21:59 */
        {28530780, 60, 6 * 1440 + 60}, /* Sunday 2024-03-31 01:00, clocks change in Europe */
        {28530840, 120, 6 * 1440 + 120},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world w = world_new();
        const int64_t last = rows[i].minute - START_MINUTE;
        feed_both(&w, last - L1_BURN_IN_MINUTES + 1, last + 1);
        const l1_feature_vector v = vector_of(&w, BTC);
        const double day = 2 * acos(-1) * rows[i].day / 1440;
        const double week = 2 * acos(-1) * rows[i].week / 10080;
        CHECK(fabs(v.values[L1_FEATURE_DAY_SIN] - sin(day)) < 1e-14);
        CHECK(fabs(v.values[L1_FEATURE_DAY_COS] - cos(day)) < 1e-14);
        CHECK(fabs(v.values[L1_FEATURE_WEEK_SIN] - sin(week)) < 1e-14);
        CHECK(fabs(v.values[L1_FEATURE_WEEK_COS] - cos(week)) < 1e-14);
        CHECK(v.close_ns == (rows[i].minute + 1) * L1_MINUTE_NS);
        world_free(&w);
    }
}

/* ---- zero denominators ---------------------------------------------------------------------- */

static l1_bar still_bar(int32_t symbol, int64_t minute)
{
    const int64_t price = symbol == BTC ? 5000000000001 : 31415926535;
    return (l1_bar){.symbol = symbol,
                    .open_time_ns = (START_MINUTE + minute) * L1_MINUTE_NS,
                    .open_e8 = price,
                    .high_e8 = price,
                    .low_e8 = price,
                    .close_e8 = price,
                    .volume_e8 = 400,
                    .taker_buy_volume_e8 = 300};
}

static void test_price_that_never_moves__gives_zeros_and_the_cut_of_ln_0(void **state)
{
    (void)state;
    world w = world_new();
    for (int64_t i = 0; i < L1_BURN_IN_MINUTES + 1500; i++) {
        for (int32_t symbol = 0; symbol < 2; symbol++) {
            const l1_bar bar = still_bar(symbol, i);
            l1_feature_state_on_bar(w.state, &bar);
        }
    }
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        const l1_feature_vector v = vector_of(&w, symbol);
        CHECK(v.s1440 == 0 && v.atr == 0);
        for (int row = 0; row < L1_FEATURES_COUNT; row++) {
            double want = 0;
            if (row >= L1_FEATURE_TAKER_1 && row <= L1_FEATURE_TAKER_60) want = 0.5;
            if (row == L1_FEATURE_PEER_TAKER_5) want = 0.5;
            if (row == L1_FEATURE_SIGMA_1440) want = -20;
            if (row == L1_FEATURE_IS_BTC) want = symbol == BTC;
            if (row == L1_FEATURE_IS_ETH) want = symbol == ETH;
            if (row == L1_FEATURE_VOLUME_5 || row == L1_FEATURE_VOLUME_60) want = log(1.001);
            if (row >= L1_FEATURE_DAY_SIN && row <= L1_FEATURE_WEEK_COS) continue;
            if (fabs(v.values[row] - want) > 1e-15) {
                fail_msg("%s is %.17g", l1_features[row].name, v.values[row]);
            }
        }
        for (int k = 1; k <= 5; k++) CHECK(v.har[k] == -20);
        CHECK(v.har[0] == 1);
        for (int k = 6; k <= 9; k++) CHECK(v.har[k] == 0);
    }
    world_free(&w);
}

static void test_price_that_stopped_moving__cuts_only_the_short_windows(void **state)
{
    const int64_t end = L1_BURN_IN_MINUTES;
    (void)state;
    world w = world_new();
    feed_both(&w, 0, end);
    for (int64_t i = end; i < end + 16; i++) {
        for (int32_t symbol = 0; symbol < 2; symbol++) {
            const l1_bar bar = still_bar(symbol, i);
            l1_feature_state_on_bar(w.state, &bar);
        }
    }
    const l1_feature_vector v = vector_of(&w, BTC);
    CHECK(v.values[L1_FEATURE_SIGMA_RATIO_15] == -20 && v.har[1] == -20);
    CHECK(v.values[L1_FEATURE_SIGMA_RATIO_60] > -20 && v.har[2] > -20);
    CHECK(v.values[L1_FEATURE_RETURN_1] == 0 && v.values[L1_FEATURE_RETURN_15] == 0);
    CHECK(v.values[L1_FEATURE_TRADES_15] < -6.9 && v.values[L1_FEATURE_TRADES_15] > -6.91);
    world_free(&w);
}

/* ---- archive -------------------------------------------------------------------------------- */

static size_t save(const world *w, uint8_t *bytes, size_t capacity)
{
    l1_archive archive = l1_archive_saving(bytes, capacity);
    l1_feature_state_archive(&archive, w->state);
    CHECK(l1_archive_ok(&archive));
    return archive.out.used;
}

#define BYTES_MAX 1000000

static void test_archive__goes_on_from_anywhere_with_the_same_bits(void **state)
{
    static uint8_t bytes[BYTES_MAX], again[BYTES_MAX];
    static const struct {
        int64_t btc, eth; /* minutes fed before */
    } rows[] = {{0, 0},         {1, 0},         {1, 1},         {14, 15},
                {59, 61},       {239, 240},     {1500, 1440},   {11520, 11519},
                {11640, 11530}, {12961, 12900}, {20000, 20000}, {20000, 19100}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world w = world_new(), loaded = world_new();
        feed(&w, BTC, 0, rows[i].btc);
        feed(&w, ETH, 0, rows[i].eth);
        const size_t size = save(&w, bytes, sizeof bytes);
        feed_both(&loaded, 3, 700); /* what was there before the load leaves no trace */
        l1_archive load = l1_archive_loading(bytes, size);
        l1_feature_state_archive(&load, loaded.state);
        CHECK(l1_archive_ok(&load) && load.in.at == load.in.end);
        CHECK(save(&loaded, again, sizeof again) == size && memcmp(bytes, again, size) == 0);
        CHECK(same_hash(&w, &loaded) && same_vectors(&w, &loaded));
        world *const both[] = {&w, &loaded};
        for (int k = 0; k < 2; k++) {
            feed(both[k], ETH, rows[i].eth, 20400);
            feed(both[k], BTC, rows[i].btc, 20000);
        }
        CHECK(same_vectors(&w, &loaded));
        for (int k = 0; k < 2; k++) feed(both[k], BTC, 20000, 20450);
        CHECK(same_hash(&w, &loaded) && same_vectors(&w, &loaded));
        CHECK(both_are(&w, L1_FEATURES_READY));
        world_free(&w);
        world_free(&loaded);
    }
}

/* After any load that passed: bars and vectors as ever, whatever the bytes were. */
static void use(world *w)
{
    for (int32_t symbol = 0; symbol < 2; symbol++) {
        const int64_t newest = w->state->symbols[symbol].history.sums.newest;
        if (newest > START_MINUTE + 100000) continue;
        const int64_t next = newest > START_MINUTE ? newest - START_MINUTE + 1 : 1;
        feed(w, symbol, next, next + 130);
    }
    status(w, BTC);
    status(w, ETH);
    l1_profile profile;
    l1_feature_profile(w->state, ETH, &profile);
    CHECK(l1_profile_valid(&profile));
}

static void test_archive__withstands_damaged_bytes(void **state)
{
    static uint8_t bytes[BYTES_MAX], hurt[BYTES_MAX];
    l1_prng prng;
    int passed = 0, refused = 0;
    (void)state;
    l1_prng_seed(&prng, 3);
    world w = world_new();
    feed_both(&w, 0, L1_BURN_IN_MINUTES + 100);
    const size_t size = save(&w, bytes, sizeof bytes);
    world loaded = world_new();
    for (size_t cut = 0; cut < size; cut += 1 + cut / 40) {
        l1_archive load = l1_archive_loading(bytes, cut);
        l1_feature_state_archive(&load, loaded.state);
        CHECK(!l1_archive_ok(&load));
    }
    for (int i = 0; i < 600; i++) {
        /* Most of the bytes are logarithms; the rest stands behind them and in front. */
        const size_t edge = i % 3 == 0 ? 40 : size / 2;
        const size_t at =
            i % 3 == 2 ? size - 1 - l1_prng_below(&prng, size / 8) : l1_prng_below(&prng, edge);
        memcpy(hurt, bytes, size);
        hurt[at] ^= (uint8_t)(1u << l1_prng_below(&prng, 8));
        l1_archive load = l1_archive_loading(hurt, size);
        l1_feature_state_archive(&load, loaded.state);
        const bool ok = l1_archive_ok(&load);
        passed += ok;
        refused += !ok;
        if (ok) use(&loaded);
    }
    CHECK(passed > 50 && refused > 20);
    l1_archive load = l1_archive_loading(bytes, size);
    l1_feature_state_archive(&load, loaded.state);
    CHECK(l1_archive_ok(&load) && same_hash(&w, &loaded));
    world_free(&w);
    world_free(&loaded);
}

static void test_archive__of_another_number_of_symbols_is_refused(void **state)
{
    static uint8_t bytes[BYTES_MAX];
    (void)state;
    world two = world_new(), three = world_of(3);
    const size_t size = save(&two, bytes, sizeof bytes);
    l1_archive load = l1_archive_loading(bytes, size);
    l1_feature_state_archive(&load, three.state);
    CHECK(!l1_archive_ok(&load));
    world_free(&two);
    world_free(&three);
}

/* ---- adopt ---------------------------------------------------------------------------------- */

static void test_adopt__carries_each_symbol_to_its_new_place(void **state)
{
    static const int32_t shrunk[L1_SYMBOLS_MAX] = {BTC, ETH}, grown[L1_SYMBOLS_MAX] = {0, 1, -1};
    (void)state;
    world three = world_of(3), two = world_new(), more = world_of(3);
    const int64_t end = L1_BURN_IN_MINUTES + 100;
    feed_both(&three, 0, end);
    feed(&three, BTC, end, end + 5);
    l1_feature_state_adopt(two.state, three.state, shrunk);
    CHECK(same_vectors(&three, &two) && both_are(&two, L1_FEATURES_READY));
    l1_feature_state_adopt(more.state, two.state, grown);
    CHECK(same_vectors(&three, &more) && status(&more, ADA) == L1_FEATURES_BURN_IN);
    feed(&three, ETH, end, end + 50);
    feed(&more, ETH, end, end + 50);
    CHECK(same_vectors(&three, &more));
    world_free(&three);
    world_free(&two);
    world_free(&more);

    /* Places swapped: ETH first. */
    world old = world_new(), turned = {.limits = {.symbols_count = 2}};
    strcpy(turned.limits.symbols[0].base, "ETH");
    strcpy(turned.limits.symbols[1].base, "BTC");
    const size_t bytes = l1_feature_state_cost(&turned.limits);
    turned.memory = aligned_alloc(64, bytes);
    CHECK(turned.memory != NULL);
    memset(turned.memory, 0, bytes);
    l1_arena arena = {.base = turned.memory, .capacity = bytes};
    turned.state = l1_feature_state_new(&arena, &turned.limits);
    feed_both(&old, 0, end);
    static const int32_t swapped[L1_SYMBOLS_MAX] = {1, 0};
    l1_feature_state_adopt(turned.state, old.state, swapped);
    const l1_feature_vector a = vector_of(&old, BTC), b = vector_of(&turned, 1);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
    world_free(&old);
    world_free(&turned);
}

static void test_status__has_a_sentence_for_each(void **state)
{
    (void)state;
    for (int i = 0; i <= L1_FEATURES_READY; i++) {
        CHECK(strlen(l1_features_status_text((l1_features_status)i)) > 10);
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(l1_features_status_text((l1_features_status)i),
                         l1_features_status_text((l1_features_status)k)) != 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_peer__of_btc_is_eth_and_of_every_other_btc),
        cmocka_unit_test(test_burn_in__takes_11520_minutes_of_both),
        cmocka_unit_test(test_history__may_come_in_any_order_of_symbols),
        cmocka_unit_test(test_gap__of_120_minutes_is_filled_and_one_of_121_starts_anew),
        cmocka_unit_test(test_gap__is_filled_by_what_flat_bars_without_volume_would_do),
        cmocka_unit_test(test_long_gap__leaves_no_trace_of_what_lay_before_it),
        cmocka_unit_test(test_thin_bar__of_either_silences_both_for_300_minutes),
        cmocka_unit_test(test_lateness__up_to_120_minutes_gives_the_minute_both_have),
        cmocka_unit_test(test_frames__change_a_value_only_with_their_last_minute),
        cmocka_unit_test(test_clock__is_utc_and_turns_at_midnight_and_on_monday),
        cmocka_unit_test(test_price_that_never_moves__gives_zeros_and_the_cut_of_ln_0),
        cmocka_unit_test(test_price_that_stopped_moving__cuts_only_the_short_windows),
        cmocka_unit_test(test_archive__goes_on_from_anywhere_with_the_same_bits),
        cmocka_unit_test(test_archive__withstands_damaged_bytes),
        cmocka_unit_test(test_archive__of_another_number_of_symbols_is_refused),
        cmocka_unit_test(test_adopt__carries_each_symbol_to_its_new_place),
        cmocka_unit_test(test_status__has_a_sentence_for_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
