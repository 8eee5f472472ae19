/* io/stream_line.c: a time, an envelope, and levels read whole or in pieces. */
#include "io/stream_line.h"

#include <ctype.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "io/csv_row.h"

/* --- the text -------------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t digits_of(const char *line, size_t size)
{
    size_t at = 0;
    while (at < size && line[at] >= '0' && line[at] <= '9') at++;
    return at;
}

bool l1_stream_line_is(const char *line, size_t size)
{
    static const char first[] = "\"lastUpdateId\"";
    size_t at = digits_of(line, size);
    L1_ASSERT(line != NULL);
    if (at > 0) return size - at >= 2 && line[at] == ' ' && line[at + 1] == '{';
    if (size == 0 || line[0] != '{') return false;
    for (at = 1; at < size && is_space(line[at]);) at++;
    return size - at >= sizeof first - 1 && memcmp(line + at, first, sizeof first - 1) == 0;
}

/* Behind a string's opening quote: where it ends, one behind its closing quote; `end` if open. */
static const char *string_end(const char *at, const char *end)
{
    while (at < end && *at != '"') at += *at == '\\' && end - at > 1 ? 2 : 1;
    return at < end ? at + 1 : end;
}

/* Behind an array's '[': its ']'; NULL if it does not end. */
static const char *array_end(const char *at, const char *end)
{
    for (unsigned open = 1; at < end; at++) {
        if (*at == '"') {
            at = string_end(at + 1, end) - 1;
        } else if (*at == '[') {
            open++;
        } else if (*at == ']' && --open == 0) {
            return at;
        }
    }
    return NULL;
}

/* Copies the text without what stands in its arrays, which is noted. */
static l1_result take_out(l1_stream_parser *parser, const char *text, size_t size, size_t *left,
                          l1_diag *diag)
{
    const char *const end = text + size;
    size_t used = 0;
    for (const char *at = text; at < end;) {
        const char *next = at + 1;
        if (*at == '"') next = string_end(at + 1, end);
        const size_t copied = (size_t)(next - at);
        if (copied + 1 > L1_JSON_TEXT_MAX - used) {
            return l1_refuse(diag, L1_INPUT_TOO_LONG, "",
                             "the message without its arrays is "
                             "longer than %d bytes",
                             L1_JSON_TEXT_MAX);
        }
        memcpy(parser->text + used, at, copied);
        used += copied;
        if (*at == '[') {
            const char *close = array_end(next, end);
            if (close == NULL) return l1_refuse(diag, L1_INPUT_SYNTAX, "", "an array is open");
            if (parser->arrays_count == L1_STREAM_ARRAYS_MAX) {
                return l1_refuse(diag, L1_INPUT_TOO_LONG, "", "more than %d arrays",
                                 L1_STREAM_ARRAYS_MAX);
            }
            parser->arrays[parser->arrays_count].at = next;
            parser->arrays[parser->arrays_count++].size = (size_t)(close - next);
            next = close;
        }
        at = next;
    }
    *left = used;
    return L1_SUCCESS;
}

static l1_result parse_text(l1_stream_parser *parser, const char *text, size_t size, l1_json *json,
                            l1_diag *diag)
{
    const size_t most = parser->whole_max != 0 ? parser->whole_max : L1_JSON_TEXT_MAX;
    L1_ASSERT(most <= L1_JSON_TEXT_MAX);
    parser->arrays_count = 0;
    if (size > most) {
        L1_TRY(take_out(parser, text, size, &size, diag));
        text = parser->text;
    }
    return l1_json_parse(text, size, parser->nodes, L1_JSON_NODES_MAX, json, diag);
}

/* --- fields ---------------------------------------------------------------------------------- */

static l1_result bad_field(const l1_json *json, uint32_t node, const char *name, const char *why,
                           l1_diag *diag)
{
    if (node == 0) return l1_refuse(diag, L1_INPUT_FIELD, name, "%s is missing", name);
    const l1_column shown = {json->text + json->nodes[node].at, json->nodes[node].size};
    return l1_csv_refuse(&shown, name, why, diag);
}

/* A number >= 0. */
static l1_result number(const l1_json *json, uint32_t object, const char *name, uint64_t *out,
                        l1_diag *diag)
{
    const uint32_t node = l1_json_member(json, object, name);
    int64_t value = 0;
    if (node == 0 || l1_json_integer(json, node, &value).code != L1_OK || value < 0) {
        return bad_field(json, node, name, "must be a whole number of at least 0", diag);
    }
    *out = (uint64_t)value;
    return L1_SUCCESS;
}

