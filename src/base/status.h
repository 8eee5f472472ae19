/* base/status.h: results that cannot be ignored, and the diagnosis that goes with them.
 *
 * One list gives the enum, the text and the documentation. Numbers are categories and are
 * never renumbered: 1xx operating system, 2xx input, 3xx journal, 4xx usage and configuration,
 * 5xx limits. Text says what the operator can do or compare. */
#ifndef L1_BASE_STATUS_H
#define L1_BASE_STATUS_H

#include <stddef.h>
#include <stdint.h>

#define L1_STATUS_MAP(X)                                                                           \
    X(OK, 0, "ok")                                                                                 \
    X(IO_READ, 100, "read failed")                                                                 \
    X(IO_WRITE, 101, "write failed; what was not synced must be taken as lost")                    \
    X(IO_OPEN, 102, "file cannot be opened")                                                       \
    X(IO_SYNC, 103, "sync failed and is never retried; restart after checking the disk")           \
    X(IO_LOCKED, 104, "another process holds the lock")                                            \
    X(IO_END, 105, "end of data")                                                                  \
    X(IO_NETWORK, 106, "network operation failed")                                                 \
    X(INPUT_SYNTAX, 200, "text is not well formed")                                                \
    X(INPUT_FIELD, 201, "field is missing, of the wrong type or out of range")                     \
    X(INPUT_SHORT, 202, "data ends before the field is complete")                                  \
    X(INPUT_TOO_LONG, 203, "data is longer than its limit")                                        \
    X(JOURNAL_CORRUPT, 300, "a bad record is followed by valid ones; restore a copy")              \
    X(JOURNAL_FORMAT, 301, "journal has another format or engine id")                              \
    X(JOURNAL_DIFFERS, 302, "recomputed effects differ from the recorded ones")                    \
    X(JOURNAL_FULL, 303, "journal has reached journal.size_max")                                   \
    X(USAGE, 400, "command line is wrong; see --help")                                             \
    X(CONFIG_KEY, 401, "unknown configuration key")                                                \
    X(CONFIG_VALUE, 402, "configuration value has the wrong type or is out of bounds")             \
    X(LIMIT_FULL, 500, "a bounded table is full")
typedef enum l1_status {
#define X(name, number, text) L1_##name = (number),
    L1_STATUS_MAP(X)
#undef X
} l1_status;

#define L1_MUST_USE __attribute__((warn_unused_result))

typedef struct {
    l1_status code;
} l1_result;

#define L1_SUCCESS ((l1_result){L1_OK})
#define L1_FAILURE(status) ((l1_result){(status)})

#define L1_TRY(expr)                                                                               \
    do {                                                                                           \
        const l1_result try_ = (expr);                                                             \
        if (try_.code != L1_OK) return try_;                                                       \
    } while (0)

/* Why something was refused: the field (static storage or inside `text`), the byte offset in
 * the input, the line (1-based, 0 = unknown) and a sentence for the operator. Owned by the
 * caller; a callee fills it only when it fails. */
typedef struct {
    char field[64];
    size_t offset;
    unsigned line;
    char text[320];
} l1_diag;

/* The text of a status; static storage. */
const char *l1_status_text(l1_status status);

/* Fills `diag` (may be NULL) printf-like and returns the failure. */
__attribute__((format(printf, 4, 5))) L1_MUST_USE l1_result l1_refuse(l1_diag *diag,
                                                                      l1_status status,
                                                                      const char *field,
                                                                      const char *format, ...);

#endif
