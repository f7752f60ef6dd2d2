"""What the project measures; each module is a benchmark, and README.md lists them."""

EVERYTHING = (
    *("quality", "model_search", "coverage", "speed"),
    *("synthetic", "synthetic_rate", "synthetic_margins", "privacy"),
    *("spaces", "monitor", "scoring", "store", "grading"),
)
"""What `make bench` measures, in this order."""
