/* base/text.h: copying text into a fixed array, cut when it does not fit.
 * Determinism: pure. */
#ifndef L1_BASE_TEXT_H
#define L1_BASE_TEXT_H

#include <stddef.h>

/* `from` (NUL-terminated) into `to`; always NUL-terminated, never more than `capacity` bytes.
 * Cut only at the start of a UTF-8 character. */
void l1_text_copy(char *to, size_t capacity, const char *from);

#endif
