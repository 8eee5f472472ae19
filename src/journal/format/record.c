/* journal/format/record.c: encoding, sealing and checking of one record, field by field; see
 * record.h for the layout. */
#include "journal/format/record.h"

#include <string.h>

#include "base/assert.h"
#include "base/crc32c.h"
#include "base/cursor.h"

enum { LENGTH_AT = 8, FLAGS_AT = 12, SEQUENCE_AT = 16, WALL_AT = 32, PREV_AT = 40, CRC_AT = 44 };

size_t l1_record_size(uint32_t length)
{
    L1_ASSERT(length <= L1_RECORD_PAYLOAD_MAX);
    const size_t size = L1_RECORD_HEADER_SIZE + (size_t)length;
    return (size + L1_RECORD_ALIGN - 1) / L1_RECORD_ALIGN * L1_RECORD_ALIGN;
}

/* Over the header as if crc were zero, then the payload. */
static uint32_t record_crc(const uint8_t *record, uint32_t length)
{
    static const uint8_t no_crc[L1_RECORD_HEADER_SIZE - CRC_AT];
    uint32_t crc = l1_crc32c(0, record, CRC_AT);
    crc = l1_crc32c(crc, no_crc, sizeof no_crc);
    return l1_crc32c(crc, record + L1_RECORD_HEADER_SIZE, length);
}

size_t l1_record_put(uint8_t *out, const l1_record_header *header, const uint8_t *payload,
                     uint64_t note)
{
    L1_ASSERT(header->sequence > 0);
    L1_ASSERT(header->type >= L1_RECORD_START && header->type <= L1_RECORD_STOP);
    const size_t size = l1_record_size(header->length);
    l1_writer to = {.base = out, .capacity = size};
    l1_write_u32(&to, L1_RECORD_MAGIC);
    l1_write_u16(&to, L1_RECORD_VERSION);
    l1_write_u16(&to, header->type);
    l1_write_u32(&to, header->length);
    l1_write_u16(&to, 0);
    l1_write_u16(&to, header->epoch);
    l1_write_u64(&to, header->sequence);
    l1_write_u64(&to, header->mono_ns);
    l1_write_u64(&to, header->wall_ns);
    l1_write_u64(&to, note);
    L1_ASSERT(to.used == L1_RECORD_HEADER_SIZE);
    if (header->length > 0) l1_write_bytes(&to, payload, header->length);
    memset(out + to.used, 0, size - to.used);
    L1_ASSERT(!to.failed);
    return size;
}

static uint32_t length_at(const uint8_t *record)
{
    l1_reader in = {record + LENGTH_AT, record + LENGTH_AT + 4, false};
    return l1_read_u32(&in);
}

static uint64_t u64_at(const uint8_t *at)
{
    l1_reader in = {at, at + 8, false};
    return l1_read_u64(&in);
}

l1_record_draft l1_record_draft_at(const uint8_t *record)
{
    return (l1_record_draft){.size = l1_record_size(length_at(record)),
                             .sequence = u64_at(record + SEQUENCE_AT),
                             .wall_ns = u64_at(record + WALL_AT),
                             .note = u64_at(record + PREV_AT)};
}

static void put_u32(uint8_t *at, uint32_t value)
{
    l1_writer to = {.base = at, .capacity = 4};
    l1_write_u32(&to, value);
}

uint32_t l1_record_seal(uint8_t *record, uint16_t flags, uint32_t prev)
{
    const uint32_t length = length_at(record);
    L1_ASSERT(length <= L1_RECORD_PAYLOAD_MAX);
    l1_writer to = {.base = record + FLAGS_AT, .capacity = 2};
    l1_write_u16(&to, flags);
    put_u32(record + PREV_AT, prev);
    const uint32_t crc = record_crc(record, length);
    put_u32(record + CRC_AT, crc);
    return crc;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

static void take_header(const uint8_t *bytes, l1_record_header *out)
{
    l1_reader in = {bytes, bytes + L1_RECORD_HEADER_SIZE, false};
    out->magic = l1_read_u32(&in);
    out->version = l1_read_u16(&in);
    out->type = l1_read_u16(&in);
    out->length = l1_read_u32(&in);
    out->flags = l1_read_u16(&in);
    out->epoch = l1_read_u16(&in);
    out->sequence = l1_read_u64(&in);
    out->mono_ns = l1_read_u64(&in);
    out->wall_ns = l1_read_u64(&in);
    out->prev = l1_read_u32(&in);
    out->crc = l1_read_u32(&in);
    L1_ASSERT(!in.failed);
    L1_ASSERT(l1_read_left(&in) == 0);
}

l1_record_state l1_record_read(const uint8_t *bytes, size_t size, l1_record *out)
{
    if (size < L1_RECORD_HEADER_SIZE) return L1_RECORD_SHORT;
    l1_record_header header;
    take_header(bytes, &header);
    if (header.magic == 0) {
        return all_zero(bytes, L1_RECORD_HEADER_SIZE) ? L1_RECORD_NONE : L1_RECORD_BAD;
    }
    if (header.magic != L1_RECORD_MAGIC || header.version != L1_RECORD_VERSION) {
        return L1_RECORD_BAD;
    }
    if (header.type < L1_RECORD_START || header.type > L1_RECORD_STOP) return L1_RECORD_BAD;
    if (header.length > L1_RECORD_PAYLOAD_MAX || header.sequence == 0) return L1_RECORD_BAD;
    const size_t whole = l1_record_size(header.length);
    if (size < whole) return L1_RECORD_SHORT;
    if (record_crc(bytes, header.length) != header.crc) return L1_RECORD_BAD;
    const size_t end = L1_RECORD_HEADER_SIZE + (size_t)header.length;
    if (!all_zero(bytes + end, whole - end)) return L1_RECORD_BAD;
    out->header = header;
    out->payload = bytes + L1_RECORD_HEADER_SIZE;
    return L1_RECORD_VALID;
}

bool l1_record_follows(const l1_record *record, uint64_t sequence, uint32_t prev)
{
    L1_ASSERT(sequence > 0);
    return record->header.sequence == sequence && record->header.prev == prev;
}
