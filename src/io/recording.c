/* io/recording.c: from lines to messages, by way of a local book a symbol. */
#include "io/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/text.h"
#include "io/csv_row.h"
#include "io/depth_row.h"
#include "io/local_book.h"
#include "io/stream_line.h"

/* The book of what was left out before `from`. */
typedef struct {
    void *block;
    l1_depth_book book;
    l1_local_book out; /* its snapshot, in parts */
} past;

typedef struct {
    l1_local_book book;
    past *before;
    enum { NONE_YET, TRADES, AGGREGATES } prints;
    uint64_t changes; /* level changes told before any snapshot */
    bool led;         /* a snapshot has come to something */
} stream;

struct l1_recording {
    l1_recording_options options;
    stream *streams; /* by symbol */
    int64_t name_ns;
    int32_t only;      /* lines that state another symbol are refused; -1 = none are */
    int64_t at_ns;     /* of the newest line */
    int32_t symbol;    /* whose messages are given out */
    bool has_event;    /* `event` is to be given out */
    bool any, matched; /* lines of this file; of a configured symbol */
    uint64_t others;   /* messages of kinds that are not read, and the first one's kind */
    char other[sizeof((l1_stream_message *)NULL)->other];
    l1_event event;
    l1_stream_parser *parser;
    l1_depth_row row; /* the event being collected from rows */
    uint32_t changes_count;
    l1_depth_change *changes;
};

int32_t l1_recording_symbol(const l1_limits *limits, const char *joined)
{
    L1_ASSERT(limits != NULL && joined != NULL);
    for (uint32_t i = 0; i < limits->symbols_count; i++) {
        char own[L1_SYMBOL_TEXT_MAX];
        (void)snprintf(own, sizeof own, "%s%s", limits->symbols[i].base, limits->quote);
        if (strcasecmp(own, joined) == 0) return (int32_t)i;
    }
    return -1;
}

l1_recording *l1_recording_new(const l1_recording_options *options)
{
    l1_recording *made = calloc(1, sizeof *made);
    if (made == NULL) return NULL;
    made->options = *options;
    made->symbol = -1;
    made->streams = calloc(options->limits->symbols_count, sizeof *made->streams);
    made->parser = options->rows ? NULL : calloc(1, sizeof *made->parser);
    made->changes = options->rows ? calloc(L1_STREAM_CHANGES_MAX, sizeof *made->changes) : NULL;
    if (made->streams != NULL && (made->parser != NULL || made->changes != NULL)) return made;
    l1_recording_free(made);
    return NULL;
}

static void forget(past *before)
{
    if (before == NULL) return;
    l1_local_book_clear(&before->out);
    free(before->block);
    free(before);
}

void l1_recording_free(l1_recording *recording)
{
    if (recording == NULL) return;
    for (uint32_t i = 0; i < recording->options.limits->symbols_count; i++) {
        if (recording->streams == NULL) break;
        l1_local_book_clear(&recording->streams[i].book);
        forget(recording->streams[i].before);
    }
    free(recording->streams);
    free(recording->parser);
    free(recording->changes);
    free(recording);
}

void l1_recording_file(l1_recording *recording, int64_t name_ns, int32_t only)
{
    L1_ASSERT(!recording->has_event && recording->changes_count == 0);
    recording->name_ns = name_ns;
    recording->only = only;
    recording->any = recording->matched = false;
}

/* --- what was left out ----------------------------------------------------------------------- */

static bool is_before(const l1_recording *recording)
{
    return recording->options.from_ns != L1_OFF && recording->at_ns < recording->options.from_ns;
}

static l1_result follow(l1_recording *recording, stream *of, l1_diag *diag)
{
    static l1_depth depth;
    if (of->before == NULL) {
        const size_t cost = l1_depth_book_cost();
        of->before = calloc(1, sizeof *of->before);
        void *block = aligned_alloc(64, cost);
        if (of->before == NULL || block == NULL) {
            free(block);
            return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory for a book");
        }
        memset(block, 0, cost);
        of->before->block = block;
        l1_arena arena = {.base = block, .capacity = cost};
        l1_depth_book_init(&of->before->book, &arena);
    }
    while (l1_local_book_next(&of->book, &depth)) {
        (void)l1_depth_book_apply(&of->before->book, &depth, recording->at_ns);
    }
    return L1_SUCCESS;
}

/* Best first, as the venue sends them; bids before asks. */
static uint32_t levels_of(const l1_depth_book *book, l1_depth_change *changes)
{
    uint32_t count = 0;
    for (int ask = 0; ask < 2; ask++) {
        const l1_depth_side *side = ask == 1 ? &book->asks : &book->bids;
        for (uint32_t i = side->count; i > 0; i--) {
            const l1_level *level = &side->levels[i - 1];
            changes[count++] = (l1_depth_change){ask == 1, level->price_e8, level->qty_e8};
        }
    }
    return count;
}

