"""Which of the texts that were written become candidates, and where in a prompt they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.proposer import Proposing, Tried
from reasoning_toolkit.prompts.render import instruction_of

_SYSTEM = ("opener", "task", "closer")
_MARKUP = re.compile(r"</?(?:prompt|prefix|instruction|input|output)>|\[(?:insert|your) [^\]]*\]", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def text_of(tried: Tried, proposing: Proposing) -> str:
    """The text that is rewritten: the system message, or the instruction as it was sent."""
    candidate = tried.candidate
    if proposing.settings["slot"] == "system":
        return " ".join(filter(None, map(candidate.slot, _SYSTEM)))
    problem = tried.examples[0][0] if tried.examples else Problem("", "", "", "")
    return instruction_of(candidate, problem, proposing.template)


def with_text(parent: Candidate, proposing: Proposing, text: str, name: str, prefix: str | None = None) -> Candidate:
    """The parent with this text in place of its own, and with this prefix; None keeps the parent's."""
    slots = dict(parent.slots)
    if proposing.settings["slot"] == "system":
        slots = {slot: filled for slot, filled in slots.items() if slot not in _SYSTEM} | {"task": text}
    else:
        slots["instruction"] = text
    if prefix is not None:
        slots["prefix"] = prefix
    return replace(parent, slots={slot: filled for slot, filled in slots.items() if filled}, name=name)


def admit(
    candidates: Iterable[Candidate], history: Sequence[Tried], proposing: Proposing, limit: int
) -> list[Candidate]:
    """The first `limit` candidates that are new, say something, are short enough and copy no item."""
    settings = proposing.settings
    copied = _own_phrases(_problems(history), int(settings["ngram"]))
    seen = {_normal(tried.candidate) for tried in history}
    kept: list[Candidate] = []
    for candidate in candidates:
        texts = [text for text in candidate.slots.values() if text.strip()]
        fits = texts and max(map(len, texts)) <= int(settings["max_chars"])
        if len(kept) == limit or not fits or _normal(candidate) in seen or _MARKUP.search("\n".join(texts)):
            continue
        if any(
            not copied.isdisjoint(_phrases(text, int(settings["ngram"]))) for text in _new_texts(candidate, history)
        ):
            continue
        seen.add(_normal(candidate))
        kept.append(candidate)
    return kept


def _problems(history: Sequence[Tried]) -> list[Problem]:
    return list({problem.id: problem for tried in history for problem, _, _ in tried.examples}.values())


def _new_texts(candidate: Candidate, history: Sequence[Tried]) -> list[str]:
    """Its texts, without those that the start has too: what a person wrote is no copy."""
    given = set(history[0].candidate.slots.values())
    return [text for text in candidate.slots.values() if text not in given]


def _own_phrases(problems: Sequence[Problem], size: int) -> set[tuple[str, ...]]:
    """Runs of words of single items. One that most items share is the form of the task, and may be written."""
    if size == 0:
        return set()
    counts: Counter[tuple[str, ...]] = Counter()
    for problem in problems:
        said = [problem.question, problem.answer, str(problem.extra.get("solution") or "")]
        counts.update({phrase for text in said for phrase in _phrases(text, size)})
    return {phrase for phrase, count in counts.items() if count <= max(1, len(problems) // 2)}


def _phrases(text: str, size: int) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)} if size else set()


def _normal(candidate: Candidate) -> tuple[object, ...]:
    """What two candidates have in common that differ only in spaces, case or where a system message is cut into slots."""
    system = " ".join(filter(None, map(candidate.slot, _SYSTEM)))
    rest = [candidate.slot(slot) for slot in ("instruction", "stimulus", "prefix")]
    texts = tuple(" ".join(text.lower().split()) for text in (system, *rest))
    return texts, *(getattr(candidate, name) for name in ("cot", "shots", "placement", "policy"))
