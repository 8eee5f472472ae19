/* tests/unit/bus_codec/test_decode_others.c: market, portfolio, control and subscribe messages. */
#include "testlib/check.h"

#include "unit/bus_codec/codec_desk.h"

static const char bar[] =
    "{\"topic\":\"market\",\"type\":\"bar\",\"symbol\":\"BTC/USDT\",\"interval\":\"1m\","
    "\"open_time\":1700000040000,\"close_time\":1700000099999,\"open\":50000.1,\"high\":50010,"
    "\"low\":49990,\"close\":50005,\"volume\":12.5,\"quote_volume\":625000,\"trades\":321,"
    "\"taker_buy_volume\":6}";
static const char book[] =
    "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"ETH/USDT\",\"ts\":" TS_MS ","
    "\"bids\":[[2000,1.5],[\"1999.5\",2]],\"asks\":[[2000.5,3]]}";
static const char trade[] =
    "{\"topic\":\"market\",\"type\":\"trade\",\"symbol\":\"ETH/USDT\",\"ts\":" TS_MS ","
    "\"price\":2000.1,\"qty\":0.5,\"trade_id\":123456789012,\"buyer_maker\":true}";
static const char portfolio[] =
    "{\"topic\":\"portfolio\",\"ts\":" TS_MS ",\"equity\":100000,\"balances\":{"
    "\"USDT\":{\"free\":90000,\"locked\":10},\"ETH\":{\"free\":\"1.5\",\"locked\":0}},"
    "\"correlation_btc_eth\":0.7}";
static const char control[] =
    "{\"topic\":\"control\",\"command\":\"halt_symbol\",\"symbol\":\"ETH/USDT\","
    "\"reason\":\"news\","
    "\"ts\":" TS_MS "}";
static const char subscribe[] =
    "{\"topic\":\"subscribe\",\"topics\":[\"reports\",\"alerts\"],\"from\":17}";

static void test_market__bar_is_read_with_the_time_of_its_close(void **state)
{
    (void)state;
    const l1_decoded *const out = desk_decode(bar);
    const l1_bar *const got = &out->event.as.bar;
    CHECK(out->event.kind == L1_EVENT_BAR && out->topic == L1_TOPIC_MARKET);
    CHECK(got->symbol == 0 && got->trades == 321);
    CHECK(got->open_time_ns == INT64_C(1700000040000000000));
    CHECK(got->close_time_ns == INT64_C(1700000099999000000));
    CHECK(got->open_e8 == INT64_C(5000010000000) && got->high_e8 == 50010 * L1_E8);
    CHECK(got->low_e8 == 49990 * L1_E8 && got->close_e8 == 50005 * L1_E8);
    CHECK(got->volume_e8 == 1250000000 && got->quote_volume_e8 == 625000 * L1_E8);
    CHECK(got->taker_buy_volume_e8 == 6 * L1_E8);
    CHECK(out->has_ts && out->ts_ns == got->close_time_ns && out->unknown_keys == 0);
}

