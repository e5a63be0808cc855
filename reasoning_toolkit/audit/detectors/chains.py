r"""The relations that a solution states, `left relation right`, in its formulas and in arithmetic written as plain text.

A formula is cut into rows and statements (``\\``, implication arrows, commas), each statement at its top-level relation signs. A row that
begins with a relation goes on from the end of the row before. Only what the grader's parser reads as one scalar is a side;
two tuples of as many scalars are related item by item.

The limits keep the time of one solution small whatever it holds: characters, relations, and those of the grader for each side.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from reasoning_toolkit.audit.detectors.sums import written_out
from reasoning_toolkit.grading.candidates import FORMULA
from reasoning_toolkit.grading.canonical import tidy
from reasoning_toolkit.grading.limits import Undecidable, Unreadable
from reasoning_toolkit.grading.statements import parse
from reasoning_toolkit.grading.tree import Apply, Based, Node, Number, Quantity, Sequence, Symbol, free_symbols, walk

MAX_SOLUTION = 60_000
MAX_RELATIONS = 400
MAX_STATEMENT = 1_500
MAX_SIDE = 320

_ENVIRONMENT = r"\\begin\{(?:align|equation|gather|eqnarray)\*?\}((?:[^\\]|\\(?!end\{))++)\\end\{\w+\*?\}"
_SPAN = re.compile(rf"{_ENVIRONMENT}|{FORMULA.pattern}", re.DOTALL)
_PLAIN_SIDE = r"-?[(\d](?:(?:[-\d.,+*/^()×÷ ]|(?<= )x(?= \d)){0,120}[\d)!])?+"
_PLAIN = re.compile(
    rf"(?<![\w.\\^_]){_PLAIN_SIDE}(?: ?[=≈] ?{_PLAIN_SIDE}){{1,20}}+(?!\w|\.\d| ?[-+*/^=×÷≈\\%−–]| ?[A-Za-z](?![A-Za-z]))"
)
_BEFORE_PLAIN = re.compile(r"(?:[-+*/^=<>&\\}\]|%−–]|[-+*/−–] ?\$|\b[A-Za-z]|[A-Za-z]\)|[≤≥≈])[ \t]*\Z")
_STATEMENT_END = re.compile(
    r"\\\\(?:\[[^\]]*\])?|\n|\\(?:implies|Rightarrow|Longrightarrow|iff|Leftrightarrow|rightarrow|to|quad|qquad|therefore|because)(?![A-Za-z])"
    r"|\\(?:begin|end)\{[^{}]*\}(?:\{[^{}]*\})?|[,;](?!\\!|\d{3}(?!\d))"
)
_RELATION = re.compile(r"\\(approx|equiv|neq?|leq?|geq?|lt|gt|le|ge|doteq|simeq)(?![A-Za-z])|(=|<|>|≈|≡|≠|≤|≥)")
_SIGNS = {"approx": "≈", "simeq": "≈", "doteq": "≈", "equiv": "≡", "ne": "≠", "neq": "≠", "lt": "<", "gt": ">"}
_BRACKET = re.compile(r"\\(?:begin|end)\{\w*(?:matrix|array)\}|\\[{}]|[(){}\[\]]")
_UNREADABLE = re.compile(
    r"\\(?:text|mathrm|mbox|operatorname|sum|prod|int|lim|begin|end|cdots|ldots|dots|vdots|angle|triangle|overline|vec|hat|Re|Im)(?![A-Za-z])|\.\.\.|…|_"
)
_FUNCTIONS = frozenset({"sin", "cos", "tan", "cot", "sec", "csc", "ln", "log"})
_LABEL = re.compile(r"\\(?:text|mathrm|mbox|textbf)\s*\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two neighbours of a chain of relations.

    Attributes:
        left, right: both sides as syntax trees, each one scalar.
        relation: ``= ≈ ≡ < > ≤ ≥ ≠``.
        place: 0 for the first pair of its chain.
        start, end: the characters of the formula that holds it.
        text: both sides as written.
        chain: the whole statement as written.
    """

    left: Node
    right: Node
    relation: str
    place: int
    start: int
    end: int
    text: str
    chain: str


@functools.lru_cache(maxsize=16)
def pairs_of(solution: str) -> tuple[Pair, ...]:
    """The relations of a solution that the parser reads, at most `MAX_RELATIONS`, from its first `MAX_SOLUTION` characters."""
    found: list[Pair] = []
    for start, end, content in formulas_of(solution[:MAX_SOLUTION]):
        for pair in _pairs(content, start, end):
            found.append(pair)
            if len(found) == MAX_RELATIONS:
                return tuple(found)
    return tuple(found)


