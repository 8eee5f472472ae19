/* manifest: what a good one says, and for every kind of line what is refused. */
#include "testlib/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/manifest.h"

enum { TEXT_MAX = 1 << 19 };

static char text[TEXT_MAX];
static l1_manifest manifest;
static l1_diag diag;

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void append(const char *more)
{
    CHECK(strlen(text) + strlen(more) < TEXT_MAX);
    strcat(text, more);
}

static void append_profile(const char *key, double first)
{
    char number[32];
    append(key);
    for (int i = 0; i < L1_PROFILE_SLOTS; i++) {
        (void)snprintf(number, sizeof number, "%s%.17g", i == 0 ? "" : " ", first + 0.01 * i);
        append(number);
    }
    append("\n");
}

static void append_symbol(const char *name)
{
    append("[symbol ");
    append(name);
    append("]\nhar=0.5 -1 2 3 4 5 6 7 8 9 0.25\nprofile_day=19358\n");
    append_profile("profile_weekday=", 0.5);
    append_profile("profile_weekend=", 0.25);
}

static void append_head(const char *name)
{
    char lines[512];
    (void)snprintf(lines, sizeof lines,
                   "[head %s]\nlogreg=%s/modelo1_lr.txt " SHA_A "\n"
                   "random_forest=%s/modelo2_rf.txt " SHA_B "\n"
                   "lightgbm=%s/modelo3_lgbm.txt " SHA_A "\n",
                   name, name, name, name);
    append(lines);
    append("platt_logreg=1 0\nplatt_random_forest=2 0.5\nplatt_lightgbm=-3 -0.5\n"
           "stack=0.1 0.2 0.3 0.4\n");
}

static void append_begin(void)
{
    char hex[33];
    text[0] = '\0';
    l1_hash_hex(l1_features_hash(), hex);
    append("# a comment\nl1_bundle=1\nfeatures=");
    append(hex);
    append("\ntrained_from=1000\ntrained_to=1001\n\n");
}

static void build(void)
{
    append_begin();
    append_symbol("BTC/USDT");
    append_symbol("ETH/USDT");
    append_head("survival");
    append("stop_atr=1 4\n"
           "threshold_operating=BTC/USDT 0.1 0.2 0.3 0.4\n"
           "threshold_operating=ETH/USDT -inf -1e9 1e9 0\n"
           "threshold_f1=ETH/USDT 4 5 6 7\n"
           "threshold_f1=BTC/USDT 8 9 10 11\n");
    append("[head trend]\nplatt=1.5 0.25\n"
           "threshold_operating=BTC/USDT -0.5\nthreshold_operating=ETH/USDT 0.5\n"
           "threshold_f1=BTC/USDT -inf\nthreshold_f1=ETH/USDT 0\n"
           "end\n");
}

static l1_status parse(void)
{
    memset(&diag, 0, sizeof diag);
    return l1_manifest_parse(text, strlen(text), &manifest, &diag).code;
}

/* The first line that begins with `begins` becomes `put` (NULL: goes); its number. */
static unsigned edit(const char *begins, const char *put)
{
    static char rest[TEXT_MAX];
    unsigned number = 1;
    char *line = text;
    while (strncmp(line, begins, strlen(begins)) != 0) {
        line = strchr(line, '\n');
        assert_non_null(line);
        line++;
        number++;
    }
    const char *behind = strchr(line, '\n') + 1;
    (void)snprintf(rest, sizeof rest, "%s", behind);
    *line = '\0';
    if (put != NULL) {
        append(put);
        append("\n");
    }
    append(rest);
    return number;
}

