/* config/value.c: typed values of the table: read, bounded, stored, written. */
#include "config/value.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "config/text.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define SHOWN_MAX 60 /* bytes of a refused value that an error repeats */

static const char *const type_names[L1_KEY_TYPE_COUNT] = {
    [L1_KEY_DECIMAL] = "decimal",
    [L1_KEY_RATIO] = "ratio",
    [L1_KEY_COUNT] = "whole number",
    [L1_KEY_MILLIS] = "duration",
    [L1_KEY_SECONDS] = "duration",
    [L1_KEY_BOOL] = "true or false",
    [L1_KEY_ENUM] = "word",
    [L1_KEY_LIST] = "list of words",
    [L1_KEY_DELAYS] = "list of durations",
    [L1_KEY_PATH] = "text",
    [L1_KEY_NAME] = "text",
    [L1_KEY_ASSET] = "text",
    [L1_KEY_BUS] = "text",
};

const char *l1_value_type(const l1_key *key)
{
    L1_ASSERT(key->type < L1_KEY_TYPE_COUNT);
    return type_names[key->type];
}

void *l1_value_field(l1_config *config, const l1_key *key, size_t index)
{
    char *home = NULL;
    size_t step = 0;
    switch (key->home) {
    case L1_HOME_LIMITS: home = (char *)&config->limits; break;
    case L1_HOME_SETTINGS: home = (char *)&config->settings; break;
    case L1_HOME_SYMBOL:
        L1_ASSERT(index < L1_SYMBOLS_MAX);
        home = (char *)config->limits.symbols;
        step = sizeof(l1_instrument);
        break;
    case L1_HOME_BALANCE:
        L1_ASSERT(index < L1_ASSETS_MAX);
        home = (char *)&config->limits;
        step = sizeof(int64_t);
        break;
    }
    L1_ASSERT(home != NULL);
    return home + key->offset + index * step;
}

static bool is_decimal(const l1_key *key)
{
    return key->type == L1_KEY_DECIMAL || key->type == L1_KEY_RATIO;
}

static bool is_integer(const l1_key *key)
{
    return key->type == L1_KEY_COUNT || key->type == L1_KEY_MILLIS || key->type == L1_KEY_SECONDS;
}

static int64_t scale_of(const l1_key *key)
{
    if (key->type == L1_KEY_MILLIS) return NS_PER_MS;
    return key->type == L1_KEY_SECONDS ? NS_PER_S : 1;
}

static void store(void *field, size_t size, int64_t value)
{
    if (size == sizeof value) {
        memcpy(field, &value, sizeof value);
    } else if (size == sizeof(uint32_t)) {
        L1_ASSERT(value >= 0 && value <= UINT32_MAX);
        const uint32_t narrow = (uint32_t)value;
        memcpy(field, &narrow, sizeof narrow);
    } else {
        L1_ASSERT(size == sizeof(bool) && (value == 0 || value == 1));
        const bool flag = value == 1;
        memcpy(field, &flag, sizeof flag);
    }
}

static int64_t load(const void *field, size_t size)
{
    int64_t wide;
    uint32_t narrow;
    bool flag;
    if (size == sizeof wide) return memcpy(&wide, field, sizeof wide), wide;
    if (size == sizeof narrow) return memcpy(&narrow, field, sizeof narrow), (int64_t)narrow;
    L1_ASSERT(size == sizeof flag);
    return memcpy(&flag, field, sizeof flag), (int64_t)flag;
}

/* A bound or a number in the unit it is written in. */
static void number_text(const l1_key *key, int64_t value, char out[L1_DECIMAL_TEXT_MAX])
{
    if (is_decimal(key)) {
        l1_decimal_format(value, out);
    } else {
        (void)snprintf(out, L1_DECIMAL_TEXT_MAX, "%lld", (long long)value);
    }
}

static void words_text(const char *const *words, char out[L1_VALUE_TEXT_MAX])
{
    size_t used = 0;
    for (size_t i = 0; words[i] != NULL; i++) {
        const char *joint = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
        const int size = snprintf(out + used, L1_VALUE_TEXT_MAX - used, "%s%s", joint, words[i]);
        L1_ASSERT(size > 0 && (size_t)size < L1_VALUE_TEXT_MAX - used);
        used += (size_t)size;
    }
}

