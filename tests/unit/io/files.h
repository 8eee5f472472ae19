/* tests/unit/io/files.h: a folder of its own for each test, and files packed by libarchive. */
#ifndef L1_UNIT_IO_FILES_H
#define L1_UNIT_IO_FILES_H

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testlib/check.h"

typedef enum { PLAIN, GZ, XZ, ZST, BZ2, ZIP, PACKINGS } packing;
static const char *const packing_names[PACKINGS] = {"plain", "gz", "xz", "zst", "bz2", "zip"};

enum { FOLDER_FILES_MAX = 64 };
typedef struct {
    char path[64];
    char files[FOLDER_FILES_MAX][160]; /* paths of what was written */
    size_t count;
} folder;

static void folder_make(folder *made)
{
    memset(made, 0, sizeof *made);
    (void)snprintf(made->path, sizeof made->path, "/tmp/l1_test_io_XXXXXX");
    CHECK(mkdtemp(made->path) != NULL);
}

static void folder_remove(folder *made)
{
    for (size_t i = 0; i < made->count; i++) (void)unlink(made->files[i]);
    CHECK(rmdir(made->path) == 0);
}

/* The path of a file in the folder, removed with it. */
static const char *folder_file(folder *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++) {
        const char *slash = strrchr(in->files[i], '/');
        if (strcmp(slash + 1, name) == 0) return in->files[i];
    }
    CHECK(in->count < FOLDER_FILES_MAX);
    const size_t length = strlen(in->path), size = strlen(name) + 1;
    char *path = in->files[in->count++];
    CHECK(length + 1 + size <= sizeof in->files[0]);
    memcpy(path, in->path, length);
    path[length] = '/';
    memcpy(path + length + 1, name, size);
    return path;
}

static const char *write_bytes(folder *in, const char *name, const void *bytes, size_t size)
{
    const char *path = folder_file(in, name);
    FILE *out = fopen(path, "wb");
    CHECK(out != NULL);
    CHECK(fwrite(bytes, 1, size, out) == size);
    CHECK(fclose(out) == 0);
    return path;
}

static void add_entry(struct archive *to, const char *name, const char *text, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    const size_t length = strlen(name);
    const bool is_folder = length > 0 && name[length - 1] == '/';
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, is_folder ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, (la_int64_t)size);
    assert_int_equal(archive_write_header(to, entry), ARCHIVE_OK);
    if (size > 0) assert_int_equal(archive_write_data(to, text, size), size);
    archive_entry_free(entry);
}

/* Packs `text`; a zip holds it as the entry `entry`. */
static inline const char *write_packed(folder *in, const char *name, packing how, const char *entry,
                                       const char *text, size_t size)
{
    if (how == PLAIN) return write_bytes(in, name, text, size);
    const char *path = folder_file(in, name);
    struct archive *to = archive_write_new();
    int done = ARCHIVE_OK;
    if (how == GZ) done = archive_write_add_filter_gzip(to);
    if (how == XZ) done = archive_write_add_filter_xz(to);
    if (how == ZST) done = archive_write_add_filter_zstd(to);
    if (how == BZ2) done = archive_write_add_filter_bzip2(to);
    assert_int_equal(done, ARCHIVE_OK);
    done = how == ZIP ? archive_write_set_format_zip(to) : archive_write_set_format_raw(to);
    assert_int_equal(done, ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(to, path), ARCHIVE_OK);
    add_entry(to, entry, text, size);
    assert_int_equal(archive_write_close(to), ARCHIVE_OK);
    (void)archive_write_free(to);
    return path;
}

static inline const char *write_text(folder *in, const char *name, const char *text)
{
    return write_bytes(in, name, text, strlen(text));
}

typedef struct {
    const char *name, *text; /* a name that ends with '/' is a folder */
} zip_entry;

static inline const char *write_zip(folder *in, const char *name, const zip_entry *entries,
                                    size_t count)
{
    const char *path = folder_file(in, name);
    struct archive *to = archive_write_new();
    assert_int_equal(archive_write_set_format_zip(to), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(to, path), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        add_entry(to, entries[i].name, entries[i].text, strlen(entries[i].text));
    }
    assert_int_equal(archive_write_close(to), ARCHIVE_OK);
    (void)archive_write_free(to);
    return path;
}

static inline size_t read_bytes(const char *path, char *bytes, size_t capacity)
{
    FILE *in = fopen(path, "rb");
    CHECK(in != NULL);
    const size_t size = fread(bytes, 1, capacity, in);
    CHECK(size < capacity);
    CHECK(fclose(in) == 0);
    return size;
}

#endif