static void test_manifest__reads_what_is_written(void **state)
{
    (void)state;
    build();
    CHECK(parse() == L1_OK);
    CHECK(manifest.from_ms == 1000 && manifest.to_ms == 1001);
    CHECK(manifest.symbols_count == 2);
    const l1_manifest_symbol *btc = &manifest.symbols[0], *eth = &manifest.symbols[1];
    assert_string_equal(btc->name, "BTC/USDT");
    assert_string_equal(eth->name, "ETH/USDT");
    const double har[L1_HAR_TERMS] = {0.5, -1, 2, 3, 4, 5, 6, 7, 8, 9};
    assert_memory_equal(btc->har, har, sizeof har);
    CHECK(btc->half_variance == 0.25);
    CHECK(btc->profile.day == 19358);
    CHECK(btc->profile.slots[0][0] == 0.5 && btc->profile.slots[0][95] == 0.5 + 0.01 * 95);
    CHECK(btc->profile.slots[1][0] == 0.25 && btc->profile.slots[1][95] == 0.25 + 0.01 * 95);
    CHECK(manifest.heads[L1_HEAD_SURVIVAL].present && manifest.heads[L1_HEAD_TREND].present);
    CHECK(!manifest.heads[L1_HEAD_MOVEMENT].present && !manifest.heads[L1_HEAD_DIRECTION].present);
    const l1_manifest_head *head = &manifest.heads[L1_HEAD_SURVIVAL];
    CHECK(head->platt[L1_MODEL_LOGREG].a == 1 && head->platt[L1_MODEL_LOGREG].b == 0);
    CHECK(head->platt[L1_MODEL_RANDOM_FOREST].a == 2);
    CHECK(head->platt[L1_MODEL_LIGHTGBM].a == -3 && head->platt[L1_MODEL_LIGHTGBM].b == -0.5);
    CHECK(head->stack[0] == 0.1 && head->stack[3] == 0.4);
    CHECK(head->stop_atr_min == 1 && head->stop_atr_max == 4);
    const l1_platt *trend = &manifest.heads[L1_HEAD_TREND].platt[L1_SCORE_ENSEMBLE];
    CHECK(trend->a == 1.5 && trend->b == 0.25);
    CHECK(btc->threshold[L1_HEAD_SURVIVAL][L1_THRESHOLD_OPERATING][0] == 0.1);
    CHECK(btc->threshold[L1_HEAD_SURVIVAL][L1_THRESHOLD_OPERATING][L1_SCORE_ENSEMBLE] == 0.4);
    CHECK(btc->threshold[L1_HEAD_SURVIVAL][L1_THRESHOLD_F1][1] == 9);
    CHECK(eth->threshold[L1_HEAD_SURVIVAL][L1_THRESHOLD_OPERATING][0] == -INFINITY);
    CHECK(eth->threshold[L1_HEAD_SURVIVAL][L1_THRESHOLD_F1][2] == 6);
    CHECK(btc->threshold[L1_HEAD_TREND][L1_THRESHOLD_F1][L1_SCORE_ENSEMBLE] == -INFINITY);
    CHECK(eth->threshold[L1_HEAD_TREND][L1_THRESHOLD_OPERATING][L1_SCORE_ENSEMBLE] == 0.5);
    CHECK(manifest.files_count == 3);
    assert_string_equal(manifest.files[1].path, "survival/modelo2_rf.txt");
    assert_string_equal(manifest.files[1].sha256, SHA_B);
    CHECK(manifest.file_head[1] == L1_HEAD_SURVIVAL);
    CHECK(manifest.file_model[1] == L1_MODEL_RANDOM_FOREST);
}

static void test_manifest__names_its_files_to_the_edge(void **state)
{
    (void)state;
    l1_bundle_file files[L1_BUNDLE_FILES_MAX];
    uint32_t count = 0;
    build();
    CHECK(l1_manifest_files(text, strlen(text), files, &count, &diag).code == L1_OK);
    CHECK(count == 3);
    assert_string_equal(files[0].path, "survival/modelo1_lr.txt");
    assert_string_equal(files[0].sha256, SHA_A);
    assert_string_equal(files[2].path, "survival/modelo3_lgbm.txt");
    const unsigned line = edit("stack=", "stack=1 2 3 nan");
    CHECK(l1_manifest_files(text, strlen(text), files, &count, &diag).code == L1_INPUT_FIELD);
    char want[128];
    (void)snprintf(want, sizeof want, "manifest.txt: line %u: stack: \"nan\" must be a number",
                   line);
    CHECK(strstr(diag.text, want) != NULL && diag.line == line);
}

