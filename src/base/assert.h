/* base/assert.h: assertions that stay on in release.
 *
 * One claim each, negative space too. An assertion states what the code guarantees to itself;
 * operating errors and input are results, never assertions. A failed claim ends the process:
 * the journal makes that safe. */
#ifndef L1_BASE_ASSERT_H
#define L1_BASE_ASSERT_H

_Noreturn void l1_panic(const char *claim, const char *file, int line);

#define L1_ASSERT(e) (__builtin_expect(!!(e), 1) ? (void)0 : l1_panic(#e, __FILE__, __LINE__))

#endif
