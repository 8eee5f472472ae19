/* tests/fuzz/fuzz_domain_event_archive.c: bytes of a journal that may be anything.
 *
 * The first byte chooses event or effect; the rest is loaded. What loads is saved to the same
 * bytes, hashed as they are, and keeps every index and count inside its array. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/effect.h"
#include "domain/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(claim) ((claim) ? (void)0 : breaks(#claim))

static _Noreturn void breaks(const char *claim)
{
    fprintf(stderr, "differs: %s\n", claim);
    abort();
}

static void check_bounds(const l1_effect *effect)
{
    if (effect->kind == L1_EFFECT_SUBMIT) HOLDS(effect->as.submit.legs_count <= L1_LEGS_MAX);
    if (effect->kind != L1_EFFECT_REPORT) return;
    const l1_report *const report = &effect->as.report;
    HOLDS(report->violations_count <= L1_VIOLATIONS_MAX);
    HOLDS(report->adjustments_count <= L1_ADJUSTMENTS_MAX);
    HOLDS(report->orders_count <= L1_REPORT_ORDERS_MAX);
    HOLDS(report->fees_count <= L1_FEES_MAX);
    for (uint32_t i = 0; i < report->fees_count; i++) {
        HOLDS(report->fees[i].asset >= 0 && report->fees[i].asset < L1_ASSETS_MAX);
    }
    HOLDS(memchr(report->signal_id, 0, sizeof report->signal_id) != NULL);
    HOLDS((unsigned)report->reason < L1_RULE_COUNT);
}

static void check_effect(const uint8_t *bytes, size_t size)
{
    static l1_effect effect;
    uint8_t saved[L1_EFFECT_BYTES_MAX];
    if (!l1_effect_load(bytes, size, &effect)) return;
    check_bounds(&effect);
    l1_archive archive = l1_archive_saving(saved, sizeof saved);
    l1_effect_archive(&archive, &effect);
    HOLDS(l1_archive_ok(&archive) && archive.out.used == size);
    HOLDS(memcmp(saved, bytes, size) == 0);
}

/* A portfolio may be written with zeros at its end; saving it leaves them out. */
static void check_event(const uint8_t *bytes, size_t size)
{
    static l1_event event;
    uint8_t saved[L1_EVENT_BYTES_MAX];
    l1_archive archive = l1_archive_loading(bytes, size);
    l1_event_archive(&archive, &event);
    if (!l1_archive_ok(&archive) || l1_read_left(&archive.in) != 0) return;
    if (event.kind == L1_EVENT_BOOK) {
        HOLDS(event.as.book.bids_count <= L1_BOOK_LEVELS_MAX);
        HOLDS(event.as.book.asks_count <= L1_BOOK_LEVELS_MAX);
    }
    archive = l1_archive_saving(saved, sizeof saved);
    l1_event_archive(&archive, &event);
    HOLDS(l1_archive_ok(&archive));
    if (event.kind == L1_EVENT_PORTFOLIO) {
        HOLDS(archive.out.used <= size);
    } else {
        HOLDS(archive.out.used == size && memcmp(saved, bytes, size) == 0);
    }
    l1_archive hashing = l1_archive_hashing(1);
    l1_event_archive(&hashing, &event);
    const l1_hash128 hash = l1_hash_end(&hashing.hasher);
    const l1_hash128 want = l1_hash_of(1, saved, archive.out.used);
    HOLDS(hash.lo == want.lo && hash.hi == want.hi);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    if ((data[0] & 1) == 0) {
        check_event(data + 1, size - 1);
    } else {
        check_effect(data + 1, size - 1);
    }
    return 0;
}
