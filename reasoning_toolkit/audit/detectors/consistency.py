"""C: how often the model is accepted on this problem. A rarely solved problem is where right answers come by wrong ways.

In the published pools (64 samples of Qwen2.5-Math-72B on AIME) 82 % of the problems with one to three accepted samples have no sound
one, and 10 % of those with four or more (data of arXiv 2502.06217). So a problem is suspect below one in sixteen.
"""

from __future__ import annotations

import math

from reasoning_toolkit.audit.detectors.finding import SOUND, Context, Finding

RARE = 1 / 16


def rarely_accepted(problem: str, solution: str, context: Context) -> Finding:
    """C: the accepted rate c / n of the problem; sound where it is not known. All solutions of a problem get the same score."""
    if context.samples == 0:
        return SOUND
    rate = context.accepted / context.samples
    reason = f"{context.accepted} of {context.samples} samples of this problem were accepted"
    return Finding(rate < RARE, 1 - rate, reason=reason if rate < RARE else "")


def accepted_logit(context: Context) -> float:
    """log(c + ½) - log(n - c + ½): 0 where nothing is known."""
    return math.log((context.accepted + 0.5) / (context.samples - context.accepted + 0.5))
