"""Unordered matching, signs, intervals, option letters and Unicode."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.grading.choices import choices_of, choices_of_gold
from reasoning_toolkit.grading.intervals import describes_set, intervals_of
from reasoning_toolkit.grading.limits import MAX_ITEMS, Undecidable
from reasoning_toolkit.grading.matching import match_all
from reasoning_toolkit.grading.signs import count_signs, signed_values
from reasoning_toolkit.grading.statements import parse
from reasoning_toolkit.grading.tree import Node, Number, children, integer
from reasoning_toolkit.grading.unicode import to_ascii


def near(a: Node, b: Node) -> bool:
    return isinstance(a, Number) and isinstance(b, Number) and abs(a.value - b.value) <= 1


@given(st.lists(st.integers(0, 5), max_size=5), st.lists(st.integers(0, 5), max_size=5))
def test_matching_agrees_with_trying_every_order(a: list[int], b: list[int]) -> None:
    possible = len(a) == len(b) and any(
        all(abs(x - y) <= 1 for x, y in zip(a, order, strict=True)) for order in itertools.permutations(b)
    )
    found = match_all([integer(x) for x in a], [integer(x) for x in b], near)
    assert found <= possible  # equal trees are paired first, which a relation that is no equality may not allow
    assert match_all([integer(x) for x in a], [integer(x) for x in b], lambda x, y: x == y) == (sorted(a) == sorted(b))


def test_long_lists_are_matched_by_their_trees_or_left_undecided() -> None:
    many = [integer(n) for n in range(1000)]
    assert match_all(many, many[::-1], near)
    with pytest.raises(Undecidable):
        match_all(many[: MAX_ITEMS + 1], [integer(-n - 5) for n in range(MAX_ITEMS + 1)], near)


def test_lists_in_lists_count_towards_the_longest_list() -> None:
    sets = [",".join(rf"\{{{y}={n},{y}={n + 1}\}}" for n in range(0, MAX_ITEMS, 2)) for y in "xy"]
    first, second = (list(children(parse(text))) for text in sets)
    assert not match_all(first, second, near)
    with pytest.raises(Undecidable):
        match_all([*first, first[0]], [*second, second[0]], near)


def test_few_comparisons_settle_a_list_of_equal_items() -> None:
    asked = []

    def equal(a: Node, b: Node) -> bool:
        asked.append((a, b))
        return True

    assert match_all([integer(n) for n in range(40)], [integer(-n - 1) for n in range(40)], equal)
    assert len(asked) == 40


@given(st.permutations(range(5)), st.permutations(range(5)))
def test_an_undecidable_pair_matters_only_where_it_is_needed(left: list[int], right: list[int]) -> None:
    def same(a: Node, b: Node) -> bool:
        assert isinstance(a, Number) and isinstance(b, Number)
        if a.value == 0 and b.value != 10:
            raise Undecidable
        return b.value == a.value + 10

    first, second = [integer(n) for n in left], [integer(n + 10) for n in right]
    assert match_all(first, second, same)
    with pytest.raises(Undecidable):
        match_all(first, [integer(99) if item == integer(10) else item for item in second], same)


@pytest.mark.parametrize(
    ("text", "together", "independently"),
    [
        (r"\pm 1", ["1", "-1"], ["1", "-1"]),
        (r"1 \pm x \mp y", ["1 + x - y", "1 - x + y"], ["1+x-y", "1+x+y", "1-x-y", "1-x+y"]),
        ("5", ["5"], ["5"]),
    ],
)
def test_signs(text: str, together: list[str], independently: list[str]) -> None:
    tree = parse(text)
    assert set(map(str, signed_values(tree))) == {str(parse(value)) for value in together}
    assert len(signed_values(tree, independent=True)) == len(independently)


def test_many_independent_signs_are_refused() -> None:
    tree = parse(r"\pm 1 \pm 2 \pm 3 \pm 4 \pm 5")
    assert count_signs(tree) == 5
    with pytest.raises(Undecidable):
        signed_values(tree, independent=True)


@pytest.mark.parametrize(
    ("text", "intervals"),
    [
        ("x<1", [r"(-\infty,1)"]),
        ("1 \\le x", [r"[1,\infty)"]),
        ("3>x\\ge 1", ["[1,3)"]),
        ("|x|<2", ["(-2,2)"]),
        ("x\\ne 0", [r"(-\infty,0)", r"(0,\infty)"]),
        (r"(0,1)\cup[2,3]", ["(0,1)", "[2,3]"]),
        (r"\mathbb{R}\setminus\{2,1\}", [r"(-\infty,1)", "(1,2)", r"(2,\infty)"]),
        ("x>1 and x<3", ["(1,3)"]),
        ("x<1 or x>3", [r"(-\infty,1)", r"(3,\infty)"]),
    ],
)
def test_intervals(text: str, intervals: list[str]) -> None:
    assert describes_set(parse(text))
    assert intervals_of(parse(text)) == [parse(interval) for interval in intervals]


@pytest.mark.parametrize("text", ["x+y<1", "a<b", "f(x)>2x"])
def test_relations_that_are_no_intervals(text: str) -> None:
    assert intervals_of(parse(text)) is None


@pytest.mark.parametrize(
    ("gold", "letters"),
    [("B", "B"), ("(b)", "B"), (r"\textbf{(C)}", "C"), ("BD", "BD"), ("A and C", "AC"), ("e", ""), ("AB=5", "")],
)
def test_the_choice_of_a_gold_answer(gold: str, letters: str) -> None:
    assert choices_of_gold(gold) == frozenset(letters)


@pytest.mark.parametrize(
    ("prediction", "letters"),
    [
        ("(B) 12 cm", "B"),
        ("B: because", "B"),
        ("B.5", ""),
        ("Because", ""),
        ("A) and B)", "AB"),
        ("A) 5 or B) 6", ""),
        ("A, B", "AB"),
        ("b)", "B"),
    ],
)
def test_the_choice_of_a_prediction(prediction: str, letters: str) -> None:
    assert choices_of(prediction) == frozenset(letters)


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("10²", "10^{2}"),
        ("x¹²", "x^{12}"),
        ("a₁", "a_{1}"),
        ("1½", r"1\frac{1}{2}"),
        ("⅔", r"\frac{2}{3}"),
        ("√2", r"\sqrt 2"),
        ("４２", "42"),
        ("٤٢", "42"),
        ("−5", "-5"),
        ("5\u200b", "5"),
        ("≤", r"\le "),
        ("plain", "plain"),
    ],
)
def test_unicode(text: str, ascii_text: str) -> None:
    assert to_ascii(text) == ascii_text
