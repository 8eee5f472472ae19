/* train/assessment_words.c: finding figures, and what they come to. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "train/assessment.h"

const l1_judged *l1_judgement_find(const l1_judgement *judgement, l1_head head, int32_t symbol,
                                   int score)
{
    for (size_t i = 0; i < judgement->count; i++) {
        const l1_judged *one = &judgement->judged[i];
        if (one->head == head && one->symbol == symbol && one->score == score) return one;
    }
    return NULL;
}

const l1_gate_use *l1_assessment_use(const l1_assessment *assessment, l1_signals signals,
                                     int32_t symbol, l1_gate_policy policy)
{
    for (size_t i = 0; i < assessment->uses_count; i++) {
        const l1_gate_use *one = &assessment->uses[i];
        if (one->signals == signals && one->symbol == symbol && one->policy == policy) return one;
    }
    return NULL;
}

int l1_assessment_column(const l1_assessment *assessment, l1_head head, l1_model model, int rank)
{
    const double *share = assessment->importance[head].share[model];
    L1_ASSERT(rank >= 0 && rank < L1_COLUMNS_COUNT);
    for (int column = 0; column < L1_COLUMNS_COUNT; column++) {
        int before = 0;
        for (int i = 0; i < L1_COLUMNS_COUNT; i++) {
            before += share[i] > share[column] || (share[i] == share[column] && i < column);
        }
        if (before == rank) return column;
    }
    L1_ASSERT(false);
    return 0;
}

const char *l1_score_text(int score)
{
    return score == L1_SCORE_ENSEMBLE ? "ensemble" : l1_model_text((l1_model)score);
}

l1_verdict l1_verdict_of(const l1_judged *judged)
{
    const l1_estimate *skill = &judged->metrics.brier_skill;
    if (skill->low > 0) {
        return skill->high < L1_SKILL_LITTLE ? L1_VERDICT_LITTLE : L1_VERDICT_BETTER;
    }
    return skill->high < 0 ? L1_VERDICT_WORSE : L1_VERDICT_SAME;
}

const char *l1_verdict_text(l1_verdict verdict)
{
    static const char *const texts[L1_VERDICT_COUNT] = {"worse than", "not shown to be better than",
                                                        "a little better than", "better than"};
    L1_ASSERT((int)verdict >= 0 && verdict < L1_VERDICT_COUNT);
    return texts[verdict];
}

const char *l1_reference_text(l1_head head)
{
    if (head == L1_HEAD_TREND) return "always saying the base rate";
    return head == L1_HEAD_DIRECTION ? "a coin" : "the closed form";
}

/* --- promises --- */

static const struct {
    const char *base;
    double accuracy, f1, auc;
} promised[] = {{"BTC", 0.66, 0.64, 0.72}, {"ETH", 0.65, 0.61, 0.70}};

const char *l1_promise_text(l1_promise_state state)
{
    static const char *const texts[] = {"met", "not met, within the interval", "refuted"};
    L1_ASSERT((int)state >= 0 && state <= L1_PROMISE_REFUTED);
    return texts[state];
}

l1_promise_state l1_promise_state_of(double promise, const l1_estimate *measured)
{
    if (measured->value >= promise) return L1_PROMISE_MET;
    return measured->high < promise ? L1_PROMISE_REFUTED : L1_PROMISE_OPEN;
}

static size_t promises_of(const l1_judged *one, size_t row, l1_promise out[3])
{
    const l1_metrics *of = &one->metrics;
    const double yes = of->base_rate;
    out[0] = (l1_promise){.figure = "accuracy",
                          .promised = promised[row].accuracy,
                          .measured = of->accuracy,
                          .reference = yes > 0.5 ? yes : 1 - yes};
    out[1] = (l1_promise){.figure = "F1",
                          .promised = promised[row].f1,
                          .measured = of->f1,
                          .reference = 2 * yes / (1 + yes)};
    out[2] = (l1_promise){.figure = "AUC",
                          .promised = promised[row].auc,
                          .measured = of->auc,
                          .reference = of->auc_baseline};
    for (int i = 0; i < 3; i++) {
        out[i].head = one->head;
        out[i].symbol = one->symbol;
        out[i].state = l1_promise_state_of(out[i].promised, &out[i].measured);
    }
    return 3;
}

size_t l1_assessment_promises(const l1_assessment *assessment, l1_promise out[L1_PROMISES_MAX])
{
    static const l1_head heads[] = {L1_HEAD_MOVEMENT, L1_HEAD_DIRECTION};
    const l1_limits *limits = assessment->dataset->limits;
    size_t count = 0;
    for (size_t k = 0; k < 2; k++) {
        for (size_t row = 0; row < 2; row++) {
            for (uint32_t i = 0; i < limits->symbols_count; i++) {
                const l1_judged *one =
                    l1_judgement_find(&assessment->all, heads[k], (int32_t)i, L1_SCORE_ENSEMBLE);
                if (one == NULL || strcmp(limits->symbols[i].base, promised[row].base) != 0)
                    continue;
                count += promises_of(one, row, &out[count]);
                break;
            }
        }
    }
    L1_ASSERT(count <= L1_PROMISES_MAX);
    return count;
}

const char *l1_day_text(int64_t minute, char out[L1_DAY_TEXT_SIZE])
{
    const time_t seconds = (time_t)(minute * 60);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL || strftime(out, L1_DAY_TEXT_SIZE, "%Y-%m-%d", &utc) == 0)
        out[0] = '\0';
    return out;
}
