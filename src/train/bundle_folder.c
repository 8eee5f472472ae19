/* train/bundle_folder.c: files into a folder of their own, then one rename. */
#include "train/bundle_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "io/model_folder.h"
#include "io/sha256.h"
#include "train/fitting.h"
#include "train/manifest_write.h"

#define FOLDER_MODE 0777
#define FILE_MODE 0666
#define ALIGNMENT 64

static l1_result no_memory(l1_diag *diag)
{
    return l1_refuse(diag, L1_LIMIT_FULL, "memory", "no memory");
}

static l1_result failed(l1_status status, const char *path, l1_diag *diag)
{
    return l1_refuse(diag, status, "file", "%.120s: %s", path, strerror(errno));
}

/* --- reading --- */

bool l1_bundle_folder_exists(const char *folder)
{
    char path[PATH_MAX];
    const int size = snprintf(path, sizeof path, "%s/" L1_MANIFEST_PATH, folder);
    return size > 0 && (size_t)size < sizeof path && access(path, F_OK) == 0;
}

l1_result l1_bundle_folder_read(const char *folder, l1_bundle_loaded *out, l1_diag *diag)
{
    uint8_t *image = NULL;
    size_t size = 0;
    l1_bundle *bundle = NULL;
    *out = (l1_bundle_loaded){.bundle = NULL};
    L1_TRY(l1_model_folder_read(folder, &image, &size, diag));
    out->image = image;
    out->memory = calloc(1, L1_BUNDLE_MEMORY + ALIGNMENT);
    if (out->memory == NULL) {
        l1_bundle_loaded_free(out);
        return no_memory(diag);
    }
    const uintptr_t aside = (uintptr_t)out->memory % ALIGNMENT;
    l1_arena arena = {.base = (uint8_t *)out->memory + (aside == 0 ? 0 : ALIGNMENT - aside),
                      .capacity = L1_BUNDLE_MEMORY};
    const l1_result done = l1_bundle_parse(image, size, &arena, &bundle, diag);
    if (done.code != L1_OK) l1_bundle_loaded_free(out);
    if (done.code == L1_OK) out->bundle = bundle;
    return done;
}

void l1_bundle_loaded_free(l1_bundle_loaded *loaded)
{
    free(loaded->memory);
    free(loaded->image);
    *loaded = (l1_bundle_loaded){.bundle = NULL};
}

/* --- files --- */

static bool joined(char out[PATH_MAX], const char *folder, const char *name)
{
    const int size = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    return size > 0 && size < PATH_MAX;
}

static l1_result sync_folder(const char *path, l1_diag *diag)
{
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return failed(L1_IO_OPEN, path, diag);
    const bool good = fsync(folder) == 0;
    (void)close(folder);
    return good ? L1_SUCCESS : failed(L1_IO_SYNC, path, diag);
}

static l1_result write_file(const char *folder, const char *name, const char *text, size_t size,
                            l1_diag *diag)
{
    char path[PATH_MAX];
    if (!joined(path, folder, name)) {
        return l1_refuse(diag, L1_IO_OPEN, "file", "%.120s: the path is too long", folder);
    }
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (file < 0) return failed(L1_IO_OPEN, path, diag);
    l1_result done = L1_SUCCESS;
    for (size_t used = 0; used < size && done.code == L1_OK;) {
        const ssize_t wrote = write(file, text + used, size - used);
        if (wrote > 0) used += (size_t)wrote;
        if (wrote < 0 && errno != EINTR) done = failed(L1_IO_WRITE, path, diag);
    }
    if (done.code == L1_OK && fsync(file) != 0) done = failed(L1_IO_SYNC, path, diag);
    if (close(file) != 0 && done.code == L1_OK) done = failed(L1_IO_WRITE, path, diag);
    return done;
}

static l1_result read_kept(const char *folder, const char *name, char **text, size_t *size,
                           l1_diag *diag)
{
    char path[PATH_MAX];
    struct stat status;
    if (folder == NULL || !joined(path, folder, name)) {
        return l1_refuse(diag, L1_IO_OPEN, "file", "%s was not trained and is not kept", name);
    }
    FILE *file = fopen(path, "rbe");
    if (file == NULL) return failed(L1_IO_OPEN, path, diag);
    *text = fstat(fileno(file), &status) == 0 ? malloc((size_t)status.st_size + 1) : NULL;
    *size = *text != NULL ? fread(*text, 1, (size_t)status.st_size, file) : 0;
    const bool good = *text != NULL && *size == (size_t)status.st_size;
    (void)fclose(file);
    if (good) return L1_SUCCESS;
    free(*text);
    *text = NULL;
    return l1_refuse(diag, L1_IO_READ, "file", "%.120s: read failed", path);
}

