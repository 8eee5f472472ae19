/* system/system.c: merging the engine's timers, the venue's arrivals and events by time; the books
 * that both look at. */
#include "system/system.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "venue/simulated/venue_simulated.h"

struct l1_system {
    l1_engine *engine;
    l1_depth_book *books;      /* by symbol: the market as engine and venue see it */
    l1_venue_simulated *venue; /* NULL in LIVE: the venue is outside */
    l1_venue_answers answers;
    l1_engine_out out;
};

static bool has_venue(const l1_limits *limits)
{
    return limits->mode != L1_MODE_LIVE;
}

size_t l1_system_cost(const l1_limits *limits)
{
    size_t cost = l1_arena_cost(sizeof(l1_system)) + l1_engine_cost(limits) +
                  l1_arena_cost(limits->symbols_count * sizeof(l1_depth_book)) +
                  limits->symbols_count * l1_depth_book_cost() +
                  l1_arena_cost(l1_engine_requests_max(limits) * sizeof(l1_venue_request));
    if (has_venue(limits)) {
        cost += l1_venue_simulated_cost(limits) +
                l1_arena_cost(l1_venue_simulated_answers_max(limits) * sizeof(l1_venue_event));
    }
    return cost;
}

size_t l1_system_effects_max(const l1_limits *limits)
{
    /* Every open order may end in one step, each with reports, alerts and a new order. */
    return ((size_t)limits->orders_max * 8 + 64) * (L1_EFFECT_BYTES_MAX / 4);
}

l1_system *l1_system_new(l1_arena *arena, const l1_limits *limits)
{
    l1_system *system = l1_arena_take(arena, sizeof *system);
    system->books = l1_arena_take(arena, limits->symbols_count * sizeof *system->books);
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        l1_depth_book_init(&system->books[i], arena);
    }
    system->engine = l1_engine_new(arena, limits, system->books);
    system->out.requests_capacity = l1_engine_requests_max(limits);
    system->out.requests =
        l1_arena_take(arena, system->out.requests_capacity * sizeof(l1_venue_request));
    if (has_venue(limits)) {
        system->venue = l1_venue_simulated_new(arena, limits, system->books);
        system->answers.capacity = l1_venue_simulated_answers_max(limits);
        system->answers.items =
            l1_arena_take(arena, system->answers.capacity * sizeof(l1_venue_event));
    }
    L1_ASSERT(system->engine != NULL);
    return system;
}

/* Hands what the engine asked to the simulated venue; it arrives after the latency. A venue
 * outside the process is served from the effects instead, once they are durable. */
static void route(l1_system *system)
{
    const l1_limits *limits = l1_engine_limits(system->engine);
    const int64_t due_ns = l1_engine_now_ns(system->engine) + limits->paper_latency_ns;
    for (uint32_t i = 0; i < system->out.requests_count && system->venue != NULL; i++) {
        const l1_venue_request *request = &system->out.requests[i];
        const uint64_t id = l1_engine_take_id(system->engine);
        if (request->is_cancel) {
            l1_venue_simulated_cancel(system->venue, &request->cancel, due_ns, id);
            continue;
        }
        L1_ASSERT(l1_approved_valid(&request->approved));
        l1_venue_simulated_submit(system->venue, &request->approved.submit, due_ns, id);
    }
    system->out.requests_count = 0;
}

static void feed(l1_system *system, int64_t now_ns)
{
    for (uint32_t i = 0; i < system->answers.count; i++) {
        l1_engine_answer(system->engine, &system->answers.items[i], now_ns, &system->out);
        route(system);
    }
    system->answers.count = 0;
}

/* What is due first; false when nothing is. */
static bool next_due(const l1_system *system, int64_t *due_ns, bool *is_arrival)
{
    int64_t timer_ns = INT64_MAX, arrival_ns = INT64_MAX;
    uint64_t timer_id = 0, arrival_id = 0;
    const bool timer = l1_engine_next_timer(system->engine, &timer_ns, &timer_id);
    const bool arrival =
        system->venue != NULL && l1_venue_simulated_next(system->venue, &arrival_ns, &arrival_id);
    if (!timer && !arrival) return false;
    *is_arrival = arrival && (!timer || arrival_ns < timer_ns ||
                              (arrival_ns == timer_ns && arrival_id < timer_id));
    *due_ns = *is_arrival ? arrival_ns : timer_ns;
    return true;
}

