/* bench/bench_gate.c: what a signal costs with its models, hot, compute only: parse, all rules,
 * protection, features, every score, size, plan, submit.
 *
 * Prints the empty loop beside it. Bundles are made from a seed (nothing in them is learned); sizes
 * as L1 ships them (random forest 200x31 depth 8, LightGBM 200x15 depth 6) and the larger ones of
 * the target (300x31, 500x31, depth 8). Bars of two assets come every minute; the vector of
 * features is computed for each signal anew. rate_max and repeat_max are null.
 * Usage: bench_gate */
#include "rig.h"

#include "testlib/bundle_maker.h"
#include "unit/features/bars.h"

#define START_MINUTE INT64_C(28333320)
#define BURN_IN (L1_BURN_IN_MINUTES + 400)

typedef struct {
    rig rig;
    bar_source source;
    l1_bar last[2];
    int64_t minute;
    void *memory;
    l1_model_bank bank;
} world;

static void step(world *w, l1_event *event)
{
    event->at_ns = w->rig.at_ns;
    l1_system_step(w->rig.system, event, &w->rig.effects);
}

/* What is on its way arrives: fills are not part of the measured span. */
static void settle(world *w)
{
    l1_event tick = {.kind = L1_EVENT_TICK};
    step(w, &tick);
}

static void next_minute(world *w)
{
    bar_source_next(&w->source, w->minute++, w->last);
    w->rig.at_ns = w->minute * L1_MINUTE_NS;
    for (int i = 0; i < 2; i++) {
        l1_event event = {.kind = L1_EVENT_BAR, .as.bar = w->last[i]};
        step(w, &event);
    }
}

static void use_bundle(world *w, const bundle_recipe *recipe)
{
    made_bundle made = {0};
    l1_diag diag = {.text = ""};
    l1_bundle *bundle = NULL;
    bundle_make(recipe, &made);
    w->memory = aligned_alloc(64, L1_BUNDLE_MEMORY);
    L1_ASSERT(w->memory != NULL);
    memset(w->memory, 0, L1_BUNDLE_MEMORY);
    l1_arena arena = {.base = w->memory, .capacity = L1_BUNDLE_MEMORY};
    const l1_result parsed = l1_bundle_parse(made.image, made.image_size, &arena, &bundle, &diag);
    L1_ASSERT(parsed.code == L1_OK);
    w->bank.bundle[0] = bundle;
    w->bank.hash[0] = (l1_hash128){1, 1};
    const bool used = l1_system_use_models(w->rig.system, &w->bank);
    L1_ASSERT(used);
    l1_event event = {.kind = L1_EVENT_MODELS, .as.models.hash = w->bank.hash[0]};
    step(w, &event);
    bundle_free(&made);
}

static world world_make(const bundle_recipe *recipe, uint32_t shadow)
{
    world w = {.rig = make(2, 1000000, false), .source = bar_source_new(3), .minute = START_MINUTE};
    rig with = w.rig;
    l1_arena arena = {.base = with.block, .capacity = with.size};
    with.limits.ai_required = recipe != NULL;
    with.limits.ai_gate = recipe != NULL ? 1U << L1_HEAD_SURVIVAL : 0;
    with.limits.ai_shadow = shadow;
    for (int i = 0; i < 2; i++) {
        l1_instrument *symbol = &with.limits.symbols[i];
        symbol->volatility_target_e8 = e8("0.04");
        symbol->stop_sigma_min_e8 = e8("0.25");
        symbol->stop_atr_max_e8 = e8("100");
        symbol->exposure_max_e8 = symbol->drawdown_max_e8 = L1_OFF;
    }
    with.limits.drawdown_max_e8 = L1_OFF;
    memset(with.block, 0, with.size);
    with.system = l1_system_new(&arena, &with.limits);
    w.rig = with;
    for (int i = 0; i < BURN_IN; i++) next_minute(&w);
    if (recipe != NULL) use_bundle(&w, recipe);
    return w;
}

static void world_drop(world *w)
{
    drop(&w->rig);
    free(w->memory);
}

/* Buys that pass the gate and are sent; what five of them bought is sold again, unmeasured. */
static void measure(const char *name, const bundle_recipe *recipe, uint32_t shadow)
{
    static char text[512];
    world w = world_make(recipe, shadow);
    uint64_t submitted = 0;
    for (int i = 0; i < SAMPLES; i++) {
        if (i % 300 == 0) next_minute(&w);
        const double close = (double)w.last[BTC].close_e8 / 1e8;
        size_t size = (size_t)snprintf(
            text, sizeof text,
            "{\"signal_id\":\"bench_signal_%d\",\"symbol\":\"BTC/USDT\",\"side\":\"buy\",\"qty\":"
            "0.0004,\"stop_loss\":%.2f,\"ts\":%lld,\"strategy_id\":\"ema\",\"confidence\":0.71,"
            "\"strategy_context\":{\"regime\":\"bull_market\",\"correlation_btc_eth\":0.65}}",
            i, close * 0.98, (long long)(w.rig.at_ns / 1000000));
        const int64_t from = now_ns();
        feed(&w.rig, text, size);
        samples[i] = now_ns() - from;
        submitted += w.rig.effects.count == 1;
        w.rig.at_ns += 100000000;
        settle(&w);
        if (i % 5 != 4) continue;
        size = (size_t)snprintf(text, sizeof text,
                                "{\"signal_id\":\"x%d\",\"symbol\":\"BTC/USDT\",\"side\":\"sell\","
                                "\"qty\":0.00195,\"stop_loss\":%.2f}",
                                i, close * 1.02);
        feed(&w.rig, text, size);
        w.rig.at_ns += 100000000;
        settle(&w);
    }
    (void)print(name);
    printf("%-40s %llu of %d were sent\n", "", (unsigned long long)submitted, SAMPLES);
    world_drop(&w);
}

int main(void)
{
    const uint32_t others = 1U << L1_HEAD_MOVEMENT | 1U << L1_HEAD_DIRECTION | 1U << L1_HEAD_TREND;
    const bundle_recipe shipped = bundle_recipe_shipped();
    bundle_recipe large = shipped;
    large.random_forest = (forest_size){300, 31, 8};
    large.lightgbm = (forest_size){500, 31, 8};
    measure_jitter();
    measure("without models", NULL, 0);
    measure("one head, 200x31 + 200x15 (as shipped)", &shipped, 0);
    measure("one head, 300x31 + 500x31", &large, 0);
    measure("all heads, as shipped", &shipped, others);
    return 0;
}
