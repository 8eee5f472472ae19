/* tests/unit/domain/test_archive.c: what is saved is what is loaded, and nothing else loads. */
#include "testlib/check.h"

#include <string.h>

#include "unit/domain/random_domain.h"

enum { ROUNDS = 60 };

static size_t save_event(l1_event *event, uint8_t *bytes, size_t capacity)
{
    l1_archive archive = l1_archive_saving(bytes, capacity);
    l1_event_archive(&archive, event);
    CHECK(l1_archive_ok(&archive));
    return archive.out.used;
}

static bool load_event(const uint8_t *bytes, size_t size, l1_event *event)
{
    l1_archive archive = l1_archive_loading(bytes, size);
    l1_event_archive(&archive, event);
    return l1_archive_ok(&archive) && l1_read_left(&archive.in) == 0;
}

static l1_hash128 hash_event(l1_event *event)
{
    l1_archive archive = l1_archive_hashing(7);
    l1_event_archive(&archive, event);
    return l1_hash_end(&archive.hasher);
}

static void test_event__round_trips_and_hashes_as_its_bytes(void **state)
{
    (void)state;
    static l1_event event, loaded;
    uint8_t bytes[L1_EVENT_BYTES_MAX], again[L1_EVENT_BYTES_MAX];
    l1_prng prng;
    l1_prng_seed(&prng, 1);
    for (unsigned i = 0; i < ROUNDS * L1_EVENT_COUNT; i++) {
        any_event(&prng, (l1_event_kind)(i % L1_EVENT_COUNT), &event);
        const size_t size = save_event(&event, bytes, sizeof bytes);
        memset(&loaded, 0xee, sizeof loaded);
        CHECK(load_event(bytes, size, &loaded));
        CHECK(save_event(&loaded, again, sizeof again) == size);
        assert_memory_equal(bytes, again, size);
        const l1_hash128 hash = hash_event(&loaded);
        const l1_hash128 want = l1_hash_of(7, bytes, size);
        CHECK(hash.lo == want.lo && hash.hi == want.hi);
    }
}

static void test_event__every_truncated_prefix_is_refused(void **state)
{
    (void)state;
    static l1_event event, loaded;
    uint8_t bytes[L1_EVENT_BYTES_MAX];
    l1_prng prng;
    l1_prng_seed(&prng, 2);
    for (unsigned i = 0; i < 3 * L1_EVENT_COUNT; i++) {
        any_event(&prng, (l1_event_kind)(i % L1_EVENT_COUNT), &event);
        const size_t size = save_event(&event, bytes, sizeof bytes);
        for (size_t cut = 0; cut < size; cut++) CHECK(!load_event(bytes, cut, &loaded));
    }
}

static void test_event__every_known_field_of_a_signal_is_saved(void **state)
{
    (void)state;
    static l1_event event, loaded;
    uint8_t bytes[L1_EVENT_BYTES_MAX];
    l1_prng prng;
    l1_prng_seed(&prng, 3);
    for (unsigned i = 0; i < ROUNDS; i++) {
        any_event(&prng, L1_EVENT_SIGNAL, &event);
        CHECK(load_event(bytes, save_event(&event, bytes, sizeof bytes), &loaded));
        const l1_signal *const a = &event.as.signal;
        const l1_signal *const b = &loaded.as.signal;
        assert_string_equal(a->id, b->id);
        assert_string_equal(a->symbol_text, b->symbol_text);
        assert_string_equal(a->strategy_id, b->strategy_id);
        assert_string_equal(a->regime, b->regime);
        CHECK(a->symbol == b->symbol && a->side == b->side && a->algo == b->algo);
        CHECK(a->qty_e8 == b->qty_e8 && a->stop_loss_e8 == b->stop_loss_e8);
        CHECK(a->price_e8 == b->price_e8 && a->take_profit_e8 == b->take_profit_e8);
        CHECK(a->ts_ns == b->ts_ns && a->expires_at_ns == b->expires_at_ns);
        CHECK(a->confidence_e8 == b->confidence_e8 && a->correlation_e8 == b->correlation_e8);
        CHECK(a->duration_s == b->duration_s && a->slices_max == b->slices_max);
        CHECK(a->content.lo == b->content.lo && a->content.hi == b->content.hi);
    }
}

