#!/bin/sh
# bench/bench_replay.sh: one symbol's year of 1m bars, plain CSV, through l1 replay without signals;
# beside it what reading the same file alone takes. Target: at most 1 s.
#
# Finds in its environment L1_BIN, L1_SOURCE and L1_DATA (tools/bench.sh sets them).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${L1_BIN:-$root/build/l1}
data=${L1_DATA:-$root/../shared/data}/klines_1m
if ! ls "$data"/BTCUSDT-1m-2023-*.csv.xz >/dev/null 2>&1; then
    echo "SKIP: no market history in $data (set L1_DATA)"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
rows_file=$work/BTCUSDT-1m-2023.csv
xz -dc "$data"/BTCUSDT-1m-2023-*.csv.xz >"$rows_file"
rows=$(wc -l <"$rows_file")

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

best=
for run in 1 2 3 4 5; do
    begin=$(now_ms)
    "$bin" replay --quiet --config "$root/tests/testlib/l1.yaml" --out "$work/out" \
        "$rows_file" 2>"$work/summary" || { cat "$work/summary" >&2; exit 1; }
    spent=$(($(now_ms) - begin))
    echo "run $run: $spent ms wall"
    if [ -z "$best" ] || [ "$spent" -lt "$best" ]; then best=$spent; fi
done
begin=$(now_ms)
wc -l "$rows_file" >/dev/null
reading=$(($(now_ms) - begin))
awk -v rows="$rows" -v ms="$best" -v reading="$reading" 'BEGIN {
    printf "replay: %d rows in %.3f s wall (best of 5), %.0f rows/s", rows, ms / 1000, rows * 1000 / ms
    printf "; 525,600 rows would take %.3f s (target 1 s)\n", ms / 1000 * 525600 / rows
    printf "beside it: wc -l of the same file takes %.3f s\n", reading / 1000 }'
grep hash "$work/summary"
