/* tests/unit/bus_codec/test_decode_signal.c: every field of a signal, both sides of each bound. */
#include "testlib/check.h"

#include "unit/bus_codec/codec_desk.h"

#define SIGNALS L1_TOPIC_SIGNALS

/* The example of the contract, and one that has every field. */
static const char example[] =
    "{\"signal_id\":\"btc_signal_123\",\"symbol\":\"BTC/USDT\",\"side\":\"buy\",\"qty\":0.01,"
    "\"stop_loss\":49000.0,\n \"strategy_context\":{\"regime\":\"bull_market\","
    "\"correlation_btc_eth\":0.65}}";
static const char full[] =
    "{\"topic\":\"signals\",\"client_seq\":5,\"signal_id\":\"a\",\"symbol\":\"ETH/USDT\","
    "\"side\":\"sell\",\"qty\":\"1e-1\",\"stop_loss\":2100,\"price\":2000.5,\"take_profit\":1900,"
    "\"ts\":" TS_MS ",\"expires_at\":\"2023-11-14T22:13:25Z\",\"strategy_id\":\"ema\","
    "\"confidence\":0.75,\"strategy_context\":{\"regime\":\"bear\",\"correlation_btc_eth\":-0.5,"
    "\"volatility\":[1]},\"execution\":{\"algo\":\"twap\",\"duration_s\":60,\"slices_max\":4}}";

static void test_signal__example_of_the_contract_is_read(void **state)
{
    (void)state;
    const l1_decoded *const out = desk_decode(example);
    const l1_signal *const signal = &out->event.as.signal;
    CHECK(out->event.kind == L1_EVENT_SIGNAL && out->topic == SIGNALS);
    assert_string_equal(signal->id, "btc_signal_123");
    assert_string_equal(signal->symbol_text, "BTC/USDT");
    CHECK(signal->symbol == 0 && signal->side == L1_SIDE_BUY);
    CHECK(signal->qty_e8 == 1000000 && signal->stop_loss_e8 == 49000 * L1_E8);
    CHECK(signal->price_e8 == L1_OFF && signal->take_profit_e8 == L1_OFF);
    CHECK(signal->ts_ns == L1_OFF && signal->expires_at_ns == L1_OFF);
    CHECK(signal->confidence_e8 == L1_OFF && signal->correlation_e8 == 65000000);
    assert_string_equal(signal->regime, "bull_market");
    assert_string_equal(signal->strategy_id, "");
    CHECK(signal->algo == L1_ALGO_AUTO);
    CHECK(signal->duration_s == L1_OFF && signal->slices_max == L1_OFF);
    CHECK(!out->has_ts && !out->has_client_seq && out->unknown_keys == 0);
}

static void test_signal__every_field_is_read(void **state)
{
    (void)state;
    const l1_decoded *const out = desk_decode(full);
    const l1_signal *const signal = &out->event.as.signal;
    CHECK(out->event.kind == L1_EVENT_SIGNAL);
    CHECK(signal->symbol == 1 && signal->side == L1_SIDE_SELL);
    CHECK(signal->qty_e8 == 10000000 && signal->stop_loss_e8 == 2100 * L1_E8);
    CHECK(signal->price_e8 == INT64_C(200050000000));
    CHECK(signal->take_profit_e8 == 1900 * L1_E8);
    CHECK(signal->ts_ns == TS_NS && signal->expires_at_ns == TS_NS + INT64_C(5000000000));
    CHECK(signal->confidence_e8 == 75000000 && signal->correlation_e8 == -50000000);
    assert_string_equal(signal->strategy_id, "ema");
    assert_string_equal(signal->regime, "bear");
    CHECK(signal->algo == L1_ALGO_TWAP && signal->duration_s == 60 && signal->slices_max == 4);
    CHECK(out->has_ts && out->ts_ns == TS_NS);
    CHECK(out->has_client_seq && out->client_seq == 5);
    CHECK(out->unknown_keys == 0); /* strategy_context is open */
}

