#!/bin/sh
# label: long
# seconds: 60
# tests/parity/forest_lightgbm.sh: scores of L1 against LightGBM's own library, bit by bit, on
# models that LightGBM trains here. The wheel is installed into .venv/ of the checkout.
set -eu
if ! library=$("$L1_SOURCE/tools/lightgbm.sh" 2>&1); then
    echo "skipped: $library"
    exit 77
fi
OMP_NUM_THREADS=1 exec "$L1_BUILD/tests/parity/forest_lightgbm" "$library"
