/* bus/codec/encode.h: effects and answers to JSON texts, one line each without its LF.
 *
 * Decimals are exact and in their shortest form; keys stand in one order, so equal effects give
 * equal bytes. What is known only at publication (measured times, whether it is a repetition) is
 * handed in beside the effect.
 * Errors:      none: an effect that core code made fits into L1_ENCODED_MAX (asserted).
 * Determinism: pure. */
#ifndef L1_BUS_CODEC_ENCODE_H
#define L1_BUS_CODEC_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/effect.h"
#include "domain/limits.h"

/* Room for any encoded message, bytes. */
#define L1_ENCODED_MAX 32768

/* What a report carries beside its effect. Of an alert only `seq` counts. */
typedef struct {
    uint64_t seq;   /* as published; 0 = the effect's own. Of a duplicate: the REPUBLISH's seq */
    bool duplicate; /* the signal was seen again: this is its latest final report once more */
    int64_t decision_us, durable_us, venue_us; /* L1_OFF = null */
} l1_publication;

/* The topic under which an effect is published: REPORTS for REPORT and REPUBLISH, ALERTS for
 * ALERT, ANALYSIS for its own; UNKNOWN: it is not published. */
l1_topic l1_effect_topic(l1_effect_kind kind);

/* A REPORT, ALERT or ANALYSIS as text; returns its length. Of a REPUBLISH the caller encodes the
 * REPORT that it names. `out` holds L1_ENCODED_MAX bytes; no NUL is added. */
size_t l1_encode_effect(const l1_limits *limits, const l1_effect *effect,
                        const l1_publication *publication, char *out);

/* {"topic":"ack","client_seq":n,"seq":s}: the message is durable. seq = 0: left out. */
size_t l1_encode_ack(uint64_t client_seq, uint64_t seq, char *out);

/* {"topic":"gap","from":F,"to":T}: outputs F to T were not sent to this subscriber. */
size_t l1_encode_gap(uint64_t from, uint64_t to, char *out);

/* Words of the contract, static storage. */
const char *l1_report_status_text(l1_report_status status);  /* "partially_filled" */
const char *l1_order_status_text(l1_order_status status);    /* "live" */
const char *l1_adjust_rule_text(l1_adjust_rule rule);        /* "ATR_STOP" */
const char *l1_adjusted_field_text(l1_adjusted_field field); /* "stop_loss" */
const char *l1_alert_level_text(l1_alert_level level);       /* "warning" */
const char *l1_side_text(l1_side side);                      /* "buy" */
const char *l1_mode_text(l1_mode mode);                      /* "paper" */
const char *l1_order_type_text(l1_order_type type);          /* "stop_loss" */
const char *l1_tif_text(l1_time_in_force tif);               /* "FOK" */

#endif
