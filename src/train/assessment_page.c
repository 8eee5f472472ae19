/* train/assessment_page.c: the figures as one HTML page: tables, plots and what they mean. */
#include "base/assert.h"
#include "page/plot.h"
#include "train/assessment_output.h"

#define ROC_POINTS 121
#define BARS 12

static const char head_of_page[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n<title>L1: how good the models are</title>\n<style>\n"
    ":root{--ground:#fff;--box:#f5f6f8;--ink:#1b1f24;--faint:#5d6672;--rule:#d9dde3;"
    "--ensemble:#0b62d6;--formula:#b35900;--third:#6b7480;--good:#11703b;--bad:#b3261e}\n"
    "@media(prefers-color-scheme:dark){:root{--ground:#12151a;--box:#1b2027;--ink:#e7eaee;"
    "--faint:#9aa5b1;--rule:#343b45;--ensemble:#6cb0ff;--formula:#ffae5c;--third:#8d97a3;"
    "--good:#5fd38d;--bad:#ff8a80}}\n"
    "*{box-sizing:border-box}\nbody{margin:0 auto;max-width:1100px;padding:16px;"
    "background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere}\n"
    "h1{font-size:1.5rem;line-height:1.25}h2{margin-top:2.2rem;border-top:1px solid "
    "var(--rule);padding-top:1rem}h3{margin-bottom:.3rem}\n"
    ".faint,figcaption,.legend{color:var(--faint);font-size:.88rem}\n"
    ".wide{overflow-x:auto;margin:.6rem 0;overflow-wrap:normal}\n"
    "table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.28rem .6rem .28rem 0;text-align:right;border-bottom:1px solid var(--rule);"
    "white-space:nowrap}th:first-child,td:first-child{text-align:left}th{color:var(--faint);"
    "font-weight:500}\n"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));"
    "gap:12px;align-items:start}figure{margin:0;padding:10px;"
    "background:var(--box);border-radius:8px;"
    "min-width:0}svg{display:block;width:100%;max-width:480px;height:auto}\n"
    "svg text{font-size:11px;fill:var(--faint)}.grid{stroke:var(--rule)}.axis{stroke:"
    "var(--faint)}.reference{stroke:var(--faint);stroke-dasharray:4 4}\n"
    "polyline{fill:none;stroke:currentColor;stroke-width:2}circle,rect{fill:currentColor}"
    ".whisker{stroke:currentColor;stroke-width:2;opacity:.55}\n"
    ".ensemble{color:var(--ensemble)}.formula{color:var(--formula)}.third{color:var(--third)}\n"
    ".legend{margin:.2rem 0 0}.legend span{margin-right:.9em}.legend span::before{content:"
    "\"\\25cf  \"}\n"
    ".good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}\n"
    ".say{background:var(--box);border-left:4px solid var(--ensemble);padding:.6rem .9rem;"
    "margin:.5rem 0;border-radius:4px}code{overflow-wrap:anywhere}\n"
    "</style>\n</head>\n<body>\n";

static const char *name_of(const l1_assessment *of, int32_t symbol)
{
    return symbol < 0 ? "all" : of->dataset->limits->symbols[symbol].name;
}

/* The trend is a formula itself. */
static void cell_formula(const l1_judged *one, FILE *out)
{
    if (one->rows.baseline == NULL) {
        (void)fputs("<td>itself</td>", out);
    } else {
        (void)fprintf(out, "<td>%.3f</td>", one->metrics.auc_baseline);
    }
}

static void cell(const l1_estimate *of, double scale, int digits, FILE *out)
{
    (void)fprintf(out, "<td>%.*f <span class=\"faint\">[%.*f, %.*f]</span></td>", digits,
                  scale * of->value, digits, scale * of->low, digits, scale * of->high);
}

/* --- in short --- */

