"""Code: the gold answer is a program of tests, and an answer is right if it passes them in the sandbox (`sandbox.check`).

The reply behind the thinking is the answer as a whole; how code is found in it depends on the function that the tests ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.grading.profiles.ruling import Ruling
from reasoning_toolkit.grading.thinking import after_thinking
from reasoning_toolkit.lazy import load_row


def extract(text: str) -> tuple[str | None, str]:
    """The reply behind the thinking, None where it is blank."""
    reply = after_thinking(text)
    return (reply, "reply") if reply and reply.strip() else (None, "no reply")


def equal(gold: str, answer: str) -> Ruling:
    """Whether the reply passes the tests, in the strongest tier of the sandbox."""
    return equal_many(gold, [answer])[0]


def equal_unsafe(gold: str, answer: str) -> Ruling:
    """The same without a sandbox: under resource limits alone."""
    return equal_many(gold, [answer], tier="unsafe")[0]


def equal_many(gold: str, answers: Sequence[str], *, tier: str | None = None) -> list[Ruling]:
    """Rulings on many replies to one problem, made at the same time."""
    check_all = load_row("reasoning_toolkit.sandbox.check:check_all")
    try:
        found = check_all(gold, answers, tier=tier)
    except DataError as error:
        return [Ruling(False, "", f"undecided: {error.message}") for _ in answers]
    return [Ruling(c.passed, f"sandbox {c.tier}", f"{c.rule}; {c.why}") for c in found]


equal_many_unsafe: Callable[[str, Sequence[str]], list[Ruling]] = partial(equal_many, tier="unsafe")
