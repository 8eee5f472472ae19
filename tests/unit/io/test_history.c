/* tests/unit/io/test_history.c: files merged by time, and what is refused. */
#include "io/history.h"

#include "testlib/scenario.h"
#include "unit/io/files.h"

#define T0 INT64_C(1672531200000) /* a minute's begin, ms */
#define KLINE "1672531200000,1,2,1,2,3,1672531259999,4,5,1,1,0\n"

enum { FILES_MAX = 16, SEEN_BYTES = 1024 };

typedef struct {
    const char *name, *text;
    bool messages;
} input;

/* One word for a message: its kind, its symbol and, of a signal, its id. */
static void see(const l1_decoded *message, char *seen)
{
    const l1_event *event = &message->event;
    char word[128] = "?";
    switch (event->kind) {
    case L1_EVENT_BAR: (void)snprintf(word, sizeof word, "bar%d", event->as.bar.symbol); break;
    case L1_EVENT_BOOK: (void)snprintf(word, sizeof word, "book%d", event->as.book.symbol); break;
    case L1_EVENT_TRADE:
        (void)snprintf(word, sizeof word, "trade%d", event->as.trade.symbol);
        break;
    case L1_EVENT_PORTFOLIO: (void)snprintf(word, sizeof word, "portfolio"); break;
    case L1_EVENT_CONTROL: (void)snprintf(word, sizeof word, "control"); break;
    case L1_EVENT_REFUSED: (void)snprintf(word, sizeof word, "refused"); break;
    case L1_EVENT_SIGNAL: (void)snprintf(word, sizeof word, "%s", event->as.signal.id); break;
    default: break;
    }
    const size_t size = strlen(seen);
    (void)snprintf(seen + size, SEEN_BYTES - size, "%s%s", size > 0 ? " " : "", word);
}

static l1_status play(const l1_history_file *files, size_t count, int64_t from_ns, int64_t to_ns,
                      char seen[SEEN_BYTES], l1_diag *diag)
{
    const l1_limits limits = scenario_limits();
    const l1_history_options options = {.limits = &limits,
                                        .files = files,
                                        .files_count = count,
                                        .from_ns = from_ns,
                                        .to_ns = to_ns};
    l1_history *history = NULL;
    const l1_decoded *message = NULL;
    seen[0] = '\0';
    memset(diag, 0, sizeof *diag);
    l1_result done = l1_history_open(&options, &history, diag);
    if (done.code != L1_OK) {
        CHECK(history == NULL);
        (void)snprintf(seen, SEEN_BYTES, "not opened");
        return done.code;
    }
    while ((done = l1_history_next(history, &message, diag)).code == L1_OK) see(message, seen);
    if (done.code == L1_IO_END) {
        assert_int_equal(l1_history_bytes_read(history), l1_history_bytes(history));
    }
    l1_history_close(history);
    return done.code;
}

/* Writes the inputs and plays them in the order given. */
static l1_status play_inputs(const input *inputs, int64_t from_ns, int64_t to_ns,
                             char seen[SEEN_BYTES], l1_diag *diag)
{
    folder in;
    l1_history_file files[FILES_MAX];
    size_t count = 0;
    folder_make(&in);
    for (; count < FILES_MAX && inputs[count].name != NULL; count++) {
        files[count] =
            (l1_history_file){.path = write_text(&in, inputs[count].name, inputs[count].text),
                              .messages = inputs[count].messages};
    }
    const l1_status status = play(files, count, from_ns, to_ns, seen, diag);
    folder_remove(&in);
    return status;
}

#define TS(ms) "\"ts\":" #ms
#define BAR(symbol, open, close)                                                                   \
    "{\"topic\":\"market\",\"type\":\"bar\",\"symbol\":\"" symbol                                  \
    "\",\"interval\":\"1m\",\"open_time\":" #open ",\"close_time\":" #close                        \
    ",\"open\":1,\"high\":2,\"low\":1,\"close\":2,\"volume\":3,\"quote_volume\":4,\"trades\":5,"   \
    "\"taker_buy_volume\":1}\n"
