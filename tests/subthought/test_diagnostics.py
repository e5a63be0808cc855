"""Diagnostics of a run's votes: by hand, on the published sequences, with too few problems."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.subthought.diagnostics import MEASURES, SIGNALS, TraceVote, diagnose

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "subthought_sequences.json"


def trace_vote(
    problem: str, classes: list[int | None], gold: int, last: int | None, stopped_at: float | None = None
) -> TraceVote:
    """All drawn, in order; the vote by hand: most often, then first."""
    answered = [c for c in classes if c is not None]
    mode = max(answered, key=lambda c: (answered.count(c), -answered.index(c))) if answered else last
    right = tuple(c == gold for c in classes)
    return TraceVote(
        problem,
        tuple(classes),
        right,
        tuple(range(len(classes))),
        len(classes),
        mode == gold,
        last,
        last == gold,
        stopped_at,
    )


def made_up(problems: int, subthoughts: int, seed: int = 0) -> list[TraceVote]:
    """Problems of unequal difficulty: the more often an answer is right, the likelier the vote is."""
    draw = random.Random(seed)
    rows = []
    for number in range(problems):
        skill = draw.random()
        answers = [1 if draw.random() < skill else draw.randint(2, 6) for _ in range(subthoughts)]
        rows.append(trace_vote(f"p{number}", answers, 1, answers[-1], draw.choice((0.1, 0.5, 1.0))))
    return rows


def the(found: dict[str, Any], part: str, name: str, by: str) -> dict[str, Any]:
    (row,) = [row for row in found[part] if (row["name"], row["by"]) == (name, by)]
    return row


def test_entropy_by_hand() -> None:
    rows = [trace_vote("a", [1, 1, 1, 2], 1, 2), trace_vote("b", [1, 1, 1, 1], 1, 1), trace_vote("c", [3, 4], 1, 4)]
    found = diagnose(rows)
    quarters = 0.75 * math.log2(4 / 3) + 0.25 * 2
    by_last = the(found, "entropy", "entropy", "last answer")
    assert by_last["right"] == {"problems": 1, "mean": 0.0, "interval": None}
    assert by_last["wrong"]["mean"] == pytest.approx((quarters + 1) / 2)
    by_vote = the(found, "entropy", "entropy", "vote")
    assert by_vote["right"]["mean"] == pytest.approx(quarters / 2)
    assert by_vote["wrong"] == {"problems": 1, "mean": 1.0, "interval": None}
    corrected = the(found, "entropy", "entropy, Miller-Madow", "vote")
    assert corrected["wrong"]["mean"] == pytest.approx(1 + 1 / (4 * math.log(2)))
    assert the(found, "entropy", "entropy / log2(votes)", "vote")["right"]["mean"] == pytest.approx(quarters / 4)


def test_signals_by_hand() -> None:
    # The right votes: entropy 0 and 0.81; the wrong: 1. Every pair is ordered well, one by a tie in agreement.
    rows = [trace_vote("a", [1, 1, 1, 2], 1, 2), trace_vote("b", [1, 1, 1, 1], 1, 1), trace_vote("c", [3, 4], 1, 4)]
    found = diagnose(rows)
    for name in ("low entropy", "top share", "margin"):
        assert the(found, "signals", name, "vote")["auroc"] == 1
    agreement = the(found, "signals", "vote agrees with last answer", "vote")
    assert agreement["auroc"] == pytest.approx(0.75)  # b above c, a level with c
    assert the(found, "signals", "early stop", "vote")["reason"] == "no vote could end early (--stop)"


def test_an_early_stop_is_a_signal_of_confidence() -> None:
    rows = [trace_vote("a", [1, 1], 1, 1, 0.2), trace_vote("b", [1, 2], 2, 1, 1.0), trace_vote("c", [1, 1], 1, 1, 0.4)]
    assert the(diagnose(rows), "signals", "early stop", "vote")["auroc"] == 1


def test_the_published_sequences() -> None:
    series = json.loads(GOLDEN.read_text(encoding="utf-8"))["series"]
    rows = [trace_vote(name, s["answers"], s["a_true"], s["a_last"]) for name, s in series.items()]
    found = diagnose(rows)
    # Entropies of §2.5: right by the last answer 0, .758, 0; by the mode also 2.594, 3.029, 2.326.
    assert the(found, "entropy", "entropy", "last answer")["right"]["mean"] == pytest.approx(0.758 / 3, abs=1e-3)
    assert the(found, "entropy", "entropy", "vote")["right"]["mean"] == pytest.approx(
        (0.758 + 2.594 + 3.029 + 2.326) / 6, abs=1e-3
    )
    assert the(found, "signals", "low entropy", "vote")["auroc"] == 1
    assert found["risk_coverage"]["excess"] == 0
    assert found["risk_coverage"]["risk"][-1] == found["risk_coverage"]["error_rate"] == pytest.approx(3 / 9)
    assert found["calibration"] == {"reason": "9 problems with votes; calibration needs at least 10"}
    assert found["evolution"]["agreement"][-1]["problems"] == 9


def test_positions_count_in_the_trace_also_where_few_were_drawn() -> None:
    row = TraceVote("a", (5, 7, 7), (False, True, True), (2, 10, 19), 20, True, 7, True, 0.15)
    found = diagnose([row])
    accuracies = [tenth["accuracy"] for tenth in found["deciles"]["rows"]]
    assert accuracies == [None, 0, None, None, None, 1, None, None, None, 1]
    assert found["evolution"]["settled"]["mean"] == 20 / 20  # 5 and 7 tie at the second draw, and 5 came first
    agreement = [tenth["mean"] for tenth in found["evolution"]["agreement"]]
    assert [agreement[1], agreement[5], agreement[9]] == pytest.approx([2 / 3, 1, 1])


def test_several_continuations_of_a_subthought_share_its_place() -> None:
    row = TraceVote("a", (1, 2, 1, 1), (True, False, True, True), (0, 0, 1, 1), 2, True, 1, True)
    accuracies = [tenth["accuracy"] for tenth in diagnose([row])["deciles"]["rows"]]
    assert (accuracies[2], accuracies[7]) == (0.5, 1)


@pytest.mark.parametrize("problems", [0, 1, 2, 9, 10, 11])
def test_few_problems_give_reasons_and_valid_json(problems: int) -> None:
    for rows in (made_up(problems, 5), [trace_vote(f"p{i}", [1, 1], 1, 1) for i in range(problems)]):
        found = json.loads(json.dumps(diagnose(rows), allow_nan=False))
        for row in found["signals"]:
            assert (row["auroc"] is not None and row["interval"] is not None) or row["reason"]
        for part in ("risk_coverage", "calibration", "evolution", "deciles"):
            assert found[part]["reason"] is None or len(found[part]) == 1
        assert (len(found["entropy"]), len(found["signals"])) == (2 * len(MEASURES), 2 * len(SIGNALS))


def test_problems_without_votes_are_left_out_and_counted() -> None:
    found = diagnose([trace_vote("a", [None, None], 1, None), trace_vote("b", [1], 1, 1), trace_vote("c", [], 1, 1)])
    assert (found["problems"], found["left_out"]) == (1, 2)
    assert found["risk_coverage"] == {"reason": "by the vote all 1 problems are right"}
    nothing = diagnose([trace_vote("a", [None], 1, None)])
    assert nothing["evolution"] == nothing["deciles"] == nothing["risk_coverage"] == {"reason": "no problem has votes"}


def test_a_shuffled_signal_says_nothing_and_a_real_one_something() -> None:
    rows = made_up(300, 20)
    found = diagnose(rows)
    low, _ = the(found, "signals", "top share", "vote")["interval"]
    assert low > 0.6
    assert found["risk_coverage"]["aurc_interval"][1] < found["risk_coverage"]["error_rate"]
    assert found["calibration"]["recalibrated"]["ece"] < found["calibration"]["raw"]["ece"]
    draw = random.Random(1)
    noise = [
        TraceVote(r.problem, r.classes, r.right, r.places, r.subthoughts, draw.random() < 0.5, r.last, r.last_right)
        for r in rows
    ]
    low, high = the(diagnose(noise), "signals", "top share", "vote")["interval"]
    assert low < 0.5 < high
