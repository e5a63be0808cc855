"""Graders whose published numbers can be reproduced: how each finds an answer and when two answers are equal to it.

    default          our own: every rule of `extract.py`, equality of value
    hendrycks        the MATH release: last box, strings equal after a few repairs
    minerva          Lewkowycz et al. 2022, as in lm-evaluation-harness: one prescribed sentence, then value
    prm800k          Lightman et al. 2023: lenient strings, then value, but fractions in lowest terms
    gsm8k_strict     lm-evaluation-harness: the number behind the first ``####``
    gsm8k_flexible   lm-evaluation-harness: the last number
    code             a program of tests is the gold answer; passed in the sandbox
    code-unsafe      the same without a sandbox: only ever asked for
    dapo             Yu et al. 2025, as in verl: "Answer:" in the last 300 characters, strings equal after repairs

A profile is bug-compatible where a published number depends on it: use it with its own prompt, and `default` otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.grading.extract import extract_with_rule
from reasoning_toolkit.grading.profiles import code, dapo, gsm8k, hendrycks, minerva, prm800k
from reasoning_toolkit.grading.profiles.ruling import Ruling, by_value


class Profile(NamedTuple):
    """A row of `PROFILES`.

    Attributes:
        extract: from a completion's text to its answer, None if there is none, and the rule that found it.
        equal: from the gold answer and an answer to a ruling.
        reads_unfinished: whether a completion that was cut off is read like any other.
        equal_many: from a gold answer and many answers to their rulings, where that is faster than one by one.
    """

    extract: Callable[[str], tuple[str | None, str]]
    equal: Callable[[str, str], Ruling]
    reads_unfinished: bool = True
    equal_many: Callable[[str, Sequence[str]], list[Ruling]] | None = None


PROFILES = {
    "default": Profile(extract_with_rule, by_value, reads_unfinished=False),
    "hendrycks": Profile(hendrycks.extract, hendrycks.equal),
    "minerva": Profile(minerva.extract, minerva.equal),
    "prm800k": Profile(prm800k.extract, prm800k.equal),
    "gsm8k_strict": Profile(gsm8k.extract_strict, gsm8k.equal),
    "gsm8k_flexible": Profile(gsm8k.extract_flexible, gsm8k.equal),
    "dapo": Profile(dapo.extract, dapo.equal),
    "code": Profile(code.extract, code.equal, equal_many=code.equal_many),
    "code-unsafe": Profile(code.extract, code.equal_unsafe, equal_many=code.equal_many_unsafe),
}


def profile_named(name: str) -> Profile:
    """The row of a profile.

    Raises:
        UsageError: there is none of this name.
    """
    if name not in PROFILES:
        raise unknown("grading profile", name, PROFILES)
    return PROFILES[name]