void l1_value_allowed(const l1_key *key, char out[L1_VALUE_TEXT_MAX])
{
    char min[L1_DECIMAL_TEXT_MAX], max[L1_DECIMAL_TEXT_MAX];
    char words[L1_VALUE_TEXT_MAX - 16];
    number_text(key, key->min, min);
    number_text(key, key->max, max);
    switch (key->type) {
    case L1_KEY_BOOL: (void)snprintf(out, L1_VALUE_TEXT_MAX, "true or false"); break;
    case L1_KEY_ENUM: words_text(key->choices, out); break;
    case L1_KEY_LIST:
        words_text(key->choices, out);
        (void)snprintf(words, sizeof words, "%s", out);
        (void)snprintf(out, L1_VALUE_TEXT_MAX, "any of %s", words);
        break;
    case L1_KEY_DELAYS:
        (void)snprintf(out, L1_VALUE_TEXT_MAX, "up to %d of %s to %s", L1_LATENCIES_MAX, min, max);
        break;
    case L1_KEY_PATH: (void)snprintf(out, L1_VALUE_TEXT_MAX, "%s to %s bytes", min, max); break;
    case L1_KEY_NAME:
        (void)snprintf(out, L1_VALUE_TEXT_MAX, "%s to %s of A-Z a-z 0-9 _ -", min, max);
        break;
    case L1_KEY_ASSET:
        (void)snprintf(out, L1_VALUE_TEXT_MAX, "%s to %s of A-Z 0-9", min, max);
        break;
    case L1_KEY_BUS:
        (void)snprintf(out, L1_VALUE_TEXT_MAX, "stdio, unix:PATH or nats://HOST:PORT");
        break;
    default: (void)snprintf(out, L1_VALUE_TEXT_MAX, "%s to %s", min, max); break;
    }
}

/* The sentence of a refusal: value, what is wrong, what is allowed, and the way out. */
static l1_result refuse(const l1_key *key, const char *text, size_t size, const char *wrong,
                        char why[L1_VALUE_WHY_MAX])
{
    char shown[SHOWN_MAX + 4], allowed[L1_VALUE_TEXT_MAX], escape[80] = "";
    l1_text_show(text, size, shown, sizeof shown);
    l1_value_allowed(key, allowed);
    if (key->rule != NULL) {
        (void)snprintf(escape, sizeof escape, ", or null to switch %s off", key->rule);
    }
    const bool unit = strcmp(key->unit, "-") != 0;
    (void)snprintf(why, L1_VALUE_WHY_MAX, "%s %s; write %.200s%s%s%s%s", shown, wrong, allowed,
                   unit ? " (" : "", unit ? key->unit : "", unit ? ")" : "", escape);
    return L1_FAILURE(L1_CONFIG_VALUE);
}

/* Digits with an optional sign that fit 18 places; false otherwise. */
static bool integer_parse(const char *text, size_t size, int64_t *out)
{
    const bool negative = size > 0 && text[0] == '-';
    int64_t value = 0;
    if (size == (size_t)negative || size - negative > 18) return false;
    for (size_t i = negative; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (text[i] - '0');
    }
    *out = negative ? -value : value;
    return true;
}

static l1_result set_number(const l1_key *key, void *field, const char *text, size_t size,
                            bool plain, char *why)
{
    int64_t value = 0;
    if (!plain) return refuse(key, text, size, "is a quoted text, not a number", why);
    if (is_decimal(key)) {
        const l1_result parsed = l1_decimal_parse(text, size, &value);
        if (parsed.code == L1_INPUT_TOO_LONG) {
            return refuse(key, text, size, "has more than 20 digits", why);
        }
        if (parsed.code == L1_INPUT_FIELD) {
            return refuse(key, text, size, "is too large to be held", why);
        }
        if (parsed.code != L1_OK) return refuse(key, text, size, "is not a decimal number", why);
    } else if (!integer_parse(text, size, &value)) {
        return refuse(key, text, size, "is not a whole number", why);
    }
    char bound[L1_DECIMAL_TEXT_MAX], wrong[64];
    if (value < key->min || value > key->max) {
        number_text(key, value < key->min ? key->min : key->max, bound);
        (void)snprintf(wrong, sizeof wrong, "is %s the limit %s",
                       value < key->min ? "below" : "above", bound);
        return refuse(key, text, size, wrong, why);
    }
    store(field, key->size, value * scale_of(key));
    return L1_SUCCESS;
}

