"""Work on many files: in threads, on a Ray cluster or on Modal; what was interrupted can be continued."""

from lifeboat.bulk.engines import Engine, FilesFailed, Outcome, attempt, carry_out, on_ray, threads
from lifeboat.bulk.folder import appearing, begun, check_order

__all__ = [
    "Engine",
    "FilesFailed",
    "Outcome",
    "appearing",
    "attempt",
    "begun",
    "carry_out",
    "check_order",
    "on_ray",
    "threads",
]