static l1_result moment(const l1_json *json, uint32_t object, const char *name, int64_t *ns,
                        l1_diag *diag)
{
    uint64_t value = 0;
    L1_TRY(number(json, object, name, &value, diag));
    if (l1_csv_moment_of((int64_t)value, ns)) return L1_SUCCESS;
    return bad_field(json, l1_json_member(json, object, name), name,
                     "must be Unix ms or us of the years 2009 to 2100", diag);
}

static l1_result decimal_at(const l1_json *json, uint32_t node, const char *name, int64_t least,
                            int64_t *e8, l1_diag *diag)
{
    if (node == 0 || l1_json_decimal(json, node, e8).code != L1_OK) {
        return bad_field(json, node, name, "must be a decimal number", diag);
    }
    if (*e8 >= least) return L1_SUCCESS;
    return bad_field(json, node, name, least > 0 ? "must be above 0" : "is negative", diag);
}

static l1_result positive(const l1_json *json, uint32_t object, const char *name, int64_t *e8,
                          l1_diag *diag)
{
    return decimal_at(json, l1_json_member(json, object, name), name, 1, e8, diag);
}

/* --- levels ---------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    bool ask;
} side;

/* Adds the elements of the array node: [price, quantity], in snapshots of old with a third. */
static l1_result add_levels(l1_stream_parser *parser, const l1_json *json, uint32_t array, side of,
                            l1_stream_message *out, l1_diag *diag)
{
    uint32_t node = array + 1;
    for (unsigned i = 0; i < json->nodes[array].count; i++) {
        const l1_json_node *pair = &json->nodes[node];
        if (pair->type != L1_JSON_ARRAY || pair->count < 2 || pair->count > 3) {
            return bad_field(json, node, of.name, "must be [price, quantity]", diag);
        }
        if (out->changes_count == L1_STREAM_CHANGES_MAX) {
            return l1_refuse(diag, L1_INPUT_TOO_LONG, of.name, "more than %d levels",
                             L1_STREAM_CHANGES_MAX);
        }
        l1_depth_change *change = &parser->changes[out->changes_count];
        change->ask = of.ask;
        L1_TRY(decimal_at(json, node + 1, of.name, 1, &change->price_e8, diag));
        L1_TRY(decimal_at(json, json->nodes[node + 1].next, of.name, 0, &change->qty_e8, diag));
        out->changes_count++;
        node = pair->next;
    }
    return L1_SUCCESS;
}

/* Where a piece of an array's text ends: at a comma between elements near `most` bytes, or at the
 * end. */
static size_t piece_of(const char *text, size_t size, size_t most)
{
    size_t cut = size;
    unsigned open = 0;
    const char *const end = text + size;
    for (const char *at = text; at < end; at++) {
        const size_t passed = (size_t)(at - text);
        if (passed > most && cut < size) break;
        if (*at == '"') {
            at = string_end(at + 1, end) - 1;
        } else if (*at == '[') {
            open++;
        } else if (*at == ']' && open > 0) {
            open--;
        } else if (*at == ',' && open == 0) {
            cut = passed;
        }
    }
    return end - text <= (ptrdiff_t)most ? size : cut;
}

static l1_result add_pieces(l1_stream_parser *parser, const char *text, size_t size, side of,
                            l1_stream_message *out, l1_diag *diag)
{
    const size_t whole = parser->whole_max != 0 ? parser->whole_max : L1_JSON_TEXT_MAX;
    for (bool first = true;; first = false) {
        const size_t piece = piece_of(text, size, whole - 2);
        l1_json json;
        if (piece > L1_JSON_TEXT_MAX - 2) {
            return l1_refuse(diag, L1_INPUT_TOO_LONG, of.name, "%s holds an element of %zu bytes",
                             of.name, piece);
        }
        parser->text[0] = '[';
        memcpy(parser->text + 1, text, piece);
        parser->text[piece + 1] = ']';
        L1_TRY(
            l1_json_parse(parser->text, piece + 2, parser->nodes, L1_JSON_NODES_MAX, &json, diag));
        if (json.nodes[0].count == 0 && (!first || piece < size)) {
            return l1_refuse(diag, L1_INPUT_SYNTAX, of.name, "%s has a comma too much", of.name);
        }
        L1_TRY(add_levels(parser, &json, 0, of, out, diag));
        if (piece == size) return L1_SUCCESS;
        text += piece + 1;
        size -= piece + 1;
    }
}

typedef struct {
    uint32_t node;  /* in the whole text */
    uint32_t taken; /* what was taken out of it; with arrays_count > 0 */
} level_array;

