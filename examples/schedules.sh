#!/bin/sh
# The tables of docs/schedules.md: every schedule beside a single order on the same recorded paths.
#
#   examples/schedules.sh ticks FOLDER LOW:HIGH   recorded streams (depth, trades, best quotes)
#   examples/schedules.sh bars FOLDER LOW:HIGH    1m klines of BTC and ETH, GLOB=2023-* by default
#
# Signals come from random_signals: seeded, without opinion, worth LOW to HIGH quote units. The risk
# limits that would tell the schedules' accounts apart (size, exposure, drawdown, repetition, sizing
# by volatility, stop geometry) are off, balances are ample and stop slots many, so that every signal
# is sent under every schedule; the filters of the venue and the worst price stay.
set -eu
kind=$1 folder=$2 notional=$3
source=$(cd "$(dirname "$0")/.." && pwd)
build=${L1_BUILD:-$source/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

set -- --config "$source/config/l1.yaml" --set ai.required=false --set 'ai.gate=[]' \
    --set 'ai.shadow=[]' --set paper.balances.USDT=10000000 --set paper.balances.BTC=100 \
    --set paper.balances.ETH=1000 --set portfolio.correlation_max=null \
    --set portfolio.drawdown_max=null --set signal.repeat_max=null --set order.open_max=1024
for symbol in BTC/USDT ETH/USDT; do
    for key in qty_max notional_max exposure_max drawdown_max volatility_target stop.sigma_min \
        stop.atr_max; do
        set -- "$@" --set "symbols.$symbol.$key=null"
    done
    set -- "$@" --set "symbols.$symbol.venue.max_algo_orders=200"
done
case $kind in
ticks) every=1.2 stop=0.02 duration=30 glob='*usdt*' ;;
bars) every=7200 stop=0.05 duration=1800 glob="*USDT-1m-${GLOB:-2023-*}" ;;
*) echo "usage: schedules.sh ticks|bars FOLDER LOW:HIGH" >&2 && exit 2 ;;
esac
# shellcheck disable=SC2086 # the pattern is to be expanded
"$build/examples/random_signals" --config "$source/config/l1.yaml" --every $every --seed 1 \
    --notional "$notional" --stop $stop "$folder"/$glob >"$work/signals.ndjson"
# shellcheck disable=SC2086
"$build/l1" replay --compare-schedules "$@" --set execution.duration_s=$duration \
    --signals "$work/signals.ndjson" "$folder"/$glob
