"""Where a reasoning model thinks: the delimiters of each family, and the thinking part of a completion.

Rows are (opening, closing) as the families write them in their chat templates. A family is recognised by its own
template or vocabulary, never by a model's name.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ThinkTags:
    """The texts that open and close the thinking of a model family; `answering` opens the answer behind it, where one must."""

    opening: str
    closing: str
    answering: str = ""


THINK_TAGS: dict[str, ThinkTags] = {
    "think": ThinkTags("<think>", "</think>"),  # DeepSeek-R1, Qwen3, QwQ, Light-R1, Skywork-OR1, most others
    "thought": ThinkTags("<thought>", "</thought>"),  # EXAONE Deep
    "magistral": ThinkTags("[THINK]", "[/THINK]"),
    "seed": ThinkTags("<seed:think>", "</seed:think>"),
    "command": ThinkTags("<|START_THINKING|>", "<|END_THINKING|>"),
    "kimi": ThinkTags("◁think▷", "◁/think▷"),
    "harmony": ThinkTags(  # gpt-oss
        "<|channel|>analysis<|message|>", "<|end|>", "<|start|>assistant<|channel|>final<|message|>"
    ),
}


def find_tags(template: str, vocabulary: Container[str] = ()) -> ThinkTags | None:
    """The delimiters that a chat template mentions, or that are tokens of the vocabulary; None for a plain model."""
    if "<|channel|>" in template:  # its closing tag ends any message of other families too (Phi)
        return THINK_TAGS["harmony"]
    for name, tags in THINK_TAGS.items():
        if name != "harmony" and (
            tags.closing in template or (tags.opening in vocabulary and tags.closing in vocabulary)
        ):
            return tags
    return None


@dataclass(frozen=True, slots=True)
class Thought:
    """The thinking part of a completion, as character positions of its text.

    Attributes:
        start: where the thinking begins, after the opening tag.
        end: where it ends, before the closing tag.
        state: ``closed``; ``open`` (cut off while thinking); ``none`` (no tags at all: the whole text is the trace, and
            it contains the answer).
    """

    start: int
    end: int
    state: Literal["closed", "open", "none"]


def find_thought(text: str, tags: ThinkTags | None, opened_by_prompt: bool) -> Thought:
    """Locate the thinking of a completion.

    With the opening tag in the prompt, it is the text up to the first closing tag; otherwise what lies between the last
    opening tag and the first closing tag after it (Hammoud et al. 2025, arXiv 2504.20708: "final" block). A closing tag
    without any opening one closes what a prompt opened that is not at hand (a server's own template).
    """
    if tags is None:
        return Thought(0, len(text), "none")
    opening = -1 if opened_by_prompt else text.rfind(tags.opening)
    start = opening + len(tags.opening) if opening >= 0 else 0
    end = text.find(tags.closing, start)
    if end >= 0:
        return Thought(start, end, "closed")
    return Thought(start, len(text), "open" if opened_by_prompt or opening >= 0 else "none")


def opens_thinking(prompt_text: str, tags: ThinkTags | None) -> bool:
    """Whether a rendered prompt ends inside a thinking block."""
    return tags is not None and prompt_text.rfind(tags.opening) > prompt_text.rfind(tags.closing)
