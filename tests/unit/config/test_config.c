/* config: shipped file, defaults, bounds from the table, errors, overrides, round trip. */
#include "testlib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/value.h"

#define SHIPPED L1_SOURCE_DIR "/config/l1.yaml"
#define OF_TESTS L1_SOURCE_DIR "/tests/testlib/l1.yaml"
#define TEXT_MAX 262144

typedef struct {
    char text[TEXT_MAX];
    size_t size;
} buffer;

static void append(void *context, const char *text, size_t size)
{
    buffer *to = context;
    assert_true(to->size + size < TEXT_MAX);
    memcpy(to->text + to->size, text, size);
    to->size += size;
    to->text[to->size] = '\0';
}

static void load(const char *path, buffer *out)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    out->size = fread(out->text, 1, TEXT_MAX - 1, file);
    out->text[out->size] = '\0';
    (void)fclose(file);
}

static l1_config config;
static l1_config_error error;
static buffer shipped, one, two;

/* One symbol with every required key: texts below are put before or after it. */
#define SYMBOL_BODY                                                                                \
    "{qty_min: 0.0001, qty_max: 0.05, notional_min: 10, notional_max: 5000, exposure_max: 0.20, "  \
    "drawdown_max: 0.03, balance_min: 100, slippage_max: 0.002, spread_max: 0.002, "               \
    "price_collar: 0.02, liquidity_factor: 1.0, participation_max: 0.05, "                         \
    "volatility_target: 0.04, stop: {distance_min: 0.001, distance_max: 0.10, sigma_min: 0.25, "   \
    "atr_max: 10}, venue: {tick: 0.01, lot: 0.00001, min_notional: 5, max_algo_orders: 5, "        \
    "opo: true}}\n"
#define SYMBOLS "symbols:\n  BTC/USDT: " SYMBOL_BODY

static l1_status parse(const char *text)
{
    return l1_config_parse(text, strlen(text), "test.yaml", NULL, 0, &config, &error).code;
}

static l1_status parse_with(const char *text, const char *override)
{
    return l1_config_parse(text, strlen(text), "test.yaml", &override, 1, &config, &error).code;
}

