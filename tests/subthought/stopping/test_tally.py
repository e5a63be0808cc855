"""The exact rule, against every way in which the rest of a small vote can turn out."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.subthought.stopping.tally import Tally
from reasoning_toolkit.subthought.vote import vote

NEW = 9  # a class that nobody has seen


@given(st.lists(st.sampled_from([None, 0, 1, 2]), min_size=1, max_size=6), st.data())
def test_settled_exactly_when_no_completion_changes_the_winner(answers: list[int | None], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(answers))))
    drawn = data.draw(st.integers(1, len(answers)))
    tally = Tally(len(answers))
    for position in order[:drawn]:
        tally.add(position, answers[position])
    winners = set()
    for rest in product([None, 0, 1, 2, NEW], repeat=len(answers) - drawn):
        whole = list(answers)
        for position, answer in zip(order[drawn:], rest, strict=True):
            whole[position] = answer
        winners.add(vote(whole).answer)
    assert tally.settled() == (winners == {tally.leader} and tally.leader is not None)


def test_a_tie_goes_to_the_class_whose_first_position_is_known_to_be_smaller() -> None:
    """Two of four drawn, both for 7. If the rest is 601 twice, the tie goes to 7 only where 7 stands at position 0."""
    front, back = Tally(4), Tally(4)
    for position in (0, 3):
        front.add(position, 7)
    for position in (2, 3):
        back.add(position, 7)
    assert (front.settled(), back.settled()) == (True, False)


def test_leader_and_margin_by_hand() -> None:
    tally = Tally(10)
    assert (tally.leader, tally.margin, tally.settled()) == (None, 0, False)
    for position, label in ((7, 1), (4, 2), (5, None), (6, 2), (1, 1)):
        tally.add(position, label)
    assert (tally.leader, tally.margin) == (1, 0)  # two each; class 1 occurs at position 1
    tally.add(0, 2)
    assert (tally.leader, tally.margin, tally.drawn) == (2, 1, 6)
