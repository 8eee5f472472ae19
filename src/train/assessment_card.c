/* train/assessment_card.c: MODEL_CARD.md. */
#include "train/assessment_output.h"

static const char *name_of(const l1_assessment *of, int32_t symbol)
{
    return symbol < 0 ? "all" : of->dataset->limits->symbols[symbol].name;
}

static void put_protocol(const l1_assessment *of, const char *command, FILE *out)
{
    char from[L1_DAY_TEXT_SIZE], to[L1_DAY_TEXT_SIZE];
    const l1_dataset *data = of->dataset;
    const l1_fold *first = &of->folds[0], *last = &of->folds[of->folds_count - 1];
    (void)fprintf(out, "# Model card\n\nWritten by `%s`. Change the data, not this file.\n\n",
                  command);
    (void)fprintf(out, "## Data and protocol\n\n- Klines of one minute, [%s, %s):",
                  l1_day_text(data->from_ms / 60000, from), l1_day_text(data->to_ms / 60000, to));
    for (uint32_t i = 0; i < data->limits->symbols_count; i++) {
        if (data->bars[i] == 0) continue;
        (void)fprintf(out, " %llu of %s;", (unsigned long long)data->bars[i],
                      data->limits->symbols[i].name);
    }
    (void)fprintf(out,
                  " %llu minutes missing. A row every %d minutes: %zu rows.\n"
                  "- Tested on [%s, %s) in %u folds, one a calendar quarter. The models of a fold "
                  "learned from all days before its last %d, which calibrated and weighed them and "
                  "set their thresholds. Rows whose outcome reaches over a border are left out. No "
                  "shuffling, no refit. The figures are those of such models, not of one that has "
                  "seen the test days.\n"
                  "- Seed %llu, %u thread(s). Each score is that of the engine's own code.\n",
                  (unsigned long long)data->missing, L1_ROW_MINUTES, data->count,
                  l1_day_text(first->test_from, from), l1_day_text(last->test_to, to),
                  (unsigned)of->folds_count, L1_VALIDATION_DAYS, (unsigned long long)of->seed,
                  (unsigned)of->threads);
    (void)fputs(
        "- Brackets: 90 % intervals of a bootstrap that draws whole days. Rows overlap; *worth* is "
        "how many independent rows would tell as much, *null SE* the scatter of an AUC about .5 "
        "when scores say nothing.\n"
        "- *Closed form*: a formula without a model, from volatility, time of day and the stop's "
        "distance, calibrated on the same validation days. *Brier skill* is over it (direction: "
        "over a coin; trend: over the base rate) and is the claim; an AUC alone is none.\n"
        "- Accuracy and F1 at p = .5; then at the thresholds that validation had set. Of survival, "
        "\"yes\" at those is: the signal passes.\n",
        out);
}

/* --- figures --- */

static void put_row(const l1_judged *one, FILE *out)
{
    const l1_metrics *m = &one->metrics;
    const l1_decisions *f1 = &one->at[L1_THRESHOLD_F1];
    const l1_decisions *operating = &one->at[L1_THRESHOLD_OPERATING];
    char formula[16] = "itself";
    if (one->rows.baseline != NULL) {
        (void)snprintf(formula, sizeof formula, "%.3f", m->auc_baseline);
    }
    (void)fprintf(out,
                  "| %s | %.3f [%.3f, %.3f] | %s | %+.1f %% [%+.1f, %+.1f] | %.3f [%.3f, %.3f] | "
                  "%.3f [%.3f, %.3f] | %.4f [%.4f, %.4f] | %.4f [%.4f, %.4f] | %.3f | %.3f, %.3f | "
                  "%.3f, %.3f, %.0f %% |\n",
                  l1_score_text(one->score), m->auc.value, m->auc.low, m->auc.high, formula,
                  100 * m->brier_skill.value, 100 * m->brier_skill.low, 100 * m->brier_skill.high,
                  m->accuracy.value, m->accuracy.low, m->accuracy.high, m->f1.value, m->f1.low,
                  m->f1.high, m->log_loss.value, m->log_loss.low, m->log_loss.high, m->brier.value,
                  m->brier.low, m->brier.high, m->ece, f1->accuracy, f1->f1, operating->accuracy,
                  operating->f1, 100 * operating->pass_rate);
}

