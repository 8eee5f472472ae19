#!/usr/bin/env python3
# seconds: 30
"""tests/crash/inject_some.py: a sample of the calls that inject_all.py meets."""
import inject

inject.main(kills=8, failures=4)