static int choice_of(const l1_key *key, const char *text, size_t size)
{
    for (int i = 0; key->choices[i] != NULL; i++) {
        if (strlen(key->choices[i]) == size && memcmp(key->choices[i], text, size) == 0) return i;
    }
    return -1;
}

static l1_result set_text(const l1_key *key, void *field, const char *text, size_t size, char *why)
{
    static const char *const wrong[L1_KEY_TYPE_COUNT] = {
        [L1_KEY_PATH] = "holds a character that cannot be printed, or is not UTF-8",
        [L1_KEY_NAME] = "holds another character than these",
        [L1_KEY_ASSET] = "holds another character than these",
        [L1_KEY_BUS] = "is not the address of a bus",
    };
    L1_ASSERT(key->max < (int64_t)key->size);
    if ((int64_t)size < key->min) return refuse(key, text, size, "is too short", why);
    if ((int64_t)size > key->max) return refuse(key, text, size, "is too long", why);
    bool good = l1_text_printable(text, size);
    if (key->type == L1_KEY_NAME) good = l1_text_name(text, size);
    if (key->type == L1_KEY_ASSET) good = l1_text_asset(text, size);
    if (key->type == L1_KEY_BUS) good = good && l1_text_bus(text, size);
    if (!good) return refuse(key, text, size, wrong[key->type], why);
    memset(field, 0, key->size);
    memcpy(field, text, size);
    return L1_SUCCESS;
}

static l1_result set_null(const l1_key *key, void *field, const char *text, size_t size, char *why)
{
    if (size == 0) return refuse(key, text, size, "is missing", why);
    if (key->rule == NULL) return refuse(key, text, size, "is not allowed here", why);
    L1_ASSERT(key->size == sizeof(int64_t));
    store(field, key->size, L1_OFF);
    return L1_SUCCESS;
}

l1_result l1_value_set(const l1_key *key, void *field, const char *text, size_t size, bool plain,
                       char why[L1_VALUE_WHY_MAX])
{
    L1_ASSERT(key != NULL && field != NULL);
    if (plain && (size == 0 || l1_text_is(text, size, "null") || l1_text_is(text, size, "~"))) {
        return set_null(key, field, text, size, why);
    }
    if (is_decimal(key) || is_integer(key)) {
        return set_number(key, field, text, size, plain, why);
    }
    if (key->type == L1_KEY_BOOL) {
        const bool yes = l1_text_is(text, size, "true");
        if (!plain || (!yes && !l1_text_is(text, size, "false"))) {
            return refuse(key, text, size, "is neither", why);
        }
        store(field, key->size, yes);
        return L1_SUCCESS;
    }
    if (key->type == L1_KEY_ENUM) {
        const int choice = choice_of(key, text, size);
        if (choice < 0) return refuse(key, text, size, "is none of the words", why);
        store(field, key->size, choice);
        return L1_SUCCESS;
    }
    if (l1_value_is_list(key)) {
        return refuse(key, text, size, "is not a list in brackets", why);
    }
    return set_text(key, field, text, size, why);
}

bool l1_value_is_list(const l1_key *key)
{
    return key->type == L1_KEY_LIST || key->type == L1_KEY_DELAYS;
}

static l1_result add_delay(const l1_key *key, l1_latencies *table, const char *text, size_t size,
                           char *why)
{
    int64_t value = 0;
    L1_ASSERT(key->size == sizeof *table);
    if (!integer_parse(text, size, &value)) {
        return refuse(key, text, size, "is not a whole number", why);
    }
    if (value < key->min || value > key->max) {
        return refuse(key, text, size, "is outside its limits", why);
    }
    if (table->count == L1_LATENCIES_MAX) return refuse(key, text, size, "is one too many", why);
    table->ns[table->count++] = value * NS_PER_MS;
    return L1_SUCCESS;
}

