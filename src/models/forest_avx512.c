/* models/forest_avx512.c: the paths that ask all questions of a tree at once.
 *
 * The ranks of a row fill two registers, or one when a byte holds each. A permutation fetches the
 * operands of a tree's 31 nodes (of two trees, of four small ones), one comparison answers them,
 * and all leaves are tested against the answers; no branch, five cache lines a tree, or three and
 * a half, or two. Chosen at run time; the bits are those of the portable path: ranks are whole
 * numbers, and leaves are added in the trees' order. */
#include <stdalign.h>
#include <string.h>

#include "base/assert.h"
#include "models/forest_state.h"

#ifdef __x86_64__
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,popcnt")))
#define BYTES __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,bmi,popcnt")))

bool forest_wide_runs(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
}

bool forest_bytes_run(void)
{
    return forest_wide_runs() && __builtin_cpu_supports("avx512vbmi");
}

/* How many of the 16 thresholds are below x. */
WIDE static inline uint32_t count_below(const double *block, __m512d x)
{
    const __mmask8 low = _mm512_cmp_pd_mask(_mm512_load_pd(block), x, _CMP_LT_OQ);
    const __mmask8 high = _mm512_cmp_pd_mask(_mm512_load_pd(block + 8), x, _CMP_LT_OQ);
    return (uint32_t)_mm_popcnt_u32(_mm512_kunpackb(high, low));
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

/* The ranks of all numerical slots; `levels` and `missing` are known when compiling. */
WIDE static inline void rank_slots(const l1_forest *forest, const forest_row *row, uint32_t levels,
                                   bool missing, uint16_t *ranks)
{
    for (uint32_t i = 0; i < forest->numerical_count; i++) {
        const forest_slot *const slot = &forest->slots[i];
        const __m512d x = _mm512_set1_pd(row->values[slot->column]);
        uint32_t rank = 0;
        for (uint32_t level = 0; level < levels; level++) {
            const double *const all = forest->thresholds + slot->level_at[level];
            rank = rank * FOREST_BLOCK + count_below(all + rank * FOREST_BLOCK, x);
        }
        if (missing && forest_is_missing(row, slot)) rank = FOREST_MISSING;
        ranks[i] = (uint16_t)rank;
    }
}

/* In a row without NaN nothing is missing, unless zero is. */
WIDE static void rank_row(const l1_forest *forest, const double *row, uint16_t *ranks)
{
    forest_row clean;
    clean_row(forest, row, &clean);
    const bool missing = clean.nan != 0 || (forest->zero_missing && clean.zero != 0);
    switch (forest->levels * 2 + missing) {
    case 2: rank_slots(forest, &clean, 1, false, ranks); break;
    case 3: rank_slots(forest, &clean, 1, true, ranks); break;
    case 4: rank_slots(forest, &clean, 2, false, ranks); break;
    case 5: rank_slots(forest, &clean, 2, true, ranks); break;
    case 6:
    case 7: rank_slots(forest, &clean, 3, true, ranks); break;
    default: rank_slots(forest, &clean, FOREST_LEVELS_MAX, true, ranks); break;
    }
    for (uint32_t i = forest->numerical_count; i < forest->slots_count; i++)
        ranks[i] = forest_category_side(&clean, &forest->slots[i], forest->words);
}

/* ---- words ------------------------------------------------------------------------------- */

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

/* ---- bytes ------------------------------------------------------------------------------- */

/* Which of 64 nodes go right. `left` is known when compiling. */
BYTES static inline __m512i answers(const uint8_t *slots, const uint8_t *ranks, __m512i row,
                                    bool left)
{
    const __m512i slot = _mm512_load_si512(slots), rank = _mm512_load_si512(ranks);
    const __m512i asked = _mm512_permutexvar_epi8(slot, row); /* looks at six bits of `slot` */
    __mmask64 right = _mm512_cmpgt_epu8_mask(asked, rank);
    if (left) {
        const __mmask64 may = _mm512_movepi8_mask(slot);
        right &= ~_mm512_mask_cmpeq_epi8_mask(may, asked, _mm512_set1_epi8(-1));
    }
    return _mm512_set1_epi64((long long)right);
}

BYTES static inline double pairs_sum(const l1_forest *forest, __m512i row, bool left)
{
    const __m512i second_words =
        _mm512_inserti64x4(_mm512_set1_epi16(0x0302), _mm256_set1_epi16(0x0706), 1);
    const forest_pair *pair = forest->pairs;
    const double *leaf = forest->byte_leaves, *const end = leaf + (size_t)forest->trees_count * 32;
    double sum = 0.0;
    for (; leaf < end; leaf += 64, pair++) {
        const __m512i right = answers(pair->slot[0], pair->rank[0], row, left);
        const __mmask16 low_0 = _mm512_testn_epi32_mask(_mm512_shuffle_epi32(right, _MM_PERM_AAAA),
                                                        _mm512_load_si512(pair->low[0]));
        const __mmask16 low_1 = _mm512_testn_epi32_mask(_mm512_shuffle_epi32(right, _MM_PERM_BBBB),
                                                        _mm512_load_si512(pair->low[1]));
        const uint32_t high = _mm512_testn_epi16_mask(_mm512_shuffle_epi8(right, second_words),
                                                      _mm512_load_si512(pair->high[0]));
        sum += leaf[_tzcnt_u32((uint32_t)low_0 | high << 16) & 31];
        sum += leaf[32 + (_tzcnt_u32((uint32_t)low_1 | (high & 0xffff0000)) & 31)];
    }
    return sum;
}

BYTES static inline double fours_sum(const l1_forest *forest, __m512i row, bool left)
{
    const __m512i words_01 =
        _mm512_inserti64x4(_mm512_set1_epi16(0x0100), _mm256_set1_epi16(0x0302), 1);
    const __m512i words_23 =
        _mm512_inserti64x4(_mm512_set1_epi16(0x0504), _mm256_set1_epi16(0x0706), 1);
    const forest_four *four = forest->fours;
    const double *leaf = forest->byte_leaves, *const end = leaf + (size_t)forest->trees_count * 16;
    double sum = 0.0;
    for (; leaf < end; leaf += 64, four++) {
        const __m512i right = answers(four->slot[0], four->rank[0], row, left);
        const uint32_t reached_01 = _mm512_testn_epi16_mask(_mm512_shuffle_epi8(right, words_01),
                                                            _mm512_load_si512(four->above[0]));
        const uint32_t reached_23 = _mm512_testn_epi16_mask(_mm512_shuffle_epi8(right, words_23),
                                                            _mm512_load_si512(four->above[2]));
        sum += leaf[_tzcnt_u32(reached_01) & 15];
        sum += leaf[16 + (_tzcnt_u32(reached_01 >> 16) & 15)];
        sum += leaf[32 + (_tzcnt_u32(reached_23) & 15)];
        sum += leaf[48 + (_tzcnt_u32(reached_23 >> 16) & 15)];
    }
    return sum;
}

BYTES double forest_bytes_sum(const l1_forest *forest, const double *row)
{
    alignas(64) uint16_t ranks[FOREST_WIDE_SLOTS];
    L1_ASSERT(forest->bytes_usable && forest->slots_count <= FOREST_WIDE_SLOTS);
    L1_ASSERT((forest->pairs == NULL) != (forest->fours == NULL));
    memset(ranks, 0, sizeof ranks);
    rank_row(forest, row, ranks);
    const __m256i low = _mm512_cvtusepi16_epi8(_mm512_load_si512(ranks)); /* MISSING stays so */
    const __m256i high = _mm512_cvtusepi16_epi8(_mm512_load_si512(ranks + 32));
    const __m512i bytes = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    if (forest->pairs != NULL) {
        return forest->wide_missing_left ? pairs_sum(forest, bytes, true)
                                         : pairs_sum(forest, bytes, false);
    }
    return forest->wide_missing_left ? fours_sum(forest, bytes, true)
                                     : fours_sum(forest, bytes, false);
}

#else

bool forest_wide_runs(void)
{
    return false;
}

bool forest_bytes_run(void)
{
    return false;
}

double forest_wide_sum(const l1_forest *forest, const double *row)
{
    L1_ASSERT(forest->wide_usable); /* never here */
    return row[0];
}

double forest_bytes_sum(const l1_forest *forest, const double *row)
{
    L1_ASSERT(forest->bytes_usable); /* never here */
    return row[0];
}

#endif