#define BOOK(symbol, ms)                                                                           \
    "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"" symbol                                 \
    "\"," TS(ms) ",\"bids\":[[1,1]],\"asks\":[[2,1]]}\n"
#define TRADE(symbol, ms)                                                                          \
    "{\"topic\":\"market\",\"type\":\"trade\",\"symbol\":\"" symbol                                \
    "\"," TS(ms) ",\"price\":1,\"qty\":1,\"trade_id\":1,\"buyer_maker\":true}\n"
#define PORTFOLIO(ms) "{\"topic\":\"portfolio\"," TS(ms) ",\"equity\":1,\"balances\":{}}\n"
#define CONTROL(ms) "{\"topic\":\"control\",\"command\":\"halt\"," TS(ms) "}\n"
#define SIGNAL(id, symbol, time)                                                                   \
    "{\"signal_id\":\"" id "\",\"symbol\":\"" symbol                                               \
    "\",\"side\":\"buy\",\"qty\":1,\"stop_loss\":1" time "}\n"
#define AT(ms) "," TS(ms)

static void test_history__merges_by_time_then_kind_then_symbol(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        input inputs[FILES_MAX];
        const char *seen;
    } rows[] = {
        {"times",
         {{"a.ndjson", TRADE("BTC/USDT", 1672531200001) TRADE("BTC/USDT", 1672531200003), false},
          {"b.ndjson", BOOK("BTC/USDT", 1672531200002) BOOK("BTC/USDT", 1672531200004), false}},
         "trade0 book0 trade0 book0"},
        {"kinds of one time, whatever the order of the files",
         {{"a.ndjson", SIGNAL("s", "BTC/USDT", AT(1672531259999)), false},
          {"b.ndjson", CONTROL(1672531259999), false},
          {"c.ndjson", PORTFOLIO(1672531259999), false},
          {"d.ndjson", TRADE("BTC/USDT", 1672531259999), false},
          {"e.ndjson", BOOK("BTC/USDT", 1672531259999), false},
          {"f.ndjson", BAR("BTC/USDT", 1672531200000, 1672531259999), false}},
         "bar0 book0 trade0 portfolio control s"},
        {"symbols of one time in configuration order",
         {{"a.ndjson", BOOK("ETH/USDT", 1672531259999), false},
          {"b.ndjson", BOOK("BTC/USDT", 1672531259999), false},
          {"ETHUSDT-1m.csv", KLINE, false},
          {"BTCUSDT-1m.csv", KLINE, false}},
         "bar0 bar1 book0 book1"},
        {"a bar counts at its close",
         {{"a.ndjson", TRADE("BTC/USDT", 1672531259998) TRADE("BTC/USDT", 1672531260000), false},
          {"BTCUSDT-1m.csv", KLINE, false}},
         "trade0 bar0 trade0"},
        {"a file keeps its own order",
         {{"a.ndjson",
           SIGNAL("s1", "ETH/USDT", AT(1672531200001)) SIGNAL("s2", "BTC/USDT", AT(1672531200001))
               BOOK("BTC/USDT", 1672531200001),
           false}},
         "s1 s2 book0"},
        {"files of equal time and kind as given",
         {{"z.ndjson", SIGNAL("s1", "BTC/USDT", AT(1672531200001)), false},
          {"a.ndjson", SIGNAL("s2", "BTC/USDT", AT(1672531200001)), false}},
         "s1 s2"},
        {"without a time, or refused, right behind the one before",
         {{"a.ndjson", TRADE("ETH/USDT", 1672531200001) SIGNAL("s1", "BTC/USDT", "") "garbage\n",
           false},
          {"b.ndjson", TRADE("ETH/USDT", 1672531200001) BOOK("BTC/USDT", 1672531200002), false}},
         "trade1 s1 refused trade1 book0"},
        {"before any time comes first",
         {{"b.ndjson", BOOK("BTC/USDT", 1672531200001), false},
          {"a.ndjson", SIGNAL("s1", "BTC/USDT", ""), false}},
         "s1 book0"},
        {"late ones keep their place",
         {{"a.ndjson", TRADE("BTC/USDT", 1672531200005) BOOK("BTC/USDT", 1672531200001), false},
          {"b.ndjson", TRADE("ETH/USDT", 1672531200003) TRADE("ETH/USDT", 1672531200006), false}},
         "trade1 trade0 book0 trade1"},
        {"a time that only a refused message states moves nothing",
         {{"a.ndjson",
           TRADE("BTC/USDT", 1672531200001) "{\"topic\":\"control\",\"command\":\"explode\"" AT(
               1672531200009) "}\n" TRADE("BTC/USDT", 1672531200002),
           false},
          {"b.ndjson", BOOK("BTC/USDT", 1672531200003), false}},
         "trade0 refused trade0 book0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char seen[SEEN_BYTES];
        l1_diag diag;
        const l1_status status = play_inputs(rows[i].inputs, L1_OFF, L1_OFF, seen, &diag);
        if (status != L1_IO_END || strcmp(seen, rows[i].seen) != 0) {
            fail_msg("%s: '%s', expected '%s'; %s", rows[i].what, seen, rows[i].seen, diag.text);
        }
    }
}

