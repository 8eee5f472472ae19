/* Value tracks against a naive model that keeps every minute, on seeded random days. */
#include "world.h"

#include "base/prng.h"

#define MINUTE_NS (60 * SECOND_NS)
#define DAY_NS (1440 * MINUTE_NS)

enum { SYMBOLS = 2, TRACKS = SYMBOLS + 1, STEPS = 5000, MINUTES_MAX = 40000 };

/* The definition, word by word: every stored V in a list. */
typedef struct {
    bool has_day;
    int64_t day, day_value;
    int count;
    int64_t minute[MINUTES_MAX], value[MINUTES_MAX];
} naive_track;

static struct {
    l1_drawdown drawdown;
    naive_track tracks[TRACKS];
    int64_t closed, start_ns, now_ns;
    int64_t cash[SYMBOLS], base[SYMBOLS], mid[SYMBOLS], until_ns[SYMBOLS];
} d;

static bool naive_value(int track, int64_t at_ns, int64_t *value)
{
    *value = 0;
    for (int i = 0; i < SYMBOLS; i++) {
        if (track != i && track != SYMBOLS) continue;
        if (d.base[i] != 0 && (d.mid[i] == 0 || at_ns > d.until_ns[i])) return false;
        *value += d.cash[i] + (int64_t)((l1_i128)d.base[i] * d.mid[i] / L1_E8);
    }
    return true;
}

static void naive_close(void)
{
    for (; (d.closed + 2) * MINUTE_NS <= d.now_ns; d.closed++) {
        const int64_t minute = d.closed + 1;
        for (int i = 0; i < TRACKS; i++) {
            naive_track *track = &d.tracks[i];
            int64_t value;
            if (!naive_value(i, (minute + 1) * MINUTE_NS, &value)) continue;
            assert_true(track->count < MINUTES_MAX);
            track->minute[track->count] = minute;
            track->value[track->count++] = value;
        }
    }
}

static void naive_open_day(void)
{
    for (int i = 0; i < TRACKS; i++) {
        naive_track *track = &d.tracks[i];
        int64_t value;
        if (track->has_day && track->day == d.now_ns / DAY_NS) continue;
        if (!naive_value(i, d.now_ns, &value)) continue;
        track->has_day = true;
        track->day = d.now_ns / DAY_NS;
        track->day_value = value;
    }
}

static void naive_shift(int symbol, int64_t delta)
{
    for (int i = 0; i < TRACKS; i++) {
        if (i != symbol && i != SYMBOLS) continue;
        d.tracks[i].day_value += delta;
        for (int k = 0; k < d.tracks[i].count; k++) d.tracks[i].value[k] += delta;
    }
}

static bool naive_loss(int i, int64_t *loss)
{
    const naive_track *track = &d.tracks[i];
    int64_t value;
    if (!track->has_day || !naive_value(i, d.now_ns, &value)) return false;
    *loss = 0;
    if (track->day == d.now_ns / DAY_NS && track->day_value - value > *loss) {
        *loss = track->day_value - value;
    }
    const int64_t last = d.now_ns / MINUTE_NS - 1;
    for (int k = 0; k < track->count; k++) {
        if (track->minute[k] <= last - 1440) continue;
        if (track->value[k] - value > *loss) *loss = track->value[k] - value;
    }
    return true;
}

static int64_t mids_now[SYMBOLS];

static l1_holdings holdings_at(int64_t at_ns)
{
    for (int i = 0; i < SYMBOLS; i++) mids_now[i] = at_ns <= d.until_ns[i] ? d.mid[i] : 0;
    return (l1_holdings){SYMBOLS, d.base, mids_now, d.until_ns};
}

static void begin(void)
{
    memset(&d, 0, sizeof d);
    d.start_ns = d.now_ns = NOW_NS / MINUTE_NS * MINUTE_NS;
    d.closed = d.drawdown.minute = d.now_ns / MINUTE_NS - 1;
}

/* Time passes to `at_ns`: the minutes between are closed with the state as it stood. */
static void pass_to(int64_t at_ns)
{
    const l1_holdings holdings = holdings_at(d.now_ns);
    d.now_ns = at_ns;
    naive_close();
    l1_drawdown_close_minutes(&d.drawdown, &holdings, at_ns);
}

static void price(int symbol, int64_t mid, int64_t fresh_ns)
{
    d.mid[symbol] = mid;
    d.until_ns[symbol] = d.now_ns + fresh_ns;
    const l1_holdings holdings = holdings_at(d.now_ns);
    naive_open_day();
    l1_drawdown_open_day(&d.drawdown, &holdings, d.now_ns);
}

static void fill(int symbol, int64_t base, int64_t cash)
{
    d.base[symbol] += base;
    d.cash[symbol] += cash;
    l1_drawdown_cash(&d.drawdown, symbol, cash);
}

