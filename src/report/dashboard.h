/* report/dashboard.h: the figures as the operator's page, in Spanish or English.
 * Determinism: pure. */
#ifndef L1_REPORT_DASHBOARD_H
#define L1_REPORT_DASHBOARD_H

#include "report/metrics.h"

typedef enum { L1_LANGUAGE_ES, L1_LANGUAGE_EN } l1_language;

#define L1_DASHBOARD_TEXT_MAX 131072

/* NUL-terminated UTF-8; returns its length. `out` holds L1_DASHBOARD_TEXT_MAX bytes. */
size_t l1_dashboard_text(const l1_metrics *metrics, const l1_limits *limits, l1_language language,
                         char *out);

#endif
