#!/bin/sh
# bench/hftbacktest.sh: the recorded ticks through L1's whole system and through hftbacktest (PyPI),
# one after the other on the same core, three rounds; the ratio of the best and of the median rates.
#
# Both count the same events: level changes, trades and changes of the best quote behind the snapshot.
# L1 keeps one book a symbol and steps rules, features, models and the simulated venue at each message,
# with a trickle of signals; hftbacktest keeps two (the exchange's and the strategy's) and a strategy
# that does nothing, with constant order latency, risk-averse queue model and no partial fills; its
# compilation, the conversion and the making of its objects are not counted.
# Target: at least twice as fast. Finds L1_SOURCE and L1_DATA in its environment; SECONDS (10) a
# round and program.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
export L1_SOURCE="${L1_SOURCE:-$root}" L1_DATA="${L1_DATA:-$root/../shared/data}"
seconds=${BENCH_SECONDS:-10}
rounds=${BENCH_ROUNDS:-3}
set -- "$L1_DATA"/ticks/btcusdt_*.gz "$L1_DATA"/ticks/ethusdt_*.gz
if ! [ -f "$1" ]; then
    echo "SKIP: no recorded ticks in $L1_DATA (set L1_DATA)"
    exit 0
fi
if ! python=$("$root/tools/hftbacktest.sh" 2>&1); then
    echo "$python"
    echo "SKIP: hftbacktest cannot be had here"
    exit 0
fi
core=
if command -v taskset >/dev/null; then core="taskset -c $(($(nproc) - 1))"; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
echo "load of the machine before: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores"
round=1
while [ "$round" -le "$rounds" ]; do
    # shellcheck disable=SC2086 # a command and its arguments
    $core "$root/build/bench/bench_events" ticks "$seconds" | tee -a "$work/ours"
    # shellcheck disable=SC2086
    $core "$python" "$root/bench/hftbacktest_noop.py" "$seconds" "$@" | tee -a "$work/theirs"
    round=$((round + 1))
done
echo "load of the machine after: $(cut -d' ' -f1-3 /proc/loadavg)"
cat "$work/ours" "$work/theirs" | awk '
    function rate(name, best, median) {
        if (best > top[name]) top[name] = best
        all[name] = all[name] " " median
    }
    /^events ticks / { rate("l1", $3, $4) }
    /^hftbacktest (hashmap|roivector) [0-9]+ [0-9]+$/ { rate($2, $3, $4) }
    function middle(name,  parts, n, i, j, t) {
        n = split(all[name], parts, " ")
        for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++)
            if (parts[j] + 0 < parts[i] + 0) { t = parts[i]; parts[i] = parts[j]; parts[j] = t }
        return parts[int((n + 1) / 2)]
    }
    END {
        split("hashmap roivector", kinds, " ")
        for (k = 1; k <= 2; k++)
            printf "L1 / hftbacktest with %s books: best %.2f (%.0f to %.0f events/s), median %.2f (%.0f to %.0f); target 2\n",
                kinds[k], top["l1"] / top[kinds[k]], top["l1"], top[kinds[k]],
                middle("l1") / middle(kinds[k]), middle("l1"), middle(kinds[k])
    }'
