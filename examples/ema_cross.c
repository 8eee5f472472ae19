/* examples/ema_cross.c: plays the strategy level: klines in, signals out.
 *
 * Reads 1m klines (Binance's 12 columns) of one symbol on standard input and writes one NDJSON
 * signal a line: a buy with a stop when the fast mean of closes crosses above the slow one, a sell
 * of the same size when it crosses back. The stop may have sold it by then: L1 refuses that sell.
 * It is an example of the message format, not of a way to earn money.
 *
 *   xz -dc BTCUSDT-1m-2023-01.csv.xz | ema_cross --symbol BTC/USDT --qty 0.01 > signals.ndjson */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAST = 48, SLOW = 240, ATR_BARS = 14, ATR_MS = 15 * 60000 };

typedef struct {
    const char *symbol, *qty, *prefix;
    double stop_atrs;
} settings;

typedef struct {
    double fast, slow; /* exponential means of the close */
    long bars;
    long long quarter;                 /* which quarter of an hour is being built */
    double high, low, close, previous; /* its bar so far; close of the one before */
    double atr;
    long ranges;
    bool holding;
    long signals;
} state;

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static void on_range(state *at)
{
    if (at->previous > 0) {
        const double range =
            larger(at->high, at->previous) - (at->low < at->previous ? at->low : at->previous);
        at->ranges++;
        const long weight = at->ranges < ATR_BARS ? at->ranges : ATR_BARS;
        at->atr += (range - at->atr) / (double)weight;
    }
    at->previous = at->close;
    at->high = at->low = 0;
}

/* Quarters follow the clock: a gap in the data does not shift them. */
static void on_bar(state *at, long long open_ms, double high, double low, double close)
{
    const long long quarter = open_ms / ATR_MS;
    if (at->bars == 0) at->fast = at->slow = close;
    if (at->bars > 0 && quarter != at->quarter) on_range(at);
    at->quarter = quarter;
    at->fast += (close - at->fast) * 2.0 / (FAST + 1);
    at->slow += (close - at->slow) * 2.0 / (SLOW + 1);
    at->high = larger(at->high, high);
    at->low = at->low == 0 || low < at->low ? low : at->low;
    at->close = close;
    at->bars++;
}

static void send(state *at, const settings *given, bool buy, long long ts_ms)
{
    const double away = given->stop_atrs * at->atr;
    const double stop = buy ? at->close - away : at->close + away;
    (void)printf(
        "{\"topic\":\"signals\",\"signal_id\":\"%s_%ld\",\"symbol\":\"%s\",\"side\":\"%s\","
        "\"qty\":%s,\"stop_loss\":%.2f,\"ts\":%lld,\"strategy_id\":\"ema_cross\","
        "\"strategy_context\":{\"regime\":\"%s\",\"correlation_btc_eth\":0.75}}\n",
        given->prefix, ++at->signals, given->symbol, buy ? "buy" : "sell", given->qty, stop, ts_ms,
        buy ? "up" : "down");
    at->holding = buy;
}

static bool parse(int argc, char **argv, settings *given)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--symbol") == 0) {
            given->symbol = argv[i + 1];
        } else if (strcmp(argv[i], "--qty") == 0) {
            given->qty = argv[i + 1];
        } else if (strcmp(argv[i], "--prefix") == 0) {
            given->prefix = argv[i + 1];
        } else if (strcmp(argv[i], "--stop-atrs") == 0) {
            given->stop_atrs = strtod(argv[i + 1], NULL);
        } else {
            return false;
        }
    }
    char *rest = NULL;
    const double qty = strtod(given->qty, &rest);
    return argc % 2 == 1 && given->stop_atrs > 0 && qty > 0 && qty < 1e9 && *rest == '\0';
}

int main(int argc, char **argv)
{
    settings given = {"BTC/USDT", "0.01", "ema", 3.0};
    state at = {0};
    char row[512];
    long long last_ms = 0;
    if (!parse(argc, argv, &given)) {
        (void)fputs("usage: ema_cross [--symbol BTC/USDT] [--qty 0.01] [--prefix ema] "
                    "[--stop-atrs 3] < klines.csv > signals.ndjson\n",
                    stderr);
        return 2;
    }
    while (fgets(row, sizeof row, stdin) != NULL) {
        long long open_ms = 0;
        double open = 0, high = 0, low = 0, close = 0;
        if (sscanf(row, "%lld,%lf,%lf,%lf,%lf", &open_ms, &open, &high, &low, &close) != 5)
            continue;
        if (open_ms >= 1000000000000000LL) open_ms /= 1000; /* us since 2025 */
        if (open_ms <= last_ms) continue;
        last_ms = open_ms;
        on_bar(&at, open_ms, high, low, close);
        if (at.bars < SLOW || at.ranges <= ATR_BARS) continue;
        const bool above = at.fast > at.slow;
        if (above != at.holding) send(&at, &given, above, open_ms + 60000);
    }
    return 0;
}
