#!/bin/sh
# examples/demo.sh: what `make run` shows: a day on paper, what the rules blocked, what the models
# said, the dashboard.
#
# Klines and signals become one stream of bus messages in time order, which `l1 run --clock events`
# executes in PAPER mode.
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
rm -f "$work/reports.ndjson" "$work/finals.ndjson" "$work/summary.txt" "$work/run.log" \
    "$work"/*signals.ndjson "$work"/*-synthetic.csv

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

# bars BASE KLINES: Binance's rows as messages of the bus, each behind its time and 0.
bars() {
    unpack "$2" | awk -F, -v symbol="$1/USDT" '
        function ms(time) { return length(time) > 13 ? substr(time, 1, length(time) - 3) : time }
        $1 ~ /^[0-9]+$/ {
            printf "%s\t0\t{\"topic\":\"market\",\"type\":\"bar\",\"symbol\":\"%s\"," \
                "\"interval\":\"1m\",\"open_time\":%s,\"close_time\":%s,\"open\":%s,\"high\":%s," \
                "\"low\":%s,\"close\":%s,\"volume\":%s,\"quote_volume\":%s,\"trades\":%s," \
                "\"taker_buy_volume\":%s}\n", ms($7), symbol, ms($1), ms($7), $2, $3, $4, $5, $6,
                $8, $9, $10
        }'
}

# timed FILE...: each signal behind its time and 1; a line without a later time follows the last.
timed() {
    cat "$@" | awk '
        {
            at = index($0, "\"ts\":")
            ts = at > 0 ? substr($0, at + 5) + 0 : 0
            if (FNR == 1 || ts > last) last = ts
            printf "%.0f\t1\t%s\n", last, $0
        }'
}

if [ -n "${DATA:-}" ]; then
    btc=$(newest BTC)
    eth=$(newest ETH)
    if [ -z "$btc" ] || [ -z "$eth" ]; then
        echo "demo: no BTCUSDT-1m-* and ETHUSDT-1m-* klines in DATA=$DATA" >&2
        exit 2
    fi
    echo "REAL klines: ${btc##*/} and ${eth##*/}, with signals of examples/ema_cross.c"
    learned=$(($(sed -n 's/^trained_to=//p' models/L1/manifest.txt) / 1000))
    if [ "$(unpack "$btc" | tail -n 1 | cut -c1-10)" -lt "$learned" ]; then
        echo "(the models were trained on klines up to $(date -u -d "@$learned" +%F), these among" \
            "them: what they say here proves nothing of their worth)"
    fi
    signals_of BTC 0.02 "$btc" >"$work/btc_signals.ndjson"
    signals_of ETH 0.3 "$eth" >"$work/eth_signals.ndjson"
    set -- "$work/btc_signals.ndjson" "$work/eth_signals.ndjson"
else
    echo "A SYNTHETIC day of BTC and ETH after nine days of history for the models" \
        "(seeded random numbers, not a market)"
    "$build/examples/synthetic_day" "$work" 1
    btc=$work/BTCUSDT-1m-synthetic.csv
    eth=$work/ETHUSDT-1m-synthetic.csv
    set -- "$work/signals.ndjson"
fi
echo "Executed in PAPER mode with config/l1.yaml; nothing leaves this machine."
echo
messages=$work/messages.ndjson
reports=$work/reports.ndjson
{
    bars BTC "$btc"
    bars ETH "$eth"
    for file in "$@"; do timed "$file"; done
} | LC_ALL=C sort -s -n -k1,1 -k2,2 | cut -f3- >"$messages"
"$l1" run --config config/l1.yaml --clock events --bus stdio --journal "$work/journal" \
    <"$messages" >"$reports" 2>"$work/run.log" || { tail -n 5 "$work/run.log" >&2; exit 1; }

# The same messages as history: its summary, and a check that both ways execute alike.
"$l1" replay --quiet --config config/l1.yaml --out "$work/replayed.ndjson" \
    --report "$work/report.html" "$messages" \
    2>"$work/summary.txt" || { cat "$work/summary.txt" >&2; exit 1; }
cat "$work/summary.txt"
# latency_us is measured outside the engine and no part of what must be equal.
for file in "$reports" "$work/replayed.ndjson"; do
    sed 's/"mode":"replay"/"mode":"paper"/; s/"latency_us":{[^}]*}/"latency_us":{}/' "$file" \
        >"$file.alike"
done
if cmp -s "$reports.alike" "$work/replayed.ndjson.alike"; then
    echo "(the summary is of l1 replay on the same messages: reports equal but for their mode)"
else
    echo "demo: l1 run and l1 replay differ on $messages" >&2
    exit 1
fi
rm -f "$messages" "$work/replayed.ndjson" "$work"/*.alike

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

# What the models said: every signal that passed the rules is scored, for its own side and stop.
finals=$work/finals.ndjson
grep '"kind":"signal".*"duplicate":false' "$reports" | sed 's/"reason":{"code":/"rule":/' >"$finals"
count() { grep -c -- "$1" "$finals" || true; }
models_veto='"rule":"AI_\(LOGREG\|RANDOM_FOREST\|LIGHTGBM\|ENSEMBLE\)"'

grep '"status":"rejected"' "$finals" | grep -v '"rule":"AI_' | text signal_id rule text |
    lines "Blocked by a rule (signal: rule, why)"
echo
echo "The models of models/L1, asked whether the stop will stay untouched for 4 hours:"
printf '  %5d signals passed the rules and were scored\n' "$(count '"ensemble":[0-9]')"
printf '  %5d of them were vetoed (AI_LOGREG, AI_RANDOM_FOREST, AI_LIGHTGBM, AI_ENSEMBLE)\n' \
    "$(count "$models_veto")"
printf '  %5d were rejected before 8 days of bars had come (AI_WARMUP)\n' \
    "$(count '"rule":"AI_WARMUP"')"
printf '  %5d were rejected because no models score (AI_UNAVAILABLE)\n' \
    "$(count '"rule":"AI_UNAVAILABLE"')"
grep -- "$models_veto" "$finals" | awk '
    {
        match($0, /"signal_id":"[^"]*"/); id = substr($0, RSTART + 13, RLENGTH - 14)
        match($0, /"violations":\[\{"code":"[^}]*/); why = substr($0, RSTART, RLENGTH)
        gsub(/"(violations|value|limit|detail)":|\[\{"code":|"/, "", why)
        split(why, part, ",")
        print id ": " part[1] ", probability " part[2] " is below " part[3] " (" part[4] ")"
    }' | lines "Vetoed by the models (signal: model, why)"
rm -f "$finals"
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
  $work/report.html        the same as a page: equity, fills, costs, rejections; open it in a browser
  $work/run.log            what the engine logged while it ran
  $l1 verify $work/journal    replays the journal and compares each effect
  $l1 config explain symbols    tells each limit of config/l1.yaml
  docs/rules.md                the rules in their order
  docs/models.md               what the models are asked, and models of your own
  examples/ema_cross.c         a strategy in a page; README.md has the tour
TEXT
