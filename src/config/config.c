/* config/config.c: walks the YAML of a file or of an override and hands its nodes on.
 *
 * libyaml gives events with marks; anchors, aliases, tags and further documents are refused,
 * because one value must stand at one place. Depth is bounded by the table: a path that no row
 * knows ends the walk before it goes deeper. */
#include "config/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/assert.h"
#include "config/collect.h"
#include "config/text.h"

#define DEPTH_MAX 6

typedef struct {
    bool list;
    bool value_next;  /* in a mapping: a key was read, its value comes */
    size_t path_size; /* of the path to this container */
} frame;

typedef struct {
    l1_collector *collector;
    const char *text; /* what is parsed: for the line of a broken byte */
    size_t size;
    yaml_parser_t parser;
    char path[L1_KEY_PATH_MAX];
    size_t path_size;
    frame frames[DEPTH_MAX];
    size_t depth;
    unsigned documents, roots;
} walker;

__attribute__((format(printf, 4, 5))) static l1_result
refuse(const walker *walk, l1_status status, unsigned line, const char *format, ...)
{
    const l1_place place = {.source = walk->collector->source, .line = line};
    char why[L1_VALUE_WHY_MAX];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(why, sizeof why, format, list);
    va_end(list);
    return l1_collect_refuse(walk->collector, status, place, walk->path, "%s", why);
}

static frame *top(walker *walk)
{
    return walk->depth == 0 ? NULL : &walk->frames[walk->depth - 1];
}

/* The value that was awaited is complete: the path is its container's again. */
static void value_done(walker *walk)
{
    frame *at = top(walk);
    if (at == NULL || at->list) return;
    at->value_next = false;
    walk->path_size = at->path_size;
    walk->path[walk->path_size] = '\0';
}

static l1_result take_key(walker *walk, const char *text, size_t size, unsigned line)
{
    char part[L1_KEY_PART_MAX + 1];
    if (size == 0 || size > L1_KEY_PART_MAX || memchr(text, '.', size) != NULL ||
        memchr(text, '\0', size) != NULL) {
        l1_text_show(text, size, part, sizeof part);
        return refuse(walk, L1_CONFIG_KEY, line,
                      "\"%s\" is not a key: keys are 1 to 64 bytes without a dot; write groups as "
                      "\"group: {key: value}\"",
                      part);
    }
    L1_ASSERT(walk->path_size + size + 2 <= sizeof walk->path);
    if (walk->path_size > 0) walk->path[walk->path_size++] = '.';
    memcpy(walk->path + walk->path_size, text, size);
    walk->path_size += size;
    walk->path[walk->path_size] = '\0';
    top(walk)->value_next = true;
    if (l1_key_find(walk->path).kind != L1_MATCH_NONE) return L1_SUCCESS;
    return l1_collect_unknown(walk->collector, line, walk->path);
}

static l1_result on_scalar(walker *walk, const yaml_event_t *event, unsigned line)
{
    const char *text = (const char *)event->data.scalar.value;
    const size_t size = event->data.scalar.length;
    const bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const frame *at = top(walk);
    if (at != NULL && at->list) {
        return l1_collect_item(walk->collector, walk->path, line, text, size);
    }
    if (at != NULL && !at->value_next) return take_key(walk, text, size, line);
    if (walk->path_size == 0) {
        return refuse(walk, L1_INPUT_SYNTAX, line,
                      "the configuration is not a mapping; write keys as \"key: value\"");
    }
    L1_TRY(l1_collect_scalar(walk->collector, walk->path, line, text, size, plain));
    value_done(walk);
    return L1_SUCCESS;
}

static l1_result on_container(walker *walk, bool list, unsigned line)
{
    const frame *at = top(walk);
    if (at != NULL && (at->list || !at->value_next)) {
        return refuse(walk, L1_CONFIG_VALUE, line, "a mapping or list cannot stand as %s",
                      at->list ? "an element of a list" : "a key");
    }
    if (walk->path_size == 0 && list) {
        return refuse(walk, L1_INPUT_SYNTAX, line,
                      "the configuration is a list; write keys as \"key: value\"");
    }
    if (walk->path_size > 0) {
        L1_TRY(list ? l1_collect_list(walk->collector, walk->path, line)
                    : l1_collect_map(walk->collector, walk->path, line));
    }
    L1_ASSERT(walk->depth < DEPTH_MAX);
    walk->frames[walk->depth++] = (frame){.list = list, .path_size = walk->path_size};
    return L1_SUCCESS;
}

static l1_result refuse_extras(walker *walk, const yaml_event_t *event, unsigned line)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return refuse(walk, L1_INPUT_SYNTAX, line, "an alias is refused; write the value");
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    default: return L1_SUCCESS;
    }
    if (anchor != NULL) {
        return refuse(walk, L1_INPUT_SYNTAX, line, "anchor &%.40s is refused; remove it",
                      (const char *)anchor);
    }
    if (tag != NULL) {
        return refuse(walk, L1_INPUT_SYNTAX, line, "tag %.40s is refused; remove it",
                      (const char *)tag);
    }
    return L1_SUCCESS;
}

