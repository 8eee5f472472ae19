#!/bin/sh
# tests/e2e/matrix.sh PROGRAM...: the same input gives the same bytes and the same state, whatever
# compiler and optimisation level built the program. Called with the builds of the matrix. All of
# the input is played with the shipped models, its first months again with a made bundle that denies
# some signals.
set -eu
if [ $# -ne 4 ]; then
    echo "usage: matrix.sh GCC_O0 GCC_O3 CLANG_O0 CLANG_O3 (four programs to compare)" >&2
    exit 2
fi
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data="${L1_DATA:-$PWD/../shared/data}/klines_1m"
tools="${L1_BUILD:-$PWD/build}/examples"
if [ -d "$data" ]; then
    for pair in BTC:0.02 ETH:0.3; do
        base=${pair%:*}
        for month in "$data"/"${base}"USDT-1m-2023-*.csv.xz; do xz -dc "$month"; done \
            >"$work/${base}USDT-1m-2023.csv"
        "$tools/ema_cross" --symbol "$base/USDT" --qty "${pair#*:}" --prefix "$base" \
            <"$work/${base}USDT-1m-2023.csv" >"$work/$base.ndjson"
    done
else
    echo "no market data: the synthetic day is played instead"
    "$tools/synthetic_day" "$work" 1
fi
"${L1_BUILD:-$PWD/build}/tests/make_bundle" "$work/models" survival=-9,-9,-9,0.65
mkdir "$work/part"
for file in "$work"/*.csv; do head -n 90000 "$file" >"$work/part/$(basename "$file")"; done
first=
first_scored=
for program in "$@"; do
    "$program" replay --quiet --config config/l1.yaml --out "$work/out" "$work"/*.csv \
        "$work"/*.ndjson 2>"$work/summary"
    hashes=$(grep hash "$work/summary" | tr -s ' ' | tr '\n' ' ')
    bytes=$(sha256sum <"$work/out")
    echo "$program: $hashes"
    [ -n "$first" ] || first="$hashes $bytes"
    if [ "$first" != "$hashes $bytes" ]; then
        echo "FAIL: $program published other bytes or reached another state" >&2
        exit 1
    fi
    "$program" replay --quiet --config config/l1.yaml --out "$work/scored" \
        --set ai.required=true --set "ai.models=$work/models" "$work"/part/*.csv \
        "$work"/*.ndjson 2>"$work/summary"
    hashes=$(grep hash "$work/summary" | tr -s ' ' | tr '\n' ' ')
    bytes=$(sha256sum <"$work/scored")
    echo "$program, scored: $hashes"
    [ -n "$first_scored" ] || first_scored="$hashes $bytes"
    if [ "$first_scored" != "$hashes $bytes" ]; then
        echo "FAIL: $program scored otherwise" >&2
        exit 1
    fi
done
passed=$(grep -c '"status":"filled"' "$work/scored" || true)
vetoed=$(grep -c '"code":"AI_ENSEMBLE"' "$work/scored" || true)
echo "scored: $passed filled, $vetoed vetoed"
[ ! -d "$data" ] || { [ "$passed" -gt 0 ] && [ "$vetoed" -gt 0 ]; }
