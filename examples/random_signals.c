/* examples/random_signals.c: seeded random buys and sells along recorded history.
 *
 * Reads the files that `l1 replay` reads and writes one NDJSON signal a line for each configured
 * symbol: about one every --every seconds (half to one and a half times that), buy or sell by a
 * coin, worth --notional quote units (uniform), with a stop --stop from the last price on its right
 * side. It knows nothing of the future and has no opinion: what its orders cost is the cost of
 * executing them. The same files and seed give the same bytes.
 *
 *   random_signals --every 900 --notional 200:2000 --seed 1 BTCUSDT-1m-2023-01.csv.xz
 * >signals.ndjson */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/history_files.h"
#include "app/options.h"
#include "base/prng.h"

typedef struct {
    l1_config_source source;
    l1_history_files files;
    int64_t every_ns, lowest_e8, highest_e8, stop_e8, from_ns;
    double sells;
    uint64_t seed;
    const char *prefix;
} settings;

typedef struct {
    int64_t mid_e8, next_ns;
    l1_prng prng;
} walker; /* of one symbol: its numbers do not depend on the others */

static bool take_decimal(const char *name, const char *text, size_t size, int64_t *e8)
{
    if (l1_decimal_parse(text, size, e8).code == L1_OK && *e8 > 0) return true;
    (void)fprintf(stderr, "random_signals: %s is '%s'; it must be a number above 0\n", name, text);
    return false;
}

static bool take_option(settings *given, int option)
{
    int64_t value_e8 = 0;
    const size_t size = strlen(optarg), half = strcspn(optarg, ":");
    switch (option) {
    case 'c': given->source.file = optarg; return true;
    case 's': return l1_config_source_add(&given->source, optarg);
    case 'e':
        if (!take_decimal("--every", optarg, size, &value_e8)) return false;
        given->every_ns = value_e8 * 10;
        return true;
    case 'n':
        if (half == size) break;
        return take_decimal("--notional", optarg, half, &given->lowest_e8) &&
               take_decimal("--notional", optarg + half + 1, size - half - 1, &given->highest_e8) &&
               given->lowest_e8 <= given->highest_e8;
    case 'p': return take_decimal("--stop", optarg, size, &given->stop_e8);
    case 'b': given->sells = strtod(optarg, NULL); return given->sells >= 0 && given->sells <= 1;
    case 'd': given->seed = strtoull(optarg, NULL, 10); return true;
    case 'x': given->prefix = optarg; return true;
    case 'f': return l1_history_time(&given->files, "--from", optarg, &given->from_ns);
    default: break;
    }
    return false;
}

static bool parse(int argc, char **argv, settings *given)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 's'},
        {"every", required_argument, NULL, 'e'},  {"notional", required_argument, NULL, 'n'},
        {"stop", required_argument, NULL, 'p'},   {"sells", required_argument, NULL, 'b'},
        {"seed", required_argument, NULL, 'd'},   {"prefix", required_argument, NULL, 'x'},
        {"from", required_argument, NULL, 'f'},   {NULL, 0, NULL, 0},
    };
    *given = (settings){.files.command = "random_signals",
                        .every_ns = INT64_C(900000000000),
                        .lowest_e8 = 200 * L1_E8,
                        .highest_e8 = 2000 * L1_E8,
                        .stop_e8 = L1_E8 / 50,
                        .from_ns = L1_OFF,
                        .sells = 0.5,
                        .seed = 1,
                        .prefix = "random"};
    for (int option = 0; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == '?' || !take_option(given, option)) return false;
    }
    for (int i = optind; i < argc; i++) {
        if (!l1_history_files_add(&given->files, argv[i])) return false;
    }
    return given->files.count > 0;
}

/* The price that a message tells of its symbol; 0 = none. */
static int64_t price_of(const l1_event *event, int32_t *symbol)
{
    switch (event->kind) {
    case L1_EVENT_BAR: *symbol = event->as.bar.symbol; return event->as.bar.close_e8;
    case L1_EVENT_TRADE: *symbol = event->as.trade.symbol; return event->as.trade.price_e8;
    case L1_EVENT_BOOK:
        *symbol = event->as.book.symbol;
        return (event->as.book.bids[0].price_e8 + event->as.book.asks[0].price_e8) / 2;
    case L1_EVENT_QUOTE:
        *symbol = event->as.quote.symbol;
        return (event->as.quote.bid.price_e8 + event->as.quote.ask.price_e8) / 2;
    default: return 0;
    }
}

