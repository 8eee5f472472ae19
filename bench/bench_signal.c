/* bench/bench_signal.c: what one signal costs to compute, hot: parse, all rules, report.
 *
 * Prints p50, p99 and max of (a) an empty spin loop, the machine's own jitter; (b) parse + all
 * rules + rejected report; (c) parse + all rules + decision + submit; and how much encoding the
 * report as JSON adds, and what (b) does against symbols and remembered ids. "quiet" is the lowest
 * p50 of ten slices: what the code costs while nobody else uses the core. rate_max and repeat_max
 * are null. Usage: bench_signal */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "bus/codec/decode.h"
#include "bus/codec/encode.h"
#include "io/pages.h"
#include "system/system.h"

enum { SAMPLES = 200000, SLICES = 10, SLICE = SAMPLES / SLICES };

static int64_t now_ns(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    int64_t a = 0, b = 0;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

static int64_t samples[SAMPLES];

/* Returns the p50 of the quietest slice; without a name it prints nothing. */
static int64_t print(const char *name)
{
    int64_t quiet = INT64_MAX;
    for (size_t from = 0; from < SAMPLES; from += SLICE) {
        qsort(samples + from, SLICE, sizeof samples[0], ascending);
        const int64_t p50 = samples[from + SLICE / 2];
        if (p50 < quiet) quiet = p50;
    }
    if (name == NULL) return quiet;
    qsort(samples, SAMPLES, sizeof samples[0], ascending);
    printf("%-40s p50 %5lld (quiet %5lld)  p99 %6lld  p99.9 %7lld  max %9lld ns\n", name,
           (long long)samples[SAMPLES / 2], (long long)quiet,
           (long long)samples[SAMPLES / 100 * 99], (long long)samples[SAMPLES / 1000 * 999],
           (long long)samples[SAMPLES - 1]);
    return quiet;
}

typedef struct {
    l1_limits limits;
    l1_system *system;
    l1_effects effects;
    l1_decoder *decoder;
    void *block;
    size_t size;
    int64_t at_ns;
    const char *symbol; /* the one that the signals name */
} rig;

static int64_t e8(const char *text)
{
    int64_t value = 0;
    L1_ASSERT(l1_decimal_parse(text, strlen(text), &value).code == L1_OK);
    return value;
}

static void instrument(l1_instrument *made, const char *name, const char *base)
{
    *made = (l1_instrument){
        .enabled = true,
        .qty_min_e8 = e8("0.0001"),
        .qty_max_e8 = e8("0.05"),
        .notional_min_e8 = e8("10"),
        .notional_max_e8 = e8("5000"),
        .exposure_max_e8 = e8("0.2"),
        .drawdown_max_e8 = e8("0.03"),
        .balance_min_e8 = e8("100"),
        .slippage_max_e8 = e8("0.002"),
        .spread_max_e8 = e8("0.002"),
        .price_collar_e8 = e8("0.02"),
        .liquidity_factor_e8 = e8("1"),
        .participation_max_e8 = e8("0.05"),
        .volatility_target_e8 = L1_OFF,
        .stop_distance_min_e8 = e8("0.001"),
        .stop_distance_max_e8 = e8("0.1"),
        .stop_sigma_min_e8 = L1_OFF,
        .stop_atr_max_e8 = L1_OFF,
        .tick_e8 = e8("0.01"),
        .lot_e8 = e8("0.00001"),
        .venue_min_notional_e8 = e8("5"),
        .max_algo_orders = 5,
        .opo = true,
    };
    snprintf(made->name, sizeof made->name, "%s", name);
    snprintf(made->base, sizeof made->base, "%s", base);
}

static rig make(uint32_t symbols, uint32_t signals_max, bool hold)
{
    rig made = {0};
    made.limits = (l1_limits){
        .engine_id = "l1-1",
        .quote = "USDT",
        .signal_ttl_ns = INT64_C(5000000000),
        .signal_future_ns = INT64_C(1000000000),
        .rate_max = L1_OFF,
        .repeat_max = L1_OFF,
        .repeat_window_ns = INT64_C(10000000000),
        .market_age_ns = INT64_C(120000000000),
        .portfolio_age_ns = INT64_C(300000000000),
        .correlation_max_e8 = e8("0.8"),
        .cross_exposure_max_e8 = e8("0.25"),
        .drawdown_max_e8 = e8("0.05"),
        .order_timeout_ns = INT64_C(2000000000),
        .naked_ns = INT64_C(1000000000),
        .clock_jump_ns = L1_OFF,
        .venue_silence_ns = L1_OFF,
        .paper_balance_e8 = {INT64_C(100000) * L1_E8},
        .taker_fee_e8 = e8("0.001"),
        .maker_fee_e8 = e8("0.001"),
        .paper_latency_ns = INT64_C(50000000),
        .clock_from_events = true,
        .signals_max = signals_max,
        .orders_max = 256,
        .symbols_count = symbols,
    };
    for (uint32_t i = 0; i < symbols; i++) {
        char name[16], base[8];
        snprintf(base, sizeof base, i == 0 ? "BTC" : i == 1 ? "ETH" : "A%02u", i);
        snprintf(name, sizeof name, "%s/USDT", base);
        instrument(&made.limits.symbols[i], name, base);
        if (hold) made.limits.paper_balance_e8[i + 1] = e8("0.001");
    }
    const size_t cost = l1_system_cost(&made.limits);
    made.size = cost;
    made.block = l1_pages_take(cost); /* as the program does */
    L1_ASSERT(made.block != NULL);
    l1_pages_settle(made.block, cost);
    l1_arena arena = {.base = made.block, .capacity = cost};
    made.system = l1_system_new(&arena, &made.limits);
    made.effects.capacity = l1_system_effects_max(&made.limits);
    made.effects.base = malloc(made.effects.capacity);
    made.decoder = malloc(sizeof *made.decoder);
    made.at_ns = INT64_C(1700000000) * 1000000000;
    made.symbol = "BTC/USDT";
    return made;
}

static void drop(rig *r)
{
    l1_pages_free(r->block, r->size);
    free(r->effects.base);
    free(r->decoder);
}

static void feed(rig *r, const char *text, size_t size)
{
    l1_decoded decoded;
    const bool accepted = l1_decode(r->decoder, &r->limits, text, size, 1, &decoded);
    L1_ASSERT(accepted);
    decoded.event.at_ns = r->at_ns;
    l1_system_step(r->system, &decoded.event, &r->effects);
}

/* A fresh book of 20 levels each side, at the rig's time. */
static void quote(rig *r, const char *symbol)
{
    static char text[4096];
    int used = snprintf(text, sizeof text,
                        "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"%s\",\"ts\":%lld,",
                        symbol, (long long)(r->at_ns / 1000000));
    for (int side = 0; side < 2; side++) {
        used += snprintf(text + used, sizeof text - (size_t)used,
                         side == 0 ? "\"bids\":[" : "],\"asks\":[");
        for (int i = 0; i < 20; i++) {
            used += snprintf(text + used, sizeof text - (size_t)used, "%s[%.2f,%.5f]",
                             i == 0 ? "" : ",", side == 0 ? 50000.0 - i : 50000.5 + i, 0.5);
        }
    }
    used += snprintf(text + used, sizeof text - (size_t)used, "]}");
    feed(r, text, (size_t)used);
}

static size_t signal_text(const rig *r, char *text, size_t capacity, uint64_t n, const char *qty)
{
    return (size_t)snprintf(
        text, capacity,
        "{\"signal_id\":\"bench_signal_%llu\",\"symbol\":\"%s\",\"side\":\"buy\",\"qty\":%s,"
        "\"stop_loss\":49000.0,\"price\":50050.5,\"ts\":%lld,\"strategy_id\":\"ema\","
        "\"confidence\":0.71,\"strategy_context\":{\"regime\":\"bull_market\","
        "\"correlation_btc_eth\":0.65},\"execution\":{\"algo\":\"auto\"}}",
        (unsigned long long)n, r->symbol, qty, (long long)(r->at_ns / 1000000));
}

static void measure_jitter(void)
{
    for (int i = 0; i < SAMPLES; i++) {
        const int64_t from = now_ns();
        samples[i] = now_ns() - from;
    }
    (void)print("empty loop (timer and jitter)");
}

/* Rejected by its size alone: every rule has been evaluated and the report made. */
static int64_t measure_rejected(rig *r, uint64_t first, const char *name, bool encode)
{
    static char text[512], json[L1_ENCODED_MAX];
    const l1_publication publication = {.decision_us = 4, .durable_us = 310, .venue_us = L1_OFF};
    quote(r, r->symbol);
    for (int i = 0; i < SAMPLES; i++) {
        const size_t size = signal_text(r, text, sizeof text, first + (uint64_t)i, "0.06");
        const int64_t from = now_ns();
        feed(r, text, size);
        if (encode) {
            size_t at = 0;
            const uint8_t *bytes = NULL;
            uint32_t length = 0;
            static l1_effect effect;
            while (l1_effects_next(&r->effects, &at, &bytes, &length)) {
                if (!l1_effect_load(bytes, length, &effect)) abort();
                (void)l1_encode_effect(&r->limits, &effect, &publication, json);
            }
        }
        samples[i] = now_ns() - from;
    }
    return print(name);
}

/* Accepted buys, each filled and sold again outside the measured span. */
static void measure_accepted(rig *r)
{
    static char text[512];
    for (int i = 0; i < SAMPLES; i++) {
        if (i % 1000 == 0) quote(r, r->symbol);
        size_t size = signal_text(r, text, sizeof text, 10000000 + (uint64_t)i, "0.0002");
        text[size - 1] = '}';
        const int64_t from = now_ns();
        feed(r, text, size);
        samples[i] = now_ns() - from;
        r->at_ns += 100000000;
        if (i % 5 == 4) { /* sell what five buys left; their stops are released */
            size = (size_t)snprintf(text, sizeof text,
                                    "{\"signal_id\":\"x%d\",\"symbol\":\"BTC/USDT\",\"side\":"
                                    "\"sell\",\"qty\":0.00095,\"stop_loss\":51000}",
                                    i);
            feed(r, text, size);
            r->at_ns += 400000000;
            quote(r, r->symbol);
        }
    }
    (void)print("parse + rules + decision + submit");
}

/* What the cost may depend on. The signals name the last symbol. */
typedef struct {
    const char *name;
    uint32_t symbols, ids; /* configured; remembered before */
    bool hold;             /* a little of every base is held */
    bool full;  /* the table of ids is full, and each new id takes the place of an old one */
    bool first; /* the next rows are compared with this one */
} setting;

static const setting settings[] = {
    {.name = "2 symbols", .symbols = 2, .first = true},
    {.name = "8 symbols", .symbols = 8},
    {.name = "64 symbols", .symbols = 64},
    {.name = "64 symbols, every base held", .symbols = 64, .hold = true},
    {.name = "0 to 200,000 ids remembered", .symbols = 2, .first = true},
    {.name = "100,000 to 300,000 ids", .symbols = 2, .ids = 100000},
    {.name = "800,000 to 1,000,000 ids", .symbols = 2, .ids = 800000},
    {.name = "1,000,000 ids, the oldest forgotten", .symbols = 2, .ids = 1000000, .full = true},
};

static int64_t measure_setting(const setting *with)
{
    static const int64_t day_and_hour_ns = INT64_C(90000) * 1000000000;
    static char text[512];
    rig r = make(with->symbols, 1000000, with->hold);
    r.symbol = r.limits.symbols[with->symbols - 1].name;
    for (uint32_t n = 0; n < with->ids; n++) {
        feed(&r, text, signal_text(&r, text, sizeof text, 50000000 + n, "0.06"));
    }
    if (with->full) r.at_ns += day_and_hour_ns;
    for (uint32_t n = 0; n < with->symbols && with->hold; n++) {
        quote(&r, r.limits.symbols[n].name);
    }
    const int64_t quiet = measure_rejected(&r, 0, NULL, false);
    drop(&r);
    return quiet;
}

/* In turns, so that a busy while on a shared machine does not fall on one setting alone. */
static void measure_settings(void)
{
    enum { COUNT = sizeof settings / sizeof settings[0], TURNS = 3 };
    int64_t quiet[COUNT], first = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        for (size_t i = 0; i < COUNT; i++) {
            const int64_t ns = measure_setting(&settings[i]);
            if (turn == 0 || ns < quiet[i]) quiet[i] = ns;
        }
    }
    for (size_t i = 0; i < COUNT; i++) {
        if (settings[i].first) first = quiet[i];
        printf("rejected, %-38s quiet p50 %5lld ns  %+6.1f %%\n", settings[i].name,
               (long long)quiet[i], 100.0 * ((double)quiet[i] / (double)first - 1));
    }
}

int main(void)
{
    rig r = make(2, 1000000, false);
    measure_jitter();
    (void)measure_rejected(&r, 0, "warm-up", false);
    const int64_t bare = measure_rejected(&r, 1000000, "parse + all rules + report", false);
    const int64_t whole = measure_rejected(&r, 2000000, "the same + report as JSON", true);
    printf("JSON adds %.2f of the rest\n", (double)(whole - bare) / (double)bare);
    drop(&r);
    r = make(2, 1000000, false);
    measure_accepted(&r);
    drop(&r);
    measure_settings();
    return 0;
}
