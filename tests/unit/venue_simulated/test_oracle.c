/* tests/unit/venue_simulated/test_oracle.c: the venue against a second one, slow and plain
 * (oracle.h), over random sequences of every order form, list, cancel, book and trade. L1_RUNS sets
 * how many sequences. */
#include "base/prng.h"
#include "unit/venue_simulated/desk.h"
#include "unit/venue_simulated/oracle.h"

enum { RUNS = 1500 };

typedef struct {
    l1_prng prng;
    desk d;
    oracle m;
    uint32_t ends[L1_VENUE_EVENT_COUNT][L1_VENUE_REASON_COUNT];
    uint32_t fills, makers, partly, restarts;
    uint64_t seed;
    int step;
} duel;

#define SAME(x, id, a, b)                                                                          \
    do {                                                                                           \
        const long long a_ = (long long)(a), b_ = (long long)(b);                                  \
        if (a_ != b_) {                                                                            \
            print_error("seed %llu, step %d, order %d: venue %lld, oracle %lld\n",                 \
                        (unsigned long long)(x)->seed, (x)->step, id, a_, b_);                     \
        }                                                                                          \
        CHECK(a_ == b_ && #a[0] != '\0');                                                          \
    } while (0)

static int64_t below(duel *x, uint64_t bound)
{
    return (int64_t)l1_prng_below(&x->prng, bound);
}

/* What the venue's answers say of each order must be what the oracle says. */
static void hear(duel *x, l1_venue_event *last)
{
    for (uint32_t i = 0; i < x->d.answers.count; i++) {
        const l1_venue_event *event = &x->d.answers.items[i];
        x->ends[event->kind][event->reason]++;
        if (event->kind == L1_VENUE_FILL) {
            x->fills++;
            x->makers += event->maker;
            continue;
        }
        last[event->id.hash.lo] = *event;
    }
    x->d.answers.count = 0;
}

static void check_order(duel *x, int id, const l1_venue_event *last)
{
    static const l1_venue_event_kind kinds[] = {[O_DONE] = L1_VENUE_DONE,
                                                [O_EXPIRED] = L1_VENUE_EXPIRED,
                                                [O_CANCELED] = L1_VENUE_CANCELED,
                                                [O_REJECTED] = L1_VENUE_REJECTED};
    const o_order *o = &x->m.orders[id];
    l1_venue_order order;
    const bool open = l1_venue_simulated_order(x->d.venue, number((uint64_t)id), &order);
    SAME(x, id, open, o_open(o));
    if (open) {
        SAME(x, id, order.pending, (o->state == O_PENDING));
        SAME(x, id, order.waiting, (o->state == O_WAITING));
        SAME(x, id, order.executed_e8, o->executed * O_LOT);
        SAME(x, id, order.quote_e8, o->quote);
        SAME(x, id, order.locked_e8, o->locked);
        if (o->state != O_PENDING) SAME(x, id, order.left_e8, o->left * O_LOT);
        if (o->state == O_RESTING) {
            SAME(x, id, order.front_e8, (o->front == O_FAR ? INT64_MAX : o->front * O_LOT));
        }
        x->partly += o->executed > 0;
    } else if (o->state != O_NONE) {
        SAME(x, id, last[id].kind, kinds[o->state]);
        SAME(x, id, last[id].reason, o->reason);
    }
}

static void compare(duel *x, l1_venue_event *last)
{
    hear(x, last);
    for (int id = 0; id < O_IDS; id++) check_order(x, id, last);
    for (int asset = 0; asset < 2; asset++) {
        SAME(x, -asset, TOTAL(&x->d, asset), x->m.total[asset]);
        SAME(x, -asset, LOCKED(&x->d, asset), x->m.locked[asset]);
        CHECK(o_free(&x->m, asset) >= 0);
    }
}

static l1_order_leg leg_of(const o_order *o, int id)
{
    return (l1_order_leg){.id = number((uint64_t)id),
                          .side = o->side,
                          .type = o->type,
                          .tif = o->tif,
                          .qty_e8 = o->qty * O_LOT,
                          .price_e8 = o->price * O_TICK,
                          .stop_e8 = o->stop * O_TICK,
                          .self_trade = o->stp};
}

static int free_id(const duel *x, const int *taken, int count)
{
    for (int id = 0; id < O_IDS; id++) {
        bool used = o_open(&x->m.orders[id]);
        for (int i = 0; i < count; i++) used = used || taken[i] == id;
        if (!used) return id;
    }
    return -1;
}

static int64_t near(duel *x)
{
    return 9960 + 10 * below(x, 9); /* 99.60 to 100.40 */
}

static o_order random_order(duel *x)
{
    o_order o = {.side = below(x, 2) == 0 ? L1_SIDE_BUY : L1_SIDE_SELL,
                 .type = (l1_order_type)below(x, L1_ORDER_TYPE_COUNT),
                 .tif = (l1_time_in_force)below(x, L1_TIF_COUNT),
                 .stp = below(x, 2) == 0 ? L1_STP_NONE : (l1_self_trade)below(x, L1_STP_COUNT),
                 .qty = 50 + below(x, 400),
                 .list = -1};
    if (below(x, 3) == 0) o.tif = L1_TIF_GTC;
    if (below(x, 3) == 0) o.type = L1_ORDER_LIMIT;
    if (below(x, 20) == 0) o.qty = 10 + below(x, 90); /* around the minimum notional */
    if (o_limit(&o)) o.price = near(x);
    if (o_stop(&o) || o_profit(&o)) o.stop = near(x);
    if (o.stop > 0 && o.side == L1_SIDE_BUY && below(x, 3) == 0) { /* all the money there is */
        const int64_t most = o_free(&x->m, 0) / o_money(o.stop, 1);
        if (most > 0 && most < 1000) o.qty = most;
    }
    return o;
}

/* Above and below of a list that may stand; prices a way off the market. */
static void random_pair(duel *x, o_order *above, o_order *below_leg, l1_side side, int64_t qty)
{
    const bool sell = side == L1_SIDE_SELL;
    o_order take = {.side = side, .qty = qty, .list = -1, .tif = L1_TIF_GTC};
    o_order stop = take;
    const int64_t up = 10010 + 10 * below(x, 4), down = 9990 - 10 * below(x, 4);
    const int form = (int)below(x, 3);
    take.type = form == 0   ? L1_ORDER_LIMIT_MAKER
                : form == 1 ? L1_ORDER_TAKE_PROFIT
                            : L1_ORDER_TAKE_PROFIT_LIMIT;
    if (form != 1) take.price = sell ? up : down;
    if (form != 0) take.stop = sell ? up : down;
    stop.type = below(x, 2) == 0 ? L1_ORDER_STOP_LOSS : L1_ORDER_STOP_LOSS_LIMIT;
    stop.stop = sell ? down : up;
    if (stop.type == L1_ORDER_STOP_LOSS_LIMIT) stop.price = stop.stop + (sell ? -10 : 10);
    *above = sell ? take : stop;
    *below_leg = sell ? stop : take;
}

static void submit(duel *x)
{
    static const int counts[L1_LIST_COUNT] = {1, 2, 2, 3, 2, 3};
    const l1_list_kind kind =
        below(x, 3) > 0 ? L1_LIST_SINGLE : (l1_list_kind)below(x, L1_LIST_COUNT);
    const bool all = kind == L1_LIST_OPO || kind == L1_LIST_OPOCO;
    const int count = counts[kind];
    o_order legs[3];
    int ids[3];
    for (int i = 0; i < count; i++) {
        ids[i] = free_id(x, ids, i);
        if (ids[i] < 0) return;
        legs[i] = random_order(x);
    }
    const l1_side other = below(x, 2) == 0 ? L1_SIDE_BUY : L1_SIDE_SELL;
    const int64_t qty = all ? 0 : 60 + below(x, 200);
    if (kind == L1_LIST_OCO) random_pair(x, &legs[0], &legs[1], other, 60 + below(x, 200));
    if (kind != L1_LIST_SINGLE && kind != L1_LIST_OCO) {
        if (legs[0].type != L1_ORDER_LIMIT_MAKER) legs[0].type = L1_ORDER_LIMIT;
        legs[0].stop = 0;
        legs[0].price = near(x);
        if (all) legs[0].side = L1_SIDE_BUY;
    }
    if (count == 3) random_pair(x, &legs[1], &legs[2], all ? L1_SIDE_SELL : other, qty);
    if (kind == L1_LIST_OPO) {
        legs[1].side = L1_SIDE_SELL;
        legs[1].qty = 0;
    }
    l1_submit message = {.symbol = BTC, .list = kind, .legs_count = (uint32_t)count};
    for (int i = 0; i < count; i++) {
        x->m.orders[ids[i]] = legs[i];
        message.legs[i] = leg_of(&legs[i], ids[i]);
    }
    o_submit(&x->m, kind, ids, count);
    (void)desk_submit(&x->d, &message);
}

static void tell_book(duel *x)
{
    o_level levels[2][O_LEVELS];
    l1_book book = {.symbol = BTC, .ts_ns = x->d.now_ns, .bids_count = 3, .asks_count = 3};
    const int64_t bid = 9970 + 10 * below(x, 6), spread = 10 * (1 + below(x, 3));
    for (int i = 0; i < O_LEVELS; i++) {
        for (int asks = 0; asks < 2; asks++) {
            const int64_t price = asks ? bid + spread + 10 * i : bid - 10 * i;
            levels[asks][i] = (o_level){.price = price, .shown = 100 * (1 + below(x, 3))};
            l1_level *to = asks ? &book.asks[i] : &book.bids[i];
            *to = (l1_level){price * O_TICK, levels[asks][i].shown * O_LOT};
        }
    }
    o_book(&x->m, levels);
    (void)desk_told(&x->d, &book);
}

static void tell_trade(duel *x)
{
    const int64_t price = near(x), lots = 1 + below(x, 500);
    const bool buyer_maker = below(x, 2) == 0;
    const l1_trade trade = {.symbol = BTC,
                            .ts_ns = x->d.now_ns,
                            .price_e8 = price * O_TICK,
                            .qty_e8 = lots * O_LOT,
                            .buyer_maker = buyer_maker};
    o_trade(&x->m, price, lots, buyer_maker);
    x->d.answers.count = 0;
    l1_venue_simulated_on_trade(x->d.venue, &trade, x->d.now_ns, &x->d.answers);
}

static void cancel(duel *x)
{
    const int id = (int)below(x, O_IDS);
    const bool was = o_cancel(&x->m, id);
    (void)desk_cancel(&x->d, BTC, (uint64_t)id);
    CHECK((x->d.answers.items[0].kind == L1_VENUE_CANCELED) == was);
    if (!was) x->d.answers.count = 0;
}

/* A restart: the venue goes on as a fresh one that has loaded what it saved. */
static void restart(duel *x)
{
    static uint8_t bytes[1 << 17];
    l1_archive saving = l1_archive_saving(bytes, sizeof bytes);
    l1_venue_simulated_archive(&saving, x->d.venue);
    CHECK(l1_archive_ok(&saving));
    desk next = desk_open(&x->d.limits);
    l1_archive loading = l1_archive_loading(bytes, saving.out.used);
    l1_venue_simulated_archive(&loading, next.venue);
    CHECK(l1_archive_ok(&loading) && l1_read_left(&loading.in) == 0);
    desk_copy_books(&next, &x->d);
    const l1_hash128 before = desk_hash(&x->d), after = desk_hash(&next);
    CHECK(before.lo == after.lo && before.hi == after.hi);
    next.now_ns = x->d.now_ns;
    next.requests = x->d.requests;
    desk_close(&x->d);
    x->d = next;
    x->restarts++;
}

/* 150 events from an empty book on; returns nothing, stops at the first difference. */
static void play(duel *x, uint64_t seed)
{
    static l1_venue_event last[O_IDS];
    l1_limits limits = desk_limits();
    limits.orders_max = 64;
    limits.symbols[BTC].max_algo_orders = 64;
    limits.taker_fee_e8 = E8(0.00075);
    limits.maker_fee_e8 = seed % 2 == 0 ? E8(0.00033333) : 0;
    limits.paper_balance_e8[QUOTE] = seed % 3 == 0 ? E8(60) : E8(10000);
    limits.paper_balance_e8[BTC_BASE] = seed % 3 == 1 ? E8(0.6) : E8(10);
    x->d = desk_open(&limits);
    l1_prng_seed(&x->prng, seed);
    memset(last, 0, sizeof last);
    memset(&x->m, 0, sizeof x->m);
    x->m.taker_e8 = limits.taker_fee_e8;
    x->m.maker_e8 = limits.maker_fee_e8;
    for (int asset = 0; asset < 2; asset++) x->m.total[asset] = limits.paper_balance_e8[asset];
    x->seed = seed;
    for (x->step = 0; x->step < 150; x->step++) {
        const int64_t later = below(x, 40) == 0 ? 61 : below(x, 3);
        x->m.now_s += later;
        x->d.now_ns += later * SECOND;
        if (below(x, 100) == 0) restart(x);
        const int64_t kind = below(x, 10);
        if (kind < 4) {
            submit(x);
        } else if (kind < 7) {
            tell_book(x);
        } else if (kind < 9) {
            tell_trade(x);
        } else {
            cancel(x);
        }
        compare(x, last);
    }
    desk_close(&x->d);
}

static void test_venue__does_what_the_slow_one_does(void **state)
{
    (void)state;
    static duel x;
    const char *wanted = getenv("L1_RUNS");
    const uint64_t runs = wanted != NULL ? strtoull(wanted, NULL, 10) : RUNS;
    for (uint64_t seed = 1; seed <= runs; seed++) play(&x, seed);
    CHECK(x.fills > 12 * runs && x.makers > 2 * runs && x.partly > 2 * runs);
    CHECK(x.restarts > runs / 4);
    static const l1_venue_reason expired[] = {
        L1_VENUE_REASON_BALANCE,      L1_VENUE_REASON_NO_LIQUIDITY,   L1_VENUE_REASON_PARENT,
        L1_VENUE_REASON_UNFILLED_IOC, L1_VENUE_REASON_UNFILLED_FOK,   L1_VENUE_REASON_OCO_TRIGGER,
        L1_VENUE_REASON_SELF_TRADE,   L1_VENUE_REASON_PENDING_REFUSED};
    static const l1_venue_reason rejected[] = {L1_VENUE_REASON_BALANCE, L1_VENUE_REASON_FILTER,
                                               L1_VENUE_REASON_WOULD_TRIGGER,
                                               L1_VENUE_REASON_WOULD_MATCH};
    for (size_t i = 0; i < sizeof expired / sizeof expired[0]; i++) {
        const uint32_t met = x.ends[L1_VENUE_EXPIRED][expired[i]];
        if (met <= 20) print_error("reason %d expired %u orders\n", (int)expired[i], met);
        CHECK(met > 20);
    }
    for (size_t i = 0; i < sizeof rejected / sizeof rejected[0]; i++) {
        CHECK(x.ends[L1_VENUE_REJECTED][rejected[i]] > 100);
    }
    CHECK(x.ends[L1_VENUE_DONE][0] > 1000 && x.ends[L1_VENUE_CANCELED][0] > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_venue__does_what_the_slow_one_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
