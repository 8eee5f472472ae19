/* train/dataset.h: rows to learn from: the engine's own features of a minute and what came after.
 *
 * Bars go through one l1_feature_state in the order of the engine, so a row's vector has the bits
 * of the live one given the same first bar. One row for each symbol and every 25th minute (Unix
 * minute divisible by 25) that has a vector and whose next 240 minutes are all there with volume;
 * READY says the same of the 300 minutes before it.
 * Labels of minute t, entry E = open[t+1], horizon 240 minutes t+1..t+240:
 *   survival   the stop is not touched: low > E (1 - a) for buys, high < E (1 + a) for sells; each
 *              row has one random side and a = U(1, 4) x ATR(14) of 15m bars / close
 *   movement   ln(max high / min low) > 1.35 s1440 sqrt(240)
 *   direction  close[t+240] > E
 *   trend      EMA60 > EMA240 of 1m closes at t+120
 * Bad input: a bar that repeats its predecessor to the letter is passed over and counted; one that
 * is older, or says something else of the same minute, is an error. Gaps: as in the features.
 * Units:       minutes are Unix minutes (of the bar's open); ln; fractions.
 * Ownership:   the caller frees the dataset. Errors: INPUT_FIELD, LIMIT_FULL with one line.
 * Determinism: side and a depend on seed, symbol's name and minute alone. */
#ifndef L1_TRAIN_DATASET_H
#define L1_TRAIN_DATASET_H

#include "features/feature_state.h"
#include "io/history.h"
#include "models/bundle.h"

#define L1_ROW_MINUTES 25
#define L1_TREND_MINUTES 120
#define L1_MOVEMENT_SIGMAS 1.35
#define L1_STOP_ATR_MIN 1.0
#define L1_STOP_ATR_MAX 4.0
#define L1_STOP_ATR_RULE 3.0 /* of examples/ema_cross.c */

/* What became of a signal at open[t+1] with a stop, held for 240 minutes. */
typedef struct {
    bool alive;   /* its stop was not touched */
    double trade; /* earned, as a fraction of the entry, before costs */
} l1_outcome;

typedef struct {
    int64_t minute; /* t; features know bars up to it, labels look at t+1..label_end */
    int64_t label_end;
    int32_t symbol; /* index into the limits given */
    l1_side side;
    double stop_fraction; /* a */
    uint8_t labels[L1_HEAD_COUNT];
    double realised_ln;                /* ln sqrt(sum r^2 over t+1..t+240); -inf without any move */
    double trade;                      /* what the row's signal earned: -a when stopped, else side x
                                          (close[t+240] / E - 1); before costs */
    l1_outcome by_rule[L1_SIDE_COUNT]; /* of a signal with a stop of L1_STOP_ATR_RULE ATR */
    l1_feature_vector vector;
} l1_row;

/* Negative controls: each spoils the data in a known way. */
typedef enum {
    L1_NEGATIVE_NONE,
    L1_NEGATIVE_EARLY,    /* vectors of minute t+5 in the row of t: what a leak looks like */
    L1_NEGATIVE_MIRRORED, /* each minute's bars turned upside down at random: nothing to learn */
} l1_negative_control;
#define L1_EARLY_MINUTES 5

typedef struct {
    const l1_limits *limits; /* must outlive the dataset; gives the symbols and their peers */
    uint64_t seed;
    uint32_t direction_minutes; /* horizon of direction's label, 1..240; 0 = 240 */
    l1_negative_control control;
    const l1_bundle *bundle; /* its profiles continue, where they reach further; NULL = none */
} l1_dataset_options;

typedef struct l1_dataset_builder l1_dataset_builder;

typedef struct {
    const l1_limits *limits;
    l1_row *rows; /* in the order of (minute, symbol) */
    size_t count;
    int64_t from_ms, to_ms; /* first bar's open, last bar's end */
    l1_profile profiles[L1_SYMBOLS_MAX];
    uint64_t bars[L1_SYMBOLS_MAX];  /* 0 = no data: not a symbol of the models */
    int64_t end_ms[L1_SYMBOLS_MAX]; /* of each symbol's last bar */
    uint64_t repeated, missing;     /* bars passed over; minutes without a bar */
    size_t unready, cut;            /* row minutes without a vector; whose label is incomplete */
} l1_dataset;

/* Called now and then with what is done of all. NULL: nobody looks. */
typedef struct {
    void (*step)(void *context, int64_t done, int64_t all);
    void *context;
} l1_train_progress;

/* From files (io/history.h); bars alone count. Every symbol with bars needs its peer. */
typedef struct {
    l1_dataset_options options;
    const l1_history_file *files;
    size_t files_count;
    l1_train_progress progress;
} l1_dataset_files;
L1_MUST_USE l1_result l1_dataset_read(const l1_dataset_files *from, l1_dataset **out,
                                      l1_diag *diag);

/* The same from bars in memory: begin, bars by time, finish (which also frees the builder). */
L1_MUST_USE l1_result l1_dataset_begin(const l1_dataset_options *options, l1_dataset_builder **out,
                                       l1_diag *diag);
L1_MUST_USE l1_result l1_dataset_bar(l1_dataset_builder *builder, const l1_bar *bar, l1_diag *diag);
L1_MUST_USE l1_result l1_dataset_finish(l1_dataset_builder *builder, l1_dataset **out,
                                        l1_diag *diag);
void l1_dataset_abandon(l1_dataset_builder *builder);

void l1_dataset_free(l1_dataset *dataset); /* NULL is fine */

/* Refuses data of which one symbol ends early: its last days would neither validate nor continue
 * its profile, and nothing else would tell. */
#define L1_ENDS_APART_MINUTES 120
L1_MUST_USE l1_result l1_dataset_check_ends(const l1_dataset *dataset, l1_diag *diag);

#endif
