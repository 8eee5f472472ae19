/* app/report_store.h: the final reports that a duplicate of their signal may ask for again.
 *
 * Bytes go to an unlinked file, (number, place) pairs stay in memory; the oldest are forgotten
 * when more than `reports_max` are kept. What the journal also holds need not be kept here.
 * Ownership: the store owns its file; bytes handed out are valid until the next call.
 * Errors:    IO_OPEN, IO_WRITE, IO_READ, LIMIT_FULL. */
#ifndef L1_APP_REPORT_STORE_H
#define L1_APP_REPORT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct l1_report_store l1_report_store;

/* The file lies in `dir`, or where temporary files belong when it is NULL. */
L1_MUST_USE l1_result l1_report_store_open(const char *dir, size_t reports_max,
                                           l1_report_store **out, l1_diag *diag);
void l1_report_store_close(l1_report_store *store);

/* `seq` ascends. */
L1_MUST_USE l1_result l1_report_store_put(l1_report_store *store, uint64_t seq,
                                          const uint8_t *bytes, uint32_t size, l1_diag *diag);

/* IO_END when it is not kept. */
L1_MUST_USE l1_result l1_report_store_get(l1_report_store *store, uint64_t seq,
                                          const uint8_t **bytes, uint32_t *size, l1_diag *diag);

#endif
