#!/bin/sh
# label: long
# seconds: 300
# tests/e2e/train_2023.sh: a walk forward through 2023 gives the figures that are known of it.
set -u
if [ ! -d "$L1_DATA/klines_1m" ]; then
    echo "skipped: no klines in $L1_DATA"
    exit 77
fi
cd "$L1_SOURCE" || exit 1
if ! library=$(tools/lightgbm.sh 2>&1); then
    echo "skipped: $library"
    exit 77
fi
exec "$L1_BUILD/tests/e2e/walk_2023" "$L1_DATA/klines_1m"
