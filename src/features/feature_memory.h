/* features/feature_memory.h: the inside of l1_feature_state, for features/ alone. */
#ifndef L1_FEATURES_FEATURE_MEMORY_H
#define L1_FEATURES_FEATURE_MEMORY_H

#include "features/feature_state.h"
#include "features/pair_sums.h"
#include "features/symbol_history.h"

typedef enum { L1_ASSET_OTHER, L1_ASSET_BTC, L1_ASSET_ETH } l1_asset_kind;

typedef struct {
    l1_asset_kind kind;
    int32_t peer; /* symbol, or -1 */
    l1_symbol_history history;
    l1_pair_sums pair; /* with its peer */
} l1_feature_symbol;

struct l1_feature_state {
    uint32_t symbols_count;
    l1_feature_symbol symbols[];
};

/* The vector of minute `minute`, of which everything is known. False when a value is no number
 * (after a load of damaged bytes only). */
bool l1_feature_vector_compute(const l1_feature_symbol *own, const l1_feature_symbol *peer,
                               int64_t minute, l1_feature_vector *out);

#endif
