/* features/feature_state.c: the histories of all symbols, and who is whose peer. */
#include "features/feature_state.h"

#include <string.h>

#include "base/assert.h"
#include "features/feature_memory.h"
#include "features/finite.h"

_Static_assert(L1_BURN_IN_MINUTES + L1_READINGS_BACK < L1_LONG_MINUTES,
               "whoever is burnt in has every minute that a window looks at");
_Static_assert(L1_DAY_MINUTES + L1_READINGS_BACK < L1_SHORT_MINUTES, "short windows too");

/* ---- symbols and peers ------------------------------------------------------------------- */

static l1_asset_kind kind_of(const l1_instrument *instrument)
{
    if (strcmp(instrument->base, "BTC") == 0) return L1_ASSET_BTC;
    return strcmp(instrument->base, "ETH") == 0 ? L1_ASSET_ETH : L1_ASSET_OTHER;
}

static int32_t symbol_of_kind(const l1_feature_state *state, l1_asset_kind kind)
{
    for (uint32_t i = 0; i < state->symbols_count; i++) {
        if (state->symbols[i].kind == kind) return (int32_t)i;
    }
    return -1;
}

static size_t bytes_for(const l1_limits *limits)
{
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    return sizeof(l1_feature_state) + limits->symbols_count * sizeof(l1_feature_symbol);
}

size_t l1_feature_state_cost(const l1_limits *limits)
{
    return l1_arena_cost(bytes_for(limits));
}

l1_feature_state *l1_feature_state_new(l1_arena *arena, const l1_limits *limits)
{
    l1_feature_state *const state = l1_arena_take(arena, bytes_for(limits));
    state->symbols_count = limits->symbols_count;
    for (uint32_t i = 0; i < state->symbols_count; i++) {
        state->symbols[i].kind = kind_of(&limits->symbols[i]);
        l1_symbol_history_init(&state->symbols[i].history);
    }
    for (uint32_t i = 0; i < state->symbols_count; i++) {
        const bool btc = state->symbols[i].kind == L1_ASSET_BTC;
        state->symbols[i].peer = symbol_of_kind(state, btc ? L1_ASSET_ETH : L1_ASSET_BTC);
        L1_ASSERT(state->symbols[i].peer != (int32_t)i);
    }
    return state;
}

static l1_feature_symbol *at(l1_feature_state *state, int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < state->symbols_count);
    return &state->symbols[symbol];
}

static const l1_feature_symbol *seen_at(const l1_feature_state *state, int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < state->symbols_count);
    return &state->symbols[symbol];
}

static void catch_up(l1_feature_state *state, l1_feature_symbol *own)
{
    if (own->peer < 0) return;
    l1_pair_sums_catch_up(&own->pair, &own->history.sums, &at(state, own->peer)->history.sums);
}

void l1_feature_state_on_bar(l1_feature_state *state, const l1_bar *bar)
{
    l1_feature_symbol *const own = at(state, bar->symbol);
    l1_symbol_history_on_bar(&own->history, bar);
    catch_up(state, own);
    if (own->kind == L1_ASSET_OTHER) return; /* nobody's peer */
    for (uint32_t i = 0; i < state->symbols_count; i++) {
        if (state->symbols[i].peer == bar->symbol) catch_up(state, &state->symbols[i]);
    }
}

/* ---- vectors ----------------------------------------------------------------------------- */

static int64_t minutes_until(const l1_symbol_history *history, int64_t minute)
{
    return minute - l1_minute_sums_start(&history->sums) + 1;
}

static bool quiet(const l1_symbol_history *history, int64_t minute)
{
    return minute - l1_readings_at(history, minute)->thin_minute >= L1_QUIET_MINUTES;
}

l1_features_status l1_feature_vector_at(const l1_feature_state *state, int32_t symbol,
                                        l1_feature_vector *out)
{
    const l1_feature_symbol *const own = seen_at(state, symbol);
    if (own->peer < 0) return L1_FEATURES_NO_PEER;
    const l1_feature_symbol *const peer = seen_at(state, own->peer);
    const int64_t mine = own->history.sums.newest, other = peer->history.sums.newest;
    const int64_t minute = mine < other ? mine : other;
    if (own->history.sums.count == 0 || peer->history.sums.count == 0 ||
        minutes_until(&own->history, minute) < L1_BURN_IN_MINUTES ||
        minutes_until(&peer->history, minute) < L1_BURN_IN_MINUTES) {
        return L1_FEATURES_BURN_IN;
    }
    if (mine - minute > L1_READINGS_BACK || other - minute > L1_READINGS_BACK) {
        return L1_FEATURES_APART;
    }
    if (!quiet(&own->history, minute) || !quiet(&peer->history, minute)) return L1_FEATURES_QUIET;
    L1_ASSERT(own->pair.newest == minute);
    if (!l1_feature_vector_compute(own, peer, minute, out)) return L1_FEATURES_UNSET;
    return L1_FEATURES_READY;
}

const char *l1_features_status_text(l1_features_status status)
{
    switch (status) {
    case L1_FEATURES_UNSET: return "features have no value";
    case L1_FEATURES_NO_PEER:
        return "the other asset is not configured: BTC needs ETH, every other symbol BTC";
    case L1_FEATURES_BURN_IN:
        return "less than 8 days of bars without a gap of over 120 minutes, here or of the other "
               "asset; send history";
    case L1_FEATURES_APART: return "bars are over 120 minutes apart from those of the other asset";
    case L1_FEATURES_QUIET:
        return "a missing bar or one without volume in the last 300 minutes, here or of the other "
               "asset";
    case L1_FEATURES_READY: return "features are ready";
    }
    return "no such status";
}

/* ---- profiles ---------------------------------------------------------------------------- */

void l1_feature_profile(const l1_feature_state *state, int32_t symbol, l1_profile *out)
{
    *out = seen_at(state, symbol)->history.profile;
}

void l1_feature_profile_take(l1_feature_state *state, int32_t symbol, const l1_profile *profile,
                             bool first)
{
    l1_symbol_history_take_profile(&at(state, symbol)->history, profile, first);
}

const l1_volume_profile *l1_feature_volume(const l1_feature_state *state, int32_t symbol)
{
    return &seen_at(state, symbol)->history.volume;
}

/* ---- archive ----------------------------------------------------------------------------- */

/* Sums of pairs follow from the symbols. */
static void renew_pairs(l1_feature_state *state)
{
    for (uint32_t i = 0; i < state->symbols_count; i++) {
        state->symbols[i].pair.newest = 0;
        catch_up(state, &state->symbols[i]);
    }
}

void l1_feature_state_archive(l1_archive *archive, l1_feature_state *state)
{
    uint32_t count = state->symbols_count;
    l1_archive_count(archive, &count, L1_SYMBOLS_MAX);
    if (count != state->symbols_count) {
        L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
        l1_archive_refuse(archive);
    }
    for (uint32_t i = 0; i < state->symbols_count; i++) {
        l1_symbol_history_archive(archive, &state->symbols[i].history);
    }
    if (archive->mode == L1_ARCHIVE_LOAD) renew_pairs(state);
}

void l1_feature_state_adopt(l1_feature_state *state, const l1_feature_state *old,
                            const int32_t from[L1_SYMBOLS_MAX])
{
    L1_ASSERT(state != old);
    for (uint32_t i = 0; i < state->symbols_count; i++) {
        if (from[i] < 0) continue;
        state->symbols[i].history = seen_at(old, from[i])->history;
    }
    renew_pairs(state);
}
