/* model_folder: good folders become their image, every other one a line that names the file. */
#include "testlib/check.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/model_folder.h"
#include "testlib/bundle_maker.h"

static char folder[64], path[512];
static bundle_recipe recipe;
static made_bundle made;
static l1_diag diag;
static uint8_t *image;
static size_t image_size;

static int remove_one(const char *name, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(name);
}

static int make(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/l1_test_models_XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    recipe = bundle_recipe_small();
    bundle_make(&recipe, &made);
    bundle_write(&made, folder);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    bundle_free(&made);
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *in_folder(const char *name)
{
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static l1_status read_folder(void)
{
    image = NULL;
    image_size = 0;
    memset(&diag, 0, sizeof diag);
    return l1_model_folder_read(folder, &image, &image_size, &diag).code;
}

/* Refused with `code`, one line that says all of `says`, and nothing given out. */
static void refused(l1_status code, const char *const says[3])
{
    const l1_status found = read_folder();
    if (found != code) print_message("status %d, \"%s\"\n", (int)found, diag.text);
    CHECK(found == code);
    CHECK(image == NULL && image_size == 0);
    for (int i = 0; i < 3 && says[i] != NULL; i++) {
        if (strstr(diag.text, says[i]) == NULL) print_message("\"%s\"\n", diag.text);
        CHECK(strstr(diag.text, says[i]) != NULL);
    }
    CHECK(strchr(diag.text, '\n') == NULL);
    CHECK(l1_model_folder_read(folder, &image, &image_size, NULL).code == code);
}

static void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    CHECK(fwrite(bytes, 1, size, file) == size);
    CHECK(fclose(file) == 0);
}

static void test_model_folder__gives_the_image_of_its_files(void **state)
{
    (void)state;
    CHECK(read_folder() == L1_OK);
    CHECK(image_size == made.image_size);
    assert_memory_equal(image, made.image, image_size);
    free(image);
}

static void test_model_folder__may_itself_be_reached_by_a_link(void **state)
{
    (void)state;
    char real[sizeof folder + 8];
    (void)snprintf(real, sizeof real, "%s.real", folder);
    CHECK(rename(folder, real) == 0 && symlink(real, folder) == 0);
    CHECK(read_folder() == L1_OK);
    free(image);
    CHECK(unlink(folder) == 0 && rename(real, folder) == 0);
}

static void test_model_folder__names_what_is_missing(void **state)
{
    (void)state;
    CHECK(unlink(in_folder("movement/modelo2_rf.txt")) == 0);
    refused(L1_IO_OPEN, (const char *[]){"movement/modelo2_rf.txt: No such file", NULL, NULL});
    CHECK(unlink(in_folder("manifest.txt")) == 0);
    refused(L1_IO_OPEN, (const char *[]){"manifest.txt: No such file", NULL, NULL});
    uint8_t *bytes = NULL;
    size_t size = 0;
    CHECK(l1_model_folder_read("/nowhere/at/all", &bytes, &size, &diag).code == L1_IO_OPEN);
    CHECK(strstr(diag.text, "No such file or directory, folder of models: /nowhere") != NULL);
    char whole[512], here[400]; /* a relative one is named from the root on */
    assert_non_null(getcwd(here, sizeof here));
    (void)snprintf(whole, sizeof whole, "folder of models: %s/no/L1", here);
    CHECK(l1_model_folder_read("no/L1", &image, &image_size, &diag).code == L1_IO_OPEN);
    CHECK(strncmp(strstr(diag.text, "folder of models: "), whole, 200) == 0);
    CHECK(l1_model_folder_read("/dev/null", &bytes, &size, &diag).code == L1_IO_OPEN);
    CHECK(l1_model_folder_read("", &bytes, &size, &diag).code == L1_IO_OPEN);
}

static void test_model_folder__tells_found_from_expected_sha256(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < made.count; i++) { /* one byte of each file in turn */
        const l1_bundle_part *part = &made.parts[i];
        uint8_t *changed = malloc(part->size);
        assert_non_null(changed);
        memcpy(changed, part->bytes, part->size);
        changed[part->size * i / made.count] ^= 1;
        write_file(part->path, changed, part->size);
        refused(L1_INPUT_FIELD,
                (const char *[]){part->path, "its SHA-256 begins with ", "manifest.txt says "});
        write_file(part->path, part->bytes, part->size - 1); /* cut */
        refused(L1_INPUT_FIELD, (const char *[]){part->path, "its SHA-256 begins with ", NULL});
        write_file(part->path, part->bytes, part->size);
        free(changed);
    }
    CHECK(read_folder() == L1_OK);
    free(image);
    write_file("survival/modelo1_lr.txt", "abc", 3);
    refused(L1_INPUT_FIELD, (const char *[]){"survival/modelo1_lr.txt", "ba7816bf8f01cfea", NULL});
}

