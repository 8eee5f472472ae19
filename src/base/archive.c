/* base/archive.c: the fields of an archive that need a check of their own. */
#include "base/archive.h"

#include <string.h>

#include "base/assert.h"

l1_archive l1_archive_saving(uint8_t *base, size_t capacity)
{
    L1_ASSERT(base != NULL || capacity == 0);
    return (l1_archive){.mode = L1_ARCHIVE_SAVE, .out = {.base = base, .capacity = capacity}};
}

l1_archive l1_archive_loading(const uint8_t *bytes, size_t size)
{
    static const uint8_t nothing[1];
    L1_ASSERT(bytes != NULL || size == 0);
    const uint8_t *const at = bytes == NULL ? nothing : bytes;
    return (l1_archive){.mode = L1_ARCHIVE_LOAD, .in = {.at = at, .end = at + size}};
}

l1_archive l1_archive_hashing(uint64_t domain)
{
    l1_archive archive = {.mode = L1_ARCHIVE_HASH};
    l1_hash_begin(&archive.hasher, domain);
    return archive;
}

bool l1_archive_ok(const l1_archive *archive)
{
    return !archive->failed && !archive->in.failed && !archive->out.failed;
}

/* Refuses what was loaded: later fields read as zero. */
static void refuse(l1_archive *archive)
{
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD);
    archive->failed = true;
    archive->in.at = archive->in.end;
}

void l1_archive_bool(l1_archive *archive, bool *value)
{
    uint8_t byte = archive->mode == L1_ARCHIVE_LOAD ? 0 : *value;
    l1_archive_u8(archive, &byte);
    if (byte > 1) {
        refuse(archive);
        byte = 0;
    }
    *value = byte == 1;
}

void l1_archive_f64(l1_archive *archive, double *value)
{
    _Static_assert(sizeof(double) == sizeof(uint64_t), "a double is stored by its 64 bits");
    uint64_t bits;
    memcpy(&bits, value, sizeof bits);
    l1_archive_u64(archive, &bits);
    if (archive->mode == L1_ARCHIVE_LOAD) memcpy(value, &bits, sizeof bits);
}

void l1_archive_count(l1_archive *archive, uint32_t *count, uint32_t max)
{
    L1_ASSERT(archive->mode == L1_ARCHIVE_LOAD || *count <= max);
    l1_archive_u32(archive, count);
    if (*count > max) {
        refuse(archive);
        *count = 0;
    }
    L1_ASSERT(*count <= max);
}

void l1_archive_enum(l1_archive *archive, void *value, unsigned count)
{
    L1_ASSERT(count > 0 && count <= 256);
    unsigned number = 0;
    if (archive->mode != L1_ARCHIVE_LOAD) memcpy(&number, value, sizeof number);
    L1_ASSERT(number < count);
    uint8_t byte = (uint8_t)number;
    l1_archive_u8(archive, &byte);
    if (archive->mode != L1_ARCHIVE_LOAD) return;
    if (byte >= count) {
        refuse(archive);
        byte = 0;
    }
    number = byte;
    memcpy(value, &number, sizeof number);
}

void l1_archive_text(l1_archive *archive, char *text, size_t capacity)
{
    L1_ASSERT(capacity > 0 && capacity <= UINT16_MAX);
    uint16_t size = 0;
    if (archive->mode != L1_ARCHIVE_LOAD) {
        const char *const nul = memchr(text, 0, capacity);
        L1_ASSERT(nul != NULL);
        size = (uint16_t)(nul - text);
    }
    l1_archive_u16(archive, &size);
    if (archive->mode != L1_ARCHIVE_LOAD) {
        l1_archive_bytes(archive, text, size);
        return;
    }
    if (size >= capacity) {
        refuse(archive);
        size = 0;
    }
    memset(text, 0, capacity);
    l1_archive_bytes(archive, text, size);
    if (memchr(text, 0, size) != NULL) {
        if (!archive->in.failed) refuse(archive);
        memset(text, 0, capacity);
    }
}

void l1_archive_bytes(l1_archive *archive, void *bytes, size_t size)
{
    if (archive->mode == L1_ARCHIVE_SAVE) {
        l1_write_bytes(&archive->out, bytes, size);
    } else if (archive->mode == L1_ARCHIVE_LOAD) {
        l1_read_bytes(&archive->in, bytes, size);
    } else {
        L1_ASSERT(archive->mode == L1_ARCHIVE_HASH);
        l1_hash_add(&archive->hasher, bytes, size);
    }
}
