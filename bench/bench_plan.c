/* bench/bench_plan.c: time of making a plan and of one step of it, hot, beside an empty turn.
 *
 * Three purchases: 0.05 BTC in a deep book, which auto proves to be one order; the same in a thin
 * book and a calm market, which auto searches; and ten equal slices. Usage: bench_plan [ROUNDS]. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/histogram.h"
#include "decision/execution_logic.h"

#define NOW_NS INT64_C(1700000000000000000)
#define SECOND_NS INT64_C(1000000000)

static l1_limits limits;
static l1_book book;

static int64_t clock_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * SECOND_NS + at.tv_nsec;
}

static l1_plan_request make_request(bool thin)
{
    limits = (l1_limits){.symbols_count = 1,
                         .taker_fee_e8 = 100000,
                         .paper_latency_ns = 50000000,
                         .execution_algo = L1_ALGO_AUTO,
                         .execution_duration_ns = 60 * SECOND_NS,
                         .execution_slices_max = 10,
                         .execution_participation_e8 = 5000000,
                         .execution_risk_aversion_e8 = L1_E8,
                         .execution_impact_e8 = L1_E8,
                         .execution_impact_exponent_e8 = L1_E8 / 2,
                         .execution_look_ns = SECOND_NS};
    limits.symbols[0] = (l1_instrument){.tick_e8 = 1000000,
                                        .lot_e8 = 1000,
                                        .venue_min_notional_e8 = 5 * L1_E8,
                                        .max_algo_orders = 20};
    book = (l1_book){.bids_count = L1_BOOK_LEVELS_MAX, .asks_count = L1_BOOK_LEVELS_MAX};
    for (int64_t i = 0; i < L1_BOOK_LEVELS_MAX; i++) {
        const int64_t qty_e8 = thin ? L1_E8 / 200 : L1_E8,
                      away_e8 = (1 + i) * (thin ? 100000000 : 1000000);
        book.bids[i] = (l1_level){50000 * L1_E8 - away_e8, qty_e8};
        book.asks[i] = (l1_level){50000 * L1_E8 + away_e8, qty_e8};
    }
    return (l1_plan_request){.limits = &limits,
                             .instrument = &limits.symbols[0],
                             .side = L1_SIDE_BUY,
                             .duration_s = L1_OFF,
                             .slices_max = L1_OFF,
                             .qty_e8 = 5000000,
                             .now_ns = NOW_NS,
                             .mid_e8 = 50000 * L1_E8,
                             .limit_e8 = 50100 * L1_E8,
                             .stop_e8 = 49000 * L1_E8,
                             .minimum_e8 = 20000,
                             .stop_slots = 20,
                             .book = &book,
                             .book_live = true,
                             .sigma = thin ? 0.00005 : 0.001,
                             .day_volume = 20000.0};
}

static void report(const char *what, const l1_histogram *figures)
{
    printf("%-34s p50 %6llu ns   p99 %6llu ns\n", what,
           (unsigned long long)l1_histogram_quantile(figures, 0.5),
           (unsigned long long)l1_histogram_quantile(figures, 0.99));
}

/* `steps`: one l1_plan_next instead of the making. */
static void run(const char *what, bool thin, l1_algo algo, bool steps, long rounds, int batch)
{
    static l1_histogram made, empty;
    static l1_plan plan;
    l1_plan_request request = make_request(thin);
    request.algo = algo;
    memset(&made, 0, sizeof made);
    memset(&empty, 0, sizeof empty);
    if (!l1_plan_make(&request, &plan)) exit(1);
    for (long round = 0; round < rounds; round++) {
        const int64_t begin = clock_ns();
        for (int i = 0; i < batch; i++) {
            request.now_ns = NOW_NS + i;
            __asm__ volatile("" : : "g"(&request) : "memory");
        }
        const int64_t middle = clock_ns();
        for (int i = 0; i < batch; i++) {
            request.now_ns = NOW_NS + i;
            __asm__ volatile("" : : "g"(&request) : "memory");
            if (steps) {
                const l1_plan_progress none = {0};
                const l1_plan_step step = l1_plan_next(&plan, &none, 1000, 20000, request.now_ns);
                if (step.kind != L1_PLAN_SEND) exit(1);
            } else if (!l1_plan_make(&request, &plan)) {
                exit(1);
            }
        }
        l1_histogram_add(&empty, (uint64_t)(middle - begin) / (uint64_t)batch);
        l1_histogram_add(&made, (uint64_t)(clock_ns() - middle) / (uint64_t)batch);
    }
    report(what, &made);
    report("  beside: the same loop, empty", &empty);
    printf("  %s\n", plan.why);
}

int main(int argc, char **argv)
{
    const long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 2000;
    if (rounds <= 0) {
        fprintf(stderr, "usage: bench_plan [ROUNDS]\n");
        return 2;
    }
    run("plan, auto by proof", false, L1_ALGO_AUTO, false, rounds, 32);
    run("plan, auto by search", true, L1_ALGO_AUTO, false, rounds, 1);
    run("plan, twap", false, L1_ALGO_TWAP, false, rounds, 32);
    run("step of a twap", false, L1_ALGO_TWAP, true, rounds, 32);
    return 0;
}
