#!/usr/bin/env python3
# label: long
# seconds: 1500
"""tests/crash/inject_all.py: every write and sync of a short run killed, then failed (inject.py)."""
import inject

inject.main(kills=None, failures=None)
