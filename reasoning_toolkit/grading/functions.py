r"""Recursive descent for named functions and commands: fractions, roots, ``\sin^2 x``, sums, integrals, limits."""

from __future__ import annotations

from collections.abc import Callable

import reasoning_toolkit.grading.vocabulary as vocabulary
from reasoning_toolkit.grading.environments import ENVIRONMENTS, determinant
from reasoning_toolkit.grading.lexer import Token
from reasoning_toolkit.grading.limits import Unreadable
from reasoning_toolkit.grading.pieces import read_number, read_subscript, starts_factor
from reasoning_toolkit.grading.reader import Reader
from reasoning_toolkit.grading.tree import NOTHING, Apply, Node, Sequence, Symbol, integer

_FORMATTING = frozenset(
    "text mathrm mathbf mathit mathsf mathcal mathbb boldsymbol bm operatorname boxed fbox overline vec hat bar widehat"
    " overrightarrow underline ensuremath tilde mbox textbf textit".split()
)
_NO_FACTOR_OF_ARGUMENT = vocabulary.FUNCTIONS - {"sqrt"}  # sin x cos x is a product of two
_NO_ARGUMENT = frozenset({"end", "close", "mark"})


def read_function(reader: Reader) -> Node:
    """The function or command that comes next, with its arguments."""
    name = reader.take().text
    if name in _READ:
        return _READ[name](reader)
    if name in _FORMATTING:
        return reader.grammar.argument(reader)
    if name.removeprefix("begin") in ENVIRONMENTS:
        return ENVIRONMENTS[name.removeprefix("begin")](reader, name.removeprefix("begin"))
    if name in ("angle", "triangle"):
        return _named_figure(reader, name)
    if name in vocabulary.FUNCTIONS or name == "Gamma":
        return _applied(reader, name)
    raise Unreadable(f"an unknown command: {name[:20]!r}")


def _fraction(reader: Reader) -> Node:
    return Apply("/", (reader.grammar.argument(reader), reader.grammar.argument(reader)))


def _root(reader: Reader) -> Node:
    index: Node | None = None
    if reader.skip("open", "["):
        with reader.inside():
            index = reader.grammar.sum(reader)
            reader.expect("close", "]")
    radicand = read_number(reader) if reader.at("number") else reader.grammar.argument(reader)
    return Apply("sqrt", (radicand,)) if index is None else Apply("root", (radicand, index))


def _binomial(reader: Reader) -> Node:
    return Apply("binom", (reader.grammar.argument(reader), reader.grammar.argument(reader)))


def _number_set(reader: Reader) -> Node:
    name = read_subscript(reader)
    while reader.skip("mark", "^", "_"):
        name += read_subscript(reader)
    return Symbol(f"set {name}")


def _named_figure(reader: Reader, name: str) -> Node:
    letters = []
    while reader.at("letter"):
        letters.append(reader.take().text)
    return Symbol(f"{name} {''.join(letters)}")


def _applied(reader: Reader, name: str) -> Node:
    r"""A named function: ``\sin^2 x``, ``\log_2 8``, ``sin(x)``, ``\ln 2x``, ``max(a, b)``."""
    base = None
    exponent: Node | None = None
    while reader.at("mark", "_", "^"):
        if reader.take().text == "_":
            base = reader.grammar.argument(reader) if not reader.at("number") else read_number(reader)
        else:
            exponent = reader.grammar.argument(reader)
    if exponent == integer(-1):
        name, exponent = f"arc{name}", None
    arguments = _arguments(reader)
    if base is not None:
        arguments = (*arguments, base)
    value: Node = Apply(name, arguments)
    return value if exponent is None else Apply("^", (value, exponent))


def _arguments(reader: Reader) -> tuple[Node, ...]:
    if reader.at("open", "(", "["):
        bracket = reader.grammar.bracket(reader)
        return bracket.items if isinstance(bracket, Sequence) else (bracket,)
    if reader.next.kind in _NO_ARGUMENT and not reader.at("mark", "|", "-"):
        raise Unreadable("a function without its argument")
    product = reader.grammar.factor(reader)
    while starts_factor(reader) and not (reader.at("function") and reader.next.text in _NO_FACTOR_OF_ARGUMENT):
        product = Apply("*", (product, reader.grammar.factor(reader)))
    return (product,)


def _sum_over(reader: Reader, name: str) -> Node:
    r"""``\sum_{k=1}^{n} …`` as Apply("sum", (k, 1, n, …)); ``\prod`` alike."""
    reader.expect("mark", "_")
    reader.expect("open", "{")
    variable = Symbol(reader.expect("letter").text)
    reader.expect("mark", "=")
    start = reader.grammar.sum(reader)
    reader.expect("close", "}")
    reader.expect("mark", "^")
    end = reader.grammar.argument(reader)
    return Apply(name, (variable, start, end, reader.grammar.product(reader)))


def _integral(reader: Reader) -> Node:
    r"""``\int_a^b … dx`` as Apply("int", (x, a, b, …)); without limits it is not read."""
    reader.expect("mark", "_")
    start = reader.grammar.argument(reader)
    reader.expect("mark", "^")
    end = reader.grammar.argument(reader)
    tokens = reader.tokens
    for place in range(reader.place, len(tokens) - 1):
        if tokens[place].text == "d" and tokens[place].kind == tokens[place + 1].kind == "letter":
            tokens[place] = Token("differential", "d", True)
            break
    integrand = integer(1) if reader.at("differential") else reader.grammar.sum(reader)
    reader.expect("differential")
    return Apply("int", (Symbol(reader.expect("letter").text), start, end, integrand))


def _limit(reader: Reader) -> Node:
    r"""``\lim_{x \to a} …`` as Apply("lim", (x, a, …))."""
    reader.expect("mark", "_")
    reader.expect("open", "{")
    variable = Symbol(reader.expect("letter").text)
    reader.expect("mark", "→")
    target = reader.grammar.sum(reader)
    reader.expect("close", "}")
    return Apply("lim", (variable, target, reader.grammar.product(reader)))


_READ: dict[str, Callable[[Reader], Node]] = {
    "frac": _fraction,
    "sqrt": _root,
    "cbrt": lambda reader: Apply("root", (reader.grammar.argument(reader), integer(3))),
    "binom": _binomial,
    "det": lambda reader: determinant(reader.grammar.factor(reader)),
    "mathbb": _number_set,
    "emptyset": lambda _: NOTHING,
    "sum": lambda reader: _sum_over(reader, "sum"),
    "prod": lambda reader: _sum_over(reader, "prod"),
    "int": _integral,
    "lim": _limit,
}