static void put_verdict(const l1_assessment *of, const l1_judged *one, FILE *out)
{
    static const char *const styles[L1_VERDICT_COUNT] = {"bad", "", "", "good"};
    const l1_verdict verdict = l1_verdict_of(one);
    const l1_metrics *m = &one->metrics;
    const bool has_form = one->rows.baseline != NULL && one->head != L1_HEAD_DIRECTION;
    (void)fputs("<p class=\"say\"><b>", out);
    l1_plot_text(name_of(of, one->symbol), out);
    (void)fputs(", ", out);
    l1_plot_text(l1_evaluation_event(one->head), out);
    (void)fprintf(out,
                  "</b>: <span class=\"%s\">%s</span> %s. "
                  "AUC %.3f [%.3f, %.3f] beside %.3f of %s; "
                  "Brier skill %+.1f %% [%+.1f, %+.1f].</p>\n",
                  styles[verdict], l1_verdict_text(verdict), l1_reference_text(one->head),
                  m->auc.value, m->auc.low, m->auc.high, m->auc_baseline,
                  has_form ? "the closed form" : "a coin", 100 * m->brier_skill.value,
                  100 * m->brier_skill.low, 100 * m->brier_skill.high);
}

static void put_short(const l1_assessment *of, const char *command, FILE *out)
{
    char from[L1_DAY_TEXT_SIZE], to[L1_DAY_TEXT_SIZE], begin[L1_DAY_TEXT_SIZE];
    const l1_fold *first = &of->folds[0], *last = &of->folds[of->folds_count - 1];
    (void)fprintf(out,
                  "<h1>How good the models are</h1>\n<p>Tested on %s to %s, %u quarters or parts "
                  "of them. Each was forecast by models that had learned from %s on and had seen "
                  "nothing of it. Numbers in brackets are 90 %% intervals: days drawn again and "
                  "again, as whole days.</p>\n<h2>In short</h2>\n",
                  l1_day_text(first->test_from, from), l1_day_text(last->test_to, to),
                  (unsigned)of->folds_count, l1_day_text(of->dataset->from_ms / 60000, begin));
    for (size_t i = 0; i < of->all.count; i++) {
        if (of->all.judged[i].score != L1_SCORE_ENSEMBLE) continue;
        put_verdict(of, &of->all.judged[i], out);
    }
    (void)fputs("<p class=\"faint\">Made by <code>", out);
    l1_plot_text(command, out);
    (void)fputs("</code></p>\n", out);
}

static void put_promises(const l1_assessment *of, FILE *out)
{
    l1_promise promises[L1_PROMISES_MAX];
    const size_t count = l1_assessment_promises(of, promises);
    if (count == 0) return;
    (void)fputs(
        "<h2 id=\"promises\">What was once promised</h2>\n<p>These figures were promised for "
        "direction. Each line says whether movement and direction reach them: met, refuted (the "
        "interval ends below), or neither. <i>For nothing</i> is what needs no model: the commoner "
        "answer (accuracy), always yes (F1), the closed form (AUC).</p>\n"
        "<div class=\"wide\"><table><tr><th>head"
        "</th><th>symbol</th><th>figure</th><th>promised</th><th>measured</th><th>for nothing</th>"
        "<th></th></tr>\n",
        out);
    for (size_t i = 0; i < count; i++) {
        const l1_promise *one = &promises[i];
        (void)fprintf(out, "<tr><td>%s</td><td>", l1_head_text(one->head));
        l1_plot_text(name_of(of, one->symbol), out);
        (void)fprintf(out, "</td><td>%s</td><td>%.2f</td>", one->figure, one->promised);
        cell(&one->measured, 1, 3, out);
        (void)fprintf(out, "<td>%.3f</td><td class=\"%s\">%s</td></tr>\n", one->reference,
                      one->state == L1_PROMISE_MET ? "good" : "bad", l1_promise_text(one->state));
    }
    (void)fputs("</table></div>\n", out);
}

/* --- one head and symbol --- */

