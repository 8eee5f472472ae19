/* risk/account.c: balances, own fills on top of a snapshot, and what they are worth. */
#include "risk/account.h"

#include <string.h>

#include "base/assert.h"
#include "risk/held.h"

/* Saturates: a hostile snapshot may hold numbers whose sum leaves int64. Never L1_OFF. */
static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return a > 0 ? INT64_MAX : -INT64_MAX;
    return sum < -INT64_MAX ? -INT64_MAX : sum;
}

void l1_account_init(l1_account *account, const l1_limits *limits)
{
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    memset(account, 0, sizeof *account);
    account->correlation_e8 = L1_OFF;
    if (limits->mode == L1_MODE_LIVE) return; /* the venue's account is unknown until it is told */
    for (uint32_t asset = 0; asset <= limits->symbols_count; asset++) {
        L1_ASSERT(limits->paper_balance_e8[asset] >= 0);
        account->total_e8[asset] = limits->paper_balance_e8[asset];
    }
}

static const l1_balance_change *change_at(const l1_account *account, uint64_t number)
{
    L1_ASSERT(number < account->changes_count);
    L1_ASSERT(account->changes_count - number <= L1_FILLS_KEPT);
    return &account->changes[number % L1_FILLS_KEPT];
}

/* False when a forgotten change may lie after `ts_ns`. */
static bool changes_since(const l1_account *account, int64_t ts_ns, uint64_t *first)
{
    const uint64_t count = account->changes_count;
    const uint64_t oldest = count > L1_FILLS_KEPT ? count - L1_FILLS_KEPT : 0;
    uint64_t number = count;
    while (number > oldest && change_at(account, number - 1)->at_ns > ts_ns) number--;
    L1_ASSERT(number <= count);
    if (oldest > 0 && number == oldest) return false;
    *first = number;
    return true;
}

/* Balances as the snapshot and the own fills after it make them. */
static void totals_of(const l1_account *account, const l1_portfolio *portfolio, uint64_t first,
                      int64_t total_e8[L1_ASSETS_MAX])
{
    L1_ASSERT(first <= account->changes_count);
    for (uint32_t asset = 0; asset < L1_ASSETS_MAX; asset++) {
        total_e8[asset] = add(portfolio->free_e8[asset], portfolio->locked_e8[asset]);
    }
    for (uint64_t number = first; number < account->changes_count; number++) {
        const l1_balance_change *change = change_at(account, number);
        L1_ASSERT(change->asset >= 0 && change->asset < L1_ASSETS_MAX);
        total_e8[change->asset] = add(total_e8[change->asset], change->delta_e8);
    }
}

l1_snapshot_verdict l1_account_on_snapshot(l1_account *account, const l1_portfolio *portfolio,
                                           int64_t now_ns, bool refuse_uncovered, int32_t *asset)
{
    if (account->has_snapshot && portfolio->ts_ns <= account->snapshot_ts_ns) {
        return L1_SNAPSHOT_LATE;
    }
    uint64_t first = 0;
    if (!changes_since(account, portfolio->ts_ns, &first)) return L1_SNAPSHOT_TOO_OLD;
    int64_t total_e8[L1_ASSETS_MAX];
    totals_of(account, portfolio, first, total_e8);

    int64_t foreign_e8[L1_ASSETS_MAX];
    for (int32_t i = 0; i < L1_ASSETS_MAX; i++) {
        const int64_t own = account->own_locked_e8[i];
        L1_ASSERT(own >= 0);
        foreign_e8[i] = portfolio->locked_e8[i] > own ? portfolio->locked_e8[i] - own : 0;
        if (refuse_uncovered && add(total_e8[i], -foreign_e8[i]) < own) {
            if (asset != NULL) *asset = i;
            return L1_SNAPSHOT_UNCOVERED;
        }
    }
    memcpy(account->total_e8, total_e8, sizeof total_e8);
    memcpy(account->foreign_locked_e8, foreign_e8, sizeof foreign_e8);
    account->has_snapshot = true;
    account->snapshot_ts_ns = portfolio->ts_ns;
    account->snapshot_since_ns = portfolio->ts_ns < now_ns ? portfolio->ts_ns : now_ns;
    account->equity_e8 = portfolio->equity_e8;
    account->correlation_e8 = portfolio->correlation_e8;
    return L1_SNAPSHOT_TAKEN;
}

void l1_account_change(l1_account *account, int32_t asset, int64_t delta_e8, int64_t at_ns)
{
    L1_ASSERT(asset >= 0 && asset < L1_ASSETS_MAX);
    L1_ASSERT(account->changes_count == 0 ||
              change_at(account, account->changes_count - 1)->at_ns <= at_ns);
    account->total_e8[asset] = add(account->total_e8[asset], delta_e8);
    account->changes[account->changes_count % L1_FILLS_KEPT] =
        (l1_balance_change){.at_ns = at_ns, .asset = asset, .delta_e8 = delta_e8};
    account->changes_count++;
}

