/* tools/tidy.c: the rules of STYLE.md that a program can check.
 *
 *   tidy ROOT           reads every .c and .h of the project; one line per finding, exit 1 if any
 *   tidy --expect ROOT  ROOT is a small tree of bad files with a list EXPECTED ("path rule" a
 *                       line): exit 1 unless exactly these are found, so that tidy can fail
 *
 * Checked: columns, length of functions and files, tabs, trailing space, banned words, names of
 * files, the header guard, the opening comment, and which folder of src/ may include which.
 * It reads text, not C: it counts on the layout that clang-format gives (a function's braces
 * stand in column 0), which the format test enforces. */
#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    COLUMNS_MAX = 100,
    FUNCTION_LINES_MAX = 70,
    FILE_LINES_MAX = 800,
    PATH_MAX_BYTES = 1024,
    FINDINGS_MAX = 4096,
    FILES_MAX = 4096,
    WALK_DESCRIPTORS = 16,
};

/* --- the include table --------------------------------------------------------------------------
 * Who may include whom, beside itself: folders of src/, or single headers (ports). Order is that
 * of the data's flow; the stages of the core may only look to their left. A header that lies in
 * no row may be included by nobody but app. */
#define LEAVES "base domain "
#define PORTS "bus/bus_adapter.h venue/venue.h "
#define EDGE LEAVES PORTS "bus/codec journal/format "
#define STAGES "order_manager features risk models decision executor "
#define CORE LEAVES STAGES "engine system venue/simulated bus/codec journal/format "

static const struct {
    const char *folder, *may_include;
} include_table[] = {
    {"base", ""},
    {"domain", "base "},
    {"order_manager", LEAVES},
    {"features", LEAVES "order_manager "},
    {"risk", LEAVES "order_manager features "},
    {"models", LEAVES "order_manager features risk "},
    {"decision", LEAVES "order_manager features risk models "},
    {"executor", LEAVES "order_manager features risk models decision "},
    {"engine", LEAVES STAGES},
    {"venue/simulated", LEAVES},
    {"system", LEAVES STAGES "engine venue/simulated "},
    {"bus/codec", LEAVES},
    {"journal/format", LEAVES},
    {"config", LEAVES},
    {"bus", EDGE},
    {"venue", LEAVES},
    {"venue/binance", EDGE},
    {"journal", EDGE "l1_build_id.h "},
    {"io", EDGE "models/bundle.h "},
    {"page", "base "},
    {"report", CORE "journal/reader.h page "},
    {"train", CORE "config io page "},
    {"sim", CORE PORTS},
    {"app", NULL}, /* everything; no row names app, so nobody includes it */
};

/* --- words and names ----------------------------------------------------------------------------
 * Written in two halves, so that this file does not report itself. */
static const struct {
    const char *word;
    bool any_case;
} banned_words[] = {
    {"TO"
     "DO",
     false},
    {"FIX"
     "ME",
     false},
    {"XX"
     "X",
     false},
    {"HA"
     "CK",
     false},
    {"not impl"
     "emented",
     true},
    {"place"
     "holder",
     true},
};
static const char *const banned_names[] = {"util", "utils", "common", "misc", "helper", "helpers"};

static const char *const scanned_folders[] = {
    "src", "include", "tests", "tools", "bench", "examples",
};
static const char *const skipped_folders[] = {"tests/conformance/tidy_bad"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct {
    char path[PATH_MAX_BYTES];
    const char *rule;
} finding;

typedef struct {
    const char *path; /* relative to the root */
    char *text;
    size_t size;
} source;

static finding findings[FINDINGS_MAX];
static size_t findings_count;
static char *paths[FILES_MAX];
static size_t paths_count;
static const char *root;
static bool quiet;

static void __attribute__((format(printf, 4, 5)))
report(const char *path, int line, const char *rule, const char *format, ...)
{
    if (!quiet) {
        va_list arguments;
        va_start(arguments, format);
        printf("%s:%d: %s: ", path, line, rule);
        vprintf(format, arguments);
        printf("\n");
        va_end(arguments);
    }
    if (findings_count == FINDINGS_MAX) return;
    finding *entry = &findings[findings_count++];
    snprintf(entry->path, sizeof entry->path, "%s", path);
    entry->rule = rule;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Does the space-separated `list` hold the word text[0..size)? */
static bool list_holds(const char *list, const char *text, size_t size)
{
    for (const char *at = list; *at != '\0';) {
        const size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, text, size) == 0) return true;
        at += length;
        at += strspn(at, " ");
    }
    return false;
}