static void put_table(const l1_assessment *of, l1_head head, int32_t symbol, FILE *out)
{
    (void)fputs("<div class=\"wide\"><table><tr><th>score</th><th>AUC</th><th>closed form</th>"
                "<th>Brier skill %</th><th>accuracy</th><th>F1</th><th>log loss</th><th>Brier</th>"
                "<th>ECE</th><th>F1 threshold: acc, F1</th><th>operating: acc, F1, passes</th>"
                "</tr>\n",
                out);
    for (int score = 0; score < L1_SCORES_COUNT; score++) {
        const l1_judged *one = l1_judgement_find(&of->all, head, symbol, score);
        if (one == NULL) continue;
        const l1_metrics *m = &one->metrics;
        const l1_decisions *f1 = &one->at[L1_THRESHOLD_F1];
        const l1_decisions *operating = &one->at[L1_THRESHOLD_OPERATING];
        (void)fprintf(out, "<tr><td>%s</td>", l1_score_text(score));
        cell(&m->auc, 1, 3, out);
        cell_formula(one, out);
        cell(&m->brier_skill, 100, 1, out);
        cell(&m->accuracy, 1, 3, out);
        cell(&m->f1, 1, 3, out);
        cell(&m->log_loss, 1, 4, out);
        cell(&m->brier, 1, 4, out);
        (void)fprintf(out, "<td>%.3f</td><td>%.3f, %.3f</td><td>%.3f, %.3f, %.0f %%</td></tr>\n",
                      m->ece, f1->accuracy, f1->f1, operating->accuracy, operating->f1,
                      100 * operating->pass_rate);
    }
    (void)fputs("</table></div>\n", out);
}

static size_t roc_points(const l1_roc_point *from, size_t count, l1_plot_point *to)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = (l1_plot_point){.x = from[i].false_rate, .y = from[i].true_rate};
    }
    return count;
}

static l1_result put_roc(const l1_judged *one, FILE *out, l1_diag *diag)
{
    l1_roc_point curve[ROC_POINTS];
    l1_plot_point ensemble[ROC_POINTS], formula[ROC_POINTS];
    size_t count = 0, formula_count = 0;
    L1_TRY(l1_metrics_roc(&one->rows, curve, ROC_POINTS, &count, diag));
    count = roc_points(curve, count, ensemble);
    if (one->rows.closed_form != NULL) {
        l1_scored rows = one->rows;
        rows.log_odds = rows.closed_form;
        L1_TRY(l1_metrics_roc(&rows, curve, ROC_POINTS, &formula_count, diag));
        formula_count = roc_points(curve, formula_count, formula);
    }
    const bool is_formula = one->rows.closed_form == NULL;
    const l1_plot_series series[] = {
        {is_formula ? "the formula" : "ensemble", "ensemble", ensemble, count, true, false},
        {is_formula ? NULL : "closed form", "formula", formula, formula_count, true, false},
    };
    const l1_plot plot = {.title = "ROC: events found against false alarms",
                          .x_name = "false alarms, share of what was none",
                          .y_name = "found, share of events",
                          .x_high = 1,
                          .y_high = 1,
                          .diagonal = true,
                          .series = series,
                          .count = 2};
    l1_plot_write(&plot, out);
    return L1_SUCCESS;
}

static void put_reliability(const l1_judged *one, FILE *out)
{
    l1_plot_point points[L1_RELIABILITY_BINS];
    size_t count = 0;
    for (int i = 0; i < L1_RELIABILITY_BINS; i++) {
        const l1_reliability *bin = &one->metrics.reliability[i];
        if (bin->count == 0) continue;
        points[count++] = (l1_plot_point){.x = bin->mean_p, .y = bin->mean_label};
    }
    const l1_plot_series series[] = {{one->rows.baseline == NULL ? "the formula" : "ensemble",
                                      "ensemble", points, count, true, true}};
    const l1_plot plot = {.title = "Reliability: does 70 % happen 70 % of the time?",
                          .x_name = "probability that was said",
                          .y_name = "how often it happened",
                          .x_high = 1,
                          .y_high = 1,
                          .diagonal = true,
                          .series = series,
                          .count = 1};
    l1_plot_write(&plot, out);
}

