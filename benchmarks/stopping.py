"""The stopping rules side by side: `python -m benchmarks.stopping` writes results/stopping.json.

Nine published answer sequences (AIME 2024, greedy; recovered from a figure of arXiv 2504.20708), each drawn in many random orders:
the share of continuations used, their share of the tokens under a cost model, and how often the answer is that of the full vote.
Then near ties: how often a certificate is wrong, with its 99 % upper bound.

`informed` is no rule but a mark to compare with: it bets as `sharp` does, but knows the population and makes the bets of fastest
expected growth (Kelly). A rule of this family that knows nothing cannot be expected to do better.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from benchmarks.machine import machine, write_result
from reasoning_toolkit.subthought.stopping import RULES, replay
from reasoning_toolkit.subthought.stopping.betting import Pairwise, Sharp
from reasoning_toolkit.subthought.stopping.rules import random_order
from reasoning_toolkit.subthought.vote import vote

SEQUENCES = Path(__file__).resolve().parents[1] / "tests" / "golden" / "subthought_sequences.json"
NEAR_TIES = ([31, 29], [30, 30], [51, 49], [40, 39, 21], [55, 54, 7, 7, 6])
ANSWER_TAIL = 0.05  # of a trace: what a continuation writes after its end; the rest is the remainder of the trace


def main() -> None:
    """Run all rules, print a line for each, write the result."""
    args = _arguments()
    series = json.loads(SEQUENCES.read_text(encoding="utf-8"))["series"]
    rows = [_row(name, series, args.orders, args.alpha) for name in RULES]
    rows.append(_summary("informed", [_informed(s["answers"], args.orders, args.alpha) for s in series.values()]))
    for row in rows:
        agreement = f"{row['agreement']:.4f}, worst {row['worst_agreement']:.4f}" if "agreement" in row else ""
        print(f"{row['rule']:10} {row['share']:6.1%} of the continuations  agreement {agreement}")
    ties = [
        _near_tie(p.__name__.lower(), p, votes, args.tries, args.alpha)
        for p in (Pairwise, Sharp)
        for votes in NEAR_TIES
    ]
    for tie in ties:
        print(f"{tie['certificate']:10} {tie['votes']!s:20} wrong {tie['wrong']:.2%}, at most {tie['upper_99']:.2%}")
    settings = {"orders": args.orders, "alpha": args.alpha, "tries": args.tries, "series": list(series)}
    payload = {"settings": settings, "rules": rows, "near_ties": ties, "machine": machine(["numpy", "scipy"])}
    print(write_result("stopping", payload, args.out))


def _row(rule: str, series: dict[str, Any], orders: int, alpha: float) -> dict[str, Any]:
    """One rule over all sequences. A rule whose order is not random is run once."""
    seeds = range(orders) if RULES[rule].order(random_order(60, 0)) != RULES[rule].order(random_order(60, 1)) else [0]
    shares, costs, agreements = [], [], []
    for sequence in series.values():
        answers = sequence["answers"]
        elected, n = vote(answers).answer, len(answers)
        price = [(n - 1 - i) / n + ANSWER_TAIL for i in range(n)]
        stops = [(seed, replay(answers, rule, alpha=alpha, seed=seed, last=sequence["a_last"])) for seed in seeds]
        shares.append(mean(stop.draws / n for _, stop in stops))
        agreements.append(mean(stop.answer == elected for _, stop in stops))
        drawn = [RULES[rule].order(random_order(n, seed))[: stop.draws] for seed, stop in stops]
        costs.append(mean(sum(price[i] for i in part) for part in drawn) / sum(price))
    more = {"agreement": mean(agreements), "worst_agreement": min(agreements), "agreements": agreements}
    return _summary(rule, shares) | {"token_share": mean(costs), "token_shares": costs} | more


def _summary(rule: str, shares: list[float]) -> dict[str, Any]:
    return {"rule": rule, "share": mean(shares), "shares": shares}


def _near_tie(name: str, process: Any, votes: Sequence[int], tries: int, alpha: float) -> dict[str, Any]:
    """How often a wrong class is certified; the runner-up is the trace's own answer, and of equals the first wins."""
    labels = np.concatenate([np.full(count, c) for c, count in enumerate(votes)])
    rng = np.random.default_rng(0)
    orders = rng.permuted(np.tile(np.arange(len(labels)), (tries, 1)), axis=1)
    bets = process(len(labels), alpha, 1, orders=tries, classes=len(votes))
    fired, wrong = np.zeros(tries, dtype=bool), np.zeros(tries, dtype=bool)
    for positions in orders.T:
        bets.draw(positions, labels[positions])
        now = bets.certifies() & ~fired
        wrong |= now & (bets.leader != 0)
        fired |= now
    count = int(wrong.sum())
    upper = float(beta.ppf(0.99, count + 1, tries - count))
    return {"certificate": name, "votes": list(votes), "tries": tries, "wrong": count / tries, "upper_99": upper}


def _informed(answers: Sequence[int], orders: int, alpha: float) -> float:
    """Mean share of draws after which the bettor that knows the population has certified its winner."""
    winner = vote(answers).counts
    place = {answer: i for i, (answer, _) in enumerate(winner)}  # class 0 wins
    votes = np.array([count for _, count in winner] + [0])  # and one class is never drawn
    labels = np.array([place[answer] for answer in answers])
    n, rows = len(labels), np.arange(orders)
    drawn, wealth = np.zeros((orders, len(votes))), np.zeros((orders, len(votes)))
    stopped = np.full(orders, n)
    order = np.array([random_order(n, seed) for seed in range(orders)])
    for t in range(n):
        left, label = n - t, labels[order[:, t]]
        lead = drawn[:, :1] - drawn
        remaining = (votes - drawn) / left
        step = (label == 0)[:, None].astype(float)
        step = np.repeat(step, len(votes), axis=1)
        step[rows, label] -= 1
        wealth += _kelly_gain(remaining[:, :1], remaining, -lead / left, step)
        drawn[rows, label] += 1
        done = (wealth[:, 1:] >= -np.log(alpha)).all(axis=1) & (stopped == n)
        stopped[done] = t + 1
    return float(stopped.mean() / n)


def _kelly_gain(
    ours: NDArray[np.float64], rival: NDArray[np.float64], mean: NDArray[np.float64], step: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Logarithm of 1 + λ(y - μ) for the λ of largest expected logarithm, found by bisection of its derivative."""
    room = np.maximum(1 + mean, 1e-9)
    neither = np.maximum(1 - ours - rival, 0)
    low, high = np.zeros_like(mean), 0.999 / room
    for _ in range(20):
        bet = (low + high) / 2
        slope = (
            ours * (1 - mean) / (1 + bet * (1 - mean))
            - rival * (1 + mean) / (1 - bet * room)
            - neither * mean / (1 - bet * mean)
        )
        low, high = np.where(slope > 0, bet, low), np.where(slope > 0, high, bet)
    gain = np.log1p(low * (step - mean))
    out = np.where((mean < -1 + 1e-12) & ((mean < -1 - 1e-12) | (step != -1)), np.inf, gain)
    return np.where(np.arange(mean.shape[1]) == 0, 0.0, out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare the stopping rules.")
    parser.add_argument("--orders", type=int, default=400, help="random orders of each sequence (default: 400)")
    parser.add_argument("--tries", type=int, default=10_000, help="random orders of each near tie (default: 10,000)")
    parser.add_argument("--alpha", type=float, default=0.05, help="error of the certificates (default: 0.05)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the result (default: results)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
