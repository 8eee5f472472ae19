/* Tests of include/l1/l1.h: a journal that cannot grow, snapshots of a running handle. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/recovery.h"
#include "l1/l1.h"
#include "testlib/check.h"

#define START_MS INT64_C(1700000000000)

typedef struct {
    char dir[64];
    char config[65536];
    size_t config_size;
    l1_handle *handle;
    char report[16384]; /* the last one of kind signal */
    size_t space_alerts;
} host;

static void take(void *state, const char *line, size_t size)
{
    host *h = state;
    char text[16384];
    CHECK(size < sizeof text);
    memcpy(text, line, size);
    text[size] = '\0';
    if (strstr(text, "\"code\":\"JOURNAL_SPACE\"") != NULL) h->space_alerts++;
    if (strstr(text, "\"kind\":\"signal\"") == NULL) return;
    memcpy(h->report, text, size + 1);
}

/* The configuration of tests with the volatility rules off and a line of journal keys. */
static void configure(host *h, const char *journal)
{
    FILE *file = fopen(L1_SOURCE_DIR "/tests/testlib/l1.yaml", "r");
    char line[1024];
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        static const char *const off[] = {"volatility_target: ", "sigma_min: ", "atr_max: "};
        for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
            char *at = strstr(line, off[i]);
            if (at == NULL) continue;
            char rest[1024];
            at += strlen(off[i]);
            (void)snprintf(rest, sizeof rest, "null%s", at + strspn(at, "0123456789."));
            memcpy(at, rest, strlen(rest) + 1);
        }
        if (strncmp(line, "journal:", 8) == 0) (void)snprintf(line, sizeof line, "%s\n", journal);
        h->config_size += (size_t)snprintf(h->config + h->config_size,
                                           sizeof h->config - h->config_size, "%s", line);
    }
    (void)fclose(file);
    assert_non_null(strstr(h->config, journal));
}

static void open_host(host *h)
{
    char error[L1_ERROR_TEXT_MAX];
    const l1_open_options options = {
        .config = h->config,
        .config_size = h->config_size,
        .journal_dir = h->dir,
        .output = take,
        .state = h,
    };
    const l1_outcome opened = l1_open(&options, &h->handle, error);
    if (opened != L1_LIBRARY_OK) print_message("%s\n", error);
    CHECK(opened == L1_LIBRARY_OK);
}

