"""What a fuzzer asks of the grader for one pair of texts, as a ruling that two runs can be compared by."""

from __future__ import annotations

from reasoning_toolkit.grading import decide, extract_with_rule, grade
from reasoning_toolkit.grading.profiles.ruling import Ruling


def rule(gold: str, text: str) -> Ruling:
    """Everything the grader says of two texts; the tier is "", or the property that does not hold."""
    decision = decide(gold, text)
    answer, found_by = extract_with_rule(text)
    verdict = grade(gold, text, "stop")
    said = repr((decision, answer, found_by, verdict, decide(gold, answer).equal if answer else None))
    return Ruling(decision.equal, _broken_property(gold, text), said)


def _broken_property(gold: str, text: str) -> str:
    if not all(map(_reflexive, (gold, text))):
        return "not equal to itself"
    forward, backward = decide(gold, text, symmetric=True), decide(text, gold, symmetric=True)
    timed_out = "timed out" in forward.reason + backward.reason
    if forward.equal != backward.equal and not timed_out:
        return "not symmetric in the symmetric mode"
    return ""


def _reflexive(text: str) -> bool:
    decision = decide(text, text)
    return decision.equal or decision.reason == "empty answer"
