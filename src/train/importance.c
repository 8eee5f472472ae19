/* train/importance.c: shares of gain and weight. */
#include "train/importance.h"

#include "base/assert.h"

bool l1_column_cross_asset(int column)
{
    L1_ASSERT(column >= 0 && column < L1_COLUMNS_COUNT);
    switch ((l1_feature_id)column) {
    case L1_FEATURE_RATIO_RETURN_15:
    case L1_FEATURE_RATIO_Z_1440:
    case L1_FEATURE_PEER_RETURN_1:
    case L1_FEATURE_PEER_RETURN_5:
    case L1_FEATURE_PEER_RETURN_15:
    case L1_FEATURE_PEER_RESIDUAL_15:
    case L1_FEATURE_RSI_DIVERGENCE_1H:
    case L1_FEATURE_PEER_TAKER_5:
    case L1_FEATURE_CORRELATION_240:
    case L1_FEATURE_BETA_240: return true;
    default: return false;
    }
}

void l1_importance_set(l1_importance *importance, l1_model model,
                       const double weights[L1_COLUMNS_COUNT])
{
    double sum = 0, crossed = 0;
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) sum += weights[i] < 0 ? -weights[i] : weights[i];
    for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
        const double size = weights[i] < 0 ? -weights[i] : weights[i];
        const double share = sum > 0 ? size / sum : 0;
        importance->share[model][i] = share;
        if (l1_column_cross_asset(i)) crossed += share;
    }
    importance->cross_asset[model] = crossed;
}
