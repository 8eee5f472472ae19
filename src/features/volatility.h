/* features/volatility.h: sigma and ATR of one symbol from its closed 1m bars.
 *
 * sigma: population standard deviation of the simple returns close/previous close - 1 of the last
 *        60 consecutive closed 1m bars (61 closes without a missing minute).
 * ATR:   Wilder's ATR(14) of 15m bars aligned to UTC (TA-Lib's convention: the first value is the
 *        mean of 14 true ranges, the first bar has none). A 15m bar counts once a later minute or
 *        its own last minute has closed. Up to 120 missing minutes are filled with flat bars for
 *        ATR once the next bar arrives; a longer gap restarts it. Filled minutes never count as
 *        closed bars for sigma. The first 15m bar may lack its beginning: only its close
 *        is used.
 * Determinism: + - * / and sqrt only; the window is recomputed in order, so sums cannot drift. */
#ifndef L1_FEATURES_VOLATILITY_H
#define L1_FEATURES_VOLATILITY_H

#include "base/archive.h"
#include "domain/market.h"
#include "features/frame.h"
#include "features/wilder.h"

#define L1_SIGMA_RETURNS 60

typedef struct {
    int64_t last_open_ns; /* of the newest bar; 0 = none */
    int64_t last_close_e8;
    uint32_t returns_count;           /* of consecutive closes, at most L1_SIGMA_RETURNS */
    double returns[L1_SIGMA_RETURNS]; /* oldest first */
    double sigma;                     /* of the current window; valid when sigma_known */
    bool sigma_known;

    l1_frame frame; /* the 15m bar being built */
    l1_atr atr;
} l1_volatility;

/* Takes a bar newer than the last one (the caller checked). */
void l1_volatility_on_bar(l1_volatility *volatility, const l1_bar *bar);

/* False while undefined. sigma as a ratio per minute; ATR in quote per base. */
bool l1_volatility_sigma(const l1_volatility *volatility, double *sigma);
bool l1_volatility_atr(const l1_volatility *volatility, double *atr);

void l1_volatility_archive(l1_archive *archive, l1_volatility *volatility);

#endif
