#!/usr/bin/env python3
# seconds: 40
"""tests/crash/kill_some.py: ten kills of a PAPER run; kill_many.py does the same 200 times."""
import os
import sys

import rounds
from harness import Failure, folder

with folder() as root:
    try:
        rounds.run(10, int(os.environ.get("L1_SEED", "1")), root)
    except Failure as failure:
        sys.exit(f"{failure}")
