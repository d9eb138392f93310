"""Run a promoted model over units: open and check its file, predict, explain.

The one runtime, in training and in serving alike.
"""

from engine.scoring.runtime import predict, press_jobs, raw, reported_status

__all__ = ["predict", "press_jobs", "raw", "reported_status"]
