/* tests/unit/io/test_stream_line.c: what a recorded line says, whole or in pieces. */
#include "io/stream_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testlib/check.h"

#define T "1723161254000000000 "
#define AT_NS INT64_C(1723161254000000000)
#define VENUE_NS INT64_C(1723161255270000000)
#define DEPTH(rest) T "{\"stream\":\"x\",\"data\":{\"e\":\"depthUpdate\"," rest "}}"
#define WHO "\"E\":1723161255270,\"s\":\"BTCUSDT\""

static l1_stream_parser parser;

static l1_result parse(const char *line, l1_stream_message *out, l1_diag *diag)
{
    memset(diag, 0, sizeof *diag);
    return l1_stream_line_parse(&parser, line, strlen(line), out, diag);
}

static void test_line__depth_quote_trade_and_snapshot_are_read(void **state)
{
    (void)state;
    l1_stream_message m;
    l1_diag diag;
    CHECK(parse(DEPTH(WHO ",\"U\":5,\"u\":9,\"b\":[[\"100.5\",\"0\"]],\"a\":[[\"101\",\"2.5\"],"
                          "[\"102\",\"1\"]]"),
                &m, &diag)
              .code == L1_OK);
    CHECK(m.kind == L1_STREAM_DEPTH && m.at_ns == AT_NS && m.ts_ns == VENUE_NS);
    CHECK(m.first_id == 5 && m.last_id == 9 && m.changes_count == 3);
    CHECK(strcmp(m.symbol, "BTCUSDT") == 0);
    CHECK(!m.changes[0].ask && m.changes[0].price_e8 == 10050000000 && m.changes[0].qty_e8 == 0);
    CHECK(m.changes[1].ask && m.changes[2].ask && m.changes[1].qty_e8 == 250000000);
    CHECK(parse(T "{\"stream\":\"x\",\"data\":{\"u\":7,\"s\":\"ETHUSDT\",\"b\":\"100\",\"B\":\"1\","
                  "\"a\":\"101\",\"A\":\"2\"}}",
                &m, &diag)
              .code == L1_OK);
    CHECK(m.kind == L1_STREAM_QUOTE && m.quote.update_id == 7 && m.quote.ts_ns == AT_NS);
    CHECK(m.quote.bid.price_e8 == 10000000000 && m.quote.ask.qty_e8 == 200000000);
    CHECK(parse(T "{\"data\":{\"e\":\"trade\"," WHO ",\"t\":3,\"p\":\"2\",\"q\":\"3\","
                  "\"T\":1723161255270,\"m\":true,\"M\":true}}",
                &m, &diag)
              .code == L1_OK);
    CHECK(m.kind == L1_STREAM_TRADE && !m.aggregate && m.trade.trade_id == 3);
    CHECK(m.trade.buyer_maker && m.trade.ts_ns == VENUE_NS && m.trade.price_e8 == 200000000);
    CHECK(parse(T "{\"e\":\"aggTrade\"," WHO ",\"a\":4,\"p\":\"2\",\"q\":\"3\","
                  "\"T\":1723161255270000,\"m\":false}",
                &m, &diag)
              .code == L1_OK);
    CHECK(m.kind == L1_STREAM_TRADE && m.aggregate && m.trade.trade_id == 4);
    CHECK(!m.trade.buyer_maker && m.trade.ts_ns == VENUE_NS); /* us */
    CHECK(
        parse(T "{\"lastUpdateId\":12,\"bids\":[[\"1\",\"2\",[]]],\"asks\":[]}", &m, &diag).code ==
        L1_OK);
    CHECK(m.kind == L1_STREAM_SNAPSHOT && m.last_id == 12 && m.changes_count == 1);
    CHECK(m.symbol[0] == '\0' && m.ts_ns == AT_NS);
    CHECK(parse("{\"lastUpdateId\":12,\"bids\":[],\"asks\":[]}", &m, &diag).code == L1_OK);
    CHECK(m.kind == L1_STREAM_SNAPSHOT && m.at_ns == 0);
}