int64_t l1_account_free_e8(const l1_account *account, int32_t asset)
{
    L1_ASSERT(asset >= 0 && asset < L1_ASSETS_MAX);
    const int64_t locked = add(account->own_locked_e8[asset], account->foreign_locked_e8[asset]);
    L1_ASSERT(locked >= 0);
    L1_ASSERT(account->planned_quote_e8 >= 0);
    int64_t free_e8 = add(account->total_e8[asset], -locked);
    if (asset == 0) free_e8 = add(free_e8, -account->planned_quote_e8);
    return free_e8 > 0 ? free_e8 : 0;
}

int64_t l1_account_sellable_e8(const l1_account *account, int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && symbol < L1_SYMBOLS_MAX);
    L1_ASSERT(account->stop_locked_e8[symbol] >= 0);
    L1_ASSERT(account->planned_sell_e8[symbol] >= 0);
    const int64_t there_e8 =
        add(l1_account_free_e8(account, symbol + 1), account->stop_locked_e8[symbol]);
    const int64_t left_e8 = add(there_e8, -account->planned_sell_e8[symbol]);
    return left_e8 > 0 ? left_e8 : 0;
}

bool l1_account_equity(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                       int64_t now_ns, int64_t *equity_e8)
{
    if (account->has_snapshot) {
        *equity_e8 = account->equity_e8;
        return account->equity_e8 != L1_OFF;
    }
    if (limits->mode == L1_MODE_LIVE) return false;
    l1_i128 worth = (l1_i128)account->total_e8[0] * L1_E8;
    for (uint64_t held = l1_held(&account->total_e8[1], limits->symbols_count); held != 0;) {
        const uint32_t i = l1_held_take(&held);
        const int64_t base = account->total_e8[i + 1];
        const int64_t mid = l1_market_mid_e8(&markets[i], now_ns, limits->market_age_ns);
        if (mid <= 0) return false;
        if (__builtin_add_overflow(worth, (l1_i128)base * mid, &worth)) return false;
    }
    const l1_i128 e8 = worth / L1_E8;
    if (e8 > INT64_MAX || e8 < -INT64_MAX) return false;
    L1_ASSERT(e8 != L1_OFF);
    *equity_e8 = (int64_t)e8;
    return true;
}

bool l1_account_fresh(const l1_account *account, const l1_limits *limits, int64_t now_ns)
{
    if (!account->has_snapshot || limits->portfolio_age_ns == L1_OFF) return true;
    L1_ASSERT(limits->portfolio_age_ns >= 0);
    return (l1_i128)now_ns - account->snapshot_since_ns <= limits->portfolio_age_ns;
}

static void archive_changes(l1_archive *archive, l1_account *account, uint32_t symbols_count)
{
    l1_archive_u64(archive, &account->changes_count);
    const uint64_t count = account->changes_count;
    const uint64_t kept = count < L1_FILLS_KEPT ? count : L1_FILLS_KEPT;
    L1_ASSERT(kept <= count);
    for (uint64_t number = count - kept; number < count; number++) {
        l1_balance_change *change = &account->changes[number % L1_FILLS_KEPT];
        uint32_t asset = (uint32_t)change->asset;
        l1_archive_i64(archive, &change->at_ns);
        l1_archive_count(archive, &asset, symbols_count);
        l1_archive_i64(archive, &change->delta_e8);
        change->asset = (int32_t)asset;
    }
}

void l1_account_archive(l1_archive *archive, l1_account *account, uint32_t symbols_count)
{
    L1_ASSERT(symbols_count <= L1_SYMBOLS_MAX);
    if (archive->mode == L1_ARCHIVE_LOAD) memset(account, 0, sizeof *account);
    l1_archive_bool(archive, &account->has_snapshot);
    l1_archive_i64(archive, &account->snapshot_ts_ns);
    l1_archive_i64(archive, &account->snapshot_since_ns);
    l1_archive_i64(archive, &account->equity_e8);
    l1_archive_i64(archive, &account->correlation_e8);
    for (uint32_t asset = 0; asset <= symbols_count; asset++) {
        l1_archive_i64(archive, &account->total_e8[asset]);
        l1_archive_i64(archive, &account->foreign_locked_e8[asset]);
        l1_archive_i64(archive, &account->own_locked_e8[asset]);
    }
    for (uint32_t symbol = 0; symbol < symbols_count; symbol++) {
        l1_archive_i64(archive, &account->stop_locked_e8[symbol]);
        l1_archive_i64(archive, &account->open_buy_e8[symbol]);
        l1_archive_u32(archive, &account->stops_open[symbol]);
        l1_archive_i64(archive, &account->planned_sell_e8[symbol]);
    }
    l1_archive_i64(archive, &account->planned_quote_e8);
    archive_changes(archive, account, symbols_count);
}