static void fire_due(l1_system *system, int64_t until_ns)
{
    int64_t due_ns = 0;
    bool is_arrival = false;
    while (next_due(system, &due_ns, &is_arrival) && due_ns <= until_ns) {
        if (is_arrival) {
            system->answers.count = 0;
            l1_venue_simulated_arrive(system->venue, &system->answers);
            feed(system, due_ns);
        } else {
            l1_engine_timer(system->engine, &system->out);
            route(system);
        }
    }
}

/* The venue's account follows the engine's after a snapshot: a deposit or withdrawal. */
static void adjust_venue(l1_system *system)
{
    const l1_account *account = l1_engine_account(system->engine);
    const uint32_t assets = l1_engine_limits(system->engine)->symbols_count + 1;
    for (uint32_t i = 0; i < assets; i++) {
        const bool adjusted = l1_venue_simulated_adjust(
            system->venue, (int32_t)i, account->total_e8[i], account->foreign_locked_e8[i]);
        L1_ASSERT(adjusted); /* the engine refused what open orders do not leave */
    }
}

/* Brings the books up to date before anybody looks. True when the event cost `*symbol` its. */
static bool keep_books(l1_system *system, const l1_event *event, int32_t *symbol)
{
    switch (event->kind) {
    case L1_EVENT_BOOK: *symbol = event->as.book.symbol; break;
    case L1_EVENT_DEPTH: *symbol = event->as.depth.symbol; break;
    case L1_EVENT_QUOTE: *symbol = event->as.quote.symbol; break;
    default: return false;
    }
    L1_ASSERT(*symbol >= 0);
    L1_ASSERT(*symbol < (int32_t)l1_engine_limits(system->engine)->symbols_count);
    l1_depth_book *book = &system->books[*symbol];
    const uint8_t fault = book->fault;
    if (event->kind == L1_EVENT_BOOK) {
        l1_depth_book_replace(book, &event->as.book, event->at_ns);
    } else if (event->kind == L1_EVENT_DEPTH) {
        (void)l1_depth_book_apply(book, &event->as.depth, event->at_ns);
    } else {
        (void)l1_depth_book_quote(book, &event->as.quote, event->at_ns);
    }
    return book->fault != fault && book->fault != L1_DEPTH_APPLIED;
}

/* `symbol` is the one whose book the event has told, -1 = none. */
static void observe(l1_system *system, const l1_event *event, int32_t symbol)
{
    l1_book_told told = L1_TOLD_BOOK;
    system->answers.count = 0;
    switch (event->kind) {
    case L1_EVENT_BAR:
        l1_venue_simulated_on_bar(system->venue, &event->as.bar, event->at_ns, &system->answers);
        break;
    case L1_EVENT_BOOK: told = L1_TOLD_BOOK; break;
    case L1_EVENT_DEPTH: told = L1_TOLD_DEPTH; break;
    case L1_EVENT_QUOTE: told = L1_TOLD_QUOTE; break;
    case L1_EVENT_TRADE:
        l1_venue_simulated_on_trade(system->venue, &event->as.trade, event->at_ns,
                                    &system->answers);
        break;
    case L1_EVENT_PORTFOLIO: adjust_venue(system); break;
    default: break;
    }
    if (symbol >= 0) {
        l1_venue_simulated_on_book(system->venue, symbol, told, event->at_ns, &system->answers);
    }
    feed(system, event->at_ns);
}

void l1_system_step(l1_system *system, const l1_event *event, l1_effects *effects)
{
    L1_ASSERT(event->at_ns >= l1_engine_now_ns(system->engine));
    L1_ASSERT(system->out.requests_count == 0);
    effects->used = 0;
    effects->count = 0;
    system->out.effects = effects;
    fire_due(system, event->at_ns);
    int32_t symbol = -1;
    const bool lost = keep_books(system, event, &symbol);
    l1_engine_event(system->engine, event, &system->out);
    if (lost) {
        const l1_depth_outcome why = (l1_depth_outcome)system->books[symbol].fault;
        l1_engine_book_lost(system->engine, symbol, why, &system->out);
    }
    route(system);
    if (system->venue != NULL) observe(system, event, symbol);
}

