/* base/cursor.c: runs of bytes through the bounded reader and writer. */
#include "base/cursor.h"

#include "base/assert.h"

void l1_read_bytes(l1_reader *in, void *out, size_t size)
{
    L1_ASSERT(in->at <= in->end);
    L1_ASSERT(out != NULL || size == 0);
    if (size == 0) return;
    if (l1_read_left(in) < size) {
        in->failed = true;
        in->at = in->end;
        memset(out, 0, size);
        return;
    }
    memcpy(out, in->at, size);
    in->at += size;
}

void l1_write_bytes(l1_writer *out, const void *bytes, size_t size)
{
    L1_ASSERT(out->used <= out->capacity);
    L1_ASSERT(bytes != NULL || size == 0);
    if (out->failed || out->capacity - out->used < size) {
        out->failed = true;
        return;
    }
    if (size == 0) return;
    memcpy(out->base + out->used, bytes, size);
    out->used += size;
}
