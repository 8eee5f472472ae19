#!/bin/sh
# label: long
# seconds: 150
# tests/crash/power_many.sh: 4,000 seeds of lives on a disk that loses power (power_loss.c).
set -eu
exec "$L1_BUILD/tests/crash/power_loss" lives "${L1_SEED:-1001}" 4000
