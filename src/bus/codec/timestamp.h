/* bus/codec/timestamp.h: the two forms in which a message may state a time.
 *
 * Units:       Unix nanoseconds UTC; what lies outside the years 2009 to 2100 is refused.
 * Errors:      false, and the output is untouched.
 * Determinism: pure; no time zone data, no locale.
 * Source:      RFC 3339 section 5.6; days from a date after H. Hinnant, "chrono-Compatible
 *              Low-Level Date Algorithms". */
#ifndef L1_BUS_CODEC_TIMESTAMP_H
#define L1_BUS_CODEC_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define L1_TIMESTAMP_MIN_NS INT64_C(1230768000000000000) /* 2009-01-01T00:00:00Z */
#define L1_TIMESTAMP_END_NS INT64_C(4133980800000000000) /* 2101-01-01T00:00:00Z, excluded */

/* Unix milliseconds. */
L1_MUST_USE bool l1_timestamp_of_ms(int64_t ms, int64_t *ns);

/* RFC 3339 text: any offset, 'T', 't' or a space, fractions cut off after the nanosecond. A leap
 * second (23:59:60 UTC) becomes the last nanosecond of its minute. */
L1_MUST_USE bool l1_timestamp_parse(const char *text, size_t size, int64_t *ns);

#endif
