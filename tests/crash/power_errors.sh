#!/bin/sh
# tests/crash/power_errors.sh: EIO and ENOSPC at every call to the disk of a short run: an error is
# told, nothing is published after it, and what was published is found again (power_loss.c).
set -eu
exec "$L1_BUILD/tests/crash/power_loss" errors
