#!/bin/sh
# label: long
# seconds: 900
# Ten thousand random runs of cut signals (tests/unit/system/test_plans_random.c): conservation,
# children that are their parent, protection, restarts, answers that travel.
set -eu
L1_RUNS=${L1_RUNS:-10000} exec "$L1_BUILD/tests/system_test_plans_random"
