/* app/score.c: the newest minute of bars: its features, and what every head says. */
#include "app/score.h"

#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/progress.h"
#include "base/assert.h"
#include "base/real.h"
#include "io/model_folder.h"

#define DEFAULT_STOP_ATR 2.0
#define MS_NS INT64_C(1000000)

static const char *const score_names[L1_SCORES_COUNT] = {"logreg", "random_forest", "lightgbm",
                                                         "ensemble"};

const l1_bundle *l1_score_bundle(const char *command, const l1_config *config,
                                 l1_model_slots **slots)
{
    l1_diag diag = {.text = ""};
    uint8_t *image = NULL;
    size_t size = 0;
    l1_hash128 hash = {0};
    l1_result done = l1_model_folder_read(config->settings.ai_models, &image, &size, &diag);
    if (done.code == L1_OK) done = l1_model_slots_open(slots, &diag);
    if (done.code == L1_OK) done = l1_model_slots_put(*slots, hash, image, size, &hash, &diag);
    free(image);
    if (done.code == L1_OK) return l1_model_bank_find(&(*slots)->bank, hash);
    (void)fprintf(stderr, "%s: %s\n", command,
                  diag.text[0] != '\0' ? diag.text : l1_status_text(done.code));
    return NULL;
}

bool l1_score_head(const char *command, const char *text, l1_head *head)
{
    *head = L1_HEAD_SURVIVAL;
    if (text == NULL) return true;
    for (unsigned i = 0; i < L1_HEAD_TREND; i++) {
        if (strcmp(text, l1_head_text((l1_head)i)) != 0) continue;
        *head = (l1_head)i;
        return true;
    }
    (void)fprintf(stderr, "%s: --head is '%s'; it must be survival, movement or direction\n",
                  command, text);
    return false;
}

/* --- features ------------------------------------------------------------------------------ */

typedef struct {
    void *block;
    l1_feature_state *state;
} features;

static bool features_make(features *made, const l1_limits *limits)
{
    const size_t cost = (l1_feature_state_cost(limits) + 63) / 64 * 64;
    made->block = aligned_alloc(64, cost);
    if (made->block == NULL) return false;
    memset(made->block, 0, cost);
    l1_arena arena = {.base = made->block, .capacity = cost};
    made->state = l1_feature_state_new(&arena, limits);
    return made->state != NULL;
}

/* Feeds every bar that ends at or before `at_ns`. Late bars are passed over, as the engine does. */
static l1_result feed(const l1_score_bars *options, l1_feature_state *state, l1_diag *diag)
{
    const l1_history_options wanted = {
        .limits = &options->config->limits,
        .files = options->history->files,
        .files_count = options->history->count,
        .from_ns = L1_OFF,
        .to_ns = options->at_ns == L1_OFF ? L1_OFF : options->at_ns + 1,
    };
    l1_history *history = NULL;
    const l1_decoded *message = NULL;
    int64_t newest_ns[L1_SYMBOLS_MAX] = {0};
    uint64_t count = 0;
    l1_progress progress;
    L1_TRY(l1_history_open(&wanted, &history, diag));
    l1_progress_start(&progress);
    l1_result done = l1_history_next(history, &message, diag);
    for (; done.code == L1_OK; done = l1_history_next(history, &message, diag)) {
        const l1_bar *bar = &message->event.as.bar;
        if (message->event.kind != L1_EVENT_BAR) continue;
        if (bar->open_time_ns <= newest_ns[bar->symbol]) continue;
        newest_ns[bar->symbol] = bar->open_time_ns;
        l1_feature_state_on_bar(state, bar);
        if (++count % 4096 == 0) {
            l1_progress_step(&progress, l1_history_bytes_read(history), l1_history_bytes(history));
        }
    }
    l1_progress_end(&progress);
    l1_history_close(history);
    return done.code == L1_IO_END ? L1_SUCCESS : done;
}

/* --- printing ------------------------------------------------------------------------------ */

static double probability(double log_odds)
{
    return 1.0 / (1.0 + l1_exp(-log_odds));
}

static void table_head(const char *name, const l1_head_scores *scores)
{
    (void)printf("\nhead %s%s\n", name,
                 scores->clamped ? " (stop clamped to the trained range)" : "");
    (void)printf("  %-14s %-24s %-12s %s\n", "", "log-odds", "probability", "threshold");
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        if (!scores->has[i]) continue;
        (void)printf("  %-14s %-24.17g %-12.8f %.8f %s\n", score_names[i], scores->log_odds[i],
                     probability(scores->log_odds[i]), probability(scores->threshold[i]),
                     scores->log_odds[i] >= scores->threshold[i] ? "reached" : "below");
    }
}

/* JSON has no infinity, which a threshold that never vetoes is, and no NaN. */
static void json_number(const char *key, double number)
{
    const bool finite = number - number == 0;
    (void)(finite ? printf("\"%s\":%.17g", key, number) : printf("\"%s\":null", key));
}

