/* risk/exposure.c: values of what is held and on order, exact, alone and correlated. */
#include "risk/exposure.h"

#include <string.h>

#include "base/assert.h"

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

bool l1_exposure_total_e16(const l1_account *account, const l1_limits *limits,
                           const l1_market *markets, int64_t now_ns, l1_i128 *value_e16)
{
    L1_ASSERT(limits->symbols_count <= L1_SYMBOLS_MAX);
    *value_e16 = 0;
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        l1_i128 value;
        if (account->total_e8[i + 1] == 0 && account->open_buy_e8[i] == 0) continue;
        if (!l1_exposure_value_e16(account, limits, markets, (int32_t)i, now_ns, &value)) {
            return false;
        }
        if (__builtin_add_overflow(*value_e16, value, value_e16)) return false;
    }
    return true;
}

/* e16 to e8, rounded up. */
static bool rounded_up(l1_i128 e16, int64_t *e8)
{
    L1_ASSERT(e16 >= 0);
    const l1_i128 up = e16 / L1_E8 + (e16 % L1_E8 != 0);
    if (up > INT64_MAX) return false;
    *e8 = (int64_t)up;
    return true;
}

bool l1_exposure_value(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                       int32_t symbol, int64_t now_ns, int64_t *value_e8)
{
    l1_i128 e16;
    L1_ASSERT(value_e8 != NULL);
    if (!l1_exposure_value_e16(account, limits, markets, symbol, now_ns, &e16)) return false;
    return rounded_up(e16, value_e8);
}

bool l1_exposure_total(const l1_account *account, const l1_limits *limits, const l1_market *markets,
                       int64_t now_ns, int64_t *value_e8)
{
    l1_i128 e16;
    L1_ASSERT(value_e8 != NULL);
    if (!l1_exposure_total_e16(account, limits, markets, now_ns, &e16)) return false;
    return rounded_up(e16, value_e8);
}

static bool is_base(const l1_limits *limits, uint32_t symbol, const char *base)
{
    L1_ASSERT(symbol < limits->symbols_count);
    return strcmp(limits->symbols[symbol].base, base) == 0;
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

bool l1_exposure_effective(const l1_account *account, const l1_limits *limits,
                           const l1_market *markets, int64_t now_ns, int32_t symbol,
                           int64_t extra_e8, int64_t rho_e8, int64_t equity_e8, l1_ratio *out)
{
    int64_t sum = 0, btc = 0, eth = 0;
    L1_ASSERT(equity_e8 > 0);
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const bool ordered = (int32_t)i == symbol;
        int64_t value;
        if (!ordered && account->total_e8[i + 1] == 0 && account->open_buy_e8[i] == 0) continue;
        if (!l1_exposure_value(account, limits, markets, (int32_t)i, now_ns, &value)) return false;
        if (ordered && __builtin_add_overflow(value, extra_e8, &value)) return false;
        if (value < 0) value = 0;
        if (value > value_max - sum) return false;
        sum += value;
        if (is_base(limits, i, "BTC")) btc += value;
        if (is_base(limits, i, "ETH")) eth += value;
    }
    L1_ASSERT(sum >= 0 && sum <= value_max);
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

bool l1_exposure_only_btc_eth(const l1_account *account, const l1_limits *limits, int32_t symbol)
{
    L1_ASSERT(symbol >= 0 && (uint32_t)symbol < limits->symbols_count);
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        const bool ordered = (int32_t)i == symbol;
        if (!ordered && account->total_e8[i + 1] <= 0 && account->open_buy_e8[i] == 0) continue;
        if (!is_base(limits, i, "BTC") && !is_base(limits, i, "ETH")) return false;
    }
    return true;
}
