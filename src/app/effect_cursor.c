/* app/effect_cursor.c: the effects among a journal's records. */
#include "app/effect_cursor.h"

#include <stdlib.h>

#include "base/assert.h"

struct l1_effect_cursor {
    l1_journal_reader *reader;
    uint64_t from;
    uint64_t last_seq; /* the last effect returned; its bytes stand in the reader */
    const uint8_t *last;
    uint32_t last_size;
    bool again;
};

l1_result l1_effect_cursor_open(const l1_directory *dir, uint64_t seq, l1_effect_cursor **out,
                                l1_diag *diag)
{
    l1_effect_cursor *cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL) return l1_refuse(diag, L1_LIMIT_FULL, "journal", "no memory");
    cursor->from = seq;
    l1_result done = l1_journal_reader_open(dir->storage, dir->path, &cursor->reader, diag);
    if (done.code == L1_OK) done = l1_journal_reader_seek_tag(cursor->reader, seq, diag);
    if (done.code != L1_OK) {
        l1_effect_cursor_close(cursor);
        return done;
    }
    *out = cursor;
    return L1_SUCCESS;
}

void l1_effect_cursor_close(l1_effect_cursor *cursor)
{
    if (cursor == NULL) return;
    l1_journal_reader_close(cursor->reader);
    free(cursor);
}

l1_result l1_effect_cursor_next(l1_effect_cursor *cursor, uint64_t limit, uint64_t *seq,
                                const uint8_t **bytes, uint32_t *size, l1_diag *diag)
{
    while (!cursor->again) {
        l1_record record;
        L1_TRY(l1_journal_reader_next(cursor->reader, limit, &record, diag));
        if (record.header.type != L1_RECORD_EFFECT) continue;
        l1_reader in = {.at = record.payload, .end = record.payload + record.header.length};
        cursor->last_seq = l1_read_u64(&in);
        cursor->last = record.payload;
        cursor->last_size = record.header.length;
        if (cursor->last_seq >= cursor->from) break;
    }
    cursor->again = false;
    *seq = cursor->last_seq;
    *bytes = cursor->last;
    *size = cursor->last_size;
    return L1_SUCCESS;
}

void l1_effect_cursor_back(l1_effect_cursor *cursor)
{
    L1_ASSERT(cursor->last != NULL);
    cursor->again = true;
}
