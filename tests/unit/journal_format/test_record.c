/* Records and segments as bytes: what is written is read back, and nothing else is accepted. */
#include <string.h>

#include "journal/format/segment.h"
#include "testlib/check.h"

enum { FILE_SIZE = 64 * 1024 };

typedef struct {
    uint8_t bytes[FILE_SIZE];
    size_t starts[64];
    size_t used;
    uint64_t count;
    l1_segment_header header;
} image;

/* A segment with `count` records; a batch begins at every `batch`-th. */
static void build(image *out, uint64_t count, uint64_t batch, uint8_t filler)
{
    memset(out, 0, sizeof *out);
    out->header = (l1_segment_header){
        .format = L1_SEGMENT_FORMAT, .epoch = 3, .engine_id = "l1-1", .first_sequence = 10};
    l1_segment_header_put(out->bytes, &out->header);
    out->used = L1_SEGMENT_HEADER_SIZE;
    uint32_t prev = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint8_t payload[200];
        memset(payload, filler, sizeof payload);
        const l1_record_header header = {.type = L1_RECORD_EVENT,
                                         .length = (uint32_t)(100 + i % 60),
                                         .epoch = 3,
                                         .sequence = 10 + i,
                                         .mono_ns = i,
                                         .wall_ns = 1000 + i};
        out->starts[i] = out->used;
        const size_t size = l1_record_put(out->bytes + out->used, &header, payload, 77);
        prev = l1_record_seal(out->bytes + out->used, i % batch == 0 ? L1_RECORD_BATCH : 0, prev);
        out->used += size;
    }
    out->starts[count] = out->used;
    out->count = count;
}

static void test_record__is_read_back_as_written(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 1, 7, 8, 9, 120, L1_RECORD_PAYLOAD_MAX};
    static uint8_t bytes[L1_RECORD_SIZE_MAX + 8];
    static uint8_t payload[L1_RECORD_PAYLOAD_MAX];
    for (size_t i = 0; i < sizeof payload; i++) payload[i] = (uint8_t)(i * 31 + 1);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const l1_record_header header = {.type = L1_RECORD_EFFECT,
                                         .length = lengths[i],
                                         .epoch = 65535,
                                         .sequence = UINT64_MAX,
                                         .mono_ns = 5,
                                         .wall_ns = UINT64_MAX - 1};
        const size_t size = l1_record_put(bytes, &header, payload, 0x123456789ABCDEF0);
        CHECK(size == l1_record_size(lengths[i]) && size % 8 == 0);
        const l1_record_draft draft = l1_record_draft_at(bytes);
        CHECK(draft.size == size && draft.sequence == UINT64_MAX);
        CHECK(draft.note == 0x123456789ABCDEF0 && draft.wall_ns == UINT64_MAX - 1);
        const uint32_t crc = l1_record_seal(bytes, L1_RECORD_BATCH, 42);
        l1_record record;
        CHECK(l1_record_read(bytes, size, &record) == L1_RECORD_VALID);
        CHECK(l1_record_read(bytes, size - 1, &record) == L1_RECORD_SHORT);
        CHECK(l1_record_read(bytes, 47, &record) == L1_RECORD_SHORT);
        CHECK(record.header.length == lengths[i] && record.header.crc == crc);
        CHECK(record.header.flags == L1_RECORD_BATCH && record.header.epoch == 65535);
        CHECK(memcmp(record.payload, payload, lengths[i]) == 0);
        CHECK(l1_record_follows(&record, UINT64_MAX, 42));
        CHECK(!l1_record_follows(&record, UINT64_MAX - 1, 42));
        CHECK(!l1_record_follows(&record, UINT64_MAX, 43));
    }
}

