#!/bin/sh
# label: long
# seconds: 120
# tests/e2e/train_shipped.sh: training again on 2022 and 2023 gives models/L1 byte for byte.
set -eu
klines=$L1_DATA/klines_1m
for month in 2022-01 2023-12; do
    for base in BTC ETH; do
        [ -f "$klines/${base}USDT-1m-$month.csv.xz" ] && continue
        echo "skipped: no klines of $base in $month in $klines"
        exit 77
    done
done
cd "$L1_SOURCE"
if ! library=$(tools/lightgbm.sh 2>&1); then
    echo "skipped: $library"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$L1_BIN" train all --config config/l1.yaml --data "$klines" --out "$work/L1" >"$work/said"
tail -n 1 "$work/said"
# The card is written by another command.
diff -r --exclude=MODEL_CARD.md models/L1 "$work/L1"
[ "$(find "$work/L1" -type f | wc -l)" = 10 ]
echo "the ten files of models/L1 are what training gives"
