/* journal/snapshot.c: snapshot files: header with CRC, body with CRC, the newest two kept. */
#include "journal/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/crc32c.h"
#include "base/cursor.h"

#define MAGIC UINT64_C(0x31504E534C4E4A4C) /* "LJNLSNP1" on disk */

enum { CRC_AT = L1_SNAPSHOT_HEADER_SIZE - 4 };

typedef struct {
    l1_snapshot_info info;
    uint64_t body_size;
    uint32_t body_crc;
} snapshot_header;

static void put_header(uint8_t *out, const snapshot_header *header)
{
    memset(out, 0, L1_SNAPSHOT_HEADER_SIZE);
    l1_writer to = {.base = out, .capacity = CRC_AT};
    l1_write_u64(&to, MAGIC);
    l1_write_u32(&to, L1_SNAPSHOT_FORMAT);
    l1_write_u32(&to, header->body_crc);
    l1_write_u64(&to, header->body_size);
    l1_write_u64(&to, header->info.sequence);
    l1_write_u64(&to, header->info.tag);
    l1_write_u64(&to, header->info.config_hash.lo);
    l1_write_u64(&to, header->info.config_hash.hi);
    l1_write_u8(&to, header->info.clean ? 1 : 0);
    l1_write_bytes(&to, header->info.engine_id, L1_ENGINE_ID_MAX);
    l1_write_bytes(&to, header->info.build_id, L1_SNAPSHOT_BUILD_MAX);
    L1_ASSERT(!to.failed);
    l1_writer crc = {.base = out + CRC_AT, .capacity = 4};
    l1_write_u32(&crc, l1_crc32c(0, out, CRC_AT));
}

static bool read_header(const uint8_t *bytes, size_t size, snapshot_header *out)
{
    if (size < L1_SNAPSHOT_HEADER_SIZE) return false;
    l1_reader crc = {bytes + CRC_AT, bytes + L1_SNAPSHOT_HEADER_SIZE, false};
    if (l1_read_u32(&crc) != l1_crc32c(0, bytes, CRC_AT)) return false;
    l1_reader in = {bytes, bytes + CRC_AT, false};
    memset(out, 0, sizeof *out);
    if (l1_read_u64(&in) != MAGIC || l1_read_u32(&in) != L1_SNAPSHOT_FORMAT) return false;
    out->body_crc = l1_read_u32(&in);
    out->body_size = l1_read_u64(&in);
    out->info.sequence = l1_read_u64(&in);
    out->info.tag = l1_read_u64(&in);
    out->info.config_hash.lo = l1_read_u64(&in);
    out->info.config_hash.hi = l1_read_u64(&in);
    out->info.clean = l1_read_u8(&in) == 1;
    l1_read_bytes(&in, out->info.engine_id, L1_ENGINE_ID_MAX);
    l1_read_bytes(&in, out->info.build_id, L1_SNAPSHOT_BUILD_MAX);
    L1_ASSERT(!in.failed);
    return out->info.engine_id[L1_ENGINE_ID_MAX - 1] == 0 &&
           out->info.build_id[L1_SNAPSHOT_BUILD_MAX - 1] == 0;
}

static l1_result remove_old(const l1_directory *dir, l1_diag *diag)
{
    l1_numbers found;
    L1_TRY(l1_directory_snapshots(dir, &found, diag));
    l1_result done = L1_SUCCESS;
    for (size_t i = 0; i + L1_SNAPSHOTS_KEPT < found.count && done.code == L1_OK; i++) {
        char name[64];
        l1_directory_snapshot_name(name, found.at[i]);
        done = l1_directory_remove(dir, name, diag);
    }
    l1_numbers_free(&found);
    return done;
}

l1_result l1_snapshot_write(const l1_directory *dir, const l1_snapshot_info *info, const void *body,
                            size_t size, l1_diag *diag)
{
    L1_ASSERT(info->sequence > 0);
    L1_ASSERT(memchr(info->engine_id, 0, sizeof info->engine_id) != NULL);
    L1_ASSERT(memchr(info->build_id, 0, sizeof info->build_id) != NULL);
    if (size > L1_SNAPSHOT_BODY_MAX) {
        return l1_refuse(diag, L1_INPUT_TOO_LONG, "snapshot", "%zu bytes, limit %u", size,
                         L1_SNAPSHOT_BODY_MAX);
    }
    char name[64];
    uint8_t page[L1_SNAPSHOT_HEADER_SIZE];
    const snapshot_header header = {
        .info = *info, .body_size = size, .body_crc = l1_crc32c(0, body, size)};
    put_header(page, &header);
    l1_directory_snapshot_name(name, info->sequence);
    const l1_part parts[] = {{page, sizeof page}, {body, size}};
    L1_TRY(l1_directory_publish(dir, name, parts, 2, 0, diag));
    return remove_old(dir, diag);
}

