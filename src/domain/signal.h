/* domain/signal.h: what a strategy asks for.
 *
 * Units:     e8 decimals; *_ns Unix nanoseconds UTC. L1_OFF in a decimal or time = absent.
 * Ownership: plain values, no pointers. */
#ifndef L1_DOMAIN_SIGNAL_H
#define L1_DOMAIN_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/hash.h"
#include "domain/limits.h"

#define L1_SIGNAL_ID_MAX 65 /* 64 characters and a NUL */
#define L1_STRATEGY_ID_MAX 65
#define L1_REGIME_MAX 33

typedef enum { L1_SIDE_BUY, L1_SIDE_SELL, L1_SIDE_COUNT } l1_side;

typedef struct {
    char id[L1_SIGNAL_ID_MAX];
    char symbol_text[L1_SYMBOL_TEXT_MAX];
    int32_t symbol; /* index into limits.symbols, -1 = not configured */
    l1_side side;
    int64_t qty_e8;
    int64_t stop_loss_e8, price_e8, take_profit_e8; /* L1_OFF = absent */
    int64_t ts_ns, expires_at_ns;                   /* L1_OFF = absent */
    int64_t confidence_e8;                          /* 0..1; L1_OFF = absent */
    int64_t correlation_e8; /* strategy_context.correlation_btc_eth; L1_OFF = absent */
    char strategy_id[L1_STRATEGY_ID_MAX];
    char regime[L1_REGIME_MAX];
    l1_algo algo;                   /* AUTO, also when absent: limits.execution_algo decides */
    int64_t duration_s, slices_max; /* L1_OFF = absent */
    l1_hash128 content;             /* of every known field: tells a reused id */
} l1_signal;

void l1_signal_archive(l1_archive *archive, l1_signal *signal);

#endif
