#!/bin/sh
# tools/suites.sh [--budget SECONDS] SUITES...: builds and runs suites of tests and counts them.
#
# `test` is what every change must pass; `long` stands for all that `make test-all` adds. With a
# budget, one of the long suites starts only if the time it is known to need is left; what is left
# out is named. Prints the seconds of each suite; the last line is "N passed, N failed, N skipped"
# over all ctest tests that were run. Exit 1 when one failed or a suite could not be built.
set -u
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
started=$(date +%s)
budget=0
if [ "${1:-}" = --budget ]; then
    budget=$2
    shift 2
fi
passed=0 failed=0 skipped=0 left_out="" timings="" failures=""
results=$(mktemp)
trap 'rm -f "$results"' EXIT

elapsed() { echo $(($(date +%s) - started)); }

# fits NAME SECONDS: is that much left?
fits() {
    [ "$budget" = 0 ] && return 0
    [ $(($(elapsed) + $2)) -le "$budget" ] && return 0
    left_out="$left_out
  left out: $1 (about $2 s, $((budget - $(elapsed))) s left); make test-all runs it"
    return 1
}

# finish NAME SINCE: notes the time that a suite took.
finish() { timings="$timings
  $1: $(($(date +%s) - $2)) s"; }

fail() {
    failed=$((failed + 1))
    failures="$failures
  failed: $1"
}

# count NAME: adds the tests of the JUnit file that ctest left in $results.
count() {
    set -- "$1" $(awk '
        /<testcase / {
            run++
            name = $0; sub(/.* name="/, "", name); sub(/".*/, "", name)
            if ($0 ~ /status="fail"/) bad = bad " " name
            else if ($0 ~ /status="(notrun|disabled)"/) skip++
            else good++
        }
        END { print good + 0, skip + 0 bad }' "$results")
    suite=$1
    passed=$((passed + $2)) skipped=$((skipped + $3))
    shift 3
    for test in "$@"; do fail "$suite: $test"; done
}

# run NAME PRESET CTEST-ARGUMENTS...: builds the preset and runs its tests.
run() {
    name=$1 preset=$2
    shift 2
    folder=build-$preset
    [ "$preset" = release ] && folder=build
    since=$(date +%s)
    echo "== $name"
    if ! tools/configure.sh "$preset" -DBUILD_TESTING=ON ||
        ! cmake --build "$folder" -j "$jobs" -- --quiet; then
        fail "$name: the build"
        finish "$name" "$since"
        return
    fi
    : >"$results"
    # No randomised addresses: the thread sanitizer's runtime cannot map its shadow otherwise.
    without_aslr=""
    [ "$preset" = tsan ] && without_aslr="setarch $(uname -m) -R"
    before=$failed
    $without_aslr ctest --test-dir "$folder" --output-on-failure --no-tests=error -j "$jobs" \
        --output-junit "$results" "$@"
    code=$?
    count "$name"
    # A ctest that ends badly without naming a test (a program not built, no test found).
    [ $code = 0 ] || [ "$failed" != "$before" ] || fail "$name: ctest (exit $code)"
    finish "$name" "$since"
}

# The long tests one by one, the quickest first, so that a budget is used well.
run_long_scripts() {
    for line in $(grep -l '^# label: long' tests/conformance/* tests/parity/* tests/crash/* \
        tests/e2e/* 2>/dev/null | while read -r file; do
        [ -x "$file" ] || continue
        seconds=$(head -n 5 "$file" | sed -n 's/^# seconds: \([0-9]*\).*/\1/p')
        test=${file#tests/}
        echo "${seconds:-300}:${test%.*}"
    done | sort -n); do
        fits "${line#*:}" "${line%%:*}" && run "${line#*:}" release -R "^${line#*:}\$"
    done
}

# Same input, same bytes, whatever the compiler and its optimiser do.
run_matrix() {
    [ -x tests/e2e/matrix.sh ] || return 0
    fits "determinism matrix" 420 || return 0
    since=$(date +%s)
    echo "== determinism matrix"
    for preset in gcc-O0 gcc-O3 clang-O0 clang-O3; do
        if ! tools/configure.sh $preset -DBUILD_TESTING=OFF ||
            ! cmake --build build-$preset -j "$jobs" --target l1 --target examples_all -- --quiet
        then
            fail "determinism matrix: the build of $preset"
            return
        fi
    done
    L1_SOURCE=$PWD L1_DATA=${L1_DATA:-$PWD/../shared/data} L1_BIN=$PWD/build/l1 \
        L1_BUILD=$PWD/build tests/e2e/matrix.sh build-gcc-O0/l1 build-gcc-O3/l1 \
        build-clang-O0/l1 build-clang-O3/l1
    case $? in
        0) passed=$((passed + 1)) ;;
        77) skipped=$((skipped + 1)) ;;
        *) fail "determinism matrix" ;;
    esac
    finish "determinism matrix" "$since"
}

for suite in "$@"; do
    case $suite in
        test) run "test" release -LE '^long$' ;;
        long)
            fits "asan" 300 && run "asan" asan -L '^unit$'
            fits "tsan" 300 && run "tsan" tsan -L '^unit$'
            fits "clang" 150 && run "clang" clang-O3 -R '^(unit/|conformance/purity)'
            run_long_scripts
            run_matrix
            ;;
        *)
            echo "unknown suite $suite" >&2
            exit 2
            ;;
    esac
done

echo
echo "seconds per suite:$timings"
[ -z "$left_out" ] || echo "not run for lack of time:$left_out"
[ -z "$failures" ] || echo "failures:$failures"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
