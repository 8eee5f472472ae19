/* io/history.h: recorded files as one stream of messages in the order of their times.
 *
 * A file is one of Binance's dumps (klines, io/kline.h; trades, aggTrades, bookTicker, io/dump.h;
 * depth, io/depth_row.h), a recorded stream (io/stream_line.h) or NDJSON in the bus's own form. Its
 * first line tells: "<time> {" begins a stream, another '{' NDJSON, a header or the columns a dump;
 * else its name does (.ndjson, .jsonl, -trades-, ..., .csv, a symbol), and a file of which nothing
 * tells is refused. A dump's symbol comes from its name (BTCUSDT-1m-2023-01.csv.xz is BTC/USDT, in
 * any case; what a zip holds must agree) or is said: FILE=BTC/USDT. A stream's lines state theirs.
 * Dumps of one kind and symbol, and streams of one symbol, follow each other in the order of their
 * names.
 * Order: by time; equal times as bars, books and depth, quotes, trades, portfolio, control,
 * signals, then symbols in configuration order, then files as given; within a file its own order.
 * The time of a stream's message is the recorder's (io/recording.h). A message without a time,
 * or that was refused, stays directly behind its predecessor in its file; a late one keeps its
 * place. Files are read as they are needed; of each no more than one message is held, of a stream
 * also the level changes that wait for a snapshot.
 * Ownership: the caller owns the history; a message is valid until the next call.
 * Errors:    open: IO_OPEN, IO_READ, INPUT_SYNTAX (none of these forms), INPUT_FIELD (no such
 * symbol, a bad first row); next: INPUT_FIELD naming file, line, field and value of a bad row,
 * INPUT_SYNTAX and INPUT_TOO_LONG of a stream; IO_READ; IO_END at the end. A malformed NDJSON line
 * is no error but a message of kind REFUSED. */
#ifndef L1_IO_HISTORY_H
#define L1_IO_HISTORY_H

#include "bus/codec/decode.h"
#include "io/recording.h"

typedef struct l1_history l1_history;

typedef struct {
    const char *path; /* or FILE=SYMBOL */
    bool messages;    /* NDJSON, whatever its first line looks like */
} l1_history_file;

typedef struct {
    const l1_limits *limits; /* must outlive the history */
    const l1_history_file *files;
    size_t files_count;
    /* Messages outside [from, to) are left out (but level changes followed, io/recording.h), by the
     * time that they have in the order; L1_OFF = no bound. */
    int64_t from_ns, to_ns;
} l1_history_options;

L1_MUST_USE l1_result l1_history_open(const l1_history_options *options, l1_history **out,
                                      l1_diag *diag);

/* The next message. `*message` stays the history's. */
L1_MUST_USE l1_result l1_history_next(l1_history *history, const l1_decoded **message,
                                      l1_diag *diag);

/* What of the recordings that were read could not be used, in words, at the end: one file and text
 * a call. `*at` starts at 0; false: no more. */
bool l1_history_notice(const l1_history *history, uint64_t *at, char out[L1_NOTICE_TEXT]);

/* Bytes of the files as they lie on disk: read so far, and in all. */
int64_t l1_history_bytes_read(const l1_history *history);
int64_t l1_history_bytes(const l1_history *history);

void l1_history_close(l1_history *history); /* NULL is fine */

#endif