static l1_result find_levels(const l1_stream_parser *parser, const l1_json *json, uint32_t object,
                             const char *name, level_array *found, l1_diag *diag)
{
    const uint32_t node = l1_json_member(json, object, name);
    if (node == 0 || json->nodes[node].type != L1_JSON_ARRAY) {
        return bad_field(json, node, name, "must be an array of levels", diag);
    }
    *found = (level_array){.node = node};
    for (uint32_t i = 0; i < node && parser->arrays_count > 0; i++) {
        found->taken += json->nodes[i].type == L1_JSON_ARRAY;
    }
    return L1_SUCCESS;
}

/* Both sides. Pieces overwrite the nodes, so both arrays are found before any is read. */
static l1_result levels(l1_stream_parser *parser, const l1_json *json, uint32_t object,
                        const char *bids, const char *asks, l1_stream_message *out, l1_diag *diag)
{
    const side sides[2] = {{bids, false}, {asks, true}};
    level_array found[2];
    if (parser->arrays_count > 2) { /* nobody would look at what is in the others */
        return l1_refuse(diag, L1_INPUT_TOO_LONG, "", "arrays beside %s and %s in a long message",
                         bids, asks);
    }
    for (int i = 0; i < 2; i++) {
        L1_TRY(find_levels(parser, json, object, sides[i].name, &found[i], diag));
    }
    for (int i = 0; i < 2; i++) {
        if (parser->arrays_count == 0) {
            L1_TRY(add_levels(parser, json, found[i].node, sides[i], out, diag));
            continue;
        }
        L1_ASSERT(found[i].taken < parser->arrays_count);
        const char *text = parser->arrays[found[i].taken].at;
        const size_t size = parser->arrays[found[i].taken].size;
        L1_TRY(add_pieces(parser, text, size, sides[i], out, diag));
    }
    out->changes = parser->changes;
    return L1_SUCCESS;
}

/* --- messages -------------------------------------------------------------------------------- */

static l1_result depth(l1_stream_parser *parser, const l1_json *json, uint32_t data,
                       l1_stream_message *out, l1_diag *diag)
{
    L1_TRY(moment(json, data, "E", &out->ts_ns, diag));
    L1_TRY(number(json, data, "U", &out->first_id, diag));
    L1_TRY(number(json, data, "u", &out->last_id, diag));
    if (out->last_id == 0 || out->first_id > out->last_id) {
        return bad_field(json, l1_json_member(json, data, "u"), "u", "is below U, or 0", diag);
    }
    out->kind = L1_STREAM_DEPTH;
    return levels(parser, json, data, "b", "a", out, diag);
}

static l1_result snapshot(l1_stream_parser *parser, const l1_json *json, l1_stream_message *out,
                          l1_diag *diag)
{
    L1_TRY(number(json, 0, "lastUpdateId", &out->last_id, diag));
    out->kind = L1_STREAM_SNAPSHOT;
    return levels(parser, json, 0, "bids", "asks", out, diag);
}

static l1_result quote(const l1_json *json, uint32_t data, l1_stream_message *out, l1_diag *diag)
{
    L1_TRY(number(json, data, "u", &out->last_id, diag));
    L1_TRY(positive(json, data, "b", &out->quote.bid.price_e8, diag));
    L1_TRY(positive(json, data, "B", &out->quote.bid.qty_e8, diag));
    L1_TRY(positive(json, data, "a", &out->quote.ask.price_e8, diag));
    L1_TRY(positive(json, data, "A", &out->quote.ask.qty_e8, diag));
    if (out->quote.ask.price_e8 <= out->quote.bid.price_e8) {
        return bad_field(json, l1_json_member(json, data, "a"), "a", "is not above b", diag);
    }
    out->quote.update_id = out->last_id;
    out->quote.ts_ns = out->ts_ns;
    out->kind = L1_STREAM_QUOTE;
    return L1_SUCCESS;
}

static l1_result trade(const l1_json *json, uint32_t data, l1_stream_message *out, l1_diag *diag)
{
    const uint32_t maker = l1_json_member(json, data, "m");
    L1_TRY(moment(json, data, "T", &out->ts_ns, diag));
    L1_TRY(number(json, data, out->aggregate ? "a" : "t", &out->trade.trade_id, diag));
    L1_TRY(positive(json, data, "p", &out->trade.price_e8, diag));
    L1_TRY(positive(json, data, "q", &out->trade.qty_e8, diag));
    const uint8_t type = maker == 0 ? L1_JSON_NULL : json->nodes[maker].type;
    if (type != L1_JSON_TRUE && type != L1_JSON_FALSE) {
        return bad_field(json, maker, "m", "must be true or false", diag);
    }
    out->trade.buyer_maker = type == L1_JSON_TRUE;
    out->trade.ts_ns = out->ts_ns;
    out->kind = L1_STREAM_TRADE;
    return L1_SUCCESS;
}