static void test_model_folder__says_the_line_of_a_bad_manifest(void **state)
{
    (void)state;
    write_file("manifest.txt", "l1_bundle=1\nfeatures=0\n", 23);
    refused(L1_INPUT_FIELD, (const char *[]){"manifest.txt: line 2: features: \"0\"", NULL, NULL});
    write_file("manifest.txt", made.parts[0].bytes, made.parts[0].size - 4);
    refused(L1_INPUT_SYNTAX, (const char *[]){"manifest.txt: line", "must be end", NULL});
    write_file("manifest.txt", "", 0);
    refused(L1_INPUT_SYNTAX, (const char *[]){"manifest.txt: line 0", "l1_bundle=1", NULL});
}

static void test_model_folder__follows_no_link_inside(void **state)
{
    (void)state;
    char outside[sizeof folder + 8];
    (void)snprintf(outside, sizeof outside, "%s.out", folder);
    CHECK(rename(in_folder("survival"), outside) == 0); /* the very files, but elsewhere */
    CHECK(symlink(outside, in_folder("survival")) == 0);
    refused(L1_IO_OPEN, (const char *[]){"survival/modelo1_lr.txt", "symbolic link", NULL});
    CHECK(unlink(in_folder("survival")) == 0 && rename(outside, path) == 0);
    CHECK(read_folder() == L1_OK);
    free(image);
    CHECK(rename(in_folder("manifest.txt"), outside) == 0);
    CHECK(symlink(outside, in_folder("manifest.txt")) == 0);
    refused(L1_IO_OPEN, (const char *[]){"manifest.txt", "symbolic link", NULL});
    CHECK(unlink(in_folder("manifest.txt")) == 0 && rename(outside, path) == 0);
}

static void test_model_folder__reads_plain_files_alone(void **state)
{
    (void)state;
    CHECK(unlink(in_folder("direction/modelo3_lgbm.txt")) == 0);
    CHECK(mkfifo(path, 0600) == 0); /* must not block */
    refused(L1_IO_OPEN,
            (const char *[]){"direction/modelo3_lgbm.txt: is no plain file", NULL, NULL});
    CHECK(unlink(path) == 0 && mkdir(in_folder("direction/modelo3_lgbm.txt"), 0700) == 0);
    refused(L1_IO_OPEN,
            (const char *[]){"direction/modelo3_lgbm.txt: is no plain file", NULL, NULL});
}

static void test_model_folder__bounds_sizes_before_it_reads(void **state)
{
    (void)state;
    const char *name = "survival/modelo2_rf.txt";
    const size_t manifest_size = made.parts[0].size, logreg_size = made.parts[1].size;
    const size_t fits = L1_BUNDLE_IMAGE_MAX - 4096 - manifest_size - logreg_size;
    CHECK(truncate(in_folder(name), (off_t)fits) == 0); /* sparse */
    refused(L1_INPUT_FIELD, (const char *[]){name, "SHA-256", NULL});
    CHECK(truncate(in_folder(name), (off_t)fits + 1) == 0);
    refused(L1_INPUT_TOO_LONG, (const char *[]){name, "at most", NULL});
    CHECK(truncate(in_folder("manifest.txt"), (1 << 20) + 1) == 0);
    refused(L1_INPUT_TOO_LONG,
            (const char *[]){"manifest.txt: has 1048577 bytes, at most 1048576", NULL, NULL});
    CHECK(truncate(in_folder("manifest.txt"), 1 << 20) == 0);
    refused(L1_INPUT_SYNTAX, (const char *[]){"stands behind end", NULL, NULL});
}

static void *read_on_thread(void *result)
{
    l1_diag mine;
    uint8_t *bytes = NULL;
    size_t size = 0;
    for (int i = 0; i < 20; i++) {
        const l1_result done = l1_model_folder_read(folder, &bytes, &size, &mine);
        if (done.code == L1_OK && size == made.image_size && memcmp(bytes, made.image, size) == 0) {
            ++*(int *)result;
        }
        free(bytes);
    }
    return NULL;
}

static void test_model_folder__reads_on_several_threads_at_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    int good[4] = {0};
    for (int i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[i], NULL, read_on_thread, &good[i]) == 0);
    }
    for (int i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(good[i] == 20);
    }
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_model_folder__gives_the_image_of_its_files),
        WITH_FOLDER(test_model_folder__may_itself_be_reached_by_a_link),
        WITH_FOLDER(test_model_folder__names_what_is_missing),
        WITH_FOLDER(test_model_folder__tells_found_from_expected_sha256),
        WITH_FOLDER(test_model_folder__says_the_line_of_a_bad_manifest),
        WITH_FOLDER(test_model_folder__follows_no_link_inside),
        WITH_FOLDER(test_model_folder__reads_plain_files_alone),
        WITH_FOLDER(test_model_folder__bounds_sizes_before_it_reads),
        WITH_FOLDER(test_model_folder__reads_on_several_threads_at_once),
    };
    return cmocka_run_group_tests_name("model_folder", tests, NULL, NULL);
}
