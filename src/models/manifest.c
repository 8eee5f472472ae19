/* models/manifest.c: one table of keys reads the manifest and says what it lacks. */
#include "models/manifest.h"

#include <string.h>

#include "base/assert.h"
#include "models/lines.h"

/* Sections; a key may stand in several. */
enum {
    TOP = 1,
    SYMBOL = 2,
    SURVIVAL = 4,
    OTHER = 8, /* a head with models that is not survival */
    TREND = 16,
    MODELS = SURVIVAL | OTHER,
    HEADS = MODELS | TREND
};

typedef struct {
    l1_lines lines;
    l1_manifest *out;
    unsigned section;
    l1_head head;                            /* of a head's section */
    l1_manifest_symbol *symbol;              /* of a symbol's */
    uint32_t seen;                           /* rows of the table, by index */
    uint64_t thresholds[L1_THRESHOLD_COUNT]; /* symbols that have them in this section */
} parser;

typedef struct {
    unsigned sections;
    const char *key;
    l1_result (*read)(parser *in, int argument);
    int argument;
} row;

/* Beyond it a number is a broken fit; below it no sum of a bundle can overflow. */
static const l1_lines_range number = {
    .low = -1e9, .high = 1e9, .what = "must be a number from -1e9 to 1e9"};
static const l1_lines_range threshold = {.low = -1e9,
                                         .high = 1e9,
                                         .minus_infinity = true,
                                         .what = "must be a number from -1e9 to 1e9, or -inf"};
static const l1_lines_range coefficient = {
    .low = -1e3, .high = 1e3, .what = "must be a number from -1000 to 1000"};
static const l1_lines_range variance = {
    .low = 0, .high = 1e3, .what = "must have a V (the last) from 0 to 1000"};
static const l1_lines_range relative = {
    .low = 0, .high = 25, .above_low = true, .what = "must be a number above 0 and up to 25"};
static const l1_lines_range multiple = {
    .low = 0, .high = 1e3, .above_low = true, .what = "must be a number above 0 and up to 1000"};

/* --- values --- */

static l1_result read_version(parser *in, int argument)
{
    (void)argument;
    return l1_lines_refuse(&in->lines, L1_INPUT_FIELD, in->lines.value, "stands twice");
}

static l1_result read_features(parser *in, int argument)
{
    (void)argument;
    char hex[33];
    l1_hash_hex(l1_features_hash(), hex);
    if (l1_span_is(in->lines.value, hex)) return L1_SUCCESS;
    char shown[L1_SPAN_SHOWN_SIZE];
    l1_span_show(in->lines.value, shown);
    if (in->lines.diag != NULL) in->lines.diag->line = in->lines.number;
    return l1_refuse(
        in->lines.diag, L1_INPUT_FIELD, "features",
        "line %u: features: \"%s\" is another table of features than this program's, %s",
        in->lines.number, shown, hex);
}

static l1_result read_time(parser *in, int end)
{
    const int64_t latest = INT64_C(253402300799999); /* the year 9999 */
    return l1_lines_whole(&in->lines, 0, latest, "must be Unix milliseconds, 0 to 253402300799999",
                          end ? &in->out->to_ms : &in->out->from_ms);
}

static l1_result read_har(parser *in, int argument)
{
    (void)argument;
    const l1_lines *lines = &in->lines;
    double all[L1_HAR_TERMS + 1];
    L1_TRY(l1_lines_numbers(lines, lines->value, &coefficient, L1_HAR_TERMS + 1, all));
    if (!(all[L1_HAR_TERMS] >= variance.low && all[L1_HAR_TERMS] <= variance.high)) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, lines->value, variance.what);
    }
    memcpy(in->symbol->har, all, sizeof in->symbol->har);
    in->symbol->half_variance = all[L1_HAR_TERMS];
    return L1_SUCCESS;
}

static l1_result read_profile_day(parser *in, int argument)
{
    (void)argument;
    return l1_lines_whole(&in->lines, 1, 2932896, "must be a Unix day, 1 to 2932896",
                          &in->symbol->profile.day);
}

static l1_result read_profile(parser *in, int weekend)
{
    return l1_lines_numbers(&in->lines, in->lines.value, &relative, L1_PROFILE_SLOTS,
                            in->symbol->profile.slots[weekend]);
}

