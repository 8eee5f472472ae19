/* examples/embed.c: L1 inside a program of your own, through the installed header alone.
 *
 * Prints what comes out for a book, a sensible signal, one without a stop, the first one again, a
 * line that is no message, and the sale of what was bought. Needs the configuration as its
 * argument: cc -Iinclude examples/embed.c build/libl1.a -lyaml -lcrypto -lm -pthread -o embed
 *   ./embed config/l1.yaml [JOURNAL-FOLDER] */
#include <stdio.h>
#include <string.h>

#include "l1/l1.h"

#define START_NS INT64_C(1700000000000000000)
#define SECOND_NS INT64_C(1000000000)

static const char *const lines[] = {
    "{\"topic\":\"market\",\"type\":\"book\",\"symbol\":\"BTC/USDT\",\"ts\":1700000000000,"
    "\"bids\":[[50000,1]],\"asks\":[[50000.5,1]]}",
    "{\"signal_id\":\"embed_1\",\"symbol\":\"BTC/USDT\",\"side\":\"buy\",\"qty\":0.01,"
    "\"stop_loss\":49000}",
    "{\"signal_id\":\"embed_2\",\"symbol\":\"BTC/USDT\",\"side\":\"buy\",\"qty\":0.01}",
    "{\"signal_id\":\"embed_1\",\"symbol\":\"BTC/USDT\",\"side\":\"buy\",\"qty\":0.01,"
    "\"stop_loss\":49000}",
    "hello",
    "{\"signal_id\":\"embed_3\",\"symbol\":\"BTC/USDT\",\"side\":\"sell\",\"qty\":0.005,"
    "\"stop_loss\":51000}",
};
enum { LINES = sizeof lines / sizeof lines[0] };

static void print_line(void *state, const char *line, size_t size)
{
    (void)fprintf(state, "%.*s\n", (int)size, line);
}

/* One line a second; what falls due in between happens at its own time. */
static l1_outcome play(l1_handle *l1)
{
    for (int i = 0; i < LINES; i++) {
        const int64_t now_ns = START_NS + i * SECOND_NS;
        for (int64_t due_ns = 0; (due_ns = l1_next_due_ns(l1)) < now_ns;) {
            if (l1_advance(l1, due_ns) != L1_LIBRARY_OK) return L1_LIBRARY_FAILED;
        }
        if (l1_feed(l1, lines[i], strlen(lines[i]), now_ns) != L1_LIBRARY_OK) {
            return L1_LIBRARY_FAILED;
        }
    }
    return l1_advance(l1, START_NS + LINES * SECOND_NS);
}

int main(int argc, char **argv)
{
    static char config[65536], error[L1_ERROR_TEXT_MAX];
    char hash[33];
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (file == NULL) {
        (void)fputs("usage: embed CONFIG [JOURNAL-FOLDER]\n", stderr);
        return 2;
    }
    const size_t size = fread(config, 1, sizeof config, file);
    (void)fclose(file);
    const l1_open_options options = {
        .config = config,
        .config_size = size,
        .journal_dir = argc > 2 ? argv[2] : NULL,
        .output = print_line,
        .state = stdout,
    };
    l1_handle *l1 = NULL;
    if (l1_open(&options, &l1, error) != L1_LIBRARY_OK) {
        (void)fprintf(stderr, "%s\n", error);
        return 2;
    }
    l1_outcome outcome = play(l1);
    if (outcome == L1_LIBRARY_OK) outcome = l1_flush(l1);
    if (outcome != L1_LIBRARY_OK) (void)fprintf(stderr, "%s\n", l1_error_text(l1));
    l1_state_hash(l1, hash);
    (void)fprintf(stderr, "L1 %s, state %s\n", l1_version_text(), hash);
    return l1_close(l1) == L1_LIBRARY_OK && outcome == L1_LIBRARY_OK ? 0 : 1;
}