static void put_reliability_table(const l1_judged *one, FILE *out)
{
    (void)fputs("<details><summary>The reliability plot as a table</summary>\n", out);
    (void)fputs("<div class=\"wide\"><table><tr><th>said</th><th>happened</th><th>rows</th></tr>",
                out);
    for (int i = 0; i < L1_RELIABILITY_BINS; i++) {
        const l1_reliability *bin = &one->metrics.reliability[i];
        if (bin->count == 0) continue;
        (void)fprintf(out, "<tr><td>%.3f</td><td>%.3f</td><td>%zu</td></tr>", bin->mean_p,
                      bin->mean_label, bin->count);
    }
    (void)fputs("</table></div></details>\n", out);
}

/* [low, high] that holds every point and its whisker, with some air. */
static void fit_range(const l1_plot_point *points, size_t count, double *low, double *high)
{
    for (size_t i = 0; i < count; i++) {
        const l1_plot_point *at = &points[i];
        const double bottom = at->low < at->high ? at->low : at->y;
        const double top = at->low < at->high ? at->high : at->y;
        if (bottom < *low) *low = bottom;
        if (top > *high) *high = top;
    }
}

static void plot_folds(l1_plot *plot, const l1_plot_point *points, const l1_plot_point *others,
                       size_t count, FILE *out)
{
    static const char *const numbers[] = {"1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",
                                          "9",  "10", "11", "12", "13", "14", "15", "16",
                                          "17", "18", "19", "20", "21", "22", "23", "24"};
    const l1_plot_series series[] = {{"ensemble", "ensemble", points, count, false, true},
                                     {"closed form", "formula", others, count, false, true}};
    fit_range(points, count, &plot->y_low, &plot->y_high);
    if (others != NULL) fit_range(others, count, &plot->y_low, &plot->y_high);
    const double air = 0.08 * (plot->y_high - plot->y_low);
    plot->y_low -= air;
    plot->y_high += air;
    plot->x_low = -0.5;
    plot->x_high = (double)count - 0.5;
    plot->x_name = "fold";
    plot->x_labels = numbers;
    plot->x_labels_count = count;
    plot->series = series;
    plot->count = others != NULL ? 2 : 1;
    L1_ASSERT(count <= sizeof numbers / sizeof numbers[0]);
    l1_plot_write(plot, out);
}

static void put_folds(const l1_assessment *of, l1_head head, int32_t symbol, FILE *out)
{
    enum { SHOWN = 24 };
    l1_plot_point auc[SHOWN], formula[SHOWN], skill[SHOWN];
    size_t count = 0;
    for (uint32_t i = 0; i < of->folds_count && count < SHOWN; i++) {
        const l1_judged *one = l1_judgement_find(&of->by_fold[i], head, symbol, L1_SCORE_ENSEMBLE);
        if (one == NULL) continue;
        const l1_metrics *m = &one->metrics;
        const double x = (double)count;
        auc[count] = (l1_plot_point){x - 0.1, m->auc.value, m->auc.low, m->auc.high};
        formula[count] = (l1_plot_point){x + 0.1, m->auc_baseline, 0, 0};
        skill[count++] = (l1_plot_point){x, 100 * m->brier_skill.value, 100 * m->brier_skill.low,
                                         100 * m->brier_skill.high};
    }
    l1_plot of_auc = {.title = "AUC of each fold, with interval; dashed: a coin",
                      .y_name = "AUC",
                      .y_low = 0.5,
                      .y_high = 0.5,
                      .level = true,
                      .level_y = 0.5};
    l1_plot of_skill = {.title = "Brier skill of each fold; dashed: no better than the reference",
                        .y_name = "skill in %",
                        .level = true};
    plot_folds(&of_auc, auc, head == L1_HEAD_TREND ? NULL : formula, count, out);
    plot_folds(&of_skill, skill, NULL, count, out);
}