/* Where the kept bundle has the model: its manifest may name other paths than ours. */
static l1_result kept_model(const l1_bundle_folder *options, l1_head head, l1_model model,
                            char **text, size_t *size, l1_diag *diag)
{
    const l1_bundle *base = options->fitting->options.base;
    for (uint32_t i = 0; base != NULL && i < base->manifest.files_count; i++) {
        if (base->manifest.file_head[i] != head || base->manifest.file_model[i] != model) continue;
        return read_kept(options->kept_from, base->manifest.files[i].path, text, size, diag);
    }
    return l1_refuse(diag, L1_IO_OPEN, "file", "head %s: %s was not trained and is not kept",
                     l1_head_text(head), l1_model_text(model));
}

static l1_result write_model(const l1_bundle_folder *options, const char *folder, l1_head head,
                             l1_model model, char sha256[L1_SHA256_HEX_SIZE], l1_diag *diag)
{
    char path[L1_BUNDLE_PATH_MAX];
    size_t size = 0;
    char *kept = NULL;
    const char *text = l1_fitting_text(options->fitting, head, model, &size);
    l1_model_path(head, model, path);
    if (text == NULL) {
        L1_TRY(kept_model(options, head, model, &kept, &size, diag));
        text = kept;
    }
    l1_result done = l1_sha256_hex(text, size, sha256, diag);
    if (done.code == L1_OK) done = write_file(folder, path, text, size, diag);
    free(kept);
    return done;
}

static l1_result write_heads(const l1_bundle_folder *options, const char *folder,
                             l1_manifest_hashes *hashes, l1_diag *diag)
{
    for (int head = 0; head < L1_MODEL_HEADS; head++) {
        char path[PATH_MAX];
        if (!options->fitting->bundle.manifest.heads[head].present) continue;
        if (!joined(path, folder, l1_head_text((l1_head)head)) || mkdir(path, FOLDER_MODE) != 0) {
            return failed(L1_IO_OPEN, path, diag);
        }
        for (int model = 0; model < L1_MODEL_COUNT; model++) {
            L1_TRY(write_model(options, folder, (l1_head)head, (l1_model)model,
                               hashes->sha256[head][model], diag));
        }
        L1_TRY(sync_folder(path, diag));
    }
    return L1_SUCCESS;
}

/* The whole bundle into an empty folder, and back. */
static l1_result write_bundle(const l1_bundle_folder *options, const char *folder, l1_diag *diag)
{
    l1_manifest_hashes hashes = {0};
    l1_bundle_loaded back;
    char *text = NULL;
    size_t size = 0;
    L1_TRY(write_heads(options, folder, &hashes, diag));
    L1_TRY(l1_manifest_write(&options->fitting->bundle.manifest, &hashes, &text, &size, diag));
    l1_result done = write_file(folder, L1_MANIFEST_PATH, text, size, diag);
    free(text);
    if (done.code == L1_OK) done = sync_folder(folder, diag);
    if (done.code == L1_OK) done = l1_bundle_folder_read(folder, &back, diag);
    if (done.code == L1_OK) l1_bundle_loaded_free(&back);
    return done;
}

/* --- putting it in place --- */

/* Removes the files of a bundle's folder and what else lies in it, two levels deep: what is deeper
 * was never ours and makes it stay. */
static void remove_folder(const char *path, int depth)
{
    DIR *folder = opendir(path);
    if (folder == NULL) return;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char inner[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (!joined(inner, path, entry->d_name)) continue;
        if (unlink(inner) != 0 && depth > 0) remove_folder(inner, depth - 1);
    }
    (void)closedir(folder);
    (void)rmdir(path);
}

/* Nothing there, an empty folder or a bundle. */
static l1_result check_target(const char *path, l1_diag *diag)
{
    bool empty = true;
    DIR *folder = opendir(path);
    if (folder == NULL) return errno == ENOENT ? L1_SUCCESS : failed(L1_IO_OPEN, path, diag);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    }
    (void)closedir(folder);
    if (empty || l1_bundle_folder_exists(path)) return L1_SUCCESS;
    return l1_refuse(diag, L1_IO_OPEN, "file",
                     "%.120s is not empty and no bundle of models; it is left alone", path);
}

/* The bundle's own names at the top of its folder. */
static bool is_own(const char *name)
{
    bool own = strcmp(name, L1_MANIFEST_PATH) == 0 || strcmp(name, L1_MODEL_CARD) == 0;
    for (int head = 0; head < L1_HEAD_COUNT; head++) {
        own = own || strcmp(name, l1_head_text((l1_head)head)) == 0;
    }
    return own || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* What others laid beside the old bundle goes on beside the new one. */
static void keep_others(const char *old, const char *target)
{
    DIR *folder = opendir(old);
    if (folder == NULL) return;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char from[PATH_MAX], to[PATH_MAX];
        if (is_own(entry->d_name)) continue;
        if (!joined(from, old, entry->d_name) || !joined(to, target, entry->d_name)) continue;
        (void)rename(from, to);
    }
    (void)closedir(folder);
}