def formulas_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and content of each formula, and of each line of plain arithmetic outside of them."""
    place = 0
    for match in _SPAN.finditer(text):
        yield from _plain(text, place, match.start())
        yield match.start(), match.end(), next((group for group in match.groups() if group), "")
        place = match.end()
    yield from _plain(text, place, len(text))


def side(text: str) -> Node | None:
    """What the text means as one scalar; None if the parser does not read it as one."""
    node = _read(text)
    return node if node is not None and _is_scalar(node) else None


def _read(text: str) -> Node | None:
    text = text.replace("&", " ").strip().strip("$").strip(" ")
    if not text or len(text) > MAX_SIDE or "..." in text:
        return None
    text = written_out(text.strip(" ."))
    if _UNREADABLE.search(text):
        return None
    try:
        node = parse(tidy(text))
    except (Unreadable, Undecidable, RecursionError):
        return None
    return None if any(map(_has_unclear_argument, walk(node))) else node


def _has_unclear_argument(node: Node) -> bool:
    r"""``\sin 18^\circ (x + 1)``, of which the parser takes all for the sine's argument."""
    return (
        isinstance(node, Apply)
        and node.operator in _FUNCTIONS
        and any(
            isinstance(argument, Apply) and argument.operator == "*" and any(map(_is_sum, argument.arguments))
            for argument in node.arguments
        )
    )


def _is_sum(node: Node) -> bool:
    return isinstance(node, Apply) and node.operator == "+"


def _is_scalar(node: Node) -> bool:
    return all(isinstance(below, Number | Symbol | Apply | Quantity | Based) for below in walk(node))


def _matched(left: Node | None, right: Node | None) -> list[tuple[Node, Node]]:
    """Two scalars, or two tuples of as many scalars item by item."""
    if left is None or right is None:
        return []
    if isinstance(left, Sequence) and isinstance(right, Sequence) and len(left.items) == len(right.items):
        return [both for both in zip(left.items, right.items, strict=True) if all(map(_is_scalar, both))]
    return [(left, right)] if _is_scalar(left) and _is_scalar(right) else []


def is_number(node: Node) -> bool:
    """Whether a side holds no variable."""
    return not free_symbols(node) and Symbol("infty") not in walk(node)


def decimal_step(node: Node) -> Fraction | None:
    """The coarsest last digit of the decimals in a side; None if it holds none."""
    steps = [below.step for below in walk(node) if isinstance(below, Number) and below.step is not None]
    return max(steps, default=None)


def _plain(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for match in _PLAIN.finditer(text, start, end):
        if not _BEFORE_PLAIN.search(text, max(start, match.start() - 12), match.start()):
            yield match.start(), match.end(), match[0]


def _pairs(content: str, start: int, end: int) -> Iterator[Pair]:
    carried = ""
    for statement in _statements(content):
        sides, relations = _cut(statement)
        if relations and not sides[0].strip(" &") and carried:
            sides[0] = carried
        carried = sides[-1] if relations or sides[-1].strip(" &") else carried
        for place, relation in enumerate(relations):
            left, right = sides[place], sides[place + 1]
            for first, second in _matched(_read(left), _read(right)):
                yield Pair(
                    first,
                    second,
                    relation,
                    place,
                    start,
                    end,
                    f"{left.strip()} {relation} {right.strip()}",
                    statement,
                )


def _statements(content: str) -> Iterator[str]:
    """Pieces of a formula between its top-level ends of statements."""
    depths, place = _depths(content), 0
    for match in _STATEMENT_END.finditer(content):
        if depths[match.start()] == 0:
            yield content[place : match.start()]
            place = match.end()
    yield content[place:]


def _cut(statement: str) -> tuple[list[str], list[str]]:
    """Sides and relations of a statement, cut at depth 0."""
    depths, place = _depths(statement), 0
    sides: list[str] = []
    relations: list[str] = []
    if len(statement) > MAX_STATEMENT:
        return [""], relations
    for match in _RELATION.finditer(statement):
        if depths[match.start()] == 0:
            sides.append(statement[place : match.start()])
            relations.append(_sign(match[1] or match[2]))
            place = match.end()
    return [*sides, statement[place:]], relations


def _sign(name: str) -> str:
    return _SIGNS.get(name) or {"l": "≤", "g": "≥"}.get(name[0], name)


def _depths(text: str) -> list[int]:
    """How many brackets are open at each character; one that closes nothing counts for nothing."""
    depths, depth, place = [], 0, 0
    for match in _BRACKET.finditer(text):
        depths += [depth] * (match.start() - place)
        opens = match[0][-1] in "([{" or match[0].startswith(r"\begin")
        depth = max(0, depth + (1 if opens else -1))
        depths += [depth] * len(match[0])
        place = match.end()
    return depths + [depth] * (len(text) - place + 1)


def sides_of(text: str) -> list[Node]:
    """Every side of a relation and every lone formula that the parser reads as one scalar, at most `MAX_RELATIONS`."""
    found: list[Node] = []
    for _, _, content in formulas_of(text[:MAX_SOLUTION]):
        for statement in _statements(content):
            found += [node for piece in _cut(statement)[0] if (node := side(piece)) is not None]
        if len(found) > MAX_RELATIONS:
            break
    return found


def without_formulas(text: str) -> str:
    """The text with a space for each formula."""
    return _SPAN.sub(" ", text[:MAX_SOLUTION])
