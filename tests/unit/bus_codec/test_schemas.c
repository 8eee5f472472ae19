/* tests/unit/bus_codec/test_schemas.c: the examples of schemas/ through the codec itself.
 *
 * Inputs are decoded, with each key of a wrong type refused; the examples of outputs are what the
 * encoder writes (test_encode compares them) and no input. */
#include "testlib/check.h"

#include <jansson.h>
#include <stdlib.h>

#include "unit/bus_codec/codec_desk.h"

static json_t *examples_of(const char *topic)
{
    char path[512];
    json_error_t error;
    snprintf(path, sizeof path, "%s/schemas/%s.json", L1_SOURCE_DIR, topic);
    json_t *const schema = json_load_file(path, 0, &error);
    if (schema == NULL) print_error("%s: %s\n", path, error.text);
    CHECK(schema != NULL);
    json_t *const examples = json_incref(json_object_get(schema, "examples"));
    CHECK(json_array_size(examples) > 0);
    json_decref(schema);
    return examples;
}

static l1_decoded *decode_value(const json_t *value)
{
    char *const text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(15));
    l1_decoded *const out = desk_decode(text);
    free(text);
    return out;
}

static void test_schemas__examples_of_inputs_are_accepted(void **state)
{
    (void)state;
    for (unsigned topic = 0; topic <= L1_TOPIC_SUBSCRIBE; topic++) {
        json_t *const examples = examples_of(l1_topic_text((l1_topic)topic));
        for (size_t i = 0; i < json_array_size(examples); i++) {
            const l1_decoded *const out = decode_value(json_array_get(examples, i));
            if (out->event.kind == L1_EVENT_REFUSED) {
                print_error("%u/%zu: %s\n", topic, i, out->event.as.refusal.cause);
            }
            CHECK(out->event.kind != L1_EVENT_REFUSED);
            CHECK(out->topic == (l1_topic)topic && out->unknown_keys == 0);
        }
        json_decref(examples);
    }
}

static void test_schemas__each_key_of_a_wrong_type_is_refused(void **state)
{
    (void)state;
    for (unsigned topic = 0; topic <= L1_TOPIC_SUBSCRIBE; topic++) {
        json_t *const examples = examples_of(l1_topic_text((l1_topic)topic));
        for (size_t i = 0; i < json_array_size(examples); i++) {
            const char *key;
            json_t *ignored;
            json_object_foreach(json_array_get(examples, i), key, ignored)
            {
                json_t *const bad = json_deep_copy(json_array_get(examples, i));
                json_object_set_new(bad, key, json_pack("[[]]"));
                const l1_decoded *const out = decode_value(bad);
                if (out->event.kind != L1_EVENT_REFUSED) print_error("%u %s\n", topic, key);
                CHECK(out->event.kind == L1_EVENT_REFUSED);
                assert_string_equal(out->event.as.refusal.field, key);
                json_decref(bad);
            }
        }
        json_decref(examples);
    }
}

static void test_schemas__outputs_are_no_inputs(void **state)
{
    (void)state;
    for (unsigned topic = L1_TOPIC_SUBSCRIBE + 1; topic < L1_TOPIC_UNKNOWN; topic++) {
        json_t *const examples = examples_of(l1_topic_text((l1_topic)topic));
        for (size_t i = 0; i < json_array_size(examples); i++) {
            const l1_decoded *const out = decode_value(json_array_get(examples, i));
            desk_check_refused(out, L1_TOPIC_UNKNOWN, "topic", NULL);
        }
        json_decref(examples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schemas__examples_of_inputs_are_accepted),
        cmocka_unit_test(test_schemas__each_key_of_a_wrong_type_is_refused),
        cmocka_unit_test(test_schemas__outputs_are_no_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
