/* report/metrics_archive.c: the counts of a run as a snapshot keeps them, and under other symbols.
 *
 * Symbols, rules and alerts are named, not numbered: another configuration or build finds its own.
 * What is sampled or measured is not kept. */
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "report/metrics.h"

enum { NAME_MAX = 32 };

/* One named count of a list, saved. */
static void archive_count(l1_archive *archive, const char *name, uint64_t *value)
{
    char text[NAME_MAX];
    L1_ASSERT(strlen(name) < sizeof text);
    l1_text_copy(text, sizeof text, name);
    l1_archive_text(archive, text, sizeof text);
    l1_archive_u64(archive, value);
}

typedef const char *(*name_of)(int index);

static const char *rule_name(int index)
{
    return l1_rule_code((l1_rule)index);
}

static const char *alert_name(int index)
{
    return l1_alert_code_text((l1_alert_code)index);
}

/* The counts that are not zero, by name. */
static void archive_counts(l1_archive *archive, uint64_t *counts, uint32_t size, name_of name)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < size; i++) used += counts[i] != 0;
    l1_archive_count(archive, &used, 1024);
    if (archive->mode != L1_ARCHIVE_LOAD) {
        for (uint32_t i = 0; i < size; i++) {
            if (counts[i] != 0) archive_count(archive, name((int)i), &counts[i]);
        }
        return;
    }
    for (uint32_t i = 0; i < used; i++) {
        char text[NAME_MAX] = "";
        uint64_t value = 0;
        l1_archive_text(archive, text, sizeof text);
        l1_archive_u64(archive, &value);
        for (uint32_t k = 0; k < size; k++) {
            if (strcmp(name((int)k), text) == 0) counts[k] = value;
        }
    }
}

static void archive_symbol(l1_archive *archive, l1_symbol_metrics *symbol)
{
    l1_archive_u64(archive, &symbol->signals);
    l1_archive_u64(archive, &symbol->executed);
    l1_archive_u64(archive, &symbol->blocked);
    l1_archive_u64(archive, &symbol->slippages);
    l1_archive_i64(archive, &symbol->slippage_sum_e8);
    l1_archive_u64(archive, &symbol->stops_filled);
    l1_archive_u64(archive, &symbol->stops_failed);
    l1_tca_totals_archive(archive, &symbol->tca);
    archive_counts(archive, symbol->rejected, L1_RULE_COUNT, rule_name);
}

void l1_metrics_archive(l1_archive *archive, l1_metrics *metrics, const l1_limits *limits)
{
    uint32_t count = limits->symbols_count;
    L1_ASSERT(count <= L1_SYMBOLS_MAX);
    l1_archive_u64(archive, &metrics->seq);
    l1_archive_i64(archive, &metrics->at_ns);
    archive_counts(archive, metrics->alerts, L1_ALERT_COUNT, alert_name);
    archive_symbol(archive, &metrics->symbols[L1_SYMBOLS_MAX]);
    l1_archive_count(archive, &count, L1_SYMBOLS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        l1_symbol_metrics gone = {0};
        char name[L1_SYMBOL_TEXT_MAX] = "";
        int32_t at = (int32_t)i;
        if (archive->mode != L1_ARCHIVE_LOAD) {
            memcpy(name, limits->symbols[i].name, sizeof name);
        }
        l1_archive_text(archive, name, sizeof name);
        if (archive->mode == L1_ARCHIVE_LOAD) at = l1_limits_symbol(limits, name);
        archive_symbol(archive, at < 0 ? &gone : &metrics->symbols[at]);
    }
}

void l1_metrics_adopt(l1_metrics *metrics, const l1_limits *from, const l1_limits *to)
{
    l1_symbol_metrics kept[L1_SYMBOLS_MAX];
    L1_ASSERT(from->symbols_count <= L1_SYMBOLS_MAX);
    memcpy(kept, metrics->symbols, sizeof kept);
    memset(metrics->symbols, 0, sizeof kept);
    for (uint32_t i = 0; i < L1_SYMBOLS_MAX; i++) metrics->symbols[i].exposure_e8 = L1_OFF;
    for (uint32_t i = 0; i < from->symbols_count; i++) {
        const int32_t at = l1_limits_symbol(to, from->symbols[i].name);
        if (at >= 0) metrics->symbols[at] = kept[i];
    }
}
