#!/bin/sh
# tests/crash/power_some.sh: 200 seeds of lives on a disk that loses power (power_loss.c);
# power_many.sh runs thousands. A disk that forgets synced sectors must turn the same test red.
set -eu
bin=$L1_BUILD/tests/crash/power_loss
"$bin" lives 1 200
for seed in 1 11 21; do
    if said=$("$bin" forgetful $seed 10); then
        echo "a forgetful disk was not noticed (seeds $seed to $((seed + 9)))" >&2
        exit 1
    fi
    case $said in
        seed*) ;; # a claim that did not hold, not a crash of the test
        *) echo "the test broke off on a forgetful disk: $said" >&2; exit 1 ;;
    esac
done
