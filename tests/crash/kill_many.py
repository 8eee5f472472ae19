#!/usr/bin/env python3
# label: long
# seconds: 450
# serial
"""tests/crash/kill_many.py: 220 kills of a PAPER run at seeded instants (see rounds.py)."""
import os
import sys

import rounds
from harness import Failure, folder

with folder() as root:
    try:
        rounds.run(220, int(os.environ.get("L1_SEED", "7")), root)
    except Failure as failure:
        sys.exit(f"{failure}")
