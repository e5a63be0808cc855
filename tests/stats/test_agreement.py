"""Agreement of raters: published examples, by hand, and where kappa collapses."""

from __future__ import annotations

import random

import numpy as np
import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.stats.agreement import (
    class_agreement,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
)

# Fleiss (1971) as worked out in the encyclopedia article on Fleiss' kappa: 14 raters, 10 items, 5 classes; kappa .210.
FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
# Krippendorff (2011, "Computing Krippendorff's alpha-reliability"), example C: four observers, twelve units, some missing;
# nominal alpha .743.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


def pairs(both: int, first: int, second: int, neither: int) -> tuple[list[str], list[str]]:
    cells = [("f", "f")] * both + [("f", "s")] * first + [("s", "f")] * second + [("s", "s")] * neither
    return [a for a, _ in cells], [b for _, b in cells]


def test_cohen_by_hand() -> None:
    found = cohen_kappa(*pairs(20, 5, 10, 15))  # p_o .7; p_e .5 · .6 + .5 · .4 = .5
    assert found.value == pytest.approx(0.4)
    assert found.raw == pytest.approx(0.7)
    assert found.interval.low < 0.4 < found.interval.high


def test_fleiss_example() -> None:
    ratings = [[c for c, count in enumerate(row) for _ in range(count)] for row in FLEISS]
    assert fleiss_kappa(ratings).value == pytest.approx(0.2099, abs=1e-4)


def test_krippendorff_example() -> None:
    assert krippendorff_alpha(list(zip(*OBSERVERS, strict=True))).value == pytest.approx(0.743, abs=5e-4)


def test_gwet_by_hand() -> None:
    ratings = list(zip(*pairs(118, 5, 2, 0), strict=True))  # p_a 118/125; shares .972 and .028
    chance = 2 * 0.972 * 0.028
    assert gwet_ac1(ratings).value == pytest.approx((118 / 125 - chance) / (1 - chance))
    assert cohen_kappa(*pairs(118, 5, 2, 0)).value < 0 < 0.9 < gwet_ac1(ratings).value


def test_two_raters_alpha_is_fleiss_corrected_for_few_items() -> None:
    rng = random.Random(0)
    ratings = [[rng.choice("sf"), rng.choice("ssf")] for _ in range(40)]
    fleiss, alpha = fleiss_kappa(ratings).value, krippendorff_alpha(ratings).value
    assert 1 - alpha == pytest.approx((1 - fleiss) * (1 - 1 / 80))


def test_agreement_on_each_class() -> None:
    assert class_agreement(list(zip(*pairs(20, 5, 10, 15), strict=True))) == pytest.approx({"f": 40 / 55, "s": 30 / 45})


def test_an_interval_covers() -> None:
    rng = np.random.default_rng(0)
    truth = (0.82 - 0.58) / 0.42  # p_o .82, shares .7 and .3 for both: p_e .58
    cells = [0.61, 0.09, 0.09, 0.21]
    covered = []
    for seed in range(60):
        found = cohen_kappa(*pairs(*rng.multinomial(120, cells).tolist()), seed=seed)
        covered.append(found.interval.low <= truth <= found.interval.high)
    assert 0.87 <= np.mean(covered) <= 1.0


def test_all_of_one_class_has_no_chance_corrected_value() -> None:
    ratings = [["sound", "sound"]] * 5
    assert cohen_kappa(["sound"] * 5, ["sound"] * 5) == (None, None, 1.0)
    assert fleiss_kappa(ratings).value is None
    assert krippendorff_alpha(ratings).value is None
    assert gwet_ac1(ratings).value == 1


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(UsageError, match="same items"):
        cohen_kappa(["a"], ["a", "b"])
    with pytest.raises(UsageError, match="same number of ratings"):
        fleiss_kappa([["a", "b"], ["a", None]])
    with pytest.raises(UsageError, match="an item with two ratings"):
        krippendorff_alpha([["a", None], [None, "b"]])
    with pytest.raises(UsageError, match="same number of ratings"):
        cohen_kappa([], [])
