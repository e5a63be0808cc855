"""E: something stated is false by calculation alone, whatever the problem is. The kinds are independent; the earliest step counts."""

from __future__ import annotations

import functools

from reasoning_toolkit.audit.detectors.contradictions import contradiction
from reasoning_toolkit.audit.detectors.equations import wrong_equation
from reasoning_toolkit.audit.detectors.finding import SOUND, Context, Finding
from reasoning_toolkit.audit.detectors.named import wrong_named_value
from reasoning_toolkit.audit.detectors.rewritings import wrong_rewriting
from reasoning_toolkit.audit.detectors.statements import wrong_statement

_KINDS = (wrong_equation, contradiction, wrong_rewriting, wrong_statement, wrong_named_value)


@functools.lru_cache(maxsize=16)  # E, X and the ensemble ask for the same solution
def falsehood(problem: str, solution: str, context: Context) -> Finding:
    """E: the first false equation, contradiction of equations, rewriting, statement about numbers, or value of a named quantity."""
    findings = [kind(problem, solution, context) for kind in _KINDS]
    return min((f for f in findings if f.flawed), key=lambda f: f.step or 0, default=SOUND)
