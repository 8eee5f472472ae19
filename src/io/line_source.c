/* io/line_source.c: libarchive behind one buffer of lines. */
#include "io/line_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

enum { BUFFER_BYTES = 1 << 18, BLOCK_BYTES = 1 << 17 };
_Static_assert(BUFFER_BYTES > L1_LINE_BYTES_MAX, "the longest line kept fits");

struct l1_line_source {
    struct archive *archive;
    char path[512];
    char entry[128];
    uint64_t line;
    size_t at, used;  /* unread part of the buffer */
    size_t too_long;  /* bytes of the line being skipped; 0 = none is */
    bool entry_ended; /* the buffer holds the rest of this entry */
    bool ended;       /* no entry follows */
    size_t line_max, capacity;
    char buffer[];
};

static l1_result fail(l1_line_source *source, l1_status status, l1_diag *diag)
{
    const char *why = archive_error_string(source->archive);
    if (why == NULL) why = "cannot be read";
    if (strstr(why, "No progress is possible") != NULL) why = "truncated xz input";
    if (strstr(why, "ZIP decompression failed") != NULL) why = "the zip is cut short or damaged";
    if (source->line == 0 && source->entry[0] == '\0') {
        return l1_refuse(diag, status, "file", "%s: %s", source->path, why);
    }
    return l1_refuse(diag, status, "file", "%s%s%s behind line %llu: %s", source->path,
                     source->entry[0] != '\0' ? ":" : "", source->entry,
                     (unsigned long long)source->line, why);
}

/* Goes to the next entry (a folder has no lines); `ended` when there is none. */
static int next_entry(l1_line_source *source)
{
    struct archive_entry *entry = NULL;
    const int found = archive_read_next_header(source->archive, &entry);
    if (found == ARCHIVE_EOF) source->ended = true;
    if (found != ARCHIVE_OK) return found;
    source->line = 0;
    source->entry_ended = false;
    if ((archive_format(source->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP) {
        const char *name = archive_entry_pathname(entry);
        l1_text_copy(source->entry, sizeof source->entry, name != NULL ? name : "?");
    }
    return ARCHIVE_OK;
}

/* Only filters inside the library: others run programs that happen to be installed. */
static void support(struct archive *archive)
{
    (void)archive_read_support_filter_gzip(archive);
    (void)archive_read_support_filter_xz(archive);
    (void)archive_read_support_filter_zstd(archive);
    (void)archive_read_support_filter_bzip2(archive);
    (void)archive_read_support_format_zip(archive);
    (void)archive_read_support_format_raw(archive);
    (void)archive_read_support_format_empty(archive);
}

l1_result l1_line_source_open(const char *path, l1_line_source **out, l1_diag *diag)
{
    return l1_line_source_open_long(path, L1_LINE_BYTES_MAX, out, diag);
}

l1_result l1_line_source_open_long(const char *path, size_t line_max, l1_line_source **out,
                                   l1_diag *diag)
{
    L1_ASSERT(path != NULL && out != NULL);
    L1_ASSERT(line_max >= L1_LINE_BYTES_MAX);
    const size_t capacity = line_max - L1_LINE_BYTES_MAX + BUFFER_BYTES;
    l1_line_source *source = calloc(1, sizeof *source + capacity);
    if (source != NULL) {
        source->line_max = line_max;
        source->capacity = capacity;
    }
    if (source == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "file", "no memory to read %s", path);
    l1_text_copy(source->path, sizeof source->path, path);
    source->archive = archive_read_new();
    L1_ASSERT(source->archive != NULL);
    support(source->archive);
    int opened = archive_read_open_filename(source->archive, path, BLOCK_BYTES);
    if (opened == ARCHIVE_OK) opened = next_entry(source);
    if (opened != ARCHIVE_OK && !source->ended) { /* ended: an empty file has no lines */
        const l1_result failed = fail(source, L1_IO_OPEN, diag);
        l1_line_source_close(source);
        return failed;
    }
    *out = source;
    return L1_SUCCESS;
}

/* Moves the unread rest to the front and fills up behind it. Of a line that is too long only its
 * beginning is kept; the rest is counted. */
static l1_result fill(l1_line_source *source, l1_diag *diag)
{
    source->used -= source->at;
    memmove(source->buffer, source->buffer + source->at, source->used);
    source->at = 0;
    if (source->used > source->line_max) {
        source->too_long += source->used - source->line_max;
        source->used = source->line_max;
    }
    const la_ssize_t got = archive_read_data(source->archive, source->buffer + source->used,
                                             source->capacity - source->used);
    if (got < 0) return fail(source, L1_IO_READ, diag);
    if (got == 0) source->entry_ended = true;
    source->used += (size_t)got;
    return L1_SUCCESS;
}

/* Gives out the line from `at` to `end`; `behind` is where the next one begins. */
static void give(l1_line_source *source, size_t end, size_t behind, const char **line, size_t *size)
{
    L1_ASSERT(source->at <= end && end <= behind && behind <= source->used);
    *line = source->buffer + source->at;
    *size = end - source->at;
    if (*size > 0 && source->buffer[end - 1] == '\r') --*size;
    *size += source->too_long;
    source->too_long = 0;
    source->at = behind;
    source->line++;
}

l1_result l1_line_source_next(l1_line_source *source, const char **line, size_t *size,
                              l1_diag *diag)
{
    L1_ASSERT(source != NULL && line != NULL && size != NULL);
    while (!source->ended) {
        const char *from = source->buffer + source->at;
        const char *end = memchr(from, '\n', source->used - source->at);
        if (end != NULL) {
            const size_t stop = (size_t)(end - source->buffer);
            give(source, stop, stop + 1, line, size);
            return L1_SUCCESS;
        }
        if (!source->entry_ended) {
            L1_TRY(fill(source, diag));
        } else if (source->at < source->used) {
            give(source, source->used, source->used, line, size);
            return L1_SUCCESS;
        } else if (next_entry(source) != ARCHIVE_OK && !source->ended) {
            return fail(source, L1_IO_READ, diag);
        }
    }
    return L1_FAILURE(L1_IO_END);
}

uint64_t l1_line_source_number(const l1_line_source *source)
{
    return source->line;
}

const char *l1_line_source_entry(const l1_line_source *source)
{
    return source->entry;
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