/* Letters, digits, '_', '-', '.' in parts between single slashes; no part begins with a dot, so
 * none is "..", and the first is not empty, so none is absolute. */
static bool path_is_good(l1_span path)
{
    bool begins = true;
    for (size_t i = 0; i < path.size; i++) {
        const char c = path.at[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool other = (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!letter && !other && (begins || (c != '.' && c != '/'))) return false;
        begins = c == '/';
    }
    return !begins && path.size < L1_BUNDLE_PATH_MAX;
}

static bool sha256_is_good(l1_span hex)
{
    for (size_t i = 0; i < hex.size; i++) {
        const char c = hex.at[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) return false;
    }
    return hex.size == sizeof((l1_bundle_file *)0)->sha256 - 1;
}

static l1_result read_file(parser *in, int model)
{
    const l1_lines *lines = &in->lines;
    l1_manifest *out = in->out;
    l1_span rest = lines->value, path, hex;
    if (l1_span_words(rest) != 2 || !l1_span_word(&rest, &path) || !l1_span_word(&rest, &hex)) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, lines->value, "must be PATH SHA256");
    }
    if (!path_is_good(path)) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, path,
                               "must be a relative path of A-Z a-z 0-9 _ - . /, "
                               "no part beginning with '.', up to 95 bytes");
    }
    if (!sha256_is_good(hex)) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, hex,
                               "must be a SHA-256: 64 hexadecimal digits in lower case");
    }
    if (l1_span_is(path, L1_MANIFEST_PATH)) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, path, "is the manifest itself");
    }
    for (uint32_t i = 0; i < out->files_count; i++) {
        if (!l1_span_is(path, out->files[i].path)) continue;
        return l1_lines_refuse(lines, L1_INPUT_FIELD, path, "is named twice");
    }
    L1_ASSERT(out->files_count < L1_BUNDLE_FILES_MAX);
    l1_bundle_file *file = &out->files[out->files_count];
    memcpy(file->path, path.at, path.size);
    memcpy(file->sha256, hex.at, hex.size);
    out->file_head[out->files_count] = (uint8_t)in->head;
    out->file_model[out->files_count] = (uint8_t)model;
    out->files_count++;
    return L1_SUCCESS;
}

static l1_result read_platt(parser *in, int score)
{
    double both[2];
    L1_TRY(l1_lines_numbers(&in->lines, in->lines.value, &number, 2, both));
    in->out->heads[in->head].platt[score] = (l1_platt){both[0], both[1]};
    return L1_SUCCESS;
}

static l1_result read_stack(parser *in, int argument)
{
    (void)argument;
    return l1_lines_numbers(&in->lines, in->lines.value, &number, L1_SCORES_COUNT,
                            in->out->heads[in->head].stack);
}

static l1_result read_stop_atr(parser *in, int argument)
{
    (void)argument;
    const l1_lines *lines = &in->lines;
    double both[2];
    L1_TRY(l1_lines_numbers(lines, lines->value, &multiple, 2, both));
    if (!(both[0] < both[1])) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, lines->value, "must have MIN < MAX");
    }
    in->out->heads[in->head].stop_atr_min = both[0];
    in->out->heads[in->head].stop_atr_max = both[1];
    return L1_SUCCESS;
}

static int symbol_of(const l1_manifest *manifest, l1_span name)
{
    for (uint32_t i = 0; i < manifest->symbols_count; i++) {
        if (l1_span_is(name, manifest->symbols[i].name)) return (int)i;
    }
    return -1;
}

static l1_result read_threshold(parser *in, int kind)
{
    const l1_lines *lines = &in->lines;
    l1_span rest = lines->value, name = {lines->value.at, 0};
    (void)l1_span_word(&rest, &name);
    const int symbol = symbol_of(in->out, name);
    if (symbol < 0) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, name, "has no [symbol] section above");
    }
    if ((in->thresholds[kind] >> symbol & 1) != 0) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, name, "has this threshold twice");
    }
    in->thresholds[kind] |= UINT64_C(1) << symbol;
    double *of = in->out->symbols[symbol].threshold[in->head][kind];
    if (in->section == TREND) {
        return l1_lines_numbers(lines, rest, &threshold, 1, &of[L1_SCORE_ENSEMBLE]);
    }
    return l1_lines_numbers(lines, rest, &threshold, L1_SCORES_COUNT, of);
}

/* --- the table --- */

