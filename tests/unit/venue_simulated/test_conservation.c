/* tests/unit/venue_simulated/test_conservation.c: whatever happens in whatever order, nothing is
 * made or lost, no fill is worse than its limit, and no level gives more than it had.
 *
 * The test keeps its own books from the answers alone and compares them after every step; at
 * random points it saves the venue, loads it into another configuration and goes on with both. */
#include "base/prng.h"
#include "unit/venue_simulated/desk.h"
#include "venue/simulated/account.h"

enum { STEPS = 10000, IDS = 64 };

/* What the test knows of one order. */
typedef struct {
    l1_order_leg leg;
    int32_t symbol;
    bool resting;
} known_order;

typedef struct {
    l1_prng prng;
    desk a, b; /* b loads what a saved; its symbols stand in another order */
    bool twins;
    int64_t total_e8[3];
    uint64_t trade_id[2];
    known_order orders[IDS];
    int64_t offered_e8[2][2]; /* quantity that symbol's book still holds, by side taken from */
    uint32_t fills, stops_filled, loads;
} market_day;

static uint64_t below(market_day *day, uint64_t bound)
{
    return l1_prng_below(&day->prng, bound);
}

static l1_limits reversed(const l1_limits *limits)
{
    l1_limits other = *limits;
    other.symbols[0] = limits->symbols[1];
    other.symbols[1] = limits->symbols[0];
    return other;
}

static void book_fill(market_day *day, const l1_venue_event *event)
{
    const known_order *order = &day->orders[event->id.hash.lo];
    const bool buy = order->leg.side == L1_SIDE_BUY;
    const int32_t base = event->symbol + 1;
    l1_notional notional;
    CHECK(l1_notional_of((l1_price){event->price_e8}, (l1_qty){event->qty_e8},
                         buy ? L1_ROUND_UP : L1_ROUND_DOWN, &notional));
    CHECK(event->qty_e8 > 0 && event->fee_e8 >= 0);
    CHECK(event->fee_asset == (buy ? base : QUOTE));
    CHECK(event->trade_id == ++day->trade_id[event->symbol]);
    if (order->leg.type == L1_ORDER_LIMIT) {
        CHECK(buy ? event->price_e8 <= order->leg.price_e8
                  : event->price_e8 >= order->leg.price_e8);
    }
    day->total_e8[base] += buy ? event->qty_e8 - event->fee_e8 : -event->qty_e8;
    day->total_e8[QUOTE] += buy ? -notional.e8 : notional.e8 - event->fee_e8;
    day->fills++;
    if (order->leg.type == L1_ORDER_STOP_LOSS) day->stops_filled++;
}

static void fold(market_day *day, const l1_venue_answers *answers)
{
    for (uint32_t i = 0; i < answers->count; i++) {
        const l1_venue_event *event = &answers->items[i];
        known_order *order = &day->orders[event->id.hash.lo];
        if (event->kind == L1_VENUE_FILL) book_fill(day, event);
        if (order->leg.type != L1_ORDER_STOP_LOSS) continue;
        if (event->kind == L1_VENUE_ACK) {
            order->resting = true;
            order->leg.qty_e8 = event->qty_e8;
        } else if (event->kind == L1_VENUE_DONE || event->kind == L1_VENUE_CANCELED ||
                   (event->kind == L1_VENUE_EXPIRED && order->resting)) {
            order->resting = false;
        }
    }
}

static void check_balances(market_day *day)
{
    int64_t locked_e8[3] = {0};
    for (int i = 0; i < IDS; i++) {
        const known_order *order = &day->orders[i];
        if (order->resting) locked_e8[order->symbol + 1] += order->leg.qty_e8;
    }
    for (int32_t asset = 0; asset < 3; asset++) {
        CHECK(TOTAL(&day->a, asset) == day->total_e8[asset]);
        CHECK(LOCKED(&day->a, asset) == locked_e8[asset]);
        CHECK(l1_simulated_asset_free_e8(&day->a.venue->assets[asset]) >= 0);
    }
}

