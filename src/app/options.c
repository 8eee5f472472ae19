/* app/options.c: where the configuration comes from. */
#include "app/options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/log.h"

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

const char *l1_config_source_file(const l1_config_source *source)
{
    return source->file != NULL ? source->file : l1_config_default_file();
}

bool l1_config_load(const l1_config_source *source, l1_config *out)
{
    static l1_config_error error;
    const char *file = l1_config_source_file(source);
    const l1_result read =
        l1_config_read(file, source->overrides, source->overrides_count, out, &error);
    if (read.code == L1_OK) return true;
    (void)fprintf(stderr, "%s\n", error.text);
    return false;
}

/* Lines come in pieces; each is logged when its end has come. */
static void warn_line(void *state, const char *text, size_t size)
{
    char *line = state;
    for (size_t i = 0; i < size; i++) {
        const size_t used = strlen(line);
        if (text[i] == '\n') {
            l1_log(L1_LOG_WARNING, NULL, "%s", line);
            line[0] = '\0';
        } else if (used + 1 < L1_CONFIG_ERROR_MAX) {
            line[used] = text[i];
            line[used + 1] = '\0';
        }
    }
}

void l1_config_warn(const l1_config *config)
{
    char line[L1_CONFIG_ERROR_MAX] = "";
    (void)l1_config_warnings(config, (l1_config_out){.context = line, .write = warn_line});
}

void l1_config_print(void *file, const char *text, size_t size)
{
    (void)fwrite(text, 1, size, file);
}