/* IO_END when the file is no whole snapshot. */
static l1_result load(const l1_directory *dir, uint64_t sequence, snapshot_header *header,
                      uint8_t **body, l1_diag *diag)
{
    char name[64];
    uint8_t *bytes = NULL;
    size_t size = 0;
    l1_directory_snapshot_name(name, sequence);
    L1_TRY(l1_directory_load(dir, name, L1_SNAPSHOT_HEADER_SIZE + (size_t)L1_SNAPSHOT_BODY_MAX,
                             &bytes, &size, diag));
    const bool whole = read_header(bytes, size, header) && header->info.sequence == sequence &&
                       header->body_size == size - L1_SNAPSHOT_HEADER_SIZE &&
                       l1_crc32c(0, bytes + L1_SNAPSHOT_HEADER_SIZE, (size_t)header->body_size) ==
                           header->body_crc;
    if (!whole) {
        free(bytes);
        return l1_refuse(diag, L1_IO_END, name, "%s: damaged", name);
    }
    memmove(bytes, bytes + L1_SNAPSHOT_HEADER_SIZE, (size_t)header->body_size);
    *body = bytes;
    return L1_SUCCESS;
}

l1_result l1_snapshot_find(const l1_directory *dir, const char *engine_id, uint64_t sequence_max,
                           l1_snapshot_info *info, uint8_t **body, size_t *size, l1_diag *diag)
{
    l1_numbers found;
    L1_TRY(l1_directory_snapshots(dir, &found, diag));
    l1_result done = l1_refuse(diag, L1_IO_END, "snapshot", "no snapshot");
    for (size_t i = found.count; i > 0 && done.code != L1_OK; i--) {
        snapshot_header header;
        if (found.at[i - 1] > sequence_max) continue;
        if (load(dir, found.at[i - 1], &header, body, diag).code != L1_OK) continue;
        if (strcmp(header.info.engine_id, engine_id) != 0) {
            free(*body);
            *body = NULL;
            done =
                l1_refuse(diag, L1_JOURNAL_FORMAT, "engine_id",
                          "snapshot is of engine '%s', not '%s'", header.info.engine_id, engine_id);
            break;
        }
        *info = header.info;
        *size = (size_t)header.body_size;
        done = L1_SUCCESS;
    }
    l1_numbers_free(&found);
    return done;
}

static bool header_valid(const l1_directory *dir, uint64_t sequence)
{
    char name[64];
    uint8_t page[L1_SNAPSHOT_HEADER_SIZE];
    size_t count = 0;
    int handle = -1;
    snapshot_header header;
    l1_directory_snapshot_name(name, sequence);
    if (l1_directory_open(dir, name, L1_STORAGE_READ, &handle, NULL).code != L1_OK) return false;
    const l1_result done = l1_directory_read(dir, handle, name, page, sizeof page, 0, &count, NULL);
    l1_directory_close(dir, handle);
    return done.code == L1_OK && read_header(page, count, &header) &&
           header.info.sequence == sequence;
}

static l1_result first_valid(const l1_directory *dir, bool newest, uint64_t *sequence,
                             l1_diag *diag)
{
    l1_numbers found;
    L1_TRY(l1_directory_snapshots(dir, &found, diag));
    *sequence = 0;
    for (size_t i = 0; i < found.count && *sequence == 0; i++) {
        const uint64_t at = found.at[newest ? found.count - 1 - i : i];
        if (header_valid(dir, at)) *sequence = at;
    }
    l1_numbers_free(&found);
    return L1_SUCCESS;
}

l1_result l1_snapshot_newest(const l1_directory *dir, uint64_t *sequence, l1_diag *diag)
{
    return first_valid(dir, true, sequence, diag);
}

l1_result l1_snapshot_oldest(const l1_directory *dir, uint64_t *sequence, l1_diag *diag)
{
    return first_valid(dir, false, sequence, diag);
}