static void put_folds(const l1_assessment *of, l1_head head, int32_t symbol, FILE *out)
{
    char from[L1_DAY_TEXT_SIZE];
    (void)fputs("\nBy fold (ensemble; the closed form's AUC behind the stroke):", out);
    for (uint32_t i = 0; i < of->folds_count; i++) {
        const l1_judged *one = l1_judgement_find(&of->by_fold[i], head, symbol, L1_SCORE_ENSEMBLE);
        if (one == NULL) continue;
        const l1_metrics *m = &one->metrics;
        (void)fprintf(out, "%s from %s %.3f [%.3f, %.3f]", i > 0 ? ";" : "",
                      l1_day_text(of->folds[i].test_from, from), m->auc.value, m->auc.low,
                      m->auc.high);
        if (one->rows.baseline != NULL) (void)fprintf(out, " / %.3f", m->auc_baseline);
        (void)fprintf(out, ", skill %+.1f %%", 100 * m->brier_skill.value);
    }
    (void)fputs(".\n", out);
}

static void put_symbol(const l1_assessment *of, l1_head head, int32_t symbol, FILE *out)
{
    const l1_judged *ensemble = l1_judgement_find(&of->all, head, symbol, L1_SCORE_ENSEMBLE);
    if (ensemble == NULL) return;
    const l1_metrics *m = &ensemble->metrics;
    (void)fprintf(out,
                  "\n### %s, %s\n\nThe ensemble is %s %s. %zu rows, worth %.0f; base rate %.3f; "
                  "null SE %.4f.\n\n"
                  "| score | AUC | closed form | Brier skill | accuracy | F1 | log loss | Brier | "
                  "ECE | F1 threshold: acc, F1 | operating: acc, F1, passes |\n"
                  "|---|---|---|---|---|---|---|---|---|---|---|\n",
                  l1_evaluation_event(head), name_of(of, symbol),
                  l1_verdict_text(l1_verdict_of(ensemble)), l1_reference_text(head), m->count,
                  m->effective_n, m->base_rate, m->auc_null_se);
    for (int score = 0; score < L1_SCORES_COUNT; score++) {
        const l1_judged *one = l1_judgement_find(&of->all, head, symbol, score);
        if (one != NULL) put_row(one, out);
    }
    put_folds(of, head, symbol, out);
}

static void put_importance(const l1_assessment *of, FILE *out)
{
    enum { SHOWN = 6 };
    (void)fputs(
        "\n## What the models look at\n\nShare of the trees' gain, or of the weights; mean "
        "of the folds.\n\n| head | model | other asset | most important |\n|---|---|---|---|"
        "\n",
        out);
    for (int head = 0; head < L1_HEAD_TREND; head++) {
        if ((of->heads >> head & 1) == 0) continue;
        for (int model = 0; model < L1_MODEL_COUNT; model++) {
            const l1_importance *shares = &of->importance[head];
            (void)fprintf(out, "| %s | %s | %.1f %% |", l1_head_text((l1_head)head),
                          l1_model_text((l1_model)model), 100 * shares->cross_asset[model]);
            for (int rank = 0; rank < SHOWN; rank++) {
                const int column = l1_assessment_column(of, (l1_head)head, (l1_model)model, rank);
                (void)fprintf(out, "%s %s %.1f %%", rank > 0 ? "," : "", l1_features[column].name,
                              100 * shares->share[model][column]);
            }
            (void)fputs(" |\n", out);
        }
    }
}

