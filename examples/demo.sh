#!/bin/sh
# examples/demo.sh: what `make run` shows: a day on paper, what was blocked and why, the dashboard.
#
# DATA=FOLDER uses the newest month of BTCUSDT and ETHUSDT klines in FOLDER (.csv, .gz, .xz, .zip)
# with the signals of examples/ema_cross.c; without it a synthetic day is made.
set -eu
cd "$(dirname "$0")/.."
l1=build/l1
work=data/demo
rm -rf "$work"
mkdir -p "$work"

unpack() {
    case "$1" in
    *.xz) xz -dc "$1" ;;
    *.gz) gzip -dc "$1" ;;
    *.zip) unzip -p "$1" ;;
    *) cat "$1" ;;
    esac
}

if [ -n "${DATA:-}" ]; then
    btc=$(ls "$DATA"/BTCUSDT-1m-*.csv* "$DATA"/BTCUSDT-1m-*.zip 2>/dev/null | sort | tail -n 1)
    eth=$(ls "$DATA"/ETHUSDT-1m-*.csv* "$DATA"/ETHUSDT-1m-*.zip 2>/dev/null | sort | tail -n 1)
    if [ -z "$btc" ] || [ -z "$eth" ]; then
        echo "demo: no BTCUSDT-1m-* and ETHUSDT-1m-* klines in DATA=$DATA" >&2
        exit 2
    fi
    echo "Real klines: $(basename "$btc") and $(basename "$eth"); signals of examples/ema_cross.c"
    { unpack "$btc" | build/examples/ema_cross --symbol BTC/USDT --qty 0.02 --prefix btc
      unpack "$eth" | build/examples/ema_cross --symbol ETH/USDT --qty 0.3 --prefix eth
    } >"$work/unsorted"
    # One file a symbol: messages of a file are taken in the order of their lines.
    grep BTC/USDT "$work/unsorted" >"$work/btc_signals.ndjson" || true
    grep ETH/USDT "$work/unsorted" >"$work/eth_signals.ndjson" || true
    rm "$work/unsorted"
    set -- "$btc" "$eth" "$work/btc_signals.ndjson" "$work/eth_signals.ndjson"
else
    echo "A SYNTHETIC day of BTC and ETH (random numbers, no market), seed 1"
    build/examples/synthetic_day "$work" 1
    set -- "$work/BTCUSDT-1m-synthetic.csv" "$work/ETHUSDT-1m-synthetic.csv" "$work/signals.ndjson"
fi

echo "PAPER: nothing leaves this machine. Configuration: config/l1.yaml"
echo
"$l1" replay --quiet --config config/l1.yaml --journal "$work/journal" \
    --out "$work/reports.ndjson" "$@"

if [ -z "${DATA:-}" ]; then
    echo
    echo "Blocked on purpose (signal: rule):"
    grep '"status":"rejected"' "$work/reports.ndjson" | grep danger_ |
        sed -n 's/.*"signal_id":"\([^"]*\)".*"reason":{"code":"\([A-Z_]*\)","text":"\([^"]*\)".*/  \1: \2, \3/p' |
        sort -u
fi
echo
"$l1" dashboard --journal "$work/journal"
cat <<TEXT

Where to look next
  $work/reports.ndjson       every signal's fate, every alert, one JSON object a line
  $work/journal              build/l1 verify $work/journal    replays it and compares each effect
  config/l1.yaml             build/l1 config explain symbols  tells each limit
  docs/rules.md              the rules in their order
  examples/ema_cross.c       a strategy in a page; README.md has the tour
TEXT