static void put_fold_table(const l1_assessment *of, l1_head head, int32_t symbol, FILE *out)
{
    char from[L1_DAY_TEXT_SIZE], to[L1_DAY_TEXT_SIZE];
    (void)fputs("<div class=\"wide\"><table><tr><th>fold</th><th>tested</th><th>rows</th><th>worth"
                "</th><th>base rate</th><th>AUC</th><th>closed form</th><th>null SE</th><th>Brier "
                "skill %</th><th>accuracy</th><th>F1</th><th>ECE</th></tr>\n",
                out);
    for (uint32_t i = 0; i < of->folds_count; i++) {
        const l1_judged *one = l1_judgement_find(&of->by_fold[i], head, symbol, L1_SCORE_ENSEMBLE);
        if (one == NULL) continue;
        const l1_metrics *m = &one->metrics;
        (void)fprintf(out, "<tr><td>%u</td><td>%s to %s</td><td>%zu</td><td>%.0f</td><td>%.3f</td>",
                      (unsigned)i + 1, l1_day_text(of->folds[i].test_from, from),
                      l1_day_text(of->folds[i].test_to, to), m->count, m->effective_n,
                      m->base_rate);
        cell(&m->auc, 1, 3, out);
        cell_formula(one, out);
        (void)fprintf(out, "<td>%.3f</td>", m->auc_null_se);
        cell(&m->brier_skill, 100, 1, out);
        cell(&m->accuracy, 1, 3, out);
        cell(&m->f1, 1, 3, out);
        (void)fprintf(out, "<td>%.3f</td></tr>\n", m->ece);
    }
    (void)fputs("</table></div>\n", out);
}

static l1_result put_symbol(const l1_assessment *of, const l1_judged *one, FILE *out, l1_diag *diag)
{
    const l1_metrics *m = &one->metrics;
    (void)fputs("<h3>", out);
    l1_plot_text(name_of(of, one->symbol), out);
    (void)fprintf(out,
                  "</h3>\n<p class=\"faint\">%zu rows that overlap, worth %.0f independent ones; "
                  "the event happened in %.1f %%. Null SE of the AUC: %.4f.</p>\n",
                  m->count, m->effective_n, 100 * m->base_rate, m->auc_null_se);
    put_table(of, one->head, one->symbol, out);
    (void)fputs("<div class=\"plots\">\n", out);
    L1_TRY(put_roc(one, out, diag));
    put_reliability(one, out);
    put_folds(of, one->head, one->symbol, out);
    (void)fputs("</div>\n", out);
    put_fold_table(of, one->head, one->symbol, out);
    put_reliability_table(one, out);
    return L1_SUCCESS;
}

/* --- one head --- */

static void put_importance(const l1_assessment *of, l1_head head, FILE *out)
{
    (void)fputs("<h3>What the models look at</h3>\n<p class=\"faint\">Share of each input: of the "
                "trees' gain, of the weights of the logistic regression. Orange: inputs that see "
                "the other asset.</p>\n<div class=\"plots\">\n",
                out);
    for (int model = 0; model < L1_MODEL_COUNT; model++) {
        const l1_importance *shares = &of->importance[head];
        l1_plot_bar bars[BARS];
        char title[96];
        for (int rank = 0; rank < BARS; rank++) {
            const int column = l1_assessment_column(of, head, (l1_model)model, rank);
            bars[rank] = (l1_plot_bar){l1_features[column].name,
                                       l1_column_cross_asset(column) ? "formula" : "ensemble",
                                       shares->share[model][column]};
        }
        (void)snprintf(title, sizeof title, "%s; other asset: %.1f %%",
                       l1_model_text((l1_model)model), 100 * shares->cross_asset[model]);
        l1_plot_bars(title, bars, BARS, out);
    }
    (void)fputs("</div>\n", out);
}

