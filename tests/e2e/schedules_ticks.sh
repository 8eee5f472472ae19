#!/bin/sh
# examples/schedules.sh on recorded ticks: every schedule has its rows, nearly every signal its pair.
# seconds: 20
set -eu
ticks=$L1_DATA/ticks
[ -d "$ticks" ] || { echo "no recorded ticks at $ticks"; exit 77; }
out=$(mktemp)
trap 'rm -f "$out"' EXIT
"$L1_SOURCE/examples/schedules.sh" ticks "$ticks" 200:2000 >"$out"
cat "$out"
awk '
    $1 == "signals" { signals = $2 + 0 }
    $2 == "all" || $2 ~ /\/USDT$/ { rows++ }
    $2 == "all" && $3 < 0.95 * signals { print "too few pairs: " $0; bad = 1 }
    $2 == "all" && $1 == "single" && $6 < 99.9 { print "single does not fill: " $0; bad = 1 }
    $2 == "all" && $1 == "twap" && $5 < 5 { print "twap does not cut: " $0; bad = 1 }
    $2 == "all" && $1 == "auto" && $5 != 1 { print "auto cuts: " $0; bad = 1 }
    END { if (rows != 21 || signals < 400) { print rows " rows, " signals " signals"; bad = 1 }; exit bad }
' "$out"
