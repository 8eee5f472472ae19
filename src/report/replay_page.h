/* report/replay_page.h: a replay as one page that a trader opens first.
 *
 * Folds the run as it goes, in memory that does not grow with it, then writes one self-contained
 * HTML page: equity, drawdown and exposure, fills on the price, costs, rejections, scores by
 * outcome, and the facts of the run. No script, no font, no reference to anything outside.
 * Equity is quote + base x last mid of the engine's account; what a portfolio snapshot puts in or
 * takes out is no gain. Measured times are not in it.
 * Ownership:   the caller closes what it opened. Errors: LIMIT_FULL without memory; a failed write
 *              is the caller's to find (ferror).
 * Determinism: the same run gives the same bytes. */
#ifndef L1_REPORT_REPLAY_PAGE_H
#define L1_REPORT_REPLAY_PAGE_H

#include <stdio.h>

#include "base/hash.h"
#include "domain/effect.h"
#include "engine/engine.h"
#include "report/comparison.h"

typedef struct l1_replay_page l1_replay_page;

/* `limits` must outlive the page. */
L1_MUST_USE l1_result l1_replay_page_open(const l1_limits *limits, l1_replay_page **out,
                                          l1_diag *diag);
void l1_replay_page_close(l1_replay_page *page); /* NULL is fine */

/* After each step: what it brought, and the engine as it stands. */
void l1_replay_page_event(l1_replay_page *page, const l1_event *event, const l1_engine *engine);

/* Each effect that was handed over, in order; `duplicate`: a report published once more. */
void l1_replay_page_effect(l1_replay_page *page, const l1_effect *effect, bool duplicate);

/* What is known of the run beside its events. Texts stay the caller's; NULL = none. */
typedef struct {
    const char *build; /* version and build id */
    const char *const *files;
    size_t files_count;
    const char *out, *journal;
    const char *config_text;                                      /* the resolved configuration */
    l1_hash128 config_hash, models_hash, state_hash, output_hash; /* models: zero = none scored */
    uint64_t messages;
    const l1_comparison *comparison; /* of schedules */
} l1_replay_facts;

void l1_replay_page_write(l1_replay_page *page, const l1_replay_facts *facts, FILE *out);

#endif
