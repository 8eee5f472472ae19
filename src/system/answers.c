/* system/answers.c: a ring in the order of arrival. */
#include "system/answers.h"

#include <string.h>

#include "base/assert.h"

static uint32_t capacity_of(const l1_limits *limits)
{
    L1_ASSERT(limits->orders_max > 0);
    L1_ASSERT(limits->orders_max <= UINT32_MAX / 8);
    return 4 * limits->orders_max + 64;
}

size_t l1_answers_cost(const l1_limits *limits)
{
    return l1_arena_cost(capacity_of(limits) * sizeof(l1_answer));
}

void l1_answers_init(l1_answer_queue *queue, l1_arena *arena, const l1_limits *limits)
{
    const uint32_t capacity = capacity_of(limits);
    *queue = (l1_answer_queue){.capacity = capacity};
    queue->ring = l1_arena_take(arena, capacity * sizeof queue->ring[0]);
    L1_ASSERT(queue->ring != NULL);
}

static l1_answer *at(const l1_answer_queue *queue, uint32_t i)
{
    L1_ASSERT(i < queue->capacity);
    const uint32_t place = queue->first + i;
    return &queue->ring[place < queue->capacity ? place : place - queue->capacity];
}

bool l1_answers_full(const l1_answer_queue *queue)
{
    L1_ASSERT(queue->count <= queue->capacity);
    return queue->count == queue->capacity;
}

void l1_answers_put(l1_answer_queue *queue, const l1_venue_event *event, int64_t due_ns,
                    uint64_t id)
{
    L1_ASSERT(queue->count < queue->capacity);
    L1_ASSERT(queue->count == 0 || at(queue, queue->count - 1)->id < id);
    if (due_ns < queue->answered_ns) due_ns = queue->answered_ns;
    queue->answered_ns = due_ns;
    *at(queue, queue->count) = (l1_answer){due_ns, id, *event};
    queue->count++;
}

bool l1_answers_next(const l1_answer_queue *queue, int64_t *due_ns, uint64_t *id)
{
    if (queue->count == 0) return false;
    *due_ns = at(queue, 0)->due_ns;
    *id = at(queue, 0)->id;
    return true;
}

l1_venue_event l1_answers_take(l1_answer_queue *queue)
{
    L1_ASSERT(queue->count > 0);
    const l1_venue_event event = at(queue, 0)->event;
    queue->first = queue->first + 1 < queue->capacity ? queue->first + 1 : 0;
    queue->count--;
    return event;
}

static void demand(l1_archive *archive, bool holds)
{
    if (holds) return;
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    archive->failed = true;
    archive->in.at = archive->in.end; /* later fields read as zero */
}

static void archive_answer(l1_archive *archive, l1_answer *answer, const l1_limits *limits)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    l1_venue_event *event = &answer->event;
    char symbol[L1_SYMBOL_TEXT_MAX] = "", asset[L1_SYMBOL_TEXT_MAX] = ""; /* the quote: "" */
    if (!loading) {
        memcpy(symbol, limits->symbols[event->symbol].name, sizeof symbol);
        if (event->fee_asset > 0) {
            memcpy(asset, limits->symbols[event->fee_asset - 1].name, sizeof asset);
        }
        event->symbol = event->fee_asset = 0;
    }
    l1_archive_i64(archive, &answer->due_ns);
    l1_archive_u64(archive, &answer->id);
    l1_archive_text(archive, symbol, sizeof symbol);
    l1_archive_text(archive, asset, sizeof asset);
    l1_venue_event_archive(archive, event);
    if (!loading) return;
    event->symbol = l1_limits_symbol(limits, symbol);
    event->fee_asset = asset[0] == '\0' ? 0 : l1_limits_symbol(limits, asset) + 1;
    demand(archive, event->symbol >= 0 && (asset[0] == '\0' || event->fee_asset > 0));
    demand(archive, answer->due_ns >= 0);
}

void l1_answers_archive(l1_archive *archive, l1_answer_queue *queue, const l1_limits *limits)
{
    const bool loading = archive->mode == L1_ARCHIVE_LOAD;
    uint32_t count = queue->count;
    L1_ASSERT(!loading || count == 0);
    l1_archive_u64(archive, &queue->told);
    l1_archive_i64(archive, &queue->answered_ns);
    l1_archive_i64(archive, &queue->asked_ns);
    l1_archive_count(archive, &count, queue->capacity);
    const int64_t answered_ns = queue->answered_ns;
    queue->answered_ns = loading ? 0 : answered_ns;
    l1_answer last = {.due_ns = -1};
    for (uint32_t i = 0; i < count && l1_archive_ok(archive); i++) {
        l1_answer answer = {.due_ns = 0};
        if (!loading) answer = *at(queue, i);
        archive_answer(archive, &answer, limits);
        if (!loading || !l1_archive_ok(archive)) continue;
        demand(archive, last.due_ns <= answer.due_ns && (i == 0 || last.id < answer.id) &&
                            answer.due_ns <= answered_ns);
        if (!l1_archive_ok(archive)) continue;
        l1_answers_put(queue, &answer.event, answer.due_ns, answer.id);
        last = answer;
    }
    queue->answered_ns = answered_ns;
}