/* What spec and table agree on, key by key: the text a user would write. */
static const struct {
    const char *key, *want;
} shipped_rows[] = {
    {"mode", "paper"},
    {"engine_id", "'l1-1'"},
    {"bus", "'stdio'"},
    {"clock.source", "real"},
    {"clock.jump_ms", "5000"},
    {"journal.dir", "'data/journal'"},
    {"journal.sync", "group"},
    {"journal.sync_ms", "100"},
    {"journal.size_max", "10737418240"},
    {"journal.retain_days", "7"},
    {"signal.ttl_ms", "5000"},
    {"signal.future_ms", "1000"},
    {"signal.rate_max", "6000"},
    {"signal.repeat_max", "3"},
    {"signal.repeat_window_s", "10"},
    {"signal.remember_max", "1000000"},
    {"market.age_ms_max", "120000"},
    {"portfolio.age_ms_max", "300000"},
    {"portfolio.quote", "'USDT'"},
    {"portfolio.correlation_max", "0.8"},
    {"portfolio.cross_exposure_max", "0.25"},
    {"portfolio.drawdown_max", "0.05"},
    {"order.timeout_ms", "2000"},
    {"order.naked_ms_max", "1000"},
    {"order.open_max", "256"},
    {"execution.algo", "auto"},
    {"execution.duration_s", "60"},
    {"execution.slices_max", "10"},
    {"execution.participation", "0.05"},
    {"execution.risk_aversion", "1"},
    {"execution.impact_coefficient", "1"},
    {"execution.impact_exponent", "0.5"},
    {"execution.look_ms", "1000"},
    {"venue.silence_ms_max", "10000"},
    {"paper.balances.USDT", "100000"},
    {"paper.taker_fee", "0.001"},
    {"paper.maker_fee", "0.001"},
    {"paper.commission", "'received'"},
    {"paper.queue", "risk_averse"},
    {"paper.queue_power", "3"},
    {"paper.latency_ms", "50"},
    {"paper.feed_latency_ms", "0"},
    {"paper.response_latency_ms", "0"},
    {"paper.latency_table_ms", "[]"},
    {"paper.feed_latency_table_ms", "[]"},
    {"paper.response_latency_table_ms", "[]"},
    {"paper.seed", "1"},
    {"ai.required", "true"},
    {"ai.models", "'models/L1'"},
    {"ai.gate", "[survival]"},
    {"ai.shadow", "[movement, direction, trend]"},
    {"ai.threshold", "operating"},
    {"report.metrics_interval_s", "60"},
    {"log.format", "text"},
    {"symbols.BTC/USDT.enabled", "true"},
    {"symbols.BTC/USDT.qty_min", "0.0001"},
    {"symbols.BTC/USDT.qty_max", "0.05"},
    {"symbols.BTC/USDT.notional_min", "10"},
    {"symbols.BTC/USDT.notional_max", "5000"},
    {"symbols.BTC/USDT.exposure_max", "0.2"},
    {"symbols.BTC/USDT.drawdown_max", "0.03"},
    {"symbols.BTC/USDT.balance_min", "100"},
    {"symbols.BTC/USDT.slippage_max", "0.002"},
    {"symbols.BTC/USDT.spread_max", "0.002"},
    {"symbols.BTC/USDT.price_collar", "0.02"},
    {"symbols.BTC/USDT.liquidity_factor", "1"},
    {"symbols.BTC/USDT.participation_max", "0.05"},
    {"symbols.BTC/USDT.volatility_target", "0.04"},
    {"symbols.BTC/USDT.stop.distance_min", "0.001"},
    {"symbols.BTC/USDT.stop.distance_max", "0.1"},
    {"symbols.BTC/USDT.stop.sigma_min", "0.25"},
    {"symbols.BTC/USDT.stop.atr_max", "10"},
    {"symbols.BTC/USDT.venue.tick", "0.01"},
    {"symbols.BTC/USDT.venue.lot", "0.00001"},
    {"symbols.BTC/USDT.venue.min_notional", "5"},
    {"symbols.BTC/USDT.venue.max_algo_orders", "5"},
    {"symbols.BTC/USDT.venue.opo", "true"},
    {"symbols.BTC/USDT.venue.oto", "false"},
    {"symbols.BTC/USDT.venue.min_price", "0"},
    {"symbols.BTC/USDT.venue.max_price", "0"},
    {"symbols.BTC/USDT.venue.min_qty", "0"},
    {"symbols.BTC/USDT.venue.max_qty", "0"},
    {"symbols.BTC/USDT.venue.market_min_qty", "0"},
    {"symbols.BTC/USDT.venue.market_max_qty", "0"},
    {"symbols.BTC/USDT.venue.market_lot", "0"},
    {"symbols.BTC/USDT.venue.max_notional", "0"},
    {"symbols.BTC/USDT.venue.notional_market", "false"},
    {"symbols.BTC/USDT.venue.bid_up", "0"},
    {"symbols.BTC/USDT.venue.bid_down", "0"},
    {"symbols.BTC/USDT.venue.ask_up", "0"},
    {"symbols.BTC/USDT.venue.ask_down", "0"},
    {"symbols.BTC/USDT.venue.max_position", "0"},
    {"symbols.BTC/USDT.venue.max_orders", "0"},
    {"symbols.BTC/USDT.venue.max_order_lists", "0"},
    {"symbols.BTC/USDT.venue.max_iceberg_parts", "0"},
    {"symbols.ETH/USDT.qty_min", "0.001"},
    {"symbols.ETH/USDT.qty_max", "1"},
    {"symbols.ETH/USDT.exposure_max", "0.15"},
    {"symbols.ETH/USDT.volatility_target", "0.05"},
    {"symbols.ETH/USDT.venue.lot", "0.0001"},
};

static void value_of(const char *path, char out[L1_VALUE_TEXT_MAX])
{
    const l1_match match = l1_key_find(path);
    assert_int_equal(match.kind, L1_MATCH_KEY);
    const l1_key *key = &l1_keys[match.row];
    int index = 0;
    if (key->home == L1_HOME_SYMBOL) index = l1_limits_symbol(&config.limits, match.named);
    assert_true(index >= 0);
    l1_value_format(key, l1_value_field(&config, key, (size_t)index), out);
}

