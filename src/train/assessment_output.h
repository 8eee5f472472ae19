/* train/assessment_output.h: an assessment told: to a terminal, as JSON, as a page, as a card.
 *
 * A raw AUC never stands without its closed form's beside it. `command` is the command line that
 * made the figures, for readers to repeat.
 * Errors: LIMIT_FULL; a failed write is the caller's to find (ferror). Determinism: pure. */
#ifndef L1_TRAIN_ASSESSMENT_OUTPUT_H
#define L1_TRAIN_ASSESSMENT_OUTPUT_H

#include "train/assessment.h"

void l1_assessment_print(const l1_assessment *assessment, FILE *out);

/* One object, schema in docs/evaluation.md. */
L1_MUST_USE l1_result l1_assessment_json(const l1_assessment *assessment, const char *command,
                                         FILE *out, l1_diag *diag);

/* One self-contained HTML page. */
L1_MUST_USE l1_result l1_assessment_page(const l1_assessment *assessment, const char *command,
                                         FILE *out, l1_diag *diag);

/* MODEL_CARD.md. */
void l1_assessment_card(const l1_assessment *assessment, const char *command, FILE *out);

#endif
