/* fuzz_config_parse: any bytes are refused with a text, or shown as YAML that reads back. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SHOWN_MAX (256 * 1024)

typedef struct {
    char text[SHOWN_MAX];
    size_t size;
} buffer;

static void append(void *context, const char *text, size_t size)
{
    buffer *to = context;
    L1_ASSERT(size <= SHOWN_MAX - to->size);
    memcpy(to->text + to->size, text, size);
    to->size += size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static l1_config config, again;
    static l1_config_error error;
    static buffer one, two;
    if (l1_config_parse((const char *)data, size, "fuzz", NULL, 0, &config, &error).code != L1_OK) {
        L1_ASSERT(strlen(error.text) > strlen("fuzz: "));
        return 0;
    }
    one.size = two.size = 0;
    l1_config_show(&config, (l1_config_out){&one, append});
    const l1_result result = l1_config_parse(one.text, one.size, "shown", NULL, 0, &again, &error);
    L1_ASSERT(result.code == L1_OK);
    l1_config_show(&again, (l1_config_out){&two, append});
    L1_ASSERT(one.size == two.size && memcmp(one.text, two.text, one.size) == 0);
    return 0;
}