#define ROW(open, close) #open ",1,2,1,2,3," #close ",4,5,1,1,0\n"

/* Closing minutes, counted from T0, of the bars in their order. */
static void test_history__strings_the_files_of_a_symbol_together_by_name(void **state)
{
    (void)state;
    const l1_limits limits = scenario_limits();
    folder in;
    char first[256], second[256];
    folder_make(&in);
    const char *later = write_text(
        &in, "b.rows", ROW(1672531260000, 1672531319999) ROW(1672531320000, 1672531379999));
    const char *earlier = write_text(&in, "a.rows", "open_time,open\n" KLINE);
    (void)snprintf(first, sizeof first, "%s=BTC/USDT", later);
    (void)snprintf(second, sizeof second, "%s=BTC/USDT", earlier);
    const l1_history_file files[] = {
        {.path = first},
        {.path = second},
        {.path = write_text(&in, "BTCUSDT-1m-2023-01.csv", ROW(1672531380000, 1672531439999))},
    };
    const l1_history_options options = {
        .limits = &limits, .files = files, .files_count = 3, .from_ns = L1_OFF, .to_ns = L1_OFF};
    /* 'B' sorts before 'a'. Its later minute makes the others late, but they keep their order. */
    static const int64_t minutes[] = {3, 0, 1, 2};
    l1_history *history = NULL;
    const l1_decoded *message = NULL;
    l1_diag diag = {0};
    assert_int_equal(l1_history_open(&options, &history, &diag).code, L1_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(l1_history_next(history, &message, &diag).code, L1_OK);
        assert_int_equal(message->event.as.bar.symbol, BTC);
        assert_int_equal(message->event.as.bar.open_time_ns,
                         (T0 + minutes[i] * 60000) * INT64_C(1000000));
        assert_int_equal(message->ts_ns, message->event.as.bar.close_time_ns);
    }
    assert_int_equal(l1_history_next(history, &message, &diag).code, L1_IO_END);
    l1_history_close(history);
    folder_remove(&in);
}

