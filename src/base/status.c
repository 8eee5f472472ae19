/* base/status.c: the texts of the statuses, and how a refusal is described.
 *
 * vsnprintf is used for the sentence of a diagnosis only, never for numbers of the data path:
 * decimals go through base/decimal.h. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

const char *l1_status_text(l1_status status)
{
    switch (status) {
#define X(name, number, text)                                                                      \
    case L1_##name: return text;
        L1_STATUS_MAP(X)
#undef X
    }
    return "unknown status";
}

l1_result l1_refuse(l1_diag *diag, l1_status status, const char *field, const char *format, ...)
{
    L1_ASSERT(status != L1_OK);
    L1_ASSERT(format != NULL);
    if (diag == NULL) return L1_FAILURE(status);
    size_t size = field == NULL ? 0 : strlen(field);
    if (size > sizeof diag->field - 1) size = sizeof diag->field - 1;
    if (size > 0) memmove(diag->field, field, size); /* a caller may pass diag->field itself */
    diag->field[size] = '\0';
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(diag->text, sizeof diag->text, format, arguments);
    va_end(arguments);
    return L1_FAILURE(status);
}
