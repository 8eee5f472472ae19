/* config/show.c: the table seen by people: resolved values, one key explained, the reference. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "config/value.h"

#define PIECE_MAX 1536

__attribute__((format(printf, 2, 3))) static void put(l1_config_out out, const char *format, ...)
{
    char text[PIECE_MAX];
    va_list list;
    va_start(list, format);
    const int size = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    L1_ASSERT(size >= 0 && (size_t)size < sizeof text);
    out.write(out.context, text, (size_t)size);
}

/* What stands at "*" of a row for index i, and how many there are. */
static size_t instances(const l1_limits *limits, const l1_key *key)
{
    if (key->home == L1_HOME_SYMBOL) return limits->symbols_count;
    return key->home == L1_HOME_BALANCE ? (size_t)limits->symbols_count + 1 : 1;
}

static const char *instance_name(const l1_limits *limits, const l1_key *key, size_t index)
{
    if (key->home == L1_HOME_SYMBOL) return limits->symbols[index].name;
    return index == 0 ? limits->quote : limits->symbols[index - 1].base;
}

static void path_of(const l1_limits *limits, const l1_key *key, size_t index,
                    char out[L1_KEY_PATH_MAX])
{
    const char *star = strchr(key->name, '*');
    const int head = star == NULL ? (int)strlen(key->name) : (int)(star - key->name);
    (void)snprintf(out, L1_KEY_PATH_MAX, "%.*s%s%s", head, key->name,
                   star == NULL ? "" : instance_name(limits, key, index),
                   star == NULL ? "" : star + 1);
}

/* One key in block style; opens the groups that the path before did not share. */
static void put_key(l1_config_out out, char before[L1_KEY_PATH_MAX], const char *path,
                    const char *value)
{
    char part[L1_KEY_PART_MAX + 1], old[L1_KEY_PART_MAX + 1];
    const char *at = path, *old_at = before;
    bool shared = true;
    for (int depth = 0; l1_key_part(&at, part); depth++) {
        shared = shared && l1_key_part(&old_at, old) && strcmp(part, old) == 0;
        if (*at == '\0') {
            put(out, "%*s%s: %s\n", depth * 2, "", part, value);
        } else if (!shared) {
            put(out, "%*s%s:\n", depth * 2, "", part);
        }
    }
    (void)snprintf(before, L1_KEY_PATH_MAX, "%s", path);
}

static void show_row(const l1_config *config, const l1_key *key, size_t index, char *before,
                     l1_config_out out)
{
    char path[L1_KEY_PATH_MAX], value[L1_VALUE_TEXT_MAX];
    /* The field is only read; the accessor serves writers too. */
    const void *field = l1_value_field((l1_config *)(uintptr_t)config, key, index);
    path_of(&config->limits, key, index, path);
    l1_value_format(key, field, value);
    put_key(out, before, path, value);
}

void l1_config_show(const l1_config *config, l1_config_out out)
{
    char before[L1_KEY_PATH_MAX] = "";
    L1_ASSERT(config->limits.symbols_count <= L1_SYMBOLS_MAX);
    for (size_t row = 0; row < l1_keys_count; row++) {
        const l1_key *key = &l1_keys[row];
        if (key->home == L1_HOME_SYMBOL) continue;
        const size_t count = instances(&config->limits, key);
        for (size_t i = 0; i < count; i++) show_row(config, key, i, before, out);
    }
    for (size_t i = 0; i < config->limits.symbols_count; i++) {
        for (size_t row = 0; row < l1_keys_count; row++) {
            if (l1_keys[row].home != L1_HOME_SYMBOL) continue;
            show_row(config, &l1_keys[row], i, before, out);
        }
    }
}

unsigned l1_config_changes(const l1_config *from, const l1_config *to, void *context,
                           void (*take)(void *context, const char *key, const char *was,
                                        const char *is))
{
    unsigned count = 0;
    L1_ASSERT(from->limits.symbols_count == to->limits.symbols_count);
    for (size_t row = 0; row < l1_keys_count; row++) {
        const l1_key *key = &l1_keys[row];
        for (size_t i = 0; i < instances(&from->limits, key); i++) {
            char path[L1_KEY_PATH_MAX], was[L1_VALUE_TEXT_MAX], is[L1_VALUE_TEXT_MAX];
            l1_value_format(key, l1_value_field((l1_config *)(uintptr_t)from, key, i), was);
            l1_value_format(key, l1_value_field((l1_config *)(uintptr_t)to, key, i), is);
            if (strcmp(was, is) == 0) continue;
            path_of(&from->limits, key, i, path);
            take(context, path, was, is);
            count++;
        }
    }
    return count;
}

unsigned l1_config_warnings(const l1_config *config, l1_config_out out)
{
    unsigned count = 0;
    for (size_t row = 0; row < l1_keys_count; row++) {
        const l1_key *key = &l1_keys[row];
        if (key->rule == NULL) continue;
        for (size_t i = 0; i < instances(&config->limits, key); i++) {
            char path[L1_KEY_PATH_MAX];
            if (!l1_value_is_off(key, l1_value_field((l1_config *)(uintptr_t)config, key, i))) {
                continue;
            }
            path_of(&config->limits, key, i, path);
            put(out, "rule %s is switched off by %s: null\n", key->rule, path);
            count++;
        }
    }
    return count;
}

