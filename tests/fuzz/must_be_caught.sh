#!/bin/sh
# tests/fuzz/must_be_caught.sh PROGRAM CORPUS: a canary is a decoder with a planted fault. Passes
# only if its check aborts on one of the seeds and says that two answers differ.
set -eu
outcome=0
said=$("$1" "$2" 2>&1) || outcome=$?
printf '%s\n' "$said"
[ "$outcome" -ge 128 ] || { echo "FAIL: the planted fault was not caught"; exit 1; }
case $said in
    *differs:*) ;;
    *) echo "FAIL: it ended for another reason"; exit 1 ;;
esac