static void test_market__bar_fields_and_their_sets(void **state)
{
    (void)state;
    static const desk_row rows[] = {
        {"type", NULL, "type", "type is missing"},
        {"type", "null", "type", "type is missing"},
        {"type", "\"candle\"", "type", "bar, book or trade"},
        {"type", "1", "type", NULL},
        {"symbol", NULL, "symbol", "symbol is missing"},
        {"symbol", "\"DOGE/USDT\"", "symbol", "symbol is \"DOGE/USDT\"; it must be a configured"},
        {"symbol", "\"0123456789012345678901234567890\"", "symbol", NULL},
        {"symbol", "5", "symbol", NULL},
        {"interval", NULL, "interval", NULL},
        {"interval", "\"5m\"", "interval", "interval is \"5m\"; it must be 1m"},
        {"open_time", NULL, "open_time", NULL},
        {"open_time", "1700000040001", "close_time", "59999 or 60000"},
        {"open_time", "1700000040002", "close_time", NULL},
        {"open_time", "1700000039999", NULL, NULL}, /* 60000 ms; the minute before */
        {"open_time", "1700000039998", "close_time", NULL},
        {"open_time", "\"2023-11-14T22:14:00Z\"", NULL, NULL},
        {"close_time", "1700000099998", "close_time", NULL},
        {"close_time", "1700000100000", NULL, NULL},
        {"close_time", "1700000100001", "close_time", NULL},
        {"close_time", "\"x\"", "close_time", NULL},
        {"open", NULL, "open", "open is missing"},
        {"open", "\"x\"", "open", NULL},
        {"open", "50010.00000001", "open", NULL},
        {"high", "49000", "high", "high is below low"},
        {"high", "null", "high", NULL},
        {"low", "0", "low", NULL},
        {"low", "[]", "low", NULL},
        {"close", "50010", NULL, NULL},
        {"close", "50010.00000001", "close", NULL},
        {"volume", "-1", "volume", NULL},
        {"volume", "6", NULL, NULL},
        {"volume", "5.99999999", "taker_buy_volume", "exceeds volume"},
        {"quote_volume", NULL, "quote_volume", NULL},
        {"trades", "-1", "trades", NULL},
        {"trades", "0", NULL, NULL},
        {"trades", "1.5", "trades", NULL},
        {"taker_buy_volume", NULL, "taker_buy_volume", NULL},
    };
    RUN_ROWS(bar, L1_TOPIC_MARKET, rows);
}

static void test_market__book_is_read_best_first(void **state)
{
    (void)state;
    const l1_decoded *const out = desk_decode(book);
    const l1_book *const got = &out->event.as.book;
    CHECK(out->event.kind == L1_EVENT_BOOK && out->has_ts && out->ts_ns == TS_NS);
    CHECK(got->symbol == 1 && got->ts_ns == TS_NS);
    CHECK(got->bids_count == 2 && got->asks_count == 1);
    CHECK(got->bids[0].price_e8 == 2000 * L1_E8 && got->bids[0].qty_e8 == 150000000);
    CHECK(got->bids[1].price_e8 == INT64_C(199950000000) && got->bids[1].qty_e8 == 2 * L1_E8);
    CHECK(got->asks[0].price_e8 == INT64_C(200050000000) && got->asks[0].qty_e8 == 3 * L1_E8);
}

static void test_market__book_fields_and_their_sets(void **state)
{
    (void)state;
    static const desk_row rows[] = {
        {"ts", NULL, "ts", "ts is missing"},
        {"bids", NULL, "bids", "bids is missing"},
        {"bids", "[]", "bids", "bids are empty"},
        {"asks", "[]", "asks", "asks are empty"},
        {"bids", "5", "bids", "an array of [price, qty]"},
        {"bids", "[5]", "bids", "level 1 of bids is not a pair"},
        {"bids", "[[2000,1],[1999]]", "bids", "level 2 of bids"},
        {"bids", "[[2000,1,7]]", "bids", NULL},
        {"bids", "[{\"a\":1}]", "bids", NULL},
        {"bids", "[[2000,null]]", "bids", "bids is null; it must be a decimal"},
        {"bids", "[[\"x\",1]]", "bids", NULL},
        {"bids", "[[[1],1]]", "bids", NULL},
        {"bids", "[[0,1]]", "bids", NULL},
        {"bids", "[[2000,0]]", "bids", NULL},
        {"bids", "[[2000.5,1]]", "bids", "lock"},
        {"bids", "[[2001,1]]", "bids", "cross"},
        {"asks", "[[2001,1],[2000.5,1]]", "asks", "sorted"},
        {"bids", "[[1999,1],[2000,1]]", "bids", "sorted"},
    };
    RUN_ROWS(book, L1_TOPIC_MARKET, rows);
}

