/* tests/unit/domain/test_order.c: identities of orders; codes and levels of rules and alerts. */
#include "testlib/check.h"

#include <string.h>

#include "domain/order.h"
#include "domain/report.h"

static void test_order_id__differs_when_any_part_differs(void **state)
{
    (void)state;
    const l1_order_id ids[] = {
        l1_order_id_of("l1-1", "sig", 0, L1_PURPOSE_ENTRY, 0),
        l1_order_id_of("l1-2", "sig", 0, L1_PURPOSE_ENTRY, 0),
        l1_order_id_of("l1-1", "sih", 0, L1_PURPOSE_ENTRY, 0),
        l1_order_id_of("l1-1", "sig", 1, L1_PURPOSE_ENTRY, 0),
        l1_order_id_of("l1-1", "sig", 0, L1_PURPOSE_STOP, 0),
        l1_order_id_of("l1-1", "sig", 0, L1_PURPOSE_ENTRY, 1),
        l1_order_id_of("l1-1s", "ig", 0, L1_PURPOSE_ENTRY, 0),
        l1_order_id_of("", "l1-1sig", 0, L1_PURPOSE_ENTRY, 0),
    };
    const size_t count = sizeof ids / sizeof ids[0];
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            CHECK(l1_order_id_equal(ids[i], ids[k]) == (i == k));
            char a[L1_ORDER_ID_TEXT], b[L1_ORDER_ID_TEXT];
            l1_order_id_text(ids[i], a);
            l1_order_id_text(ids[k], b);
            CHECK((strcmp(a, b) == 0) == (i == k));
        }
    }
    CHECK(l1_order_id_equal(ids[0], l1_order_id_of("l1-1", "sig", 0, L1_PURPOSE_ENTRY, 0)));
}

static void test_order_id__text_is_a_letter_and_26_characters(void **state)
{
    (void)state;
    static const char letters[L1_PURPOSE_COUNT] = {'E', 'X', 'S', 'F'};
    for (unsigned i = 0; i < L1_PURPOSE_COUNT; i++) {
        char text[L1_ORDER_ID_TEXT];
        l1_order_id_text(l1_order_id_of("l1-1", "sig", 0, (l1_purpose)i, 0), text);
        CHECK(strlen(text) == 27);
        CHECK(text[0] == letters[i]);
        CHECK(strspn(text + 1, "abcdefghijklmnopqrstuvwxyz234567") == 26);
    }
}

/* Frozen: ids stand in journals and at venues. The value was computed apart from this code, with
 * SipHash-2-4-128 and base32 of another language. */
static void test_order_id__never_changes(void **state)
{
    (void)state;
    char text[L1_ORDER_ID_TEXT];
    l1_order_id_text(l1_order_id_of("l1-1", "btc_signal_123", 0, L1_PURPOSE_ENTRY, 0), text);
    assert_string_equal(text, "Ed3b32u6e55ol2zmlzueqacib6i");
}

static void test_codes__are_the_words_of_the_contract(void **state)
{
    (void)state;
    assert_string_equal(l1_rule_code(L1_RULE_STOP_LOSS_MISSING), "STOP_LOSS_MISSING");
    assert_string_equal(l1_rule_text(L1_RULE_STOP_LOSS_MISSING), "stop_loss is mandatory");
    assert_string_equal(l1_alert_code_text(L1_ALERT_MALFORMED_MESSAGE), "MALFORMED_MESSAGE");
    CHECK(l1_alert_level_of(L1_ALERT_MALFORMED_MESSAGE) == L1_LEVEL_WARNING);
    CHECK(l1_alert_level_of(L1_ALERT_RESUMED) == L1_LEVEL_INFO);
    CHECK(l1_alert_level_of(L1_ALERT_STOP_FAILED) == L1_LEVEL_CRITICAL);
    for (unsigned i = 0; i < L1_RULE_COUNT; i++) CHECK(l1_rule_code((l1_rule)i)[0] != '\0');
    for (unsigned i = 0; i < L1_ALERT_COUNT; i++) {
        CHECK(l1_alert_code_text((l1_alert_code)i)[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_id__differs_when_any_part_differs),
        cmocka_unit_test(test_order_id__text_is_a_letter_and_26_characters),
        cmocka_unit_test(test_order_id__never_changes),
        cmocka_unit_test(test_codes__are_the_words_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
