"""From what a model wrote to a solution that can be run, and the rule that made it.

    function                   it defines the function: that, behind the prompt's imports and helpers
    body                       it goes on where the prompt ends: up to the first line that is not indented
    body, indented             the whole body stands at the margin
    body, first line indented  the white space that a tokenizer or a strip took is put back
    neither                    none of these is Python: it is run as a body, and fails

Where there are fenced blocks, the first that defines the function is read in place of the text, else the first of all. A base model
writes on after its function; that is cut off, as HumanEval's stop sequences do (Chen et al. 2021, arXiv 2107.03374, section 3.2).
"""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_FENCE = re.compile(r"^[ \t]*```[^\n]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)
_CODE_STARTS = re.compile(r"^(?:import |from |def |async def |class |@)", re.MULTILINE)
_MOST_LINES = 400  # of a text whose last lines are tried without


class Solution(NamedTuple):
    """Sources to run one after the other, and the rule that made them."""

    sources: tuple[str, ...]
    rule: str


def assemble(prompt: str, name: str, text: str) -> Solution:
    """The solution in a completion.

    Args:
        prompt: what the model was asked to complete: imports, helpers, the function's head and docstring.
        name: of the function.
        text: what the model wrote, without its thinking.
    """
    defines = re.compile(rf"^def {re.escape(name)}\b", re.MULTILINE)
    blocks = _FENCE.findall(text)
    code = next(filter(defines.search, blocks), blocks[0] if blocks else text)
    where = "fenced " if blocks else ""
    if defines.search(code):
        return Solution((defines.split(prompt, maxsplit=1)[0], _without_prose(code)), f"{where}function")
    for rule, body in _bodies(code.strip("\n").splitlines()):
        source = f"{prompt}\n{body}\n"
        if is_python(source):
            return Solution((source,), f"{where}{rule}")
    return Solution((f"{prompt}\n{code}\n",), f"{where}neither")


def is_python(source: str) -> bool:
    """Whether it compiles."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<completion>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def _bodies(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the body may be, the likeliest first."""
    if not any(map(str.strip, lines)):
        return
    whole = "\n".join(lines)
    if lines[0][:1].isspace() or not lines[0]:
        yield "body", _indented_part(lines)
        yield "body", whole
    else:
        yield "body, indented", textwrap.indent(whole, "    ")
        yield "body, first line indented", _indented_part([f"    {lines[0]}", *lines[1:]])


def _indented_part(lines: Sequence[str]) -> str:
    end = next((i for i, line in enumerate(lines) if line.strip() and not line[0].isspace()), len(lines))
    return "\n".join(lines[:end])


def _without_prose(code: str) -> str:
    """From the first line that can be code, without the last lines that keep it from being Python."""
    start = _CODE_STARTS.search(code)
    lines = code[start.start() if start else 0 :].splitlines()
    for end in range(len(lines), max(0, len(lines) - _MOST_LINES), -1):
        if is_python("\n".join(lines[:end])):
            return "\n".join(lines[:end])
    return code
