#!/bin/sh
# Proves that the tests of features/ can fail: breaks a copy of it by one line at a time.
# label: long
# seconds: 240
#
# Every row of mutations_features.txt is FILE~FROM~TO: the first line of src/features/FILE that holds
# FROM gets TO in its place. A change after which every unit test of features/ is still green, or
# that compiles to nothing else, has survived, and the script fails and names it.
set -eu
source=${L1_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
flags="-std=c11 -D_GNU_SOURCE -O1 -w -ffp-contract=off -I$work/src -I$source/tests
-DL1_SOURCE_DIR=\"$source\""
total=0
survived=0

mkdir -p "$work/src" "$work/objects"
cp -r "$source/src/base" "$source/src/domain" "$source/src/features" "$work/src/"
for file in "$work"/src/base/*.c "$work"/src/domain/*.c "$work"/src/features/*.c; do
    $cc $flags -c "$file" -o "$work/objects/$(basename "$(dirname "$file")")_$(basename "$file" .c).o"
done
for test in "$source"/tests/unit/features/test_*.c; do
    $cc $flags -I"$source/tests/unit/features" -c "$test" -o "$work/$(basename "$test" .c).o"
done

# Red as soon as one program fails.
tests_pass() {
    for test in "$work"/test_*.o; do
        $cc "$test" "$work"/objects/*.o -lcmocka -lm -o "$work/program" || return 2
        timeout 60 "$work/program" >"$work/log" 2>&1 || return 1
    done
}

tests_pass || { cat "$work/log"; echo "the tests are red before any change"; exit 1; }
while IFS= read -r row; do
    case $row in '#'* | '') continue ;; esac
    file=${row%%~*} rest=${row#*~}
    from=${rest%%~*} to=${rest#*~}
    object="$work/objects/features_$(basename "$file" .c).o"
    cp "$object" "$work/kept.o"
    total=$((total + 1))
    FROM="$from" TO="$to" awk '
        !done && (at = index($0, ENVIRON["FROM"])) {
            $0 = substr($0, 1, at - 1) ENVIRON["TO"] substr($0, at + length(ENVIRON["FROM"]))
            done = 1
        }
        { print }' "$source/src/features/$file" >"$work/src/features/$file"
    if cmp -s "$work/src/features/$file" "$source/src/features/$file"; then
        echo "not applied: $row"
        survived=$((survived + 1))
    elif ! $cc $flags -c "$work/src/features/$file" -o "$object" 2>"$work/log"; then
        echo "does not compile: $row"
        survived=$((survived + 1))
    elif tests_pass; then
        echo "survived: $row"
        survived=$((survived + 1))
    fi
    cp "$work/kept.o" "$object"
    cp "$source/src/features/$file" "$work/src/features/$file"
done <"$source/tests/conformance/mutations_features.txt"
echo "$total changes, $survived survived"
[ $survived = 0 ]