/* What own orders left of one side of the symbol's book. */
static int64_t left_of(const market_day *day, int32_t symbol, bool asks)
{
    const l1_simulated_market *market = &day->a.venue->markets[symbol];
    const l1_consumed *consumed = asks ? &market->asks : &market->bids;
    uint32_t at = 0;
    l1_level level;
    int64_t left_e8 = 0;
    while (l1_depth_book_next(&day->a.books[symbol], asks, &at, &level)) {
        left_e8 += level.qty_e8;
        for (uint32_t i = 0; i < consumed->count; i++) {
            const l1_consumed_level *taken = &consumed->levels[i];
            CHECK(taken->taken_e8 > 0 && taken->taken_e8 <= taken->shown_e8);
            if (taken->price_e8 != level.price_e8) continue;
            CHECK(taken->shown_e8 == level.qty_e8);
            left_e8 -= taken->taken_e8;
        }
    }
    return left_e8;
}

/* Fills of each side since the last check took no more than the book of `symbol` had. */
static void check_liquidity(market_day *day, int32_t symbol, const l1_venue_answers *answers,
                            bool fresh_book)
{
    if (!fresh_book) return;
    for (uint32_t i = 0; i < answers->count; i++) {
        const l1_venue_event *event = &answers->items[i];
        if (event->kind != L1_VENUE_FILL) continue;
        const l1_side side = day->orders[event->id.hash.lo].leg.side;
        day->offered_e8[symbol][side] -= event->qty_e8;
    }
    for (int side = 0; side < 2; side++) {
        CHECK(left_of(day, symbol, side == L1_SIDE_BUY) == day->offered_e8[symbol][side]);
    }
}

static l1_order_leg random_leg(market_day *day, uint64_t n)
{
    const l1_side side = below(day, 2) == 0 ? L1_SIDE_BUY : L1_SIDE_SELL;
    const int64_t qty_e8 = (int64_t)below(day, 2000) * E8(0.001);
    const int64_t price_e8 = E8(90) + (int64_t)below(day, 2200) * E8(0.01);
    l1_order_leg leg = {.id = number(n), .side = side, .qty_e8 = qty_e8};
    switch (below(day, 3)) {
    case 0: leg.type = L1_ORDER_MARKET; break;
    case 1:
        leg.type = L1_ORDER_STOP_LOSS;
        leg.side = L1_SIDE_SELL;
        leg.stop_e8 = price_e8 - E8(10);
        break;
    default:
        leg.type = L1_ORDER_LIMIT;
        leg.tif = L1_TIF_FOK;
        leg.price_e8 = price_e8;
        break;
    }
    return leg;
}

/* An id whose order is not resting: ended ids come again. */
static uint64_t free_id(market_day *day, uint64_t other)
{
    uint64_t n = below(day, IDS);
    while (day->orders[n].resting || n == other) n = (n + 1) % IDS;
    return n;
}

static void send_submit(market_day *day)
{
    l1_submit submit = {.symbol = (int32_t)below(day, 2), .legs_count = 1};
    const uint64_t n = free_id(day, IDS);
    submit.legs[0] = random_leg(day, n);
    if (submit.legs[0].type == L1_ORDER_LIMIT && below(day, 2) == 0) {
        const uint64_t m = free_id(day, n);
        submit.legs_count = 2;
        submit.list = L1_LIST_OPO;
        submit.legs[0].side = L1_SIDE_BUY;
        submit.legs[1] = stop_loss(m, 0, 85);
        day->orders[m] = (known_order){.leg = submit.legs[1], .symbol = submit.symbol};
    }
    day->orders[n] = (known_order){.leg = submit.legs[0], .symbol = submit.symbol};
    l1_venue_simulated_submit(day->a.venue, &submit, day->a.now_ns, ++day->a.requests);
    if (!day->twins) return;
    submit.symbol = 1 - submit.symbol;
    l1_venue_simulated_submit(day->b.venue, &submit, day->a.now_ns, day->a.requests);
}

static void send_cancel(market_day *day)
{
    l1_cancel cancel = {.symbol = (int32_t)below(day, 2), .id = number(below(day, IDS))};
    l1_venue_simulated_cancel(day->a.venue, &cancel, day->a.now_ns, ++day->a.requests);
    if (!day->twins) return;
    cancel.symbol = 1 - cancel.symbol;
    l1_venue_simulated_cancel(day->b.venue, &cancel, day->a.now_ns, day->a.requests);
}

