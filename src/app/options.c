/* app/options.c: where the configuration comes from. */
#include "app/options.h"

#include <stdio.h>
#include <unistd.h>

bool l1_config_source_add(l1_config_source *source, const char *override)
{
    if (source->overrides_count == L1_OVERRIDES_MAX) {
        (void)fprintf(stderr, "l1: more than %d --set\n", L1_OVERRIDES_MAX);
        return false;
    }
    source->overrides[source->overrides_count++] = override;
    return true;
}

const char *l1_config_default_file(void)
{
    return access("config/l1.yaml", F_OK) == 0 ? "config/l1.yaml" : "/etc/l1/l1.yaml";
}

bool l1_config_load(const l1_config_source *source, l1_config *out)
{
    static l1_config_error error;
    const char *file = source->file != NULL ? source->file : l1_config_default_file();
    const l1_result read =
        l1_config_read(file, source->overrides, source->overrides_count, out, &error);
    if (read.code == L1_OK) return true;
    (void)fprintf(stderr, "%s\n", error.text);
    return false;
}

void l1_config_print(void *file, const char *text, size_t size)
{
    (void)fwrite(text, 1, size, file);
}
