/* io/history.c: sources merged by time. */
#include "io/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/assert.h"
#include "base/text.h"
#include "io/csv_row.h"
#include "io/dump.h"
#include "io/kline.h"
#include "io/line_source.h"
#include "io/recording.h"
#include "io/stream_line.h"

/* What a file holds: bus messages, a recorded stream, or a dump. */
typedef enum { MESSAGES, STREAM, DUMP } content;

typedef struct {
    content content;
    l1_dump dump; /* of content DUMP */
} file_kind;

typedef struct {
    char *path;
    bool said_symbol; /* its symbol was given with it */
    int64_t bytes;
} file;

/* Files that follow each other: one NDJSON file, or all of one kind of one symbol. */
typedef struct {
    file_kind kind;
    int32_t symbol;          /* but of messages; of a stream -1 = its lines tell */
    l1_recording *recording; /* of streams and depth dumps */
    file **files;
    size_t files_count, files_next;
    l1_line_source *lines; /* of `reading`; NULL: the next file is opened when it is needed */
    const file *reading;
    bool opened; /* no row of `reading` has been read */
    bool ended;
    int64_t last_ns; /* the latest time that a message of it stated; 0 = none did */
    int64_t key_ns;  /* what the head is merged by */
    int rank;        /* among equal times */
    l1_decoded head;
} source;

struct l1_history {
    const l1_limits *limits;
    int64_t from_ns, to_ns;
    file *files;
    size_t files_count;
    source *sources;
    size_t sources_count;
    source *given; /* whose head the caller holds */
    int64_t bytes_done;
    l1_decoder decoder;
};

/* --- what a file is --- */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* The configured symbol whose name without its slash begins the file's name, in any case. */
static int32_t symbol_of_name(const l1_limits *limits, const char *path)
{
    char word[L1_SYMBOL_TEXT_MAX];
    const char *name = name_of(path);
    const size_t size = strcspn(name, "-_.");
    if (size >= sizeof word || name[size] == '\0') return -1;
    memcpy(word, name, size);
    word[size] = '\0';
    return l1_recording_symbol(limits, word);
}

/* The last number of the name that is a Unix time; 0 = none is. */
static int64_t time_of_name(const char *path)
{
    int64_t found_ns = 0;
    for (const char *at = name_of(path); *at != '\0';) {
        const size_t digits = strspn(at, "0123456789");
        const l1_column number = {at, digits};
        int64_t ns = 0;
        if (digits >= 13 && l1_csv_moment(&number, "time", &ns, NULL).code == L1_OK) found_ns = ns;
        at += digits > 0 ? digits : 1;
    }
    return found_ns;
}

/* Splits FILE=SYMBOL when what follows the last '=' looks like a symbol. */
static const char *said_symbol(char *path)
{
    char *equals = strrchr(path, '=');
    if (equals == NULL || strchr(equals, '/') == NULL) return NULL;
    *equals = '\0';
    return equals + 1;
}

static l1_result symbol_of(const l1_history *history, const char *path, const char *said,
                           int32_t *symbol, l1_diag *diag)
{
    *symbol = said != NULL ? l1_limits_symbol(history->limits, said)
                           : symbol_of_name(history->limits, path);
    if (*symbol >= 0) return L1_SUCCESS;
    if (said != NULL) {
        return l1_refuse(diag, L1_INPUT_FIELD, "symbol", "%s: symbol %s is not configured", path,
                         said);
    }
    return l1_refuse(diag, L1_INPUT_FIELD, "symbol",
                     "%s: no configured symbol begins its name; say FILE=BTC/USDT", path);
}

static bool is_named(const file *added, const char *ending)
{
    return strstr(name_of(added->path), ending) != NULL;
}