#define X10 "xxxxxxxxxx"
#define X32 X10 X10 X10 "xx"
#define X64 X32 X32

static void test_signal__required_fields_and_their_sets(void **state)
{
    (void)state;
    static const desk_row rows[] = {
        {"signal_id", NULL, "signal_id", "signal_id is missing"},
        {"signal_id", "null", "signal_id", "signal_id is missing"},
        {"signal_id", "7", "signal_id", "signal_id is 7; it must be text of 1 to 64"},
        {"signal_id", "\"\"", "signal_id", NULL},
        {"signal_id", "\"" X64 "\"", NULL, NULL},
        {"signal_id", "\"" X64 "x\"", "signal_id", NULL},
        {"signal_id", "\"AZaz09._:-\"", NULL, NULL},
        {"signal_id", "\"a b\"", "signal_id", NULL},
        {"signal_id", "\"a/b\"", "signal_id", NULL},
        {"signal_id", "\"a@b\"", "signal_id", NULL},
        {"signal_id", "\"a[b\"", "signal_id", NULL},
        {"signal_id", "\"a`b\"", "signal_id", NULL},
        {"signal_id", "\"a{b\"", "signal_id", NULL},
        {"signal_id", "\"a;b\"", "signal_id", NULL},
        {"signal_id", "\"a,b\"", "signal_id", NULL},
        {"signal_id", "\"\xc3\xa9\"", "signal_id", NULL},
        {"signal_id", "\"\\u0061\"", NULL, NULL},
        {"symbol", NULL, "symbol", "symbol is missing"},
        {"symbol", "5", "symbol", NULL},
        {"symbol", "\"\"", "symbol", "1 to 23 bytes"},
        {"symbol", "\"DOGE/USDT\"", NULL, NULL},
        {"symbol", "\"" X10 X10 "xxx\"", NULL, NULL},
        {"symbol", "\"" X10 X10 "xxxx\"", "symbol", NULL},
        {"side", NULL, "side", "side is missing"},
        {"side", "\"hold\"", "side", "side is \"hold\"; it must be buy or sell"},
        {"side", "\"BUY\"", "side", NULL},
        {"side", "1", "side", NULL},
        {"qty", NULL, "qty", "qty is missing"},
        {"qty", "null", "qty", "qty is missing"},
        {"qty", "\"abc\"", "qty", "qty is \"abc\"; it must be a decimal number"},
        {"qty", "\"\"", "qty", NULL},
        {"qty", "true", "qty", "qty is true"},
        {"qty", "[1]", "qty", "qty is an array"},
        {"qty", "{}", "qty", "qty is an object"},
        {"qty", "0", NULL, NULL},
        {"qty", "-1", NULL, NULL},
        {"qty", "1e-05", NULL, NULL},
        {"qty", "92233720368.54775807", NULL, NULL},
        {"qty", "92233720368.54775808", "qty", "within +/-92233720368.54775807"},
        {"qty", "12345678901234567890", "qty", "within"},
        {"qty", "0.12345678901234567890", NULL, NULL},
        {"qty", "1.23456789012345678901", "qty", "at most 20 digits"},
        {"qty", "1e400", "qty", NULL},
    };
    RUN_ROWS(full, SIGNALS, rows);
}

