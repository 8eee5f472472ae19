#!/bin/sh
# Proves that the tests of risk/ can fail: breaks a copy of it by one line at a time.
# label: long
# seconds: 240
#
# Every row of mutations.txt is FILE~FROM~TO: the first line of src/risk/FILE that holds FROM gets
# TO in its place. Besides, each row of the rule table is dropped. A change after which every unit
# test of risk/ is still green has survived, and the script fails and names it.
set -eu
source=${L1_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
flags="-std=c11 -D_GNU_SOURCE -O0 -w -I$work/src -I$source/tests"
total=0
survived=0

mkdir -p "$work/src/risk" "$work/objects"
cp -r "$source/src/base" "$source/src/domain" "$work/src/"
cp "$source"/src/risk/* "$work/src/risk/"

compile() { # compile FILE.c OBJECT
    $cc $flags -c "$1" -o "$2"
}
for file in "$work"/src/base/*.c "$work"/src/domain/*.c "$work"/src/risk/*.c; do
    compile "$file" "$work/objects/$(basename "$(dirname "$file")")_$(basename "$file" .c).o"
done
for test in "$source"/tests/unit/risk/test_*.c; do
    $cc $flags -I"$source/tests/unit/risk" -c "$test" -o "$work/$(basename "$test" .c).o"
done

# Red as soon as one program fails.
tests_pass() {
    for test in "$work"/test_*.o; do
        $cc "$test" "$work"/objects/*.o -lcmocka -lm -o "$work/program" || return 2
        timeout 60 "$work/program" >"$work/log" 2>&1 || return 1
    done
}

# judge FILE NAME: src/risk/FILE stands changed; it is put back afterwards
judge() {
    object="$work/objects/risk_$(basename "$1" .c).o"
    cp "$object" "$work/kept.o"
    total=$((total + 1))
    if cmp -s "$work/src/risk/$1" "$source/src/risk/$1"; then
        echo "not applied: $2"
        survived=$((survived + 1))
    elif ! compile "$work/src/risk/$1" "$object" 2>"$work/log"; then
        echo "does not compile: $2"
        survived=$((survived + 1))
    elif tests_pass; then
        echo "survived: $2"
        survived=$((survived + 1))
    fi
    cp "$work/kept.o" "$object"
    cp "$source/src/risk/$1" "$work/src/risk/$1"
}

tests_pass || { cat "$work/log"; echo "the tests are red before any change"; exit 1; }

for row in $(sed -n 's/^    \(l1_rule_[a-z0-9_]*\),$/\1/p' "$source/src/risk/risk_guard.c"); do
    sed "/^    $row,\$/d" "$source/src/risk/risk_guard.c" >"$work/src/risk/risk_guard.c"
    judge risk_guard.c "row $row dropped"
done
[ "$total" -ge 30 ] || { echo "only $total rows found in the rule table"; exit 1; }

while IFS='~' read -r file from to; do
    case $file in '' | '#'*) continue ;; esac
    awk -v from="$from" -v to="$to" '
        !done && (at = index($0, from)) {
            $0 = substr($0, 1, at - 1) to substr($0, at + length(from)); done = 1
        }
        { print }' "$source/src/risk/$file" >"$work/src/risk/$file"
    judge "$file" "$file: $from -> $to"
done <"$source/tests/conformance/mutations.txt"

echo "$total mutations, $survived survived"
[ "$survived" -eq 0 ]
