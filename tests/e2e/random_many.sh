#!/bin/sh
# label: long
# seconds: 100
# The random unit tests of which `make test` plays a part, with ten times the runs and more: the
# venue against its oracle, late fills, base/real against libm.
set -eu
L1_RUNS=20000 "$L1_BUILD/tests/venue_simulated_test_oracle"
L1_RUNS=300 "$L1_BUILD/tests/system_test_late_fill_random"
L1_RUNS=2000000 "$L1_BUILD/tests/base_test_real"
