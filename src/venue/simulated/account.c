/* venue/simulated/account.c: locks and totals, with conservation asserted at every change. */
#include "venue/simulated/account.h"

#include "base/assert.h"

static void check(const l1_simulated_asset *asset)
{
    L1_ASSERT(asset->locked_e8 >= 0);
    L1_ASSERT(asset->foreign_e8 >= 0);
    L1_ASSERT(asset->owed_e8 >= 0);
    L1_ASSERT(asset->foreign_e8 <= asset->total_e8);
    L1_ASSERT(asset->locked_e8 <= asset->total_e8 - asset->foreign_e8);
    L1_ASSERT((uint64_t)asset->total_e8 == asset->deposited_e8 + asset->traded_e8 - asset->fees_e8);
}

/* What is free pays what is owed. */
static void settle(l1_simulated_asset *asset)
{
    if (asset->owed_e8 == 0) return;
    const int64_t free_e8 = asset->total_e8 - asset->foreign_e8 - asset->locked_e8;
    const int64_t paid_e8 = free_e8 < asset->owed_e8 ? free_e8 : asset->owed_e8;
    L1_ASSERT(paid_e8 >= 0);
    asset->owed_e8 -= paid_e8;
    asset->total_e8 -= paid_e8;
    asset->deposited_e8 -= (uint64_t)paid_e8;
}

void l1_simulated_asset_init(l1_simulated_asset *asset, int64_t total_e8, int64_t foreign_e8)
{
    *asset = (l1_simulated_asset){
        .total_e8 = total_e8, .foreign_e8 = foreign_e8, .deposited_e8 = (uint64_t)total_e8};
    check(asset);
}

int64_t l1_simulated_asset_free_e8(const l1_simulated_asset *asset)
{
    const int64_t free_e8 = asset->total_e8 - asset->foreign_e8 - asset->locked_e8;
    L1_ASSERT(free_e8 >= 0);
    return free_e8;
}

void l1_simulated_asset_lock(l1_simulated_asset *asset, int64_t amount_e8)
{
    L1_ASSERT(amount_e8 >= 0);
    L1_ASSERT(amount_e8 <= l1_simulated_asset_free_e8(asset));
    asset->locked_e8 += amount_e8;
    check(asset);
}

void l1_simulated_asset_unlock(l1_simulated_asset *asset, int64_t amount_e8)
{
    L1_ASSERT(amount_e8 >= 0);
    L1_ASSERT(amount_e8 <= asset->locked_e8);
    asset->locked_e8 -= amount_e8;
    settle(asset);
    check(asset);
}

void l1_simulated_asset_pay(l1_simulated_asset *asset, int64_t amount_e8, int64_t locked_e8)
{
    L1_ASSERT(amount_e8 >= 0);
    L1_ASSERT(locked_e8 >= 0 && locked_e8 <= amount_e8 && locked_e8 <= asset->locked_e8);
    L1_ASSERT(amount_e8 - locked_e8 <= l1_simulated_asset_free_e8(asset));
    asset->locked_e8 -= locked_e8;
    asset->total_e8 -= amount_e8;
    asset->traded_e8 -= (uint64_t)amount_e8;
    check(asset);
}

void l1_simulated_asset_receive(l1_simulated_asset *asset, int64_t amount_e8)
{
    L1_ASSERT(amount_e8 >= 0);
    L1_ASSERT(amount_e8 <= INT64_MAX - asset->total_e8);
    asset->total_e8 += amount_e8;
    asset->traded_e8 += (uint64_t)amount_e8;
    check(asset);
}

void l1_simulated_asset_charge(l1_simulated_asset *asset, int64_t fee_e8)
{
    L1_ASSERT(fee_e8 >= 0);
    L1_ASSERT(fee_e8 <= l1_simulated_asset_free_e8(asset));
    asset->total_e8 -= fee_e8;
    asset->fees_e8 += (uint64_t)fee_e8;
    settle(asset);
    check(asset);
}

bool l1_simulated_asset_adjust(l1_simulated_asset *asset, int64_t total_e8, int64_t foreign_e8)
{
    if (total_e8 < 0 || foreign_e8 < 0 || foreign_e8 > total_e8) return false;
    if (asset->locked_e8 > total_e8 - foreign_e8) return false;
    asset->deposited_e8 += (uint64_t)total_e8 - (uint64_t)asset->total_e8;
    asset->total_e8 = total_e8;
    asset->foreign_e8 = foreign_e8;
    asset->owed_e8 = 0;
    check(asset);
    return true;
}

void l1_simulated_asset_move(l1_simulated_asset *asset, int64_t delta_e8, int64_t foreign_e8)
{
    L1_ASSERT(foreign_e8 >= 0);
    L1_ASSERT(delta_e8 > INT64_MIN);
    const l1_i128 wanted = (l1_i128)asset->total_e8 - asset->owed_e8 + delta_e8;
    const l1_i128 high = wanted > INT64_MAX ? INT64_MAX : wanted;
    const int64_t total_e8 = high < asset->locked_e8 ? asset->locked_e8 : (int64_t)high;
    const l1_i128 owed = (l1_i128)total_e8 - high;
    const int64_t room_e8 = total_e8 - asset->locked_e8;
    asset->owed_e8 = owed > INT64_MAX ? INT64_MAX : (int64_t)owed;
    asset->deposited_e8 += (uint64_t)total_e8 - (uint64_t)asset->total_e8;
    asset->total_e8 = total_e8;
    asset->foreign_e8 = foreign_e8 < room_e8 ? foreign_e8 : room_e8;
    check(asset);
}
