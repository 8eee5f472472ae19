#!/bin/sh
# tools/lightgbm.sh: prints the path of LightGBM's library, for `l1 train`, parity tests and benches.
# The wheel is fixed by its hash (x86_64, aarch64) and goes into .venv/ of this checkout; nothing
# else is installed. src/train/lightgbm.c pins the library inside as well.
# Exit 77 with a reason on stderr when there is none: no network, no python3-venv, another machine.
set -eu
cd "$(dirname "$0")/.."
wheel="lightgbm==4.7.0 \
 --hash=sha256:d23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7 \
 --hash=sha256:d4529acec5c6fefe4768302a529707d0ead90f6a6f42df694b856212e09695b8"

library() {
    for path in .venv/lib/python3*/site-packages/lightgbm-4.7.0.dist-info/../lightgbm/lib/lib_lightgbm.so; do
        [ -f "$path" ] && echo "$PWD/$(echo "$path" | sed 's|lightgbm-4.7.0.dist-info/../||')" && return
    done
    return 1
}

library && exit 0
log=$(mktemp)
trap 'rm -f "$log" "$log.wheel"' EXIT
echo "$wheel" >"$log.wheel"
if { [ -x .venv/bin/pip ] || python3 -m venv .venv; } >"$log" 2>&1 &&
    .venv/bin/pip install --disable-pip-version-check -q --no-deps --only-binary :all: \
        --require-hashes -r "$log.wheel" >"$log" 2>&1 && library; then
    exit 0
fi
tail -n 3 "$log" >&2
echo "LightGBM's wheel could not be installed" >&2
exit 77