static void test_signal__optional_fields_and_their_sets(void **state)
{
    (void)state;
    static const desk_row rows[] = {
        {"stop_loss", NULL, NULL, NULL}, /* a rule judges it */
        {"stop_loss", "null", NULL, NULL},
        {"stop_loss", "-1", NULL, NULL},
        {"stop_loss", "false", "stop_loss", NULL},
        {"price", "\"x\"", "price", NULL},
        {"price", "0", NULL, NULL},
        {"take_profit", "{}", "take_profit", NULL},
        {"take_profit", "-3", NULL, NULL},
        {"ts", "1230768000000", NULL, NULL},
        {"ts", "1230767999999", "ts", "ts is 1230767999999; it must be integer Unix milli"},
        {"ts", "4133980799999", NULL, NULL},
        {"ts", "4133980800000", "ts", NULL},
        {"ts", "1700000000", "ts", "2009 to 2100"},
        {"ts", "1.7e12", "ts", NULL},
        {"ts", "\"2023-11-14T22:13:20.250+01:00\"", NULL, NULL},
        {"ts", "\"" TS_MS "\"", "ts", NULL},
        {"ts", "\"yesterday\"", "ts", NULL},
        {"ts", "true", "ts", NULL},
        {"expires_at", "\"2008-12-31T23:59:59Z\"", "expires_at", NULL},
        {"strategy_id", "\"" X64 "\"", NULL, NULL},
        {"strategy_id", "\"" X64 "x\"", NULL, NULL}, /* cut */
        {"strategy_id", "1", "strategy_id", NULL},
        {"strategy_id", "\"a\\u0000b\"", "strategy_id", "U+0000"},
        {"confidence", "0", NULL, NULL},
        {"confidence", "1", NULL, NULL},
        {"confidence", "1.00000001", "confidence",
         "confidence is 1.00000001; it must be a "
         "decimal number from 0 to 1"},
        {"confidence", "-0.00000001", "confidence", NULL},
        {"confidence", "\"0.5\"", NULL, NULL},
        {"strategy_context", "[]", "strategy_context", "an object"},
        {"strategy_context", "null", NULL, NULL},
        {"strategy_context", "{}", NULL, NULL},
        {"regime", "\"" X32 "\"", NULL, NULL},
        {"regime", "\"" X32 "x\"", NULL, NULL}, /* cut */
        {"regime", "3", "strategy_context.regime", NULL},
        {"correlation_btc_eth", "7", NULL, NULL},
        {"correlation_btc_eth", "\"high\"", "strategy_context.correlation_btc_eth", NULL},
        {"execution", "\"twap\"", "execution", NULL},
        {"algo", "\"is\"", NULL, NULL},
        {"algo", "\"fast\"", "execution.algo", "auto, single, twap, vwap, pov, iceberg or is"},
        {"duration_s", "0", NULL, NULL},
        {"duration_s", "-1", "execution.duration_s", "an integer from 0"},
        {"duration_s", "1.5", "execution.duration_s", NULL},
        {"duration_s", "\"60\"", NULL, NULL},
        {"duration_s", "\"06\"", "execution.duration_s", NULL},
        {"duration_s", "\"-\"", "execution.duration_s", NULL},
        {"duration_s", "31536000", NULL, NULL},
        {"duration_s", "31536001", "execution.duration_s", NULL},
        {"slices_max", "1", NULL, NULL},
        {"slices_max", "0", "execution.slices_max", NULL},
        {"client_seq", "0", NULL, NULL},
        {"client_seq", "-1", "client_seq", "of at least 0"},
        {"client_seq", "9223372036854775807", NULL, NULL},
        {"client_seq", "9223372036854775808", "client_seq", NULL},
        {"client_seq", "\"x\"", "client_seq", NULL},
    };
    RUN_ROWS(full, SIGNALS, rows);
}

static void test_signal__unknown_keys_are_counted_and_ignored(void **state)
{
    (void)state;
    const l1_decoded *out =
        desk_decode("{\"colour\":[1,{\"a\":2}],\"signal_id\":\"a\",\"symbol\":\"BTC/USDT\","
                    "\"side\":\"buy\",\"qty\":1,\"execution\":{\"speed\":3},\"QTY\":2}");
    CHECK(out->event.kind == L1_EVENT_SIGNAL);
    CHECK(out->unknown_keys == 3);
    CHECK(out->event.as.signal.qty_e8 == L1_E8);
    out = desk_decode("{\"signal_\\u0069d\":\"a\",\"symbol\":\"BTC\\/USDT\",\"side\":\"buy\","
                      "\"qty\":1}");
    CHECK(out->event.kind == L1_EVENT_SIGNAL && out->unknown_keys == 0);
    CHECK(out->event.as.signal.symbol == 0);
}

