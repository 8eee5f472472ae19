/* bus/line_splitter.h: bytes in blocks of any size in, whole lines out.
 *
 * A line ends at LF; one CR before it belongs to the ending. A line that lies whole in the
 * block is handed out where it is; one that crosses blocks is put together in `carry`. A line
 * over L1_BUS_LINE_MAX is counted and skipped. Memory is fixed.
 * Determinism: pure; the lines do not depend on where the blocks were cut. */
#ifndef L1_BUS_LINE_SPLITTER_H
#define L1_BUS_LINE_SPLITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/bus_adapter.h"

typedef struct {
    uint64_t lines; /* lines finished so far */
    uint64_t held;  /* bytes of the unfinished line so far; kept while they fit in `carry` */
    bool held_cr;   /* the last of them is a CR */
    char carry[L1_BUS_LINE_MAX + 1]; /* and its CR */
} l1_line_splitter;

typedef enum { L1_LINE_NONE, L1_LINE_TEXT, L1_LINE_OVERSIZE } l1_line_kind;

typedef struct {
    const char *text; /* in the block or in the splitter: valid until the next call */
    uint64_t size;    /* OVERSIZE: bytes skipped, text is NULL */
    uint64_t number;  /* from 1 */
} l1_line;

/* Takes bytes from *at, up to `end`, until a line is complete. NONE: all bytes were taken. */
l1_line_kind l1_line_next(l1_line_splitter *splitter, const char **at, const char *end,
                          l1_line *line);

/* At the end of input: the last line if it had no LF, else NONE. */
l1_line_kind l1_line_last(l1_line_splitter *splitter, l1_line *line);

#endif
