#!/bin/sh
# tests/conformance/purity.sh: the core touches nothing outside itself.
#
# Reads the core's archives with nm and readelf. Every symbol that an object needs must be defined
# in the core or stand in the list below; everything else fails: clocks, allocation (qsort too),
# files, sockets, randomness, getenv, float printf and strtod, libm's transcendentals. No object
# may hold writable data. Then the same check must find the faults planted in purity_bad/.
set -eu
export LC_ALL=C

if [ -n "${L1_INSTRUMENTED:-}" ]; then
    echo "skipped: a sanitizer, coverage or fuzz build adds symbols of its own"
    exit 77
fi

# archive=folder; an archive may lack only if its folder has no .c file.
core="base=base domain=domain order_manager=order_manager features=features risk=risk
models=models decision=decision executor=executor engine=engine system=system
bus_codec=bus/codec journal_format=journal/format venue_simulated=venue/simulated"

# `symbol` alone: any object; `symbol object`: that object only. crc32c.c and
# forest_avx512.c ask which instructions the processor has; both ways of each give the same bits. Sentences for the operator are made with
# integers and texts only; none prints a double.
allowed='
memcpy
memmove
memset
memcmp
memchr
bcmp
strlen
strnlen
strchr
strcmp
strncmp
sqrt
abort
__memcpy_chk
__memmove_chk
__memset_chk
__stack_chk_fail
_GLOBAL_OFFSET_TABLE_
__divti3
__modti3
__udivti3
__umodti3
__udivmodti4
__divmodti4
write assert.c.o
__cpu_model crc32c.c.o
__cpu_indicator_init crc32c.c.o
__cpu_model forest_avx512.c.o
__cpu_indicator_init forest_avx512.c.o
__floattidf
__floattisf
vsnprintf status.c.o
__vsnprintf_chk status.c.o
vsnprintf publish.c.o
__vsnprintf_chk publish.c.o
vsnprintf execution_logic.c.o
__vsnprintf_chk execution_logic.c.o
snprintf parent.c.o
__snprintf_chk parent.c.o
snprintf engine_archive.c.o
__snprintf_chk engine_archive.c.o
snprintf system.c.o
__snprintf_chk system.c.o
'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# findings ARCHIVE...: one line "object: symbol" for each impurity.
findings() {
    nm -A --defined-only "$@" | awk '{ print $NF }' | sort -u >"$work/defined"
    printf '%s\n' "$allowed" >"$work/allowed"
    nm -A -u "$@" | awk -v allowed="$work/allowed" -v defined="$work/defined" '
        BEGIN {
            while ((getline line < allowed) > 0) may[line] = 1
            while ((getline line < defined) > 0) own[line] = 1
        }
        {
            split($1, place, ":"); object = place[2]; symbol = $NF
            sub(/@.*/, "", symbol)
            if (symbol in own || symbol in may || (symbol " " object) in may) next
            print object ": " symbol
        }'
    # Constants with addresses in them live in .data.rel.ro; the other .data and .bss are state.
    readelf -SW "$@" | awk '
        /^File: / { object = $2; sub(/.*\(/, "", object); sub(/\).*/, "", object) }
        / \.(data|bss|tdata|tbss)/ {
            sub(/^ *\[ *[0-9]+\] /, "")
            if ($1 ~ /^\.data\.rel\.ro/ || $5 ~ /^0+$/) next
            print object ": writable data in " $1
        }'
}

archives=""
for pair in $core; do
    archive=$L1_BUILD/libl1_${pair%%=*}.a
    if ls "$L1_SOURCE/src/${pair#*=}"/*.c >/dev/null 2>&1; then
        if [ ! -f "$archive" ]; then
            echo "FAIL: $archive was not built"
            exit 1
        fi
        archives="$archives $archive"
    fi
done
if [ -z "$archives" ]; then
    echo "FAIL: the core has no archive"
    exit 1
fi

status=0
# shellcheck disable=SC2086 # a list of paths without spaces in their names
findings $archives >"$work/found"
if [ -s "$work/found" ]; then
    echo "FAIL: the core is not pure:"
    sed 's/^/  /' "$work/found"
    status=1
fi
set -- $archives
echo "$# archives of the core read"

findings "$L1_BUILD/tests/libpurity_bad.a" | sort >"$work/planted"
for fault in 'calls_malloc.c.o: malloc' 'reads_clock.c.o: clock_gettime' \
    'takes_logarithm.c.o: log' 'keeps_state.c.o: writable data in .bss' \
    'starts_with_state.c.o: writable data in .data' 'writes.c.o: write'; do
    if ! grep -qxF "$fault" "$work/planted"; then
        echo "FAIL: this check did not find the planted fault \"$fault\""
        status=1
    fi
done
echo "$(wc -l <"$work/planted") planted faults found"
exit $status