static void test_event__market_fields_are_saved(void **state)
{
    (void)state;
    static l1_event event, loaded;
    uint8_t bytes[L1_EVENT_BYTES_MAX];
    l1_prng prng;
    l1_prng_seed(&prng, 4);
    for (unsigned i = 0; i < ROUNDS; i++) {
        memset(&event, 0, sizeof event);
        memset(&loaded, 0, sizeof loaded);
        any_event(&prng, L1_EVENT_BAR, &event);
        CHECK(load_event(bytes, save_event(&event, bytes, sizeof bytes), &loaded));
        assert_memory_equal(&event.as.bar, &loaded.as.bar, sizeof event.as.bar);
        memset(&event, 0, sizeof event);
        memset(&loaded, 0, sizeof loaded);
        any_event(&prng, L1_EVENT_PORTFOLIO, &event);
        CHECK(load_event(bytes, save_event(&event, bytes, sizeof bytes), &loaded));
        assert_memory_equal(&event.as.portfolio, &loaded.as.portfolio, sizeof(l1_portfolio));
    }
}

/* Byte 0 of an event is its kind; its symbol follows two times. */
static void test_event__indexes_and_kinds_out_of_range_are_refused(void **state)
{
    (void)state;
    static l1_event event = {.kind = L1_EVENT_TRADE};
    static l1_event loaded;
    uint8_t bytes[L1_EVENT_BYTES_MAX];
    const size_t size = save_event(&event, bytes, sizeof bytes);
    static const struct {
        uint32_t symbol;
        bool want;
    } rows[] = {
        {0, true},           {L1_SYMBOLS_MAX - 1, true}, {L1_SYMBOLS_MAX, false},
        {UINT32_MAX, false}, {INT32_MAX, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        l1_writer at = {.base = bytes + 17, .capacity = 4};
        l1_write_u32(&at, rows[i].symbol);
        CHECK(load_event(bytes, size, &loaded) == rows[i].want);
        CHECK(loaded.as.trade.symbol >= 0 && loaded.as.trade.symbol < L1_SYMBOLS_MAX);
    }
    memset(bytes, 0, sizeof bytes);
    bytes[0] = L1_EVENT_SPACE;
    CHECK(load_event(bytes, 18, &loaded));
    bytes[0] = L1_EVENT_COUNT;
    CHECK(!load_event(bytes, 18, &loaded));
}

static void test_effect__round_trips_through_the_list_of_a_step(void **state)
{
    (void)state;
    static l1_effect effect, loaded;
    static uint8_t block[64 * L1_EFFECT_BYTES_MAX], again[L1_EFFECT_BYTES_MAX];
    l1_prng prng;
    l1_prng_seed(&prng, 5);
    for (unsigned round = 0; round < ROUNDS; round++) {
        l1_effects effects = {.base = block, .capacity = sizeof block};
        uint64_t seqs[L1_EFFECT_COUNT];
        for (unsigned i = 0; i < L1_EFFECT_COUNT; i++) {
            any_effect(&prng, (l1_effect_kind)i, L1_SYMBOLS_MAX, &effect);
            seqs[i] = effect.seq;
            l1_effects_put(&effects, &effect);
        }
        CHECK(effects.count == L1_EFFECT_COUNT);
        size_t at = 0;
        const uint8_t *bytes;
        uint32_t size;
        unsigned count = 0;
        while (l1_effects_next(&effects, &at, &bytes, &size)) {
            CHECK(size <= L1_EFFECT_BYTES_MAX);
            CHECK(l1_effect_load(bytes, size, &loaded));
            CHECK(loaded.seq == seqs[count] && (unsigned)loaded.kind == count);
            l1_reader first = {.at = bytes, .end = bytes + size};
            CHECK(l1_read_u64(&first) == seqs[count]);
            l1_archive archive = l1_archive_saving(again, sizeof again);
            l1_effect_archive(&archive, &loaded);
            CHECK(archive.out.used == size);
            assert_memory_equal(again, bytes, size);
            count++;
        }
        CHECK(count == L1_EFFECT_COUNT);
    }
}

static void test_effect__prefixes_and_longer_texts_are_refused(void **state)
{
    (void)state;
    static l1_effect effect, loaded;
    uint8_t bytes[L1_EFFECT_BYTES_MAX + 1] = {0};
    l1_prng prng;
    l1_prng_seed(&prng, 6);
    for (unsigned i = 0; i < L1_EFFECT_COUNT; i++) {
        any_effect(&prng, (l1_effect_kind)i, L1_SYMBOLS_MAX, &effect);
        l1_archive archive = l1_archive_saving(bytes, L1_EFFECT_BYTES_MAX);
        l1_effect_archive(&archive, &effect);
        const size_t size = archive.out.used;
        CHECK(l1_effect_load(bytes, size, &loaded));
        CHECK(!l1_effect_load(bytes, size + 1, &loaded));
        for (size_t cut = 0; cut < size; cut++) CHECK(!l1_effect_load(bytes, cut, &loaded));
    }
}

#define SAME(member) CHECK(a->member == b->member)
#define SAME_TEXT(member) assert_string_equal(a->member, b->member)
#define SAME_HASH(member) CHECK(a->member.lo == b->member.lo && a->member.hi == b->member.hi)

static void same_venue_event(const l1_venue_event *a, const l1_venue_event *b)
{
    SAME(kind), SAME(reason), SAME(symbol), SAME(price_e8), SAME(qty_e8), SAME(fee_e8);
    SAME(fee_asset), SAME(trade_id);
    CHECK(l1_order_id_equal(a->id, b->id));
}

static void same_refusal(const l1_refusal *a, const l1_refusal *b)
{
    SAME(topic), SAME(line), SAME(offset);
    SAME_TEXT(signal_id), SAME_TEXT(symbol_text), SAME_TEXT(field), SAME_TEXT(cause);
    SAME_HASH(content);
}

static void same_trade(const l1_trade *a, const l1_trade *b)
{
    SAME(symbol), SAME(ts_ns), SAME(price_e8), SAME(qty_e8), SAME(trade_id), SAME(buyer_maker);
}

static void same_book(const l1_book *a, const l1_book *b)
{
    SAME(symbol), SAME(ts_ns), SAME(bids_count), SAME(asks_count);
    for (uint32_t i = 0; i < a->bids_count; i++) SAME(bids[i].price_e8), SAME(bids[i].qty_e8);
    for (uint32_t i = 0; i < a->asks_count; i++) SAME(asks[i].price_e8), SAME(asks[i].qty_e8);
}

static void same_depth(const l1_depth *a, const l1_depth *b)
{
    SAME(symbol), SAME(ts_ns), SAME(first_id), SAME(last_id), SAME(snapshot), SAME(more);
    SAME(changes_count);
    for (uint32_t i = 0; i < a->changes_count; i++) {
        SAME(changes[i].ask), SAME(changes[i].price_e8), SAME(changes[i].qty_e8);
    }
}

static void same_event(const l1_event *a, const l1_event *b)
{
    SAME(kind), SAME(at_ns), SAME(clock_jump_ns);
    switch (a->kind) {
    case L1_EVENT_BOOK: same_book(&a->as.book, &b->as.book); break;
    case L1_EVENT_TRADE: same_trade(&a->as.trade, &b->as.trade); break;
    case L1_EVENT_CONTROL:
        SAME(as.control.command), SAME(as.control.symbol), SAME_TEXT(as.control.reason);
        break;
    case L1_EVENT_REFUSED: same_refusal(&a->as.refusal, &b->as.refusal); break;
    case L1_EVENT_VENUE: same_venue_event(&a->as.venue, &b->as.venue); break;
    case L1_EVENT_SPACE: SAME(as.space_low); break;
    case L1_EVENT_MODELS:
        SAME(as.models.hash.lo), SAME(as.models.hash.hi), SAME(as.models.refused);
        SAME(as.models.commanded), SAME_TEXT(as.models.cause);
        break;
    case L1_EVENT_DEPTH: same_depth(&a->as.depth, &b->as.depth); break;
    case L1_EVENT_QUOTE:
        SAME(as.quote.symbol), SAME(as.quote.ts_ns), SAME(as.quote.update_id);
        SAME(as.quote.bid.price_e8), SAME(as.quote.bid.qty_e8);
        SAME(as.quote.ask.price_e8), SAME(as.quote.ask.qty_e8);
        break;
    default: break; /* tests of their own */
    }
}

static void same_order(const l1_report_order *a, const l1_report_order *b)
{
    SAME(side), SAME(type), SAME(tif), SAME(qty_e8), SAME(price_e8), SAME(stop_e8);
    SAME(executed_e8), SAME(avg_price_e8), SAME(status);
    CHECK(l1_order_id_equal(a->id, b->id));
}

static void same_costs(const l1_cost_analysis *a, const l1_cost_analysis *b)
{
    SAME(decision_mid_e8), SAME(arrival_mid_e8), SAME(vwap_e8), SAME(market_vwap_e8);
    SAME(arrival_slippage_bp_e8), SAME(vwap_slippage_bp_e8), SAME(delay_e8), SAME(trading_e8);
    SAME(opportunity_e8), SAME(fees_e8), SAME(shortfall_e8), SAME(shortfall_bp_e8);
    SAME(fill_ratio_e8), SAME(participation_e8), SAME(maker_share_e8), SAME(duration_ns);
    SAME(children), SAME(fills), SAME(asked), SAME(chosen);
}

static void same_analysis(const l1_analysis *a, const l1_analysis *b)
{
    SAME_TEXT(execution_id), SAME_TEXT(signal_id), SAME(report_seq), SAME(symbol), SAME(side);
    for (unsigned h = 0; h < L1_MARKOUTS; h++) SAME(markout_bp_e8[h]);
    same_costs(&a->tca, &b->tca);
}

static void same_report(const l1_report *a, const l1_report *b)
{
    SAME(protection), SAME(final), SAME(revision), SAME(symbol), SAME(side), SAME(has_side);
    SAME_TEXT(execution_id), SAME_TEXT(signal_id), SAME_TEXT(symbol_text), SAME_TEXT(detail);
    SAME(status), SAME(requested_qty_e8), SAME(executed_qty_e8), SAME(executed_quote_e8);
    SAME(net_qty_e8);
    SAME(executed_quote_e8), SAME(avg_price_e8), SAME(slippage_e8);
    SAME(scores.computed), SAME(scores.head), SAME(scores.stop_clamped);
    for (uint32_t i = 0; i < L1_HEAD_COUNT; i++) {
        if ((a->scores.computed >> i & 1) == 0) continue;
        SAME(scores.of[i].logreg_e8), SAME(scores.of[i].random_forest_e8);
        SAME(scores.of[i].lightgbm_e8), SAME(scores.of[i].ensemble_e8);
        SAME(scores.of[i].threshold_e8);
    }
    SAME(exposure_e8), SAME(correlation_impact_e8), SAME(reason), SAME(mode), SAME(has_stop);
    SAME(violations_count), SAME(adjustments_count), SAME(orders_count), SAME(fees_count);
    for (uint32_t i = 0; i < a->violations_count; i++) {
        SAME(violations[i].rule), SAME(violations[i].value_e8), SAME(violations[i].limit_e8);
        SAME_TEXT(violations[i].detail);
    }
    for (uint32_t i = 0; i < a->adjustments_count; i++) {
        SAME(adjustments[i].field), SAME(adjustments[i].rule);
        SAME(adjustments[i].from_e8), SAME(adjustments[i].to_e8);
    }
    for (uint32_t i = 0; i < a->orders_count; i++) same_order(&a->orders[i], &b->orders[i]);
    if (a->has_stop) same_order(&a->stop, &b->stop);
    for (uint32_t i = 0; i < a->fees_count; i++) SAME(fees[i].asset), SAME(fees[i].amount_e8);
    SAME(has_tca);
    if (a->has_tca) same_costs(&a->tca, &b->tca);
}

static void same_submit(const l1_submit *a, const l1_submit *b)
{
    SAME(symbol), SAME(list), SAME(legs_count);
    for (uint32_t i = 0; i < a->legs_count; i++) {
        SAME(legs[i].side), SAME(legs[i].type), SAME(legs[i].tif), SAME(legs[i].qty_e8);
        SAME(legs[i].price_e8), SAME(legs[i].stop_e8), SAME(legs[i].quote_qty_e8);
        SAME(legs[i].iceberg_e8), SAME(legs[i].self_trade);
        CHECK(l1_order_id_equal(a->legs[i].id, b->legs[i].id));
    }
}

static void same_effect(const l1_effect *a, const l1_effect *b)
{
    SAME(seq), SAME(at_ns), SAME(kind);
    switch (a->kind) {
    case L1_EFFECT_SUBMIT: same_submit(&a->as.submit, &b->as.submit); break;
    case L1_EFFECT_CANCEL:
    case L1_EFFECT_QUERY:
        SAME(as.cancel.symbol);
        CHECK(l1_order_id_equal(a->as.cancel.id, b->as.cancel.id));
        break;
    case L1_EFFECT_REPORT: same_report(&a->as.report, &b->as.report); break;
    case L1_EFFECT_REPUBLISH: SAME(as.of_seq); break;
    case L1_EFFECT_ANALYSIS: same_analysis(&a->as.analysis, &b->as.analysis); break;
    case L1_EFFECT_ALERT:
        SAME(as.alert.code), SAME(as.alert.symbol), SAME_TEXT(as.alert.signal_id);
        SAME(as.alert.value_e8), SAME(as.alert.limit_e8), SAME_TEXT(as.alert.message);
        break;
    default: break; /* nothing more to say */
    }
}

static void test_archive__no_field_is_left_out(void **state)
{
    (void)state;
    static l1_event event, loaded;
    static l1_effect effect, loaded_effect;
    uint8_t bytes[L1_EFFECT_BYTES_MAX];
    l1_prng prng;
    l1_prng_seed(&prng, 8);
    for (unsigned i = 0; i < ROUNDS * L1_EVENT_COUNT; i++) {
        any_event(&prng, (l1_event_kind)(i % L1_EVENT_COUNT), &event);
        memset(&loaded, 0x11, sizeof loaded);
        CHECK(load_event(bytes, save_event(&event, bytes, L1_EVENT_BYTES_MAX), &loaded));
        same_event(&event, &loaded);
        any_effect(&prng, (l1_effect_kind)(i % L1_EFFECT_COUNT), L1_SYMBOLS_MAX, &effect);
        memset(&loaded_effect, 0x11, sizeof loaded_effect);
        l1_archive archive = l1_archive_saving(bytes, sizeof bytes);
        l1_effect_archive(&archive, &effect);
        CHECK(l1_effect_load(bytes, archive.out.used, &loaded_effect));
        same_effect(&effect, &loaded_effect);
    }
}

/* The largest of each kind fits what journal and effect list reserve for it. */
static void test_archive__largest_forms_fit_their_limits(void **state)
{
    (void)state;
    static l1_event event;
    static l1_effect effect;
    static uint8_t bytes[65536];
    memset(&event, 0, sizeof event);
    event.kind = L1_EVENT_PORTFOLIO;
    event.as.portfolio.free_e8[L1_ASSETS_MAX - 1] = 1;
    CHECK(save_event(&event, bytes, sizeof bytes) <= L1_EVENT_BYTES_MAX);
    l1_report *const report = &effect.as.report;
    effect.kind = L1_EFFECT_REPORT;
    report->violations_count = L1_VIOLATIONS_MAX;
    for (unsigned i = 0; i < L1_VIOLATIONS_MAX; i++) {
        memset(report->violations[i].detail, 'x', sizeof report->violations[i].detail - 1);
    }
    report->adjustments_count = L1_ADJUSTMENTS_MAX;
    report->orders_count = L1_REPORT_ORDERS_MAX;
    report->has_stop = true;
    report->fees_count = L1_FEES_MAX;
    memset(report->detail, 'x', sizeof report->detail - 1);
    report->has_tca = true;
    memset(report->signal_id, 'x', sizeof report->signal_id - 1);
    memset(report->execution_id, 'x', sizeof report->execution_id - 1);
    memset(report->symbol_text, 'x', sizeof report->symbol_text - 1);
    l1_archive archive = l1_archive_saving(bytes, sizeof bytes);
    l1_effect_archive(&archive, &effect);
    CHECK(archive.out.used <= L1_EFFECT_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event__round_trips_and_hashes_as_its_bytes),
        cmocka_unit_test(test_event__every_truncated_prefix_is_refused),
        cmocka_unit_test(test_event__every_known_field_of_a_signal_is_saved),
        cmocka_unit_test(test_event__market_fields_are_saved),
        cmocka_unit_test(test_event__indexes_and_kinds_out_of_range_are_refused),
        cmocka_unit_test(test_effect__round_trips_through_the_list_of_a_step),
        cmocka_unit_test(test_effect__prefixes_and_longer_texts_are_refused),
        cmocka_unit_test(test_archive__no_field_is_left_out),
        cmocka_unit_test(test_archive__largest_forms_fit_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
