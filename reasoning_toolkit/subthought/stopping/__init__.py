"""Stopping early: draw a population of n votes in an order fixed beforehand, and stop when the winner of the full vote is known.

The continuations' seeds are fixed first, so the n answers are fixed values that are not known yet. Every rule aims at the answer that
the vote over all n would elect; none says whether that answer is right.
"""

from reasoning_toolkit.subthought.stopping.rules import RULES, Stop, Watch, find_rule, replay

__all__ = ["RULES", "Stop", "Watch", "find_rule", "replay"]
