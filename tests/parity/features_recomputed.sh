#!/bin/sh
# label: long
# seconds: 60
# tests/parity/features_recomputed.sh: features streamed over all recorded klines of BTC and ETH are
# within 1e-12 of a recomputation from scratch; nothing drifts in two years.
set -eu
data=${L1_DATA:-}/klines_1m
if [ ! -d "$data" ]; then
    echo "skipped: no market data at L1_DATA"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for base in BTC ETH; do
    for month in "$data/${base}"USDT-1m-*.csv.xz; do xz -dc "$month"; done >"$work/$base.csv"
done
"$L1_BUILD/tests/parity/features_recomputed" "$work/BTC.csv" "$work/ETH.csv"
