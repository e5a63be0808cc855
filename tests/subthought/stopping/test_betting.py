"""The certificates: the guarantee on near ties, by Monte Carlo and by counting every order; wealth by hand."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from scipy.stats import beta as beta_distribution

from reasoning_toolkit.subthought.stopping.betting import Pairwise, Sharp

ALPHA = 0.05
NEAR_TIES = [(31, 29), (30, 30), (51, 49), (40, 39, 21), (6, 5), (20, 19, 1, 1, 1, 1)]
CERTIFICATES = [Pairwise, Sharp]


def false_certificates(process: type, labels: np.ndarray, orders: np.ndarray, last: int | None, alpha: float) -> int:
    """Orders in which a class that does not win the full vote was certified at any draw; no exact rule stops it before."""
    most = np.bincount(labels[labels >= 0])
    winner = min(range(len(most)), key=lambda c: (-most[c], np.argmax(labels == c)))
    bets = process(len(labels), alpha, last, orders=len(orders), classes=len(most))
    wrong, done = np.zeros(len(orders), dtype=bool), np.zeros(len(orders), dtype=bool)
    for positions in orders.T:
        bets.draw(positions, labels[positions])
        fired = bets.certifies() & ~done
        wrong |= fired & (bets.leader != winner)
        done |= fired
    return int(wrong.sum())


@pytest.mark.parametrize("process", CERTIFICATES)
@pytest.mark.parametrize("votes", NEAR_TIES, ids=str)
def test_on_near_ties_the_99_percent_upper_bound_of_the_error_is_below_alpha(
    process: type, votes: tuple[int, ...]
) -> None:
    """The runner-up is the trace's own answer, so the first bets are on the wrong class (of equals, on the winner)."""
    tries = 3000
    labels = np.repeat(np.arange(len(votes))[::-1], votes[::-1])
    labels = np.where(labels == 0, 1, np.where(labels == 1, 0, labels))
    rng = np.random.default_rng(20261123)
    orders = rng.permuted(np.tile(np.arange(len(labels)), (tries, 1)), axis=1)
    wrong = false_certificates(process, labels, orders, last=0, alpha=ALPHA)
    assert beta_distribution.ppf(0.99, wrong + 1, tries - wrong) < ALPHA


@pytest.mark.parametrize("process", CERTIFICATES)
@pytest.mark.parametrize("alpha", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("labels", [(0, 1, 1, 0, 1, 0, 1), (0, 0, 1, 1, 1, 2, -1), (0, 1, 2, 2), (1, 0, 0, -1, 1, -1)])
@pytest.mark.parametrize("last", [None, 0, 1])
def test_the_guarantee_holds_exactly_over_all_orders(
    process: type, alpha: float, labels: tuple[int, ...], last: int | None
) -> None:
    orders = np.array(list(permutations(range(len(labels)))))
    wrong = false_certificates(process, np.array(labels), orders, last, alpha)
    assert wrong <= alpha * len(orders)


def test_a_loose_alpha_does_err_on_a_tie_so_the_test_above_can_fail() -> None:
    labels = (0, 1, 1, 0, 1, 0, 1)
    orders = np.array(list(permutations(range(7))))
    assert false_certificates(Sharp, np.array(labels), orders, last=0, alpha=0.5) > 0.05 * len(orders)


@pytest.mark.parametrize(("alpha", "draws"), [(0.05, 7), (0.1, 6)])
def test_pairwise_certifies_a_unanimous_vote_after_so_many_draws(alpha: float, draws: int) -> None:
    for total in (30, 100, 250):
        assert unanimous(Pairwise(total, alpha, last=0), total) == draws


@pytest.mark.parametrize("total", [30, 100, 250])
def test_sharp_certifies_a_unanimous_vote_in_five_or_six_draws(total: int) -> None:
    assert unanimous(Sharp(total, ALPHA, last=0), total) <= 6
    assert unanimous(Sharp(total, ALPHA, last=None), total) <= 7  # nothing to bet on at the first draw


def unanimous(process: Pairwise | Sharp, total: int) -> int:
    for position in range(total):
        process.draw(np.array([position]), np.array([0]))
        if process.certifies()[0]:
            return position + 1
    return total


def test_wealth_by_hand() -> None:
    """Ten items, own answer 0; draws 0, 0, 1. Against an unseen class: draw 1 has S = 0 (factor 1 + γ). Draw 2 has S = 1,
    r = 9, μ = -1/9, λ = γ/(8/9): factor 1 + γ(9/8)(10/9). Draw 3 has S = 2, r = 8, μ = -1/4, λ = γ/(3/4), y = 0:
    factor 1 + γ/3. Against class 1, y = -1: factor 1 + γ(4/3)(-3/4) = 1 - γ."""
    process = Sharp(10, ALPHA, last=0)
    for position, label in enumerate((0, 0, 1)):
        process.draw(np.array([position]), np.array([label]))
    for i, bet in enumerate((0.4, 0.99)):
        begun = (1 + bet) * (1 + bet * 10 / 8)
        assert process.wealth[0, 5, i] == pytest.approx(math.log(begun * (1 + bet / 3)))
        assert process.wealth[0, 1, i] == pytest.approx(math.log(begun * (1 - bet)))


def test_a_rival_that_needs_all_that_is_left_is_out_with_the_first_other_draw() -> None:
    process = Sharp(4, ALPHA, last=0)
    for position, label in enumerate((0, 0, -1)):
        process.draw(np.array([position]), np.array([label]))
    assert np.isinf(process.wealth[0, 1]).all() and process.certifies()[0]


@pytest.mark.parametrize("process", CERTIFICATES)
def test_many_orders_at_once_are_each_order_alone_whatever_the_room_for_classes(process: type) -> None:
    rng = np.random.default_rng(5)
    labels = rng.integers(-1, 12, size=25)
    orders = np.stack([rng.permutation(25) for _ in range(4)])
    together = process(25, ALPHA, 3, orders=4, classes=12)
    alone = [process(25, ALPHA, 3, classes=1) for _ in orders]
    for positions in orders.T:
        together.draw(positions, labels[positions])
        for row, (single, position) in enumerate(zip(alone, positions, strict=True)):
            single.draw(np.array([position]), labels[[position]])
            assert single.certifies()[0] == together.certifies()[row]
            assert single.leader[0] == together.leader[row]
