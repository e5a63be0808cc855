"""Stopping early: draw a population of n votes in an order fixed beforehand, and stop when the winner of the full vote is known.

The continuations' seeds are fixed first, so the n answers are fixed values that are not known yet. Every rule aims at the answer that
the vote over all n would elect; none says whether that answer is right. `sequential` holds the literature's rules for independent samples.
"""

from reasoning_toolkit.subthought.stopping.rules import RULES, Stop, Watch, find_rule, replay
from reasoning_toolkit.subthought.stopping.sequential import SEQUENTIAL, SequentialWatch, replay_samples

__all__ = ["RULES", "SEQUENTIAL", "SequentialWatch", "Stop", "Watch", "find_rule", "replay", "replay_samples"]
