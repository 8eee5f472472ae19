/* examples/synthetic_day.c: a seeded, SYNTHETIC day of BTC and ETH, and signals to try L1 on.
 *
 * Writes into FOLDER: BTCUSDT-1m-synthetic.csv and ETHUSDT-1m-synthetic.csv (Binance's columns;
 * one day, preceded by nine days of history, which the models need before they score) and
 * signals.ndjson: sensible signals and dangerous ones, each named after its danger. The prices are
 * random numbers, not a market's, and so is what models say of them. The same seed gives the same
 * bytes.
 *
 *   synthetic_day FOLDER [SEED] */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"

#define START_MS INT64_C(1704067200000) /* 2024-01-01T00:00:00Z: the day; history lies before */

enum {
    EVENING = 8 * 60, /* what the day's own walk begins with */
    HISTORY = 9 * 24 * 60,
    EARLIER = HISTORY - EVENING, /* walked backwards, so that the day begins at its price */
    MINUTES = HISTORY + 24 * 60,
    EXPOSED = HISTORY + 865, /* 14:25, between two round trips of ETH */
    FALL = HISTORY + 900,    /* 15:00 */
    FALL_END = FALL + 20,
};

typedef struct {
    const char *file, *symbol;
    double price, volume;
    double closes[MINUTES];
} market;

/* About normal: the sum of twelve uniform numbers. */
static double noise(l1_prng *prng)
{
    double sum = -6.0;
    for (int i = 0; i < 12; i++) sum += l1_prng_unit(prng);
    return sum;
}

static int64_t minute_ms(int minute)
{
    return START_MS + (int64_t)(minute - HISTORY) * 60000;
}

static FILE *create(const char *folder, const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    return file;
}

/* What both markets have in common and what one has alone. */
typedef struct {
    l1_prng common, own;
} chance;

static chance chance_of(uint64_t seed, uint64_t market_number)
{
    chance made;
    l1_prng_seed(&made.common, seed);
    l1_prng_seed(&made.own, seed + 1000 * (market_number + 1));
    return made;
}

static double change_of(chance *of)
{
    return 0.0004 * (0.8 * noise(&of->common) + 0.6 * noise(&of->own));
}

/* A slow swing, a common factor, own noise; a fall of 3 % from 15:00. */
static double change_on_day(chance *of, int minute)
{
    const int since = minute - EARLIER;
    double change = change_of(of);
    if (since % 360 < 180) change += 0.00004;
    if (since % 360 >= 180) change -= 0.00003;
    if (minute >= FALL && minute < FALL_END) change -= 0.0018;
    return change;
}

/* The closes of the earlier days, from the last one back; gives what the first minute opens at. */
static double walk_back(market *made, chance *of)
{
    double close = made->price;
    for (int i = EARLIER; i-- > 0;) {
        made->closes[i] = close;
        close /= 1.0 + change_of(of);
    }
    return close;
}

static void write_bar(FILE *file, int minute, double open, double close, double volume,
                      l1_prng *own)
{
    const double wick = 0.0002 * open * l1_prng_unit(own);
    const double high = (close > open ? close : open) + wick;
    const double low = (close < open ? close : open) - wick;
    volume *= 0.5 + l1_prng_unit(own);
    (void)fprintf(file, "%lld,%.2f,%.2f,%.2f,%.2f,%.5f,%lld,%.8f,%d,%.5f,%.8f,0\n",
                  (long long)minute_ms(minute), open, high, low, close, volume,
                  (long long)minute_ms(minute) + 59999, volume * close,
                  900 + (int)(200 * l1_prng_unit(own)), volume / 2, volume * close / 2);
}

static void write_market(const char *folder, market *made, chance *before, chance *day)
{
    FILE *file = create(folder, made->file);
    double last = walk_back(made, before);
    for (int i = 0; i < MINUTES; i++) {
        chance *of = i < EARLIER ? before : day;
        if (i >= EARLIER) made->closes[i] = last * (1.0 + change_on_day(day, i));
        write_bar(file, i, last, made->closes[i], made->volume, &of->own);
        last = made->closes[i];
    }
    if (fclose(file) != 0) exit(1);
}

static void signal_line(FILE *file, int minute, int ms, const char *id, const market *of,
                        const char *side, const char *qty, double stop)
{
    (void)fprintf(file,
                  "{\"topic\":\"signals\",\"signal_id\":\"%s\",\"symbol\":\"%s\",\"side\":\"%s\","
                  "\"qty\":%s,\"stop_loss\":%.2f,\"ts\":%lld,"
                  "\"strategy_context\":{\"regime\":\"synthetic\",\"correlation_btc_eth\":0.7}}\n",
                  id, of->symbol, side, qty, stop, (long long)minute_ms(minute) + 60000 + ms);
}

/* A buy and, `hold` minutes later, the sell of it; the stop `distance` away. */
static void round_trip(FILE *file, const market *of, int minute, bool sell, int number,
                       const char *qty, double distance)
{
    char id[64];
    const double close = of->closes[minute];
    (void)snprintf(id, sizeof id, "%s_%s_%d", strncmp(of->symbol, "BTC", 3) == 0 ? "btc" : "eth",
                   sell ? "sell" : "buy", number);
    signal_line(file, minute, 10, id, of, sell ? "sell" : "buy", qty,
                sell ? close * (1.0 + distance) : close * (1.0 - distance));
}