static void test_config__shipped_file_holds_the_value_of_the_contract_at_every_key(void **state)
{
    (void)state;
    bool covered[L1_KEYS_MAX] = {false};
    if (l1_config_read(SHIPPED, NULL, 0, &config, &error).code != L1_OK) fail_msg("%s", error.text);
    for (size_t i = 0; i < sizeof shipped_rows / sizeof shipped_rows[0]; i++) {
        char value[L1_VALUE_TEXT_MAX];
        value_of(shipped_rows[i].key, value);
        if (strcmp(value, shipped_rows[i].want) != 0) print_error("%s\n", shipped_rows[i].key);
        assert_string_equal(value, shipped_rows[i].want);
        covered[l1_key_find(shipped_rows[i].key).row] = true;
    }
    for (size_t row = 0; row < l1_keys_count; row++) {
        if (!covered[row]) print_error("%s has no row here\n", l1_keys[row].name);
        CHECK(covered[row]);
    }
    CHECK(config.limits.symbols_count == 2);
    CHECK(config.limits.signal_ttl_ns == INT64_C(5000000000));
    CHECK(config.limits.repeat_window_ns == INT64_C(10000000000));
    CHECK(config.limits.symbols[0].lot_e8 == 1000);
    CHECK(strcmp(config.limits.symbols[1].base, "ETH") == 0);
    one.size = 0;
    CHECK(l1_config_warnings(&config, (l1_config_out){&one, append}) == 0);
}

static void test_config__defaults_are_those_of_the_shipped_file(void **state)
{
    (void)state;
    CHECK(parse(SYMBOLS) == L1_OK);
    for (size_t i = 0; strncmp(shipped_rows[i].key, "symbols", 7) != 0; i++) {
        char value[L1_VALUE_TEXT_MAX];
        value_of(shipped_rows[i].key, value);
        assert_string_equal(value, shipped_rows[i].want);
    }
}

/* What holds the tests' file against the shipped one: no key may differ but the gate's. */
static void test_config__file_of_the_tests_is_the_shipped_one_without_the_gate(void **state)
{
    (void)state;
    const char *const without_gate[] = {"ai.required=false"};
    one.size = two.size = 0;
    CHECK(l1_config_read(SHIPPED, without_gate, 1, &config, &error).code == L1_OK);
    l1_config_show(&config, (l1_config_out){&one, append});
    CHECK(l1_config_read(OF_TESTS, NULL, 0, &config, &error).code == L1_OK);
    l1_config_show(&config, (l1_config_out){&two, append});
    CHECK(!config.limits.ai_required);
    assert_string_equal(one.text, two.text);
}

/* One value through the table's own door. */
static l1_status try_text(const l1_key *key, const char *text, size_t size)
{
    char why[L1_VALUE_WHY_MAX];
    int64_t field[80] = {0}; /* as large and aligned as any field */
    CHECK(key->size <= sizeof field);
    return l1_value_set(key, field, text, size, true, why).code;
}

static void number(const l1_key *key, int64_t value, char out[L1_DECIMAL_TEXT_MAX])
{
    if (key->type == L1_KEY_DECIMAL || key->type == L1_KEY_RATIO) {
        l1_decimal_format(value, out);
    } else {
        (void)snprintf(out, L1_DECIMAL_TEXT_MAX, "%lld", (long long)value);
    }
}

static void straddle(const l1_key *key)
{
    char text[L1_DECIMAL_TEXT_MAX];
    const struct {
        int64_t value;
        l1_status want;
    } rows[] = {
        {key->min - 1, L1_CONFIG_VALUE},
        {key->min, L1_OK},
        {key->max, L1_OK},
        {key->max + 1, L1_CONFIG_VALUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        number(key, rows[i].value, text);
        if (try_text(key, text, strlen(text)) != rows[i].want) fail_msg("%s: %s", key->name, text);
    }
    CHECK(try_text(key, "fast", 4) == L1_CONFIG_VALUE);
    CHECK(try_text(key, "true", 4) == L1_CONFIG_VALUE);
}

static void straddle_length(const l1_key *key)
{
    char text[512];
    const bool bus = key->type == L1_KEY_BUS;
    memset(text, 'A', sizeof text);
    if (!bus) CHECK(try_text(key, text, (size_t)key->max) == L1_OK);
    CHECK(try_text(key, text, (size_t)key->max + 1) == L1_CONFIG_VALUE);
    CHECK(try_text(key, text, (size_t)key->min) == (bus ? L1_CONFIG_VALUE : L1_OK));
    CHECK(try_text(key, text, (size_t)key->min - 1) == L1_CONFIG_VALUE);
    CHECK(try_text(key, "A\x01", 2) == L1_CONFIG_VALUE);
    CHECK(try_text(key, "A\xff", 2) == L1_CONFIG_VALUE);
}

/* Items of a list of durations: each within its bounds, and at most L1_LATENCIES_MAX. */
static void straddle_list(const l1_key *key)
{
    l1_latencies table = {.count = 0};
    char why[L1_VALUE_WHY_MAX];
    static const struct {
        const char *text;
        bool taken;
    } rows[] = {{"0", true}, {"-1", false},  {"60000", true}, {"60001", false},
                {"", false}, {"1.5", false}, {"x", false},    {"null", false}};
    CHECK(key->min == 0 && key->max == 60000);
    CHECK(try_text(key, "5", 1) == L1_CONFIG_VALUE);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint32_t before = table.count;
        const l1_status code =
            l1_value_add(key, &table, rows[i].text, strlen(rows[i].text), why).code;
        CHECK((code == L1_OK) == rows[i].taken);
        CHECK(table.count == before + rows[i].taken);
    }
    CHECK(table.ns[1] == INT64_C(60000) * 1000000);
    while (table.count < L1_LATENCIES_MAX)
        CHECK(l1_value_add(key, &table, "7", 1, why).code == L1_OK);
    CHECK(l1_value_add(key, &table, "7", 1, why).code == L1_CONFIG_VALUE);
    char shown[L1_VALUE_TEXT_MAX];
    l1_value_format(key, &table, shown);
    CHECK(strncmp(shown, "[0, 60000, 7, 7", 15) == 0);
}

