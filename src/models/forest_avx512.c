/* models/forest_avx512.c: the path that asks all questions of a tree at once.
 *
 * The ranks of a row fill two registers. For each tree one permutation fetches the operands of
 * its 31 nodes, one comparison answers them, and all leaves are tested against the 31 answers; no
 * branch, five cache lines. Chosen at run time; the bits are those of the
 * portable path: ranks are whole numbers, and leaves are added in the trees' order. */
#include <stdalign.h>
#include <string.h>

#include "base/assert.h"
#include "models/forest_state.h"

#ifdef __x86_64__
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,popcnt")))

bool forest_wide_runs(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
}

/* How many of the 16 thresholds are below x. */
WIDE static inline uint32_t count_below(const double *block, __m512d x)
{
    const __mmask8 low = _mm512_cmp_pd_mask(_mm512_load_pd(block), x, _CMP_LT_OQ);
    const __mmask8 high = _mm512_cmp_pd_mask(_mm512_load_pd(block + 8), x, _CMP_LT_OQ);
    return (uint32_t)_mm_popcnt_u32((uint32_t)low | (uint32_t)high << 8);
}

WIDE static void clean_row(const l1_forest *forest, const double *row, forest_row *out)
{
    const __m512d zero = _mm512_set1_pd(FOREST_ZERO), minus_zero = _mm512_set1_pd(-FOREST_ZERO);
    out->nan = out->zero = 0;
    for (uint32_t i = 0; i < forest->columns; i += 8) {
        const uint32_t left = forest->columns - i;
        const __mmask8 there = (__mmask8)(left >= 8 ? 0xff : (1U << left) - 1);
        const __m512d x = _mm512_maskz_loadu_pd(there, row + i);
        const __mmask8 nan = _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q);
        const __mmask8 far =
            _mm512_cmp_pd_mask(x, zero, _CMP_GT_OQ) | _mm512_cmp_pd_mask(x, minus_zero, _CMP_LT_OQ);
        _mm512_storeu_pd(out->values + i, _mm512_maskz_mov_pd(far, x));
        out->nan |= (uint64_t)nan << i;
        out->zero |= (uint64_t)(uint8_t)~far << i;
    }
}

/* The ranks of all numerical slots; `levels` is known when compiling. */
WIDE static inline void rank_slots(const l1_forest *forest, const forest_row *row, uint32_t levels,
                                   uint16_t *ranks)
{
    for (uint32_t i = 0; i < forest->numerical_count; i++) {
        const forest_slot *const slot = &forest->slots[i];
        const __m512d x = _mm512_set1_pd(row->values[slot->column]);
        uint32_t rank = 0;
        for (uint32_t level = 0; level < levels; level++) {
            const double *const all = forest->thresholds + slot->level_at[level];
            rank = rank * FOREST_BLOCK + count_below(all + rank * FOREST_BLOCK, x);
        }
        const uint32_t missing = forest_is_missing(row, slot) ? FOREST_MISSING : 0;
        ranks[i] = (uint16_t)(rank | missing);
    }
}

WIDE static void rank_row(const l1_forest *forest, const double *row, uint16_t *ranks)
{
    forest_row clean;
    clean_row(forest, row, &clean);
    switch (forest->levels) {
    case 1: rank_slots(forest, &clean, 1, ranks); break;
    case 2: rank_slots(forest, &clean, 2, ranks); break;
    case 3: rank_slots(forest, &clean, 3, ranks); break;
    default: rank_slots(forest, &clean, FOREST_LEVELS_MAX, ranks); break;
    }
    for (uint32_t i = forest->numerical_count; i < forest->slots_count; i++)
        ranks[i] = forest_category_side(&clean, &forest->slots[i], forest->words);
}

/* The leaf's value. `left` is known when compiling. */
WIDE static inline double tree_value(const forest_wide_tree *tree, __m512i low, __m512i high,
                                     bool left)
{
    const __m512i slot = _mm512_load_si512(tree->slot), rank = _mm512_load_si512(tree->rank);
    const __m512i asked = _mm512_permutex2var_epi16(low, slot, high);
    __mmask32 goes_right = _mm512_cmpgt_epu16_mask(asked, rank);
    if (left) { /* MISSING is the only rank that is negative */
        const __mmask32 may = _mm512_movepi16_mask(slot);
        goes_right &= ~_mm512_mask_cmple_epi16_mask(may, asked, rank);
    }
    const __m512i right = _mm512_set1_epi32((int)goes_right);
    const __mmask16 first = _mm512_testn_epi32_mask(right, _mm512_load_si512(tree->above));
    const __mmask16 second = _mm512_testn_epi32_mask(right, _mm512_load_si512(tree->above + 16));
    return tree->leaf[_tzcnt_u32((uint32_t)first | (uint32_t)second << 16) & 31];
}

WIDE double forest_wide_sum(const l1_forest *forest, const double *row)
{
    alignas(64) uint16_t ranks[FOREST_WIDE_SLOTS];
    L1_ASSERT(forest->wide != NULL && forest->wide_usable);
    L1_ASSERT(forest->slots_count <= FOREST_WIDE_SLOTS);
    memset(ranks, 0, sizeof ranks);
    rank_row(forest, row, ranks);
    const __m512i low = _mm512_load_si512(ranks), high = _mm512_load_si512(ranks + 32);
    const forest_wide_tree *tree = forest->wide, *const end = tree + forest->trees_count;
    double sum = 0.0;
    if (forest->wide_missing_left) {
        for (; tree < end; tree++) sum += tree_value(tree, low, high, true);
    } else {
        for (; tree < end; tree++) sum += tree_value(tree, low, high, false);
    }
    return sum;
}

#else

bool forest_wide_runs(void)
{
    return false;
}

double forest_wide_sum(const l1_forest *forest, const double *row)
{
    L1_ASSERT(forest->wide_usable); /* never here */
    return row[0];
}

#endif
