#!/bin/sh
# examples/demo.sh: what `make run` shows: a day on paper, what was blocked and why, the dashboard.
#
# DATA=FOLDER uses the newest month of BTCUSDT and ETHUSDT klines in FOLDER (.csv, .gz, .xz, .zip)
# with the signals of examples/ema_cross.c; without it a synthetic day is made. L1_BUILD and
# L1_DEMO_DIR name other folders than build and data/demo; only an earlier demo's files are removed.
set -eu
cd "$(dirname "$0")/.."
build=${L1_BUILD:-build}
work=${L1_DEMO_DIR:-data/demo}
l1=$build/l1
mkdir -p "$work"
rm -rf "$work/journal"
rm -f "$work/reports.ndjson" "$work/summary.txt" "$work"/*signals.ndjson "$work"/*-synthetic.csv

unpack() {
    case "$1" in
    *.xz) xz -dc "$1" ;;
    *.gz) gzip -dc "$1" ;;
    *.zip) unzip -p "$1" ;;
    *) cat "$1" ;;
    esac
}

# newest BASE: the last month of BASE's klines in DATA.
newest() {
    ls "$DATA/${1}"USDT-1m-*.csv* "$DATA/${1}"USDT-1m-*.zip 2>/dev/null | sort | tail -n 1
}

# signals_of BASE QTY KLINES: the example strategy on one symbol.
signals_of() {
    unpack "$3" | "$build/examples/ema_cross" --symbol "$1/USDT" --qty "$2" --prefix "$1"
}

if [ -n "${DATA:-}" ]; then
    btc=$(newest BTC)
    eth=$(newest ETH)
    if [ -z "$btc" ] || [ -z "$eth" ]; then
        echo "demo: no BTCUSDT-1m-* and ETHUSDT-1m-* klines in DATA=$DATA" >&2
        exit 2
    fi
    echo "REAL klines: ${btc##*/} and ${eth##*/}, with signals of examples/ema_cross.c"
    signals_of BTC 0.02 "$btc" >"$work/btc_signals.ndjson"
    signals_of ETH 0.3 "$eth" >"$work/eth_signals.ndjson"
    set -- "$btc" "$eth" "$work/btc_signals.ndjson" "$work/eth_signals.ndjson"
else
    echo "A SYNTHETIC day of BTC and ETH (seeded random numbers, not a market)"
    "$build/examples/synthetic_day" "$work" 1
    set -- "$work/BTCUSDT-1m-synthetic.csv" "$work/ETHUSDT-1m-synthetic.csv" "$work/signals.ndjson"
fi
echo "Executed on paper with config/l1.yaml; nothing leaves this machine."
echo
reports=$work/reports.ndjson
"$l1" replay --quiet --config config/l1.yaml --journal "$work/journal" --out "$reports" "$@" \
    2>"$work/summary.txt" || { cat "$work/summary.txt" >&2; exit 1; }
cat "$work/summary.txt"

# lines TITLE: what stands on standard input under a title, at most 15 lines; nothing if empty.
lines() {
    awk -v title="$1" '
        NR == 1 { print ""; print title }
        NR <= 15 { print "  " $0 }
        END { if (NR > 15) print "  and " NR - 15 " more" }'
}

# text KEY...: the text values of those keys of each line. A text may hold escaped quotes.
text() {
    awk -v keys="$*" '
        function value(key,    at, rest, got) {
            at = index($0, "\"" key "\":\"")
            if (at == 0) return ""
            rest = substr($0, at + length(key) + 4)
            match(rest, /^([^"\\]|\\.)*/)
            got = substr(rest, 1, RLENGTH)
            gsub(/\\"/, "\"", got)
            return got
        }
        BEGIN { count = split(keys, wanted, " ") }
        {
            line = value(wanted[1])
            for (i = 2; i <= count; i++) line = line (i == 2 ? ": " : ", ") value(wanted[i])
            print line
        }'
}

grep '"kind":"signal".*"status":"rejected".*"duplicate":false' "$reports" |
    sed 's/"reason":{"code":/"rule":/' | text signal_id rule text |
    lines "Blocked (signal: rule, why)"
grep '"duplicate":true' "$reports" | text signal_id status |
    lines "Delivered again: answered with the first report, nothing was sent"
grep '"rule":"EXPOSURE"' "$reports" | text signal_id status |
    lines "Made smaller to stay within the exposure limit"
grep '"status":"stop_filled"' "$reports" | text signal_id symbol |
    lines "Stops that fired and sold what the signal had bought (a later sell of it is blocked)"
grep '"code":"MALFORMED_MESSAGE"' "$reports" | text signal_id message |
    lines "Alerts about messages that cannot be read"
echo
"$l1" dashboard --journal "$work/journal"
cat <<TEXT

Where to look next
  $reports    every signal's fate, every alert, one JSON object a line
  $l1 verify $work/journal    replays the journal and compares each effect
  $l1 config explain symbols    tells each limit of config/l1.yaml
  docs/rules.md                the rules in their order
  examples/ema_cross.c         a strategy in a page; README.md has the tour
TEXT
