/* io/pages.h: memory for the life of a process, by pages straight from the system.
 *
 * What is taken reads as zeros and takes room only when it is touched, in large pages where the
 * system has them: a table that is looked up at random then costs no walk for each look.
 * l1_pages_settle makes all of it resident at once, so that the hot path meets no page fault.
 * Ownership: the caller frees with the size that it took. */
#ifndef L1_IO_PAGES_H
#define L1_IO_PAGES_H

#include <stddef.h>

/* NULL when there is no memory. */
void *l1_pages_take(size_t size);
void l1_pages_free(void *pages, size_t size);

/* Touches every page; what is written there stays. Costs tens of milliseconds for 100 MB. */
void l1_pages_settle(void *pages, size_t size);

#endif
