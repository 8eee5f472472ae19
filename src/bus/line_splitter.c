/* bus/line_splitter.c: see line_splitter.h. */
#include "bus/line_splitter.h"

#include <string.h>

#include "base/assert.h"

/* Adds to the unfinished line; what does not fit is only counted. */
static void hold(l1_line_splitter *splitter, const char *bytes, size_t size)
{
    if (size == 0) return;
    if (splitter->held + size <= sizeof splitter->carry) {
        memcpy(splitter->carry + splitter->held, bytes, size);
    }
    splitter->held += size;
    splitter->held_cr = bytes[size - 1] == '\r';
}

static l1_line_kind finish(l1_line_splitter *splitter, const char *text, uint64_t size, bool cr,
                           l1_line *line)
{
    L1_ASSERT(!cr || size > 0);
    splitter->lines++;
    splitter->held = 0;
    splitter->held_cr = false;
    if (cr) size--;
    const bool fits = size <= L1_BUS_LINE_MAX;
    *line = (l1_line){fits ? text : NULL, size, splitter->lines};
    return fits ? L1_LINE_TEXT : L1_LINE_OVERSIZE;
}

l1_line_kind l1_line_next(l1_line_splitter *splitter, const char **at, const char *end,
                          l1_line *line)
{
    L1_ASSERT(*at <= end);
    const char *const start = *at;
    const size_t left = (size_t)(end - start);
    const char *const lf = left > 0 ? memchr(start, '\n', left) : NULL;
    if (!lf) {
        hold(splitter, start, left);
        *at = end;
        return L1_LINE_NONE;
    }
    *at = lf + 1;
    const size_t size = (size_t)(lf - start);
    if (splitter->held == 0) {
        return finish(splitter, start, size, size > 0 && lf[-1] == '\r', line);
    }
    hold(splitter, start, size);
    return finish(splitter, splitter->carry, splitter->held, splitter->held_cr, line);
}

l1_line_kind l1_line_last(l1_line_splitter *splitter, l1_line *line)
{
    if (splitter->held == 0) return L1_LINE_NONE;
    return finish(splitter, splitter->carry, splitter->held, splitter->held_cr, line);
}
