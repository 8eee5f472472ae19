/* tests/unit/base/test_hash.c: SipHash-2-4-128 and its texts. */
#include "testlib/check.h"

#include <string.h>

#include "base/hash.h"

/* Key 00..0f, input 00..(n-1): rows of vectors_sip128 of the reference code (vectors.h). */
static const uint64_t reference_domain = UINT64_C(0x0706050403020100);

static void test_hash__gives_the_reference_vectors(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *want;
    } rows[] = {
        {0, "a3817f04ba25a8e66df67214c7550293"},  {1, "da87c1d86b99af44347659119b22fc45"},
        {2, "8177228da4a45dc7fca38bdef60affe4"},  {3, "9c70b60c5267a94e5f33b6b02985ed51"},
        {4, "f88164c12d9c8faf7d0f6e7c7bcd5579"},  {5, "1368875980776f8854527a07690e9627"},
        {6, "14eeca338b208613485ea0308fd7a15e"},  {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
        {8, "3b62a9ba6258f5610f83e264f31497b4"},  {9, "264499060ad9baabc47f8b02bb6d71ed"},
        {10, "00110dc378146956c95447d3f3d0fbba"}, {11, "0151c568386b6677a2b4dc6f81e5dc18"},
        {12, "d626b266905ef35882634df68532c125"}, {13, "9869e247e9c08b10d029934fc4b952f7"},
        {14, "31fcefac66d7de9c7ec7485fe4494902"}, {15, "5493e99933b0a8117e08ec0f97cfc3d9"},
    };
    uint8_t bytes[64];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[33];
        l1_hash_hex(l1_hash_of(reference_domain, bytes, rows[i].size), text);
        assert_string_equal(text, rows[i].want);
    }
}

static void test_hash__is_the_same_however_the_bytes_are_cut(void **state)
{
    (void)state;
    uint8_t bytes[40];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37 + 11);
    const l1_hash128 whole = l1_hash_of(5, bytes, sizeof bytes);
    for (size_t a = 0; a <= sizeof bytes; a++) {
        for (size_t b = a; b <= sizeof bytes; b++) {
            l1_hasher hasher;
            l1_hash_begin(&hasher, 5);
            l1_hash_add(&hasher, bytes, a);
            l1_hash_add(&hasher, bytes + a, b - a);
            l1_hash_add(&hasher, bytes + b, sizeof bytes - b);
            const l1_hash128 cut = l1_hash_end(&hasher);
            CHECK(cut.lo == whole.lo && cut.hi == whole.hi);
        }
    }
}

static void test_hash__differs_by_domain_length_and_content(void **state)
{
    (void)state;
    const l1_hash128 base = l1_hash_of(1, "a\0", 2);
    const l1_hash128 others[] = {l1_hash_of(2, "a\0", 2), l1_hash_of(1, "a", 1),
                                 l1_hash_of(1, "b\0", 2), l1_hash_of(1, "", 0)};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        CHECK(others[i].lo != base.lo);
        CHECK(others[i].hi != base.hi);
    }
}

static void test_base32__is_rfc_4648_in_lower_case(void **state)
{
    (void)state;
    static const struct {
        l1_hash128 hash;
        const char *want;
    } rows[] = {
        {{0, 0}, "aaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {{UINT64_MAX, UINT64_MAX},
         "777777777777777777777777"
         "74"},
        /* bytes 00 01 .. 0f, from Python's base64.b32encode */
        {{UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)},
         "aaaqeayeaudaocajbifqydiob4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[L1_BASE32_SIZE];
        l1_hash_base32(rows[i].hash, text);
        assert_string_equal(text, rows[i].want);
        CHECK(strlen(text) == L1_BASE32_SIZE - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__gives_the_reference_vectors),
        cmocka_unit_test(test_hash__is_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(test_hash__differs_by_domain_length_and_content),
        cmocka_unit_test(test_base32__is_rfc_4648_in_lower_case),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
