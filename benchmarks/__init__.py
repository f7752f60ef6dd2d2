"""What the project measures; each module is a benchmark, and README.md lists them."""

EVERYTHING = ("quality", "speed", "synthetic", "spaces", "monitor", "scoring", "grading")
"""What `make bench` measures, in this order."""
