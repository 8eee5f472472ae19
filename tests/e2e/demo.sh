#!/bin/sh
# tests/e2e/demo.sh: what `make run` shows is there, quick, and made without Python.
# seconds: 5
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=$work/out
seconds_max=10
[ -z "${L1_INSTRUMENTED:-}" ] || seconds_max=100
mkdir "$work/path" "$work/demo"
for name in python python3; do
    printf '#!/bin/sh\necho "the demo must not need Python" >&2\nexit 1\n' >"$work/path/$name"
    chmod +x "$work/path/$name"
done
PATH=$work/path:$PATH
LC_ALL=C # the dashboard's language
export PATH L1_BUILD LC_ALL
export L1_DEMO_DIR="$work/demo"
echo "a user's file" >"$work/demo/kept.txt"

fail() {
    echo "FAIL: $1" >&2
    cat "$out" >&2
    exit 1
}

# shows TEXT...: each stands in the output.
shows() {
    for wanted in "$@"; do
        grep -qF -- "$wanted" "$out" || fail "the demo does not show: $wanted"
    done
}

play() {
    since=$(date +%s)
    "$L1_SOURCE/examples/demo.sh" >"$out" 2>&1 || fail "the demo ended with code $?"
    took=$(($(date +%s) - since))
    [ "$took" -le "$seconds_max" ] || fail "the demo took $took s; it may take $seconds_max"
    grep -q 'models [0-9a-f]* of models/L1 score' "$work/demo/run.log" || fail "no models score"
    shows "PAPER" "The models of models/L1" "    0 were rejected because no models score" \
        "balance USDT" "OPERATIONAL DASHBOARD" "n/a (limit: 0.80; counted as 1.00)" \
        "reports equal but for their mode" "Where to look next"
    grep -q '"mode":"paper"' "$work/demo/reports.ndjson" || fail "no report says paper"
    if grep -q '"mode":"replay"' "$work/demo/reports.ndjson"; then fail "a report says replay"; fi
    grep -q '<h2 id="equity">' "$work/demo/report.html" || fail "the demo leaves no page"
    "$L1_BUILD/l1" verify "$work/demo/journal" >"$work/verified" 2>&1 ||
        fail "the journal of the demo is not verified: $(cat "$work/verified")"
}

unset DATA
play
shows SYNTHETIC "danger_no_stop: STOP_LOSS_MISSING" "danger_huge_qty: QTY_MAX" \
    "danger_stop_wrong_side: STOP_LOSS_INCOHERENT" "danger_stop_too_near: STOP_LOSS_DISTANCE" \
    "danger_unknown_symbol: UNKNOWN_SYMBOL" "danger_stale_ts: SIGNAL_EXPIRED" \
    "danger_repeated_4: REPEATED_ORDER" "danger_exposure: EXPOSURE_LIMIT" \
    "danger_sell_what_is_not_held: BALANCE_INSUFFICIENT" "danger_duplicate: filled" \
    "danger_malformed: MALFORMED_SIGNAL" 'side is "hold"' "danger_cut_off: line" \
    "eth_fill_up_4: filled" "eth_fill_up_4: ETH/USDT" "filled 51" \
    "   53 signals passed the rules and were scored" "    2 of them were vetoed" \
    "    0 were rejected before 8 days" "risky_btc: AI_ENSEMBLE, probability 0." \
    "risky_eth: AI_ENSEMBLE, probability 0."
play # once more over its own files
[ -f "$work/demo/kept.txt" ] || fail "the demo removed a file that is not its own"

if [ -d "${L1_DATA:-}/klines_1m" ]; then
    DATA=$L1_DATA/klines_1m
    export DATA
    play
    shows "REAL klines: BTCUSDT-1m-" "Stops that fired" "Vetoed by the models" "AI_WARMUP"
    shows "proves nothing of their worth"
else
    echo "no market data: the demo on real klines is not played"
fi
DATA=$work/path
export DATA
if "$L1_SOURCE/examples/demo.sh" >"$out" 2>&1; then fail "a folder without klines is accepted"; fi
shows "no BTCUSDT-1m-* and ETHUSDT-1m-* klines"
