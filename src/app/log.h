/* app/log.h: what the operator reads on standard error, one line each.
 *
 * Text: `TIME LEVEL [BTC] text`; JSON: {"time","level","symbol","text"} with the same content.
 * INFO is normal, WARNING a rejection or warning alert, ERROR an execution that failed or a
 * critical alert. Signal lines carry signal_id, code, value, limit, exposure and correlation.
 * TIME is the wall clock, UTC, milliseconds. stdout carries messages only. */
#ifndef L1_APP_LOG_H
#define L1_APP_LOG_H

#include <stdbool.h>

#include "bus/codec/encode.h"

typedef enum { L1_LOG_INFO, L1_LOG_WARNING, L1_LOG_ERROR } l1_log_level;

void l1_log_open(bool json);

/* From here on lines below ERROR wait in memory for l1_log_flush, so that no turn of the loop
 * sends its messages later for the sake of its log. An ERROR takes all before it with it. */
void l1_log_hold(void);
void l1_log_flush(void);

/* Lines below `least` are dropped (a replay that is asked to be quiet). */
void l1_log_threshold(l1_log_level least);

/* `symbol` is what stands in brackets, NULL = nothing. */
__attribute__((format(printf, 3, 4))) void l1_log(l1_log_level level, const char *symbol,
                                                  const char *format, ...);

/* The line of one published effect. */
void l1_log_effect(const l1_limits *limits, const l1_effect *effect,
                   const l1_publication *publication);

#endif
