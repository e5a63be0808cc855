"""Comparisons of reports: whom with whom, Holm, equal tokens, and what is refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.subthought.compare import Contender, compare_reports, methods_of
from tests.reports.sample_report import METHODS, pool, sample_report


def compared(*named: tuple[dict[str, Any], str]) -> dict[str, Any]:
    """The comparison of these methods of these reports, with their pools."""
    return compare_reports([Contender(r, name, {p["id"]: pool(p, name) for p in r["problems"]}) for r, name in named])


def of_model(model: str, **settings: int) -> dict[str, Any]:
    report = sample_report(**settings)
    report["run"]["model"] = model
    return report


def test_methods_of_a_run_against_its_first() -> None:
    report = sample_report(problems=30)
    result = compared(*[(report, name) for name in methods_of(report)])
    assert json.loads(json.dumps(result, allow_nan=False))["curves"]["reason"] is None
    assert [arm["name"] for arm in result["arms"]] == list(METHODS)  # one run: nothing to tell apart
    assert [(c["a"], c["b"]) for c in result["comparisons"]] == [(METHODS[0], METHODS[1]), (METHODS[0], METHODS[2])]
    for found in (*result["comparisons"], *result["curves"]["comparisons"]):
        assert found["p_holm"] >= found["p_value"]
        assert ("better" in found["sentence"]) == (found["p_holm"] < 0.05)
    assert (result["problems"], result["left_out"]) == (30, 0)


def test_the_curve_ends_at_the_accuracy_of_the_whole_pool_where_all_is_spent() -> None:
    report = sample_report(problems=40, subthoughts=6)
    for problem in report["problems"]:
        for part in problem["subthoughts"]:
            part["tokens"] = 50
        problem["trace"]["tokens"] = 100
        counts = problem["votes"]
        problem["answers"]["subthought vote"]["outcome"] = (
            "right" if counts and counts[0][0] == problem["gold"] else "wrong"
        )
    result = compared((report, "subthought vote"), (report, "last answer"))
    curve = result["curves"]
    assert curve["budgets"][-1] == 400  # a trace of 100 and six continuations of 50
    assert all(p["votes"] for p in report["problems"])
    expected = [arm["accuracy"] for arm in result["arms"]]
    assert [arm["accuracy"][-1] for arm in curve["arms"]] == pytest.approx(expected)
    assert curve["comparisons"][0]["p_value"] == result["comparisons"][0]["p_value"]
    assert curve["comparisons"][0]["sentence"].startswith(
        "With at most 400 tokens a problem (400 and 100 spent): the diff"
    )


def test_runs_are_told_apart_by_model_and_else_by_letter() -> None:
    one, two, three = of_model("x"), of_model("y"), of_model("x", seed=1)
    two["problems"] = copy.deepcopy(one["problems"])
    names = [arm["name"] for arm in compared((one, METHODS[0]), (two, METHODS[0]))["arms"]]
    assert names == ["subthought vote (x)", "subthought vote (y)"]
    three["problems"] = copy.deepcopy(one["problems"])
    result = compared((one, METHODS[0]), (one, METHODS[1]), (three, METHODS[0]))
    assert [arm["name"] for arm in result["arms"]] == [
        "subthought vote (A)",
        "last answer (A)",
        "subthought vote (B)",
    ]


def test_only_problems_that_all_have_count_and_a_method_that_failed_is_not_right() -> None:
    one = sample_report(problems=5)
    two = copy.deepcopy(one)
    two["problems"] = two["problems"][1:]
    del two["problems"][0]["answers"]["last answer"]
    for report in (one, two):
        for problem in report["problems"]:
            for answer in problem["answers"].values():
                answer["outcome"] = "right"
    result = compare_reports([Contender(one, "last answer"), Contender(two, "last answer")])
    assert (result["problems"], result["left_out"]) == (4, 1)
    assert [arm["right"] for arm in result["arms"]] == [4, 3]


def test_methods_without_draws_have_no_curve_and_say_so() -> None:
    one, two = of_model("x"), of_model("y")
    two["problems"] = copy.deepcopy(one["problems"])
    curves = compared((one, "last answer"), (two, "last answer"))["curves"]
    assert curves == {"reason": "no method drew more than one answer"}


def test_what_cannot_be_compared_is_refused() -> None:
    one, two = of_model("x"), of_model("y")
    with pytest.raises(UsageError, match="two or more different methods"):
        compared((one, METHODS[0]))
    with pytest.raises(UsageError, match="two or more different methods"):
        compared((one, METHODS[0]), (one, METHODS[0]))
    with pytest.raises(UsageError, match="unknown method of this run"):
        compare_reports([Contender(one, METHODS[0]), Contender(two, "vote")])
    two["problems"] = copy.deepcopy(one["problems"])
    two["problems"][3]["question"] = "another"
    with pytest.raises(DataError, match="different questions"):
        compared((one, METHODS[0]), (two, METHODS[0]))
    two["problems"] = [p | {"id": f"new {p['id']}"} for p in one["problems"]]
    with pytest.raises(DataError, match="no problem in common"):
        compared((one, METHODS[0]), (two, METHODS[0]))