bool l1_system_use_models(l1_system *system, const l1_model_bank *bank)
{
    return l1_engine_use_models(system->engine, bank);
}

l1_hash128 l1_system_models(const l1_system *system)
{
    return l1_engine_models(system->engine);
}

int64_t l1_system_next_due_ns(const l1_system *system)
{
    int64_t due_ns = INT64_MAX;
    bool is_arrival = false;
    return next_due(system, &due_ns, &is_arrival) ? due_ns : INT64_MAX;
}

bool l1_system_pending(const l1_system *system)
{
    int64_t due_ns = 0;
    uint64_t id = 0;
    if (l1_engine_pending(system->engine)) return true;
    return system->venue != NULL && l1_venue_simulated_next(system->venue, &due_ns, &id);
}

int64_t l1_system_now_ns(const l1_system *system)
{
    return l1_engine_now_ns(system->engine);
}

const l1_engine *l1_system_engine(const l1_system *system)
{
    return system->engine;
}

int64_t l1_system_venue_total_e8(const l1_system *system, int32_t asset)
{
    return system->venue == NULL ? 0 : l1_venue_simulated_total_e8(system->venue, asset);
}

static void archive_all(l1_archive *archive, l1_system *system)
{
    const uint32_t symbols = l1_engine_limits(system->engine)->symbols_count;
    for (uint32_t i = 0; i < symbols; i++) l1_depth_book_archive(archive, &system->books[i]);
    l1_engine_archive(archive, system->engine);
    if (system->venue != NULL) l1_venue_simulated_archive(archive, system->venue);
}

l1_hash128 l1_system_hash(l1_system *system)
{
    static const uint64_t domain = UINT64_C(0x4C31535441544548); /* "L1STATEH" */
    l1_archive archive = l1_archive_hashing(domain);
    archive_all(&archive, system);
    L1_ASSERT(l1_archive_ok(&archive));
    return l1_hash_end(&archive.hasher);
}

size_t l1_system_save_max(const l1_system *system)
{
    /* Field by field is never longer than in memory; a little room for counts and names. */
    return l1_system_cost(l1_engine_limits(system->engine)) + (size_t)1024 * 1024;
}

size_t l1_system_save(l1_system *system, uint8_t *base, size_t capacity)
{
    l1_archive archive = l1_archive_saving(base, capacity);
    archive_all(&archive, system);
    return l1_archive_ok(&archive) ? archive.out.used : 0;
}

bool l1_system_load(l1_system *system, const uint8_t *bytes, size_t size)
{
    l1_archive archive = l1_archive_loading(bytes, size);
    archive_all(&archive, system);
    return l1_archive_ok(&archive) && l1_read_left(&archive.in) == 0;
}

static void adopt_books(l1_system *system, const l1_system *old)
{
    const l1_limits *limits = l1_engine_limits(system->engine);
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const int from = l1_limits_symbol(l1_engine_limits(old->engine), limits->symbols[i].name);
        if (from >= 0) l1_depth_book_copy(&system->books[i], &old->books[from], (int32_t)i);
    }
}

bool l1_system_adopt(l1_system *system, l1_system *old, uint8_t *scratch, size_t scratch_size,
                     char why[160])
{
    L1_ASSERT(system != old);
    if ((system->venue == NULL) != (old->venue == NULL)) {
        snprintf(why, 160, "mode cannot change between live and paper on one journal");
        return false;
    }
    adopt_books(system, old);
    if (!l1_engine_adopt(system->engine, old->engine, why)) return false;
    if (system->venue == NULL) return true;
    l1_archive saving = l1_archive_saving(scratch, scratch_size);
    l1_venue_simulated_archive(&saving, old->venue);
    l1_archive loading = l1_archive_loading(scratch, saving.out.used);
    if (l1_archive_ok(&saving)) l1_venue_simulated_archive(&loading, system->venue);
    if (l1_archive_ok(&saving) && l1_archive_ok(&loading)) {
        adjust_venue(system);
        return true;
    }
    snprintf(why, 160, "the simulated venue's orders do not fit the new configuration");
    return false;
}
