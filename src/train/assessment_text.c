/* train/assessment_text.c: the tables on a terminal. */
#include "train/assessment_output.h"

#include "base/assert.h"

static const char *name_of(const l1_assessment *of, int32_t symbol)
{
    return symbol < 0 ? "all" : of->dataset->limits->symbols[symbol].name;
}

static void print_folds(const l1_assessment *of, FILE *out)
{
    char from[L1_DAY_TEXT_SIZE], to[L1_DAY_TEXT_SIZE], begin[L1_DAY_TEXT_SIZE];
    (void)fprintf(out, "anchored walk-forward, every fold trained from %s on\n",
                  l1_day_text(of->dataset->from_ms / 60000, begin));
    for (uint32_t i = 0; i < of->folds_count; i++) {
        (void)fprintf(out, "  fold %u: test [%s, %s); rows: %zu train, %zu validate, %zu test\n",
                      (unsigned)i + 1, l1_day_text(of->folds[i].test_from, from),
                      l1_day_text(of->folds[i].test_to, to), of->train_rows[i],
                      of->validation_rows[i], of->test_rows[i]);
    }
}

static void print_fold_figures(const l1_assessment *of, l1_head head, int32_t symbol, FILE *out)
{
    for (uint32_t i = 0; i < of->folds_count; i++) {
        const l1_judged *one = l1_judgement_find(&of->by_fold[i], head, symbol, L1_SCORE_ENSEMBLE);
        if (one == NULL) continue;
        const l1_metrics *m = &one->metrics;
        (void)fprintf(out,
                      "  %-9s %-9s %4u  %5zu %5.0f  %.3f | %.3f [%.3f,%.3f]  %.3f | %.3f %.3f  "
                      "%+6.2f [%+6.2f,%+6.2f]  %.3f\n",
                      l1_head_text(head), name_of(of, symbol), (unsigned)i + 1, m->count,
                      m->effective_n, m->base_rate, m->auc.value, m->auc.low, m->auc.high,
                      m->auc_baseline, m->accuracy.value, m->f1.value, 100 * m->brier_skill.value,
                      100 * m->brier_skill.low, 100 * m->brier_skill.high, m->ece);
    }
}

static void print_by_fold(const l1_assessment *of, FILE *out)
{
    (void)fputs("\nby fold, ensemble (formula: AUC of the closed form)\n"
                "  head      symbol    fold   rows eff.n   base | AUC   [90 %]       formula | acc "
                "  F1      skill % [90 %]         ECE\n",
                out);
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        for (uint32_t symbol = 0; symbol < of->dataset->limits->symbols_count; symbol++) {
            print_fold_figures(of, (l1_head)head, (int32_t)symbol, out);
        }
    }
}

static void print_importance(const l1_assessment *of, FILE *out)
{
    enum { SHOWN = 5 };
    (void)fputs("\nwhat the models look at (mean of the folds)\n", out);
    for (int head = 0; head < L1_HEAD_TREND; head++) {
        if ((of->heads >> head & 1) == 0) continue;
        for (int model = 0; model < L1_MODEL_COUNT; model++) {
            const l1_importance *shares = &of->importance[head];
            (void)fprintf(out, "  %-9s %-13s other asset %4.1f %%;", l1_head_text((l1_head)head),
                          l1_model_text((l1_model)model), 100 * shares->cross_asset[model]);
            for (int rank = 0; rank < SHOWN; rank++) {
                const int column = l1_assessment_column(of, (l1_head)head, (l1_model)model, rank);
                (void)fprintf(out, " %s %.1f %%", l1_features[column].name,
                              100 * shares->share[model][column]);
            }
            (void)fputc('\n', out);
        }
    }
}

static void print_uses(const l1_assessment *of, FILE *out)
{
    if (of->uses_count == 0) return;
    (void)fputs("\nthe gate's use: mean bps a trade after costs of 2, 10, 20 bps; more: before "
                "costs, against all signals\n"
                "  signals   symbol    gate                     trades share | stopped % [90 %]    "
                "|      2     10     20  [90 % of 10]    | more [90 %]\n",
                out);
    for (size_t i = 0; i < of->uses_count; i++) {
        const l1_gate_use *use = &of->uses[i];
        const l1_estimate mid = l1_gate_use_after(use, l1_costs_bps[1]);
        (void)fprintf(out, "  %-9s %-9s %-23s %7zu %5.2f | %4.1f [%4.1f,%4.1f]     |",
                      l1_signals_text(use->signals), name_of(of, use->symbol),
                      l1_gate_policy_text(use->policy), use->count, use->share,
                      100 * use->stopped.value, 100 * use->stopped.low, 100 * use->stopped.high);
        for (int k = 0; k < L1_COSTS_COUNT; k++) {
            (void)fprintf(out, " %+6.1f", l1_gate_use_after(use, l1_costs_bps[k]).value);
        }
        (void)fprintf(out, "  [%+6.1f,%+6.1f] | %+5.1f [%+5.1f,%+5.1f]\n", mid.low, mid.high,
                      use->more_bps.value, use->more_bps.low, use->more_bps.high);
    }
}

static void print_promises(const l1_assessment *of, FILE *out)
{
    l1_promise promises[L1_PROMISES_MAX];
    const size_t count = l1_assessment_promises(of, promises);
    if (count > 0) {
        (void)fputs("\nonce promised (accuracy and F1 at p = .5; for nothing: the commoner answer, "
                    "always yes, the closed form)\n",
                    out);
    }
    for (size_t i = 0; i < count; i++) {
        const l1_promise *one = &promises[i];
        (void)fprintf(out,
                      "  %-9s %-9s %-8s promised %.2f, measured %.3f [%.3f,%.3f], for nothing "
                      "%.3f: %s\n",
                      l1_head_text(one->head), name_of(of, one->symbol), one->figure, one->promised,
                      one->measured.value, one->measured.low, one->measured.high, one->reference,
                      l1_promise_text(one->state));
    }
}

void l1_assessment_print(const l1_assessment *assessment, FILE *out)
{
    print_folds(assessment, out);
    l1_evaluation_print(assessment->evaluation, out);
    print_by_fold(assessment, out);
    print_importance(assessment, out);
    print_uses(assessment, out);
    print_promises(assessment, out);
}
