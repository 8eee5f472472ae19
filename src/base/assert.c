/* base/assert.c: the end of the process when the code breaks a claim of its own.
 *
 * The message goes out by write(2) alone: stdio may be the very thing that is broken, and the
 * core must not depend on it. The abort leaves a core dump; the journal is the recovery. */
#include "base/assert.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char text[512];
    size_t used;
} message;

static void append(message *out, const char *text)
{
    const size_t room = sizeof out->text - out->used;
    const size_t size = strlen(text) < room ? strlen(text) : room;
    memcpy(out->text + out->used, text, size);
    out->used += size;
}

static void append_line_number(message *out, int line)
{
    char digits[12];
    size_t at = sizeof digits - 1;
    unsigned left = line > 0 ? (unsigned)line : 0;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    append(out, digits + at);
}

_Noreturn void l1_panic(const char *claim, const char *file, int line)
{
    message out = {.used = 0};
    append(&out, "l1: broken assertion at ");
    append(&out, file);
    append(&out, ":");
    append_line_number(&out, line);
    append(&out, ": ");
    append(&out, claim);
    append(&out, "\n");
    const ssize_t written = write(STDERR_FILENO, out.text, out.used);
    (void)written; /* nothing can be done about a closed stderr here */
    abort();
}
