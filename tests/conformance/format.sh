#!/bin/sh
# tests/conformance/format.sh: every C file is laid out as .clang-format says.
# `make format` repairs what this finds.
set -eu
if ! command -v clang-format-14 >/dev/null; then
    echo "skipped: clang-format-14 is not installed (make lint installs it)"
    exit 77
fi
cd "$L1_SOURCE"
folders=""
for folder in src include tests tools bench examples; do
    [ -d "$folder" ] && folders="$folders $folder"
done
status=0
# shellcheck disable=SC2086 # folder names without spaces
files=$(find $folders -path tests/conformance/tidy_bad -prune -o -name '*.[ch]' -print)
# Forty files a run: starting clang-format takes longer than one file does.
# shellcheck disable=SC2086 # file names without spaces
if ! bad=$(printf '%s\n' $files | xargs -n 40 clang-format-14 --dry-run -Werror 2>&1); then
    status=1
    printf '%s\n' "$bad" | sed -n 's/^\([^: ]*\):[0-9]*:[0-9]*: error.*/\1/p' | sort -u |
        sed 's/^/laid out otherwise than .clang-format says: /'
fi
[ $status = 0 ] || echo "make format repairs these files"

# It can fail: a line that is laid out wrongly is found.
if printf 'int  x ;\n' | clang-format-14 --style=file --assume-filename=src/x.c --dry-run \
    -Werror 2>/dev/null; then
    echo "FAIL: a badly laid out line passed"
    exit 1
fi
exit $status