/* --- lines
 * --------------------------------------------------------------------------------------*/

static size_t columns_of(const char *line, size_t size)
{
    size_t columns = 0;
    for (size_t i = 0; i < size; i++) {
        columns += ((unsigned char)line[i] & 0xC0) != 0x80; /* a UTF-8 sequence is one column */
    }
    return columns;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool line_has_word(const char *line, size_t size, const char *word, bool any_case)
{
    const size_t length = strlen(word);
    for (size_t i = 0; i + length <= size; i++) {
        if (i > 0 && is_word(line[i - 1])) continue;
        if (i + length < size && is_word(line[i + length])) continue;
        const int differs =
            any_case ? strncasecmp(line + i, word, length) : strncmp(line + i, word, length);
        if (differs == 0) return true;
    }
    return false;
}

static void check_line(const source *file, int number, const char *line, size_t size)
{
    const size_t columns = columns_of(line, size);
    if (columns > COLUMNS_MAX) {
        report(file->path, number, "columns", "%zu, limit %d", columns, COLUMNS_MAX);
    }
    if (memchr(line, '\t', size) != NULL) {
        report(file->path, number, "tab", "indent with spaces");
    }
    if (size > 0 && (isspace((unsigned char)line[size - 1]))) {
        report(file->path, number, "trailing-space", "remove it");
    }
    for (size_t i = 0; i < COUNT(banned_words); i++) {
        if (!line_has_word(line, size, banned_words[i].word, banned_words[i].any_case)) continue;
        report(file->path, number, "banned-word", "%s: finish it, or file it in BUGS.md",
               banned_words[i].word);
    }
}

/* --- functions
 * ----------------------------------------------------------------------------------*/

/* Where a function that is being read began: 0 outside; `candidate` is its likely signature. */
typedef struct {
    int candidate, begin;
} function_state;

static void follow_function(const source *file, int number, const char *line, size_t size,
                            function_state *state)
{
    if (state->begin != 0) {
        if (line[0] != '}' || size == 0) return;
        const int lines = number - state->begin + 1;
        if (lines > FUNCTION_LINES_MAX) {
            report(file->path, state->begin, "function-length", "%d lines, limit %d", lines,
                   FUNCTION_LINES_MAX);
        }
        *state = (function_state){0, 0};
        return;
    }
    if (size == 0) return;
    if (line[0] == '{') {
        state->begin = state->candidate != 0 ? state->candidate : number;
    } else if (isalpha((unsigned char)line[0]) || line[0] == '_') {
        state->candidate = number;
        const bool opens = line[size - 1] == '{' && memchr(line, '(', size) != NULL;
        const bool is_data = starts_with(line, "typedef") || starts_with(line, "struct") ||
                             starts_with(line, "enum") || memchr(line, '=', size) != NULL;
        if (opens && !is_data) state->begin = number;
    }
}

/* --- includes
 * -----------------------------------------------------------------------------------*/

/* The row of the table whose folder holds `path` (relative to src/), the deepest one; -1: none. */
static int row_of(const char *path)
{
    int best = -1;
    size_t best_length = 0;
    for (size_t i = 0; i < COUNT(include_table); i++) {
        const size_t length = strlen(include_table[i].folder);
        if (!starts_with(path, include_table[i].folder) || path[length] != '/') continue;
        if (length > best_length) {
            best = (int)i;
            best_length = length;
        }
    }
    return best;
}

static void check_include(const source *file, int number, const char *line)
{
    char target[PATH_MAX_BYTES];
    if (!starts_with(file->path, "src/")) return;
    if (sscanf(line, "# include \"%1023[^\"]\"", target) != 1) return;
    const int from = row_of(file->path + strlen("src/"));
    if (from < 0) {
        report(file->path, number, "include-table", "this folder has no row in tools/tidy.c");
        return;
    }
    const char *may = include_table[from].may_include;
    if (may == NULL || list_holds(may, target, strlen(target))) return;
    const int to = row_of(target);
    if (to == from) return;
    if (to < 0) {
        report(file->path, number, "include-table", "%s: write the path from src/", target);
        return;
    }
    const char *folder = include_table[to].folder;
    if (list_holds(may, folder, strlen(folder))) return;
    report(file->path, number, "include-table", "%s may not include %s (%s)",
           include_table[from].folder, folder, target);
}

/* --- files
 * --------------------------------------------------------------------------------------*/

/* src/risk/presend.h -> L1_RISK_PRESEND_H; tests/testlib/check.h -> L1_TESTLIB_CHECK_H. */
static void guard_of(const char *path, char *guard, size_t capacity)
{
    static const char *const roots[] = {"src/", "tests/", "include/"};
    for (size_t i = 0; i < COUNT(roots); i++) {
        if (!starts_with(path, roots[i])) continue;
        path += strlen(roots[i]);
        break;
    }
    snprintf(guard, capacity, "%s%s", starts_with(path, "l1") ? "" : "L1_", path);
    for (char *at = guard; *at != '\0'; at++) {
        *at = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
    }
}

static void check_guard(const source *file)
{
    char guard[PATH_MAX_BYTES], opening[2 * PATH_MAX_BYTES + 32];
    const size_t length = strlen(file->path);
    if (length < 2 || strcmp(file->path + length - 2, ".h") != 0) return;
    guard_of(file->path, guard, sizeof guard);
    snprintf(opening, sizeof opening, "\n#ifndef %s\n#define %s\n", guard, guard);
    if (strstr(file->text, opening) == NULL) {
        report(file->path, 1, "header-guard", "#ifndef %s, then #define", guard);
    }
}

static void check_name(const source *file)
{
    const char *slash = strrchr(file->path, '/');
    const char *name = slash == NULL ? file->path : slash + 1;
    const size_t length = strcspn(name, ".");
    for (size_t i = 0; i < COUNT(banned_names); i++) {
        if (strlen(banned_names[i]) != length) continue;
        if (memcmp(name, banned_names[i], length) == 0) {
            report(file->path, 1, "file-name", "name it after what it is for");
        }
    }
}

static void check_file(const source *file)
{
    int number = 0;
    function_state function = {0, 0};
    for (const char *line = file->text; *line != '\0';) {
        const size_t size = strcspn(line, "\n");
        number += 1;
        check_line(file, number, line, size);
        check_include(file, number, line);
        follow_function(file, number, line, size, &function);
        line += size + (line[size] == '\n');
    }
    if (number > FILE_LINES_MAX) {
        report(file->path, 1, "file-length", "%d lines, limit %d", number, FILE_LINES_MAX);
    }
    if (!starts_with(file->text, "/*") && !starts_with(file->text, "//")) {
        report(file->path, 1, "opening-comment", "say what the file is for");
    }
    if (file->size > 0 && file->text[file->size - 1] != '\n') {
        report(file->path, number, "last-line", "end it with a newline");
    }
    check_guard(file);
    check_name(file);
}

static bool read_source(const char *relative, source *file)
{
    char path[2 * PATH_MAX_BYTES];
    snprintf(path, sizeof path, "%s/%s", root, relative);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return false;
    struct stat status;
    if (fstat(fileno(stream), &status) != 0) status.st_size = 0;
    file->path = relative;
    file->text = calloc((size_t)status.st_size + 1, 1);
    file->size = file->text == NULL ? 0 : fread(file->text, 1, (size_t)status.st_size, stream);
    fclose(stream);
    return file->text != NULL && file->size == (size_t)status.st_size;
}

static bool check_path(const char *relative)
{
    source file = {0};
    const bool read = read_source(relative, &file);
    if (read) check_file(&file);
    free(file.text);
    if (!read) fprintf(stderr, "tidy: cannot read %s/%s: %s\n", root, relative, strerror(errno));
    return read;
}

/* --- the tree
 * -----------------------------------------------------------------------------------*/

static int visit(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    const char *relative = path + strlen(root) + 1;
    if (type == FTW_D) {
        for (size_t i = 0; i < COUNT(skipped_folders); i++) {
            if (strcmp(relative, skipped_folders[i]) == 0) return FTW_SKIP_SUBTREE;
        }
    }
    const char *dot = strrchr(path + walk->base, '.');
    const bool is_c = dot != NULL && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
    if (type != FTW_F || !is_c || paths_count == FILES_MAX) return FTW_CONTINUE;
    paths[paths_count] = strdup(relative);
    paths_count += paths[paths_count] != NULL;
    return FTW_CONTINUE;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool check_tree(void)
{
    bool read = true;
    for (size_t i = 0; i < COUNT(scanned_folders); i++) {
        char folder[PATH_MAX_BYTES];
        snprintf(folder, sizeof folder, "%s/%s", root, scanned_folders[i]);
        nftw(folder, visit, WALK_DESCRIPTORS, FTW_PHYS | FTW_ACTIONRETVAL);
    }
    qsort(paths, paths_count, sizeof paths[0], compare_paths);
    for (size_t i = 0; i < paths_count; i++) {
        read = check_path(paths[i]) && read;
    }
    if (paths_count == 0) fprintf(stderr, "tidy: no C file under %s\n", root);
    return read && paths_count > 0 && paths_count < FILES_MAX;
}

/* --- tidy can fail
 * ------------------------------------------------------------------------------*/

/* Compares the findings with ROOT/EXPECTED; a file without a row, a row without a finding and a
 * finding without a row are each an error. */
static int compare_with_expected(void)
{
    char path[2 * PATH_MAX_BYTES], name[PATH_MAX_BYTES], rule[64];
    int errors = 0;
    size_t rows = 0;
    snprintf(path, sizeof path, "%s/EXPECTED", root);
    FILE *list = fopen(path, "r");
    if (list == NULL) return 1;
    while (fscanf(list, "%1023s %63s", name, rule) == 2) {
        bool found = strcmp(rule, "-") == 0; /* at the limit: nothing to find */
        rows += 1;
        for (size_t i = 0; i < findings_count; i++) {
            const bool same = strcmp(findings[i].path, name) == 0;
            if (!same || findings[i].rule == NULL || strcmp(findings[i].rule, rule) != 0) continue;
            findings[i].rule = NULL; /* matched */
            found = true;
        }
        if (found) continue;
        printf("%s: %s was not reported\n", name, rule);
        errors += 1;
    }
    fclose(list);
    for (size_t i = 0; i < findings_count; i++) {
        if (findings[i].rule == NULL) continue;
        printf("%s: %s was reported and is not expected\n", findings[i].path, findings[i].rule);
        errors += 1;
    }
    printf("%zu bad files, %zu rows expected, %d differences\n", paths_count, rows, errors);
    return errors != 0 || rows < paths_count;
}

int main(int argc, char **argv)
{
    const bool expect = argc == 3 && strcmp(argv[1], "--expect") == 0;
    if (argc != 2 && !expect) {
        fprintf(stderr, "usage: tidy [--expect] ROOT\n");
        return 2;
    }
    root = argv[argc - 1];
    quiet = expect;
    if (!check_tree()) return 2;
    if (expect) return compare_with_expected();
    printf("%zu files read, %zu findings\n", paths_count, findings_count);
    return findings_count != 0;
}