/* The two give the same answers, but for the index of the symbol. */
static void check_twin(const market_day *day)
{
    if (!day->twins) return;
    CHECK(day->a.answers.count == day->b.answers.count);
    for (uint32_t i = 0; i < day->a.answers.count; i++) {
        const l1_venue_event *x = &day->a.answers.items[i], *y = &day->b.answers.items[i];
        CHECK(x->kind == y->kind && x->reason == y->reason && x->symbol == 1 - y->symbol);
        CHECK(l1_order_id_equal(x->id, y->id) && x->trade_id == y->trade_id);
        CHECK(x->price_e8 == y->price_e8 && x->qty_e8 == y->qty_e8 && x->fee_e8 == y->fee_e8);
    }
}

static void arrive(market_day *day)
{
    int64_t due_ns;
    uint64_t id;
    CHECK(l1_venue_simulated_next(day->a.venue, &due_ns, &id));
    CHECK(due_ns == day->a.now_ns);
    day->a.answers.count = 0;
    day->b.answers.count = 0;
    l1_venue_simulated_arrive(day->a.venue, &day->a.answers);
    if (day->twins) l1_venue_simulated_arrive(day->b.venue, &day->b.answers);
}

static void move_book(market_day *day, int32_t symbol)
{
    const double bid = 92 + (double)below(day, 1000) * 0.01;
    l1_book book = book_of(bid, bid + 0.01 + (double)below(day, 100) * 0.01,
                           (double)below(day, 1000) * 0.001 + 0.001, day->a.now_ns);
    book.symbol = symbol;
    l1_depth_book_replace(&day->a.books[symbol], &book, day->a.now_ns);
    if (day->twins) l1_depth_book_replace(&day->b.books[1 - symbol], &book, day->a.now_ns);
    l1_venue_simulated_on_book(day->a.venue, symbol, L1_TOLD_BOOK, day->a.now_ns, &day->a.answers);
    for (int side = 0; side < 2; side++) {
        day->offered_e8[symbol][side] = left_of(day, symbol, side == L1_SIDE_BUY);
    }
    for (uint32_t i = 0; i < day->a.answers.count; i++) { /* what it triggered was taken already */
        const l1_venue_event *event = &day->a.answers.items[i];
        if (event->kind != L1_VENUE_FILL) continue;
        day->offered_e8[symbol][day->orders[event->id.hash.lo].leg.side] += event->qty_e8;
    }
    if (!day->twins) return;
    l1_venue_simulated_on_book(day->b.venue, 1 - symbol, L1_TOLD_BOOK, day->a.now_ns,
                               &day->b.answers);
}

static void move_trade(market_day *day, int32_t symbol)
{
    l1_trade trade = {.symbol = symbol, .ts_ns = day->a.now_ns, .qty_e8 = 1};
    trade.price_e8 = E8(80) + (int64_t)below(day, 2000) * E8(0.01);
    l1_venue_simulated_on_trade(day->a.venue, &trade, day->a.now_ns, &day->a.answers);
    trade.symbol = 1 - symbol;
    if (!day->twins) return;
    l1_venue_simulated_on_trade(day->b.venue, &trade, day->a.now_ns, &day->b.answers);
}

static void move_bar(market_day *day, int32_t symbol)
{
    l1_bar bar = {.symbol = symbol, .close_time_ns = day->a.now_ns};
    bar.open_time_ns = day->a.now_ns - L1_MINUTE_NS + 1000000;
    bar.open_e8 = E8(90) + (int64_t)below(day, 1000) * E8(0.01);
    bar.close_e8 = E8(90) + (int64_t)below(day, 1000) * E8(0.01);
    bar.high_e8 = E8(100);
    bar.low_e8 = E8(90) - (int64_t)below(day, 1000) * E8(0.01);
    bar.volume_e8 = (int64_t)below(day, 100) * L1_E8;
    l1_venue_simulated_on_bar(day->a.venue, &bar, day->a.now_ns, &day->a.answers);
    bar.symbol = 1 - symbol;
    if (day->twins) l1_venue_simulated_on_bar(day->b.venue, &bar, day->a.now_ns, &day->b.answers);
}