/* Turns the book of what was left out into a snapshot to be given out. */
static l1_result catch_up(stream *of, l1_diag *diag)
{
    past *before = of->before;
    if (before == NULL || !before->book.started || before->book.partial) return L1_SUCCESS;
    l1_depth_change *changes = calloc(2 * L1_DEPTH_LEVELS_MAX, sizeof *changes);
    if (changes == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory for a book");
    const l1_local_change snapshot = {.ts_ns = before->book.since_ns,
                                      .last_id = before->book.update_id,
                                      .snapshot = true,
                                      .changes_count = levels_of(&before->book, changes),
                                      .changes = changes};
    const l1_result taken = l1_local_book_take(&before->out, &snapshot, diag);
    free(changes);
    before->book.started = false; /* once */
    return taken;
}

/* --- lines ----------------------------------------------------------------------------------- */

static void advance_to(l1_recording *recording, int64_t at_ns)
{
    if (at_ns > recording->at_ns) recording->at_ns = at_ns;
}

/* A snapshot or level changes: by way of the local book. */
static l1_result take_change(l1_recording *recording, const l1_local_change *change, l1_diag *diag)
{
    L1_ASSERT(recording->symbol >= 0);
    stream *of = &recording->streams[recording->symbol];
    L1_TRY(l1_local_book_take(&of->book, change, diag));
    of->led = of->led || of->book.synced;
    if (!of->led && !change->snapshot) of->changes++;
    return L1_SUCCESS;
}

static l1_result find_symbol(l1_recording *recording, const char *stated, l1_diag *diag)
{
    recording->symbol = recording->options.symbol;
    if (stated[0] != '\0') {
        recording->symbol = l1_recording_symbol(recording->options.limits, stated);
        const int32_t only = recording->only;
        if (only >= 0 && recording->symbol != only) {
            const l1_column shown = {stated, strlen(stated)};
            return l1_csv_refuse(&shown, "symbol",
                                 "is not that of the file's name or of FILE=SYMBOL", diag);
        }
    } else if (recording->symbol < 0) {
        return l1_refuse(diag, L1_INPUT_FIELD, "symbol",
                         "the line names no symbol, nor does its file; say FILE=BTC/USDT");
    }
    return L1_SUCCESS;
}

/* One that names neither event nor stream is a reply to the recorder. */
static void take_other(l1_recording *recording, const l1_stream_message *message)
{
    if (message->other[0] == '\0') return;
    if (recording->others == 0) {
        l1_text_copy(recording->other, sizeof recording->other, message->other);
    }
    recording->others++;
}

static l1_result take_stream(l1_recording *recording, const char *line, size_t size, l1_diag *diag)
{
    l1_stream_message message;
    L1_TRY(l1_stream_line_parse(recording->parser, line, size, &message, diag));
    if (message.kind == L1_STREAM_OTHER) {
        take_other(recording, &message);
        return L1_SUCCESS;
    }
    if (message.at_ns == 0 && recording->name_ns == 0) {
        return l1_refuse(diag, L1_INPUT_FIELD, "local time",
                         "the line states no time, nor does its file's name: "
                         "call it BTCUSDT-depth-UNIXMS.json");
    }
    if (message.at_ns == 0) message.at_ns = recording->name_ns;
    if (message.ts_ns == 0) message.ts_ns = message.at_ns;
    L1_TRY(find_symbol(recording, message.symbol, diag));
    recording->any = true;
    if (recording->symbol < 0) return L1_SUCCESS;
    recording->matched = true;
    advance_to(recording, message.at_ns);
    stream *of = &recording->streams[recording->symbol];
    l1_event *event = &recording->event;
    switch (message.kind) {
    case L1_STREAM_QUOTE:
        event->kind = L1_EVENT_QUOTE;
        event->as.quote = message.quote;
        event->as.quote.symbol = recording->symbol;
        recording->has_event = true;
        return L1_SUCCESS;
    case L1_STREAM_TRADE:
        if (of->prints == NONE_YET) of->prints = message.aggregate ? AGGREGATES : TRADES;
        event->kind = L1_EVENT_TRADE;
        event->as.trade = message.trade;
        event->as.trade.symbol = recording->symbol;
        recording->has_event = of->prints == (message.aggregate ? AGGREGATES : TRADES);
        return L1_SUCCESS;
    default: break;
    }
    const l1_local_change change = {.ts_ns = message.ts_ns,
                                    .first_id = message.first_id,
                                    .last_id = message.last_id,
                                    .snapshot = message.kind == L1_STREAM_SNAPSHOT,
                                    .changes_count = message.changes_count,
                                    .changes = message.changes};
    return take_change(recording, &change, diag);
}

/* The rows collected are an event. */
static l1_result close_rows(l1_recording *recording, l1_diag *diag)
{
    if (recording->changes_count == 0) return L1_SUCCESS;
    const l1_local_change change = {.ts_ns = recording->row.ts_ns,
                                    .first_id = recording->row.first_id,
                                    .last_id = recording->row.last_id,
                                    .snapshot = recording->row.snapshot,
                                    .changes_count = recording->changes_count,
                                    .changes = recording->changes};
    recording->changes_count = 0;
    L1_TRY(find_symbol(recording, recording->row.symbol, diag));
    recording->any = true;
    if (recording->symbol < 0) return L1_SUCCESS;
    recording->matched = true;
    advance_to(recording, change.ts_ns);
    return take_change(recording, &change, diag);
}

static l1_result take_row(l1_recording *recording, const char *line, size_t size, l1_diag *diag)
{
    l1_depth_row row;
    L1_TRY(l1_depth_row_parse(line, size, &row, diag));
    if (recording->changes_count > 0 && !l1_depth_row_same_event(&row, &recording->row)) {
        L1_TRY(close_rows(recording, diag));
    }
    if (recording->changes_count == L1_STREAM_CHANGES_MAX) {
        return l1_refuse(diag, L1_INPUT_TOO_LONG, "row", "more than %d levels in one event",
                         L1_STREAM_CHANGES_MAX);
    }
    recording->row = row;
    recording->changes[recording->changes_count++] = row.change;
    return L1_SUCCESS;
}

/* Before `from` prints and quotes are dropped and level changes followed; the first line behind it
 * brings what they came to. */
static l1_result settle(l1_recording *recording, l1_diag *diag)
{
    if (recording->symbol < 0) return L1_SUCCESS;
    stream *of = &recording->streams[recording->symbol];
    if (!is_before(recording)) return catch_up(of, diag);
    recording->has_event = false;
    return of->book.ready.first != NULL ? follow(recording, of, diag) : L1_SUCCESS;
}

l1_result l1_recording_take(l1_recording *recording, const char *line, size_t size, l1_diag *diag)
{
    L1_ASSERT(recording != NULL && !recording->has_event);
    recording->symbol = -1;
    if (size == 0) return L1_SUCCESS;
    L1_TRY(recording->options.rows ? take_row(recording, line, size, diag)
                                   : take_stream(recording, line, size, diag));
    return settle(recording, diag);
}

l1_result l1_recording_end(l1_recording *recording, l1_diag *diag)
{
    L1_ASSERT(recording != NULL && !recording->has_event);
    recording->symbol = -1;
    L1_TRY(close_rows(recording, diag));
    L1_TRY(settle(recording, diag));
    if (!recording->any || recording->matched) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "symbol", "no line is of a configured symbol");
}

