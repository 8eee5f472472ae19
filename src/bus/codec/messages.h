/* bus/codec/messages.h: what each message of the bus may hold, as tables.
 *
 * Offsets count from an l1_decoded. The same in JSON Schema, with examples: schemas/. */
#ifndef L1_BUS_CODEC_MESSAGES_H
#define L1_BUS_CODEC_MESSAGES_H

#include "bus/codec/fields.h"
#include "domain/signal.h"

extern const l1_field_table l1_signal_fields;
extern const l1_field_table l1_bar_fields;
extern const l1_field_table l1_book_fields;
extern const l1_field_table l1_trade_fields;
extern const l1_field_table l1_portfolio_fields;
extern const l1_field_table l1_control_fields;
extern const l1_field_table l1_subscribe_fields;

#endif
