/* bench/bench_signal.c: what one signal costs to compute, hot: parse, all rules, report.
 *
 * Prints p50, p99 and max of (a) an empty spin loop, the machine's own jitter; (b) parse + all
 * rules + rejected report; (c) parse + all rules + decision + submit; and how much encoding the
 * report as JSON adds, and what (b) does against symbols and remembered ids. "quiet" is the lowest
 * p50 of ten slices: what the code costs while nobody else uses the core. rate_max and repeat_max
 * are null. Usage: bench_signal */
#include "rig.h"

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
