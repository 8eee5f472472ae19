/* io/recording.h: recorded streams and depth dumps as messages of the market.
 *
 * Lines go in, one by one, in the order of their files; messages come out. Level changes and
 * snapshots pass io/local_book.h. Lines of symbols that are not configured are left out; a line
 * that states none (the REST snapshot) is of the file's symbol. Of trade and aggTrade, which tell
 * the same prints, a symbol's first kind is read.
 * Times: a message's time (has_ts) is when the recorder had it: its local clock, which may run
 * behind the venue's; what the venue states stands in the event's own ts_ns. A depth dump has one
 * time for both. No message is earlier than its predecessor.
 * From: level changes before `from_ns` are not given out, but followed: the first message of the
 * symbol at or behind it comes behind a snapshot of the book as it then is.
 * Ownership: the caller frees. Errors: INPUT_FIELD, INPUT_SYNTAX, INPUT_TOO_LONG, LIMIT_FULL. */
#ifndef L1_IO_RECORDING_H
#define L1_IO_RECORDING_H

#include "bus/codec/decode.h"

#define L1_NOTICE_TEXT 512

typedef struct l1_recording l1_recording;

typedef struct {
    const l1_limits *limits; /* must outlive the recording */
    int32_t symbol;          /* of lines that state none; -1 = such lines are refused */
    bool rows;               /* a depth dump; else a recorded stream */
    int64_t from_ns;         /* L1_OFF = all */
} l1_recording_options;

/* NULL without memory. */
l1_recording *l1_recording_new(const l1_recording_options *options);

/* Begins a file; the books go on, as a recorder that begins one a day does. `name_ns`: the time of
 * its lines that state none; 0 = such lines are refused. `only`: lines that state another symbol
 * than this one are refused; -1 = none are. */
void l1_recording_file(l1_recording *recording, int64_t name_ns, int32_t only);

/* Takes a line, once l1_recording_next has nothing more. */
L1_MUST_USE l1_result l1_recording_take(l1_recording *recording, const char *line, size_t size,
                                        l1_diag *diag);

/* The file has ended. INPUT_FIELD when it held lines, but none of a configured symbol. */
L1_MUST_USE l1_result l1_recording_end(l1_recording *recording, l1_diag *diag);

/* The next message; false: a line is wanted. */
bool l1_recording_next(l1_recording *recording, l1_decoded *out);

/* What was read and could not be used, one text a call, at the end: level changes of a symbol that
 * no snapshot led to, and kinds of messages that are not read. `*at` starts at 0; false: no more.
 */
bool l1_recording_notice(const l1_recording *recording, uint32_t *at, char out[L1_NOTICE_TEXT]);

void l1_recording_free(l1_recording *recording); /* NULL is fine */

/* Index of the configured symbol whose name without its slash is `joined`, in any case; -1. */
int32_t l1_recording_symbol(const l1_limits *limits, const char *joined);

#endif
