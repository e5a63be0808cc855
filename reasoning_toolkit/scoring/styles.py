"""How process reward models are asked, by family: the inputs of published models, from their official code.

They were tried here on models of the same form with random weights, not on the published ones.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """How a family of models is asked.

    Attributes:
        head: labels, value or tokens.
        marker: text behind each step.
        chat: whether the question is a user's message of the model's chat template; else it stands before the first step.
        between: text between such a question and the first step.
        turns: whether each step is a user's message, the first with the question before it, and the model's reply the positive token;
            no marker then, the head is read where that reply begins.
        step: what a step is.
        positive, negative: the two tokens, for the head of this name.
    """

    head: str = "labels"
    marker: str = "\n\n"
    chat: bool = False
    between: str = "\n"
    turns: bool = False
    step: str = "paragraph"
    positive: str = "+"
    negative: str = "-"


STYLES: dict[str, Style] = {
    "labels": Style(),
    "skywork": Style("value"),
    "qwen": Style("labels", "<extra_0>", chat=True),  # needs trust_remote_code=true
    "shepherd": Style("tokens", " ки", step="line"),
    "rlhflow": Style("tokens", turns=True),
    "trl": Style("labels", "\n", between=""),  # what trl's PRMTrainer trains with its defaults
}
