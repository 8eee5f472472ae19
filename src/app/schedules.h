/* app/schedules.h: the same history once per schedule, and what each costs beside a single order.
 *
 * execution.algo is set to one schedule after the other; signals that ask for a schedule of their
 * own are left out. A parent is paired when both runs sent it with the same quantity; the pairs'
 * differences are resampled in blocks of consecutive parents (base/bootstrap.h).
 * Every run starts from the same account and sees the same market; what earlier fills did to the
 * account may differ by their own costs.
 * Determinism: the same files, configuration and seed give the same figures. */
#ifndef L1_APP_SCHEDULES_H
#define L1_APP_SCHEDULES_H

#include "app/options.h"
#include "io/history.h"
#include "report/comparison.h"

typedef struct {
    const l1_config_source *source;
    const l1_history_file *files;
    size_t files_count;
    int64_t from_ns, to_ns;     /* L1_OFF = no bound */
    bool wanted[L1_ALGO_COUNT]; /* beside single, which always runs */
    uint32_t block_parents;     /* 0 = the cube root of the pairs, or those that overlap */
    uint32_t resamples;         /* L1_SCHEDULES_RESAMPLES_MAX at most */
    uint64_t seed;
} l1_schedules_options;

#define L1_SCHEDULES_RESAMPLES 2000
#define L1_SCHEDULES_RESAMPLES_MAX 100000

/* A mean over pairs, and the mean difference from the reference with its interval; NaN = unknown.
 */
typedef struct {
    uint64_t pairs;
    double mean_bp, difference_bp, low_bp, high_bp;
} l1_schedule_figure;

/* Beside the row of l1_comparison with the same number, whose figure is the shortfall before
 * commission. */
typedef struct {
    uint64_t left_out; /* sent by one run alone, with another quantity, or of unknown cost */
    l1_schedule_figure with_fees; /* the whole shortfall */
    l1_schedule_figure slippage;  /* of what filled, against the mid at arrival */
    double children;              /* orders a parent, mean */
    uint32_t block_parents;
} l1_schedule_detail;

typedef struct {
    l1_comparison comparison;
    l1_schedule_detail details[L1_COMPARISON_ROWS_MAX];
    uint64_t signals;  /* in the input, once each */
    uint64_t own_algo; /* left out: they ask for a schedule of their own */
    char symbols[L1_SYMBOLS_MAX][L1_SYMBOL_TEXT_MAX];
} l1_schedules;

/* Reads a list such as "twap,vwap" into options->wanted; "" or NULL = all. False with a line on
 * standard error. */
bool l1_schedules_parse(const char *list, l1_schedules_options *options);

/* Runs all of it. USAGE when the configuration cannot be read: that has been told. */
L1_MUST_USE l1_result l1_schedules_compare(const l1_schedules_options *options, l1_schedules *out,
                                           l1_diag *diag);

/* Prints the tables, or one JSON object a line. */
void l1_schedules_print(const l1_schedules *schedules, bool json, void *file);

#endif