static void deposit(int symbol, int64_t base)
{
    d.base[symbol] += base;
    naive_shift(symbol, (int64_t)((l1_i128)base * d.mid[symbol] / L1_E8));
    l1_drawdown_foreign_base(&d.drawdown, symbol, base, d.mid[symbol]);
}

static int64_t loss_now(int track)
{
    const l1_holdings holdings = holdings_at(d.now_ns);
    int64_t loss = 0, want = 0;
    const bool known = track < SYMBOLS
                           ? l1_drawdown_symbol_loss(&d.drawdown, &holdings, track, d.now_ns, &loss)
                           : l1_drawdown_portfolio_loss(&d.drawdown, &holdings, d.now_ns, &loss);
    CHECK(known == naive_loss(track, &want));
    CHECK(!known || loss == want);
    return known ? loss : -1;
}

static void random_step(l1_prng *prng)
{
    const int symbol = (int)l1_prng_below(prng, SYMBOLS);
    const int64_t lots = (int64_t)l1_prng_below(prng, 2000) - 1000; /* 0.001 base each */
    switch (l1_prng_below(prng, 8)) {
    case 0: fill(symbol, lots * 100000, -lots * 100000 * (d.mid[symbol] / L1_E8)); break;
    case 1: fill(symbol, -d.base[symbol], 12345); break;
    case 2:
        if (d.mid[symbol] != 0) deposit(symbol, lots * 100000);
        break;
    default: {
        const int64_t mid = (40000 + (int64_t)l1_prng_below(prng, 20000)) * L1_E8;
        price(symbol, mid, (int64_t)l1_prng_below(prng, 10) * MINUTE_NS);
    }
    }
}

static void test_drawdown__equals_a_naive_model_on_random_steps(void **state)
{
    l1_prng prng;
    int known = 0, losing = 0;
    (void)state;
    begin();
    l1_prng_seed(&prng, 7);
    for (int step = 0; step < STEPS; step++) {
        const bool leap = l1_prng_below(&prng, 500) == 0;
        const int64_t gap = leap ? DAY_NS : 4 * MINUTE_NS;
        const int64_t pass = (int64_t)l1_prng_below(&prng, (uint64_t)gap);
        pass_to(d.now_ns + (l1_prng_below(&prng, 3) == 0 ? pass / MINUTE_NS * MINUTE_NS : pass));
        random_step(&prng);
        for (int i = 0; i < TRACKS; i++) {
            const int64_t loss = loss_now(i);
            known += loss >= 0;
            losing += loss > 0;
        }
    }
    CHECK(known > STEPS && losing > STEPS / 2);
    CHECK(d.now_ns - d.start_ns > 5 * DAY_NS);
}

static void test_drawdown__peak_leaves_after_1440_closed_minutes(void **state)
{
    (void)state;
    begin();
    const int64_t start = d.now_ns;
    price(0, E(50000, 0), 3 * DAY_NS);
    fill(0, L1_E8, -E(50000, 0));
    price(0, E(51000, 0), 3 * DAY_NS);
    pass_to(start + MINUTE_NS); /* the first minute closes 1,000 up */
    price(0, E(50500, 0), 3 * DAY_NS);
    CHECK(loss_now(0) == E(500, 0) && loss_now(SYMBOLS) == E(500, 0));
    pass_to(start + 1440 * MINUTE_NS);
    CHECK(loss_now(0) == E(500, 0));
    pass_to(start + 1441 * MINUTE_NS - 1);
    CHECK(loss_now(0) == E(500, 0));
    pass_to(start + 1441 * MINUTE_NS);
    CHECK(loss_now(0) == 0);
}

static void test_drawdown__falling_for_more_than_a_day_fits_the_ring(void **state)
{
    (void)state;
    begin();
    price(0, E(50000, 0), DAY_NS);
    fill(0, L1_E8, -E(50000, 0));
    for (int64_t minute = 1; minute <= 1500; minute++) {
        pass_to(d.now_ns + MINUTE_NS);
        price(0, (50000 - minute) * L1_E8, DAY_NS);
        CHECK(loss_now(0) == (minute < 1440 ? minute : 1440) * L1_E8);
    }
}

static void test_drawdown__counts_from_the_first_mid_of_the_utc_day(void **state)
{
    (void)state;
    begin();
    const int64_t midnight = (d.now_ns / DAY_NS + 1) * DAY_NS;
    d.now_ns = midnight - 1;
    d.closed = d.drawdown.minute = midnight / MINUTE_NS - 2;
    price(0, E(50000, 0), DAY_NS);
    fill(0, L1_E8, -E(50000, 0));
    price(0, E(49000, 0), DAY_NS);
    CHECK(loss_now(0) == E(1000, 0));
    pass_to(midnight); /* the minute that closes here is 1,000 down: no peak above it */
    CHECK(loss_now(0) == 0);
    price(0, E(48990, 0), DAY_NS);
    CHECK(loss_now(0) == E(10, 0));
    price(0, E(49010, 0), DAY_NS);
    CHECK(loss_now(0) == 0);
}

