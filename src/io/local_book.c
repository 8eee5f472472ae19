/* io/local_book.c: two lists, held back and ready. */
#include "io/local_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

struct l1_local_event {
    l1_local_event *next;
    int64_t ts_ns;
    uint64_t first_id, last_id;
    bool snapshot;
    uint32_t count, given;
    l1_depth_change changes[];
};

static l1_local_event *pop(l1_local_list *list)
{
    l1_local_event *event = list->first;
    L1_ASSERT(event != NULL);
    list->first = event->next;
    if (list->first == NULL) list->last = NULL;
    event->next = NULL;
    return event;
}

static void push(l1_local_list *list, l1_local_event *event)
{
    L1_ASSERT(event->next == NULL);
    if (list->last == NULL) {
        list->first = event;
    } else {
        list->last->next = event;
    }
    list->last = event;
}

/* A copy; a snapshot's sides are turned around, worst level first. */
static l1_local_event *copy_of(const l1_local_change *change)
{
    const uint32_t count = change->changes_count;
    l1_local_event *event = malloc(sizeof *event + count * sizeof event->changes[0]);
    if (event == NULL) return NULL;
    *event = (l1_local_event){.ts_ns = change->ts_ns,
                              .first_id = change->first_id,
                              .last_id = change->last_id,
                              .snapshot = change->snapshot,
                              .count = count};
    for (uint32_t i = 0; i < count; i++) {
        event->changes[change->snapshot ? count - 1 - i : i] = change->changes[i];
    }
    return event;
}

static void drop_held(l1_local_book *book)
{
    l1_local_event *event = pop(&book->held);
    L1_ASSERT(book->held_levels >= event->count + UINT64_C(1));
    book->held_levels -= event->count + UINT64_C(1);
    free(event);
}

static void hold(l1_local_book *book, l1_local_event *event)
{
    if (book->held.last != NULL && event->last_id <= book->held.last->last_id) {
        free(event); /* the same again */
        return;
    }
    /* What is held follows without a gap: a snapshot could not lead over one. */
    if (book->held.last != NULL && event->first_id > book->held.last->last_id + 1) {
        while (book->held.first != NULL) drop_held(book);
    }
    push(&book->held, event);
    book->held_levels += event->count + UINT64_C(1);
    while (book->held_levels > L1_LOCAL_BOOK_HELD) drop_held(book);
}

/* A snapshot: false when it is of no use. */
static bool begin(l1_local_book *book, l1_local_event *snapshot)
{
    const bool numbered = snapshot->last_id != 0;
    if (numbered && book->synced && snapshot->last_id < book->id) return false;
    if (numbered && book->held.first != NULL &&
        snapshot->last_id + 1 < book->held.first->first_id) {
        return false;
    }
    book->synced = true;
    book->id = snapshot->last_id;
    push(&book->ready, snapshot);
    while (book->held.first != NULL) {
        if (book->held.first->last_id <= book->id) {
            drop_held(book);
            continue;
        }
        l1_local_event *event = pop(&book->held);
        book->held_levels -= event->count + UINT64_C(1);
        book->id = event->last_id;
        push(&book->ready, event);
    }
    return true;
}

l1_result l1_local_book_take(l1_local_book *book, const l1_local_change *change, l1_diag *diag)
{
    L1_ASSERT(change->snapshot || change->first_id <= change->last_id);
    if (!change->snapshot && book->synced && change->last_id <= book->id) return L1_SUCCESS;
    l1_local_event *event = copy_of(change);
    if (event == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory for a book");
    if (change->snapshot) {
        if (!begin(book, event)) free(event);
        return L1_SUCCESS;
    }
    if (book->synced && event->first_id <= book->id + 1) {
        book->id = event->last_id;
        push(&book->ready, event);
        return L1_SUCCESS;
    }
    if (book->synced) { /* a gap, to be seen; and the first of what a snapshot may lead on to */
        book->synced = false;
        l1_local_event *seen = copy_of(change);
        if (seen == NULL) {
            free(event);
            return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory for a book");
        }
        push(&book->ready, seen);
    }
    hold(book, event);
    return L1_SUCCESS;
}

bool l1_local_book_next(l1_local_book *book, l1_depth *out)
{
    l1_local_event *event = book->ready.first;
    if (event == NULL) return false;
    const uint32_t left = event->count - event->given;
    const uint32_t count = left < L1_DEPTH_CHANGES_MAX ? left : L1_DEPTH_CHANGES_MAX;
    out->ts_ns = event->ts_ns;
    out->first_id = event->first_id;
    out->last_id = event->last_id;
    out->snapshot = event->snapshot && event->given == 0;
    out->more = count < left;
    out->changes_count = count;
    memcpy(out->changes, event->changes + event->given, count * sizeof out->changes[0]);
    event->given += count;
    if (!out->more) free(pop(&book->ready));
    return true;
}

void l1_local_book_clear(l1_local_book *book)
{
    while (book->ready.first != NULL) free(pop(&book->ready));
    while (book->held.first != NULL) free(pop(&book->held));
    *book = (l1_local_book){0};
}