static l1_hash128 content_with(const char *key, const char *value)
{
    char text[4096];
    desk_replace(full, key, value, text, sizeof text);
    const l1_decoded *const out = desk_decode(text);
    CHECK(out->event.kind == L1_EVENT_SIGNAL);
    return out->event.as.signal.content;
}

static void test_signal__content_differs_by_every_known_field_and_by_nothing_else(void **state)
{
    (void)state;
    const l1_hash128 base = desk_decode(full)->event.as.signal.content;
    static const struct {
        const char *key, *value;
        bool same;
    } rows[] = {
        {"symbol", "\"BTC/USDT\"", false},
        {"side", "\"buy\"", false},
        {"qty", "0.2", false},
        {"stop_loss", "2101", false},
        {"stop_loss", NULL, false},
        {"price", "2000", false},
        {"take_profit", "1901", false},
        {"ts", "1700000000001", false},
        {"expires_at", NULL, false},
        {"strategy_id", "\"emb\"", false},
        {"confidence", "0.76", false},
        {"regime", "\"bull\"", false},
        {"correlation_btc_eth", "0.5", false},
        {"algo", "\"vwap\"", false},
        {"duration_s", "61", false},
        {"slices_max", "5", false},
        {"qty", "0.1", true},
        {"stop_loss", "\"2100.000\"", true},
        {"client_seq", "6", true},
        {"volatility", "[2]", true},
        {"signal_id", "\"b\"", true},
        {"ts", "\"2023-11-14T22:13:20Z\"", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_hash128 hash = content_with(rows[i].key, rows[i].value);
        const bool same = hash.lo == base.lo && hash.hi == base.hi;
        if (same != rows[i].same) print_error("%s\n", rows[i].key);
        CHECK(same == rows[i].same);
    }
}

static void test_refusal__keeps_the_id_that_could_be_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id, *symbol;
        l1_topic topic;
    } rows[] = {
        {"{\"signal_id\":\"a\",\"symbol\":\"BTC/USDT\",\"side\":\"x\",\"qty\":1}", "a", "BTC/USDT",
         SIGNALS},
        {"{\"side\":\"x\",\"qty\":1,\"signal_id\":\"a\"}", "a", "", SIGNALS},
        {"{\"side\":\"x\",\"signal_id\":\"a b\"}", "", "", SIGNALS},
        {"{\"signal_id\":\"a\",\"symbol\":\"BTC/USDT\",\"qty\":}", "a", "BTC/USDT", SIGNALS},
        {"{\"signal_id\":\"a\",\"qty\":1", "a", "", SIGNALS},
        {"{\"qty\":,\"signal_id\":\"a\"}", "", "", L1_TOPIC_UNKNOWN},
        {"{\"topic\":\"market\",\"signal_id\":\"a\",}", "", "", L1_TOPIC_MARKET},
        {"{\"topic\":\"signals\",\"signal_id\":\"a b\",}", "", "", SIGNALS},
        {"{\"topic\":\"reports\",\"signal_id\":\"a\"}", "", "", L1_TOPIC_UNKNOWN},
        {"{\"topic\":\"signals\",\"signal_id\":\"a\",\"signal_id\":\"b\"}", "a", "", SIGNALS},
        {"\xff\xfe\x00garbage", "", "", L1_TOPIC_UNKNOWN},
        {"", "", "", L1_TOPIC_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_decoded *const out = desk_decode(rows[i].text);
        CHECK(out->event.kind == L1_EVENT_REFUSED);
        assert_string_equal(out->event.as.refusal.signal_id, rows[i].id);
        assert_string_equal(out->event.as.refusal.symbol_text, rows[i].symbol);
        assert_int_equal(out->event.as.refusal.topic, rows[i].topic);
        CHECK(out->event.as.refusal.cause[0] != '\0');
    }
}

