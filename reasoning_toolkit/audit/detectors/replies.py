"""The JSON object at the end of a judge's reply."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from reasoning_toolkit.audit.detectors.finding import MAX_QUOTE
from reasoning_toolkit.audit.detectors.prompts import KINDS

_TRIES = 40  # opening braces that are looked at, from the end
_LATEX = re.compile(r'\\(?!["\\/])')


@dataclass(frozen=True, slots=True)
class Reply:
    """What one reply says. `step` counts from 0; `score` is the stated confidence that the solution is flawed."""

    flawed: bool
    score: float
    step: int | None
    kind: str = ""
    quote: str = ""


def read_verdict(text: str) -> Reply | None:
    """The last object with a verdict; None if there is none."""
    said = _last_object(text, "verdict")
    verdict = str(said.get("verdict")).strip().lower() if said else ""
    if verdict not in ("sound", "flawed"):
        return None
    assert said is not None
    flawed = verdict == "flawed"
    confidence = _number(said.get("confidence"))
    sure = min(1.0, max(0.5, confidence)) if confidence is not None else 1.0
    kind = str(said.get("kind") or "").lower()
    quote = str(said.get("quote") or "")[:MAX_QUOTE]
    step = _step(said.get("first_bad_step")) if flawed else None
    return Reply(
        flawed, sure if flawed else 1 - sure, step, kind if flawed and kind in KINDS else "", quote if flawed else ""
    )


def read_index(text: str) -> Reply | None:
    """The last object with the number of a step, 0 or null for none; None if there is none."""
    said = _last_object(text, "first_bad_step")
    if said is None or (said["first_bad_step"] is not None and _number(said["first_bad_step"]) is None):
        return None
    step = _step(said["first_bad_step"])
    return Reply(step is not None, float(step is not None), step)


def _last_object(text: str, key: str) -> dict[str, Any] | None:
    """The last JSON object that has the key. LaTeX in a quote is often not escaped: a lone backslash stands for itself."""
    decoder = json.JSONDecoder(strict=False)
    escaped = _LATEX.sub(r"\\\\", text)
    places = [match.start() for match in re.finditer(r"\{", escaped)][-_TRIES:]
    for place in reversed(places):
        try:
            found, _ = decoder.raw_decode(escaped, place)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and key in found:
            return found
    return None


def _step(value: Any) -> int | None:
    """A step's number, from 1, as an index from 0; None for 0, null and what is no number."""
    number = _number(value)
    return int(number) - 1 if number is not None and 1 <= number < 10**6 else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number else None
