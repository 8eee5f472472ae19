/* config/check.c: what can be judged only when every key has been read. */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "config/collect.h"
#include "config/text.h"

static size_t row_of(const char *name)
{
    const l1_match match = l1_key_find(name);
    L1_ASSERT(match.kind == L1_MATCH_KEY);
    return match.row;
}

static l1_place place_of(const l1_collector *collector, const char *name)
{
    return collector->keys[row_of(name)];
}

static l1_result check_names(const l1_collector *collector)
{
    const l1_limits *limits = &collector->config->limits;
    if (limits->symbols_count == 0) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, collector->keys[0], "symbols",
                                 "no symbol is configured; write 1 to %d below symbols",
                                 L1_SYMBOLS_MAX);
    }
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const l1_instrument *symbol = &limits->symbols[i];
        const char *quote = strchr(symbol->name, '/') + 1;
        char path[L1_KEY_PATH_MAX];
        (void)snprintf(path, sizeof path, "symbols.%s", symbol->name);
        if (strcmp(quote, limits->quote) != 0) {
            return l1_collect_refuse(collector, L1_CONFIG_VALUE, collector->symbols[i], path,
                                     "its quote %s is not portfolio.quote %s", quote,
                                     limits->quote);
        }
        if (strcmp(symbol->base, limits->quote) == 0) {
            return l1_collect_refuse(collector, L1_CONFIG_VALUE, collector->symbols[i], path,
                                     "base and quote are the same asset");
        }
    }
    return L1_SUCCESS;
}

/* A limit of a symbol has no default: what is not written would be a limit nobody chose. */
static l1_result check_written(const l1_collector *collector)
{
    const l1_limits *limits = &collector->config->limits;
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        for (size_t row = 0; row < l1_keys_count; row++) {
            const l1_key *key = &l1_keys[row];
            if (key->home != L1_HOME_SYMBOL || key->preset != NULL) continue;
            if (collector->symbol_keys[i][row].source != 0) continue;
            char path[L1_KEY_PATH_MAX], allowed[L1_VALUE_TEXT_MAX];
            const char *tail = strchr(key->name, '*') + 1;
            (void)snprintf(path, sizeof path, "symbols.%s%s", limits->symbols[i].name, tail);
            l1_value_allowed(key, allowed);
            return l1_collect_refuse(collector, L1_CONFIG_VALUE, collector->symbols[i], path,
                                     "is not written and has no default; write %.100s%s%s%s",
                                     allowed, key->rule != NULL ? ", or null to switch " : "",
                                     key->rule != NULL ? key->rule : "",
                                     key->rule != NULL ? " off" : "");
        }
    }
    return L1_SUCCESS;
}

static int asset_of(const l1_limits *limits, const char *asset)
{
    if (strcmp(asset, limits->quote) == 0) return 0;
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        if (strcmp(asset, limits->symbols[i].base) == 0) return (int)i + 1;
    }
    return -1;
}

static l1_result fill_balances(l1_collector *collector)
{
    l1_limits *limits = &collector->config->limits;
    if (collector->balances_place.source == 0) limits->paper_balance_e8[0] = 100000 * L1_E8;
    for (size_t i = 0; i < collector->balances_count; i++) {
        const l1_balance *balance = &collector->balances[i];
        const int index = asset_of(limits, balance->asset);
        if (index < 0) {
            char path[L1_KEY_PATH_MAX];
            (void)snprintf(path, sizeof path, "paper.balances.%s", balance->asset);
            return l1_collect_refuse(collector, L1_CONFIG_KEY, balance->place, path,
                                     "is neither the quote %s nor the base of a symbol; remove it "
                                     "or configure its symbol",
                                     limits->quote);
        }
        limits->paper_balance_e8[index] = balance->e8;
    }
    return L1_SUCCESS;
}

static l1_result fill_commission(l1_collector *collector)
{
    l1_limits *limits = &collector->config->limits;
    const char *text = collector->config->settings.paper_commission;
    limits->commission_asset = 0;
    if (strcmp(text, "received") == 0) {
        limits->commission = L1_COMMISSION_RECEIVED;
    } else if (strcmp(text, "base") == 0) {
        limits->commission = L1_COMMISSION_BASE;
    } else if (strcmp(text, "quote") == 0) {
        limits->commission = L1_COMMISSION_QUOTE;
    } else {
        limits->commission = L1_COMMISSION_ASSET;
        limits->commission_asset = asset_of(limits, text);
    }
    if (limits->commission_asset >= 0) return L1_SUCCESS;
    return l1_collect_refuse(collector, L1_CONFIG_VALUE, place_of(collector, "paper.commission"),
                             "paper.commission",
                             "%s is neither received, base, quote nor an asset that is traded "
                             "here; write one of these or configure its symbol",
                             text);
}