static l1_result put_head(const l1_assessment *of, l1_head head, FILE *out, l1_diag *diag)
{
    static const char *const meanings[L1_HEAD_COUNT] = {
        [L1_HEAD_SURVIVAL] =
            "Will the signal's own stop be hit within four hours? This is the gate. Most of the "
            "answer is how far the stop is away and how wild the market is, which the closed form "
            "knows too; what counts is the skill over it.",
        [L1_HEAD_MOVEMENT] =
            "Will the next four hours range further than 1.35 times what is usual? It says how "
            "far, never which way.",
        [L1_HEAD_DIRECTION] =
            "Will the price be higher in four hours? Runs in shadow: it is reported and blocks "
            "nothing, unless the operator says otherwise.",
        [L1_HEAD_TREND] = "Will the fast mean stand above the slow one in two hours? A formula "
                          "without a model: mostly what the means already are.",
    };
    (void)fprintf(out, "<h2 id=\"%s\">", l1_head_text(head));
    l1_plot_text(l1_evaluation_event(head), out);
    (void)fprintf(out, "</h2>\n<p>%s</p>\n", meanings[head]);
    for (uint32_t symbol = 0; symbol < of->dataset->limits->symbols_count; symbol++) {
        const l1_judged *one =
            l1_judgement_find(&of->all, head, (int32_t)symbol, L1_SCORE_ENSEMBLE);
        if (one != NULL) L1_TRY(put_symbol(of, one, out, diag));
    }
    if (head != L1_HEAD_TREND) put_importance(of, head, out);
    return L1_SUCCESS;
}

/* --- the gate --- */

