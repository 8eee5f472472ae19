#!/bin/sh
# label: long
# seconds: 60
# tests/e2e/train_controls.sh: nothing is found where nothing is, and a leak would be seen.
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
exec "$L1_BUILD/tests/e2e/negative_controls" "$L1_DATA/klines_1m"
