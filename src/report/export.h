/* report/export.h: a journal's effects as SQLite tables; a projection that can be made anew.
 *
 * Tables: signals (one final report a row), protection, orders, fees, violations, adjustments,
 * alerts, parents (what each cost, and its markouts once they came). Decimals are exact texts,
 * times Unix ms and ISO 8601 UTC. Built in one transaction in a temporary file beside the target,
 * renamed when it is complete.
 * Ownership: the caller closes what it opened. Errors: IO_OPEN, IO_WRITE with SQLite's words. */
#ifndef L1_REPORT_EXPORT_H
#define L1_REPORT_EXPORT_H

#include "base/status.h"
#include "domain/effect.h"

typedef struct l1_export l1_export;

/* `path` is replaced at the end, only if it is an earlier export or `force` is set. */
L1_MUST_USE l1_result l1_export_open(const char *path, bool force, l1_export **out, l1_diag *diag);

/* Reports and alerts become rows, an analysis completes its parent's; other effects none. `limits`
 * name symbols and assets. The first error sticks and is told by l1_export_close. */
void l1_export_take(l1_export *export, const l1_limits *limits, const l1_effect *effect);

/* Writes each table as DIR/TABLE.csv (RFC 4180, header line). Before l1_export_close. */
L1_MUST_USE l1_result l1_export_csv(l1_export *export, const char *dir, l1_diag *diag);

/* Commits and renames, or (`keep` false) throws away. Frees in any case. */
L1_MUST_USE l1_result l1_export_close(l1_export *export, bool keep, l1_diag *diag);

#endif
