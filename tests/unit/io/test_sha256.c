/* sha256: the published examples, at the borders of its blocks. */
#include "testlib/check.h"

#include <stdlib.h>
#include <string.h>

#include "io/sha256.h"

/* Source: FIPS 180-2, appendix B; NIST's example of a million letters. */
static void test_sha256__gives_the_published_digests(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char hex[L1_SHA256_HEX_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(l1_sha256_hex(rows[i].text, strlen(rows[i].text), hex, NULL).code == L1_OK);
        assert_string_equal(hex, rows[i].want);
    }
    char *million = malloc(1000000);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    CHECK(l1_sha256_hex(million, 1000000, hex, NULL).code == L1_OK);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sha256__gives_the_published_digests)};
    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
