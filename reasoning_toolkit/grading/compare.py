"""Are two syntax trees the same answer? One rule for each pair of kinds; the first that applies decides.

The gold answer says what is asked: as many parts as it has, its brackets, its digits. The prediction may say more: a
name, a unit, an approximation behind the exact value.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from reasoning_toolkit.grading.intervals import describes_set, intervals_of, variable_of
from reasoning_toolkit.grading.matching import match_all
from reasoning_toolkit.grading.normal_forms import (
    decimal_logarithms,
    in_unit_of,
    plain,
    value_of,
    with_parameter_of,
    without_name,
)
from reasoning_toolkit.grading.relations import equivalent_relations
from reasoning_toolkit.grading.scalars import equal_scalars
from reasoning_toolkit.grading.signs import count_signs, signed_values
from reasoning_toolkit.grading.tree import (
    Apply,
    Based,
    Collection,
    Matrix,
    Node,
    Ratio,
    Relation,
    Sequence,
    Symbol,
    Words,
    children,
    free_symbols,
)

Rule = Callable[[Node, Node], bool | None]
_CALL = re.compile(r"\(.*\)")


def same_answer(gold: Node, prediction: Node) -> bool:
    """Whether the prediction is the gold answer.

    Raises:
        Undecidable: a value that cannot be computed within the limits decides.
    """
    if gold == prediction:
        return True
    gold, prediction = without_name(plain(gold), plain(prediction))
    if gold == prediction:
        return True
    for rule in _RULES:
        verdict = rule(gold, prediction)
        if verdict is not None:
            return verdict
    prediction = in_unit_of(gold, prediction)
    return equal_scalars(gold, with_parameter_of(gold, prediction)) or _equal_in_decimal_logarithms(gold, prediction)


def contradicts_itself(node: Node) -> bool:
    """Whether a chain of equations equates different values: ``3 = 4 = 5``."""
    if not isinstance(node, Relation) or set(node.operators) != {"="}:
        return False
    values = [side for side in node.sides[1 if node.name else 0 :] if not free_symbols(side)]
    return any(not same_answer(a, b) for a, b in itertools.pairwise(values))


def _contradictions(gold: Node, prediction: Node) -> bool | None:
    return False if contradicts_itself(gold) or contradicts_itself(prediction) else None


def _words(gold: Node, prediction: Node) -> bool | None:
    if isinstance(gold, Words) and isinstance(prediction, Words):
        return gold.text == prediction.text
    return False if isinstance(gold, Words) or isinstance(prediction, Words) else None


def _sets_of_reals(gold: Node, prediction: Node) -> bool | None:
    if not (describes_set(gold) or describes_set(prediction)):
        return None
    names = {variable_of(gold), variable_of(prediction)} - {""}
    parts, others = intervals_of(gold), intervals_of(prediction)
    if parts is None or others is None:
        return None
    return len(names) < 2 and match_all(parts, others, _same_part)


def _same_part(a: Node, b: Node) -> bool:
    if isinstance(a, Sequence) and isinstance(b, Sequence):
        return bool(_sequences(a, b))
    return same_answer(a, b)


def _lists(gold: Node, prediction: Node) -> bool | None:
    ordered = _in_order(gold, prediction)
    if ordered is not None:
        return ordered
    signed = count_signs(gold) + count_signs(prediction)
    if not signed and not (isinstance(gold, Collection) or isinstance(prediction, Collection)):
        return None
    if match_all(_items(gold), _items(prediction), same_answer):
        return True
    if signed > 1 and match_all(_items(gold, True), _items(prediction, True), same_answer):
        return True
    return _one_value_in_several_forms(gold, prediction)


def _one_value_in_several_forms(gold: Node, prediction: Node) -> bool:
    """``1/2 or 0.5`` for ``1/2``; the same form twice is a list of two."""
    if isinstance(gold, Collection) or not isinstance(prediction, Collection) or prediction.braced:
        return False
    forms = prediction.items
    return len(set(forms)) == len(forms) and all(same_answer(gold, form) for form in forms)


def _in_order(gold: Node, prediction: Node) -> bool | None:
    """A bracketed sequence and a bare list of as many values, or of names with values: the order counts."""
    for one, other in ((gold, prediction), (prediction, gold)):
        if isinstance(one, Sequence) and isinstance(other, Collection) and not other.braced:
            if _brackets(one) != ("(", ")") and (_brackets(one) != ("[", "]") or len(one.items) == 2):
                return False
            if len(one.items) != len(other.items) or count_signs(gold) or count_signs(prediction):
                return None
            if any(isinstance(value_of(item), Sequence) for item in other.items):
                return None
            return all(same_answer(a, value_of(b)) for a, b in zip(one.items, other.items, strict=True))
    return None


def _items(node: Node, independent: bool = False) -> list[Node]:
    """What an answer lists, signs spelled out, lists in lists opened."""
    if isinstance(node, Relation) and node.name and isinstance(node.sides[-1], Collection):
        node = node.sides[-1]
    if isinstance(node, Collection):
        return [value for item in node.items for value in _items_of(item, independent)]
    return signed_values(node, independent=independent)


def _items_of(item: Node, independent: bool) -> list[Node]:
    if isinstance(item, Relation) and isinstance(item.sides[-1], Collection) and not item.sides[-1].braced:
        return _items(item, independent)
    return signed_values(item, independent=independent)


def _equations(gold: Node, prediction: Node) -> bool | None:
    if not (isinstance(gold, Relation) and isinstance(prediction, Relation)):
        return None
    if gold.name and prediction.name and _same_name(gold.name, prediction.name):
        return same_answer(gold.sides[-1], prediction.sides[-1])
    for other in (prediction, _reversed(prediction)):
        if gold.operators == other.operators and all(map(same_answer, gold.sides, other.sides)):
            return True
    return equivalent_relations(gold, prediction)


def _same_name(a: str, b: str) -> bool:
    """Whether two names call the same thing: ``f`` and ``f(x)``, or ``y`` and ``f(x)``."""
    if a == b or _CALL.sub("", a) == _CALL.sub("", b) != "":
        return True
    return "y" in (a, b) and any(_CALL.search(name) for name in (a, b))


def _reversed(relation: Relation) -> Relation:
    turned = str.maketrans("<>", "><")
    return Relation(relation.sides[::-1], tuple(op.translate(turned) for op in relation.operators[::-1]))


def _values_and_relations(gold: Node, prediction: Node) -> bool | None:
    """An equation that names no value is no value."""
    return False if isinstance(gold, Relation) or isinstance(prediction, Relation) else None


def _called(gold: Node, prediction: Node) -> bool | None:
    """A capital before brackets: ``C(5, 2)`` is a point where a point is meant, else a binomial coefficient."""
    for one, other in ((gold, prediction), (prediction, gold)):
        match one:
            case Apply("*", (Symbol(name=name), Sequence() as point)) if len(name) == 1 and name.isupper():
                if isinstance(other, Sequence):
                    return _sequences(point, other)
                if name == "C" and len(point.items) == 2:
                    return same_answer(other, Apply("binom", point.items))
    return None


def _sequences(gold: Node, prediction: Node) -> bool | None:
    if not (isinstance(gold, Sequence) and isinstance(prediction, Sequence)):
        return False if isinstance(gold, Sequence) != isinstance(prediction, Sequence) else None
    if len(gold.items) != len(prediction.items):
        return False
    if len(gold.items) == 2 and _brackets(gold) != _brackets(prediction):
        return False
    return all(map(same_answer, gold.items, prediction.items))


def _brackets(node: Sequence) -> tuple[str, str]:
    return ("(", ")") if node.opening == "<" else (node.opening, node.closing)


def _matrices(gold: Node, prediction: Node) -> bool | None:
    """Cell by cell; a matrix of one row or column may be written as a sequence."""
    if not isinstance(gold, Matrix) and not isinstance(prediction, Matrix):
        return None
    if isinstance(gold, Matrix) and isinstance(prediction, Matrix):
        rows, others = gold.rows, prediction.rows
    else:
        rows, others = ((cells,) if (cells := _vector(node)) else () for node in (gold, prediction))
    if not rows or [len(row) for row in rows] != [len(row) for row in others]:
        return False
    return all(same_answer(*cells) for pair in zip(rows, others, strict=True) for cells in zip(*pair, strict=True))


def _vector(node: Node) -> tuple[Node, ...]:
    """The cells of a sequence or of a matrix of one row or column; nothing for anything else."""
    if isinstance(node, Matrix) and 1 in (len(node.rows), len(node.rows[0])):
        return children(node)
    return node.items if isinstance(node, Sequence) else ()


def _ratios(gold: Node, prediction: Node) -> bool | None:
    if not (isinstance(gold, Ratio) and isinstance(prediction, Ratio)):
        return None
    if len(gold.terms) != len(prediction.terms):
        return False
    first, other = gold.terms[0], prediction.terms[0]
    return all(
        same_answer(Apply("*", (a, other)), Apply("*", (b, first)))
        for a, b in zip(gold.terms, prediction.terms, strict=True)
    )


def _bases(gold: Node, prediction: Node) -> bool | None:
    return False if isinstance(gold, Based) != isinstance(prediction, Based) or isinstance(gold, Based) else None


def _equal_in_decimal_logarithms(gold: Node, prediction: Node) -> bool:
    """``log`` without a base is the natural logarithm, or, where that fails, the decimal one."""
    decimal, other = decimal_logarithms(gold), decimal_logarithms(prediction)
    return (decimal, other) != (gold, prediction) and equal_scalars(decimal, other)


_RULES: tuple[Rule, ...] = (
    _contradictions,
    _words,
    _sets_of_reals,
    _matrices,
    _lists,
    _equations,
    _values_and_relations,
    _called,
    _sequences,
    _ratios,
    _bases,
)
