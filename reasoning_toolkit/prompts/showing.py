"""A candidate for people: a name of its own, the messages that it sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.render import Template, messages_of


def candidate_from_json(body: Mapping[str, Any]) -> Candidate:
    """What `Candidate.to_json` gave, with its name where one was kept."""
    return Candidate(**body)


def label_of(bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """A name for each candidate, by id; of those with the same name each has a part of its id behind it."""
    counts = Counter(body["name"] or "unnamed" for body in bodies.values())
    names = {one: body["name"] or "unnamed" for one, body in bodies.items()}
    return {one: name if counts[name] == 1 else f"{name} ({one[:6]})" for one, name in names.items()}


def shown_prompt(
    one: str, body: Mapping[str, Any], example: Problem, settings: Mapping[str, Any], demos: Sequence[Problem] = ()
) -> dict[str, Any]:
    """A prompt to copy: its slots, and the messages that it sends.

    Args:
        one: its id.
        body: as the ledger keeps it.
        example: the problem that is asked.
        settings: of the run.
        demos: worked examples, as many as it shows.
    """
    candidate = candidate_from_json(body)
    messages = messages_of(candidate, example, Template(settings["instruction"], settings["form"]), demos)
    return {
        "id": one,
        "system": candidate.system,
        "slots": dict(body["slots"]),
        "cot": candidate.cot,
        "shots": candidate.shots,
        "policy": candidate.policy,
        "messages": [{"role": message["role"], "content": str(message["content"])} for message in messages],
    }
