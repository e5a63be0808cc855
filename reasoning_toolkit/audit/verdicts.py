"""What a reader may say of a solution, and when readers have settled it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reasoning_toolkit.errors import UsageError, unknown

VERDICTS = {
    "sound": "every step holds",
    "flawed": "a step does not hold, though the answer is right",
    "grader wrong": "the answer is not the reference answer",
    "defective": "the problem cannot be judged: a missing figure, a wrong reference",
}
SKIP = "skip"
TYPES = {  # of a flaw; Wang et al. 2025 (arXiv 2502.06217), and one more
    "jump": "essential steps are left out",
    "logical": "a misused theorem, an unjustified assumption, a contradiction",
    "calculation": "a wrong computation",
    "conceptual": "the problem or a concept is misread",
    "other": "none of these",
}
LONGEST_NOTE = 10_000  # characters


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader said of one item.

    Attributes:
        verdict: a key of `VERDICTS`, or "skip".
        step: number of the first bad step, counted from 0; of a flawed one only.
        type: a key of `TYPES`; of a flawed one only.
        seconds: that the item was looked at.
    """

    verdict: str
    step: int | None = None
    type: str | None = None
    note: str = ""
    seconds: float = 0.0


def reading_from_json(body: Mapping[str, Any], steps: int | None = None) -> Reading:
    """A reading from plain data.

    Args:
        steps: how many the item has; None where that was checked before.

    Raises:
        UsageError: an unknown verdict or type, a flaw without its step and type, or a field of the wrong kind.
    """
    verdict, step, flaw = (body.get(name) for name in ("verdict", "step", "type"))
    if not isinstance(verdict, str) or verdict not in {*VERDICTS, SKIP}:
        raise unknown("verdict", str(verdict), [*VERDICTS, SKIP])
    if verdict != "flawed":
        step = flaw = None
    elif not isinstance(flaw, str) or flaw not in TYPES:
        raise unknown("type of a flaw", str(flaw), TYPES)
    elif type(step) is not int or step < 0 or (steps is not None and step >= steps):
        raise UsageError(f"expected the number of the first bad step, from 0 and below {steps}, came {step!r}")
    note, seconds = body.get("note", ""), body.get("seconds", 0.0)
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise UsageError(f"expected a note of at most {LONGEST_NOTE:,} characters")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < 1e7:
        raise UsageError(f"expected seconds spent, came {seconds!r}")
    return Reading(verdict, step, flaw, note, float(seconds))


def settle(verdicts: Sequence[str], confirmations: int, twice: bool) -> str | None:
    """What an item is, once its readers have settled it; None before.

    Two readers who agree settle it, in whatever order they came. One "flawed" that came first is enough, unless the item is read
    twice in any case: reading goes on behind a flawed one, so a sound one that was rejected costs little, while reading ends at
    a sound one, so a flawed one that was accepted is never found. With one confirmation the first verdict settles it.

    Args:
        verdicts: keys of `VERDICTS` by different readers, in the order they came.
        twice: two readers read it whatever the first one says.
    """
    if not verdicts:
        return None
    if confirmations == 1 or (verdicts[0] == "flawed" and not twice):
        return verdicts[0]
    value, count = Counter(verdicts).most_common(1)[0]
    return value if count >= confirmations else None
