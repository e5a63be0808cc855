"""Every rule on the nine published sequences, and what a replay does with its arguments."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.stopping import RULES, replay
from reasoning_toolkit.subthought.stopping.rules import random_order
from reasoning_toolkit.subthought.stopping.sequential import replay_samples
from reasoning_toolkit.subthought.vote import vote

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
SERIES = json.loads((GOLDEN / "subthought_sequences.json").read_text(encoding="utf-8"))["series"]
CASES = json.loads((GOLDEN / "subthought_stop_rules.json").read_text(encoding="utf-8"))["cases"]
MODELS = {"R1-14B": "DeepSeek-R1-Distill-Qwen-14B", "LightR1": "Light-R1-7B-DS", "QwQ": "QwQ-32B"}
FIRED = {"exact": "det", "certified": "stat"}
NAMES = [f"{case['series']} {case['order']}" for case in CASES]


def case_order(case: dict[str, Any], n: int) -> list[int]:
    stride = {"identity": 1, "reverse": -1}.get(case["order"], case["stride"])
    return [(j * stride - (stride < 0)) % n for j in range(n)]


def case_answers(case: dict[str, Any]) -> tuple[list[int], list[int]]:
    model, _, number = case["series"].partition(" #")
    answers = SERIES[f"{MODELS[model]}/{number}"]["answers"]
    return answers, case_order(case, len(answers))


def test_there_are_27_cases() -> None:
    assert len(CASES) == 27


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_exact_and_the_certified_rule_stop_where_the_vectors_say(case: dict[str, Any]) -> None:
    answers, order = case_answers(case)
    exact, certified = (replay(answers, rule, order) for rule in ("exact", "certified"))
    assert [exact.draws, exact.answer] == case["deterministic"]
    assert [certified.draws, certified.answer, FIRED[certified.rule]] == [*case["asv_005"], "det"][:3]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_adaptive_consistency_and_esc_stop_where_the_vectors_say(case: dict[str, Any]) -> None:
    answers, order = case_answers(case)
    drawn = [answers[i] for i in order]
    posterior, window = (replay_samples(drawn, rule) for rule in ("adaptive-consistency", "esc"))
    assert [posterior.draws, posterior.answer] == case["adaptive_consistency_095"]
    assert [window.draws, window.answer] == case["esc_w5"]


@pytest.mark.parametrize("case", [c for c in CASES if c["adaptive_consistency_095"][0] >= 8], ids=lambda c: c["series"])
def test_the_heuristic_is_adaptive_consistency_from_its_eighth_draw(case: dict[str, Any]) -> None:
    answers, order = case_answers(case)
    stop = replay(answers, "heuristic", order)
    exact = case["deterministic"]
    assert [stop.draws, stop.answer] == min(case["adaptive_consistency_095"], exact)


answers_or_none = st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=1, max_size=40)


@settings(deadline=None)
@given(answers_or_none, st.sampled_from(sorted(RULES)), st.integers(0, 5))
def test_a_stop_says_what_was_drawn(answers: list[str | None], rule: str, seed: int) -> None:
    stop = replay(answers, rule, seed=seed)
    order = RULES[rule].order(random_order(len(answers), seed))
    seen = set(order[: stop.draws])
    drawn = vote([answer if i in seen else None for i, answer in enumerate(answers)])
    assert (stop.answer, stop.classes, stop.total) == (drawn.answer, len(drawn.counts), len(answers))
    assert stop.margin == (drawn.counts[0][1] - (drawn.counts[1][1] if stop.classes > 1 else 0) if drawn.counts else 0)
    assert (stop.alpha is not None) == (stop.rule == "certified")
    if stop.rule in ("exact", "full"):
        assert stop.answer == vote(answers).answer


@given(answers_or_none)
def test_full_draws_everything_and_exact_at_least_half(answers: list[str | None]) -> None:
    full, exact = replay(answers, "full"), replay(answers, "exact")
    assert (full.draws, full.rule) == (len(answers), "full")
    assert 2 * exact.draws >= len(answers)


def test_a_vote_in_which_all_abstain_is_drawn_to_its_end_without_an_answer() -> None:
    for rule in RULES:
        stop = replay([None] * 12, rule, last="7")
        assert (stop.draws, stop.answer, stop.margin, stop.classes) == (12, None, 0, 0)


def test_the_own_answer_of_the_trace_helps_a_certificate_and_votes_for_nothing() -> None:
    answers = ["4"] * 40
    draws = {last: replay(answers, "sharp", last=last).draws for last in ("4", None, "5")}
    assert draws["4"] < draws[None]
    assert replay(answers, "sharp").draws == draws["4"]  # by default the answer at the end of the trace
    assert replay(answers, "sharp", last="5").answer == "4"


def test_hybrid_draws_a_third_at_random_and_then_the_longest_prefixes() -> None:
    order = random_order(10, 3)
    assert RULES["hybrid"].order(order) == order[:3] + sorted(order[3:], reverse=True)
    mixed = ["a", "b"] * 15
    assert replay(mixed, "hybrid").rule == "exact"  # a certificate after the first third would be void
    assert (replay(["a"] * 60, "hybrid").rule, replay(["a"] * 6, "hybrid").rule) == ("certified", "exact")


def test_a_random_order_is_drawn_from_its_seed_alone() -> None:
    assert random_order(12, 0) == random_order(12, 0) != random_order(12, 1)
    firsts = Counter(random_order(5, seed)[0] for seed in range(2000))
    assert all(320 < firsts[i] < 480 for i in range(5))  # 400 ± 4.5 standard deviations


@pytest.mark.parametrize("order", [[0, 0, 1], [0, 1], [1, 2, 3], []])
def test_an_order_must_hold_every_position_once(order: list[int]) -> None:
    with pytest.raises(UsageError, match="positions 0 to 2"):
        replay(["a", "b", "a"], "exact", order)


def test_wrong_names_and_alphas_are_refused() -> None:
    with pytest.raises(UsageError, match="certified"):
        replay(["a"], "certifed")
    for alpha in (0.0, 1.0, -1.0):
        with pytest.raises(UsageError, match="alpha"):
            replay(["a"], "certified", alpha=alpha)
    with pytest.raises(UsageError):
        replay([], "full")