/* A message of another kind: a kline, a partial book ("btcusdt@depth20"), a reply. */
static void name_other(const l1_json *json, uint32_t event, l1_stream_message *out)
{
    char name[128];
    const uint32_t named = event != 0 ? event : l1_json_member(json, 0, "stream");
    out->other[0] = '\0';
    if (named == 0 || l1_json_string(json, named, name, sizeof name).code != L1_OK) return;
    l1_text_copy(out->other, sizeof out->other, name);
    L1_ASSERT(strlen(out->other) < sizeof out->other);
}

/* What stands in "data". A bookTicker of Spot names no event. */
static l1_result message(l1_stream_parser *parser, const l1_json *json, uint32_t data,
                         l1_stream_message *out, l1_diag *diag)
{
    const uint32_t event = l1_json_member(json, data, "e"),
                   symbol = l1_json_member(json, data, "s");
    const bool ticker =
        event == 0 && l1_json_member(json, data, "u") != 0 && l1_json_member(json, data, "B") != 0;
    const bool known =
        event != 0 &&
        (l1_json_equals(json, event, "depthUpdate") || l1_json_equals(json, event, "bookTicker") ||
         l1_json_equals(json, event, "trade") || l1_json_equals(json, event, "aggTrade"));
    if (!ticker && !known) {
        name_other(json, event, out);
        return L1_SUCCESS;
    }
    if (symbol == 0 ||
        l1_json_string(json, symbol, out->symbol, sizeof out->symbol).code != L1_OK ||
        out->symbol[0] == '\0') {
        return bad_field(json, symbol, "s", "must be a symbol such as BTCUSDT", diag);
    }
    if (ticker || l1_json_equals(json, event, "bookTicker")) return quote(json, data, out, diag);
    if (l1_json_equals(json, event, "depthUpdate")) return depth(parser, json, data, out, diag);
    out->aggregate = l1_json_equals(json, event, "aggTrade");
    return trade(json, data, out, diag);
}

static l1_result local_time(const char *line, size_t size, size_t *behind, int64_t *at_ns,
                            l1_diag *diag)
{
    const size_t digits = digits_of(line, size);
    const char *space = memchr(line, ' ', size);
    const l1_column shown = {line, space != NULL ? (size_t)(space - line) : size};
    int64_t value = 0;
    *behind = 0;
    if (digits == 0 && size > 0 && line[0] == '{') return L1_SUCCESS;
    for (size_t i = 0; i < digits && digits <= 19; i++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, line[i] - '0', &value)) {
            value = 0; /* no time is that large */
            break;
        }
    }
    if (!l1_csv_moment_of(value, at_ns)) {
        return l1_csv_refuse(&shown, "local time",
                             "must be Unix ns, us or ms of the years 2009 to 2100", diag);
    }
    if (digits == size || line[digits] != ' ') {
        return l1_refuse(diag, L1_INPUT_SYNTAX, "local time", "no space behind the local time");
    }
    *behind = digits + 1;
    return L1_SUCCESS;
}

l1_result l1_stream_line_parse(l1_stream_parser *parser, const char *line, size_t size,
                               l1_stream_message *out, l1_diag *diag)
{
    l1_json json;
    size_t behind = 0;
    L1_ASSERT(parser != NULL && line != NULL && out != NULL);
    memset(out, 0, sizeof *out);
    if (size > L1_STREAM_LINE_MAX) {
        return l1_refuse(diag, L1_INPUT_TOO_LONG, "", "line of %zu bytes; the most are %d", size,
                         L1_STREAM_LINE_MAX);
    }
    L1_TRY(local_time(line, size, &behind, &out->at_ns, diag));
    out->ts_ns = out->at_ns;
    L1_TRY(parse_text(parser, line + behind, size - behind, &json, diag));
    if (json.nodes[0].type != L1_JSON_OBJECT) {
        return l1_refuse(diag, L1_INPUT_SYNTAX, "", "the message is no object");
    }
    if (l1_json_member(&json, 0, "lastUpdateId") != 0) return snapshot(parser, &json, out, diag);
    const uint32_t data = l1_json_member(&json, 0, "data");
    if (data != 0 && json.nodes[data].type != L1_JSON_OBJECT) return L1_SUCCESS;
    return message(parser, &json, data, out, diag); /* a raw stream has no envelope */
}
