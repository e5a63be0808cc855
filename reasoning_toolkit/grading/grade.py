"""Grade a whole completion: extract its answer, compare it with the gold answer, say why.

A completion cut off by the token limit has answered only if it closed a box: the last number of an unfinished text is
no answer. Decisions are remembered, since samples of one problem repeat their answers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from reasoning_toolkit.grading.profiles import profile_named
from reasoning_toolkit.grading.profiles.ruling import MAX_CHARACTERS, Ruling
from reasoning_toolkit.grading.verdict import Verdict


def grade(gold: str, text: str, finish_reason: str, profile: str = "default") -> Verdict:
    """The verdict on one completion.

    Args:
        gold: the gold answer.
        text: the completion's text.
        finish_reason: ``stop``, ``length`` or ``error``, as in `Completion`.
        profile: a row of `PROFILES`.

    Raises:
        UsageError: there is no such profile.
        GradingError: a worker is needed and cannot be started.
    """
    found = read_answer(text, finish_reason, profile)
    if isinstance(found, Verdict):
        return found
    answer, rule = found
    return verdict_on(answer, rule, rule_on(gold, answer, profile))


def read_answer(text: str, finish_reason: str, profile: str) -> tuple[str, str] | Verdict:
    """The answer and the rule that found it, or the verdict where there is nothing to compare."""
    row = profile_named(profile)
    if finish_reason == "error":
        return Verdict("error", reason="the engine gave no completion")
    answer, rule = row.extract(text)
    if finish_reason == "length" and (answer is None or not (row.reads_unfinished or rule == "boxed")):
        return Verdict("truncated", reason=f"cut off before a closed box: {rule}")
    return Verdict("no_answer", reason=rule) if answer is None else (answer, rule)


def rule_on(gold: str, answer: str, profile: str) -> Ruling:
    """The profile's ruling on two answers, remembered unless they are giants."""
    rule = _remembered if len(gold) + len(answer) <= MAX_CHARACTERS else _ruling
    return rule(gold, answer, profile)


def rule_on_all(gold: str, answers: Iterable[str], profile: str) -> dict[str, Ruling]:
    """The rulings on the different answers to one problem."""
    different = list(dict.fromkeys(answers))
    together = profile_named(profile).equal_many
    if together is None:
        return {answer: rule_on(gold, answer, profile) for answer in different}
    return dict(zip(different, together(gold, different), strict=True))


def verdict_on(answer: str, rule: str, ruling: Ruling) -> Verdict:
    """The verdict that a ruling makes of an extracted answer."""
    return Verdict("right" if ruling.equal else "wrong", answer, f"{rule}; {ruling.reason}", ruling.tier)


def _ruling(gold: str, answer: str, profile: str) -> Ruling:
    return profile_named(profile).equal(gold, answer)


_remembered = functools.lru_cache(maxsize=100_000)(_ruling)
