"""The comparison at equal tokens: its baseline by hand, and a whole small one over a scripted model."""

from __future__ import annotations

import argparse
import hashlib
import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks.equal_cost.arms import decodes
from benchmarks.equal_cost.baseline import Samples
from benchmarks.equal_cost.run import decoded
from benchmarks.equal_cost.table import table
from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion, Request, TokenLogprobs, Usage
from reasoning_toolkit.problems.problem import Problem


def report(problems: dict[str, list[tuple[str | None, str, int]]]) -> dict[str, Any]:
    return {
        "problems": [
            {"id": i, "samples": [{"answer": a, "outcome": o, "tokens": t} for a, o, t in samples]}
            for i, samples in problems.items()
        ]
    }


RIGHT, WRONG, NONE = ("4", "right", 10), ("5", "wrong", 20), (None, "no_answer", 30)


def test_the_baseline_by_hand() -> None:
    """Three samples: two right, one wrong. One sample: 2/3. Two: both right 1/3, one each 2/3 and a tie of chance 1/2: 2/3. Three: 1."""
    samples = Samples([report({"a": [RIGHT, RIGHT, WRONG], "b": [WRONG, WRONG, NONE]})])
    assert samples.mean_tokens == pytest.approx((40 / 3 + 70 / 3) / 2)
    assert samples.scores(1.0) == {"a": [pytest.approx(2 / 3)], "b": [0.0]}
    assert samples.scores(2.5)["a"] == [pytest.approx((2 / 3 + 1) / 2)]
    assert samples.scores(3.0)["a"] == [pytest.approx(1.0)]


def test_how_many_samples_cost_as_much() -> None:
    samples = Samples([report({"a": [RIGHT, RIGHT, WRONG, WRONG]})])
    assert samples.samples_worth(30.0) == pytest.approx(2.0)
    assert samples.samples_worth(1.0) == 1.0  # no less than one sample answers
    assert samples.samples_worth(1e9) == 4.0


def reply(prompt: str, request: Request) -> Completion:
    """Right two times in three, with log-probabilities where they are asked for."""
    draw = random.Random(hashlib.sha256(f"{request.seed} {prompt}".encode()).digest())
    thought = "" if "<think>" in prompt else "<think>Okay, two. Wait, two more. So it is four."
    text = f"{thought}</think>\\boxed{{{4 if draw.random() < 0.67 else draw.randint(5, 7)}}}"
    ids = tuple(text.encode())[: request.sampling.max_tokens]
    asked = request.sampling.logprobs
    logprobs = tuple(TokenLogprobs(-0.1, dict.fromkeys(range(20), -draw.random())) for _ in ids) if asked else None
    finish = "stop" if len(ids) == len(text) else "length"
    return Completion(ids, bytes(ids).decode(), finish, Usage(decoded=len(ids)), logprobs)  # type: ignore[arg-type]


def test_a_whole_comparison_goes_on_where_it_stopped(tmp_path: Path) -> None:
    options = argparse.Namespace(seeds=2, run=tmp_path, model="scripted", max_tokens=200)
    problems = [Problem(f"p{i}", f"{i}: what is 2 + 2?", "4", "test") for i in range(3)]
    plan = decodes(window=8, every=10, stub="box")
    engine = ScriptedEngine(reply)
    reports = decoded(engine, options, {"sums": problems}, plan)
    found = table(reports)
    rows = {row["name"]: row for row in found["rows"]}
    assert {*plan} - {"self-consistency"} <= {*rows}
    assert {"self-consistency, cisc", "subthought, late", "subthought vote, stop sharp"} <= {*rows}
    assert (rows["subthought"]["seeds"], rows["last answer"]["seeds"]) == (2, 1)
    assert all(row["problems"] == 3 and row["p_holm"] >= row["p_value"] for row in found["rows"])
    assert rows["subthought vote, stop exact"]["accuracy"] == rows["subthought"]["accuracy"]
    assert rows["subthought vote, stop exact"]["tokens_per_problem"] <= rows["subthought"]["tokens_per_problem"]
    again = ScriptedEngine(reply)
    assert decoded(again, options, {"sums": problems}, plan) == reports
    assert again.calls == 0
