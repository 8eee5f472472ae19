/* tests/fuzz/fuzz_base_json_canary.c: the same check around a reader with a planted fault. It
 * must abort; if it does not, the check sees nothing. */
#define L1_CANARY
#include "fuzz_base_json.c"