static void json_head(const char *name, const l1_head_scores *scores, bool first)
{
    const char *comma = "";
    (void)printf("%s\"%s\":{\"stop_clamped\":%s,", first ? "" : ",", name,
                 scores->clamped ? "true" : "false");
    (void)printf("\"scores\":{");
    for (int i = 0; i < L1_SCORES_COUNT; i++) {
        if (!scores->has[i]) continue;
        (void)printf("%s\"%s\":{", comma, score_names[i]);
        json_number("log_odds", scores->log_odds[i]);
        (void)printf(",");
        json_number("probability", probability(scores->log_odds[i]));
        (void)printf(",");
        json_number("threshold", scores->threshold[i]);
        (void)printf("}");
        comma = ",";
    }
    (void)printf("}}");
}

static void print_features(const l1_score_bars *options, const l1_feature_vector *vector)
{
    const char *name = options->config->limits.symbols[options->symbol].name;
    const long long ms = (long long)(vector->close_ns / MS_NS);
    if (!options->json) {
        (void)printf("%s, minute ending %lld ms, close %.17g\n\n", name, ms, vector->close);
        for (int i = 0; i < L1_FEATURES_COUNT; i++) {
            (void)printf("  %-18s %.17g\n", l1_features[i].name, vector->values[i]);
        }
        return;
    }
    (void)printf("{\"symbol\":\"%s\",\"close_time\":%lld,\"close\":%.17g,\"features\":{", name, ms,
                 vector->close);
    for (int i = 0; i < L1_FEATURES_COUNT; i++) {
        (void)printf("%s\"%s\":%.17g", i == 0 ? "" : ",", l1_features[i].name, vector->values[i]);
    }
    (void)printf("},\"heads\":{");
}

static double stop_fraction(const l1_score_bars *options, const l1_feature_vector *vector)
{
    if (options->stop_e8 == L1_OFF) return DEFAULT_STOP_ATR * vector->atr / vector->close;
    const double apart = vector->close - l1_decimal_to_double(options->stop_e8);
    return (apart < 0 ? -apart : apart) / vector->close;
}

static bool print_heads(const l1_score_bars *options, const l1_bundle *bundle,
                        const l1_feature_vector *vector)
{
    const l1_limits *limits = &options->config->limits;
    const l1_head_question question = {
        .symbol = l1_bundle_symbol(bundle, limits->symbols[options->symbol].name),
        .side = options->side,
        .stop_fraction = stop_fraction(options, vector),
        .threshold = limits->ai_threshold,
    };
    bool first = true;
    if (question.symbol < 0) {
        (void)fprintf(stderr, "l1 score: the bundle was not trained for %s\n",
                      limits->symbols[options->symbol].name);
        return false;
    }
    for (unsigned head = 0; head < L1_HEAD_COUNT; head++) {
        l1_head_scores scores;
        if (!l1_bundle_has(bundle, (l1_head)head)) continue;
        l1_head_score(bundle, (l1_head)head, vector, &question, &scores);
        if (options->json) {
            json_head(l1_head_text((l1_head)head), &scores, first);
        } else {
            table_head(l1_head_text((l1_head)head), &scores);
        }
        first = false;
    }
    return true;
}

static int score_state(const l1_score_bars *options, const l1_feature_state *state)
{
    l1_feature_vector vector;
    l1_model_slots *slots = NULL;
    const l1_features_status status = l1_feature_vector_at(state, options->symbol, &vector);
    if (status != L1_FEATURES_READY) {
        (void)fprintf(stderr, "l1 score: no features: %s\n", l1_features_status_text(status));
        return L1_EXIT_FAILED;
    }
    print_features(options, &vector);
    const l1_bundle *bundle = l1_score_bundle("l1 score", options->config, &slots);
    const bool printed = bundle != NULL && print_heads(options, bundle, &vector);
    if (options->json) (void)printf("}}\n");
    l1_model_slots_close(slots);
    return printed && fflush(stdout) == 0 ? L1_EXIT_DONE : L1_EXIT_FAILED;
}

int l1_score_from_bars(const l1_score_bars *options)
{
    l1_diag diag = {.text = ""};
    features made = {0};
    L1_ASSERT(options->symbol >= 0);
    if (!features_make(&made, &options->config->limits)) {
        (void)fputs("l1 score: no memory\n", stderr);
        return L1_EXIT_FAILED;
    }
    const l1_result fed = feed(options, made.state, &diag);
    int code = L1_EXIT_USAGE;
    if (fed.code == L1_OK) {
        code = score_state(options, made.state);
    } else {
        (void)fprintf(stderr, "l1 score: %s\n",
                      diag.text[0] != '\0' ? diag.text : l1_status_text(fed.code));
    }
    free(made.block);
    return code;
}
