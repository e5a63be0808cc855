"""The maps by what a problem is.

A cycle goes from a problem to a reply (forward), from the reply alone to what the problem must have been (backward), and compares the
two (discriminate). Forward is the candidate's own prompt for every problem; a row says how to ask for the other two. Each is a plain
function that makes messages, so a new kind of problem is one file and one row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reasoning_toolkit.engines.types import Message
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.maps import code, picture, text
from reasoning_toolkit.prompts.pictures import picture_of

Messages = tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Maps:
    """How to ask for two of the three maps.

    Attributes:
        backward: from a problem and a reply without its thinking to the question what it answers. It shows the reply, and nothing of the
            problem. None where the reply holds nothing to map.
        discriminate: from a problem and what the backward map said to the question whether they are the same.
    """

    backward: Callable[[Problem, str], Messages | None]
    discriminate: Callable[[Problem, str], Messages]


MAPS: dict[str, Maps] = {
    "code": Maps(code.backward, code.discriminate),
    "picture": Maps(picture.backward, picture.discriminate),
    "text": Maps(text.backward, text.discriminate),
}


def maps_of(problem: Problem) -> Maps:
    """The maps that fit a problem."""
    if problem.kind == "code":
        return MAPS["code"]
    return MAPS["picture" if picture_of(problem) else "text"]