static void write_dangers(FILE *file, const market *btc, const market *eth, int minute)
{
    const double price = btc->closes[minute];
    const long long ts = (long long)minute_ms(minute) + 60000;
    char id[64];
    (void)fprintf(file,
                  "{\"topic\":\"signals\",\"signal_id\":\"danger_no_stop\",\"symbol\":\"BTC/USDT\","
                  "\"side\":\"buy\",\"qty\":0.01,\"ts\":%lld}\n",
                  ts + 20);
    signal_line(file, minute, 21, "danger_huge_qty", btc, "buy", "5", price * 0.99);
    signal_line(file, minute, 22, "danger_stop_wrong_side", btc, "buy", "0.01", price * 1.01);
    signal_line(file, minute, 23, "danger_stop_too_near", btc, "buy", "0.01", price * 0.9999);
    signal_line(file, minute, 24, "danger_unknown_symbol", &(market){.symbol = "DOGE/USDT"}, "buy",
                "100", 0.05);
    signal_line(file, minute - 10, 25, "danger_stale_ts", btc, "buy", "0.01", price * 0.99);
    signal_line(file, minute, 26, "danger_sell_what_is_not_held", eth, "sell", "0.9",
                eth->closes[minute] * 1.01);
    (void)fprintf(
        file,
        "{\"topic\":\"signals\",\"signal_id\":\"danger_malformed\",\"symbol\":\"BTC/USDT\","
        "\"side\":\"hold\",\"qty\":\"lots\",\"stop_loss\":1,\"ts\":%lld}\n",
        ts + 27);
    for (int i = 1; i <= 4; i++) { /* repeat_max is 3 in ten seconds: the fourth is one too many */
        (void)snprintf(id, sizeof id, "danger_repeated_%d", i);
        signal_line(file, minute, 100 * i, id, eth, "buy", "0.02", eth->closes[minute] * 0.985);
    }
    for (int i = 0; i < 2; i++) { /* one signal, delivered twice */
        signal_line(file, minute, 900, "danger_duplicate", btc, "buy", "0.001", price * 0.985);
    }
    (void)fputs("{\"topic\":\"signals\",\"signal_id\":\"danger_cut_off\",\"symbol\":\"BTC/U\n",
                file);
}

/* Buys ETH until its limit of 15 % of equity is reached (the fourth buy is shrunk to what is left),
 * then once more. The fall of the day comes next and their stops fire. */
static void write_exposure(FILE *file, const market *eth, int minute)
{
    const double stop = eth->closes[minute] * 0.986;
    char id[64];
    for (int i = 1; i <= 4; i++) {
        (void)snprintf(id, sizeof id, "eth_fill_up_%d", i);
        signal_line(file, minute, 5000 * i, id, eth, "buy", i < 4 ? "1.0" : "0.99", stop);
    }
    signal_line(file, minute, 25000, "danger_exposure", eth, "buy", "0.5", stop);
}

/* Sound by every rule, but their stops lie where an ordinary quarter of an hour reaches: what the
 * models are for. */
static void write_risky(FILE *file, const market *btc, const market *eth, int minute)
{
    signal_line(file, minute, 10, "risky_btc", btc, "buy", "0.01", btc->closes[minute] * 0.9975);
    signal_line(file, minute, 20, "risky_eth", eth, "buy", "0.1", eth->closes[minute] * 0.9975);
}

static void write_signals(const char *folder, const market *btc, const market *eth)
{
    FILE *file = create(folder, "signals.ndjson");
    int number = 0;
    for (int minute = HISTORY + 30; minute + 130 < MINUTES; minute += 120) {
        number++;
        round_trip(file, btc, minute, false, number, "0.02", 0.012);
        const bool full = minute + 7 > EXPOSED && minute + 7 < FALL_END;
        if (!full) round_trip(file, eth, minute + 7, false, number, "0.4", 0.014);
        if (number == 2) write_risky(file, btc, eth, minute + 60);
        if (number == 4) {
            const int later = minute + 30; /* sells what the dangers bought: their stops go too */
            write_dangers(file, btc, eth, minute + 20);
            signal_line(file, later, 10, "btc_tidy_up", btc, "sell", "0.001",
                        btc->closes[later] * 1.01);
            signal_line(file, later, 20, "eth_tidy_up", eth, "sell", "0.06",
                        eth->closes[later] * 1.01);
        }
        round_trip(file, btc, minute + 100, true, number, "0.02", 0.012);
        if (!full) round_trip(file, eth, minute + 107, true, number, "0.4", 0.014);
        if (minute + 120 > EXPOSED && minute < EXPOSED) write_exposure(file, eth, EXPOSED);
    }
    if (fclose(file) != 0) exit(1);
}

int main(int argc, char **argv)
{
    static market btc = {"BTCUSDT-1m-synthetic.csv", "BTC/USDT", 42000.0, 30.0, {0}};
    static market eth = {"ETHUSDT-1m-synthetic.csv", "ETH/USDT", 4200.0, 400.0, {0}};
    if (argc < 2 || argc > 3) {
        (void)fputs("usage: synthetic_day FOLDER [SEED]\n", stderr);
        return 2;
    }
    const uint64_t seed = argc == 3 ? strtoull(argv[2], NULL, 10) : 1;
    chance day = chance_of(seed, 0), before = chance_of(~seed, 0);
    write_market(argv[1], &btc, &before, &day);
    chance again = chance_of(seed, 0), earlier = chance_of(~seed, 1);
    again.own = day.own;
    write_market(argv[1], &eth, &earlier, &again);
    write_signals(argv[1], &btc, &eth);
    return 0;
}