bool l1_recording_notice(const l1_recording *recording, uint32_t *at, char out[L1_NOTICE_TEXT])
{
    const l1_limits *limits = recording->options.limits;
    while (*at < limits->symbols_count) {
        const uint32_t symbol = (*at)++;
        const stream *of = &recording->streams[symbol];
        if (of->led || of->changes == 0) continue;
        (void)snprintf(out, L1_NOTICE_TEXT,
                       "%llu level changes of %s and no snapshot that leads to them: it has no "
                       "book but its best quotes",
                       (unsigned long long)of->changes, limits->symbols[symbol].name);
        return true;
    }
    if (*at > limits->symbols_count || recording->others == 0) return false;
    (*at)++;
    (void)snprintf(out, L1_NOTICE_TEXT,
                   "%llu messages of kinds that are not read (the first: %s): read are "
                   "depthUpdate, bookTicker, trade, aggTrade and REST snapshots",
                   (unsigned long long)recording->others, recording->other);
    return true;
}

bool l1_recording_next(l1_recording *recording, l1_decoded *out)
{
    if (recording->symbol < 0) return false;
    stream *of = &recording->streams[recording->symbol];
    l1_depth *depth = &out->event.as.depth;
    out->topic = L1_TOPIC_MARKET;
    out->has_ts = true;
    out->ts_ns = recording->at_ns;
    out->event.kind = L1_EVENT_DEPTH;
    if (of->before != NULL && l1_local_book_next(&of->before->out, depth)) {
        depth->symbol = recording->symbol;
        return true;
    }
    if (l1_local_book_next(&of->book, depth)) {
        depth->symbol = recording->symbol;
        return true;
    }
    if (!recording->has_event) return false;
    recording->has_event = false;
    out->event.kind = recording->event.kind;
    if (recording->event.kind == L1_EVENT_QUOTE) {
        out->event.as.quote = recording->event.as.quote;
    } else {
        out->event.as.trade = recording->event.as.trade;
    }
    return true;
}
