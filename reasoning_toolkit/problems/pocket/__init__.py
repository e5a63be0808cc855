"""Pocket problems: a family of generated arithmetic tasks in which every step of a solution can be checked exactly.

A problem is a small program (`program.py`) written as a chain of operations, an equation or a story. A demonstration
(`demonstration.py`) thinks it through aloud, with slips at a controlled rate; `check.py` labels every step of any solution. The
packaged model `pocket` was trained on such demonstrations and nothing else.
"""

from reasoning_toolkit.problems.pocket.check import TraceCheck, check_trace
from reasoning_toolkit.problems.pocket.demonstration import demonstration
from reasoning_toolkit.problems.pocket.sets import pocket_problems

__all__ = ["TraceCheck", "check_trace", "demonstration", "pocket_problems"]