static void test_history__leaves_out_what_lies_outside_the_window(void **state)
{
    (void)state;
    static const input inputs[] = {
        {"a.ndjson",
         SIGNAL("s0", "BTC/USDT", "") TRADE("BTC/USDT", 1672531200001) SIGNAL("s1", "BTC/USDT", "")
             TRADE("ETH/USDT", 1672531200002) "garbage\n" SIGNAL("s2", "BTC/USDT", ""),
         false},
        {NULL, NULL, false},
    };
    static const struct {
        int64_t from_ms, to_ms; /* -1 = no bound */
        const char *seen;
    } rows[] = {
        {-1, -1, "s0 trade0 s1 trade1 refused s2"},
        {T0 + 1, -1, "s0 trade0 s1 trade1 refused s2"},
        {T0 + 2, -1, "s0 trade1 refused s2"},
        {T0 + 3, -1, "s0"},
        {-1, T0 + 1, "s0"},
        {-1, T0 + 2, "s0 trade0 s1"},
        {-1, T0 + 3, "s0 trade0 s1 trade1 refused s2"},
        {T0 + 1, T0 + 2, "s0 trade0 s1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char seen[SEEN_BYTES];
        l1_diag diag;
        const int64_t from_ns = rows[i].from_ms < 0 ? L1_OFF : rows[i].from_ms * 1000000;
        const int64_t to_ns = rows[i].to_ms < 0 ? L1_OFF : rows[i].to_ms * 1000000;
        assert_int_equal(play_inputs(inputs, from_ns, to_ns, seen, &diag), L1_IO_END);
        assert_string_equal(seen, rows[i].seen);
    }
}

static void test_history__tells_klines_from_messages(void **state)
{
    (void)state;
    static const struct {
        input one;
        l1_status status;
        const char *seen, *said;
    } rows[] = {
        {{"BTCUSDT-1m.csv", KLINE, false}, L1_IO_END, "bar0", ""},
        {{"BTCUSDT.csv", KLINE, false}, L1_IO_END, "bar0", ""},
        {{"ETHUSDT_x", KLINE, false}, L1_IO_END, "bar1", ""},
        {{"BTCUSDT-1m.csv", "\r\n\n" KLINE "\n", false}, L1_IO_END, "bar0", ""},
        {{"BTCUSDT-1m.csv", "open_time,open,high\n" KLINE, false}, L1_IO_END, "bar0", ""},
        {{"BTCUSDT-1m.csv", "open_time,open,high\n", false}, L1_IO_END, "", ""},
        {{"BTCUSDT-1m.csv", "", false}, L1_IO_END, "", ""},
        {{"BTCUSDT-1m.csv", TRADE("BTC/USDT", 1672531200001), false}, L1_IO_END, "trade0", ""},
        {{"any", TRADE("BTC/USDT", 1672531200001), false}, L1_IO_END, "trade0", ""},
        {{"any.ndjson", "garbage\n", false}, L1_IO_END, "refused", ""},
        {{"any.jsonl", "17\n", false}, L1_IO_END, "refused", ""},
        {{"any.ndjson", "", false}, L1_IO_END, "", ""},
        {{"any.ndjson", "{\"topic\":\"subscribe\",\"topics\":[\"alerts\"]}\n", false},
         L1_IO_END,
         "",
         ""},
        {{"BTCUSDT.csv", KLINE, true}, L1_IO_END, "refused", ""},
        {{"any", "garbage\n", true}, L1_IO_END, "refused", ""},
        {{"any", "garbage\n", false}, L1_INPUT_SYNTAX, "not opened", "any"},
        {{"BTCUSDT-1m.csv", "garbage\n", false}, L1_INPUT_FIELD, "not opened", "line 1"},
        {{"BTCUSDTX-1m.csv", KLINE, false}, L1_INPUT_FIELD, "not opened", "BTCUSDTX"},
        {{"SOLUSDT-1m.csv", KLINE, false}, L1_INPUT_FIELD, "not opened", "SOLUSDT"},
        {{"any.csv", KLINE, false}, L1_INPUT_FIELD, "not opened", "FILE=BTC/USDT"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const input inputs[] = {rows[i].one, {NULL, NULL, false}};
        char seen[SEEN_BYTES];
        l1_diag diag;
        const l1_status status = play_inputs(inputs, L1_OFF, L1_OFF, seen, &diag);
        if (status != rows[i].status || strcmp(seen, rows[i].seen) != 0 ||
            strstr(diag.text, rows[i].said) == NULL) {
            fail_msg("row %zu, %s: %d, '%s', %s", i, rows[i].one.name, status, seen, diag.text);
        }
    }
}

static void test_history__names_the_place_of_a_bad_row(void **state)
{
    (void)state;
    static const input rows[][3] = {
        {{"BTCUSDT-1.csv", KLINE "x\n", false}, {NULL, NULL, false}},
        {{"BTCUSDT-1.csv", KLINE, false},
         {"BTCUSDT-2.csv", "open_time\n\n" ROW(1672531260000, 7), false}},
    };
    static const char *const said[][4] = {
        {"BTCUSDT-1.csv", "line 2", "columns", "row"},
        {"BTCUSDT-2.csv", "line 3", "'7'", "close_time"},
    };
    for (size_t i = 0; i < 2; i++) {
        char seen[SEEN_BYTES];
        l1_diag diag;
        assert_int_equal(play_inputs(rows[i], L1_OFF, L1_OFF, seen, &diag), L1_INPUT_FIELD);
        assert_string_equal(seen, "bar0");
        for (size_t k = 0; k < 4; k++) CHECK(strstr(diag.text, said[i][k]) != NULL);
        assert_string_equal(diag.field, said[i][3]);
        assert_int_equal(diag.line, i == 0 ? 2 : 3);
    }
}

static void test_history__goes_on_behind_a_message_that_is_too_long(void **state)
{
    (void)state;
    static const size_t sizes[] = {16384, 16385, 70000, 500000};
    static char text[600000];
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        folder in;
        char seen[SEEN_BYTES];
        l1_diag diag;
        folder_make(&in);
        memset(text, '{', sizes[i]);
        text[sizes[i]] = '\n';
        (void)snprintf(text + sizes[i] + 1, 400, TRADE("BTC/USDT", 1672531200001));
        const l1_history_file file = {.path = write_text(&in, "a.ndjson", text)};
        assert_int_equal(play(&file, 1, L1_OFF, L1_OFF, seen, &diag), L1_IO_END);
        assert_string_equal(seen, "refused trade0");
        folder_remove(&in);
    }
}

static void test_history__takes_a_zip_only_for_the_symbol_that_its_entries_name(void **state)
{
    (void)state;
    static const zip_entry entries[] = {{"BTCUSDT-1m-1.csv", KLINE},
                                        {"ETHUSDT-1m-1.csv", ROW(1672531260000, 1672531319999)}};
    static const struct {
        size_t first, count;
        bool said;
        l1_status status;
        const char *seen;
    } rows[] = {
        {0, 1, false, L1_IO_END, "bar0"},
        {1, 1, false, L1_INPUT_FIELD, "not opened"},
        {0, 2, false, L1_INPUT_FIELD, "bar0"},
        {0, 2, true, L1_IO_END, "bar0 bar0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        folder in;
        char seen[SEEN_BYTES], path[256];
        l1_diag diag;
        folder_make(&in);
        (void)snprintf(path, sizeof path, "%s%s",
                       write_zip(&in, "BTCUSDT-1m.zip", entries + rows[i].first, rows[i].count),
                       rows[i].said ? "=BTC/USDT" : "");
        const l1_history_file file = {.path = path};
        assert_int_equal(play(&file, 1, L1_OFF, L1_OFF, seen, &diag), rows[i].status);
        if (rows[i].status != L1_IO_END) CHECK(strstr(diag.text, "ETHUSDT-1m-1.csv") != NULL);
        assert_string_equal(seen, rows[i].seen);
        folder_remove(&in);
    }
}

static void test_history__refuses_what_is_no_file_before_it_starts(void **state)
{
    (void)state;
    static const struct {
        const char *path, *said;
    } rows[] = {
        {"/no/such/BTCUSDT-1m.csv", "No such file"},
        {"/no/such/rows.csv=BTC/USDT", "No such file"},
        {"/dev/null", "not a regular file"},
        {"/tmp", "not a regular file"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const l1_history_file file = {.path = rows[i].path};
        char seen[SEEN_BYTES];
        l1_diag diag;
        assert_int_equal(play(&file, 1, L1_OFF, L1_OFF, seen, &diag), L1_IO_OPEN);
        assert_string_equal(seen, "not opened");
        CHECK(strstr(diag.text, rows[i].said) != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history__merges_by_time_then_kind_then_symbol),
        cmocka_unit_test(test_history__strings_the_files_of_a_symbol_together_by_name),
        cmocka_unit_test(test_history__leaves_out_what_lies_outside_the_window),
        cmocka_unit_test(test_history__tells_klines_from_messages),
        cmocka_unit_test(test_history__names_the_place_of_a_bad_row),
        cmocka_unit_test(test_history__goes_on_behind_a_message_that_is_too_long),
        cmocka_unit_test(test_history__takes_a_zip_only_for_the_symbol_that_its_entries_name),
        cmocka_unit_test(test_history__refuses_what_is_no_file_before_it_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