static void test_line__others_are_told_to_be_others(void **state)
{
    (void)state;
    static const struct {
        const char *line, *other;
    } rows[] = {
        {T "{\"stream\":\"x\",\"data\":{\"e\":\"kline\",\"s\":\"BTCUSDT\"}}", "kline"},
        {T "{\"stream\":\"btcusdt@depth20\",\"data\":{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}}",
         "btcusdt@depth20"},
        {T "{\"stream\":\"x\",\"data\":[1,2]}", ""},
        {T "{\"result\":null,\"id\":1}", ""},
        {T "{}", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_stream_message m;
        l1_diag diag;
        CHECK(parse(rows[i].line, &m, &diag).code == L1_OK && m.kind == L1_STREAM_OTHER);
        assert_string_equal(m.other, rows[i].other);
    }
}

static void test_line__faults_name_field_and_value(void **state)
{
    (void)state;
    static const struct {
        const char *line, *field, *text;
        l1_status status;
    } rows[] = {
        {"1 {}", "local time", "'1'", L1_INPUT_FIELD},
        {"99999999999999999999 {}", "local time", "9999", L1_INPUT_FIELD},
        {"x {}", "local time", "'x'", L1_INPUT_FIELD},
        {"1723161254000000000", "local time", "space", L1_INPUT_SYNTAX},
        {T "{\"a\":1,}", "", "", L1_INPUT_SYNTAX},
        {T "[]", "", "no object", L1_INPUT_SYNTAX},
        {DEPTH("\"E\":1723161255270,\"U\":5,\"u\":9,\"b\":[],\"a\":[]"), "s", "missing",
         L1_INPUT_FIELD},
        {DEPTH("\"E\":17,\"s\":\"X\",\"U\":5,\"u\":9,\"b\":[],\"a\":[]"), "E", "'17'",
         L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":10,\"u\":9,\"b\":[],\"a\":[]"), "u", "'9'", L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":0,\"u\":0,\"b\":[],\"a\":[]"), "u", "'0'", L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":-1,\"u\":9,\"b\":[],\"a\":[]"), "U", "'-1'", L1_INPUT_FIELD},
        {DEPTH(WHO ",\"u\":9,\"b\":[],\"a\":[]"), "U", "missing", L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":5,\"u\":9,\"a\":[]"), "b", "missing", L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":5,\"u\":9,\"b\":[],\"a\":3"), "a", "array of levels", L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":5,\"u\":9,\"b\":[[\"1\"]],\"a\":[]"), "b", "[price", L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":5,\"u\":9,\"b\":[[\"0\",\"1\"]],\"a\":[]"), "b", "'0'", L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":5,\"u\":9,\"b\":[[\"1\",\"-1\"]],\"a\":[]"), "b", "is negative",
         L1_INPUT_FIELD},
        {DEPTH(WHO ",\"U\":5,\"u\":9,\"b\":[],\"a\":[[\"1\",\"x\"]]"), "a", "'x'", L1_INPUT_FIELD},
        {T "{\"data\":{\"u\":7,\"s\":\"X\",\"b\":\"101\",\"B\":\"1\",\"a\":\"101\",\"A\":\"2\"}}",
         "a", "is not above b", L1_INPUT_FIELD},
        {T "{\"data\":{\"u\":7,\"s\":\"X\",\"b\":\"100\",\"B\":\"0\",\"a\":\"101\",\"A\":\"2\"}}",
         "B", "above 0", L1_INPUT_FIELD},
        {T "{\"e\":\"trade\",\"s\":\"X\",\"T\":1723161255270,\"t\":1,\"p\":\"1\",\"q\":\"1\","
           "\"m\":1}",
         "m", "true or false", L1_INPUT_FIELD},
        {T "{\"lastUpdateId\":\"12\",\"bids\":[],\"asks\":[]}", "lastUpdateId", "'12'",
         L1_INPUT_FIELD},
        {T "{\"lastUpdateId\":12,\"bids\":[]}", "asks", "missing", L1_INPUT_FIELD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_stream_message m;
        l1_diag diag;
        CHECK(parse(rows[i].line, &m, &diag).code == rows[i].status);
        assert_string_equal(diag.field, rows[i].field);
        CHECK(strstr(diag.text, rows[i].text) != NULL);
    }
}

static void test_line__its_form_is_known_by_its_beginning(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool is;
    } rows[] = {
        {"1 {", true},
        {"1723161254000000000 {}", true},
        {"{\"lastUpdateId\":1", true},
        {"{ \"lastUpdateId\":1", true},
        {"{\"topic\":\"market\"}", false},
        {"1 [", false},
        {"1,{", false},
        {"1 ", false},
        {"1", false},
        {"{", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_stream_line_is(rows[i].line, strlen(rows[i].line)) == rows[i].is);
    }
}

/* A snapshot of `count` levels a side, as one text. */
static char *snapshot_of(int count, size_t *size)
{
    const size_t capacity = 256 + (size_t)count * 80;
    char *text = malloc(capacity);
    CHECK(text != NULL);
    size_t used = (size_t)snprintf(text, capacity, T "{\"lastUpdateId\":77,\"bids\":[");
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < count; i++) {
            used += (size_t)snprintf(text + used, capacity - used, "%s[\"%d.50000000\",\"%d.25\"]",
                                     i > 0 ? "," : "", side == 0 ? 20000 - i : 20001 + i, i + 1);
        }
        used += (size_t)snprintf(text + used, capacity - used, side == 0 ? "],\"asks\":[" : "]}");
    }
    *size = used;
    return text;
}

