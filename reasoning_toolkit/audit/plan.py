"""Plan an audit: which problems are read, with which probability, and in which order within each.

Within a problem the accepted samples are read in a random order up to the first sound one, which makes audited pass@k exactly
unbiased for every k at once (`audit.passes`). Across problems either all are read, or problems are drawn one by one with known
probabilities (Poisson sampling), larger where a reading teaches more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.audit.allocation import inclusion_probabilities
from reasoning_toolkit.audit.manifest import Manifest, PlannedProblem
from reasoning_toolkit.audit.pools import Pool
from reasoning_toolkit.errors import UsageError, unknown

Floats = NDArray[np.float64]
DESIGNS = ("auto", "stop", "two-phase")
TWICE = 0.2  # share of the items that two readers read in any case
TRUST = (
    0.9  # most that is believed of a problem: of published ones with 4 or more accepted of 64, a tenth had no sound one
)


def make_plan(
    pools: Sequence[Pool],
    *,
    budget: int,
    design: str = "auto",
    seed: int = 0,
    confirmations: int = 2,
    after_thinking: bool = False,
    revision: int = 1,
    previous: str | None = None,
) -> Manifest:
    """The plan of an audit.

    Args:
        pools: the problems with their samples.
        budget: readings that may be spent; a reading is one verdict of one reader.
        design: "stop" reads every problem, "two-phase" draws problems; "auto" draws them where the budget is too small for all.
        confirmations: readers who must agree that a sample is sound, 1 or 2.
        after_thinking: whether the pools hold only what follows the thinking; noted.
        revision: number of the plan; each draws anew, so what was read under an earlier one cannot lean on it.
        previous: hash of the plan before.

    Raises:
        UsageError: an unknown design, a budget below 1 or too small to give every problem its least chance, other than 1 or 2
            confirmations, or nothing was accepted.
    """
    if design not in DESIGNS:
        raise unknown("design", design, DESIGNS)
    if budget < 1 or confirmations not in (1, 2):
        raise UsageError(
            f"expected a budget of at least 1 reading and 1 or 2 confirmations, came {budget} and {confirmations}"
        )
    accepted = [sum(s.accepted for s in pool.samples) for pool in pools]
    if not any(accepted):
        raise UsageError("no sample of the run was accepted: audited pass@k is 0, there is nothing to read")
    twice = TWICE if confirmations == 2 else 0.0
    costs = np.array([expected_cost(c, confirmations, twice) for c in accepted])
    if design == "auto":
        design = "stop" if costs.sum() <= budget else "two-phase"
    guesses = [min(c / (c + 1), TRUST) for c in accepted]
    chances = _chances(guesses, costs, budget) if design == "two-phase" else np.ones(len(pools))
    problems = tuple(
        _planned(pool, c, float(chance), guess, _stream(seed, revision, pool.problem))
        for pool, c, chance, guess in zip(pools, accepted, chances, guesses, strict=True)
    )
    return Manifest(
        revision=revision,
        previous=previous,
        seed=seed,
        budget=budget,
        design=design,
        confirmations=confirmations,
        after_thinking=after_thinking,
        expected_readings=round(float(chances @ costs), 3),
        twice=_read_twice(problems, twice, seed, revision),
        problems=problems,
    )


def expected_cost(c: int, confirmations: int, twice: float) -> float:
    """Verdicts of readers on a problem up to its first sound sample, if any number of its c accepted ones may be sound alike.

    With t sound ones (c - t) / (t + 1) flawed ones come before the first, a share `twice` of them read by two readers; the sound
    one is read `confirmations` times. The mean is over t = 0…c.
    """
    if c == 0:
        return 0.0
    flawed = sum((c - t) / (t + 1) for t in range(c + 1)) / (c + 1)
    return flawed * (1 + twice) + c / (c + 1) * confirmations


def _chances(guesses: Sequence[float], costs: Floats, budget: int) -> Floats:
    """By what a reading teaches: the variance of the guess over the cost. 1 where nothing was accepted, so nothing is read."""
    s = np.array(guesses)
    return inclusion_probabilities(s * (1 - s), costs, budget)


def _planned(pool: Pool, c: int, chance: float, guess: float, stream: np.random.Generator) -> PlannedProblem:
    drawn = bool(stream.random() < chance)
    accepted = [i for i, s in enumerate(pool.samples) if s.accepted]
    order = tuple(int(i) for i in stream.permutation(accepted)) if drawn else ()
    items = tuple(pool.item(i) for i in order)
    return PlannedProblem(pool.problem, len(pool.samples), c, chance, guess, drawn, order, items)


def _read_twice(problems: Sequence[PlannedProblem], share: float, seed: int, revision: int) -> tuple[str, ...]:
    items = sorted({item for p in problems for item in p.items})
    return tuple(i for i in items if _stream(seed, revision, f"twice {i}").random() < share)


def _stream(seed: int, revision: int, name: str) -> np.random.Generator:
    """A random stream of its own for each name, so that one problem's draw does not move another's."""
    return np.random.default_rng([seed, revision, int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])])