static void put_gate(const l1_assessment *of, FILE *out)
{
    if (of->uses_count == 0) return;
    (void)fprintf(
        out,
        "\n## What the gate is worth\n\nEach signal is held for 240 minutes or to its "
        "stop. *random*: random side, stop of 1 to 4 ATR. *ema_cross*: EMA60 has crossed "
        "EMA240 within 25 minutes, stop of 3 ATR, buys and sells. *operating* vetoes the "
        "worst %.0f %%, *half* the worse half, as quantiles of the validation days. Bps "
        "a trade after costs of 2, 10 and 20 bps; *more* is against all signals, before "
        "costs: if its interval holds zero, the gate was not shown to earn anything.\n\n"
        "| signals | symbol | gate | trades | share | stopped %% | at 2 | at 10 | at 20 | "
        "more |\n|---|---|---|---|---|---|---|---|---|---|\n",
        100 * of->veto_share);
    for (size_t i = 0; i < of->uses_count; i++) {
        const l1_gate_use *use = &of->uses[i];
        (void)fprintf(out, "| %s | %s | %s | %zu | %.2f | %.1f [%.1f, %.1f] |",
                      l1_signals_text(use->signals), name_of(of, use->symbol),
                      l1_gate_policy_text(use->policy), use->count, use->share,
                      100 * use->stopped.value, 100 * use->stopped.low, 100 * use->stopped.high);
        for (int k = 0; k < L1_COSTS_COUNT; k++) {
            const l1_estimate after = l1_gate_use_after(use, l1_costs_bps[k]);
            (void)fprintf(out, " %+.1f [%+.1f, %+.1f] |", after.value, after.low, after.high);
        }
        (void)fprintf(out, " %+.1f [%+.1f, %+.1f] |\n", use->more_bps.value, use->more_bps.low,
                      use->more_bps.high);
    }
}

/* --- words --- */

static void put_promises(const l1_assessment *of, FILE *out)
{
    l1_promise promises[L1_PROMISES_MAX];
    const size_t count = l1_assessment_promises(of, promises);
    if (count == 0) return;
    (void)fputs("\n## What was once promised\n\nUsers were promised these figures for direction. "
                "*Met*: reached. *Refuted*: the interval ends below. *For nothing*: the commoner "
                "answer (accuracy), always yes (F1), the closed form (AUC).\n\n"
                "| head | symbol | figure | promised | measured | for nothing | |\n"
                "|---|---|---|---|---|---|---|\n",
                out);
    for (size_t i = 0; i < count; i++) {
        const l1_promise *one = &promises[i];
        (void)fprintf(out, "| %s | %s | %s | %.2f | %.3f [%.3f, %.3f] | %.3f | %s |\n",
                      l1_head_text(one->head), name_of(of, one->symbol), one->figure, one->promised,
                      one->measured.value, one->measured.low, one->measured.high, one->reference,
                      l1_promise_text(one->state));
    }
}

static void put_limits(FILE *out)
{
    (void)fputs(
        "\n## What the models do not do\n\n"
        "- They do not say which way the price goes. The direction head runs in shadow and blocks "
        "nothing unless the operator says so; see its figures above.\n"
        "- They do not make a losing strategy win. The gate vetoes signals whose stop is likely to "
        "be hit; whether that earned anything stands in the gate's table.\n"
        "- Most of what survival and movement know, the closed form knows too: how far the stop "
        "is, how wild the market is, what time it is. The skill is what the models add.\n"
        "- Survival was trained on stops of 1 to 4 ATR and 240 minutes. A stop outside is judged "
        "as the nearest inside, and the report says so. It knows nothing of what happens later.\n"
        "- Outcomes are of one-minute bars of one venue: fills at the next open and at the stop's "
        "own price. Slippage, latency, books and news are not in them.\n"
        "- The F1 thresholds hardly veto: with a base rate of one half, always yes has an F1 of "
        ".667. The engine acts on the operating ones.\n"
        "- Markets change. Judge drift with `l1 train --evaluate-on`, and train anew.\n",
        out);
}

void l1_assessment_card(const l1_assessment *assessment, const char *command, FILE *out)
{
    put_protocol(assessment, command, out);
    put_promises(assessment, out);
    (void)fputs("\n## Figures\n", out);
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        for (uint32_t symbol = 0; symbol < assessment->dataset->limits->symbols_count; symbol++) {
            put_symbol(assessment, (l1_head)head, (int32_t)symbol, out);
        }
    }
    put_importance(assessment, out);
    put_gate(assessment, out);
    put_limits(out);
}