static void test_snapshot__of_5000_levels_a_side_is_read_in_pieces(void **state)
{
    (void)state;
    enum { LEVELS = 5000 };
    size_t size = 0;
    l1_stream_message m;
    l1_diag diag = {0};
    char *text = snapshot_of(LEVELS, &size);
    CHECK(size > L1_JSON_TEXT_MAX * 10 && size < L1_STREAM_LINE_MAX);
    CHECK(l1_stream_line_parse(&parser, text, size, &m, &diag).code == L1_OK);
    CHECK(m.kind == L1_STREAM_SNAPSHOT && m.last_id == 77 && m.changes_count == 2 * LEVELS);
    for (int64_t i = 0; i < LEVELS; i++) {
        const l1_depth_change *bid = &m.changes[i], *ask = &m.changes[LEVELS + i];
        CHECK(!bid->ask && bid->price_e8 == (20000 - i) * L1_E8 + L1_E8 / 2);
        CHECK(ask->ask && ask->price_e8 == (20001 + i) * L1_E8 + L1_E8 / 2);
        CHECK(bid->qty_e8 == (i + 1) * L1_E8 + L1_E8 / 4 && ask->qty_e8 == bid->qty_e8);
    }
    /* One fault anywhere is found. */
    for (size_t at = 40; at < size; at += size / 50) {
        const char kept = text[at];
        text[at] = '!';
        CHECK(l1_stream_line_parse(&parser, text, size, &m, &diag).code != L1_OK);
        text[at] = kept;
    }
    free(text);
}

static void test_levels__at_most_16384_a_line(void **state)
{
    (void)state;
    size_t size = 0;
    l1_stream_message m;
    l1_diag diag = {0};
    char *most = snapshot_of(L1_STREAM_CHANGES_MAX / 2, &size);
    CHECK(l1_stream_line_parse(&parser, most, size, &m, &diag).code == L1_OK);
    CHECK(m.changes_count == L1_STREAM_CHANGES_MAX);
    free(most);
    char *more = snapshot_of(L1_STREAM_CHANGES_MAX / 2 + 1, &size);
    CHECK(l1_stream_line_parse(&parser, more, size, &m, &diag).code == L1_INPUT_TOO_LONG);
    free(more);
}

static void test_pieces__of_any_length_say_the_same(void **state)
{
    (void)state;
    static l1_stream_parser whole;
    size_t size = 0;
    l1_stream_message a, b;
    l1_diag diag = {0};
    char *text = snapshot_of(150, &size);
    CHECK(size < L1_JSON_TEXT_MAX);
    CHECK(l1_stream_line_parse(&whole, text, size, &a, &diag).code == L1_OK);
    for (size_t most = 40; most < 400; most++) {
        parser.whole_max = most;
        CHECK(l1_stream_line_parse(&parser, text, size, &b, &diag).code == L1_OK);
        CHECK(a.changes_count == b.changes_count);
        for (uint32_t i = 0; i < a.changes_count; i++) {
            CHECK(a.changes[i].price_e8 == b.changes[i].price_e8);
            CHECK(a.changes[i].qty_e8 == b.changes[i].qty_e8 &&
                  a.changes[i].ask == b.changes[i].ask);
        }
    }
    free(text);
    static const char *const bad[] = {
        T "{\"lastUpdateId\":7,\"bids\":[[\"1\",\"2\"],,[\"1\",\"2\"]],\"asks\":[]}",
        T "{\"lastUpdateId\":7,\"bids\":[[\"1\",\"2\"],[\"1\",\"2\"],],\"asks\":[]}",
        T "{\"lastUpdateId\":7,\"bids\":[,[\"1\",\"2\"]],\"asks\":[]}",
        T "{\"lastUpdateId\":7,\"bids\":[[\"1\",\"2\"] [\"1\",\"2\"]],\"asks\":[]}",
        T "{\"lastUpdateId\":7,\"bids\":[[\"1\",\"2\"],[\"1\",\"2\"]],\"asks\":[}",
        T "{\"lastUpdateId\":7,\"bids\":[[\"1\",\"2\"]]],\"asks\":[[\"1\",\"2\"]]}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        for (size_t most = 40; most < 100; most++) {
            parser.whole_max = most;
            CHECK(l1_stream_line_parse(&parser, bad[i], strlen(bad[i]), &b, &diag).code != L1_OK);
        }
    }
    parser.whole_max = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line__depth_quote_trade_and_snapshot_are_read),
        cmocka_unit_test(test_line__others_are_told_to_be_others),
        cmocka_unit_test(test_line__faults_name_field_and_value),
        cmocka_unit_test(test_line__its_form_is_known_by_its_beginning),
        cmocka_unit_test(test_snapshot__of_5000_levels_a_side_is_read_in_pieces),
        cmocka_unit_test(test_levels__at_most_16384_a_line),
        cmocka_unit_test(test_pieces__of_any_length_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
