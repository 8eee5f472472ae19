/* io/pages.c: mapping, advising and settling. */
#include "io/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"

void *l1_pages_take(size_t size)
{
    L1_ASSERT(size > 0);
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return NULL;
    (void)madvise(pages, size, MADV_HUGEPAGE); /* advice: without it everything works as well */
    return pages;
}

void l1_pages_free(void *pages, size_t size)
{
    if (pages == NULL) return;
    const int done = munmap(pages, size);
    L1_ASSERT(done == 0);
}

void l1_pages_settle(void *pages, size_t size)
{
    L1_ASSERT(pages != NULL);
#ifdef MADV_POPULATE_WRITE
    if (madvise(pages, size, MADV_POPULATE_WRITE) == 0) return; /* Linux 5.14 and later */
#endif
    const size_t step = (size_t)sysconf(_SC_PAGESIZE);
    volatile uint8_t *bytes = pages;
    for (size_t at = 0; at < size; at += step) bytes[at] = bytes[at];
}