static host *host_new(const char *journal)
{
    host *h = calloc(1, sizeof *h);
    assert_non_null(h);
    strcpy(h->dir, "/tmp/l1_library_XXXXXX");
    assert_non_null(mkdtemp(h->dir));
    configure(h, journal);
    open_host(h);
    return h;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void host_free(host *h)
{
    CHECK(l1_close(h->handle) == L1_LIBRARY_OK);
    CHECK(nftw(h->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
    free(h);
}

static void feed(host *h, int64_t ms, const char *line)
{
    CHECK(l1_feed(h->handle, line, strlen(line), (START_MS + ms) * 1000000) == L1_LIBRARY_OK);
}

/* Twenty levels a side: as many bytes as one message can bring the journal. */
static void feed_book(host *h, int64_t ms)
{
    char line[2048];
    size_t used = 0;
    used += (size_t)snprintf(line, sizeof line,
                             "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"BTC/USDT\","
                             "\"ts\":%lld",
                             (long long)(START_MS + ms));
    for (int side = 0; side < 2; side++) {
        used += (size_t)snprintf(line + used, sizeof line - used, "%s",
                                 side == 0 ? ",\"bids\":[" : "],\"asks\":[");
        for (int i = 0; i < 20; i++) {
            const int price = side == 0 ? 49999 - i : 50001 + i;
            used += (size_t)snprintf(line + used, sizeof line - used, "%s[%d,9]", i == 0 ? "" : ",",
                                     price);
        }
    }
    used += (size_t)snprintf(line + used, sizeof line - used, "]}");
    CHECK(used < sizeof line);
    feed(h, ms, line);
}

static void feed_signal(host *h, int64_t ms, const char *id, const char *side, int stop)
{
    char line[256];
    (void)snprintf(line, sizeof line,
                   "{\"signal_id\":\"%s\",\"symbol\":\"BTC/USDT\",\"side\":\"%s\",\"qty\":0.01,"
                   "\"stop_loss\":%d,\"ts\":%lld}",
                   id, side, stop, (long long)(START_MS + ms));
    feed(h, ms, line);
    CHECK(l1_advance(h->handle, (START_MS + ms + 200) * 1000000) == L1_LIBRARY_OK);
    CHECK(l1_flush(h->handle) == L1_LIBRARY_OK);
    assert_non_null(strstr(h->report, id));
}

static void
test_library__denies_entries_and_lets_exits_go_when_the_journal_cannot_grow(void **state)
{
    (void)state;
    host *h = host_new("journal: {size_max: 134217728}"); /* two segments */
    int64_t ms = 0;
    feed_book(h, ms);
    feed_signal(h, ms += 1000, "bought", "buy", 49000);
    assert_non_null(strstr(h->report, "\"status\":\"filled\""));
    while (h->space_alerts == 0 && ms < 1000000) {
        feed_book(h, ++ms);
        if (ms % 20000 == 0) CHECK(l1_flush(h->handle) == L1_LIBRARY_OK);
        if (ms % 20000 == 0) (void)usleep(10000); /* the journal's own thread has its turn */
    }
    CHECK(h->space_alerts == 1);
    feed_signal(h, ms += 1000, "denied", "buy", 49000);
    assert_non_null(strstr(h->report, "\"status\":\"rejected\""));
    assert_non_null(strstr(h->report, "\"code\":\"HALTED\""));
    assert_non_null(strstr(h->report, "journal space"));
    feed_book(h, ms += 1000);
    h->report[0] = '\0';
    char line[256];
    (void)snprintf(
        line, sizeof line,
        "{\"signal_id\":\"sold\",\"symbol\":\"BTC/USDT\",\"side\":\"sell\",\"qty\":0.00999,"
        "\"stop_loss\":51000,\"ts\":%lld}",
        (long long)(START_MS + ms));
    feed(h, ms, line);
    CHECK(l1_advance(h->handle, (START_MS + ms + 500) * 1000000) == L1_LIBRARY_OK);
    CHECK(l1_flush(h->handle) == L1_LIBRARY_OK);
    assert_non_null(strstr(h->report, "\"signal_id\":\"sold\""));
    assert_non_null(strstr(h->report, "\"status\":\"filled\""));
    host_free(h);
}

/* What a killed process leaves is opened from its snapshot, and is the same. */
static void test_library__snapshot_is_where_the_next_life_begins(void **state)
{
    (void)state;
    host *h = host_new("journal: {sync: group}");
    CHECK(l1_close(h->handle) == L1_LIBRARY_OK);
    char want[33], got[33];
    int hashes[2];
    CHECK(pipe(hashes) == 0);
    const pid_t child = fork();
    if (child == 0) {
        open_host(h);
        feed_book(h, 0);
        feed_signal(h, 1000, "one", "buy", 49000);
        for (int64_t ms = 2000; ms < 3000; ms++) feed_book(h, ms);
        CHECK(l1_snapshot(h->handle) == L1_LIBRARY_OK);
        feed_signal(h, 4000, "two", "buy", 48500);
        l1_state_hash(h->handle, want);
        CHECK(write(hashes[1], want, sizeof want) == sizeof want);
        _exit(0); /* no clean end */
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(read(hashes[0], want, sizeof want) == sizeof want);
    (void)close(hashes[0]);
    (void)close(hashes[1]);
    l1_restored restored;
    l1_diag diag = {.text = ""};
    const l1_restore_options options = {.dir = h->dir};
    CHECK(l1_restore(&options, &restored, &diag).code == L1_OK);
    CHECK(restored.began_at > 1000); /* behind the books, where the snapshot was asked for */
    CHECK(restored.events < 20);
    l1_restored_free(&restored);
    open_host(h);
    l1_state_hash(h->handle, got);
    assert_string_equal(got, want);
    host_free(h);
}

static void test_library__snapshot_without_a_journal_does_nothing(void **state)
{
    (void)state;
    host *h = host_new("journal: {sync: group}");
    CHECK(l1_close(h->handle) == L1_LIBRARY_OK);
    char kept[64], error[L1_ERROR_TEXT_MAX];
    memcpy(kept, h->dir, sizeof kept);
    const l1_open_options options = {
        .config = h->config, .config_size = h->config_size, .output = take, .state = h};
    CHECK(l1_open(&options, &h->handle, error) == L1_LIBRARY_OK);
    feed_book(h, 0);
    CHECK(l1_snapshot(h->handle) == L1_LIBRARY_OK);
    CHECK(l1_snapshot_due(h->handle) == 0);
    host_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_library__denies_entries_and_lets_exits_go_when_the_journal_cannot_grow),
        cmocka_unit_test(test_library__snapshot_is_where_the_next_life_begins),
        cmocka_unit_test(test_library__snapshot_without_a_journal_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
