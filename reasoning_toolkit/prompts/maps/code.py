"""Maps of a function to be written: from the code back to what it was asked to do.

A model that is shown its own docstring copies it. So docstrings and comments are taken out of the code, and what other texts in
it quote of the prompt; names stay as they are, those of the prompt too.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from reasoning_toolkit.engines.types import Message
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.maps.comparison import FORM
from reasoning_toolkit.prompts.maps.quotes import without_quotes
from reasoning_toolkit.sandbox.completion import assemble

_DEFINITION = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)
_WORDS = re.compile(r'"""(?:.*?"""|.*)|\'\'\'(?:.*?\'\'\'|.*)|#[^\n]*', re.DOTALL)


def backward(problem: Problem, reply: str) -> tuple[Message, ...] | None:
    """Ask what a function does that has lost its words; None where the reply holds no code."""
    code = bare_code(program_of(problem, reply), problem.question) if reply.strip() else ""
    if not code.strip():
        return None
    asked = (
        "This Python function has lost its documentation.\n\n"
        f"```python\n{code}\n```\n\n"
        f"Write the docstring of `{name_of(problem)}`: what it takes, what it returns, what it does in special cases. "
        "Say what the code does, whatever its names promise. Write the docstring alone."
    )
    return ({"role": "user", "content": asked},)


def discriminate(problem: Problem, rebuilt: str) -> tuple[Message, ...]:
    """Ask whether two descriptions of a function ask for the same behaviour."""
    asked = (
        "A function was asked for. Somebody who saw nothing but the code that was written says what the code does. Is it what was asked "
        "for? Go through arguments, results and special cases.\n\n"
        f"First, asked for:\n```python\n{problem.question}\n```\n\nSecond, what the code does:\n{rebuilt.strip()}\n\n{FORM}"
    )
    return ({"role": "user", "content": asked},)


def name_of(problem: Problem) -> str:
    """The function that is asked for: `entry_point`, else the last one that the prompt defines."""
    return str(problem.extra.get("entry_point") or (_DEFINITION.findall(problem.question) or [""])[-1])


def program_of(problem: Problem, reply: str) -> str:
    """The code of a reply: the function, or the prompt with the body that goes on behind it."""
    return assemble(problem.question, name_of(problem), reply).sources[-1]


def bare_code(source: str, prompt: str) -> str:
    """Code without docstrings and comments; what its other texts quote of the prompt is left out.

    What is not Python loses all that looks like them, and every quote of the prompt, wherever it stands.
    """
    try:
        return ast.unparse(_Bare(prompt).visit(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return without_quotes(_WORDS.sub("", source), prompt).strip("\n")


class _Bare(ast.NodeTransformer):
    """Takes texts that do nothing out of a program, and quotes of the prompt out of all others."""

    def __init__(self, prompt: str) -> None:
        self.prompt = prompt

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                kept = [statement for statement in block if not _is_words(statement)]
                block[:] = kept or (
                    [ast.Pass()] if block and name == "body" and not isinstance(node, ast.Module) else []
                )
        return node

    def visit_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, str):
            return ast.Constant(without_quotes(node.value, self.prompt))
        if isinstance(node.value, bytes):
            return ast.Constant(without_quotes(node.value.decode("latin-1"), self.prompt).encode("latin-1", "replace"))
        return node


def _is_words(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str | bytes)
    )
