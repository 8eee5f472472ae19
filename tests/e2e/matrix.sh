#!/bin/sh
# tests/e2e/matrix.sh PROGRAM...: the same input gives the same bytes and the same state, whatever
# compiler and optimisation level built the program. Called with the builds of the matrix. All of
# the input is played with the shipped models, its first months again with a made bundle that denies
# some signals. Random signals are played under each schedule of execution.algo on those months and
# on recorded ticks, with latencies drawn from tables: plans, the usual volume, the hyperbolic
# functions of Almgren and Chriss and the costs that they are judged by are the same as well.
set -eu
if [ $# -ne 4 ]; then
    echo "usage: matrix.sh GCC_O0 GCC_O3 CLANG_O0 CLANG_O3 (four programs to compare)" >&2
    exit 2
fi
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data="${L1_DATA:-$PWD/../shared/data}/klines_1m"
ticks="${L1_DATA:-$PWD/../shared/data}/ticks"
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
"$tools/random_signals" --config config/l1.yaml --every 7200 --seed 1 --notional 200:2000 \
    --stop 0.05 "$work"/part/*.csv >"$work/bars.signals"
if [ -d "$ticks" ]; then
    "$tools/random_signals" --config config/l1.yaml --every 2 --seed 1 --notional 200:2000 \
        --stop 0.02 "$ticks"/*usdt* >"$work/ticks.signals"
else
    echo "no recorded ticks: schedules are played on bars alone"
fi

# play PROGRAM NAME ARGUMENTS...: the first program's bytes and hashes under NAME are every one's.
play() {
    program=$1 name=$2
    shift 2
    "$program" replay --quiet --config config/l1.yaml --out "$work/$name.out" "$@" 2>"$work/summary"
    hashes=$(grep hash "$work/summary" | tr -s ' ' | tr '\n' ' ')
    said="$hashes $(sha256sum <"$work/$name.out")"
    echo "$program, $name: $hashes"
    [ -f "$work/$name.first" ] || echo "$said" >"$work/$name.first"
    if [ "$said" != "$(cat "$work/$name.first")" ]; then
        echo "FAIL: $program published other bytes or reached another state ($name)" >&2
        exit 1
    fi
}

# play_schedules PROGRAM NAME SECONDS FILES...: $work/NAME.signals under each schedule.
play_schedules() {
    one=$1 market=$2 seconds=$3
    shift 3
    # The limits that would deny most of them are off, as in examples/schedules.sh.
    set -- --set ai.required=false --set 'ai.gate=[]' --set 'ai.shadow=[]' \
        --set paper.balances.USDT=10000000 --set paper.balances.BTC=100 \
        --set paper.balances.ETH=1000 --set portfolio.correlation_max=null \
        --set portfolio.drawdown_max=null --set signal.repeat_max=null \
        --set "execution.duration_s=$seconds" --set 'paper.latency_table_ms=[20,35,50,250]' \
        --set 'paper.feed_latency_table_ms=[1,5,40]' \
        --set 'paper.response_latency_table_ms=[10,30,90]' --signals "$work/$market.signals" "$@"
    for symbol in BTC/USDT ETH/USDT; do
        for key in qty_max notional_max exposure_max drawdown_max volatility_target \
            stop.sigma_min stop.atr_max; do
            set -- --set "symbols.$symbol.$key=null" "$@"
        done
        set -- --set "symbols.$symbol.venue.max_algo_orders=200" "$@"
    done
    for algo in auto twap vwap pov iceberg is; do
        play "$one" "$market.$algo" --set execution.algo=$algo "$@"
    done
}

for program in "$@"; do
    play "$program" models "$work"/*.csv "$work"/*.ndjson
    play "$program" scored --set ai.required=true --set "ai.models=$work/models" "$work"/part/*.csv \
        "$work"/*.ndjson
    play_schedules "$program" bars 1800 "$work"/part/*.csv
    [ ! -d "$ticks" ] || play_schedules "$program" ticks 30 "$ticks"/*usdt*
done
passed=$(grep -c '"status":"filled"' "$work/scored.out" || true)
vetoed=$(grep -c '"code":"AI_ENSEMBLE"' "$work/scored.out" || true)
echo "scored: $passed filled, $vetoed vetoed"
[ ! -d "$data" ] || { [ "$passed" -gt 0 ] && [ "$vetoed" -gt 0 ]; }
# The runs are about schedules: each but auto, which may send one order, cuts many signals.
for out in "$work"/bars.*.out "$work"/ticks.*.out; do
    [ -f "$out" ] || continue
    name=$(basename "$out" .out)
    grep '"kind":"signal"' "$out" >"$work/reports"
    cut=$(grep -c '"client_order_id".*"client_order_id"' "$work/reports" || true)
    filled=$(grep -c '"status":"filled"' "$work/reports" || true)
    echo "$name: $filled filled, $cut cut"
    case $name in *.auto) cut=$filled ;; esac
    if [ "$filled" -lt 50 ] || [ "$cut" -lt 50 ]; then
        echo "FAIL: $name is about nothing" >&2
        exit 1
    fi
done
