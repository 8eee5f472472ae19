/* journal/format/segment.c: segment headers, and the judgement of a segment's end: torn or damaged.
 * A whole record behind a gap is damage unless the gap can be sectors of the same, never synced
 * batch. */
#include "journal/format/segment.h"

#include <string.h>

#include "base/assert.h"
#include "base/crc32c.h"
#include "base/cursor.h"

enum { CRC_AT = L1_SEGMENT_SECTOR - 4, HOLE_BYTES = 8 };

void l1_segment_header_put(uint8_t *out, const l1_segment_header *header)
{
    L1_ASSERT(header->first_sequence > 0);
    L1_ASSERT(memchr(header->engine_id, 0, L1_ENGINE_ID_MAX) != NULL);
    memset(out, 0, L1_SEGMENT_HEADER_SIZE);
    l1_writer to = {.base = out, .capacity = CRC_AT};
    l1_write_u64(&to, L1_SEGMENT_MAGIC);
    l1_write_u32(&to, L1_SEGMENT_FORMAT);
    l1_write_u32(&to, header->epoch);
    l1_write_u64(&to, header->first_sequence);
    l1_write_u64(&to, header->first_tag);
    l1_write_u64(&to, header->first_wall_ns);
    l1_write_u32(&to, header->first_prev);
    l1_write_u64(&to, header->config_hash.lo);
    l1_write_u64(&to, header->config_hash.hi);
    l1_write_bytes(&to, header->engine_id, strlen(header->engine_id) + 1);
    L1_ASSERT(!to.failed);
    l1_writer crc = {.base = out + CRC_AT, .capacity = 4};
    const uint32_t value = l1_crc32c(0, out, CRC_AT);
    /* Zero means "never written"; the one header in 2^32 that sums to it carries 1. */
    l1_write_u32(&crc, value == 0 ? 1 : value);
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    /* Each byte equals the one before it: a whole segment at the speed of memory. */
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

l1_segment_state l1_segment_header_read(const uint8_t *bytes, size_t size, l1_segment_header *out)
{
    if (size < L1_SEGMENT_SECTOR) return L1_SEGMENT_CORRUPT;
    l1_reader crc = {bytes + CRC_AT, bytes + L1_SEGMENT_SECTOR, false};
    const uint32_t stored = l1_read_u32(&crc);
    if (stored == 0) return L1_SEGMENT_UNUSED;
    const uint32_t value = l1_crc32c(0, bytes, CRC_AT);
    if (stored != (value == 0 ? 1 : value)) return L1_SEGMENT_CORRUPT;

    l1_reader in = {bytes, bytes + CRC_AT, false};
    if (l1_read_u64(&in) != L1_SEGMENT_MAGIC) return L1_SEGMENT_CORRUPT;
    memset(out, 0, sizeof *out);
    out->format = l1_read_u32(&in);
    if (out->format != L1_SEGMENT_FORMAT) return L1_SEGMENT_VALID;
    out->epoch = l1_read_u32(&in);
    out->first_sequence = l1_read_u64(&in);
    out->first_tag = l1_read_u64(&in);
    out->first_wall_ns = l1_read_u64(&in);
    out->first_prev = l1_read_u32(&in);
    out->config_hash.lo = l1_read_u64(&in);
    out->config_hash.hi = l1_read_u64(&in);
    l1_read_bytes(&in, out->engine_id, L1_ENGINE_ID_MAX);
    const bool text = memchr(out->engine_id, 0, L1_ENGINE_ID_MAX) != NULL;
    L1_ASSERT(!in.failed);
    return text && out->first_sequence > 0 ? L1_SEGMENT_VALID : L1_SEGMENT_CORRUPT;
}

/* True when a sector that ends in (from, to] looks unwritten behind `from`: an unsynced sector
 * reaches the disk whole, in front part or not at all, and what is missing is still zero. */
static bool hole_between(const uint8_t *bytes, size_t from, size_t to)
{
    L1_ASSERT(from < to);
    size_t end = (from / L1_SEGMENT_SECTOR + 1) * L1_SEGMENT_SECTOR;
    for (; end <= to; end += L1_SEGMENT_SECTOR) {
        const size_t width = end - from < HOLE_BYTES ? end - from : HOLE_BYTES;
        if (all_zero(bytes + end - width, width)) return true;
    }
    return false;
}

static bool starts_like_a_record(const uint8_t *at)
{
    static const uint8_t magic[] = {'L', '1', 'J', 'R'};
    return memcmp(at, magic, sizeof magic) == 0;
}

l1_tail l1_segment_judge(const uint8_t *bytes, size_t size, size_t at, uint64_t expected,
                         size_t *later_at, uint64_t *later_sequence)
{
    L1_ASSERT(at <= size);
    L1_ASSERT(at % L1_RECORD_ALIGN == 0);
    bool torn = false;
    size_t look = at;
    while (look + L1_RECORD_HEADER_SIZE <= size) {
        l1_record record;
        if (!starts_like_a_record(bytes + look) ||
            l1_record_read(bytes + look, size - look, &record) != L1_RECORD_VALID ||
            record.header.sequence <= expected) {
            look += L1_RECORD_ALIGN;
            continue;
        }
        const bool later_batch = (record.header.flags & L1_RECORD_BATCH) != 0;
        /* Within one batch only the first gap needs a missing sector: behind it all is cut. */
        if (later_batch || (!torn && (look == at || !hole_between(bytes, at, look)))) {
            *later_at = look;
            *later_sequence = record.header.sequence;
            return L1_TAIL_CORRUPT;
        }
        torn = true;
        look += l1_record_size(record.header.length);
    }
    return torn || !all_zero(bytes + at, size - at) ? L1_TAIL_TORN : L1_TAIL_CLEAN;
}

void l1_segment_walk(const uint8_t *bytes, size_t size, const l1_segment_header *header,
                     l1_segment_scan *out)
{
    L1_ASSERT(header->first_sequence > 0);
    L1_ASSERT(header->format == L1_SEGMENT_FORMAT);
    *out = (l1_segment_scan){.end_at = L1_SEGMENT_HEADER_SIZE,
                             .next_sequence = header->first_sequence,
                             .next_prev = header->first_prev,
                             .batch_at = L1_SEGMENT_HEADER_SIZE,
                             .batch_sequence = header->first_sequence,
                             .batch_prev = header->first_prev,
                             .batch_wall_ns = header->first_wall_ns};
    if (size < L1_SEGMENT_HEADER_SIZE) {
        out->tail = L1_TAIL_CORRUPT;
        return;
    }
    l1_record record;
    while (l1_record_read(bytes + out->end_at, size - out->end_at, &record) == L1_RECORD_VALID) {
        if (!l1_record_follows(&record, out->next_sequence, out->next_prev)) {
            /* Whole and in the wrong place: no interrupted write does that. */
            out->tail = L1_TAIL_CORRUPT;
            out->later_at = out->end_at;
            out->later_sequence = record.header.sequence;
            return;
        }
        if ((record.header.flags & L1_RECORD_BATCH) != 0) {
            out->batch_at = out->end_at;
            out->batch_sequence = out->next_sequence;
            out->batch_prev = out->next_prev;
            out->batch_wall_ns = record.header.wall_ns;
        }
        out->end_at += l1_record_size(record.header.length);
        out->next_sequence++;
        out->next_prev = record.header.crc;
    }
    out->tail = l1_segment_judge(bytes, size, out->end_at, out->next_sequence, &out->later_at,
                                 &out->later_sequence);
}
