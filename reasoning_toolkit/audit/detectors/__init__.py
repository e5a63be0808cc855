"""Detectors of false positives: right answers whose reasoning is flawed.

They tell which problems are worth a reader's time. None replaces a reader, and none may choose the order within a problem.
"""

from reasoning_toolkit.audit.detectors.finding import Context, Finding, steps_of
from reasoning_toolkit.audit.detectors.table import DETECTORS, JUDGES, detector

__all__ = ["DETECTORS", "JUDGES", "Context", "Finding", "detector", "steps_of"]
