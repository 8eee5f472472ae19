/* io/model_folder.c: reads and checks the files of a model bundle. */
#include "io/model_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "io/sha256.h"
#include "models/bundle.h"

enum { PARTS_MAX = 1 + L1_BUNDLE_FILES_MAX };

typedef struct {
    int folder; /* descriptor, -1 = not open */
    uint8_t *bytes[PARTS_MAX];
    l1_bundle_part parts[PARTS_MAX];
    l1_bundle_file files[L1_BUNDLE_FILES_MAX];
    uint32_t count;  /* of parts */
    size_t size_all; /* of parts */
} reading;

static l1_result refuse_errno(l1_diag *diag, l1_status status, const char *path, int error)
{
    const char *why = error == ELOOP || error == ENOTDIR
                          ? "is or goes through a symbolic link or something that is no folder"
                          : strerror(error);
    return l1_refuse(diag, status, "file", "%s: %s", path, why);
}

/* Opens `path` below the folder, one part after the other, never through a link. */
static int open_below(int folder, const char *path)
{
    char name[L1_BUNDLE_PATH_MAX];
    int from = folder;
    for (;;) {
        const size_t length = strcspn(path, "/");
        L1_ASSERT(length > 0 && length < sizeof name);
        memcpy(name, path, length);
        name[length] = '\0';
        const bool last = path[length] == '\0';
        const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (last ? O_NONBLOCK : O_DIRECTORY);
        const int opened = openat(from, name, flags);
        const int error = errno;
        if (from != folder) (void)close(from);
        errno = error;
        if (last || opened < 0) return opened;
        from = opened;
        path += length + 1;
    }
}

/* Exactly `size` bytes and then the end. */
static l1_result read_all(int file, const char *path, uint8_t *out, size_t size, l1_diag *diag)
{
    uint8_t beyond;
    size_t used = 0;
    for (;;) {
        const bool full = used == size;
        const ssize_t got = read(file, full ? &beyond : out + used, full ? 1 : size - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return refuse_errno(diag, L1_IO_READ, path, errno);
        if (got == 0 && full) return L1_SUCCESS;
        if (got == 0 || full) {
            return l1_refuse(diag, L1_IO_READ, "file", "%s: changed its size while it was read",
                             path);
        }
        used += (size_t)got;
    }
}

/* Adds one file to the parts. */
static l1_result read_opened(reading *in, int file, const char *path, size_t size_max,
                             l1_diag *diag)
{
    struct stat info;
    if (fstat(file, &info) != 0) return refuse_errno(diag, L1_IO_READ, path, errno);
    if (!S_ISREG(info.st_mode)) {
        return l1_refuse(diag, L1_IO_OPEN, "file", "%s: is no plain file", path);
    }
    if (info.st_size < 0 || (uint64_t)info.st_size > size_max) {
        return l1_refuse(diag, L1_INPUT_TOO_LONG, "file", "%s: has %lld bytes, at most %zu fit",
                         path, (long long)info.st_size, size_max);
    }
    const size_t size = (size_t)info.st_size;
    uint8_t *bytes = malloc(size + (size == 0));
    if (bytes == NULL) {
        return l1_refuse(diag, L1_LIMIT_FULL, "file", "%s: no memory for %zu bytes", path, size);
    }
    in->bytes[in->count] = bytes;
    in->parts[in->count] = (l1_bundle_part){path, bytes, size};
    in->count++;
    in->size_all += size;
    return read_all(file, path, bytes, size, diag);
}

static l1_result read_file(reading *in, const char *path, size_t size_max, l1_diag *diag)
{
    L1_ASSERT(in->count < PARTS_MAX);
    const int file = open_below(in->folder, path);
    if (file < 0) return refuse_errno(diag, L1_IO_OPEN, path, errno);
    const l1_result result = read_opened(in, file, path, size_max, diag);
    (void)close(file);
    return result;
}

static l1_result check_sha256(const l1_bundle_part *part, const char *expected, l1_diag *diag)
{
    char found[L1_SHA256_HEX_SIZE];
    L1_TRY(l1_sha256_hex(part->bytes, part->size, found, diag));
    if (strcmp(found, expected) == 0) return L1_SUCCESS;
    return l1_refuse(diag, L1_INPUT_FIELD, "sha256",
                     "%s: its SHA-256 begins with %.16s, %s says %.16s", part->path, found,
                     L1_MANIFEST_PATH, expected);
}

/* What an image adds around its parts stays below this. */
enum { IMAGE_EXTRA_MAX = 4096 };
_Static_assert(PARTS_MAX *(L1_BUNDLE_PATH_MAX + 16) + 64 <= IMAGE_EXTRA_MAX, "it does");

static l1_result read_parts(reading *in, l1_diag *diag)
{
    uint32_t files_count = 0;
    L1_TRY(read_file(in, L1_MANIFEST_PATH, L1_MANIFEST_SIZE_MAX, diag));
    L1_TRY(l1_manifest_files((const char *)in->parts[0].bytes, in->parts[0].size, in->files,
                             &files_count, diag));
    for (uint32_t i = 0; i < files_count; i++) {
        const size_t left = L1_BUNDLE_IMAGE_MAX - IMAGE_EXTRA_MAX - in->size_all;
        L1_TRY(read_file(in, in->files[i].path, left, diag));
        L1_TRY(check_sha256(&in->parts[in->count - 1], in->files[i].sha256, diag));
    }
    return L1_SUCCESS;
}

static l1_result build(const reading *in, uint8_t **bytes, size_t *size, l1_diag *diag)
{
    const size_t needed = l1_bundle_image_size(in->parts, in->count);
    L1_ASSERT(needed <= L1_BUNDLE_IMAGE_MAX);
    uint8_t *image = malloc(needed);
    if (image == NULL) {
        return l1_refuse(diag, L1_LIMIT_FULL, "image", "no memory for a bundle of %zu bytes",
                         needed);
    }
    l1_bundle_image(in->parts, in->count, image);
    *bytes = image;
    *size = needed;
    return L1_SUCCESS;
}

/* Names the whole path: a relative one is sought in the working directory, which is easily another
 * than the operator thinks. */
static l1_result refuse_folder(const char *dir, int cause, l1_diag *diag)
{
    char here[PATH_MAX] = "";
    const bool relative = dir[0] != '/' && getcwd(here, sizeof here) != NULL;
    return l1_refuse(diag, L1_IO_OPEN, "ai.models", "%s, folder of models: %s%s%s", strerror(cause),
                     relative ? here : "", relative ? "/" : "",
                     dir); /* last, because a long one is cut */
}

l1_result l1_model_folder_read(const char *dir, uint8_t **bytes, size_t *size, l1_diag *diag)
{
    L1_ASSERT(dir != NULL);
    L1_ASSERT(bytes != NULL && size != NULL);
    reading in = {.folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (diag != NULL) diag->line = 0;
    if (in.folder < 0) {
        return refuse_folder(dir, errno, diag);
    }
    l1_result result = read_parts(&in, diag);
    if (result.code == L1_OK) result = build(&in, bytes, size, diag);
    (void)close(in.folder);
    for (uint32_t i = 0; i < in.count; i++) free(in.bytes[i]);
    return result;
}