static void test_drawdown__deposits_are_neither_gain_nor_loss(void **state)
{
    (void)state;
    begin();
    price(0, E(50000, 0), DAY_NS);
    fill(0, L1_E8, -E(50000, 0));
    pass_to(d.now_ns + 5 * MINUTE_NS);
    price(0, E(49900, 0), DAY_NS);
    CHECK(loss_now(0) == E(100, 0));
    deposit(0, 7 * L1_E8);
    CHECK(loss_now(0) == E(100, 0) && loss_now(SYMBOLS) == E(100, 0) && loss_now(1) == 0);
    deposit(0, -6 * L1_E8);
    CHECK(loss_now(0) == E(100, 0));
    pass_to(d.now_ns + 5 * MINUTE_NS);
    deposit(0, L1_E8);
    CHECK(loss_now(0) == E(100, 0));
}

static void test_drawdown__base_deposited_before_any_mid_is_valued_at_the_first(void **state)
{
    (void)state;
    begin();
    price(1, E(2500, 0), DAY_NS);
    fill(1, L1_E8, -E(2500, 0));
    pass_to(d.now_ns + 2 * MINUTE_NS);
    deposit(0, L1_E8);
    CHECK(loss_now(0) == -1 && loss_now(SYMBOLS) == -1 && loss_now(1) == 0);
    naive_shift(0, E(50000, 0));
    price(0, E(50000, 0), DAY_NS);
    price(1, E(2400, 0), DAY_NS);
    CHECK(loss_now(0) == 0 && loss_now(SYMBOLS) == E(100, 0));
}

static void test_drawdown__is_unknown_without_the_mid_of_a_held_base(void **state)
{
    (void)state;
    begin();
    CHECK(loss_now(0) == -1); /* no first V yet */
    price(0, E(50000, 0), MINUTE_NS);
    CHECK(loss_now(0) == 0 && loss_now(1) == 0);
    fill(0, L1_E8, -E(50000, 0));
    pass_to(d.now_ns + MINUTE_NS);
    CHECK(loss_now(0) == 0);
    pass_to(d.now_ns + 1);
    CHECK(loss_now(0) == -1 && loss_now(SYMBOLS) == -1 && loss_now(1) == 0);
    price(0, E(49999, 0), MINUTE_NS);
    CHECK(loss_now(0) == E(1, 0));
}

static void test_drawdown__archive_restores_every_answer(void **state)
{
    static uint8_t bytes[400000];
    static l1_drawdown loaded;
    l1_prng prng;
    (void)state;
    begin();
    l1_prng_seed(&prng, 11);
    for (int step = 0; step < 1500; step++) {
        pass_to(d.now_ns + (int64_t)l1_prng_below(&prng, (uint64_t)(3 * MINUTE_NS)));
        random_step(&prng);
    }
    l1_archive save = l1_archive_saving(bytes, sizeof bytes);
    l1_drawdown_archive(&save, &d.drawdown, SYMBOLS);
    CHECK(l1_archive_ok(&save));
    l1_archive load = l1_archive_loading(bytes, save.out.used);
    l1_drawdown_archive(&load, &loaded, SYMBOLS);
    CHECK(l1_archive_ok(&load) && load.in.at == load.in.end);
    l1_archive one = l1_archive_hashing(1), two = l1_archive_hashing(1);
    l1_drawdown_archive(&one, &d.drawdown, SYMBOLS);
    l1_drawdown_archive(&two, &loaded, SYMBOLS);
    CHECK(l1_hash_end(&one.hasher).lo == l1_hash_end(&two.hasher).lo);
    d.drawdown = loaded;
    for (int step = 0; step < 200; step++) {
        pass_to(d.now_ns + MINUTE_NS);
        random_step(&prng);
        for (int i = 0; i < TRACKS; i++) (void)loss_now(i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawdown__equals_a_naive_model_on_random_steps),
        cmocka_unit_test(test_drawdown__peak_leaves_after_1440_closed_minutes),
        cmocka_unit_test(test_drawdown__falling_for_more_than_a_day_fits_the_ring),
        cmocka_unit_test(test_drawdown__counts_from_the_first_mid_of_the_utc_day),
        cmocka_unit_test(test_drawdown__deposits_are_neither_gain_nor_loss),
        cmocka_unit_test(test_drawdown__base_deposited_before_any_mid_is_valued_at_the_first),
        cmocka_unit_test(test_drawdown__is_unknown_without_the_mid_of_a_held_base),
        cmocka_unit_test(test_drawdown__archive_restores_every_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
