/* app/history_files.h: the history files named on a command line.
 *
 * A folder stands for every file of history in it, in the order of their names.
 * Ownership: the list owns its paths; free with l1_history_files_free. Errors: one line on
 * standard error, beginning with the command's name. */
#ifndef L1_APP_HISTORY_FILES_H
#define L1_APP_HISTORY_FILES_H

#include "io/history.h"

enum { L1_HISTORY_FILES_MAX = 4096 };

typedef struct {
    const char *command; /* "l1 replay", for errors */
    char *paths[L1_HISTORY_FILES_MAX];
    l1_history_file files[L1_HISTORY_FILES_MAX];
    size_t count;
} l1_history_files;

/* One file; `messages`: NDJSON, whatever it looks like. */
L1_MUST_USE bool l1_history_files_add_file(l1_history_files *list, const char *path, bool messages);

/* A file as it is; of a folder, its files. */
L1_MUST_USE bool l1_history_files_add(l1_history_files *list, const char *path);

/* A time on the command line: RFC 3339 or Unix ms. */
L1_MUST_USE bool l1_history_time(const l1_history_files *list, const char *name, const char *text,
                                 int64_t *ns);

void l1_history_files_free(l1_history_files *list);

#endif
