/* tests/testlib/check.h: cmocka's headers in the order it needs, and CHECK.
 * A test's name is a sentence; its cases are rows of a table. */
#ifndef L1_TESTLIB_CHECK_H
#define L1_TESTLIB_CHECK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#define CHECK(claim) assert_true(claim)

#endif
