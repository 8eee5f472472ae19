/* io/line_source.c: libarchive behind one buffer of lines. */
#include "io/line_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

enum { BUFFER_BYTES = 1 << 20, BLOCK_BYTES = 1 << 18 };

struct l1_line_source {
    struct archive *archive;
    char path[512];
    uint64_t line;
    size_t at, used; /* unread part of the buffer */
    bool ended;
    char buffer[BUFFER_BYTES];
};

static l1_result fail(l1_line_source *source, l1_status status, l1_diag *diag)
{
    const char *why = archive_error_string(source->archive);
    return l1_refuse(diag, status, source->path, "%s: %s", source->path,
                     why != NULL ? why : "cannot be read");
}

l1_result l1_line_source_open(const char *path, l1_line_source **out, l1_diag *diag)
{
    l1_line_source *source = calloc(1, sizeof *source);
    if (source == NULL) return l1_refuse(diag, L1_LIMIT_FULL, path, "no memory to read %s", path);
    l1_text_copy(source->path, sizeof source->path, path);
    source->archive = archive_read_new();
    L1_ASSERT(source->archive != NULL);
    (void)archive_read_support_filter_all(source->archive);
    (void)archive_read_support_format_zip(source->archive);
    (void)archive_read_support_format_raw(source->archive);
    (void)archive_read_support_format_empty(source->archive);
    struct archive_entry *entry = NULL;
    int opened = archive_read_open_filename(source->archive, path, BLOCK_BYTES);
    if (opened == ARCHIVE_OK) opened = archive_read_next_header(source->archive, &entry);
    if (opened == ARCHIVE_EOF) {
        source->ended = true; /* an empty file has no lines */
    } else if (opened != ARCHIVE_OK) {
        const l1_result failed = fail(source, L1_IO_OPEN, diag);
        l1_line_source_close(source);
        return failed;
    }
    *out = source;
    return L1_SUCCESS;
}

/* Moves the unread rest to the front and fills up behind it. */
static l1_result fill(l1_line_source *source, l1_diag *diag)
{
    source->used -= source->at;
    memmove(source->buffer, source->buffer + source->at, source->used);
    source->at = 0;
    if (source->used > L1_LINE_BYTES_MAX) {
        return l1_refuse(diag, L1_INPUT_TOO_LONG, source->path,
                         "%s line %llu: longer than %d bytes; is this a text file?", source->path,
                         (unsigned long long)source->line + 1, L1_LINE_BYTES_MAX);
    }
    const la_ssize_t got = archive_read_data(source->archive, source->buffer + source->used,
                                             BUFFER_BYTES - source->used);
    if (got < 0) return fail(source, L1_IO_READ, diag);
    if (got == 0) source->ended = true;
    source->used += (size_t)got;
    return L1_SUCCESS;
}

l1_result l1_line_source_next(l1_line_source *source, const char **line, size_t *size,
                              l1_diag *diag)
{
    for (;;) {
        const char *from = source->buffer + source->at;
        const char *end = memchr(from, '\n', source->used - source->at);
        const bool last = end == NULL && source->ended;
        if (end == NULL && !source->ended) {
            L1_TRY(fill(source, diag));
            continue;
        }
        if (last && source->at == source->used) return L1_FAILURE(L1_IO_END);
        *size = last ? source->used - source->at : (size_t)(end - from);
        source->at += *size + (last ? 0 : 1);
        if (*size > 0 && from[*size - 1] == '\r') --*size;
        *line = from;
        source->line++;
        return L1_SUCCESS;
    }
}

uint64_t l1_line_source_number(const l1_line_source *source)
{
    return source->line;
}

int64_t l1_line_source_bytes(const l1_line_source *source)
{
    return archive_filter_bytes(source->archive, -1);
}

void l1_line_source_close(l1_line_source *source)
{
    if (source == NULL) return;
    (void)archive_read_free(source->archive);
    free(source);
}