static void adjust(market_day *day)
{
    const int32_t asset = (int32_t)below(day, 3);
    const int64_t total_e8 =
        asset == QUOTE ? (int64_t)below(day, 2000) * L1_E8 : (int64_t)below(day, 20000) * E8(0.001);
    const int64_t foreign_e8 = below(day, 4) == 0 ? total_e8 / 3 : 0;
    const bool covered = LOCKED(&day->a, asset) <= total_e8 - foreign_e8;
    CHECK(l1_venue_simulated_adjust(day->a.venue, asset, total_e8, foreign_e8) == covered);
    if (covered) day->total_e8[asset] = total_e8;
    if (!day->twins) return;
    const int32_t other = asset == QUOTE ? QUOTE : 3 - asset;
    CHECK(l1_venue_simulated_adjust(day->b.venue, other, total_e8, foreign_e8) == covered);
}

/* Replaces the twin by one that loads what the first has saved. */
static void reload(market_day *day)
{
    static uint8_t bytes[1 << 16];
    l1_archive saving = l1_archive_saving(bytes, sizeof bytes);
    l1_venue_simulated_archive(&saving, day->a.venue);
    CHECK(l1_archive_ok(&saving));
    if (day->twins) desk_close(&day->b);
    const l1_limits limits = reversed(&day->a.limits);
    day->b = desk_open(&limits);
    desk_copy_books(&day->b, &day->a);
    l1_archive loading = l1_archive_loading(bytes, saving.out.used);
    l1_venue_simulated_archive(&loading, day->b.venue);
    CHECK(l1_archive_ok(&loading));
    CHECK(l1_read_left(&loading.in) == 0);
    day->twins = true;
    day->loads++;
}

static void step(market_day *day)
{
    const uint64_t kind = below(day, 100);
    const int32_t symbol = (int32_t)below(day, 2);
    day->a.now_ns += (int64_t)below(day, 4) * SECOND;
    day->a.answers.count = 0;
    day->b.answers.count = 0;
    if (kind < 45) {
        send_submit(day);
        arrive(day);
    } else if (kind < 55) {
        send_cancel(day);
        arrive(day);
    } else if (kind < 70) {
        move_book(day, symbol);
    } else if (kind < 85) {
        move_trade(day, symbol);
    } else if (kind < 92) {
        move_bar(day, symbol);
    } else if (kind < 99) {
        adjust(day);
    } else {
        reload(day);
    }
    const bool bar = kind >= 85 && kind < 92;
    const int32_t touched = day->a.answers.count > 0 ? day->a.answers.items[0].symbol : symbol;
    const l1_depth_book *book = &day->a.books[touched];
    const bool fresh = l1_depth_book_usable(book) && day->a.now_ns - book->since_ns <= 60 * SECOND;
    check_liquidity(day, touched, &day->a.answers, fresh && !bar);
    fold(day, &day->a.answers);
    check_twin(day);
    check_balances(day);
}

static void test_venue__conserves_everything_over_random_days(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        l1_limits limits = desk_limits();
        limits.symbols[ETH].lot_e8 = E8(0.0001);
        limits.taker_fee_e8 = E8(0.00033333);
        limits.orders_max = 6;
        market_day *day = calloc(1, sizeof *day);
        CHECK(day != NULL);
        day->a = desk_open(&limits);
        l1_prng_seed(&day->prng, seed);
        for (int32_t i = 0; i < 3; i++) day->total_e8[i] = limits.paper_balance_e8[i];
        for (int i = 0; i < STEPS; i++) {
            step(day);
            if (!day->twins || i % 50 != 0) continue;
            const l1_hash128 x = desk_hash(&day->a), y = desk_hash(&day->b);
            CHECK(x.lo == y.lo && x.hi == y.hi);
        }
        CHECK(day->fills > 1000 && day->stops_filled > 100 && day->loads > 50);
        desk_close(&day->a);
        desk_close(&day->b);
        free(day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_venue__conserves_everything_over_random_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