/* One step where the file system can exchange two names; else the old one steps aside first. */
static l1_result put_in_place(const char *made, const char *target, l1_diag *diag)
{
    if (renameat2(AT_FDCWD, made, AT_FDCWD, target, RENAME_EXCHANGE) == 0) {
        keep_others(made, target);
        remove_folder(made, 1);
        return L1_SUCCESS;
    }
    if (rename(made, target) == 0) return L1_SUCCESS; /* nothing, or an empty folder, was there */
    char aside[PATH_MAX];
    const int size = snprintf(aside, sizeof aside, "%s.old", made);
    if (size < 0 || (size_t)size >= sizeof aside || rename(target, aside) != 0) {
        return failed(L1_IO_WRITE, target, diag);
    }
    if (rename(made, target) != 0) {
        const l1_result done = failed(L1_IO_WRITE, target, diag);
        (void)rename(aside, target);
        return done;
    }
    keep_others(aside, target);
    remove_folder(aside, 1);
    return L1_SUCCESS;
}

/* The folder that holds `path`, made when it is missing (one level). */
static l1_result parent_of(const char *path, char out[PATH_MAX], bool *new, l1_diag *diag)
{
    (void)snprintf(out, PATH_MAX, "%s", path);
    char *slash = strrchr(out, '/');
    *new = false;
    if (slash == NULL) {
        (void)snprintf(out, PATH_MAX, ".");
        return L1_SUCCESS;
    }
    slash[slash == out] = '\0';
    *new = mkdir(out, FOLDER_MODE) == 0;
    return *new || errno == EEXIST ? L1_SUCCESS : failed(L1_IO_OPEN, out, diag);
}

typedef struct {
    char target[PATH_MAX], parent[PATH_MAX];
    char made[PATH_MAX]; /* new, empty, beside the target */
    bool parent_new;
} place;

static l1_result make_place(const char *folder, place *out, l1_diag *diag)
{
    const int size = snprintf(out->target, sizeof out->target, "%s", folder);
    if (size <= 0 || (size_t)size >= sizeof out->target - 16) {
        return l1_refuse(diag, L1_IO_OPEN, "file", "the path of the folder is empty or too long");
    }
    for (size_t end = (size_t)size; end > 1 && out->target[end - 1] == '/';) {
        out->target[--end] = '\0';
    }
    L1_TRY(check_target(out->target, diag));
    L1_TRY(parent_of(out->target, out->parent, &out->parent_new, diag));
    const int name = snprintf(out->made, sizeof out->made, "%s.XXXXXX", out->target);
    L1_ASSERT(name > 0 && (size_t)name < sizeof out->made);
    if (mkdtemp(out->made) != NULL) return L1_SUCCESS;
    const l1_result done = failed(L1_IO_OPEN, out->target, diag);
    if (out->parent_new) (void)rmdir(out->parent);
    return done;
}

/* Holds back what would interrupt, so that no half folder stays. */
static bool hold_signals(sigset_t *before)
{
    sigset_t wait;
    (void)sigemptyset(&wait);
    (void)sigaddset(&wait, SIGINT);
    (void)sigaddset(&wait, SIGTERM);
    (void)sigaddset(&wait, SIGHUP);
    return sigprocmask(SIG_BLOCK, &wait, before) == 0;
}

l1_result l1_bundle_folder_check(const char *folder, l1_diag *diag)
{
    place at;
    sigset_t before;
    const bool held = hold_signals(&before);
    const l1_result done = make_place(folder, &at, diag);
    if (done.code == L1_OK) {
        (void)rmdir(at.made);
        if (at.parent_new) (void)rmdir(at.parent);
    }
    if (held) (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
}

static l1_result write_folder(const l1_bundle_folder *options, l1_diag *diag)
{
    place at;
    L1_TRY(make_place(options->folder, &at, diag));
    const mode_t mask = umask(0);
    (void)umask(mask);
    l1_result done = chmod(at.made, FOLDER_MODE & ~mask) == 0 ? write_bundle(options, at.made, diag)
                                                              : failed(L1_IO_WRITE, at.made, diag);
    if (done.code == L1_OK) done = put_in_place(at.made, at.target, diag);
    if (done.code == L1_OK) return sync_folder(at.parent, diag);
    remove_folder(at.made, 1);
    return done;
}

l1_result l1_bundle_folder_write(const l1_bundle_folder *options, l1_diag *diag)
{
    sigset_t before;
    const bool held = hold_signals(&before);
    const l1_result done = write_folder(options, diag);
    if (held) (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return done;
}