static void test_record__bytes_on_disk_are_frozen(void **state)
{
    (void)state;
    static const uint8_t want[] = {0x4C, 0x31, 0x4A, 0x52}; /* "L1JR" */
    uint8_t bytes[56];
    const l1_record_header header = {
        .type = L1_RECORD_STOP, .length = 1, .epoch = 0x0201, .sequence = 0x0807060504030201};
    l1_record_put(bytes, &header, (const uint8_t *)"x", 0);
    l1_record_seal(bytes, 1, 0x0D0C0B0A);
    CHECK(memcmp(bytes, want, 4) == 0);
    CHECK(bytes[4] == 1 && bytes[5] == 0 && bytes[6] == L1_RECORD_STOP && bytes[8] == 1);
    CHECK(bytes[12] == 1 && bytes[14] == 1 && bytes[15] == 2);
    for (uint8_t i = 0; i < 8; i++) CHECK(bytes[16 + i] == i + 1);
    for (uint8_t i = 0; i < 4; i++) CHECK(bytes[40 + i] == i + 0x0A);
    CHECK(bytes[48] == 'x' && bytes[49] == 0);
}

static void test_segment__every_flipped_bit_before_the_last_batch_is_corruption(void **state)
{
    (void)state;
    static image file;
    build(&file, 50, 5, 0); /* payloads of zeros: the hardest to tell from what was never written */
    l1_segment_scan scan;
    for (size_t at = file.starts[20]; at < file.starts[21]; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            file.bytes[at] ^= (uint8_t)(1U << bit);
            l1_segment_walk(file.bytes, FILE_SIZE, &file.header, &scan);
            CHECK(scan.tail == L1_TAIL_CORRUPT);
            CHECK(scan.end_at == file.starts[20] && scan.next_sequence == 30);
            CHECK(scan.later_sequence >= 31);
            file.bytes[at] ^= (uint8_t)(1U << bit);
        }
    }
    l1_segment_walk(file.bytes, FILE_SIZE, &file.header, &scan);
    CHECK(scan.tail == L1_TAIL_CLEAN && scan.next_sequence == 60);
    CHECK(scan.batch_sequence == 55 && scan.batch_at == file.starts[45]);
}

static void test_segment__every_flipped_byte_of_one_whole_batch_is_corruption(void **state)
{
    (void)state;
    static image file;
    build(&file, 50, 1000, 0xA5); /* one batch: no sector is missing, so it was not torn */
    l1_segment_scan scan;
    for (size_t at = file.starts[20]; at < file.starts[20] + L1_RECORD_HEADER_SIZE + 120; at++) {
        file.bytes[at] ^= 0x10;
        l1_segment_walk(file.bytes, FILE_SIZE, &file.header, &scan);
        CHECK(scan.tail == L1_TAIL_CORRUPT && scan.next_sequence == 30);
        file.bytes[at] ^= 0x10;
    }
}

static void test_segment__every_flipped_byte_of_the_last_record_is_cut(void **state)
{
    (void)state;
    static image file;
    build(&file, 50, 5, 0x5A);
    l1_segment_scan scan;
    for (size_t at = file.starts[49]; at < file.starts[50]; at++) {
        file.bytes[at] ^= 0x01;
        l1_segment_walk(file.bytes, FILE_SIZE, &file.header, &scan);
        CHECK(scan.tail == L1_TAIL_TORN);
        CHECK(scan.next_sequence == 59 && scan.end_at == file.starts[49]);
        file.bytes[at] ^= 0x01;
    }
}

static void test_segment__every_truncation_leaves_a_valid_prefix(void **state)
{
    (void)state;
    static image file;
    static uint8_t copy[FILE_SIZE];
    build(&file, 50, 5, 0x5A);
    for (size_t size = L1_SEGMENT_HEADER_SIZE; size <= file.used; size++) {
        uint64_t whole = 0;
        while (whole < file.count && file.starts[whole + 1] <= size) whole++;
        l1_segment_scan scan;
        /* The file ends there; the file goes on with zeros. */
        l1_segment_walk(file.bytes, size, &file.header, &scan);
        CHECK(scan.tail != L1_TAIL_CORRUPT && scan.next_sequence == 10 + whole);
        memset(copy, 0, sizeof copy);
        memcpy(copy, file.bytes, size);
        l1_segment_walk(copy, sizeof copy, &file.header, &scan);
        /* Trailing zeros of the last record are the same bytes as no zeros. */
        CHECK(scan.tail != L1_TAIL_CORRUPT);
        CHECK(scan.next_sequence == 10 + whole || scan.next_sequence == 11 + whole);
    }
}