static void put_gate_table(const l1_assessment *of, l1_signals kind, FILE *out)
{
    (void)fputs("<div class=\"wide\"><table><tr><th>gate</th><th>symbol</th><th>trades</th><th>"
                "share</th><th>stopped %</th><th>bps at 2</th><th>bps at 10</th><th>bps at 20</th>"
                "<th>bps more than all</th></tr>\n",
                out);
    for (size_t i = 0; i < of->uses_count; i++) {
        const l1_gate_use *use = &of->uses[i];
        if (use->signals != kind) continue;
        (void)fprintf(out, "<tr><td>%s</td><td>", l1_gate_policy_text(use->policy));
        l1_plot_text(name_of(of, use->symbol), out);
        (void)fprintf(out, "</td><td>%zu</td><td>%.2f</td>", use->count, use->share);
        cell(&use->stopped, 100, 1, out);
        for (int k = 0; k < L1_COSTS_COUNT; k++) {
            const l1_estimate after = l1_gate_use_after(use, l1_costs_bps[k]);
            cell(&after, 1, 1, out);
        }
        cell(&use->more_bps, 1, 1, out);
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</table></div>\n", out);
}

static void put_gate_plots(const l1_assessment *of, l1_signals kind, FILE *out)
{
    static const char *const labels[L1_POLICY_COUNT] = {"none",   "M",      "F",
                                                        "M half", "F half", "dir"};
    l1_plot_point stopped[L1_POLICY_COUNT], bps[L1_POLICY_COUNT];
    size_t count = 0;
    for (int policy = 0; policy < L1_POLICY_COUNT; policy++) {
        const l1_gate_use *use = l1_assessment_use(of, kind, -1, (l1_gate_policy)policy);
        if (use == NULL || use->count == 0) continue;
        const double x = policy;
        const l1_estimate after = l1_gate_use_after(use, l1_costs_bps[1]);
        stopped[count] = (l1_plot_point){x, 100 * use->stopped.value, 100 * use->stopped.low,
                                         100 * use->stopped.high};
        bps[count++] = (l1_plot_point){x, after.value, after.low, after.high};
    }
    const l1_plot_series of_stopped[] = {{"all symbols", "ensemble", stopped, count, false, true}};
    const l1_plot_series of_bps[] = {{"all symbols", "ensemble", bps, count, false, true}};
    l1_plot plot = {.title = "Stopped out, in % of the trades let through",
                    .x_name = "gate: M models, F formula, dir direction",
                    .y_name = "stopped out, %",
                    .x_low = -0.5,
                    .x_high = L1_POLICY_COUNT - 0.5,
                    .x_labels = labels,
                    .x_labels_count = L1_POLICY_COUNT,
                    .series = of_stopped,
                    .count = 1};
    fit_range(stopped, count, &plot.y_low, &plot.y_high);
    plot.y_high = plot.y_high * 1.05 + 1;
    (void)fputs("<div class=\"plots\">\n", out);
    l1_plot_write(&plot, out);
    plot.title = "Mean bps a trade after 10 bps of cost; dashed: zero";
    plot.y_name = "bps";
    plot.y_low = plot.y_high = 0;
    plot.level = true;
    plot.series = of_bps;
    fit_range(bps, count, &plot.y_low, &plot.y_high);
    plot.y_low -= 1;
    plot.y_high += 1;
    l1_plot_write(&plot, out);
    (void)fputs("</div>\n", out);
}

static void put_gate(const l1_assessment *of, FILE *out)
{
    static const char *const kinds[L1_SIGNALS_COUNT] = {
        "Signals of random side and stop (1 to 4 ATR)",
        "Signals of the crossing rule (EMA60 over or under EMA240, stop of 3 ATR)"};
    if (of->uses_count == 0) return;
    (void)fprintf(out,
                  "<h2 id=\"gate\">What the gate is worth</h2>\n<p>Every signal is held for four "
                  "hours or to its stop. The operating gate vetoes the worst %.0f %% of signals, "
                  "the stricter one half of them; the formula vetoes as many. Fewer stop-outs are "
                  "not more profit: wide stops are hit less often, and cost more when they are. "
                  "<i>More than all</i> is the mean of what was let through less the mean of all "
                  "signals of the same days; if its interval holds zero, the gate was not shown "
                  "to earn anything.</p>\n",
                  100 * of->veto_share);
    for (int kind = 0; kind < L1_SIGNALS_COUNT; kind++) {
        (void)fprintf(out, "<h3>%s</h3>\n", kinds[kind]);
        put_gate_plots(of, (l1_signals)kind, out);
        put_gate_table(of, (l1_signals)kind, out);
    }
}

static void put_words(FILE *out)
{
    (void)fputs(
        "<h2 id=\"words\">What the figures mean</h2>\n<dl>\n"
        "<dt>AUC</dt><dd>How often an event got a higher score than a non-event: .5 is a coin, 1 "
        "is always. It says nothing about profit, and it is high for easy questions: so it never "
        "stands here without that of the closed form, a formula without a model.</dd>\n"
        "<dt>Brier skill</dt><dd>By how much the squared error of the probabilities is smaller "
        "than that of the closed form (direction: of a coin; trend: of the base rate). This is the "
        "claim.</dd>\n"
        "<dt>Accuracy, F1</dt><dd>Of yes or no at a probability of one half, and at two "
        "thresholds that the days before the test had set. Of the survival head, decisions at "
        "those thresholds are those of the gate: yes lets the signal pass. With a base rate of one "
        "half, always yes has an F1 of .667.</dd>\n"
        "<dt>Log loss, Brier</dt><dd>Errors of the probabilities; smaller is better.</dd>\n"
        "<dt>ECE</dt><dd>How far what was said lies from what happened, on average.</dd>\n"
        "<dt>Worth</dt><dd>Rows overlap, since each looks four hours ahead and one comes every 25 "
        "minutes: so many independent ones would tell as much. The null SE is the scatter of an "
        "AUC about .5 when scores say nothing.</dd>\n</dl>\n",
        out);
}

l1_result l1_assessment_page(const l1_assessment *assessment, const char *command, FILE *out,
                             l1_diag *diag)
{
    (void)fputs(head_of_page, out);
    put_short(assessment, command, out);
    put_promises(assessment, out);
    put_gate(assessment, out);
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        if ((assessment->heads >> head & 1) == 0) continue;
        L1_TRY(put_head(assessment, (l1_head)head, out, diag));
    }
    put_words(out);
    (void)fputs("</body>\n</html>\n", out);
    return L1_SUCCESS;
}
