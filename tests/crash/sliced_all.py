#!/usr/bin/env python3
# label: long
# seconds: 130
"""tests/crash/sliced_all.py: sliced orders killed at every write of the journal (sliced.py)."""
import inject
import sliced

inject.PAUSE = 0.02  # more parts of the input have a write of their own
sliced.main(kills=None)
