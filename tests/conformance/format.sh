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
for file in $(find $folders -path tests/conformance/tidy_bad -prune -o -name '*.[ch]' -print); do
    # One run a file: clang-format takes milliseconds, and the answer is a list of files.
    if ! clang-format-14 --dry-run -Werror "$file" 2>/dev/null; then
        echo "laid out otherwise than .clang-format says: $file"
        status=1
    fi
done
[ $status = 0 ] || echo "make format repairs these files"

# It can fail: a line that is laid out wrongly is found.
if printf 'int  x ;\n' | clang-format-14 --style=file --assume-filename=src/x.c --dry-run \
    -Werror 2>/dev/null; then
    echo "FAIL: a badly laid out line passed"
    exit 1
fi
exit $status
