#!/bin/sh
# tools/setup.sh GROUP...: installs the Debian packages of the groups that are missing, only those.
# Groups: build (the program), test (its tests), long (clang, sanitizers, fuzzing, layout), train
# (also LightGBM from PyPI into .venv, pinned by hash: only `l1 train` and its tests need it).
# Says what it installs; says nothing and takes no time when all is there.
set -eu

build="gcc libc6-dev make cmake ninja-build pkg-config libuv1-dev libyaml-dev libarchive-dev
libsqlite3-dev libssl-dev liblinear-dev xz-utils"
test="libcmocka-dev libjansson-dev python3 python3-jsonschema sqlite3 strace"
train="python3 python3-venv libgomp1"
long="clang-14 clang-format-14 libclang-rt-14-dev"

wanted=""
for group in "$@"; do
    case $group in
        build) wanted="$wanted $build" ;;
        test) wanted="$wanted $test" ;;
        long) wanted="$wanted $long" ;;
        train) wanted="$wanted $train" ;;
        *)
            echo "usage: tools/setup.sh build|test|long|train ..." >&2
            exit 2
            ;;
    esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is not Debian: install what these Debian 12 packages hold, then call cmake as" >&2
    echo "CONTRIBUTING.md shows:" $wanted >&2
    exit 1
fi

missing=""
# shellcheck disable=SC2086 # a list of package names
present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true)
for package in $wanted; do
    case "
$present
" in
        *"
installed $package
"*) ;;
        *) missing="$missing $package" ;;
    esac
done

install_missing() {
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These packages are missing and there is no sudo. As root:" >&2
            echo "    apt-get install$missing" >&2
            exit 1
        fi
        as_root="sudo"
    fi
    echo "Installing Debian packages:$missing" >&2
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # A package list that cannot be refreshed is no error yet: the old one may do.
    $as_root apt-get -qq update >"$log" 2>&1 || true
    # shellcheck disable=SC2086 # a list of package names
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
        install $missing >>"$log" 2>&1; then
        tail -n 15 "$log" >&2
        echo "apt-get could not install:$missing" >&2
        echo "Is this machine online, and is it Debian 12 (bookworm)? The lines above say more." >&2
        exit 1
    fi
}
[ -z "$missing" ] || install_missing

# LightGBM's wheel, by the hashes in tools/train_requirements.txt, into the project's own folder.
get_lightgbm() {
    cd "$(dirname "$0")/.."
    version=$(sed -n 's/^lightgbm==\([0-9.]*\).*/\1/p' tools/train_requirements.txt)
    for place in .venv/lib/python3*/site-packages/lightgbm-"$version".dist-info; do
        [ ! -d "$place" ] || return 0
    done
    echo "Getting LightGBM $version from PyPI into .venv" >&2
    [ -x .venv/bin/pip ] || /usr/bin/python3 -m venv .venv
    if ! .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes -r tools/train_requirements.txt; then
        echo "LightGBM could not be got: is this machine online? The lines above say more." >&2
        exit 1
    fi
}
case " $* " in
    *" train "*) get_lightgbm ;;
esac