static void test_config__every_row_of_the_table_accepts_its_bounds_and_nothing_beyond(void **state)
{
    (void)state;
    for (size_t row = 0; row < l1_keys_count; row++) {
        const l1_key *key = &l1_keys[row];
        CHECK(try_text(key, "null", 4) == (key->rule != NULL ? L1_OK : L1_CONFIG_VALUE));
        CHECK(try_text(key, "", 0) == L1_CONFIG_VALUE);
        if (key->type <= L1_KEY_SECONDS) {
            straddle(key);
        } else if (key->type >= L1_KEY_PATH) {
            straddle_length(key);
        } else if (key->type == L1_KEY_BOOL) {
            CHECK(try_text(key, "true", 4) == L1_OK && try_text(key, "false", 5) == L1_OK);
            CHECK(try_text(key, "yes", 3) == L1_CONFIG_VALUE);
        } else if (key->type == L1_KEY_DELAYS) {
            straddle_list(key);
        } else {
            for (size_t i = 0; key->choices[i] != NULL; i++) {
                const size_t size = strlen(key->choices[i]);
                const bool word = key->type == L1_KEY_ENUM;
                CHECK(try_text(key, key->choices[i], size) == (word ? L1_OK : L1_CONFIG_VALUE));
                CHECK(try_text(key, key->choices[i], size - 1) == L1_CONFIG_VALUE);
            }
        }
        CHECK(strlen(key->help) > 10 && strlen(key->unit) > 0);
        CHECK(key->rule == NULL || key->size == sizeof(int64_t));
    }
}

static void test_config__shown_text_parses_back_to_the_same_bytes(void **state)
{
    (void)state;
    static const char *const overrides[] = {"signal.ttl_ms=null",
                                            "symbols.ETH/USDT.spread_max=null",
                                            "journal.dir=\"a 'b': #\\u00f1\"",
                                            "bus=unix:/tmp/l1.sock",
                                            "ai.gate=[trend, survival]",
                                            "ai.shadow=[]",
                                            "paper.balances.BTC=1e-05",
                                            "mode=replay",
                                            "paper.latency_table_ms=[20, 45, 300]",
                                            "paper.commission=ETH",
                                            "engine_id='null'"};
    static l1_config again;
    CHECK(l1_config_read(SHIPPED, overrides, 11, &config, &error).code == L1_OK);
    one.size = two.size = 0;
    l1_config_show(&config, (l1_config_out){&one, append});
    if (l1_config_parse(one.text, one.size, "shown", NULL, 0, &again, &error).code != L1_OK) {
        fail_msg("%s\n%s", error.text, one.text);
    }
    l1_config_show(&again, (l1_config_out){&two, append});
    assert_string_equal(one.text, two.text);
    size_t lines = 0, want = 3; /* the balances of quote and two bases */
    for (const char *at = one.text; *at != '\0'; at++) lines += at[0] == ':' && at[1] == ' ';
    for (size_t row = 0; row < l1_keys_count; row++) {
        const l1_key_home home = l1_keys[row].home;
        want += home == L1_HOME_SYMBOL ? 2 : home != L1_HOME_BALANCE;
    }
    assert_int_equal(lines, want + 1); /* one more stands within journal.dir */
    CHECK(memcmp(&config, &again, sizeof config) == 0);
    CHECK(again.limits.clock_from_events);
    CHECK(again.limits.paper_latencies.count == 3);
    CHECK(again.limits.paper_latencies.ns[2] == INT64_C(300000000));
    CHECK(again.limits.commission == L1_COMMISSION_ASSET && again.limits.commission_asset == 2);
    CHECK(again.limits.paper_balance_e8[0] == 100000 * L1_E8);
    CHECK(again.limits.paper_balance_e8[1] == 1000);
    CHECK(strcmp(again.settings.journal_dir, "a 'b': #\xc3\xb1") == 0);
    CHECK(strcmp(again.limits.engine_id, "null") == 0);
}

