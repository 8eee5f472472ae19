/* system/answers.h: what the simulated venue has answered and the engine has not heard yet.
 *
 * Answers travel in order, as over one connection: one never overtakes another. Bounded: when the
 * queue is full its first answer arrives at once (the caller's part).
 * Units: Unix ns. Memory: from the arena at init. Determinism: pure. */
#ifndef L1_SYSTEM_ANSWERS_H
#define L1_SYSTEM_ANSWERS_H

#include "base/archive.h"
#include "base/arena.h"
#include "domain/limits.h"
#include "domain/order.h"

typedef struct {
    int64_t due_ns;
    uint64_t id; /* orders it among timers and arrivals of the same time */
    l1_venue_event event;
} l1_answer;

typedef struct {
    uint32_t capacity, first, count;
    l1_answer *ring;
    uint64_t told;       /* answers ever: the number that a latency is drawn by */
    int64_t answered_ns; /* when the last one arrives */
    int64_t asked_ns;    /* when the last request arrives at the venue */
} l1_answer_queue;

size_t l1_answers_cost(const l1_limits *limits);
void l1_answers_init(l1_answer_queue *queue, l1_arena *arena, const l1_limits *limits);

bool l1_answers_full(const l1_answer_queue *queue);

/* As the last; due_ns is at least the one before's. The queue is not full (asserted). */
void l1_answers_put(l1_answer_queue *queue, const l1_venue_event *event, int64_t due_ns,
                    uint64_t id);

/* The first; false when there is none. */
bool l1_answers_next(const l1_answer_queue *queue, int64_t *due_ns, uint64_t *id);
l1_venue_event l1_answers_take(l1_answer_queue *queue);

/* Symbols and assets stand by name. LOAD goes into a queue just made, and fails where one of them
 * is not configured. */
void l1_answers_archive(l1_archive *archive, l1_answer_queue *queue, const l1_limits *limits);

#endif
