/* report/metrics.h: the figures of a run, folded from its effects.
 *
 * Counted is each final report of kind "signal" once: executed (filled or partially) or not.
 * Duplicates do not count. Exposure, correlation and limits are those of the last sample of the
 * engine. Measured latencies come from outside and are in no verified byte.
 * A snapshot keeps the counts, so that they go on over restarts: they count the journal's life.
 * Ownership:   plain value of the caller, about 100 KiB.
 * Determinism: pure, apart from the latencies that it is given. */
#ifndef L1_REPORT_METRICS_H
#define L1_REPORT_METRICS_H

#include "base/histogram.h"
#include "domain/effect.h"
#include "engine/engine.h"
#include "report/tca.h"

typedef struct {
    uint64_t signals, executed, blocked;
    uint64_t slippages;
    int64_t slippage_sum_e8; /* percent */
    uint64_t stops_filled, stops_failed;
    uint64_t rejected[L1_RULE_COUNT]; /* by reason */
    int64_t exposure_e8;              /* L1_OFF = unknown */
    l1_tca_totals tca;
} l1_symbol_metrics;

typedef struct {
    uint64_t seq; /* last effect taken */
    int64_t at_ns;
    l1_symbol_metrics symbols[L1_SYMBOLS_MAX + 1]; /* the last: signals of no configured symbol */
    uint64_t alerts[L1_ALERT_COUNT];
    int64_t
        unknown_keys; /* ignored in messages so far, counted by whoever decodes; L1_OFF = nobody */
    uint64_t unwatched; /* parents without markouts because too many were watched; sampled */
    int64_t correlation_e8;
    bool halted, reduce_only;
    l1_histogram decision_us, durable_us;
} l1_metrics;

void l1_metrics_init(l1_metrics *metrics);
void l1_metrics_take(l1_metrics *metrics, const l1_effect *effect);
void l1_metrics_sample(l1_metrics *metrics, const l1_engine *engine);

/* Saves or (into fresh ones) loads the counts; symbols are matched by name. */
void l1_metrics_archive(l1_archive *archive, l1_metrics *metrics, const l1_limits *limits);

/* The counts under another configuration; those of a symbol that is gone are dropped. */
void l1_metrics_adopt(l1_metrics *metrics, const l1_limits *from, const l1_limits *to);

/* L1_OFF = not measured. */
void l1_metrics_latency(l1_metrics *metrics, int64_t decision_us, int64_t durable_us);

/* The metrics message, without its LF; returns its length. `out` holds L1_METRICS_TEXT_MAX. */
#define L1_METRICS_TEXT_MAX 262144
size_t l1_metrics_json(const l1_metrics *metrics, const l1_limits *limits, char *out);

/* executed / (executed + blocked) in percent, L1_OFF without signals. */
int64_t l1_metrics_success_e8(const l1_symbol_metrics *symbol);
/* Mean slippage in percent, L1_OFF when nothing executed. */
int64_t l1_metrics_slippage_e8(const l1_symbol_metrics *symbol);

#endif