static void explain_key(const l1_key *key, const char *path, l1_config_out out)
{
    char allowed[L1_VALUE_TEXT_MAX];
    l1_value_allowed(key, allowed);
    put(out, "%s\n  %s\n", path, key->help);
    put(out, "  type:    %s\n  unit:    %s\n  allowed: %s\n", l1_value_type(key), key->unit,
        allowed);
    put(out, "  default: %s\n", key->preset != NULL ? key->preset : "none; it has to be written");
    if (key->rule != NULL) put(out, "  null:    switches %s off\n", key->rule);
    if (key->rule == NULL) put(out, "  null:    refused\n");
}

l1_result l1_config_explain(const char *key, l1_config_out out, l1_config_error *error)
{
    L1_ASSERT(key != NULL && error != NULL);
    const l1_match match = l1_key_find(key);
    if (match.kind == L1_MATCH_KEY) {
        explain_key(&l1_keys[match.row], key, out);
        return L1_SUCCESS;
    }
    if (match.kind == L1_MATCH_GROUP) {
        for (size_t row = match.row; row < l1_keys_count; row++) {
            const char *at = key, *name = l1_keys[row].name;
            char asked[L1_KEY_PART_MAX + 1], own[L1_KEY_PART_MAX + 1];
            bool inside = true;
            while (inside && l1_key_part(&at, asked)) {
                inside =
                    l1_key_part(&name, own) && (strcmp(own, "*") == 0 || strcmp(own, asked) == 0);
            }
            if (inside) put(out, "%s.%s: %s\n", key, name, l1_keys[row].help);
        }
        return L1_SUCCESS;
    }
    char near[L1_KEY_SUGGESTIONS_MAX][L1_KEY_PATH_MAX];
    const size_t count = l1_key_suggest(key, near);
    memset(error, 0, sizeof *error);
    (void)snprintf(error->diag.field, sizeof error->diag.field, "%.63s", key);
    (void)snprintf(error->text, sizeof error->text, "%.200s: unknown key%s%.200s%s%.200s%s%.200s",
                   key, count > 0 ? "; nearest: " : "; docs/configuration.md lists all keys",
                   count > 0 ? near[0] : "", count > 1 ? ", " : "", count > 1 ? near[1] : "",
                   count > 2 ? ", " : "", count > 2 ? near[2] : "");
    (void)snprintf(error->diag.text, sizeof error->diag.text, "%.191s", error->text);
    return L1_FAILURE(L1_CONFIG_KEY);
}

static void reference_row(const l1_key *key, l1_config_out out)
{
    char allowed[L1_VALUE_TEXT_MAX];
    l1_value_allowed(key, allowed);
    put(out, "| `%s` | %s | %s | %s | ", key->name, l1_value_type(key), key->unit, allowed);
    if (key->preset != NULL) put(out, "`%s`", key->preset);
    if (key->preset == NULL) put(out, "must be written");
    put(out, " | %s%s | %s |\n", key->rule != NULL ? "switches off " : "refused",
        key->rule != NULL ? key->rule : "", key->help);
}

void l1_config_reference(l1_config_out out)
{
    put(out,
        "# Configuration\n\n"
        "Generated from the table of keys in `src/config/keys.c`; a test compares the two.\n\n"
        "The configuration is one YAML file (`--config FILE`, else `./config/l1.yaml`, else\n"
        "`/etc/l1/l1.yaml`) of at most 1 MiB. `--set key=value` overrides one key by its dotted\n"
        "name, such as `--set symbols.BTC/USDT.qty_max=0.01`; the value is YAML, so `null` and\n"
        "`[survival]` work too. Overrides never add a symbol.\n\n");
    put(out,
        "An unknown, repeated or missing key, a wrong type and a value out of bounds are errors\n"
        "that name file, line, key, value and limit. Bounds are inclusive. Decimals may be\n"
        "written in any notation (`1e-05`) and hold 8 decimals. `null` switches a rule off\n"
        "where the table says so, and the log names it at start. YAML anchors, aliases and tags\n"
        "are refused. Secrets never stand in this file.\n\n");
    put(out,
        "Below `symbols` stand 1 to %d symbols named BASE/QUOTE, all in `portfolio.quote`. In the\n"
        "table `*` is a symbol or, below `paper.balances`, an asset. Between keys: each minimum\n"
        "is at most its maximum, `qty_min` is a multiple of `venue.lot`, `qty_max` is at least\n"
        "one lot, no head is in both `ai.gate` and `ai.shadow`, and `ai.gate` is not empty while\n"
        "`ai.required` is true.\n\n",
        L1_SYMBOLS_MAX);
    put(out, "| key | type | unit | allowed | default | null | what it does |\n"
             "|---|---|---|---|---|---|---|\n");
    for (size_t row = 0; row < l1_keys_count; row++) reference_row(&l1_keys[row], out);
}