static l1_result on_event(walker *walk, const yaml_event_t *event)
{
    const unsigned line = (unsigned)event->start_mark.line + 1;
    L1_TRY(refuse_extras(walk, event, line));
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (walk->documents++ == 0) return L1_SUCCESS;
        return refuse(walk, L1_INPUT_SYNTAX, line,
                      "a second document is refused; a file is one configuration");
    case YAML_SCALAR_EVENT: return on_scalar(walk, event, line);
    case YAML_MAPPING_START_EVENT: return on_container(walk, false, line);
    case YAML_SEQUENCE_START_EVENT: return on_container(walk, true, line);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        L1_ASSERT(walk->depth > 0);
        walk->depth--;
        value_done(walk);
        return L1_SUCCESS;
    default: return L1_SUCCESS;
    }
}

static l1_result refuse_syntax(walker *walk)
{
    const yaml_parser_t *parser = &walk->parser;
    const char *problem = parser->problem == NULL ? "out of memory" : parser->problem;
    unsigned line = (unsigned)parser->problem_mark.line + 1;
    if (parser->error == YAML_READER_ERROR) { /* gives an offset, not a mark */
        line = 1;
        for (size_t i = 0; i < parser->problem_offset && i < walk->size; i++) {
            line += walk->text[i] == '\n';
        }
    }
    return refuse(walk, L1_INPUT_SYNTAX, line, "not well-formed YAML in UTF-8: %s", problem);
}

/* Walks one text below `path` ("" for a file). */
static l1_result walk_text(l1_collector *collector, const char *text, size_t size, const char *path)
{
    walker walk = {.collector = collector, .text = text, .size = size};
    walk.path_size = strlen(path);
    L1_ASSERT(walk.path_size < sizeof walk.path);
    memcpy(walk.path, path, walk.path_size);
    if (yaml_parser_initialize(&walk.parser) == 0) return refuse_syntax(&walk);
    yaml_parser_set_encoding(&walk.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&walk.parser, (const unsigned char *)text, size);
    l1_result result = L1_SUCCESS;
    for (bool end = false; !end && result.code == L1_OK;) {
        yaml_event_t event;
        if (yaml_parser_parse(&walk.parser, &event) == 0) {
            result = refuse_syntax(&walk);
            break;
        }
        end = event.type == YAML_STREAM_END_EVENT;
        result = on_event(&walk, &event);
        yaml_event_delete(&event);
    }
    if (result.code == L1_OK && walk.documents == 0) {
        result = refuse(&walk, L1_CONFIG_VALUE, 0, "holds no value");
    }
    yaml_parser_delete(&walk.parser);
    return result;
}

static l1_result apply_override(l1_collector *collector, const char *override)
{
    char path[L1_KEY_PATH_MAX];
    const char *equals = strchr(override, '=');
    const l1_place place = {.source = collector->source};
    if (equals == NULL || equals == override) {
        return l1_collect_refuse(collector, L1_USAGE, place, "", "write --set key=value");
    }
    const size_t size = (size_t)(equals - override);
    if (size >= sizeof path || strlen(equals) > L1_CONFIG_SIZE_MAX) {
        return l1_collect_refuse(collector, L1_CONFIG_KEY, place, "", "is too long");
    }
    memcpy(path, override, size);
    path[size] = '\0';
    if (strchr(path, '*') != NULL || l1_key_find(path).kind == L1_MATCH_NONE) {
        return l1_collect_unknown(collector, 0, path);
    }
    return walk_text(collector, equals + 1, strlen(equals + 1), path);
}

l1_result l1_config_parse(const char *text, size_t size, const char *file,
                          const char *const *overrides, size_t overrides_count, l1_config *out,
                          l1_config_error *error)
{
    L1_ASSERT(out != NULL && error != NULL && file != NULL);
    L1_ASSERT(overrides_count == 0 || overrides != NULL);
    memset(out, 0, sizeof *out);
    l1_collector collector = {
        .config = out, .error = error, .file = file, .overrides = overrides, .source = 1};
    if (size > L1_CONFIG_SIZE_MAX) {
        return l1_collect_refuse(&collector, L1_INPUT_TOO_LONG, (l1_place){0}, "",
                                 "%zu bytes are above the limit %d; a configuration is small", size,
                                 L1_CONFIG_SIZE_MAX);
    }
    l1_collect_begin(&collector);
    l1_result result = walk_text(&collector, text, size, "");
    for (size_t i = 0; i < overrides_count && result.code == L1_OK; i++) {
        collector.source = (unsigned)i + 2;
        result = apply_override(&collector, overrides[i]);
    }
    if (result.code == L1_OK) result = l1_collect_finish(&collector);
    if (result.code != L1_OK) memset(out, 0, sizeof *out);
    return result;
}

l1_result l1_config_read(const char *path, const char *const *overrides, size_t overrides_count,
                         l1_config *out, l1_config_error *error)
{
    const l1_collector collector = {.error = error, .file = path, .source = 1};
    memset(out, 0, sizeof *out);
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return l1_collect_refuse(&collector, L1_IO_OPEN, (l1_place){0}, "",
                                 "cannot be opened: %s; name another with --config",
                                 strerror(errno));
    }
    char *text = malloc(L1_CONFIG_SIZE_MAX + 1);
    l1_result result = L1_FAILURE(L1_IO_READ);
    errno = ENOMEM;
    if (text != NULL) {
        errno = 0;
        const size_t size = fread(text, 1, L1_CONFIG_SIZE_MAX + 1, file);
        if (ferror(file) == 0) {
            result = l1_config_parse(text, size, path, overrides, overrides_count, out, error);
            goto done;
        }
    }
    result = l1_collect_refuse(&collector, L1_IO_READ, (l1_place){0}, "", "cannot be read: %s",
                               strerror(errno));
done:
    free(text);
    (void)fclose(file);
    return result;
}