static void test_market__book_has_at_most_20_levels(void **state)
{
    (void)state;
    for (unsigned count = 19; count <= 21; count++) {
        char list[512] = "[", text[2048];
        for (unsigned i = 0; i < count; i++) {
            char level[32];
            snprintf(level, sizeof level, "%s[%u,1]", i > 0 ? "," : "", 1000 - i);
            strcat(list, level);
        }
        strcat(list, "]");
        desk_replace(book, "bids", list, text, sizeof text);
        const l1_decoded *const out = desk_decode(text);
        if (count <= L1_BOOK_LEVELS_MAX) {
            CHECK(out->event.kind == L1_EVENT_BOOK && out->event.as.book.bids_count == count);
            CHECK(out->event.as.book.bids[count - 1].price_e8 == (1001 - count) * L1_E8);
        } else {
            desk_check_refused(out, L1_TOPIC_MARKET, "bids", "bids has 21 levels; the limit is 20");
        }
    }
}

static void test_market__trade_fields_and_their_sets(void **state)
{
    (void)state;
    const l1_decoded *const out = desk_decode(trade);
    const l1_trade *const got = &out->event.as.trade;
    CHECK(out->event.kind == L1_EVENT_TRADE && out->has_ts && out->ts_ns == TS_NS);
    CHECK(got->symbol == 1 && got->price_e8 == INT64_C(200010000000) && got->qty_e8 == 50000000);
    CHECK(got->trade_id == UINT64_C(123456789012) && got->buyer_maker);
    static const desk_row rows[] = {
        {"ts", NULL, "ts", NULL},
        {"price", "0", "price", "price is 0; it must be a decimal number of at least 0.00000001"},
        {"price", "0.00000001", NULL, NULL},
        {"price", "-1", "price", NULL},
        {"qty", "0", "qty", NULL},
        {"qty", "0.000000004", "qty", NULL},
        {"qty", NULL, "qty", "qty is missing"},
        {"trade_id", "-1", "trade_id", NULL},
        {"trade_id", "\"77\"", NULL, NULL},
        {"trade_id", "\"T77\"", "trade_id", NULL},
        {"trade_id", NULL, "trade_id", NULL},
        {"buyer_maker", "false", NULL, NULL},
        {"buyer_maker", "1", "buyer_maker", "true or false"},
        {"buyer_maker", "\"true\"", "buyer_maker", NULL},
        {"buyer_maker", NULL, "buyer_maker", NULL},
    };
    RUN_ROWS(trade, L1_TOPIC_MARKET, rows);
}

static void test_portfolio__is_complete_and_ignores_unknown_assets(void **state)
{
    (void)state;
    const l1_decoded *out = desk_decode(portfolio);
    const l1_portfolio *const got = &out->event.as.portfolio;
    CHECK(out->event.kind == L1_EVENT_PORTFOLIO && out->has_ts && out->ts_ns == TS_NS);
    CHECK(got->ts_ns == TS_NS && got->equity_e8 == 100000 * L1_E8);
    CHECK(got->correlation_e8 == 70000000);
    CHECK(got->free_e8[0] == 90000 * L1_E8 && got->locked_e8[0] == 10 * L1_E8);
    CHECK(got->free_e8[2] == 150000000 && got->locked_e8[2] == 0);
    for (unsigned i = 0; i < L1_ASSETS_MAX; i++) {
        if (i != 0 && i != 2) CHECK(got->free_e8[i] == 0 && got->locked_e8[i] == 0);
    }
    CHECK(out->unknown_keys == 0);
    out = desk_decode("{\"topic\":\"portfolio\",\"ts\":" TS_MS ",\"equity\":-1,\"balances\":{"
                      "\"DOGE\":5,\"BTC\":null,\"USDT\":{\"free\":1,\"locked\":2,\"total\":3}}}");
    CHECK(out->event.kind == L1_EVENT_PORTFOLIO && out->unknown_keys == 2);
    CHECK(out->event.as.portfolio.correlation_e8 == L1_OFF);
    CHECK(out->event.as.portfolio.free_e8[0] == L1_E8);
    out = desk_decode("{\"topic\":\"portfolio\",\"ts\":" TS_MS ",\"balances\":{}}");
    CHECK(out->event.kind == L1_EVENT_PORTFOLIO && out->event.as.portfolio.equity_e8 == L1_OFF);
}