/* What a row of a dump, or else the file's name, tells. */
static l1_dump dump_of(const l1_history *history, const file *added, const char *line, size_t size)
{
    const char first = size > 0 ? line[0] : '\0';
    l1_dump found = l1_dump_of_row(line, size);
    if (found == L1_DUMP_UNKNOWN) found = l1_dump_of_name(name_of(added->path));
    if (found != L1_DUMP_UNKNOWN) return found;
    const bool named = is_named(added, ".csv") || added->said_symbol ||
                       symbol_of_name(history->limits, added->path) >= 0;
    return named || (first >= '0' && first <= '9') ? L1_DUMP_KLINES : L1_DUMP_UNKNOWN;
}

/* By the first line that is not empty, then by the name. Without a line any kind will do. Reading
 * it also shows that the file can be read. */
static l1_result kind_of(const l1_history *history, const file *added, bool messages,
                         file_kind *kind, l1_diag *diag)
{
    l1_line_source *peeked = NULL;
    const char *line = "";
    size_t size = 0;
    L1_TRY(l1_line_source_open(added->path, &peeked, diag));
    l1_result read = L1_SUCCESS;
    while (read.code == L1_OK && size == 0) read = l1_line_source_next(peeked, &line, &size, diag);
    const size_t kept = size < L1_LINE_BYTES_MAX ? size : L1_LINE_BYTES_MAX;
    const bool object = kept > 0 && line[0] == '{';
    const bool stream = !messages && kept > 0 && l1_stream_line_is(line, kept);
    const l1_dump dump = dump_of(history, added, line, kept);
    l1_line_source_close(peeked);
    *kind = (file_kind){.content = stream ? STREAM : MESSAGES};
    if (object || stream) return L1_SUCCESS;
    if (read.code == L1_IO_END) { /* lines without a word of a BTCUSDT.csv are no broken messages */
        if (is_named(added, ".csv") && symbol_of_name(history->limits, added->path) >= 0) {
            *kind = (file_kind){DUMP, dump};
        }
        return L1_SUCCESS;
    }
    L1_TRY(read);
    if (messages || is_named(added, ".ndjson") || is_named(added, ".jsonl")) return L1_SUCCESS;
    *kind = (file_kind){DUMP, dump};
    if (dump != L1_DUMP_UNKNOWN) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_SYNTAX, "file",
                     "%s: neither a dump, a recorded stream nor NDJSON", added->path);
}

static bool is_recording(file_kind kind)
{
    return kind.content == STREAM || (kind.content == DUMP && kind.dump == L1_DUMP_DEPTH);
}

static source *source_for(l1_history *history, file_kind kind, int32_t symbol)
{
    const bool follows = kind.content != MESSAGES && symbol >= 0;
    for (size_t i = 0; i < history->sources_count && follows; i++) {
        source *known = &history->sources[i];
        if (known->kind.content == kind.content && known->kind.dump == kind.dump &&
            known->symbol == symbol) {
            return known;
        }
    }
    L1_ASSERT(history->sources_count < history->files_count);
    source *made = &history->sources[history->sources_count++];
    made->kind = kind;
    made->symbol = symbol;
    made->files = calloc(follows ? history->files_count : 1, sizeof *made->files);
    L1_ASSERT(made->files != NULL);
    return made;
}

static bool is_prints(file_kind kind)
{
    return kind.content == DUMP && (kind.dump == L1_DUMP_TRADES || kind.dump == L1_DUMP_AGG_TRADES);
}

/* Trades and aggTrades tell the same prints: together each would count twice. */
static l1_result check_prints(const l1_history *history, file_kind kind, int32_t symbol,
                              const file *added, l1_diag *diag)
{
    for (size_t i = 0; i < history->sources_count && is_prints(kind); i++) {
        const source *known = &history->sources[i];
        if (known->symbol != symbol || !is_prints(known->kind)) continue;
        if (known->kind.dump == kind.dump) continue;
        return l1_refuse(diag, L1_INPUT_FIELD, "file",
                         "%.180s has %s of %s, %.180s has %s: they tell the same prints; give one "
                         "of them",
                         added->path, l1_dump_text(kind.dump),
                         history->limits->symbols[symbol].name, known->files[0]->path,
                         l1_dump_text(known->kind.dump));
    }
    return L1_SUCCESS;
}