static const row rows[] = {
    {TOP, "l1_bundle", read_version, 0},
    {TOP, "features", read_features, 0},
    {TOP, "trained_from", read_time, 0},
    {TOP, "trained_to", read_time, 1},
    {SYMBOL, "har", read_har, 0},
    {SYMBOL, "profile_day", read_profile_day, 0},
    {SYMBOL, "profile_weekday", read_profile, 0},
    {SYMBOL, "profile_weekend", read_profile, 1},
    {MODELS, "logreg", read_file, L1_MODEL_LOGREG},
    {MODELS, "random_forest", read_file, L1_MODEL_RANDOM_FOREST},
    {MODELS, "lightgbm", read_file, L1_MODEL_LIGHTGBM},
    {MODELS, "platt_logreg", read_platt, L1_MODEL_LOGREG},
    {MODELS, "platt_random_forest", read_platt, L1_MODEL_RANDOM_FOREST},
    {MODELS, "platt_lightgbm", read_platt, L1_MODEL_LIGHTGBM},
    {MODELS, "stack", read_stack, 0},
    {SURVIVAL, "stop_atr", read_stop_atr, 0},
    {TREND, "platt", read_platt, L1_SCORE_ENSEMBLE},
    {HEADS, "threshold_operating", read_threshold, L1_THRESHOLD_OPERATING},
    {HEADS, "threshold_f1", read_threshold, L1_THRESHOLD_F1},
};
enum { ROWS = sizeof rows / sizeof rows[0] };
_Static_assert(ROWS <= 32, "a bit for each row");

static l1_result read_line(parser *in)
{
    const l1_lines *lines = &in->lines;
    for (unsigned i = 0; i < ROWS && lines->has_value; i++) {
        if ((rows[i].sections & in->section) == 0) continue;
        if (!l1_span_is(lines->key, rows[i].key)) continue;
        const bool repeats = rows[i].read == read_threshold; /* once a symbol */
        if (!repeats && (in->seen >> i & 1) != 0) {
            return l1_lines_refuse(lines, L1_INPUT_FIELD, lines->value, "stands twice");
        }
        in->seen |= UINT32_C(1) << i;
        return rows[i].read(in, rows[i].argument);
    }
    return l1_lines_refuse(lines, L1_INPUT_SYNTAX, lines->line, "is no line of this section");
}

/* What the section that ends here lacks. */
static l1_result finish_section(parser *in)
{
    l1_diag *diag = in->lines.diag;
    if (diag != NULL) diag->line = in->lines.number;
    for (unsigned i = 0; i < ROWS; i++) {
        if ((rows[i].sections & in->section) == 0 || (in->seen >> i & 1) != 0) continue;
        return l1_refuse(diag, L1_INPUT_FIELD, rows[i].key,
                         "line %u: the section above it lacks %s=", in->lines.number, rows[i].key);
    }
    if (in->section == TOP && in->out->from_ms >= in->out->to_ms) {
        return l1_lines_fail(&in->lines, L1_INPUT_FIELD, "trained_to",
                             "trained_to must be > trained_from");
    }
    for (uint32_t i = 0; i < in->out->symbols_count && (in->section & HEADS) != 0; i++) {
        for (int kind = 0; kind < L1_THRESHOLD_COUNT; kind++) {
            if ((in->thresholds[kind] >> i & 1) != 0) continue;
            return l1_refuse(diag, L1_INPUT_FIELD,
                             kind == L1_THRESHOLD_F1 ? "threshold_f1" : "threshold_operating",
                             "line %u: the section above it lacks threshold_%s=%s",
                             in->lines.number, kind == L1_THRESHOLD_F1 ? "f1" : "operating",
                             in->out->symbols[i].name);
        }
    }
    return L1_SUCCESS;
}

/* --- sections --- */

/* "BTC/USDT": capitals and digits on both sides of one slash. */
static bool symbol_is_good(l1_span name)
{
    size_t slash = 0, slashes = 0;
    for (size_t i = 0; i < name.size; i++) {
        const char c = name.at[i];
        if (c == '/') {
            slash = i;
            slashes++;
        } else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
            return false;
        }
    }
    return slashes == 1 && slash > 0 && slash < name.size - 1 && name.size < L1_SYMBOL_TEXT_MAX;
}