static int64_t between(l1_prng *prng, int64_t lowest, int64_t highest)
{
    return lowest + (int64_t)l1_prng_below(prng, (uint64_t)(highest - lowest) + 1);
}

static void write_signal(const settings *given, const l1_instrument *instrument, walker *at,
                         int64_t now_ns, uint64_t number)
{
    char qty[L1_DECIMAL_TEXT_MAX], stop[L1_DECIMAL_TEXT_MAX];
    int64_t qty_e8 = 0, away_e8 = 0;
    const bool sell = l1_prng_unit(&at->prng) < given->sells;
    const int64_t worth_e8 = between(&at->prng, given->lowest_e8, given->highest_e8);
    if (!l1_mul_div(worth_e8, L1_E8, at->mid_e8, L1_ROUND_NEAREST, &qty_e8) ||
        !l1_mul_div(at->mid_e8, given->stop_e8, L1_E8, L1_ROUND_NEAREST, &away_e8)) {
        return;
    }
    qty_e8 = l1_step_down(qty_e8, instrument->lot_e8);
    if (qty_e8 == 0) return;
    (void)l1_decimal_format(qty_e8, qty);
    (void)l1_decimal_format(sell ? l1_step_up(at->mid_e8 + away_e8, instrument->tick_e8)
                                 : l1_step_down(at->mid_e8 - away_e8, instrument->tick_e8),
                            stop);
    (void)printf("{\"signal_id\":\"%s_%" PRIu64 "\",\"symbol\":\"%s\",\"side\":\"%s\",\"qty\":%s,"
                 "\"stop_loss\":%s,\"ts\":%" PRId64 "}\n",
                 given->prefix, number, instrument->name, sell ? "sell" : "buy", qty, stop,
                 now_ns / 1000000);
}

static int walk(const settings *given, const l1_config *config)
{
    static walker walkers[L1_SYMBOLS_MAX];
    const l1_decoded *message = NULL;
    l1_history *history = NULL;
    l1_diag diag = {.text = ""};
    uint64_t number = 0;
    const l1_history_options options = {.limits = &config->limits,
                                        .files = given->files.files,
                                        .files_count = given->files.count,
                                        .from_ns = given->from_ns,
                                        .to_ns = L1_OFF};
    l1_result done = l1_history_open(&options, &history, &diag);
    for (size_t i = 0; i < L1_SYMBOLS_MAX; i++) l1_prng_seed(&walkers[i].prng, given->seed + i);
    while (done.code == L1_OK) {
        int32_t symbol = -1;
        done = l1_history_next(history, &message, &diag);
        if (done.code != L1_OK || !message->has_ts) continue;
        const int64_t mid_e8 = price_of(&message->event, &symbol);
        if (mid_e8 <= 0) continue;
        walker *at = &walkers[symbol];
        at->mid_e8 = mid_e8;
        const bool due = at->next_ns != 0 && message->ts_ns >= at->next_ns;
        if (due) {
            write_signal(given, &config->limits.symbols[symbol], at, message->ts_ns, ++number);
        }
        if (due || at->next_ns == 0) {
            at->next_ns =
                message->ts_ns + between(&at->prng, given->every_ns / 2, given->every_ns * 3 / 2);
        }
    }
    l1_history_close(history);
    if (done.code == L1_IO_END) return 0;
    (void)fprintf(stderr, "random_signals: %s\n", diag.text);
    return 1;
}

int main(int argc, char **argv)
{
    static settings given;
    static l1_config config;
    if (!parse(argc, argv, &given)) {
        (void)fputs("usage: random_signals [--config FILE] [--set KEY=VALUE] [--every SECONDS]\n"
                    "       [--notional LOW:HIGH] [--stop RATIO] [--sells SHARE] [--seed N]\n"
                    "       [--prefix TEXT] [--from TIME] FILE|DIR...\n",
                    stderr);
        return 2;
    }
    if (!l1_config_source_add(&given.source, "mode=replay") ||
        !l1_config_source_add(&given.source, "clock.source=events") ||
        !l1_config_load(&given.source, &config)) {
        return 2;
    }
    const int code = walk(&given, &config);
    l1_history_files_free(&given.files);
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? code : 1;
}
