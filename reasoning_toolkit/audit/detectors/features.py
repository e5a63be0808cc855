"""X: a probability from a few features of the text, by a logistic model whose coefficients ship with the package.

The features are what readers of false positives name: no derivation of the answer, false equations, a long way, little calculation for
much planning, and assumptions. Nothing names the model or the data set. Where the accepted rate is known, a second model uses it.

`coefficients.json` says what it was fitted on; `python -m benchmarks.audit_detectors --data FOLDER --fit` makes it again.
"""

from __future__ import annotations

import functools
import json
import math
import re
from pathlib import Path

from reasoning_toolkit.audit.detectors.answer import answer_not_derived
from reasoning_toolkit.audit.detectors.chains import MAX_SOLUTION, pairs_of, without_formulas
from reasoning_toolkit.audit.detectors.claims import claim_refuted
from reasoning_toolkit.audit.detectors.consistency import accepted_logit
from reasoning_toolkit.audit.detectors.equations import checked_equations, wrong_congruence
from reasoning_toolkit.audit.detectors.falsehoods import falsehood
from reasoning_toolkit.audit.detectors.finding import Context, Finding
from reasoning_toolkit.audit.detectors.logistic import Logistic

COEFFICIENTS = Path(__file__).with_name("coefficients.json")
NAMES = ("false claim", "answer not derived", "length", "checked equations", "plans", "hedges", "accepted rate")
THRESHOLD = 0.3  # about half the best F1, which is where F1 is highest (Lipton et al. 2014, arXiv 1402.1892)

_HEDGE = re.compile(
    r"(?i)\b(?:assum\w*|suppos\w*|guess\w*|seems?|likely|patterns?|approximat\w*|known (?:result|fact)|reali[sz]\w*|typical\w*"
    r"|without loss)\b"
)
_PLAN = re.compile(
    r"(?i)\b(?:we (?:can|need to|must|should)|involves?|consider\w*|understand\w*|determin\w*|identify\w*|analy[sz]\w*|given that"
    r"|recogni[sz]\w*)\b"
)


def flawed_probability(problem: str, solution: str, context: Context) -> Finding:
    """X: the probability that the reasoning is flawed, calibrated on published labels; other models and tasks may differ."""
    model = _models()["accepted rate" if context.samples else "text"]
    probability = model.probability(features(problem, solution, context))
    return Finding(
        probability >= THRESHOLD, probability, reason=f"probability {probability:.2f} from features of the text"
    )


def features(problem: str, solution: str, context: Context) -> dict[str, float]:
    """The features by name; densities are for a thousand characters, counts and densities as log(1 + x)."""
    solution = solution[:MAX_SOLUTION]
    pairs = pairs_of(solution)
    words = without_formulas(solution)
    thousands = max(1.0, len(solution) / 1000)
    false_claim = any(f(problem, solution, context).flawed for f in (falsehood, wrong_congruence, claim_refuted))
    return {
        "false claim": float(false_claim),
        "answer not derived": float(answer_not_derived(problem, solution, context).flawed),
        "length": math.log1p(len(solution)),
        "checked equations": math.log1p(len(checked_equations(pairs)) / thousands),
        "plans": math.log1p(len(_PLAN.findall(words)) / thousands),
        "hedges": math.log1p(len(_HEDGE.findall(words))),
        "accepted rate": accepted_logit(context),
    }


@functools.cache
def _models() -> dict[str, Logistic]:
    stored = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    return {name: Logistic(**model) for name, model in stored["models"].items()}
