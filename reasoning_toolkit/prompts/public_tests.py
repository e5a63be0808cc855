"""The tests that a problem's prompt shows: the examples of its docstring."""

from __future__ import annotations

import ast
import doctest

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.maps.code import name_of


def public_tests(problem: Problem) -> str | None:
    """A program of tests for `sandbox.check`; None where the docstring holds no example.

    Used are examples in the form of doctest that call the function and whose result is a literal, compared as values.
    """
    name = name_of(problem)
    lines = [f"    assert ({source}) == ({want})" for source, want in _examples(problem.question, name)]
    if not lines:
        return None
    return "\n".join([problem.question, "", "", "def check(candidate):", *lines, "", f"check({name})"])


def _examples(prompt: str, name: str) -> list[tuple[str, str]]:
    try:
        nodes = ast.parse(prompt).body
        stub = next(node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name)
        examples = doctest.DocTestParser().get_examples(ast.get_docstring(stub) or "")
    except (SyntaxError, ValueError, StopIteration):
        return []
    pairs = ((example.source.strip(), example.want.strip()) for example in examples)
    return [(source, want) for source, want in pairs if _calls(source, name) and _is_literal(want)]


def _calls(source: str, name: str) -> bool:
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError):
        return False
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(isinstance(function, ast.Name) and function.id == name for function in calls)


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True
