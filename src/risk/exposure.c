/* risk/exposure.c: values of what is held and on order, exact, alone and correlated. */
#include "risk/exposure.h"

#include <string.h>

#include "base/assert.h"
#include "risk/held.h"

/* Roots are taken of sums below this, so that every product of the formula fits 128 bits. */
static const int64_t value_max = INT64_C(1) << 62;

bool l1_exposure_base_e8(const l1_account *account, int32_t symbol, int64_t *base_e8)
{
    L1_ASSERT(symbol >= 0 && symbol < L1_SYMBOLS_MAX);
    L1_ASSERT(account->open_buy_e8[symbol] >= 0);
    const int64_t held = account->total_e8[symbol + 1];
    return !__builtin_add_overflow(held > 0 ? held : 0, account->open_buy_e8[symbol], base_e8);
}

bool l1_exposure_value_e16(const l1_account *account, const l1_limits *limits,
                           const l1_market *markets, int32_t symbol, int64_t now_ns,
                           l1_i128 *value_e16)
{
    int64_t base;
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < limits->symbols_count);
    if (!l1_exposure_base_e8(account, symbol, &base)) return false;
    *value_e16 = 0;
    if (base == 0) return true;
    const int64_t mid = l1_market_mid_e8(&markets[symbol], now_ns, limits->market_age_ns);
    L1_ASSERT(mid >= 0);
    *value_e16 = (l1_i128)base * mid;
    return mid > 0;
}

bool l1_exposure_value(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                       int32_t symbol, int64_t now_ns, int64_t *value_e8)
{
    int64_t base;
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < limits->symbols_count);
    if (!l1_exposure_base_e8(account, symbol, &base)) return false;
    *value_e8 = 0;
    if (base == 0) return true;
    const int64_t mid = l1_market_mid_e8(&markets[symbol], now_ns, limits->market_age_ns);
    L1_ASSERT(mid >= 0);
    return mid > 0 && l1_mul_div(base, mid, L1_E8, L1_ROUND_UP, value_e8);
}

static bool is_base(const l1_limits *limits, uint32_t symbol, const char *base)
{
    L1_ASSERT(symbol < limits->symbols_count);
    return strcmp(limits->symbols[symbol].base, base) == 0;
}

bool l1_exposure_is_btc_or_eth(const l1_limits *limits, int32_t symbol)
{
    L1_ASSERT(symbol >= 0);
    return is_base(limits, (uint32_t)symbol, "BTC") || is_base(limits, (uint32_t)symbol, "ETH");
}

/* Adds one asset; false when its value is not known or the sums do not fit. */
static bool add_asset(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                      uint32_t symbol, int64_t now_ns, l1_exposures *out)
{
    int64_t base, value;
    L1_ASSERT(symbol < limits->symbols_count);
    const bool is_btc = is_base(limits, symbol, "BTC");
    const bool is_eth = is_base(limits, symbol, "ETH");
    if (!is_btc && !is_eth) out->only_btc_eth = false;
    if (!l1_exposure_base_e8(account, (int32_t)symbol, &base)) return false;
    if (base == 0) return true;
    const int64_t mid = l1_market_mid_e8(&markets[symbol], now_ns, limits->market_age_ns);
    if (mid <= 0 || !l1_mul_div(base, mid, L1_E8, L1_ROUND_UP, &value)) return false;
    if (value > value_max - out->sum_e8) return false;
    out->sum_e8 += value;
    out->total_e16 += (l1_i128)base * mid; /* below 2^62 x 10^8 */
    if (is_btc) out->btc_e8 += value;
    if (is_eth) out->eth_e8 += value;
    return true;
}

void l1_exposures_of(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                     int64_t now_ns, l1_exposures *out)
{
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    *out = (l1_exposures){.known = true, .only_btc_eth = true};
    uint64_t held = l1_held(&account->total_e8[1], limits->symbols_count) |
                    l1_held(account->open_buy_e8, limits->symbols_count);
    while (held != 0) {
        const uint32_t i = l1_held_take(&held);
        if (!add_asset(account, limits, markets, i, now_ns, out)) out->known = false;
    }
    L1_ASSERT(out->sum_e8 >= 0 && out->sum_e8 <= value_max);
}

/* sqrt(sum^2 - 2 btc eth (1 - rho)): the double sum with every other pair's rho 1. */
static int64_t correlated(int64_t sum, int64_t btc, int64_t eth, int64_t rho_e8)
{
    L1_ASSERT(btc >= 0 && eth >= 0 && btc <= sum - eth);
    L1_ASSERT(rho_e8 >= -L1_E8 && rho_e8 <= L1_E8);
    const l1_i128 pair = (l1_i128)btc * eth;
    const int64_t apart = 2 * (L1_E8 - rho_e8);
    if (pair == 0 || apart == 0) return sum;
    const l1_i128 relief = pair / L1_E8 * apart + pair % L1_E8 * apart / L1_E8;
    return l1_sqrt_i128((l1_i128)sum * sum - relief);
}

bool l1_exposure_effective(const l1_exposures *exposures, const l1_limits *limits, int32_t symbol,
                           int64_t value_e8, int64_t extra_e8, int64_t rho_e8, int64_t equity_e8,
                           l1_ratio *out)
{
    L1_ASSERT(equity_e8 > 0);
    L1_ASSERT(exposures->known);
    L1_ASSERT(value_e8 >= 0 && value_e8 <= exposures->sum_e8);
    if (extra_e8 < -value_e8) extra_e8 = -value_e8;
    if (extra_e8 > value_max - exposures->sum_e8) return false;
    const int64_t sum = exposures->sum_e8 + extra_e8;
    int64_t btc = exposures->btc_e8, eth = exposures->eth_e8;
    if (extra_e8 != 0 && is_base(limits, (uint32_t)symbol, "BTC")) btc += extra_e8;
    if (extra_e8 != 0 && is_base(limits, (uint32_t)symbol, "ETH")) eth += extra_e8;
    return l1_mul_div(correlated(sum, btc, eth, rho_e8), L1_E8, equity_e8, L1_ROUND_NEAREST,
                      &out->e8);
}

static int64_t rho_of(int64_t e8)
{
    return e8 < -L1_E8 || e8 > L1_E8 ? L1_E8 : e8;
}

int64_t l1_correlation_e8(const l1_account *account, const l1_limits *limits, int64_t signal_e8,
                          int64_t now_ns)
{
    const bool snapshot = account->has_snapshot && account->correlation_e8 != L1_OFF &&
                          l1_account_fresh(account, limits, now_ns);
    if (!snapshot && signal_e8 == L1_OFF) return L1_E8;
    const int64_t first = signal_e8 == L1_OFF ? -L1_E8 : rho_of(signal_e8);
    const int64_t second = snapshot ? rho_of(account->correlation_e8) : -L1_E8;
    const int64_t rho = first > second ? first : second;
    L1_ASSERT(rho >= -L1_E8 && rho <= L1_E8);
    return rho;
}
