/* tests/parity/book_ticks.c: what the reader and the book make of a recorded stream.
 *
 * `book_ticks FILE...` prints, behind every whole level change of a symbol, the id and the best
 * levels of the ladder alone (quotes are not applied): "BTC/USDT 123 bid qty ask qty", e8; or
 * "BTC/USDT 123 unusable". Counts and the processor time taken go to standard error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "io/history.h"
#include "testlib/scenario.h"

enum { FILES_MAX = 16 };

static void open_books(l1_depth_book books[2])
{
    for (int i = 0; i < 2; i++) {
        const size_t cost = l1_depth_book_cost();
        l1_arena arena = {.base = aligned_alloc(64, cost), .capacity = cost};
        if (arena.base == NULL) exit(1);
        memset(arena.base, 0, cost);
        l1_depth_book_init(&books[i], &arena);
    }
}

static void show(const l1_limits *limits, const l1_depth_book *book, const l1_depth *depth)
{
    l1_level bid, ask;
    const char *name = limits->symbols[depth->symbol].name;
    const unsigned long long id = depth->last_id;
    if (!l1_depth_book_best(book, &bid, &ask)) {
        (void)printf("%s %llu unusable\n", name, id);
        return;
    }
    (void)printf("%s %llu %lld %lld %lld %lld\n", name, id, (long long)bid.price_e8,
                 (long long)bid.qty_e8, (long long)ask.price_e8, (long long)ask.qty_e8);
}

static double seconds_now(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    const l1_limits limits = scenario_limits();
    l1_history_file files[FILES_MAX];
    const l1_decoded *message = NULL;
    l1_history *history = NULL;
    l1_depth_book books[2];
    l1_diag diag = {0};
    int count = 0;
    unsigned long long events = 0, levels = 0;
    for (; count + 1 < argc && count < FILES_MAX; count++) {
        files[count] = (l1_history_file){.path = argv[count + 1]};
    }
    const l1_history_options options = {.limits = &limits,
                                        .files = files,
                                        .files_count = (size_t)count,
                                        .from_ns = L1_OFF,
                                        .to_ns = L1_OFF};
    if (count == 0) return 2;
    open_books(books);
    const double began = seconds_now();
    l1_result done = l1_history_open(&options, &history, &diag);
    while (done.code == L1_OK) {
        done = l1_history_next(history, &message, &diag);
        if (done.code != L1_OK) break;
        events++;
        if (message->event.kind != L1_EVENT_DEPTH) continue;
        const l1_depth *depth = &message->event.as.depth;
        levels += depth->changes_count;
        (void)l1_depth_book_apply(&books[depth->symbol], depth, message->ts_ns);
        if (!depth->more) show(&limits, &books[depth->symbol], depth);
    }
    const double took = seconds_now() - began;
    if (done.code != L1_IO_END) {
        (void)fprintf(stderr, "%s\n", diag.text);
        return 1;
    }
    (void)fprintf(stderr,
                  "%llu events of %llu levels in %.3f s of one core: %.0f events a second\n",
                  events, levels, took, (double)events / took);
    l1_history_close(history);
    return 0;
}
