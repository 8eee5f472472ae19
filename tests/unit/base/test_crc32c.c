/* tests/unit/base/test_crc32c.c: both paths of CRC-32C against RFC 3720 and each other. */
#include "testlib/check.h"

#include <string.h>

#include "base/crc32c.h"
#include "base/crc32c_table.h"
#include "base/prng.h"

typedef uint32_t (*crc_function)(uint32_t, const void *, size_t);
static const crc_function paths[] = {l1_crc32c, l1_crc32c_portable};

static void test_crc32c__gives_the_vectors_of_rfc_3720(void **state)
{
    (void)state;
    uint8_t rows[5][48];
    memset(rows, 0, sizeof rows);
    memset(rows[1], 0xff, 32);
    for (uint8_t i = 0; i < 32; i++) {
        rows[2][i] = i;
        rows[3][i] = (uint8_t)(31 - i);
    }
    static const uint8_t read_command[48] = {
        0x01, 0xc0, 0, 0, 0, 0, 0,    0, 0, 0, 0,    0,    0, 0, 0, 0, 0x14, 0, 0, 0,    0,
        0,    0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0,    0, 0, 0x02, 0};
    memcpy(rows[4], read_command, sizeof read_command);
    static const uint32_t want[5] = {0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0x113fdb5c, 0xd9963a56};
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < 5; i++) CHECK(paths[p](0, rows[i], i < 4 ? 32 : 48) == want[i]);
        CHECK(paths[p](0, "123456789", 9) == 0xe3069283);
        CHECK(paths[p](0, NULL, 0) == 0);
    }
}

static void test_crc32c__continues_from_any_cut_at_any_alignment(void **state)
{
    (void)state;
    uint8_t bytes[80];
    l1_prng prng;
    l1_prng_seed(&prng, 1);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)l1_prng_next(&prng);
    for (size_t from = 0; from < 9; from++) {
        for (size_t to = from; to < sizeof bytes; to++) {
            const uint32_t whole = l1_crc32c_portable(0, bytes + from, to - from);
            CHECK(l1_crc32c(0, bytes + from, to - from) == whole);
            const size_t middle = from + (to - from) / 3;
            for (size_t p = 0; p < 2; p++) {
                const uint32_t first = paths[p](0, bytes + from, middle - from);
                CHECK(paths[p](first, bytes + middle, to - middle) == whole);
            }
        }
    }
}

static void test_crc32c__table_follows_from_the_polynomial(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int row = 0; row < 8; row++) {
            for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
            CHECK(l1_crc32c_rows[row][i] == crc);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32c__gives_the_vectors_of_rfc_3720),
        cmocka_unit_test(test_crc32c__continues_from_any_cut_at_any_alignment),
        cmocka_unit_test(test_crc32c__table_follows_from_the_polynomial),
    };
    return cmocka_run_group_tests_name("crc32c", tests, NULL, NULL);
}
