"""A problem's tests as one text: the program that HumanEval runs, without the completion.

    prompt             imports, helpers, the head of a function and its docstring
    test               defines ``check(candidate)``
    check(NAME)        the last line

Chen et al. 2021, arXiv 2107.03374; github.com/openai/human-eval, execution.py.
"""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from reasoning_toolkit.errors import DataError

_LAST_LINE = re.compile(r"^check\((\w+)\)\s*\Z", re.MULTILINE)


class Harness(NamedTuple):
    """The parts of a problem's tests.

    Attributes:
        prompt: what a model completes.
        name: of the function.
        program: calls the function and does not define it.
    """

    prompt: str
    name: str
    program: str


def read_tests(tests: str) -> Harness:
    """The parts of a problem's tests.

    Raises:
        DataError: they do not define and check one function.
    """
    tests = tests.replace("\r\n", "\n")
    last = _LAST_LINE.search(tests)
    stub = _definition(tests, last[1]) if last else None
    if last is None or stub is None or stub.end_lineno is None:
        raise DataError(
            f"expected tests that define a function and end in check(NAME), got {tests[-60:]!r}",
            hint="prompt + test + check(entry_point), as in the data of HumanEval",
        )
    lines = tests.split("\n")
    program = lines[: stub.lineno - 1] + lines[stub.end_lineno :]
    return Harness("\n".join(lines[: stub.end_lineno]), last[1], "\n".join(program))


def _definition(tests: str, name: str) -> ast.FunctionDef | None:
    try:
        nodes = ast.parse(tests).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return next((node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name), None)
