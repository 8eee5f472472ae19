/* system/system.c: merging the engine's timers, the venue's arrivals and answers, and events by
 * time; the books that both look at. */
#include "system/system.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "system/answers.h"
#include "venue/simulated/venue_simulated.h"

struct l1_system {
    l1_engine *engine;
    l1_depth_book *books;      /* by symbol: the market as engine and venue see it */
    l1_venue_simulated *venue; /* NULL in LIVE: the venue is outside */
    l1_venue_answers answers;
    l1_answer_queue under_way; /* answers that travel */
    l1_engine_out out;
};

/* What a latency is drawn for. */
enum { DRAW_ENTRY, DRAW_FEED_OF_REQUEST, DRAW_FEED_OF_ANSWER, DRAW_RESPONSE };

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
        cost += l1_venue_simulated_cost(limits) + l1_answers_cost(limits) +
                l1_arena_cost(l1_venue_simulated_answers_max(limits) * sizeof(l1_venue_event));
    }
    return cost;
}

size_t l1_system_effects_max(const l1_limits *limits)
{
    /* Every open order may end in one step, each with reports, alerts and a new order. */
    const size_t orders = ((size_t)limits->orders_max * 8 + 64) * (L1_EFFECT_BYTES_MAX / 4);
    return orders + (size_t)limits->orders_max * 512; /* as many parents may end their minute */
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
        l1_answers_init(&system->under_way, arena, limits);
    }
    L1_ASSERT(system->engine != NULL);
    return system;
}

/* When a request that is sent now arrives, in the time of the data: it meets the market that is
 * told `feed` later. Requests travel in order, as over one connection. */
static int64_t arrival_ns(l1_system *system, uint64_t id)
{
    const l1_limits *limits = l1_engine_limits(system->engine);
    const uint32_t seed = limits->paper_seed;
    const int64_t entry_ns =
        l1_delay_of(limits->paper_latency_ns, &limits->paper_latencies, seed, DRAW_ENTRY, id);
    const int64_t feed_ns =
        l1_delay_of(limits->paper_feed_ns, &limits->paper_feeds, seed, DRAW_FEED_OF_REQUEST, id);
    const int64_t due_ns = l1_engine_now_ns(system->engine) + entry_ns + feed_ns;
    L1_ASSERT(entry_ns >= 0);
    L1_ASSERT(feed_ns >= 0);
    if (due_ns > system->under_way.asked_ns) system->under_way.asked_ns = due_ns;
    return system->under_way.asked_ns;
}

/* Hands what the engine asked to the simulated venue; it arrives after the latency. A venue
 * outside the process is served from the effects instead, once they are durable. */
static void route(l1_system *system)
{
    for (uint32_t i = 0; i < system->out.requests_count && system->venue != NULL; i++) {
        const l1_venue_request *request = &system->out.requests[i];
        const uint64_t id = l1_engine_take_id(system->engine);
        const int64_t due_ns = arrival_ns(system, id);
        if (request->is_cancel) {
            l1_venue_simulated_cancel(system->venue, &request->cancel, due_ns, id);
            continue;
        }
        L1_ASSERT(l1_approved_valid(&request->approved));
        l1_venue_simulated_submit(system->venue, &request->approved.submit, due_ns, id);
    }
    system->out.requests_count = 0;
}

static void hear(l1_system *system, const l1_venue_event *event, int64_t now_ns)
{
    l1_engine_answer(system->engine, event, now_ns, &system->out);
    route(system);
}

/* How much later than the data that caused it an answer comes: it left the venue `feed` before
 * those were told, and travels `response`. */
static int64_t travel_ns(l1_system *system)
{
    const l1_limits *limits = l1_engine_limits(system->engine);
    const uint64_t number = system->under_way.told++;
    const int64_t feed_ns = l1_delay_of(limits->paper_feed_ns, &limits->paper_feeds,
                                        limits->paper_seed, DRAW_FEED_OF_ANSWER, number);
    const int64_t response_ns = l1_delay_of(limits->paper_response_ns, &limits->paper_responses,
                                            limits->paper_seed, DRAW_RESPONSE, number);
    return response_ns > feed_ns ? response_ns - feed_ns : 0;
}

/* Sends the venue's answers to the engine: at once, or when they have travelled. */
static void feed(l1_system *system, int64_t now_ns)
{
    l1_answer_queue *queue = &system->under_way;
    for (uint32_t i = 0; i < system->answers.count; i++) {
        const l1_venue_event *event = &system->answers.items[i];
        const int64_t later_ns = travel_ns(system);
        if (later_ns == 0 && queue->count == 0) {
            hear(system, event, now_ns);
            continue;
        }
        while (l1_answers_full(queue)) { /* the first one arrives early rather than never */
            const l1_venue_event first = l1_answers_take(queue);
            hear(system, &first, now_ns);
        }
        l1_answers_put(queue, event, now_ns + later_ns, l1_engine_take_id(system->engine));
    }
    system->answers.count = 0;
}

typedef enum { DUE_NOTHING, DUE_TIMER, DUE_ARRIVAL, DUE_ANSWER } due_kind;

