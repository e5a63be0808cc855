"""The tests that a problem's prompt shows: the examples of its docstring."""

from __future__ import annotations

import ast
import doctest

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.maps.code import name_of


def public_tests(problem: Problem) -> str | None:
    """A program of tests for `sandbox.check`; None where the docstring holds no example.

    Used are examples in the form of doctest that call the function: those whose result is a literal, compared as values, and those
    that are an equation themselves.
    """
    name = name_of(problem)
    lines = [f"    assert {claim}" for claim in _claims(problem.question, name)]
    if not lines:
        return None
    return "\n".join([problem.question, "", "", "def check(candidate):", *lines, "", f"check({name})"])


def _claims(prompt: str, name: str) -> list[str]:
    try:
        nodes = ast.parse(prompt).body
        stub = next(node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name)
        examples = doctest.DocTestParser().get_examples(ast.get_docstring(stub) or "")
    except (SyntaxError, ValueError, StopIteration):
        return []
    found = (_claim(example.source.strip(), example.want.strip(), name) for example in examples)
    return [claim for claim in found if claim]


def _claim(source: str, want: str, name: str) -> str | None:
    """What an example says, as an expression that is true of a right program; None where it says nothing of a value."""
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError):
        return None
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    if not any(isinstance(function, ast.Name) and function.id == name for function in calls):
        return None
    if not want and isinstance(tree.body, ast.Compare):
        return f"({source})"
    return f"({source}) == ({want})" if _is_literal(want) else None


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return False
    return True
