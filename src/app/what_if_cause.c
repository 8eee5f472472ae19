/* app/what_if_cause.c: was it the change, or what the change had done before?
 *
 * For each signal whose decision differs the recorded run is stepped again up to it; there a system
 * under the changed configuration takes over the recorded state (a fork) and both go on until the
 * fork's final report. Several forks go on at once; signals that find none free wait for the next
 * pass over the journal. */
#include <stdlib.h>
#include <string.h>

#include "app/what_if_run.h"
#include "base/assert.h"

enum { FORKS_MAX = 16 };

typedef struct {
    l1_instance instance; /* system NULL = free */
    size_t row;
    l1_outcome outcome;
} fork;

typedef struct {
    l1_what_if_run *run;
    fork forks[FORKS_MAX];
    size_t next;    /* row: all before it have been met in this pass */
    size_t left;    /* rows that found no fork free */
    size_t started; /* in this pass */
    l1_result failed;
    l1_diag diag;
    l1_effect effect;
} passes;

static bool wanted(const l1_ledger_row *row)
{
    return row->cause == L1_CAUSE_UNKNOWN;
}

/* Rows whose decision differs get their cause sought; the others have it at once. */
static size_t sort_out(l1_ledger *ledger)
{
    size_t wanted_count = 0;
    for (size_t i = 0; i < ledger->count; i++) {
        l1_ledger_row *row = &ledger->rows[i];
        row->cause = L1_CAUSE_NONE;
        if (!l1_outcome_same(&row->of[0], &row->of[1])) {
            row->cause = L1_CAUSE_UNKNOWN;
            wanted_count++;
        } else if (!l1_outcome_same_later(&row->of[0], &row->of[1])) {
            row->cause = L1_CAUSE_LATER;
        }
    }
    return wanted_count;
}

static void take(passes *at, fork *one)
{
    const uint8_t *bytes = NULL;
    uint32_t size = 0;
    const l1_ledger_row *row = &at->run->ledger.rows[one->row];
    for (size_t place = 0; l1_effects_next(&one->instance.effects, &place, &bytes, &size);) {
        const bool good = l1_effect_load(bytes, size, &at->effect);
        L1_ASSERT(good);
        const l1_report *report = &at->effect.as.report;
        if (at->effect.kind != L1_EFFECT_REPORT || one->outcome.reported) continue;
        if (strcmp(report->signal_id, row->id) == 0) l1_outcome_take(&one->outcome, report);
    }
}

/* Once its report is there, or never will be. */
static void finish(passes *at, fork *one)
{
    l1_ledger_row *row = &at->run->ledger.rows[one->row];
    const bool same = l1_outcome_same(&one->outcome, &row->of[0]);
    row->cause = same ? L1_CAUSE_KNOCK_ON : L1_CAUSE_DIRECT;
    l1_instance_free(&one->instance);
    L1_ASSERT(one->instance.system == NULL);
}

static void step(passes *at, const l1_event *event)
{
    const l1_event own = l1_what_if_event(at->run, event);
    for (size_t i = 0; i < FORKS_MAX; i++) {
        fork *one = &at->forks[i];
        if (one->instance.system == NULL) continue;
        l1_system_step(one->instance.system, &own, &one->instance.effects);
        take(at, one);
        if (one->outcome.reported) finish(at, one);
    }
}

static l1_result before(void *state, const l1_event *event, l1_diag *diag)
{
    passes *at = state;
    l1_ledger *ledger = &at->run->ledger;
    const uint64_t sequence = at->run->restored.last_sequence + 1;
    if (at->failed.code != L1_OK) {
        *diag = at->diag;
        return at->failed;
    }
    (void)event;
    while (at->next < ledger->count && ledger->rows[at->next].sequence < sequence) at->next++;
    if (at->next == ledger->count || ledger->rows[at->next].sequence != sequence) return L1_SUCCESS;
    l1_ledger_row *row = &ledger->rows[at->next];
    if (!wanted(row)) return L1_SUCCESS;
    fork *free_one = NULL;
    for (size_t i = 0; i < FORKS_MAX && free_one == NULL; i++) {
        if (at->forks[i].instance.system == NULL) free_one = &at->forks[i];
    }
    if (free_one == NULL) {
        at->left++;
        return L1_SUCCESS;
    }
    free_one->row = at->next;
    free_one->outcome = l1_outcome_none();
    at->started++;
    const l1_result forked = l1_what_if_fork(at->run, &free_one->instance, diag);
    /* A state that does not fit the change (open orders, say) leaves the cause unknown. */
    return forked.code == L1_CONFIG_VALUE ? L1_SUCCESS : forked;
}

static void on_event(void *state, const l1_event *event, const l1_system *system)
{
    passes *at = state;
    l1_what_if_run *run = at->run;
    L1_ASSERT(system == run->restored.instance.system);
    step(at, event);
    if (run->restored.events % 1024 == 0) {
        l1_progress_step(&run->progress, (int64_t)run->restored.last_sequence,
                         (int64_t)run->last_sequence);
    }
}

static void on_config(void *state, const l1_config *config)
{
    passes *at = state;
    l1_what_if_run *run = at->run;
    if (at->failed.code != L1_OK) return;
    L1_ASSERT(config == &run->restored.config);
    at->failed = l1_what_if_config(run);
    for (size_t i = 0; i < FORKS_MAX && at->failed.code == L1_OK; i++) {
        fork *one = &at->forks[i];
        if (one->instance.system == NULL) continue;
        at->failed = l1_instance_adopt(&one->instance, &run->config.limits, &at->diag);
        if (at->failed.code == L1_OK) {
            at->failed = l1_what_if_use_models(run, &one->instance, &at->diag);
        }
        if (at->failed.code == L1_OK) take(at, one);
    }
}

/* What is still under way where the journal ends, in virtual time. */
static void drain(passes *at)
{
    for (size_t i = 0; i < FORKS_MAX; i++) {
        fork *one = &at->forks[i];
        while (one->instance.system != NULL) {
            const int64_t due_ns = l1_system_next_due_ns(one->instance.system);
            const bool over = !l1_system_pending(one->instance.system) || due_ns == INT64_MAX;
            if (over || one->outcome.reported) {
                finish(at, one);
                break;
            }
            const l1_event tick = {.kind = L1_EVENT_TICK, .at_ns = due_ns};
            l1_system_step(one->instance.system, &tick, &one->instance.effects);
            take(at, one);
        }
    }
}

static l1_result one_pass(passes *at, l1_diag *diag)
{
    l1_what_if_run *run = at->run;
    const l1_restore_options options = {
        .dir = run->options->dir,
        .from_first = true,
        .limit = run->last_sequence,
        .visitor = {.state = at, .before = before, .event = on_event, .config = on_config},
    };
    at->next = at->left = at->started = 0;
    l1_restored_free(&run->restored);
    L1_TRY(l1_restore(&options, &run->restored, diag));
    drain(at);
    return L1_SUCCESS;
}

l1_result l1_what_if_causes(l1_what_if_run *run, l1_diag *diag)
{
    if (sort_out(&run->ledger) == 0) return L1_SUCCESS;
    passes *at = calloc(1, sizeof *at);
    if (at == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "what-if", "no memory");
    at->run = run;
    l1_result done = L1_SUCCESS;
    do {
        done = one_pass(at, diag);
    } while (done.code == L1_OK && at->left > 0 && at->started > 0);
    for (size_t i = 0; i < FORKS_MAX; i++) l1_instance_free(&at->forks[i].instance);
    free(at);
    return done;
}