/* What is due first, by time, then creation. */
static due_kind next_due(const l1_system *system, int64_t *due_ns)
{
    due_kind kind = DUE_NOTHING;
    int64_t at_ns = 0;
    uint64_t first = UINT64_MAX, id = 0;
    *due_ns = INT64_MAX;
    if (l1_engine_next_timer(system->engine, &at_ns, &id)) {
        kind = DUE_TIMER;
        *due_ns = at_ns;
        first = id;
    }
    if (system->venue == NULL) return kind;
    if (l1_venue_simulated_next(system->venue, &at_ns, &id) &&
        (at_ns < *due_ns || (at_ns == *due_ns && id < first))) {
        kind = DUE_ARRIVAL;
        *due_ns = at_ns;
        first = id;
    }
    if (l1_answers_next(&system->under_way, &at_ns, &id) &&
        (at_ns < *due_ns || (at_ns == *due_ns && id < first))) {
        kind = DUE_ANSWER;
        *due_ns = at_ns;
    }
    return kind;
}

static void fire_due(l1_system *system, int64_t until_ns)
{
    int64_t due_ns = 0;
    for (;;) {
        const due_kind kind = next_due(system, &due_ns);
        if (kind == DUE_NOTHING || due_ns > until_ns) return;
        if (kind == DUE_ARRIVAL) {
            system->answers.count = 0;
            l1_venue_simulated_arrive(system->venue, &system->answers);
            feed(system, due_ns);
        } else if (kind == DUE_ANSWER) {
            const l1_venue_event event = l1_answers_take(&system->under_way);
            hear(system, &event, due_ns);
        } else {
            l1_engine_timer(system->engine, &system->out);
            route(system);
        }
    }
}

/* True when engine and venue know the same of an asset. */
static bool settled(const l1_system *system, int32_t asset)
{
    return system->under_way.count == 0 && l1_venue_simulated_owed_e8(system->venue, asset) == 0;
}

/* The venue's account follows the engine's after a snapshot: a deposit or withdrawal. While answers
 * are under way the two differ by them: then it moves by what the snapshot changed. */
static void adjust_venue(l1_system *system, const int64_t before_e8[L1_ASSETS_MAX])
{
    const l1_account *account = l1_engine_account(system->engine);
    const int32_t assets = (int32_t)l1_engine_limits(system->engine)->symbols_count + 1;
    for (int32_t i = 0; i < assets; i++) {
        const int64_t total_e8 = account->total_e8[i], foreign_e8 = account->foreign_locked_e8[i];
        if (!settled(system, i)) {
            l1_venue_simulated_move(system->venue, i, total_e8 - before_e8[i], foreign_e8);
            continue;
        }
        const bool adjusted = l1_venue_simulated_adjust(system->venue, i, total_e8, foreign_e8);
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
    int64_t before_e8[L1_ASSETS_MAX];
    const bool moves = event->kind == L1_EVENT_PORTFOLIO && system->venue != NULL;
    if (moves) memcpy(before_e8, l1_engine_account(system->engine)->total_e8, sizeof before_e8);
    l1_engine_event(system->engine, event, &system->out);
    if (moves) adjust_venue(system, before_e8);
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
    return next_due(system, &due_ns) == DUE_NOTHING ? INT64_MAX : due_ns;
}

bool l1_system_pending(const l1_system *system)
{
    int64_t due_ns = 0;
    uint64_t id = 0;
    if (l1_engine_pending(system->engine)) return true;
    if (system->venue == NULL) return false;
    return system->under_way.count > 0 || l1_venue_simulated_next(system->venue, &due_ns, &id);
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

static void archive_venue(l1_archive *archive, l1_system *system)
{
    L1_ASSERT(system->venue != NULL);
    l1_venue_simulated_archive(archive, system->venue);
    l1_answers_archive(archive, &system->under_way, l1_engine_limits(system->engine));
}

static void archive_all(l1_archive *archive, l1_system *system)
{
    const uint32_t symbols = l1_engine_limits(system->engine)->symbols_count;
    for (uint32_t i = 0; i < symbols; i++) l1_depth_book_archive(archive, &system->books[i]);
    l1_engine_archive(archive, system->engine);
    if (system->venue == NULL) return;
    archive_venue(archive, system);
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

/* What the engine holds of an asset is the venue's too, but for answers under way, which concern
 * symbols that were configured before. */
static void adopt_totals(l1_system *system, const l1_system *old)
{
    const l1_limits *limits = l1_engine_limits(system->engine);
    const l1_account *account = l1_engine_account(system->engine);
    for (uint32_t i = 0; i <= limits->symbols_count; i++) {
        const bool known = i == 0 || l1_limits_symbol(l1_engine_limits(old->engine),
                                                      limits->symbols[i - 1].name) >= 0;
        if (known && !settled(system, (int32_t)i)) continue;
        const bool adjusted = l1_venue_simulated_adjust(
            system->venue, (int32_t)i, account->total_e8[i], account->foreign_locked_e8[i]);
        L1_ASSERT(adjusted);
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
    archive_venue(&saving, old);
    l1_archive loading = l1_archive_loading(scratch, saving.out.used);
    if (l1_archive_ok(&saving)) archive_venue(&loading, system);
    if (l1_archive_ok(&saving) && l1_archive_ok(&loading)) {
        adopt_totals(system, old);
        return true;
    }
    snprintf(why, 160, "the simulated venue's orders do not fit the new configuration");
    return false;
}