#define TEN "0123456789"
#define L95 "p/345" TEN TEN TEN TEN TEN TEN TEN TEN TEN /* bytes */

/* `begins` is exchanged for `put`; `says` NULL: still good. `later`: told behind that line. */
typedef struct {
    const char *begins, *put, *says;
    bool later;
} change;

static void check_changes(const change *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        build();
        const unsigned line = edit(rows[i].begins, rows[i].put);
        const l1_status status = parse();
        const bool good = rows[i].says == NULL
                              ? status == L1_OK
                              : status != L1_OK && strstr(diag.text, rows[i].says) != NULL &&
                                    (rows[i].later ? diag.line >= line : diag.line == line);
        if (!good) {
            print_message("\"%s\" -> \"%s\": status %d line %u (%u) \"%s\"\n", rows[i].begins,
                          rows[i].put, (int)status, diag.line, line, diag.text);
        }
        CHECK(good);
        if (rows[i].says == NULL) continue;
        CHECK(strlen(diag.field) > 0);
        for (const char *at = diag.text; *at != '\0'; at++) CHECK(*at >= ' ' && *at <= '~');
    }
}
#define CHECK_CHANGES(rows) check_changes(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_manifest__refuses_its_head_line_by_line(void **state)
{
    (void)state;
    static const change rows[] = {
        {"l1_bundle", NULL, "first line must be l1_bundle=1", true},
        {"l1_bundle", "l1_bundle=2", "first line must be l1_bundle=1", false},
        {"l1_bundle", "l1_bundle=1 \r", NULL, false},
        {"l1_bundle", "l1_bundle=1\nl1_bundle=1", "stands twice", true},
        {"features", NULL, "lacks features=", true},
        {"features", "features=", "another table of features than this program's", false},
        {"features", "features=0123456789abcdef0123456789abcdef", "another table", false},
        {"trained_from", NULL, "lacks trained_from=", true},
        {"trained_from", "trained_from=1000\ntrained_from=1000", "stands twice", true},
        {"trained_from", "trained_from=0", NULL, false},
        {"trained_from", "trained_from=-1", "\"-1\" must be Unix milliseconds", false},
        {"trained_from", "trained_from=1e3", "\"1e3\" must be Unix milliseconds", false},
        {"trained_from", "trained_from=", "\"\" must be Unix milliseconds", false},
        {"trained_from", "trained_from=1 2", "\"1 2\" must be Unix milliseconds", false},
        {"trained_from", "trained_from=1001", "trained_to must be > trained_from", true},
        {"trained_to", "trained_to=1000", "trained_to must be > trained_from", true},
        {"trained_to", "trained_to=253402300799999", NULL, false},
        {"trained_to", "trained_to=253402300800000", "0 to 253402300799999", false},
        {"trained_to", "trained_to=99999999999999999999", "must be Unix milliseconds", false},
        {"trained_to", "trained_to=18446744073709552617", "must be Unix milliseconds", false},
        {"trained_to", "trained_to=00000000000001001", NULL, false},
        {"trained_to", "trained_to=1001\nmodel=x", "\"model=x\" is no line of this section", true},
        {"trained_to", "trained_to=1001\nstack=1 2 3 4", "is no line of this section", true},
        {"trained_to", "trained_to=1001\nnonsense", "\"nonsense\" is no line", true},
        {"trained_to", "trained_to=1001\n=1", "\"=1\" is no line", true},
    };
    CHECK_CHANGES(rows);
}