static void test_portfolio__fields_and_their_sets(void **state)
{
    (void)state;
    static const desk_row rows[] = {
        {"ts", NULL, "ts", NULL},
        {"ts", "\"now\"", "ts", NULL},
        {"equity", NULL, NULL, NULL}, /* absent is for the rules to judge */
        {"equity", "null", NULL, NULL},
        {"equity", "\"rich\"", "equity", NULL},
        {"equity", "0", NULL, NULL},
        {"balances", NULL, "balances", "balances is missing"},
        {"balances", "[]", "balances", "an object"},
        {"balances", "{}", NULL, NULL},
        {"USDT", "5", "balances", "an object {free, locked}"},
        {"USDT", "{\"free\":1}", "balances.locked", "balances.locked is missing"},
        {"USDT", "{\"locked\":1}", "balances.free", NULL},
        {"USDT", "{\"free\":-0.00000001,\"locked\":0}", "balances.free", "of at least 0"},
        {"USDT", "{\"free\":0,\"locked\":-1}", "balances.locked", NULL},
        {"USDT", "{\"free\":0,\"locked\":0}", NULL, NULL},
        {"USDT", "{\"free\":\"x\",\"locked\":0}", "balances.free", NULL},
        {"correlation_btc_eth", "3", NULL, NULL},
        {"correlation_btc_eth", "true", "correlation_btc_eth", NULL},
    };
    RUN_ROWS(portfolio, L1_TOPIC_PORTFOLIO, rows);
}

static void test_control__commands_and_their_symbols(void **state)
{
    (void)state;
    const l1_decoded *out = desk_decode(control);
    CHECK(out->event.kind == L1_EVENT_CONTROL && out->has_ts && out->ts_ns == TS_NS);
    CHECK(out->event.as.control.command == L1_CONTROL_HALT_SYMBOL);
    CHECK(out->event.as.control.symbol == 1);
    assert_string_equal(out->event.as.control.reason, "news");
    static const char *const commands[L1_CONTROL_COUNT] = {
        "halt",        "resume",     "halt_symbol", "resume_symbol",
        "reduce_only", "cancel_all", "status",      "reload_models",
    };
    for (unsigned i = 0; i < L1_CONTROL_COUNT; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"topic\":\"control\",\"command\":\"%s\"}", commands[i]);
        out = desk_decode(text);
        if (i == L1_CONTROL_HALT_SYMBOL || i == L1_CONTROL_RESUME_SYMBOL) {
            desk_check_refused(out, L1_TOPIC_CONTROL, "symbol", "symbol is missing");
        } else {
            CHECK(out->event.kind == L1_EVENT_CONTROL && !out->has_ts);
            CHECK(out->event.as.control.command == (l1_control_command)i);
            CHECK(out->event.as.control.symbol == -1);
            assert_string_equal(out->event.as.control.reason, "");
        }
    }
    char longest[256];
    char text[512];
    memset(longest, 'x', sizeof longest);
    longest[0] = '"';
    for (unsigned size = 127; size <= 129; size++) { /* a halt is obeyed whatever its reason */
        longest[size + 1] = '"';
        longest[size + 2] = '\0';
        desk_replace(control, "reason", longest, text, sizeof text);
        out = desk_decode(text);
        CHECK(out->event.kind == L1_EVENT_CONTROL);
        CHECK(strlen(out->event.as.control.reason) == (size > 128 ? 128 : size));
        longest[size + 1] = 'x';
    }
    static const desk_row rows[] = {
        {"command", NULL, "command", "command is missing"},
        {"command", "\"stop\"", "command", "halt, resume, halt_symbol, resume_symbol, reduce_only"},
        {"command", "5", "command", NULL},
        {"symbol", "\"DOGE/USDT\"", "symbol", "DOGE/USDT"},
        {"symbol", "null", "symbol", NULL},
        {"symbol", "1", "symbol", NULL},
        {"reason", "1", "reason", NULL},
        {"ts", "\"now\"", "ts", NULL},
    };
    RUN_ROWS(control, L1_TOPIC_CONTROL, rows);
}

