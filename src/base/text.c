/* base/text.c: bounded copy. */
#include "base/text.h"

#include <string.h>

#include "base/assert.h"

void l1_text_copy(char *to, size_t capacity, const char *from)
{
    L1_ASSERT(capacity > 0);
    size_t size = strlen(from);
    if (size >= capacity) {
        size = capacity - 1;
        while (size > 0 && ((unsigned char)from[size] & 0xC0) == 0x80) size--;
    }
    memcpy(to, from, size);
    to[size] = '\0';
    L1_ASSERT(strlen(to) < capacity);
}