static void test_config__ada_is_added_by_the_commented_lines_of_the_shipped_file(void **state)
{
    (void)state;
    load(SHIPPED, &shipped);
    char *at = strstr(shipped.text, "#  ADA/USDT");
    assert_non_null(at);
    for (; at != NULL; at = strstr(at, "\n#")) {
        if (*at == '\n') at++;
        memmove(at, at + 1, strlen(at));
    }
    char *balances = strstr(shipped.text, "{USDT: 100000}");
    memcpy(balances, "{ADA: 2500000}", 14);
    if (parse(shipped.text) != L1_OK) fail_msg("%s", error.text);
    CHECK(config.limits.symbols_count == 3);
    CHECK(l1_limits_symbol(&config.limits, "ADA/USDT") == 2);
    CHECK(l1_limits_symbol(&config.limits, "BTC/USDT") == 0);
    CHECK(l1_limits_symbol(&config.limits, "BTC/USD") == -1);
    CHECK(l1_limits_symbol(&config.limits, "") == -1);
    CHECK(config.limits.paper_balance_e8[3] == 2500000 * L1_E8);
    CHECK(config.limits.paper_balance_e8[0] == 0);
    CHECK(config.limits.symbols[2].tick_e8 == 10000);
}

static const struct {
    const char *text;
    l1_status code;
    unsigned line;
    const char *says[5];
} error_rows[] = {
    {"mode: paper\nsignal: {ttl: 5}\n" SYMBOLS,
     L1_CONFIG_KEY,
     2,
     {"test.yaml:2: signal.ttl: ", "unknown key", "signal.ttl_ms"}},
    {"rate_max: 5\n" SYMBOLS, L1_CONFIG_KEY, 1, {"rate_max", "signal.rate_max"}},
    {"singal: {ttl_ms: 5}\n" SYMBOLS, L1_CONFIG_KEY, 1, {"did you mean signal?"}},
    {"zzzzzzzz: 5\n" SYMBOLS, L1_CONFIG_KEY, 1, {"docs/configuration.md"}},
    {"signal.ttl_ms: 5\n" SYMBOLS, L1_CONFIG_KEY, 1, {"signal.ttl_ms", "without a dot"}},
    {"signal:\n  rate_max: 5\n  rate_max: 6\n" SYMBOLS,
     L1_CONFIG_KEY,
     3,
     {"test.yaml:3: signal.rate_max: ", "second time", "line 2"}},
    {"signal: {ttl_ms: 5}\nsignal: {rate_max: 5}\n" SYMBOLS,
     L1_CONFIG_KEY,
     2,
     {"signal", "second time"}},
    {SYMBOLS "  BTC/USDT: " SYMBOL_BODY, L1_CONFIG_KEY, 3, {"BTC/USDT", "second time"}},
    {"signal: {rate_max: 60001}\n" SYMBOLS,
     L1_CONFIG_VALUE,
     1,
     {"signal.rate_max", "60001", "above the limit 60000", "1 to 60000", "or null"}},
    {"paper: {latency_ms: -1}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"-1 is below the limit 0"}},
    {"paper: {taker_fee: cheap}\n" SYMBOLS,
     L1_CONFIG_VALUE,
     1,
     {"cheap is not a decimal number", "0 to 0.1"}},
    {"paper: {taker_fee: '0.1'}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"0.1 is a quoted text"}},
    {"signal: {ttl_ms: 0.5}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"0.5 is not a whole number"}},
    {"signal: {ttl_ms: {a: 1}}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"a mapping is not a value"}},
    {"signal: {ttl_ms: [1]}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"a list is not a value"}},
    {"signal: 5\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"signal: is a group of keys"}},
    {"signal: {ttl_ms: }\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"is missing", "or null"}},
    {"market: {age_ms_max: null}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"null is not allowed"}},
    {"ai: {gate: [survival, luck]}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"luck is none"}},
    {"ai: {gate: [survival, survival]}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"twice"}},
    {"ai: {gate: [[survival]]}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"element of a list"}},
    {"ai: {gate: survival}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"not a list"}},
    {"paper: {commission: BNB}\n" SYMBOLS,
     L1_CONFIG_VALUE,
     1,
     {"paper.commission", "BNB", "received, base, quote"}},
    {"paper: {latency_table_ms: 5}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"paper.latency_table_ms"}},
    {"paper: {latency_table_ms: [5, -1]}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"-1", "0 to 60000"}},
    {"ai: {gate: []}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"ai.gate", "ai.required"}},
    {"ai: {gate: [trend]}\n" SYMBOLS, L1_CONFIG_VALUE, 0, {"ai.shadow", "ai.gate"}},
    {"? [a]\n: 1\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"cannot stand as a key"}},
    {"mode: &a paper\n" SYMBOLS, L1_INPUT_SYNTAX, 1, {"mode", "anchor &a"}},
    {"mode: *a\n" SYMBOLS, L1_INPUT_SYNTAX, 1, {"mode", "alias"}},
    {"mode: !!str paper\n" SYMBOLS, L1_INPUT_SYNTAX, 1, {"mode", "tag"}},
    {"mode: paper\n" SYMBOLS "---\nmode: replay\n", L1_INPUT_SYNTAX, 4, {"second document"}},
    {"mode: paper\nbus: \"\xff\"\n" SYMBOLS, L1_INPUT_SYNTAX, 2, {"test.yaml:2", "UTF-8"}},
    {"mode: paper\nsignal: {ttl_ms: 1\n", L1_INPUT_SYNTAX, 3, {"well-formed"}},
    {"", L1_CONFIG_VALUE, 0, {"no value"}},
    {"[]\n", L1_INPUT_SYNTAX, 1, {"list"}},
    {"5\n", L1_INPUT_SYNTAX, 1, {"not a mapping"}},
    {"{}\n", L1_CONFIG_VALUE, 0, {"symbols", "no symbol", "1 to 64"}},
    {"symbols: {BTCUSDT: " SYMBOL_BODY "}\n", L1_CONFIG_KEY, 1, {"BASE/QUOTE"}},
    {"symbols: {BTC/EUR: " SYMBOL_BODY "}\n", L1_CONFIG_VALUE, 1, {"BTC/EUR", "USDT"}},
    {"symbols: {USDT/USDT: " SYMBOL_BODY "}\n", L1_CONFIG_VALUE, 1, {"same asset"}},
    {"\nsymbols: {BTC/USDT: {qty_min: 1}}\n",
     L1_CONFIG_VALUE,
     2,
     {"symbols.BTC/USDT.qty_max", "not written", "null to switch QTY_MAX off"}},
    {"paper: {balances: {DOGE: 5}}\n" SYMBOLS,
     L1_CONFIG_KEY,
     1,
     {"paper.balances.DOGE", "neither", "USDT"}},
    {"paper: {balances: {BTC: null}}\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"balances.BTC"}},
    {"\nmode: live\n" SYMBOLS, L1_CONFIG_VALUE, 2, {"mode: live is not available in this version"}},
    {"mode: live\njournal: {sync: none}\n" SYMBOLS,
     L1_CONFIG_VALUE,
     2,
     {"journal.sync", "refused in live"}},
    {"mode: replay\nclock: {source: real}\n" SYMBOLS, L1_CONFIG_VALUE, 2, {"clock.source"}},
    {"bus: unix:\n" SYMBOLS, L1_CONFIG_VALUE, 0, {"bus"}},
    {"bus: nats://host:70000\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"nats://HOST:PORT"}},
    {"bus: nats://me:word@host:4222\n" SYMBOLS, L1_CONFIG_VALUE, 1, {"not the address"}},
};

static void test_config__errors_name_line_key_value_limit_and_the_way_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof error_rows / sizeof error_rows[0]; i++) {
        const l1_status code = parse(error_rows[i].text);
        if (code != error_rows[i].code) {
            fail_msg("row %zu: %d: %.80s: %s", i, (int)code, error_rows[i].text, error.text);
        }
        if (error_rows[i].line != 0) assert_int_equal(error.diag.line, error_rows[i].line);
        for (size_t j = 0; j < 5 && error_rows[i].says[j] != NULL; j++) {
            if (strstr(error.text, error_rows[i].says[j]) == NULL) {
                fail_msg("\"%s\" is not in: %s", error_rows[i].says[j], error.text);
            }
        }
        CHECK(config.limits.symbols_count == 0);
    }
}

static void test_config__keys_of_one_symbol_have_to_agree(void **state)
{
    (void)state;
    static const struct {
        const char *override;
        l1_status want;
    } rows[] = {
        {"symbols.BTC/USDT.qty_max=0.0001", L1_OK},
        {"symbols.BTC/USDT.qty_max=0.00009999", L1_CONFIG_VALUE},
        {"symbols.BTC/USDT.qty_min=null", L1_OK},
        {"symbols.BTC/USDT.qty_min=0.000105", L1_CONFIG_VALUE},
        {"symbols.BTC/USDT.notional_max=10", L1_OK},
        {"symbols.BTC/USDT.notional_max=9.99999999", L1_CONFIG_VALUE},
        {"symbols.BTC/USDT.stop.distance_max=0.001", L1_OK},
        {"symbols.BTC/USDT.stop.distance_max=0.00099999", L1_CONFIG_VALUE},
        {"symbols.BTC/USDT={qty_min: null, qty_max: 1e-05}", L1_OK},
        {"symbols.BTC/USDT={qty_min: null, qty_max: 9e-06}", L1_CONFIG_VALUE},
        {"symbols.BTC/USDT.slippage_max=0.99999999", L1_OK},
        {"symbols.BTC/USDT.slippage_max=1", L1_CONFIG_VALUE},
        {"symbols.BTC/USDT.slippage_max=null", L1_CONFIG_VALUE},
        {"symbols.BTC/USDT.venue.lot=0", L1_CONFIG_VALUE},
        {"symbols.BTC/USDT.venue.tick=0", L1_CONFIG_VALUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (parse_with(SYMBOLS, rows[i].override) != rows[i].want) {
            fail_msg("%s: %s", rows[i].override, error.text);
        }
        if (rows[i].want != L1_OK) assert_non_null(strstr(error.text, "--set symbols.BTC/USDT"));
    }
}

static void test_config__overrides_pass_the_same_table_and_never_add_a_symbol(void **state)
{
    (void)state;
    static const struct {
        const char *override;
        l1_status want;
    } rows[] = {
        {"signal.rate_max=60000", L1_OK},
        {"signal.rate_max=60001", L1_CONFIG_VALUE},
        {"signal.rate_max=", L1_CONFIG_VALUE},
        {"signal.rate=5", L1_CONFIG_KEY},
        {"signal={rate_max: 5}", L1_OK},
        {"signal.rate_max", L1_USAGE},
        {"=5", L1_USAGE},
        {"symbols.ADA/USDT.qty_max=5", L1_CONFIG_KEY},
        {"symbols.ADA/USDT={}", L1_CONFIG_KEY},
        {"symbols.ADA/USDT.stop={}", L1_CONFIG_KEY},
        {"symbols.*.qty_max=5", L1_CONFIG_KEY},
        {"paper.balances.BTC=1", L1_OK},
        {"paper.balances.DOGE=1", L1_CONFIG_KEY},
        {"ai.gate=[survival]", L1_OK},
        {"mode=live", L1_CONFIG_VALUE},
        {"bus=nats://127.0.0.1:4222", L1_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (parse_with(SYMBOLS, rows[i].override) != rows[i].want) {
            fail_msg("%s: %s", rows[i].override, error.text);
        }
    }
    static const char *const twice[] = {"signal.rate_max=5", "signal.rate_max=6"};
    CHECK(l1_config_parse(SYMBOLS, strlen(SYMBOLS), "t", twice, 2, &config, &error).code == L1_OK);
    CHECK(config.limits.rate_max == 6);
}

static void test_config__symbols_and_size_are_bounded(void **state)
{
    (void)state;
    static char text[L1_CONFIG_SIZE_MAX + 2];
    for (unsigned count = L1_SYMBOLS_MAX; count <= L1_SYMBOLS_MAX + 1; count++) {
        size_t used = (size_t)snprintf(text, sizeof text, "symbols:\n");
        for (unsigned i = 0; i < count; i++) {
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "  A%u/USDT: %s", i, SYMBOL_BODY);
        }
        CHECK(parse(text) == (count == L1_SYMBOLS_MAX ? L1_OK : L1_CONFIG_KEY));
    }
    CHECK(strstr(error.text, "above the limit 64") != NULL);
    memset(text, '#', sizeof text);
    memcpy(text, SYMBOLS, strlen(SYMBOLS));
    CHECK(l1_config_parse(text, L1_CONFIG_SIZE_MAX, "t", NULL, 0, &config, &error).code == L1_OK);
    CHECK(l1_config_parse(text, L1_CONFIG_SIZE_MAX + 1, "t", NULL, 0, &config, &error).code ==
          L1_INPUT_TOO_LONG);
    memset(text, '[', sizeof text);
    CHECK(l1_config_parse(text, L1_CONFIG_SIZE_MAX, "t", NULL, 0, &config, &error).code != L1_OK);
    CHECK(l1_config_read("/nonexistent/l1.yaml", NULL, 0, &config, &error).code == L1_IO_OPEN);
    CHECK(l1_config_read("/", NULL, 0, &config, &error).code != L1_OK);
}

static void test_config__each_null_is_named_as_a_warning(void **state)
{
    (void)state;
    static const char *const overrides[] = {"symbols.BTC/USDT.spread_max=null",
                                            "signal={rate_max: null, repeat_max: ~}"};
    one.size = 0;
    CHECK(l1_config_read(SHIPPED, overrides, 2, &config, &error).code == L1_OK);
    CHECK(config.limits.symbols[0].spread_max_e8 == L1_OFF);
    CHECK(l1_config_warnings(&config, (l1_config_out){&one, append}) == 3);
    assert_string_equal(one.text,
                        "rule RATE_LIMIT is switched off by signal.rate_max: null\n"
                        "rule REPEATED_ORDER is switched off by signal.repeat_max: null\n"
                        "rule SPREAD is switched off by symbols.BTC/USDT.spread_max: null\n");
}

static void test_config__explain_tells_a_key_a_group_or_the_nearest_keys(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        l1_status want;
        const char *says;
    } rows[] = {
        {"symbols.BTC/USDT.qty_max", L1_OK, "default: none; it has to be written"},
        {"symbols.*.qty_max", L1_OK, "0.00000001 to 10000000000"},
        {"signal.ttl_ms", L1_OK, "switches SIGNAL_EXPIRED off"},
        {"signal", L1_OK, "signal.rate_max: "},
        {"symbols.BTC/USDT.stop", L1_OK, "symbols.BTC/USDT.stop.atr_max: "},
        {"signal.ttl", L1_CONFIG_KEY, "nearest: signal.ttl_ms"},
        {"qty_max", L1_CONFIG_KEY, "symbols.*.qty_max"},
        {"symbols.BTC/USDT.qty_mx", L1_CONFIG_KEY, "symbols.BTC/USDT.qty_max"},
        {"", L1_CONFIG_KEY, "unknown key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        one.size = 0;
        one.text[0] = '\0';
        const l1_result result =
            l1_config_explain(rows[i].key, (l1_config_out){&one, append}, &error);
        assert_int_equal(result.code, rows[i].want);
        const char *text = rows[i].want == L1_OK ? one.text : error.text;
        if (strstr(text, rows[i].says) == NULL) fail_msg("%s: %s", rows[i].key, text);
    }
    for (size_t row = 0; row < l1_keys_count; row++) {
        CHECK(l1_config_explain(l1_keys[row].name, (l1_config_out){&one, append}, &error).code ==
              L1_OK);
        CHECK(l1_key_find(l1_keys[row].name).row == row);
    }
}

static void test_config__reference_page_is_the_one_generated_from_the_table(void **state)
{
    (void)state;
    one.size = 0;
    l1_config_reference((l1_config_out){&one, append});
    const char *write_to = getenv("L1_REFERENCE_OUT"); /* how the page is made anew */
    if (write_to != NULL) {
        FILE *file = fopen(write_to, "wb");
        assert_non_null(file);
        CHECK(fwrite(one.text, 1, one.size, file) == one.size);
        (void)fclose(file);
    }
    load(L1_SOURCE_DIR "/docs/configuration.md", &two);
    assert_string_equal(one.text, two.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config__shipped_file_holds_the_value_of_the_contract_at_every_key),
        cmocka_unit_test(test_config__file_of_the_tests_is_the_shipped_one_without_the_gate),
        cmocka_unit_test(test_config__defaults_are_those_of_the_shipped_file),
        cmocka_unit_test(test_config__every_row_of_the_table_accepts_its_bounds_and_nothing_beyond),
        cmocka_unit_test(test_config__shown_text_parses_back_to_the_same_bytes),
        cmocka_unit_test(test_config__ada_is_added_by_the_commented_lines_of_the_shipped_file),
        cmocka_unit_test(test_config__errors_name_line_key_value_limit_and_the_way_out),
        cmocka_unit_test(test_config__keys_of_one_symbol_have_to_agree),
        cmocka_unit_test(test_config__overrides_pass_the_same_table_and_never_add_a_symbol),
        cmocka_unit_test(test_config__symbols_and_size_are_bounded),
        cmocka_unit_test(test_config__each_null_is_named_as_a_warning),
        cmocka_unit_test(test_config__explain_tells_a_key_a_group_or_the_nearest_keys),
        cmocka_unit_test(test_config__reference_page_is_the_one_generated_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
