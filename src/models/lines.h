/* models/lines.h: a small text of "key=value" lines, read once from front to end.
 *
 * Blank lines and lines that begin with '#' are skipped; CR before LF is ignored; words of a value
 * are separated by spaces. Numbers go through base/real.h. Inner header of models/.
 * Errors:      refusals name the key, the value (shortened, printable) and what it must be;
 *              diag->line is the line. Determinism: pure. */
#ifndef L1_MODELS_LINES_H
#define L1_MODELS_LINES_H

#include <stdbool.h>

#include "base/status.h"

typedef struct {
    const char *at;
    size_t size;
} l1_span;

typedef struct {
    const char *at, *end; /* unread */
    unsigned number;      /* of the current line, from 1; 0 = none read yet */
    l1_span line;         /* without its end and trailing spaces */
    l1_span key;          /* before '='; the whole line when there is none */
    l1_span value;        /* behind '=' */
    bool has_value;
    l1_diag *diag; /* may be NULL */
} l1_lines;

void l1_lines_begin(l1_lines *lines, const char *text, size_t size, l1_diag *diag);

/* The next line that says something; false at the end of the text. */
bool l1_lines_next(l1_lines *lines);

bool l1_span_is(l1_span span, const char *word);

/* The next word of `from`, which is cut behind it; false when there is none. */
bool l1_span_word(l1_span *from, l1_span *word);
uint32_t l1_span_words(l1_span span);

/* Values of a number; `what` says it in words. */
typedef struct {
    double low, high;
    bool above_low;                     /* low itself is out */
    bool minus_infinity, plus_infinity; /* may be */
    const char *what;
} l1_lines_range;

/* The current line's value as exactly `count` numbers within `range`. */
L1_MUST_USE l1_result l1_lines_numbers(const l1_lines *lines, l1_span value,
                                       const l1_lines_range *range, uint32_t count, double *out);

/* A whole number without sign from `low` to `high`; `what` says so in words. */
L1_MUST_USE l1_result l1_lines_whole(const l1_lines *lines, int64_t low, int64_t high,
                                     const char *what, int64_t *out);

/* line N: KEY: "VALUE" RULE; without KEY when the value is the whole line. */
L1_MUST_USE l1_result l1_lines_refuse(const l1_lines *lines, l1_status status, l1_span value,
                                      const char *rule);

/* A sentence of its own about the current line, `what`. */
L1_MUST_USE l1_result l1_lines_fail(const l1_lines *lines, l1_status status, const char *field,
                                    const char *what);

/* `span` for a sentence: shortened with "..." and other than printable ASCII as '?'. */
#define L1_SPAN_SHOWN_SIZE 41
void l1_span_show(l1_span span, char out[L1_SPAN_SHOWN_SIZE]);

#endif
