"""Measure, one after another; takes an hour or more: `make bench`, or `python -m benchmarks speed spaces`."""

import importlib
import sys

EVERYTHING = ("quality", "speed", "synthetic", "spaces", "monitor", "scoring", "store")

for name in sys.argv[1:] or EVERYTHING:
    if name not in EVERYTHING:
        sys.exit(f"benchmark is {name!r}; allowed: {', '.join(EVERYTHING)}")
    print(f"## {name}", flush=True)
    importlib.import_module(f"benchmarks.{name}").main()
