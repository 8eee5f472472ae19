#!/bin/sh
# label: long
# seconds: 15
# tests/e2e/events_speed.sh: stepping ticks and bars takes at most so many times what hashing the same
# bytes takes, both in processor time of one run. On a Zen 4 server, under a load of 14 on two cores as
# well, that is 2.3 times for ticks and 6.6 for bars; the limits allow about twice that.
set -u
ticks_max=${L1_GUARD_TICKS_MAX:-5}
bars_max=${L1_GUARD_BARS_MAX:-14}
if [ -n "${L1_INSTRUMENTED:-}" ] || ! grep -q '^CMAKE_BUILD_TYPE:STRING=Release$' "$L1_BUILD/CMakeCache.txt"; then
    echo "skipped: only an optimised build that nothing is added to has a speed"
    exit 77
fi
said=$(L1_SOURCE="$L1_SOURCE" "$L1_BUILD/bench/bench_events" guard 3) || exit 1
echo "$said"

# within NAME MAX: false also when the figure is missing
within() {
    echo "$said" | awk -v name="$1:" -v max="$2" '
        $1 == "guard" && $2 == name { seen = 1; over = !($5 + 0 > 0 && $5 + 0 <= max) }
        END { exit !seen || over }'
}

failed=0
within ticks "$ticks_max" || { echo "FAIL: ticks take over $ticks_max times as long as their hash"; failed=1; }
within bars "$bars_max" || { echo "FAIL: bars take over $bars_max times as long as their hash"; failed=1; }
for name in ticks bars; do # the check itself can fail
    if within "$name" 0.5; then echo "FAIL: no figure is over 0.5"; failed=1; fi
done
if within nothing 1000; then echo "FAIL: a figure that is missing passes"; failed=1; fi
exit $failed
