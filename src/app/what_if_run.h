/* app/what_if_run.h: the parts of l1_what_if between its files. */
#ifndef L1_APP_WHAT_IF_RUN_H
#define L1_APP_WHAT_IF_RUN_H

#include <stdio.h>

#include "app/progress.h"
#include "app/recovery.h"
#include "app/what_if.h"
#include "app/what_if_figures.h"
#include "app/what_if_ledger.h"

/* Where the two runs' effects part, their numbers apart. */
typedef struct {
    bool found;
    uint64_t sequence; /* record of the event in whose step it happened; 0 = after the last */
    int64_t at_ns;
    const char *recorded, *changed;   /* kinds of effects; "nothing" */
    char signal_id[L1_SIGNAL_ID_MAX]; /* of a report or alert, recorded or changed; "" = none */
} l1_what_if_first;

typedef struct {
    const l1_what_if_options *options;
    l1_restored restored;   /* side 0 */
    l1_instance changed;    /* side 1 */
    l1_config config;       /* of side 1 */
    l1_model_slots *models; /* of side 1 when they are replaced; else NULL: those recorded */
    l1_hash128 models_hash;
    bool models_used; /* the replaced ones are in force */
    l1_result failed; /* told by `diag` of the next record */
    char why[L1_CONFIG_ERROR_MAX];
    l1_ledger ledger;
    l1_what_if_figures figures[2];
    uint64_t effects_same, steps_different;
    uint64_t portfolios; /* snapshots in the journal: they set both accounts */
    uint64_t drained;    /* events added in virtual time behind the journal's last */
    l1_what_if_first first;
    bool state_same; /* at the end */
    uint64_t last_sequence;
    l1_progress progress;
    uint64_t records; /* in the journal when it began; 0 = unknown */
    unsigned pass;
    l1_effect effect;
} l1_what_if_run;

/* The changed configuration that belongs to the recorded one in force. */
L1_MUST_USE l1_result l1_what_if_config(l1_what_if_run *run);

/* A system under the changed configuration that takes over the recorded one's state. */
L1_MUST_USE l1_result l1_what_if_fork(l1_what_if_run *run, l1_instance *out, l1_diag *diag);

/* Gives a changed system the models that it scores with. */
L1_MUST_USE l1_result l1_what_if_use_models(l1_what_if_run *run, l1_instance *instance,
                                            l1_diag *diag);

/* The event as the changed run sees it: other models stand in MODELS events. */
l1_event l1_what_if_event(const l1_what_if_run *run, const l1_event *event);

/* Tells each differing row's cause, by further passes over the journal. */
L1_MUST_USE l1_result l1_what_if_causes(l1_what_if_run *run, l1_diag *diag);

/* Prints all of it. */
void l1_what_if_text(l1_what_if_run *run, FILE *out);
void l1_what_if_json(l1_what_if_run *run, FILE *out);

/* --- what both print --- */

/* How a row's decision changed, in words: "accepted -> rejected by QTY_MAX". */
typedef struct {
    char text[128];
    uint64_t count;
} l1_what_if_kind;
#define L1_WHAT_IF_KINDS_MAX 256

typedef struct {
    uint64_t signals, unfinished, differ, of[L1_CAUSE_COUNT], details_only;
    uint64_t qty_changed, stop_changed, fill_changed, score_changed;
    size_t kinds_count;
    l1_what_if_kind kinds[L1_WHAT_IF_KINDS_MAX];
} l1_what_if_counts;

void l1_what_if_count(const l1_what_if_run *run, l1_what_if_counts *counts);
const char *l1_cause_text(l1_cause cause);

#endif
