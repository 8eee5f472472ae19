/* config/collect.c: nodes of a configuration into the target, each at most once a source. */
#include "config/collect.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "config/text.h"

l1_result l1_collect_refuse(const l1_collector *collector, l1_status status, l1_place place,
                            const char *key, const char *format, ...)
{
    l1_config_error *error = collector->error;
    char where[L1_PATH_TEXT_MAX], why[L1_VALUE_WHY_MAX], name[128];
    l1_text_show(key, strlen(key), name, sizeof name);
    if (key[0] == '\0') name[0] = '\0';
    if (place.source >= 2) {
        char shown[100];
        const char *text = collector->overrides[place.source - 2];
        l1_text_show(text, strlen(text), shown, sizeof shown);
        (void)snprintf(where, sizeof where, "--set %s", shown);
    } else if (place.line > 0) {
        (void)snprintf(where, sizeof where, "%.200s:%u", collector->file, place.line);
    } else {
        (void)snprintf(where, sizeof where, "%.200s", collector->file);
    }
    va_list list;
    va_start(list, format);
    (void)vsnprintf(why, sizeof why, format, list);
    va_end(list);
    memset(error, 0, sizeof *error);
    (void)snprintf(error->diag.field, sizeof error->diag.field, "%.63s", name);
    (void)snprintf(error->diag.text, sizeof error->diag.text, "%.191s", why);
    error->diag.line = place.source >= 2 ? 0 : place.line;
    (void)snprintf(error->text, sizeof error->text, "%s: %s%s%s", where, name,
                   name[0] == '\0' ? "" : ": ", why);
    return L1_FAILURE(status);
}

static l1_place here(const l1_collector *collector, unsigned line)
{
    return (l1_place){.source = collector->source, .line = line};
}

l1_result l1_collect_unknown(const l1_collector *collector, unsigned line, const char *path)
{
    char near[L1_KEY_SUGGESTIONS_MAX][L1_KEY_PATH_MAX];
    char text[3 * 100] = "";
    const size_t count = l1_key_suggest(path, near);
    for (size_t i = 0, used = 0; i < count; i++) {
        const int size =
            snprintf(text + used, sizeof text - used, "%s%.90s", i == 0 ? "" : " or ", near[i]);
        used += (size_t)size;
    }
    const char *advice = count > 0 ? "did you mean " : "see docs/configuration.md for all keys";
    return l1_collect_refuse(collector, L1_CONFIG_KEY, here(collector, line), path,
                             "unknown key; %s%s%s", advice, text, count > 0 ? "?" : "");
}

/* Notes that a thing is written here; refuses when the same source wrote it before. */
static l1_result claim(l1_collector *collector, l1_place *place, unsigned line, const char *path)
{
    if (place->source == collector->source) {
        return l1_collect_refuse(collector, L1_CONFIG_KEY, here(collector, line), path,
                                 "is written a second time (first on line %u); keep one",
                                 place->line);
    }
    *place = here(collector, line);
    return L1_SUCCESS;
}

void l1_collect_begin(l1_collector *collector)
{
    L1_ASSERT(collector->config != NULL && collector->error != NULL);
    for (size_t row = 0; row < l1_keys_count; row++) {
        const l1_key *key = &l1_keys[row];
        if (key->home == L1_HOME_SYMBOL || key->home == L1_HOME_BALANCE) continue;
        l1_value_preset(key, l1_value_field(collector->config, key, 0));
    }
}

static bool name_valid(const char *name)
{
    const char *slash = strchr(name, '/');
    if (slash == NULL) return false;
    const size_t base = (size_t)(slash - name), quote = strlen(slash + 1);
    return base < L1_ASSET_TEXT_MAX && quote < L1_ASSET_TEXT_MAX && l1_text_asset(name, base) &&
           l1_text_asset(slash + 1, quote);
}

static l1_result add_symbol(l1_collector *collector, const char *name, unsigned line,
                            const char *path)
{
    l1_limits *limits = &collector->config->limits;
    const l1_place place = here(collector, line);
    const int known = l1_limits_symbol(limits, name);
    if (known >= 0) return claim(collector, &collector->symbols[known], line, path);
    if (collector->source >= 2) {
        return l1_collect_refuse(collector, L1_CONFIG_KEY, place, path,
                                 "the symbol is not configured; add it to the file");
    }
    if (!name_valid(name)) {
        return l1_collect_refuse(collector, L1_CONFIG_KEY, place, path,
                                 "is not a symbol; write BASE/QUOTE, each 1 to %d of A-Z 0-9",
                                 L1_ASSET_TEXT_MAX - 1);
    }
    if (limits->symbols_count == L1_SYMBOLS_MAX) {
        return l1_collect_refuse(collector, L1_CONFIG_KEY, place, path,
                                 "is symbol %d, above the limit %d; remove one", L1_SYMBOLS_MAX + 1,
                                 L1_SYMBOLS_MAX);
    }
    const uint32_t index = limits->symbols_count++;
    l1_instrument *symbol = &limits->symbols[index];
    memcpy(symbol->name, name, strlen(name) + 1);
    memcpy(symbol->base, name, strcspn(name, "/"));
    collector->symbols[index] = place;
    for (size_t row = 0; row < l1_keys_count; row++) {
        const l1_key *key = &l1_keys[row];
        if (key->home != L1_HOME_SYMBOL || key->preset == NULL) continue;
        l1_value_preset(key, l1_value_field(collector->config, key, index));
    }
    return L1_SUCCESS;
}

