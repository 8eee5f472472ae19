/* domain/portfolio.h: a snapshot of the account as L2/L3 see it.
 *
 * Complete: an asset that is not listed holds zero. Stands for its ts.
 * Units: e8 decimals; asset index 0 is the quote, i + 1 the base of symbol i. */
#ifndef L1_DOMAIN_PORTFOLIO_H
#define L1_DOMAIN_PORTFOLIO_H

#include <stdint.h>

#include "base/archive.h"
#include "domain/limits.h"

typedef struct {
    int64_t ts_ns;
    int64_t equity_e8; /* in quote; L1_OFF = absent */
    int64_t free_e8[L1_ASSETS_MAX], locked_e8[L1_ASSETS_MAX];
    int64_t correlation_e8; /* L1_OFF = absent */
} l1_portfolio;

void l1_portfolio_archive(l1_archive *archive, l1_portfolio *portfolio);

#endif
