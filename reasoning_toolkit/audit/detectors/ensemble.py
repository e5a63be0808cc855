"""The ensemble of the detectors that need no model: flawed where a claim is false, the answer is derived nowhere, or X says so."""

from __future__ import annotations

from reasoning_toolkit.audit.detectors.answer import answer_not_derived
from reasoning_toolkit.audit.detectors.claims import claim_refuted
from reasoning_toolkit.audit.detectors.equations import wrong_congruence
from reasoning_toolkit.audit.detectors.falsehoods import falsehood
from reasoning_toolkit.audit.detectors.features import flawed_probability
from reasoning_toolkit.audit.detectors.finding import Context, Finding

_EXACT = (falsehood, wrong_congruence, claim_refuted, answer_not_derived)


def ensemble(problem: str, solution: str, context: Context) -> Finding:
    """E, M, Q, A or X; the score is the probability of X, the step and quote those of the first exact detector that fired."""
    findings = [detector(problem, solution, context) for detector in _EXACT]
    first = min((f for f in findings if f.flawed), key=lambda f: -1 if f.step is None else f.step, default=None)
    likely = flawed_probability(problem, solution, context)
    if first is None:
        return likely
    return Finding(True, likely.score, first.step, first.quote, first.reason)
