"""The optimizer's model is asked, and what it says is read: thinking left out, half a prompt never taken for a whole one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reasoning_toolkit.engines.engine import render
from reasoning_toolkit.engines.think import find_thought, opens_thinking
from reasoning_toolkit.engines.types import Completion, Request, Sampling, stable_seed
from reasoning_toolkit.prompts.proposers.proposer import Proposing

WRITE = (
    "It will be used with every input of the task, also with ones that you have not seen: say what to do, and quote no input or answer. "
    "Write it between <prompt> and </prompt>, and nothing else."
)
_FENCE = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
_LEAD_IN = re.compile(r"\A[^\n]{0,120}:[ \t]*\n+")  # "Here is a better one:"
_LABEL = re.compile(
    r"\A[#*_\s]*(?:(?:new|improved|revised|better|proposed)\s+)?(?:system\s+)?(?:prompt|instruction)s?[*_\s]*:[*_\s]*",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"\A(?:[-*•]|\d{1,2}[.)])\s+")
_QUOTES = (('"', '"'), ("“", "”"), ("'", "'"), ("`", "`"), ("**", "**"))


def ask(proposing: Proposing, texts: Sequence[str]) -> list[Request]:
    """A request for each meta-prompt; the same text twice asks for two samples."""
    settings = proposing.settings
    sampling = Sampling(temperature=float(settings["temperature"]), max_tokens=int(settings["max_tokens"]))
    requests = []
    for index, text in enumerate(texts):
        prompt, chat = render(proposing.engine, [{"role": "user", "content": text}])
        seed = stable_seed(proposing.seed, proposing.round, index, text)
        requests.append(Request(prompt, sampling, seed, index, chat, "proposal"))
    return requests


def said(proposing: Proposing, request: Request, completion: Completion) -> str:
    """A reply without its thinking; empty where the engine failed or the limit ended the thinking."""
    engine, text = proposing.engine, completion.text
    if completion.finish_reason == "error":
        return ""
    opened = engine.tokenizer is not None and opens_thinking(engine.tokenizer.decode(request.prompt), engine.tags)
    thought = find_thought(text, engine.tags, opened)
    if thought.state == "none" or engine.tags is None:
        return text.strip()
    return text[thought.end + len(engine.tags.closing) :].strip() if thought.state == "closed" else ""


def written(proposing: Proposing, request: Request, completion: Completion, tag: str = "prompt") -> str:
    """The text that a reply writes; empty where it writes none or was cut off before its end."""
    text = said(proposing, request, completion)
    return read_text(text, tag, cut_off=completion.finish_reason == "length")


def read_text(reply: str, tag: str = "prompt", *, cut_off: bool = False) -> str:
    """The text between the last two tags; without tags what small models write instead.

    A missing closing tag is forgiven, as is a missing opening one; then come the last fenced block, and the first paragraph behind
    a sentence that ends with a colon. A label, a list mark and quotes around it all are taken off.

    Args:
        reply: without thinking.
        tag: its name.
        cut_off: the limit ended the reply: only a text that is closed counts.
    """
    found = _tagged(reply, tag, cut_off)
    if found is None and not cut_off and not re.search(r"</?\w+>", reply):
        fences = _FENCE.findall(reply)
        found = fences[-1] if fences else _LEAD_IN.sub("", reply.strip()).strip().split("\n\n")[0]
    return _bare(found or "")


def has_tag(reply: str, tag: str) -> bool:
    """Whether a reply uses the tag at all."""
    return re.search(rf"</?{tag}>", reply, re.IGNORECASE) is not None


def _tagged(reply: str, tag: str, cut_off: bool) -> str | None:
    """What stands in the last pair of tags; to the edge of the reply where one of the two is missing."""
    marks = list(re.finditer(rf"<(/?){tag}>", reply, re.IGNORECASE))
    for place in range(len(marks) - 1, 0, -1):
        if marks[place][1] and not marks[place - 1][1]:
            return reply[marks[place - 1].end() : marks[place].start()]
    if not marks:
        return None
    if marks[-1][1]:
        return reply[: marks[0].start()]
    return None if cut_off else re.split(r"</?\w+>", reply[marks[-1].end() :])[0]


def _bare(text: str) -> str:
    """Without label, list mark and the quotes around it."""
    text = _LIST_MARK.sub("", _LABEL.sub("", text.strip()).strip())
    for opening, closing in _QUOTES:
        inner = text[len(opening) : len(text) - len(closing)]
        if text.startswith(opening) and text.endswith(closing) and inner and opening not in inner:
            return inner.strip()
    return text.strip()
