/* train/dataset_builder.h: what a dataset keeps while its bars arrive. Inner header of train/. */
#ifndef L1_TRAIN_DATASET_BUILDER_H
#define L1_TRAIN_DATASET_BUILDER_H

#include "train/dataset.h"

/* One minute of a symbol, filled or not. */
typedef struct {
    double open, high, low, close;
    bool good;  /* a bar, and with volume */
    bool trend; /* EMA60 > EMA240 at its end */
} l1_minute;

typedef struct {
    l1_bar last; /* as it arrived */
    bool has_last;
    int64_t first_minute;
    l1_minute *minutes; /* from first_minute, without holes */
    size_t count, capacity;
    double ema60, ema240;
    int64_t row_minute;                  /* of the last row taken; -1 = none */
    uint64_t asked;                      /* bars at a row's minute */
    double mirror_from_e8, mirror_to_e8; /* last close as it arrived, and mirrored */
} l1_symbol_minutes;

struct l1_dataset_builder {
    l1_dataset_options options;
    l1_dataset *dataset;
    size_t rows_capacity;
    void *memory; /* of the state */
    l1_feature_state *state;
    l1_symbol_minutes symbols[L1_SYMBOLS_MAX];
};

/* Adds a bar's minute and the flat ones before it that are missing. */
L1_MUST_USE l1_result l1_minutes_add(l1_symbol_minutes *minutes, const l1_bar *bar, l1_diag *diag);

/* Fills in the labels of `row` and says whether all its minutes are there. */
bool l1_row_label(const l1_dataset_options *options, const l1_symbol_minutes *minutes, l1_row *row);

/* Turns the bar upside down on its minute's coin, keeping the path continuous. */
void l1_bar_mirror(uint64_t seed, l1_symbol_minutes *minutes, l1_bar *bar);

#endif