l1_result l1_value_add(const l1_key *key, void *field, const char *text, size_t size,
                       char why[L1_VALUE_WHY_MAX])
{
    L1_ASSERT(l1_value_is_list(key));
    if (key->type == L1_KEY_DELAYS) return add_delay(key, field, text, size, why);
    const int choice = choice_of(key, text, size);
    if (choice < 0) return refuse(key, text, size, "is none of the words", why);
    const int64_t bits = load(field, key->size), bit = INT64_C(1) << choice;
    if ((bits & bit) != 0) return refuse(key, text, size, "stands in the list twice", why);
    store(field, key->size, bits | bit);
    return L1_SUCCESS;
}

void l1_value_preset(const l1_key *key, void *field)
{
    char why[L1_VALUE_WHY_MAX];
    L1_ASSERT(key->preset != NULL);
    if (!l1_value_is_list(key)) {
        const l1_result set = l1_value_set(key, field, key->preset, strlen(key->preset), true, why);
        L1_ASSERT(set.code == L1_OK);
        return;
    }
    memset(field, 0, key->size);
    const char *at = key->preset;
    for (at += strspn(at, "[], "); *at != '\0'; at += strspn(at, "[], ")) {
        const size_t size = strcspn(at, "[], ");
        const l1_result added = l1_value_add(key, field, at, size, why);
        L1_ASSERT(added.code == L1_OK);
        at += size;
    }
}

static void list_format(const l1_key *key, int64_t bits, char out[L1_VALUE_TEXT_MAX])
{
    size_t used = 0;
    out[used++] = '[';
    for (int i = 0; key->choices[i] != NULL; i++) {
        if ((bits >> i & 1) == 0) continue;
        const int size = snprintf(out + used, L1_VALUE_TEXT_MAX - used, "%s%s",
                                  used > 1 ? ", " : "", key->choices[i]);
        L1_ASSERT(size > 0 && (size_t)size + 2 < L1_VALUE_TEXT_MAX - used);
        used += (size_t)size;
    }
    memcpy(out + used, "]", 2);
}

static void delays_format(const l1_latencies *table, char out[L1_VALUE_TEXT_MAX])
{
    size_t used = 0;
    out[used++] = '[';
    for (uint32_t i = 0; i < table->count; i++) {
        const int size = snprintf(out + used, L1_VALUE_TEXT_MAX - used, "%s%lld", i > 0 ? ", " : "",
                                  (long long)(table->ns[i] / NS_PER_MS));
        L1_ASSERT(size > 0 && (size_t)size + 2 < L1_VALUE_TEXT_MAX - used);
        used += (size_t)size;
    }
    memcpy(out + used, "]", 2);
}

bool l1_value_is_off(const l1_key *key, const void *field)
{
    return key->rule != NULL && load(field, key->size) == L1_OFF;
}

void l1_value_format(const l1_key *key, const void *field, char out[L1_VALUE_TEXT_MAX])
{
    if (key->type >= L1_KEY_PATH) {
        l1_text_quote(field, out, L1_VALUE_TEXT_MAX);
        return;
    }
    if (key->type == L1_KEY_DELAYS) {
        delays_format(field, out);
        return;
    }
    const int64_t value = load(field, key->size);
    if (l1_value_is_off(key, field)) {
        (void)snprintf(out, L1_VALUE_TEXT_MAX, "null");
    } else if (key->type == L1_KEY_LIST) {
        list_format(key, value, out);
    } else if (key->type == L1_KEY_ENUM) {
        (void)snprintf(out, L1_VALUE_TEXT_MAX, "%s", key->choices[value]);
    } else if (key->type == L1_KEY_BOOL) {
        (void)snprintf(out, L1_VALUE_TEXT_MAX, "%s", value == 1 ? "true" : "false");
    } else {
        L1_ASSERT(value % scale_of(key) == 0);
        number_text(key, value / scale_of(key), out);
    }
}