static l1_result begin_symbol(parser *in, l1_span name)
{
    const l1_lines *lines = &in->lines;
    l1_manifest *out = in->out;
    if ((in->section & HEADS) != 0) {
        return l1_lines_refuse(lines, L1_INPUT_SYNTAX, name, "must stand above the first head");
    }
    if (!symbol_is_good(name)) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, name,
                               "must be a symbol such as BTC/USDT, at most 23 bytes");
    }
    if (symbol_of(out, name) >= 0) {
        return l1_lines_refuse(lines, L1_INPUT_FIELD, name, "has two sections");
    }
    if (out->symbols_count == L1_SYMBOLS_MAX) {
        return l1_lines_refuse(lines, L1_LIMIT_FULL, name, "is the 65th symbol; the limit is 64");
    }
    in->section = SYMBOL;
    in->symbol = &out->symbols[out->symbols_count++];
    memcpy(in->symbol->name, name.at, name.size);
    return L1_SUCCESS;
}

static l1_result begin_head(parser *in, l1_span name)
{
    for (int i = 0; i < L1_HEAD_COUNT; i++) {
        if (!l1_span_is(name, l1_head_text((l1_head)i))) continue;
        if (in->out->heads[i].present) {
            return l1_lines_refuse(&in->lines, L1_INPUT_FIELD, name, "has two sections");
        }
        in->out->heads[i].present = true;
        in->head = (l1_head)i;
        in->section = i == L1_HEAD_TREND ? TREND : i == L1_HEAD_SURVIVAL ? SURVIVAL : OTHER;
        return L1_SUCCESS;
    }
    return l1_lines_refuse(&in->lines, L1_INPUT_FIELD, name,
                           "must be survival, movement, direction or trend");
}

/* "[symbol NAME]" or "[head NAME]". */
static l1_result begin_section(parser *in)
{
    const l1_span line = in->lines.line;
    l1_span rest = {line.at + 1, line.size - 1}, kind, name;
    L1_TRY(finish_section(in));
    if (rest.size > 0 && rest.at[rest.size - 1] == ']') {
        rest.size--;
        in->lines.key = rest;
        if (l1_span_words(rest) == 2 && l1_span_word(&rest, &kind) && l1_span_word(&rest, &name)) {
            in->seen = 0;
            memset(in->thresholds, 0, sizeof in->thresholds);
            if (l1_span_is(kind, "symbol")) return begin_symbol(in, name);
            if (l1_span_is(kind, "head")) return begin_head(in, name);
        }
    }
    return l1_lines_refuse(&in->lines, L1_INPUT_SYNTAX, line,
                           "must be [symbol NAME] or [head NAME]");
}

static l1_result finish(parser *in)
{
    L1_TRY(finish_section(in));
    if (in->out->symbols_count == 0) {
        return l1_lines_fail(&in->lines, L1_INPUT_FIELD, "symbol", "there is no [symbol NAME]");
    }
    if ((in->section & HEADS) == 0) {
        return l1_lines_fail(&in->lines, L1_INPUT_FIELD, "head", "there is no [head NAME]");
    }
    if (!l1_lines_next(&in->lines)) return L1_SUCCESS;
    return l1_lines_refuse(&in->lines, L1_INPUT_SYNTAX, in->lines.line, "stands behind end");
}

l1_result l1_manifest_parse(const char *text, size_t size, l1_manifest *out, l1_diag *diag)
{
    L1_ASSERT(out != NULL);
    parser in = {.out = out, .section = TOP, .seen = 1 /* l1_bundle */};
    l1_lines *lines = &in.lines;
    memset(out, 0, sizeof *out);
    l1_lines_begin(lines, text, size, diag);
    if (size > L1_MANIFEST_SIZE_MAX) {
        return l1_lines_fail(lines, L1_INPUT_TOO_LONG, "size", "is longer than 1 MiB");
    }
    if (!l1_lines_next(lines) || !l1_span_is(lines->line, "l1_bundle=1")) {
        return l1_lines_fail(lines, L1_INPUT_SYNTAX, "l1_bundle",
                             "the first line must be l1_bundle=1");
    }
    while (l1_lines_next(lines)) {
        if (l1_span_is(lines->line, "end")) return finish(&in);
        if (lines->line.at[0] == '[') {
            L1_TRY(begin_section(&in));
        } else {
            L1_TRY(read_line(&in));
        }
    }
    return l1_lines_fail(lines, L1_INPUT_SYNTAX, "end",
                         "the text is cut: its last line must be end");
}
