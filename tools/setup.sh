#!/bin/sh
# tools/setup.sh GROUP...: installs the Debian packages of the groups that are missing, only those.
# Groups: build (the program), test (its tests), long (clang, sanitizers, fuzzing, layout), wheels
# (Python's venv, for libraries that tests and benches compare with), browser (opens `l1 evaluate`'s page).
# Says what it installs; says nothing and takes no time when all is there.
set -eu

build="gcc libc6-dev make cmake ninja-build pkg-config libuv1-dev libyaml-dev libarchive-dev
libsqlite3-dev libssl-dev liblinear-dev xz-utils"
test="libcmocka-dev libjansson-dev python3 python3-jsonschema sqlite3 strace"
long="clang-14 clang-format-14 libclang-rt-14-dev"
wheels="python3-venv libgomp1"
browser="chromium"

wanted=""
for group in "$@"; do
    case $group in
        build) wanted="$wanted $build" ;;
        test) wanted="$wanted $test" ;;
        long) wanted="$wanted $long" ;;
        wheels) wanted="$wanted $wheels" ;;
        browser) wanted="$wanted $browser" ;;
        *)
            echo "usage: tools/setup.sh build|test|long|wheels|browser ..." >&2
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
[ -n "$missing" ] || exit 0

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
