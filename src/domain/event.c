/* domain/event.c: the archive form of everything that can happen to the system. */
#include "domain/event.h"

#include "base/assert.h"
#include "domain/index.h"

void l1_signal_archive(l1_archive *archive, l1_signal *signal)
{
    l1_archive_text(archive, signal->id, sizeof signal->id);
    l1_archive_text(archive, signal->symbol_text, sizeof signal->symbol_text);
    l1_symbol_or_none_archive(archive, &signal->symbol);
    l1_archive_enum(archive, &signal->side, L1_SIDE_COUNT);
    l1_archive_i64(archive, &signal->qty_e8);
    l1_archive_i64(archive, &signal->stop_loss_e8);
    l1_archive_i64(archive, &signal->price_e8);
    l1_archive_i64(archive, &signal->take_profit_e8);
    l1_archive_i64(archive, &signal->ts_ns);
    l1_archive_i64(archive, &signal->expires_at_ns);
    l1_archive_i64(archive, &signal->confidence_e8);
    l1_archive_i64(archive, &signal->correlation_e8);
    l1_archive_text(archive, signal->strategy_id, sizeof signal->strategy_id);
    l1_archive_text(archive, signal->regime, sizeof signal->regime);
    l1_archive_enum(archive, &signal->algo, L1_ALGO_COUNT);
    l1_archive_i64(archive, &signal->duration_s);
    l1_archive_i64(archive, &signal->slices_max);
    l1_archive_u64(archive, &signal->content.lo);
    l1_archive_u64(archive, &signal->content.hi);
}

static void control_archive(l1_archive *archive, l1_control *control)
{
    l1_archive_enum(archive, &control->command, L1_CONTROL_COUNT);
    l1_symbol_or_none_archive(archive, &control->symbol);
    l1_archive_text(archive, control->reason, sizeof control->reason);
}

static void refusal_archive(l1_archive *archive, l1_refusal *refusal)
{
    l1_archive_enum(archive, &refusal->topic, L1_TOPIC_COUNT);
    l1_archive_text(archive, refusal->signal_id, sizeof refusal->signal_id);
    l1_archive_text(archive, refusal->symbol_text, sizeof refusal->symbol_text);
    l1_archive_text(archive, refusal->field, sizeof refusal->field);
    l1_archive_text(archive, refusal->cause, sizeof refusal->cause);
    l1_archive_u64(archive, &refusal->line);
    l1_archive_u64(archive, &refusal->offset);
    l1_archive_u64(archive, &refusal->content.lo);
    l1_archive_u64(archive, &refusal->content.hi);
}

static void models_archive(l1_archive *archive, l1_models_event *models)
{
    l1_archive_u64(archive, &models->hash.lo);
    l1_archive_u64(archive, &models->hash.hi);
    l1_archive_bool(archive, &models->refused);
    l1_archive_bool(archive, &models->commanded);
    l1_archive_text(archive, models->cause, sizeof models->cause);
}

void l1_event_archive(l1_archive *archive, l1_event *event)
{
    l1_archive_enum(archive, &event->kind, L1_EVENT_COUNT);
    l1_archive_i64(archive, &event->at_ns);
    l1_archive_i64(archive, &event->clock_jump_ns);
    L1_ASSERT((unsigned)event->kind < L1_EVENT_COUNT);
    switch (event->kind) {
    case L1_EVENT_TICK: break;
    case L1_EVENT_SIGNAL: l1_signal_archive(archive, &event->as.signal); break;
    case L1_EVENT_BAR: l1_bar_archive(archive, &event->as.bar); break;
    case L1_EVENT_BOOK: l1_book_archive(archive, &event->as.book); break;
    case L1_EVENT_TRADE: l1_trade_archive(archive, &event->as.trade); break;
    case L1_EVENT_PORTFOLIO: l1_portfolio_archive(archive, &event->as.portfolio); break;
    case L1_EVENT_CONTROL: control_archive(archive, &event->as.control); break;
    case L1_EVENT_REFUSED: refusal_archive(archive, &event->as.refusal); break;
    case L1_EVENT_VENUE: l1_venue_event_archive(archive, &event->as.venue); break;
    case L1_EVENT_SPACE: l1_archive_bool(archive, &event->as.space_low); break;
    case L1_EVENT_MODELS: models_archive(archive, &event->as.models); break;
    case L1_EVENT_DEPTH: l1_depth_archive(archive, &event->as.depth); break;
    case L1_EVENT_QUOTE: l1_quote_archive(archive, &event->as.quote); break;
    case L1_EVENT_COUNT: break; /* not a kind */
    }
}
