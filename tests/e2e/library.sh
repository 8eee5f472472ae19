#!/bin/sh
# A program that knows only the installed header and libl1.a: same outputs every time, with a
# journal too, and a second life that answers from the first.
# seconds: 5
set -eu
if [ -n "${L1_INSTRUMENTED:-}" ]; then
    echo "skipped: an instrumented library needs the instrumenting compiler's flags"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() {
    echo "$*" >&2
    exit 1
}

DESTDIR=$work/root cmake --install "$L1_BUILD" --prefix /usr >"$work/installed"
root=$work/root/usr
library=$(find "$root" -name libl1.a)
"$root/bin/l1" version >/dev/null
find "$root/include" -type f >"$work/headers"
[ "$(cat "$work/headers")" = "$root/include/l1/l1.h" ] || die "more headers: $(cat "$work/headers")"
# Configuration and models lie beside each other, where `l1 run` finds both.
(cd "$root/share/l1" && "$root/bin/l1" run --clock events --journal "$work/installed_journal" \
    </dev/null 2>"$work/started") || die "the installed program: $(cat "$work/started")"
grep -q 'models [0-9a-f]* of models/L1 score' "$work/started" || die "$(cat "$work/started")"
printf '#include <l1/l1.h>\nint main(void) { return l1_version_text()[0] == 0; }\n' >"$work/alone.c"
cc -std=c11 -Wall -Wextra -Werror -pedantic -I"$root/include" "$work/alone.c" "$library" \
    -lyaml -lcrypto -lm -pthread -o "$work/alone"
"$work/alone"
cc -std=c11 -Wall -Wextra -Werror -I"$root/include" "$L1_SOURCE/examples/embed.c" "$library" \
    -lyaml -lcrypto -lm -pthread -o "$work/embed"

sed 's/\(volatility_target\|sigma_min\|atr_max\): *[0-9.]*/\1: null/g' \
    "$L1_SOURCE/tests/testlib/l1.yaml" >"$work/l1.yaml"
"$work/embed" "$work/l1.yaml" >"$work/first" 2>"$work/first_hash"
"$work/embed" "$work/l1.yaml" >"$work/again" 2>"$work/again_hash"
"$work/embed" "$work/l1.yaml" "$work/journal" >"$work/kept" 2>"$work/kept_hash"
cmp "$work/first" "$work/again"
cmp "$work/first" "$work/kept"
cmp "$work/first_hash" "$work/again_hash"
cmp "$work/first_hash" "$work/kept_hash"

# expect COUNT PATTERN FILE
expect() {
    found=$(grep -c -- "$2" "$3" || true)
    [ "$found" = "$1" ] || die "$3: $found lines match $2, expected $1: $(cat "$3")"
}
expect 1 '"signal_id":"embed_1".*"status":"filled".*"duplicate":false' "$work/first"
expect 1 '"signal_id":"embed_1".*"status":"filled".*"duplicate":true' "$work/first"
expect 1 '"signal_id":"embed_2".*"status":"rejected".*STOP_LOSS_MISSING' "$work/first"
expect 1 '"signal_id":"embed_3".*"side":"sell".*"status":"filled"' "$work/first"
expect 1 'MALFORMED_MESSAGE' "$work/first"

# The journal is one like any other, and its ids stay consumed in a second life.
"$root/bin/l1" verify "$work/journal" >/dev/null 2>"$work/verified" || die "$(cat "$work/verified")"
"$work/embed" "$work/l1.yaml" "$work/journal" >"$work/second" 2>/dev/null
expect 0 '"kind":"signal".*"duplicate":false' "$work/second"
expect 4 '"kind":"signal".*"duplicate":true' "$work/second"

code=0
sed 's/^mode: paper/mode: live/' "$work/l1.yaml" >"$work/live.yaml"
"$work/embed" "$work/live.yaml" >/dev/null 2>"$work/refused" || code=$?
[ $code = 2 ] || die "mode live ended with $code"
expect 1 'live' "$work/refused"
