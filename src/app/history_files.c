/* app/history_files.c: files, folders and times of a command line. */
#include "app/history_files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bus/codec/timestamp.h"

bool l1_history_files_add_file(l1_history_files *list, const char *path, bool messages)
{
    if (list->count == L1_HISTORY_FILES_MAX) {
        (void)fprintf(stderr, "%s: more than %d files\n", list->command, L1_HISTORY_FILES_MAX);
        return false;
    }
    char *kept = strdup(path);
    if (kept == NULL) return false;
    list->paths[list->count] = kept;
    list->files[list->count++] = (l1_history_file){.path = kept, .messages = messages};
    return true;
}

static bool ends(const char *name, size_t size, const char *ending)
{
    const size_t wanted = strlen(ending);
    return size > wanted && memcmp(name + size - wanted, ending, wanted) == 0;
}

/* A recording as it is called: letters and digits of a symbol, '_', digits of a day or a time. */
static bool is_recording(const char *name, size_t size)
{
    size_t symbol = 0, digits = 0;
    while (symbol < size && isalnum((unsigned char)name[symbol]) != 0) symbol++;
    if (symbol == 0 || symbol == size || name[symbol] != '_') return false;
    while (symbol + 1 + digits < size && isdigit((unsigned char)name[symbol + 1 + digits]) != 0) {
        digits++;
    }
    return digits >= 8 && symbol + 1 + digits == size;
}

/* NAME.csv, .ndjson, .jsonl, packed or not, NAME.zip, a recording, or a snapshot of depth; nothing
 * hidden. */
static int is_history(const struct dirent *entry)
{
    static const char *const packings[] = {".gz", ".xz", ".zst", ".bz2"};
    const char *name = entry->d_name;
    size_t size = strlen(name);
    if (name[0] == '.') return 0;
    if (ends(name, size, ".zip")) return 1;
    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++) {
        if (!ends(name, size, packings[i])) continue;
        size -= strlen(packings[i]);
        break;
    }
    return ends(name, size, ".csv") || ends(name, size, ".ndjson") || ends(name, size, ".jsonl") ||
           is_recording(name, size) ||
           (ends(name, size, ".json") && strstr(name, "-depth-") != NULL);
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

/* A file as it is; of a folder, every file of history in it, in the order of their names. */
bool l1_history_files_add(l1_history_files *list, const char *path)
{
    struct stat status;
    struct dirent **entries = NULL;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return l1_history_files_add_file(list, path, false);
    const int count = scandir(path, &entries, is_history, by_name);
    bool good = count > 0;
    if (count == 0) {
        (void)fprintf(stderr, "%s: no files of history in %s\n", list->command, path);
    } else if (count < 0) {
        (void)fprintf(stderr, "%s: %s: %s\n", list->command, path, strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        char joined[PATH_MAX];
        const int size = snprintf(joined, sizeof joined, "%s/%s", path, entries[i]->d_name);
        if (size < 0 || (size_t)size >= sizeof joined) {
            (void)fprintf(stderr, "%s: the path of %s is too long\n", list->command,
                          entries[i]->d_name);
            good = false;
        }
        good = good && l1_history_files_add_file(list, joined, false);
        free(entries[i]);
    }
    free(entries);
    return good;
}

bool l1_history_time(const l1_history_files *list, const char *name, const char *text, int64_t *ns)
{
    char *end = NULL;
    const long long ms = strtoll(text, &end, 10);
    if (*text != '\0' && *end == '\0' && l1_timestamp_of_ms((int64_t)ms, ns)) return true;
    if (l1_timestamp_parse(text, strlen(text), ns)) return true;
    (void)fprintf(stderr, "%s: %s is '%s'; it must be RFC 3339 or Unix ms, 2009 to 2100\n",
                  list->command, name, text);
    return false;
}

void l1_history_files_free(l1_history_files *list)
{
    for (size_t i = 0; i < list->count; i++) free(list->paths[i]);
    list->count = 0;
}
