#!/bin/sh
# tools/configure.sh PRESET [cmake arguments]: prepares the preset's build folder, once.
#
# A folder that is ready is left as it is: switching the tests off for `make build` must not undo
# what `make test` prepared. A folder made for another place (a moved or copied checkout) is
# removed, because cmake refuses it.
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
folder=build-$preset
[ "$preset" = release ] && folder=build

if [ -f "$folder/CMakeCache.txt" ]; then
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$folder/CMakeCache.txt")
    if [ "$home" != "$(pwd -P)" ] && [ "$home" != "$(pwd)" ]; then
        echo "$folder was made for $home: building anew" >&2
        rm -rf "$folder"
    elif [ -f "$folder/build.ninja" ]; then
        case " $* " in
            *" -DBUILD_TESTING=OFF "*) exit 0 ;;
        esac
        grep -q '^BUILD_TESTING:BOOL=ON' "$folder/CMakeCache.txt" && exit 0
    fi
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake --preset "$preset" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
