/* venue/simulated/account.h: one asset's balance at the simulated venue.
 *
 * Conservation: a total changes only by trades, fees and adjustments; every change asserts it.
 * Units: e8. Determinism: pure integers. */
#ifndef L1_VENUE_SIMULATED_ACCOUNT_H
#define L1_VENUE_SIMULATED_ACCOUNT_H

#include "venue/simulated/state.h"

/* Starts with `total_e8` (>= 0), nothing locked. */
void l1_simulated_asset_init(l1_simulated_asset *asset, int64_t total_e8, int64_t foreign_e8);

int64_t l1_simulated_asset_free_e8(const l1_simulated_asset *asset);

/* amount_e8 >= 0 and covered (asserted): of free to lock, of locked to unlock. */
void l1_simulated_asset_lock(l1_simulated_asset *asset, int64_t amount_e8);
void l1_simulated_asset_unlock(l1_simulated_asset *asset, int64_t amount_e8);

/* One side of a trade: `locked_e8` of the amount come out of a lock, the rest is free. And the
 * other side: the sum must fit (asserted). */
void l1_simulated_asset_pay(l1_simulated_asset *asset, int64_t amount_e8, int64_t locked_e8);
void l1_simulated_asset_receive(l1_simulated_asset *asset, int64_t amount_e8);

/* Commission, out of what is free. */
void l1_simulated_asset_charge(l1_simulated_asset *asset, int64_t fee_e8);

/* To `total_e8`, by a deposit or withdrawal. False when locks would not be covered. */
L1_MUST_USE bool l1_simulated_asset_adjust(l1_simulated_asset *asset, int64_t total_e8,
                                           int64_t foreign_e8);

/* By `delta_e8`. What locks do not leave is owed, and taken from what becomes free. */
void l1_simulated_asset_move(l1_simulated_asset *asset, int64_t delta_e8, int64_t foreign_e8);

#endif
