/* A right guard outside src/. */
#ifndef L1_TESTLIB_GUARDED_H
#define L1_TESTLIB_GUARDED_H
#endif
