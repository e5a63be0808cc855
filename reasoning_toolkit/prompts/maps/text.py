"""Maps of a question in words: from a reply back to the question that it answers."""

from __future__ import annotations

from reasoning_toolkit.engines.types import Message
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.maps.comparison import FORM
from reasoning_toolkit.prompts.maps.quotes import LEFT_OUT, without_quotes


def backward(problem: Problem, reply: str) -> tuple[Message, ...] | None:
    """Ask which question a reply answers; what the reply quotes of the question is left out."""
    if not reply.strip():
        return None
    shown = without_quotes(reply.strip(), problem.question)
    asked = (
        f"Below is a reply to a question that you cannot see; {LEFT_OUT} stands for words left out. Write the question: what was given, "
        "and what was asked for. Write nothing else.\n\n"
        f"Reply:\n{shown}"
    )
    return ({"role": "user", "content": asked},)


def discriminate(problem: Problem, rebuilt: str) -> tuple[Message, ...]:
    """Ask whether two questions are the same."""
    asked = (
        "Do these two questions give the same facts and ask for the same thing?\n\n"
        f"First question:\n{problem.question}\n\nSecond question:\n{rebuilt.strip()}\n\n{FORM}"
    )
    return ({"role": "user", "content": asked},)