static l1_result add_file(l1_history *history, const l1_history_file *given, file *added,
                          l1_diag *diag)
{
    struct stat status;
    file_kind kind = {0};
    int32_t symbol = -1;
    const char *said = NULL;
    added->path = strdup(given->path);
    if (added->path == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    if (stat(added->path, &status) != 0) {
        said = said_symbol(added->path);
        if (stat(added->path, &status) != 0) {
            return l1_refuse(diag, L1_IO_OPEN, "file", "%s: %s", added->path, strerror(errno));
        }
    }
    if (!S_ISREG(status.st_mode)) { /* it is opened twice */
        return l1_refuse(diag, L1_IO_OPEN, "file", "%s: is not a regular file", added->path);
    }
    added->said_symbol = said != NULL;
    added->bytes = status.st_size;
    L1_TRY(kind_of(history, added, given->messages, &kind, diag));
    if (kind.content == DUMP || (kind.content == STREAM && said != NULL)) {
        L1_TRY(symbol_of(history, added->path, said, &symbol, diag));
    } else if (kind.content == STREAM) {
        symbol = symbol_of_name(history->limits, added->path);
    }
    L1_TRY(check_prints(history, kind, symbol, added, diag));
    source *owner = source_for(history, kind, symbol);
    owner->files[owner->files_count++] = added;
    if (!is_recording(kind) || owner->recording != NULL) return L1_SUCCESS;
    const l1_recording_options options = {.limits = history->limits,
                                          .symbol = symbol,
                                          .rows = kind.content == DUMP,
                                          .from_ns = history->from_ns};
    owner->recording = l1_recording_new(&options);
    if (owner->recording != NULL) return L1_SUCCESS;
    return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory to read %s", added->path);
}

static int by_name(const void *left, const void *right)
{
    const file *a = *(file *const *)left;
    const file *b = *(file *const *)right;
    const int names = strcmp(name_of(a->path), name_of(b->path));
    return names != 0 ? names : strcmp(a->path, b->path);
}

/* --- heads --- */

/* Puts file and line in front of what is wrong there. */
static l1_result at_place(const source *from, l1_result failed, l1_diag *diag)
{
    char why[sizeof diag->text];
    if (diag == NULL) return failed;
    const uint64_t number = l1_line_source_number(from->lines);
    const char *entry = l1_line_source_entry(from->lines);
    l1_text_copy(why, sizeof why, diag->text);
    diag->line = (unsigned)number;
    return l1_refuse(diag, failed.code, diag->field, "%s%s%s line %llu: %s",
                     name_of(from->reading->path), entry[0] != '\0' ? ":" : "", entry,
                     (unsigned long long)number, why);
}

/* The next line of the source, opening its files one after the other; IO_END behind each, and
 * then behind the last. */
static l1_result next_line(l1_history *history, source *from, const char **line, size_t *size,
                           l1_diag *diag)
{
    if (from->lines == NULL) {
        if (from->files_next == from->files_count) {
            from->ended = true;
            return L1_FAILURE(L1_IO_END);
        }
        from->reading = from->files[from->files_next++];
        from->opened = true;
        const size_t longest =
            from->kind.content == STREAM ? L1_STREAM_LINE_MAX : L1_LINE_BYTES_MAX;
        L1_TRY(l1_line_source_open_long(from->reading->path, longest, &from->lines, diag));
        if (from->recording != NULL) {
            const bool one = from->kind.content == DUMP || from->reading->said_symbol;
            l1_recording_file(from->recording, time_of_name(from->reading->path),
                              one ? from->symbol : -1);
        }
    }
    const l1_result read = l1_line_source_next(from->lines, line, size, diag);
    if (read.code != L1_IO_END) return read;
    if (from->recording != NULL) {
        const l1_result ended = l1_recording_end(from->recording, diag);
        if (ended.code != L1_OK) return at_place(from, ended, diag);
    }
    history->bytes_done += from->reading->bytes;
    l1_line_source_close(from->lines);
    from->lines = NULL;
    return read;
}

static int rank_of(const l1_decoded *message)
{
    static const int ranks[L1_EVENT_COUNT] = {
        [L1_EVENT_BAR] = 0,     [L1_EVENT_BOOK] = 1,   [L1_EVENT_DEPTH] = 1,
        [L1_EVENT_QUOTE] = 2,   [L1_EVENT_TRADE] = 3,  [L1_EVENT_PORTFOLIO] = 4,
        [L1_EVENT_CONTROL] = 5, [L1_EVENT_SIGNAL] = 6, [L1_EVENT_REFUSED] = 6,
        [L1_EVENT_TICK] = 6,
    };
    int32_t symbol = 0;
    switch (message->event.kind) {
    case L1_EVENT_BAR: symbol = message->event.as.bar.symbol; break;
    case L1_EVENT_BOOK: symbol = message->event.as.book.symbol; break;
    case L1_EVENT_DEPTH: symbol = message->event.as.depth.symbol; break;
    case L1_EVENT_QUOTE: symbol = message->event.as.quote.symbol; break;
    case L1_EVENT_TRADE: symbol = message->event.as.trade.symbol; break;
    case L1_EVENT_SIGNAL: symbol = message->event.as.signal.symbol; break;
    default: break;
    }
    return ranks[message->event.kind] * (L1_SYMBOLS_MAX + 1) + (symbol < 0 ? 0 : symbol);
}

/* A zip of another symbol's dump must not become this one's. */
static l1_result check_entry(const l1_history *history, const source *from, l1_diag *diag)
{
    const char *entry = l1_line_source_entry(from->lines);
    if (entry[0] == '\0' || from->reading->said_symbol) return L1_SUCCESS;
    if (symbol_of_name(history->limits, entry) == from->symbol) return L1_SUCCESS;
    return l1_refuse(
        diag, L1_INPUT_FIELD, "symbol", "%s holds %s, which is not named like %s; say FILE=SYMBOL",
        name_of(from->reading->path), entry, history->limits->symbols[from->symbol].name);
}

/* One row of bars, trades or quotes into the head. */
static l1_result parse_row(source *from, const char *line, size_t size, l1_diag *diag)
{
    l1_decoded *head = &from->head;
    l1_event *event = &head->event;
    head->topic = L1_TOPIC_MARKET;
    head->has_ts = true;
    switch (from->kind.dump) {
    case L1_DUMP_KLINES:
        L1_TRY(l1_kline_parse(line, size, &event->as.bar, diag));
        event->as.bar.symbol = from->symbol;
        event->kind = L1_EVENT_BAR;
        head->ts_ns = event->as.bar.close_time_ns;
        return L1_SUCCESS;
    case L1_DUMP_QUOTES:
        L1_TRY(l1_quote_row_parse(line, size, &event->as.quote, &head->ts_ns, diag));
        event->as.quote.symbol = from->symbol;
        event->kind = L1_EVENT_QUOTE;
        return L1_SUCCESS;
    default: break;
    }
    L1_TRY(l1_trade_row_parse(from->kind.dump, line, size, &event->as.trade, diag));
    event->as.trade.symbol = from->symbol;
    event->kind = L1_EVENT_TRADE;
    head->ts_ns = event->as.trade.ts_ns;
    return L1_SUCCESS;
}

/* True for the header that some dumps begin with, which is checked. */
static l1_result take_header(const source *from, const char *line, size_t size, bool *header,
                             l1_diag *diag)
{
    *header = false;
    if (from->kind.content != DUMP || l1_line_source_number(from->lines) != 1) return L1_SUCCESS;
    const bool klines = from->kind.dump == L1_DUMP_KLINES;
    *header = klines ? l1_kline_is_header(line, size) : l1_dump_is_header(line, size);
    if (!*header) return L1_SUCCESS;
    const l1_result known = klines ? l1_kline_header_check(line, size, diag)
                                   : l1_dump_header_check(from->kind.dump, line, size, diag);
    return known.code == L1_OK ? known : at_place(from, known, diag);
}

/* A dump's first print must not lie before the last of the dump before it: a day that is given
 * twice would count twice. */
static l1_result check_follows(source *from, l1_diag *diag)
{
    const bool first = from->opened;
    from->opened = false;
    if (!first || !is_prints(from->kind) || from->head.ts_ns >= from->last_ns) return L1_SUCCESS;
    L1_ASSERT(from->files_next >= 2);
    return at_place(from,
                    l1_refuse(diag, L1_INPUT_FIELD, "time",
                              "time is %lld ms, before the last trade of %.120s (%lld ms): the "
                              "files overlap; give each trade once, in files named in order of "
                              "time",
                              (long long)(from->head.ts_ns / 1000000),
                              name_of(from->files[from->files_next - 2]->path),
                              (long long)(from->last_ns / 1000000)),
                    diag);
}

/* A line of a dump or a recording; `skipped` when it put nothing into the head. */
static l1_result take_row(l1_history *history, source *from, const char *line, size_t size,
                          bool *skipped, l1_diag *diag)
{
    const size_t longest = from->kind.content == STREAM ? L1_STREAM_LINE_MAX : L1_LINE_BYTES_MAX;
    if (from->kind.content == DUMP && l1_line_source_number(from->lines) == 1) {
        L1_TRY(check_entry(history, from, diag));
    }
    L1_TRY(take_header(from, line, size, skipped, diag));
    *skipped = *skipped || size == 0;
    if (*skipped) return L1_SUCCESS;
    if (size > longest) {
        return at_place(from,
                        l1_refuse(diag, L1_INPUT_TOO_LONG, "row", "row of %zu bytes is no %s", size,
                                  is_recording(from->kind) ? "depth" : "kline"),
                        diag);
    }
    if (from->recording == NULL) {
        const l1_result parsed = parse_row(from, line, size, diag);
        return parsed.code == L1_OK ? check_follows(from, diag) : at_place(from, parsed, diag);
    }
    const l1_result taken = l1_recording_take(from->recording, line, size, diag);
    *skipped = true; /* what came of it is asked for next */
    return taken.code == L1_OK ? taken : at_place(from, taken, diag);
}

static void take_message(l1_history *history, source *from, const char *line, size_t size)
{
    const uint64_t number = l1_line_source_number(from->lines);
    if (size > L1_JSON_TEXT_MAX) {
        l1_decode_oversize(number, size, &from->head);
    } else {
        (void)l1_decode(&history->decoder, history->limits, line, size, number, &from->head);
    }
}

/* What comes before any time is known is kept. */
static bool within(const l1_history *history, int64_t at_ns)
{
    if (at_ns == 0) return true;
    if (history->from_ns != L1_OFF && at_ns < history->from_ns) return false;
    return history->to_ns == L1_OFF || at_ns < history->to_ns;
}

/* Reads on until the head holds a message, or a line brought none (`skipped`). */
static l1_result read_head(l1_history *history, source *from, bool *skipped, l1_diag *diag)
{
    const char *line = NULL;
    size_t size = 0;
    *skipped = false;
    if (from->recording != NULL && l1_recording_next(from->recording, &from->head)) {
        return L1_SUCCESS;
    }
    const l1_result read = next_line(history, from, &line, &size, diag);
    *skipped = read.code == L1_IO_END; /* behind this file */
    if (read.code == L1_IO_END) return L1_SUCCESS;
    L1_TRY(read);
    if (from->kind.content != MESSAGES) {
        return take_row(history, from, line, size, skipped, diag);
    }
    take_message(history, from, line, size);
    /* A subscription is no event, and history answers nobody. */
    *skipped = from->head.event.kind == L1_EVENT_TICK;
    return L1_SUCCESS;
}

/* Reads the source's next message into its head. */
static l1_result advance(l1_history *history, source *from, l1_diag *diag)
{
    while (!from->ended) {
        bool skipped = false;
        L1_TRY(read_head(history, from, &skipped, diag));
        if (skipped) continue;
        const bool timed = from->head.has_ts; /* never of a refused one */
        if (timed && from->head.ts_ns > from->last_ns) from->last_ns = from->head.ts_ns;
        if (!within(history, from->last_ns)) continue;
        /* Late ones keep their place behind their predecessor; untimed ones come right after it. */
        from->key_ns = from->last_ns;
        from->rank = timed ? rank_of(&from->head) : -1;
        break;
    }
    return L1_SUCCESS;
}

/* --- the history --- */

l1_result l1_history_open(const l1_history_options *options, l1_history **out, l1_diag *diag)
{
    l1_history *history = calloc(1, sizeof *history);
    L1_ASSERT(options->files_count > 0);
    if (history == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
    history->limits = options->limits;
    history->from_ns = options->from_ns;
    history->to_ns = options->to_ns;
    history->files_count = options->files_count;
    history->files = calloc(options->files_count, sizeof *history->files);
    history->sources = calloc(options->files_count, sizeof *history->sources);
    L1_ASSERT(history->files != NULL && history->sources != NULL);
    l1_result done = L1_SUCCESS;
    for (size_t i = 0; i < options->files_count && done.code == L1_OK; i++) {
        done = add_file(history, &options->files[i], &history->files[i], diag);
    }
    for (size_t i = 0; i < history->sources_count && done.code == L1_OK; i++) {
        source *from = &history->sources[i];
        qsort(from->files, from->files_count, sizeof(file *), by_name);
        done = advance(history, from, diag);
    }
    if (done.code != L1_OK) {
        l1_history_close(history);
        return done;
    }
    *out = history;
    return L1_SUCCESS;
}

l1_result l1_history_next(l1_history *history, const l1_decoded **message, l1_diag *diag)
{
    if (history->given != NULL) L1_TRY(advance(history, history->given, diag));
    history->given = NULL;
    for (size_t i = 0; i < history->sources_count; i++) {
        source *from = &history->sources[i];
        const source *best = history->given;
        if (from->ended) continue;
        if (best == NULL || from->key_ns < best->key_ns ||
            (from->key_ns == best->key_ns && from->rank < best->rank)) {
            history->given = from;
        }
    }
    if (history->given == NULL) return L1_FAILURE(L1_IO_END);
    *message = &history->given->head;
    return L1_SUCCESS;
}

int64_t l1_history_bytes_read(const l1_history *history)
{
    int64_t bytes = history->bytes_done;
    for (size_t i = 0; i < history->sources_count; i++) {
        const source *from = &history->sources[i];
        if (from->lines != NULL) bytes += l1_line_source_bytes(from->lines);
    }
    return bytes;
}

bool l1_history_notice(const l1_history *history, uint64_t *at, char out[L1_NOTICE_TEXT])
{
    for (;;) {
        const size_t i = (size_t)(*at >> 32);
        uint32_t within = (uint32_t)*at;
        char why[L1_NOTICE_TEXT];
        if (i >= history->sources_count) return false;
        const source *from = &history->sources[i];
        if (from->recording == NULL || !l1_recording_notice(from->recording, &within, why)) {
            *at = (uint64_t)(i + 1) << 32;
            continue;
        }
        *at = (uint64_t)i << 32 | within;
        L1_ASSERT(from->files_count > 0);
        (void)snprintf(out, L1_NOTICE_TEXT, "%.120s%s: %.300s", name_of(from->files[0]->path),
                       from->files_count > 1 ? " and what follows it" : "", why);
        return true;
    }
}

int64_t l1_history_bytes(const l1_history *history)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < history->files_count; i++) bytes += history->files[i].bytes;
    return bytes;
}

void l1_history_close(l1_history *history)
{
    if (history == NULL) return;
    for (size_t i = 0; i < history->sources_count; i++) {
        l1_line_source_close(history->sources[i].lines);
        l1_recording_free(history->sources[i].recording);
        free(history->sources[i].files);
    }
    for (size_t i = 0; i < history->files_count; i++) free(history->files[i].path);
    free(history->sources);
    free(history->files);
    free(history);
}
