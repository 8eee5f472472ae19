/* app/replay_report.h: the page of `l1 replay --report FILE`, from the first step to the file.
 *
 * The page is written beside FILE and renamed over it when it is whole: FILE is the old one or the
 * new one, never half of it. That it can be written there is found out before the run.
 * Ownership: the caller closes. Errors: USAGE (FILE is read, kept or written by the run itself,
 * or is no plain file), IO_OPEN, IO_WRITE, LIMIT_FULL; the path is in the text. */
#ifndef L1_APP_REPLAY_REPORT_H
#define L1_APP_REPLAY_REPORT_H

#include "app/output_place.h"
#include "app/replay.h"
#include "app/runner.h"

typedef struct l1_replay_report l1_replay_report;

/* Whether options->report, if any, may be written where it is to go; options->config is not read.
 */
L1_MUST_USE l1_result l1_replay_report_check(const l1_replay_options *options, l1_diag *diag);

/* `*out` stays NULL when no report is wanted; every other call then does nothing. Before
 * options->out is opened. */
L1_MUST_USE l1_result l1_replay_report_open(const l1_replay_options *options,
                                            l1_replay_report **out, l1_diag *diag);
void l1_replay_report_step(l1_replay_report *report, const l1_event *event, l1_runner *runner);
void l1_replay_report_effect(l1_replay_report *report, const l1_effect *effect, bool duplicate);
L1_MUST_USE l1_result l1_replay_report_write(l1_replay_report *report, l1_runner *runner,
                                             l1_hash128 output_hash, uint64_t messages,
                                             l1_diag *diag);
void l1_replay_report_close(l1_replay_report *report);

/* What a replay reads or keeps: nothing is written over it. */
l1_kept_places l1_replay_keeps(const l1_replay_options *options);

#endif