static void test_refusal__says_where_and_hashes_the_bytes(void **state)
{
    (void)state;
    const l1_refusal first =
        desk_decode("{\"signal_id\":\"a\",\"symbol\":\"BTC/USDT\",\"side\":3}")->event.as.refusal;
    CHECK(first.offset == 44 && first.line == 7);
    const l1_refusal second =
        desk_decode("{\"signal_id\":\"a\",\"symbol\":\"BTC/USDT\",\"side\":4}")->event.as.refusal;
    CHECK(first.content.lo != second.content.lo);
    const l1_refusal syntax = desk_decode("{\"a\":1,\"a\":2}")->event.as.refusal;
    assert_string_equal(syntax.field, "a");
    CHECK(strstr(syntax.cause, "duplicate key") != NULL);
    static l1_decoded out;
    memset(&out, 0xee, sizeof out);
    l1_decode_oversize(3, 16385, &out);
    CHECK(out.event.kind == L1_EVENT_REFUSED && out.topic == L1_TOPIC_UNKNOWN);
    CHECK(out.event.as.refusal.line == 3 && !out.has_ts && !out.has_client_seq);
    assert_string_equal(out.event.as.refusal.cause, "message of 16385 bytes; the limit is 16384");
}

static void test_refusal__of_a_message_keeps_its_client_seq(void **state)
{
    (void)state;
    const l1_decoded *out = desk_decode("{\"side\":3,\"client_seq\":9}");
    CHECK(out->event.kind == L1_EVENT_REFUSED && out->has_client_seq && out->client_seq == 9);
    out = desk_decode("{\"topic\":\"x\",\"client_seq\":9}");
    CHECK(out->event.kind == L1_EVENT_REFUSED && out->has_client_seq && out->client_seq == 9);
    out = desk_decode("{\"client_seq\":\"x\"}");
    CHECK(out->event.kind == L1_EVENT_REFUSED && !out->has_client_seq);
}

static void test_decode__bad_texts_are_refused_and_the_next_one_is_read(void **state)
{
    (void)state;
    static char deep[64], huge[20000];
    memset(deep, '[', 20);
    memset(huge, ' ', sizeof huge);
    huge[0] = '{';
    huge[sizeof huge - 2] = '}';
    huge[sizeof huge - 1] = '\0';
    const char *const rows[] = {
        "",
        " ",
        "null",
        "5",
        "\"text\"",
        "[]",
        "{",
        "{}x",
        "{\"a\"",
        "NaN",
        "{\"a\":NaN}",
        "{'a':1}",
        deep,
        huge,
        "{\"topic\":\"signals\"}",
        "{\"topic\":5}",
        "\xef\xbb\xbf{}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_decoded *const out = desk_decode(rows[i]);
        CHECK(out->event.kind == L1_EVENT_REFUSED);
        CHECK(out->event.as.refusal.cause[0] != '\0');
        CHECK(desk_decode(example)->event.kind == L1_EVENT_SIGNAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signal__example_of_the_contract_is_read),
        cmocka_unit_test(test_signal__every_field_is_read),
        cmocka_unit_test(test_signal__required_fields_and_their_sets),
        cmocka_unit_test(test_signal__optional_fields_and_their_sets),
        cmocka_unit_test(test_signal__unknown_keys_are_counted_and_ignored),
        cmocka_unit_test(test_signal__content_differs_by_every_known_field_and_by_nothing_else),
        cmocka_unit_test(test_refusal__keeps_the_id_that_could_be_read),
        cmocka_unit_test(test_refusal__says_where_and_hashes_the_bytes),
        cmocka_unit_test(test_refusal__of_a_message_keeps_its_client_seq),
        cmocka_unit_test(test_decode__bad_texts_are_refused_and_the_next_one_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