static l1_result check_mode(l1_collector *collector)
{
    l1_limits *limits = &collector->config->limits;
    const l1_settings *settings = &collector->config->settings;
    if (limits->mode == L1_MODE_LIVE && settings->journal_sync == L1_JOURNAL_SYNC_NONE) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, place_of(collector, "journal.sync"),
                                 "journal.sync",
                                 "none is refused in live: an order could leave before its record "
                                 "is durable; write group");
    }
    if (limits->mode == L1_MODE_LIVE) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, place_of(collector, "mode"), "mode",
                                 "mode: live is not available in this version; write paper or "
                                 "replay");
    }
    if (limits->mode != L1_MODE_REPLAY) return L1_SUCCESS;
    const l1_place clock = place_of(collector, "clock.source");
    if (clock.source != 0 && !limits->clock_from_events) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, clock, "clock.source",
                                 "real is refused in replay: time is that of the messages; write "
                                 "events or remove it");
    }
    limits->clock_from_events = true;
    return L1_SUCCESS;
}

static l1_result check_models(const l1_collector *collector)
{
    const l1_limits *limits = &collector->config->limits;
    if ((limits->ai_gate & limits->ai_shadow) != 0) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, place_of(collector, "ai.shadow"),
                                 "ai.shadow",
                                 "names a head that ai.gate names too; a head either "
                                 "rejects or is only reported: remove it from one");
    }
    if (limits->ai_required && limits->ai_gate == 0) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, place_of(collector, "ai.gate"),
                                 "ai.gate",
                                 "is empty while ai.required is true: nothing would "
                                 "reject; name a head or set ai.required to false");
    }
    return L1_SUCCESS;
}

/* Refuses low > high of one symbol unless one of them is off. */
static l1_result check_order(const l1_collector *collector, uint32_t index, const char *low,
                             const char *high)
{
    char path[L1_KEY_PATH_MAX], smaller[L1_DECIMAL_TEXT_MAX], larger[L1_DECIMAL_TEXT_MAX];
    int64_t low_e8, high_e8;
    (void)snprintf(path, sizeof path, "symbols.*.%s", low);
    const size_t low_row = row_of(path);
    (void)snprintf(path, sizeof path, "symbols.*.%s", high);
    const size_t high_row = row_of(path);
    memcpy(&low_e8, l1_value_field(collector->config, &l1_keys[low_row], index), sizeof low_e8);
    memcpy(&high_e8, l1_value_field(collector->config, &l1_keys[high_row], index), sizeof high_e8);
    if (low_e8 == L1_OFF || high_e8 == L1_OFF || low_e8 <= high_e8) return L1_SUCCESS;
    l1_decimal_format(low_e8, smaller);
    l1_decimal_format(high_e8, larger);
    /* The later of the two is what was probably changed: an override, else the minimum. */
    const l1_place low_at = collector->symbol_keys[index][low_row];
    const l1_place high_at = collector->symbol_keys[index][high_row];
    const bool blame_high = high_at.source > low_at.source;
    (void)snprintf(path, sizeof path, "symbols.%s.%s",
                   collector->config->limits.symbols[index].name, blame_high ? high : low);
    return l1_collect_refuse(collector, L1_CONFIG_VALUE, blame_high ? high_at : low_at, path,
                             "%s %s is above %s %s: no signal could pass; lower the first or raise "
                             "the second",
                             low, smaller, high, larger);
}

static l1_result check_lot(const l1_collector *collector, uint32_t index)
{
    const l1_instrument *symbol = &collector->config->limits.symbols[index];
    char path[L1_KEY_PATH_MAX], value[L1_DECIMAL_TEXT_MAX], lot[L1_DECIMAL_TEXT_MAX];
    L1_ASSERT(symbol->lot_e8 > 0 && symbol->tick_e8 > 0);
    l1_decimal_format(symbol->lot_e8, lot);
    if (symbol->qty_min_e8 != L1_OFF && symbol->qty_min_e8 % symbol->lot_e8 != 0) {
        (void)snprintf(path, sizeof path, "symbols.%s.qty_min", symbol->name);
        l1_decimal_format(symbol->qty_min_e8, value);
        return l1_collect_refuse(
            collector, L1_CONFIG_VALUE, collector->symbol_keys[index][row_of("symbols.*.qty_min")],
            path, "%s is not a multiple of venue.lot %s; write a multiple", value, lot);
    }
    if (symbol->qty_max_e8 != L1_OFF && symbol->qty_max_e8 < symbol->lot_e8) {
        (void)snprintf(path, sizeof path, "symbols.%s.qty_max", symbol->name);
        l1_decimal_format(symbol->qty_max_e8, value);
        return l1_collect_refuse(
            collector, L1_CONFIG_VALUE, collector->symbol_keys[index][row_of("symbols.*.qty_max")],
            path, "%s is below venue.lot %s: no order could be sent; raise it", value, lot);
    }
    return L1_SUCCESS;
}

l1_result l1_collect_finish(l1_collector *collector)
{
    L1_TRY(check_names(collector));
    L1_TRY(check_written(collector));
    L1_TRY(fill_balances(collector));
    L1_TRY(fill_commission(collector));
    L1_TRY(check_mode(collector));
    L1_TRY(check_models(collector));
    for (uint32_t i = 0; i < collector->config->limits.symbols_count; i++) {
        L1_TRY(check_order(collector, i, "qty_min", "qty_max"));
        L1_TRY(check_order(collector, i, "notional_min", "notional_max"));
        L1_TRY(check_order(collector, i, "stop.distance_min", "stop.distance_max"));
        L1_TRY(check_lot(collector, i));
    }
    return L1_SUCCESS;
}