static void test_manifest__refuses_symbols_line_by_line(void **state)
{
    (void)state;
    static const change rows[] = {
        {"[symbol", "[symbol BTC/USDT", "must be [symbol NAME] or [head NAME]", false},
        {"[symbol", "[symbol]", "must be [symbol NAME]", false},
        {"[symbol", "[]", "must be [symbol NAME]", false},
        {"[symbol", "[", "must be [symbol NAME]", false},
        {"[symbol", "[symbol BTC USDT]", "must be [symbol NAME]", false},
        {"[symbol", "[pair BTC/USDT]", "must be [symbol NAME]", false},
        {"[symbol", "[symbol btc/usdt]", "\"btc/usdt\" must be a symbol", false},
        {"[symbol", "[symbol BTCUSDT]", "must be a symbol such as BTC/USDT", false},
        {"[symbol", "[symbol /USDT]", "must be a symbol", false},
        {"[symbol", "[symbol BTC/]", "must be a symbol", false},
        {"[symbol", "[symbol B/T/C]", "must be a symbol", false},
        {"[symbol", "[symbol A23456789012345/7890123]", "has no [symbol] section", true},
        {"[symbol", "[symbol A23456789012345/78901234]", "at most 23 bytes", false},
        {"[symbol", "[symbol ETH/USDT]", "\"ETH/USDT\" has two sections", true},
        {"[symbol", "[symbol ADA/USDT]", "\"BTC/USDT\" has no [symbol] section above", true},
        {"har", NULL, "lacks har=", true},
        {"har", "har=1 2 3 4 5 6 7 8 9 10", "har: 10 numbers, must be 11", false},
        {"har", "har=1 2 3 4 5 6 7 8 9 10 11 12", "har: 12 numbers, must be 11", false},
        {"har", "har=", "har: 0 numbers, must be 11", false},
        {"har", "har=1 2 3 4 5 6 7 8 9 nan 0", "\"nan\" must be a number", false},
        {"har", "har=1 2 3 4 5 6 7 8 9 inf 0", "\"inf\" must be a number", false},
        {"har", "har=1 2 3 4 5 6 7 8 9 1000.5 0", "from -1000 to 1000", false},
        {"har", "har=-1000 2 3 4 5 6 7 8 9 1000 0", NULL, false},
        {"har", "har=1 2 3 4 5 6 7 8 9 10 -1e-9", "must have a V (the last) from 0", false},
        {"har", "har=1 2 3 4 5 6 7 8 9 10 1000", NULL, false},
        {"har", "har=1 2 3 4 5 6 7 8 9 10 0\nhar=1 2 3 4 5 6 7 8 9 10 0", "stands twice", true},
        {"profile_day", NULL, "lacks profile_day=", true},
        {"profile_day", "profile_day=0", "must be a Unix day, 1 to 2932896", false},
        {"profile_day", "profile_day=1", NULL, false},
        {"profile_day", "profile_day=2932896", NULL, false},
        {"profile_day", "profile_day=2932897", "must be a Unix day", false},
        {"profile_day", "profile_day=1.5", "must be a Unix day", false},
        {"profile_day", "profile_day=1\nprofile_day=1", "stands twice", true},
        {"profile_weekday", NULL, "lacks profile_weekday=", true},
        {"profile_weekend", NULL, "lacks profile_weekend=", true},
        {"profile_weekday", "profile_weekday=1 2", "2 numbers, must be 96", false},
        {"profile_day", "profile_day=1\nfrobnicate=1", "is no line of this section", true},
        {"profile_day", "profile_day=1\nplatt=1 1", "is no line of this section", true},
    };
    CHECK_CHANGES(rows);
}

