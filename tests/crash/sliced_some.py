#!/usr/bin/env python3
# seconds: 30
"""tests/crash/sliced_some.py: a sample of the writes that sliced_all.py meets."""
import sliced

sliced.main(kills=6)