static void test_segment__a_missing_sector_within_the_last_batch_is_cut(void **state)
{
    (void)state;
    static image file;
    build(&file, 50, 25, 0x5A); /* the second batch begins at record 35 */
    const size_t sector = (file.starts[30] / L1_SEGMENT_SECTOR + 1) * L1_SEGMENT_SECTOR;
    memset(file.bytes + sector, 0, L1_SEGMENT_SECTOR);
    l1_segment_scan scan;
    l1_segment_walk(file.bytes, FILE_SIZE, &file.header, &scan);
    CHECK(scan.tail == L1_TAIL_TORN);
    CHECK(scan.next_sequence >= 40 && scan.next_sequence < 45);
    CHECK(scan.batch_sequence == 35);

    build(&file, 50, 25, 0x5A); /* the same hole before it was once synced */
    memset(file.bytes + file.starts[10], 0, L1_SEGMENT_SECTOR);
    l1_segment_walk(file.bytes, FILE_SIZE, &file.header, &scan);
    CHECK(scan.tail == L1_TAIL_CORRUPT && scan.next_sequence == 20);
}

static void test_segment__a_whole_record_in_the_wrong_place_is_corruption(void **state)
{
    (void)state;
    static image file;
    build(&file, 50, 5, 0x5A);
    const size_t size = file.starts[1] - file.starts[0];
    memmove(file.bytes + file.starts[49], file.bytes + file.starts[0], size);
    l1_segment_scan scan;
    l1_segment_walk(file.bytes, FILE_SIZE, &file.header, &scan);
    CHECK(scan.tail == L1_TAIL_CORRUPT && scan.later_sequence == 10);
}

static void test_segment_header__unwritten_and_damaged_are_told_apart(void **state)
{
    (void)state;
    static image file;
    l1_segment_header read;
    build(&file, 0, 1, 0);
    CHECK(l1_segment_header_read(file.bytes, FILE_SIZE, &read) == L1_SEGMENT_VALID);
    CHECK(read.epoch == 3 && read.first_sequence == 10 && strcmp(read.engine_id, "l1-1") == 0);
    CHECK(l1_segment_header_read(file.bytes, 511, &read) == L1_SEGMENT_CORRUPT);
    for (size_t at = 0; at < L1_SEGMENT_SECTOR; at++) {
        file.bytes[at] ^= 0x80;
        CHECK(l1_segment_header_read(file.bytes, FILE_SIZE, &read) == L1_SEGMENT_CORRUPT);
        file.bytes[at] ^= 0x80;
    }
    for (size_t kept = 0; kept < L1_SEGMENT_SECTOR; kept += 8) { /* torn: the front part only */
        uint8_t torn[L1_SEGMENT_SECTOR] = {0};
        memcpy(torn, file.bytes, kept);
        CHECK(l1_segment_header_read(torn, sizeof torn, &read) == L1_SEGMENT_UNUSED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record__is_read_back_as_written),
        cmocka_unit_test(test_record__bytes_on_disk_are_frozen),
        cmocka_unit_test(test_segment__every_flipped_bit_before_the_last_batch_is_corruption),
        cmocka_unit_test(test_segment__every_flipped_byte_of_one_whole_batch_is_corruption),
        cmocka_unit_test(test_segment__every_flipped_byte_of_the_last_record_is_cut),
        cmocka_unit_test(test_segment__every_truncation_leaves_a_valid_prefix),
        cmocka_unit_test(test_segment__a_missing_sector_within_the_last_batch_is_cut),
        cmocka_unit_test(test_segment__a_whole_record_in_the_wrong_place_is_corruption),
        cmocka_unit_test(test_segment_header__unwritten_and_damaged_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
