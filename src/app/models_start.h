/* app/models_start.h: the models that a start finds, and what the log says of them.
 *
 * A missing or invalid bundle is never a start error: the gate denies with AI_UNAVAILABLE while
 * ai.required is true. What scored before a restart and can no longer be used, does not. */
#ifndef L1_APP_MODELS_START_H
#define L1_APP_MODELS_START_H

#include "app/runner.h"

/* Reads the folder of ai.models and applies what came of it. Only a failing journal is an error.
 * Nothing is read, and none scores, when no head is configured. `log`: with its line (a library is
 * silent). */
L1_MUST_USE l1_result l1_models_start(l1_runner *runner, const l1_config *config, bool log,
                                      l1_diag *diag);

/* The log line of one reading. */
void l1_models_log(const l1_config *config, const l1_models_event *models);

#endif