static void test_manifest__refuses_a_slot_that_is_no_relative_variance(void **state)
{
    (void)state;
    static const struct {
        const char *slot;
        bool good;
    } rows[] = {
        {"0", false},    {"-0", false},  {"-1", false},  {"1e-300", true}, {"25", true},
        {"25.1", false}, {"nan", false}, {"inf", false}, {"x", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[1024] = "profile_weekend=";
        for (int j = 0; j < L1_PROFILE_SLOTS; j++) {
            strcat(line, j == 95 ? rows[i].slot : "1 ");
        }
        build();
        const unsigned number = edit("profile_weekend", line);
        CHECK((parse() == L1_OK) == rows[i].good);
        CHECK(rows[i].good || (diag.line == number && strstr(diag.text, "above 0 and up to 25")));
    }
}

static void test_manifest__refuses_heads_line_by_line(void **state)
{
    (void)state;
    static const change rows[] = {
        {"[head", "[head surviva]", "must be survival, movement, direction or trend", false},
        {"[head", "[head SURVIVAL]", "must be survival", false},
        {"[head", "[head trend]", "is no line of this section", true},
        {"[head trend", "[head survival]", "\"survival\" has two sections", false},
        {"[head trend", "[symbol ADA/USDT]", "must stand above the first head", false},
        {"platt_logreg", NULL, "lacks platt_logreg=", true},
        {"platt_random_forest", NULL, "lacks platt_random_forest=", true},
        {"platt_lightgbm", NULL, "lacks platt_lightgbm=", true},
        {"platt_logreg", "platt_logreg=1", "1 numbers, must be 2", false},
        {"platt_logreg", "platt_logreg=1 2 3", "3 numbers, must be 2", false},
        {"platt_logreg", "platt_logreg=1 nan", "\"nan\" must be a number from -1e9", false},
        {"platt_logreg", "platt_logreg=-inf 0", "\"-inf\" must be a number", false},
        {"platt_logreg", "platt_logreg=1 0\nplatt_logreg=1 0", "stands twice", true},
        {"stack", NULL, "lacks stack=", true},
        {"stack", "stack=1 2 3", "3 numbers, must be 4", false},
        {"stack", "stack=1 2 3 4 5", "5 numbers, must be 4", false},
        {"stack", "stack=1 2 3 1e9", NULL, false},
        {"stack", "stack=1 2 3 1.0000001e9", "from -1e9 to 1e9", false},
        {"stack", "stack=1 2 3 4\nstack=1 2 3 4", "stands twice", true},
        {"stop_atr", NULL, "lacks stop_atr=", true},
        {"stop_atr", "stop_atr=1", "1 numbers, must be 2", false},
        {"stop_atr", "stop_atr=0 4", "above 0 and up to 1000", false},
        {"stop_atr", "stop_atr=1 1000", NULL, false},
        {"stop_atr", "stop_atr=1 1001", "above 0 and up to 1000", false},
        {"stop_atr", "stop_atr=4 4", "must have MIN < MAX", false},
        {"stop_atr", "stop_atr=4 1", "must have MIN < MAX", false},
        {"stop_atr", "stop_atr=nan 1", "\"nan\"", false},
        {"stop_atr", "stop_atr=1 inf", "\"inf\"", false},
        {"stop_atr", "stop_atr=1 4\nplatt=1 1", "is no line of this section", true},
        {"platt=", NULL, "lacks platt=", true},
        {"platt=", "platt=1 2\nplatt_logreg=1 2", "is no line of this section", true},
        {"platt=", "platt=1 2\nstop_atr=1 2", "is no line of this section", true},
        {"platt=", "platt=1 2\nlogreg=a " SHA_A, "is no line of this section", true},
    };
    CHECK_CHANGES(rows);
}

static void test_manifest__refuses_thresholds_line_by_line(void **state)
{
    (void)state;
    static const change rows[] = {
        {"threshold_operating=BTC", NULL, "lacks threshold_operating=BTC/USDT", true},
        {"threshold_operating=ETH", NULL, "lacks threshold_operating=ETH/USDT", true},
        {"threshold_f1=BTC", NULL, "lacks threshold_f1=BTC/USDT", true},
        {"threshold_f1=ETH", NULL, "lacks threshold_f1=ETH/USDT", true},
        {"threshold_f1=ETH", "threshold_f1=BTC/USDT 1 2 3 4", "has this threshold twice", true},
        {"threshold_f1=ETH", "threshold_f1=ADA/USDT 1 2 3 4", "has no [symbol] section", false},
        {"threshold_f1=ETH", "threshold_f1=", "\"\" has no [symbol] section", false},
        {"threshold_f1=ETH", "threshold_f1=1 2 3 4", "\"1\" has no [symbol] section", false},
        {"threshold_f1=ETH", "threshold_f1=ETH/USDT", "0 numbers, must be 4", false},
        {"threshold_f1=ETH", "threshold_f1=ETH/USDT 1 2 3", "3 numbers, must be 4", false},
        {"threshold_f1=ETH", "threshold_f1=ETH/USDT 1 2 3 4 5", "5 numbers, must be 4", false},
        {"threshold_f1=ETH", "threshold_f1=ETH/USDT 1 2 3 nan", "\"nan\" must be", false},
        {"threshold_f1=ETH", "threshold_f1=ETH/USDT 1 2 3 inf", "1e9, or -inf", false},
        {"threshold_f1=ETH", "threshold_f1=ETH/USDT 1 2 3 -inf", NULL, false},
        {"threshold_f1=ETH", "threshold_f1=ETH/USDT 1 2 3 1e10", "1e9, or -inf", false},
        {"threshold_f1=ETH", "threshold_f1=ETH/USDT 1 2 3 -1e10", "1e9, or -inf", false},
        {"threshold_f1=ETH/USDT 0", NULL, "lacks threshold_f1=ETH/USDT", true},
        {"threshold_f1=ETH/USDT 0", "threshold_f1=ETH/USDT 1 2 3 4", "4 numbers, must be 1", false},
        {"threshold_f1=ETH/USDT 0", "threshold_f1=ETH/USDT", "0 numbers, must be 1", false},
        {"threshold_f1=ETH/USDT 0", "threshold_f1=BTC/USDT 0", "has this threshold twice", false},
    };
    CHECK_CHANGES(rows);
}

static void test_manifest__refuses_paths_that_could_leave_the_folder(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool good;
    } rows[] = {
        {"a", true},
        {"a/b/c.txt", true},
        {"A-z_0.9/x..y", true},
        {L95, true},
        {L95 "6", false},
        {"/etc/passwd", false},
        {"../x", false},
        {"a/../b", false},
        {"a/..", false},
        {"..", false},
        {".", false},
        {"./a", false},
        {"a/./b", false},
        {".hidden", false},
        {"a/.b", false},
        {"a//b", false},
        {"a/", false},
        {"a\\b", false},
        {"a:b", false},
        {"~/a", false},
        {"a%2f", false},
        {"\xc3\xa4", false},
        {"a\x01", false},
        {"manifest.txt", false},
        {"survival/modelo2_rf.txt", false},
        {"$HOME", false},
        {"a\tb", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[512];
        (void)snprintf(line, sizeof line, "logreg=%s " SHA_A, rows[i].path);
        build();
        (void)edit("logreg", line);
        if ((parse() == L1_OK) != rows[i].good) print_message("\"%s\"\n", rows[i].path);
        CHECK((parse() == L1_OK) == rows[i].good);
    }
}

static void test_manifest__refuses_files_line_by_line(void **state)
{
    (void)state;
    static const change rows[] = {
        {"logreg", NULL, "lacks logreg=", true},
        {"random_forest", NULL, "lacks random_forest=", true},
        {"lightgbm", NULL, "lacks lightgbm=", true},
        {"logreg", "logreg=", "must be PATH SHA256", false},
        {"logreg", "logreg=a", "must be PATH SHA256", false},
        {"logreg", "logreg=a b c", "must be PATH SHA256", false},
        {"logreg", "logreg=a " SHA_A "\nlogreg=b " SHA_A, "stands twice", true},
        {"logreg", "logreg=survival/modelo2_rf.txt " SHA_A, "is named twice", true},
        {"logreg", "logreg=manifest.txt " SHA_A, "is the manifest itself", false},
        {"logreg", "logreg=a " SHA_A "a", "must be a SHA-256: 64 hexadecimal", false},
        {"logreg", "logreg=a aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "must be a SHA-256", false},
        {"logreg", "logreg=a AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         "in lower case", false},
        {"logreg", "logreg=a gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "must be a SHA-256", false},
    };
    CHECK_CHANGES(rows);
}

static void test_manifest__accepts_no_beginning_of_itself(void **state)
{
    (void)state;
    build();
    const size_t size = strlen(text) - 1; /* the last newline may lack */
    for (size_t cut = 0; cut < size; cut++) {
        CHECK(l1_manifest_parse(text, cut, &manifest, &diag).code != L1_OK);
        CHECK(strlen(diag.text) > 0);
    }
    CHECK(l1_manifest_parse(text, size, &manifest, &diag).code == L1_OK);
    append("# a comment\n\n");
    CHECK(parse() == L1_OK);
    append("stack=1 2 3 4\n");
    CHECK(parse() == L1_INPUT_SYNTAX && strstr(diag.text, "stands behind end") != NULL);
}

static void test_manifest__needs_a_symbol_and_a_head(void **state)
{
    (void)state;
    append_begin();
    append("end\n");
    CHECK(parse() == L1_INPUT_FIELD && strstr(diag.text, "no [symbol NAME]") != NULL);
    append_begin();
    append_symbol("BTC/USDT");
    append("end\n");
    CHECK(parse() == L1_INPUT_FIELD && strstr(diag.text, "no [head NAME]") != NULL);
    append_begin();
    append("[head trend]\nplatt=1 1\nend\n");
    CHECK(parse() == L1_INPUT_FIELD && strstr(diag.text, "lacks threshold_operating=") != NULL);
}

static void test_manifest__holds_64_symbols_and_no_more(void **state)
{
    (void)state;
    for (int count = 64; count <= 65; count++) {
        char line[64];
        append_begin();
        for (int i = 0; i < count; i++) {
            (void)snprintf(line, sizeof line, "S%d/USDT", i);
            append_symbol(line);
        }
        append("[head trend]\nplatt=1 1\n");
        for (int i = 0; i < count; i++) {
            (void)snprintf(line, sizeof line, "threshold_operating=S%d/USDT %d\n", i, i);
            append(line);
            (void)snprintf(line, sizeof line, "threshold_f1=S%d/USDT %d\n", i, -i);
            append(line);
        }
        append("end\n");
        CHECK(parse() == (count == 64 ? L1_OK : L1_LIMIT_FULL));
        if (count == 65) CHECK(strstr(diag.text, "65th symbol; the limit is 64") != NULL);
        if (count == 64) {
            const double *of = manifest.symbols[63].threshold[L1_HEAD_TREND][L1_THRESHOLD_F1];
            CHECK(of[L1_SCORE_ENSEMBLE] == -63);
        }
    }
}

static void test_manifest__is_at_most_a_mebibyte(void **state)
{
    (void)state;
    static char big[(1 << 20) + 1];
    build();
    memset(big, '\n', sizeof big);
    memcpy(big, text, strlen(text));
    CHECK(l1_manifest_parse(big, 1 << 20, &manifest, &diag).code == L1_OK);
    CHECK(l1_manifest_parse(big, sizeof big, &manifest, &diag).code == L1_INPUT_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest__reads_what_is_written),
        cmocka_unit_test(test_manifest__names_its_files_to_the_edge),
        cmocka_unit_test(test_manifest__refuses_its_head_line_by_line),
        cmocka_unit_test(test_manifest__refuses_symbols_line_by_line),
        cmocka_unit_test(test_manifest__refuses_a_slot_that_is_no_relative_variance),
        cmocka_unit_test(test_manifest__refuses_heads_line_by_line),
        cmocka_unit_test(test_manifest__refuses_thresholds_line_by_line),
        cmocka_unit_test(test_manifest__refuses_paths_that_could_leave_the_folder),
        cmocka_unit_test(test_manifest__refuses_files_line_by_line),
        cmocka_unit_test(test_manifest__accepts_no_beginning_of_itself),
        cmocka_unit_test(test_manifest__needs_a_symbol_and_a_head),
        cmocka_unit_test(test_manifest__holds_64_symbols_and_no_more),
        cmocka_unit_test(test_manifest__is_at_most_a_mebibyte),
    };
    return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
