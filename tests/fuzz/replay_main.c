/* tests/fuzz/replay_main.c: runs files through LLVMFuzzerTestOneInput without libFuzzer.
 *
 *   replay_<name> PATH...   each PATH is a file, or a folder of files (not deeper)
 *
 * Each input lies at the end of its own block, so that a sanitizer sees any byte read beyond it.
 * Exit: 0 all ran; 1 a path could not be read, or there was no file at all. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned files_run;

static int complain(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return 1;
}

static int run_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) return complain(path);
    uint8_t *bytes = malloc(size + (size == 0));
    if (bytes == NULL || fread(bytes, 1, size, file) != size) {
        free(bytes);
        fclose(file);
        return complain(path);
    }
    fclose(file);
    /* Said first: when it aborts, the last line names the input. */
    printf("%s\n", path);
    fflush(stdout);
    (void)LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    files_run++;
    return 0;
}

static int run_path(const char *path, int depth)
{
    struct stat info;
    if (stat(path, &info) != 0) return complain(path);
    if (!S_ISDIR(info.st_mode)) return run_file(path, (size_t)info.st_size);
    if (depth > 0) return 0;
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0) return complain(path);
    int status = 0;
    for (int i = 0; i < count; i++) {
        char inner[4096];
        const char *name = entries[i]->d_name;
        snprintf(inner, sizeof inner, "%s/%s", path, name);
        if (name[0] != '.') status |= run_path(inner, depth + 1);
        free(entries[i]);
    }
    free(entries);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++) status |= run_path(argv[i], 0);
    printf("%u inputs\n", files_run);
    if (files_run == 0) fprintf(stderr, "no input was found\n");
    return status != 0 || files_run == 0;
}