static void test_subscribe__asks_for_outputs_and_a_sequence(void **state)
{
    (void)state;
    const l1_decoded *out = desk_decode(subscribe);
    CHECK(out->topic == L1_TOPIC_SUBSCRIBE && out->event.kind == L1_EVENT_TICK);
    CHECK(out->subscribe.topics ==
          (L1_TOPIC_BIT(L1_TOPIC_REPORTS) | L1_TOPIC_BIT(L1_TOPIC_ALERTS)));
    CHECK(out->subscribe.has_from && out->subscribe.from == 17);
    out = desk_decode("{\"topic\":\"subscribe\",\"topics\":[\"metrics\"]}");
    CHECK(out->subscribe.topics == L1_TOPIC_BIT(L1_TOPIC_METRICS) && !out->subscribe.has_from);
    CHECK(out->subscribe.from == 0);
    out = desk_decode("{\"topic\":\"subscribe\",\"topics\":[\"analysis\"]}");
    CHECK(out->subscribe.topics == L1_TOPIC_BIT(L1_TOPIC_ANALYSIS));
    static const desk_row rows[] = {
        {"topics", NULL, "topics", "topics is missing"},
        {"topics", "\"reports\"", "topics", "an array of topics"},
        {"topics", "[]", NULL, NULL},
        {"topics", "[\"signals\"]", "topics", "reports, alerts, metrics or analysis"},
        {"topics", "[5]", "topics", NULL},
        {"from", "0", NULL, NULL},
        {"from", "-1", "from", "of at least 0"},
        {"from", "\"start\"", "from", NULL},
    };
    RUN_ROWS(subscribe, L1_TOPIC_SUBSCRIBE, rows);
}

static void test_topic__only_inputs_are_admitted(void **state)
{
    (void)state;
    static const struct {
        const char *topic;
        l1_topic want;
    } rows[] = {
        {"null", L1_TOPIC_SIGNALS},        {"\"signals\"", L1_TOPIC_SIGNALS},
        {"\"reports\"", L1_TOPIC_UNKNOWN}, {"\"alerts\"", L1_TOPIC_UNKNOWN},
        {"\"metrics\"", L1_TOPIC_UNKNOWN}, {"\"ack\"", L1_TOPIC_UNKNOWN},
        {"\"gap\"", L1_TOPIC_UNKNOWN},     {"\"unknown\"", L1_TOPIC_UNKNOWN},
        {"\"Signals\"", L1_TOPIC_UNKNOWN}, {"7", L1_TOPIC_UNKNOWN},
        {"\"\"", L1_TOPIC_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "{\"topic\":%s,\"signal_id\":\"a\",\"symbol\":\"BTC/USDT\",\"side\":\"buy\","
                 "\"qty\":1}",
                 rows[i].topic);
        const l1_decoded *const out = desk_decode(text);
        assert_int_equal(out->topic, rows[i].want);
        if (rows[i].want == L1_TOPIC_UNKNOWN) {
            desk_check_refused(out, L1_TOPIC_UNKNOWN, "topic", "signals, market, portfolio");
            assert_string_equal(out->event.as.refusal.signal_id, "");
        } else {
            CHECK(out->event.kind == L1_EVENT_SIGNAL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_market__bar_is_read_with_the_time_of_its_close),
        cmocka_unit_test(test_market__bar_fields_and_their_sets),
        cmocka_unit_test(test_market__book_is_read_best_first),
        cmocka_unit_test(test_market__book_fields_and_their_sets),
        cmocka_unit_test(test_market__book_has_at_most_20_levels),
        cmocka_unit_test(test_market__trade_fields_and_their_sets),
        cmocka_unit_test(test_portfolio__is_complete_and_ignores_unknown_assets),
        cmocka_unit_test(test_portfolio__fields_and_their_sets),
        cmocka_unit_test(test_control__commands_and_their_symbols),
        cmocka_unit_test(test_subscribe__asks_for_outputs_and_a_sequence),
        cmocka_unit_test(test_topic__only_inputs_are_admitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