static unsigned dots(const char *path)
{
    unsigned count = 0;
    for (; *path != '\0'; path++) count += *path == '.';
    return count;
}

l1_result l1_collect_map(l1_collector *collector, const char *path, unsigned line)
{
    const l1_match match = l1_key_find(path);
    if (match.kind == L1_MATCH_NONE) return l1_collect_unknown(collector, line, path);
    if (match.kind == L1_MATCH_KEY) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, here(collector, line), path,
                                 "a mapping is not a value; write a %s",
                                 l1_value_type(&l1_keys[match.row]));
    }
    const unsigned depth = dots(path);
    L1_ASSERT(depth < 4);
    if (strcmp(path, "paper.balances") == 0) {
        return claim(collector, &collector->balances_place, line, path);
    }
    if (match.named[0] == '\0') {
        return claim(collector, &collector->groups[match.row][depth], line, path);
    }
    if (depth == 1) return add_symbol(collector, match.named, line, path);
    const int index = l1_limits_symbol(&collector->config->limits, match.named);
    if (index < 0) {
        return l1_collect_refuse(collector, L1_CONFIG_KEY, here(collector, line), path,
                                 "the symbol is not configured; add it to the file");
    }
    return claim(collector, &collector->symbol_groups[index][match.row], line, path);
}

static l1_result balance_slot(l1_collector *collector, const char *asset, unsigned line,
                              const char *path, l1_balance **out)
{
    L1_ASSERT(collector->balances_count <= L1_ASSETS_MAX);
    for (size_t i = 0; i < collector->balances_count; i++) {
        if (strcmp(collector->balances[i].asset, asset) != 0) continue;
        *out = &collector->balances[i];
        return claim(collector, &collector->balances[i].place, line, path);
    }
    if (collector->balances_count == L1_ASSETS_MAX) {
        return l1_collect_refuse(collector, L1_CONFIG_KEY, here(collector, line), path,
                                 "is asset %d, above the limit %d", L1_ASSETS_MAX + 1,
                                 L1_ASSETS_MAX);
    }
    *out = &collector->balances[collector->balances_count++];
    memcpy((*out)->asset, asset, strlen(asset) + 1);
    (*out)->place = here(collector, line);
    return L1_SUCCESS;
}

/* The field that a path means, claimed for this source. */
static l1_result target_of(l1_collector *collector, const char *path, unsigned line,
                           const l1_key **key, void **field)
{
    const l1_match match = l1_key_find(path);
    if (match.kind == L1_MATCH_NONE) return l1_collect_unknown(collector, line, path);
    *key = &l1_keys[match.row];
    if (match.kind == L1_MATCH_GROUP) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, here(collector, line), path,
                                 "is a group of keys, not a value; write keys below it (such as "
                                 "%s) or remove it",
                                 (*key)->name);
    }
    if ((*key)->home == L1_HOME_BALANCE) {
        l1_balance *balance = NULL;
        L1_TRY(balance_slot(collector, match.named, line, path, &balance));
        *field = &balance->e8;
        return L1_SUCCESS;
    }
    l1_place *place = &collector->keys[match.row];
    int index = 0;
    if ((*key)->home == L1_HOME_SYMBOL) {
        index = l1_limits_symbol(&collector->config->limits, match.named);
        if (index < 0) {
            return l1_collect_refuse(collector, L1_CONFIG_KEY, here(collector, line), path,
                                     "the symbol is not configured; add it to the file");
        }
        place = &collector->symbol_keys[index][match.row];
    }
    *field = l1_value_field(collector->config, *key, (size_t)index);
    return claim(collector, place, line, path);
}

l1_result l1_collect_scalar(l1_collector *collector, const char *path, unsigned line,
                            const char *text, size_t size, bool plain)
{
    const l1_key *key = NULL;
    void *field = NULL;
    char why[L1_VALUE_WHY_MAX];
    L1_TRY(target_of(collector, path, line, &key, &field));
    if (l1_value_set(key, field, text, size, plain, why).code == L1_OK) return L1_SUCCESS;
    return l1_collect_refuse(collector, L1_CONFIG_VALUE, here(collector, line), path, "%s", why);
}

l1_result l1_collect_list(l1_collector *collector, const char *path, unsigned line)
{
    const l1_key *key = NULL;
    void *field = NULL;
    L1_TRY(target_of(collector, path, line, &key, &field));
    if (!l1_value_is_list(key)) {
        return l1_collect_refuse(collector, L1_CONFIG_VALUE, here(collector, line), path,
                                 "a list is not a value; write a %s", l1_value_type(key));
    }
    memset(field, 0, key->size);
    return L1_SUCCESS;
}

l1_result l1_collect_item(l1_collector *collector, const char *path, unsigned line,
                          const char *text, size_t size)
{
    char why[L1_VALUE_WHY_MAX];
    const l1_match match = l1_key_find(path);
    L1_ASSERT(match.kind == L1_MATCH_KEY);
    const l1_key *key = &l1_keys[match.row];
    void *field = l1_value_field(collector->config, key, 0); /* lists are global keys */
    if (l1_value_add(key, field, text, size, why).code == L1_OK) return L1_SUCCESS;
    return l1_collect_refuse(collector, L1_CONFIG_VALUE, here(collector, line), path, "%s", why);
}
