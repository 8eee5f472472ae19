/* app/output_place.c: files by what they are, not by what they are called. */
#include "app/output_place.h"

#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/assert.h"

static bool same_file(const char *path, const struct stat *of)
{
    struct stat found;
    return stat(path, &found) == 0 && found.st_dev == of->st_dev && found.st_ino == of->st_ino;
}

static bool reads(const l1_kept_places *kept, const struct stat *of)
{
    for (size_t i = 0; i < kept->files_count; i++) {
        char file[PATH_MAX];
        const char *name = kept->files[i].path;
        const char *equals = strrchr(name, '=');
        if (same_file(name, of)) return true;
        if (equals == NULL || equals - name >= (ptrdiff_t)sizeof file) continue;
        memcpy(file, name, (size_t)(equals - name));
        file[equals - name] = '\0';
        if (same_file(file, of)) return true;
    }
    return false;
}

/* The folder that holds `path`, resolved, and its last part: one name for one place, also of a
 * file that is not there yet. */
static bool place_of(const char *path, char folder[PATH_MAX], char name[PATH_MAX])
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy) return false;
    strcpy(copy, path);
    if (realpath(dirname(copy), folder) == NULL) return false;
    strcpy(copy, path);
    strcpy(name, basename(copy));
    return true;
}

bool l1_place_same(const char *a, const char *b)
{
    static char folders[2][PATH_MAX], names[2][PATH_MAX];
    struct stat of;
    L1_ASSERT(a != NULL && b != NULL);
    if (stat(a, &of) == 0 && same_file(b, &of)) return true;
    return place_of(a, folders[0], names[0]) && place_of(b, folders[1], names[1]) &&
           strcmp(folders[0], folders[1]) == 0 && strcmp(names[0], names[1]) == 0;
}

bool l1_place_within(const char *path, const char *dir)
{
    static char folder[PATH_MAX], name[PATH_MAX], whole[PATH_MAX];
    L1_ASSERT(path != NULL && dir != NULL);
    if (realpath(dir, whole) == NULL) return false; /* nothing can lie there yet */
    if (place_of(path, folder, name) && strcmp(folder, whole) == 0) return true;
    return realpath(path, name) != NULL && place_of(name, folder, name) &&
           strcmp(folder, whole) == 0; /* by way of a link */
}

l1_result l1_place_check(const l1_kept_places *kept, const char *option, const char *path,
                         l1_diag *diag)
{
    struct stat of;
    L1_ASSERT(option != NULL && path != NULL);
    if (path[0] == '\0') {
        return l1_refuse(diag, L1_USAGE, "path", "%s is empty; name a file", option);
    }
    if (strlen(path) >= PATH_MAX) {
        return l1_refuse(diag, L1_USAGE, "path", "%s: the path is longer than %d bytes", option,
                         PATH_MAX - 1);
    }
    const bool there = stat(path, &of) == 0;
    if (there && reads(kept, &of)) {
        return l1_refuse(diag, L1_USAGE, "path", "%s %.200s is one of the files to read", option,
                         path);
    }
    if (there && kept->config_file != NULL && same_file(kept->config_file, &of)) {
        return l1_refuse(diag, L1_USAGE, "path", "%s %.200s is the configuration", option, path);
    }
    if (kept->journal_dir != NULL && l1_place_within(path, kept->journal_dir)) {
        return l1_refuse(diag, L1_USAGE, "path", "%s %.200s would be written into the journal",
                         option, path);
    }
    return L1_SUCCESS;
}
