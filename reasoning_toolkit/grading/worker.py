"""The child process that runs sympy: ``python -m reasoning_toolkit.grading.worker``, driven by `sympy_tier.py`.

Protocol, one JSON value a line:

    worker → caller   {"ready": true}, or {"fatal": "why sympy cannot be imported"}
    caller → worker   [gold, prediction], each a tree ["number", p, q], ["symbol", name] or [operator, tree, ...]
    worker → caller   {"equal": true}, or {"undecided": "why"}

Expressions are built from the trees by calling constructors; no text is ever given to sympy to read. The process has
limits on memory and CPU time, and the caller can kill it. It ends when its standard input does, so it never outlives its
caller by more than one answer.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from reasoning_toolkit.grading.process_limits import allow_cpu_time, limit_memory

MEMORY_BYTES = 2 << 30
CPU_SECONDS_PER_ANSWER = 2
DIGITS = 30

Tree = list[Any]


def main() -> int:
    """Answer requests until standard input ends. Returns the exit code."""
    requests, replies = _claim_pipes()
    limit_memory(MEMORY_BYTES)
    try:
        equal = _load()
    except ImportError as error:
        _send(replies, {"fatal": f"{type(error).__name__}: {error}"})
        return 1
    _send(replies, {"ready": True})
    for line in requests:
        allow_cpu_time(CPU_SECONDS_PER_ANSWER)
        _send(replies, _answer(json.loads(line), equal))
    return 0


def _claim_pipes() -> tuple[TextIO, TextIO]:
    """Keep the two pipes for the protocol alone: whatever a library prints goes nowhere."""
    requests = os.fdopen(os.dup(0), encoding="utf-8", errors="surrogatepass")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, replies


def _load() -> Callable[[Tree, Tree], bool]:
    import sympy

    def equal(gold: Tree, prediction: Tree) -> bool:
        a, b = (_expression(sympy, tree).doit() for tree in (gold, prediction))
        difference = a - b
        if difference == 0 or sympy.simplify(difference) == 0:
            return True
        symbols = sorted(difference.free_symbols, key=str)
        points = {symbol: sympy.Rational(17 + 6 * place, 7) for place, symbol in enumerate(symbols)}
        size, error = (abs(sympy.N(value.subs(points), DIGITS)) for value in (a, difference))
        return bool(error < 10.0 ** (10 - DIGITS) * max(1, size))

    return equal


def _expression(sympy: Any, tree: Tree) -> Any:
    """The tree as a sympy expression. Raises KeyError for an operator that has no counterpart."""
    operator, *below = tree
    if operator == "number":
        return sympy.Rational(*below)
    if operator == "symbol":
        constants = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "infty": sympy.oo}
        return constants.get(below[0]) or sympy.Symbol(below[0], positive=True)
    arguments = [_expression(sympy, argument) for argument in below]
    if operator in ("sum", "prod", "int"):
        variable, start, end, body = arguments
        return {"sum": sympy.Sum, "prod": sympy.Product, "int": sympy.Integral}[operator](body, (variable, start, end))
    if operator == "lim":
        variable, target, body = arguments
        return sympy.limit(body, variable, target)
    return _functions(sympy)[operator](*arguments)


def _functions(sympy: Any) -> dict[str, Callable[..., Any]]:
    names = "sin cos tan cot sec csc sinh cosh tanh exp sqrt root floor binomial Abs gamma factorial".split()
    inverse = {f"arc{name}": getattr(sympy, f"a{name}") for name in ("sin", "cos", "tan")}
    return {
        **{name: getattr(sympy, name) for name in names},
        **inverse,
        "+": sympy.Add,
        "*": sympy.Mul,
        "/": lambda a, b: a / b,
        "^": sympy.Pow,
        "ln": sympy.log,
        "log": sympy.log,
        "lg": lambda value: sympy.log(value, 10),
        "abs": sympy.Abs,
        "ceil": sympy.ceiling,
        "!": sympy.factorial,
        "binom": sympy.binomial,
        "Gamma": sympy.gamma,
    }


def _answer(trees: list[Tree], equal: Callable[[Tree, Tree], bool]) -> dict[str, Any]:
    try:
        return {"equal": equal(*trees)}
    except Exception as error:
        return {"undecided": f"sympy failed: {type(error).__name__}"}


def _send(replies: TextIO, reply: Mapping[str, Any]) -> None:
    replies.write(json.dumps(reply) + "\n")
    replies.flush()


if __name__ == "__main__":
    sys.exit(main())
