"""A whole decode whose votes end early: the same end whatever finished first, whenever it was killed, and from what was known."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.errors import EngineError, UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode, score
from reasoning_toolkit.subthought.record import record_from_json
from reasoning_toolkit.subthought.stopping import RULES, replay
from reasoning_toolkit.subthought.stopping.rules import random_order

PROBLEMS = [Problem(f"p{i}", f"Problem number {i}?", str(i), "test") for i in range(1, 5)]
CONFIG = DecodeConfig(problems="four", model="scripted", method="subthought", max_tokens=2000, stop="sharp")
STEPS = 24
EARLY = [rule for rule in RULES if rule != "full"]


def reply(prompt: str, request: Request) -> str:
    """A trace of 24 subthoughts. Problems 1 and 2 are unanimous, 3 has a clear winner, 4 is nearly a tie and sometimes silent."""
    number = int(prompt.split("Problem number ")[1].split("?")[0])
    draw = random.Random(f"{request.seed} {len(prompt)}")
    if "<think>" not in prompt:
        return "<think>" + "".join(f"Wait, step {i}. " for i in range(STEPS)) + f"</think>\\boxed{{{number}}}"
    answer = {3: draw.choice((3, 3, 3, 8)), 4: draw.choice((4, 5, None))}.get(number, number)
    said = "I do not know" if answer is None else f"\\boxed{{{answer}}}"
    return f"{'so ' * draw.randint(1, 9)}</think>{said}"


def run_decode(folder: Path, config: DecodeConfig = CONFIG, **engine: Any) -> tuple[dict[str, Any], ScriptedEngine]:
    scripted = ScriptedEngine(engine.pop("script", reply), **engine)
    with Run(folder) as run:
        return decode(run, PROBLEMS, scripted, config), scripted


def files(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in ("report.json", "report.html")]


def records(folder: Path) -> dict[str, Any]:
    with Run(folder) as run:
        return run.ledger.load_all("record")


@pytest.mark.parametrize("rule", EARLY)
def test_each_rule_stops_where_a_replay_of_the_full_run_stops(tmp_path: Path, rule: str) -> None:
    full, _ = run_decode(tmp_path / "full", replace(CONFIG, stop="full"))
    early, _ = run_decode(tmp_path / "early", replace(CONFIG, stop=rule))
    for whole, part, record in zip(
        full["problems"], early["problems"], records(tmp_path / "early").values(), strict=True
    ):
        answers = [s["answer"] for s in whole["subthoughts"]]
        drawn = [i for i, s in enumerate(part["subthoughts"]) if s["outcome"] != "not_drawn"]
        assert [part["subthoughts"][i] | {"answer": answers[i]} for i in drawn] == [
            whole["subthoughts"][i] for i in drawn
        ]
        own = whole["answers"]["last answer"]["answer"]
        order = RULES[rule].order(random_order_of(whole["id"], len(answers)))
        expected = replay(answers, rule, order, last=own)
        assert (part["stop"]["draws"], part["stop"]["rule"]) == (expected.draws, expected.rule)
        assert sorted(order[: expected.draws]) == drawn
        assert record["stop"]["answer"] == expected.answer == part["votes"][0][0]
        if expected.rule in ("exact", "full"):
            assert part["answers"]["subthought vote"]["answer"] == whole["answers"]["subthought vote"]["answer"]


def random_order_of(problem: str, total: int) -> list[int]:
    return random_order(total, CONFIG.seed, problem)


@pytest.mark.parametrize("rule", EARLY)
def test_what_finishes_first_changes_neither_record_nor_report(tmp_path: Path, rule: str) -> None:
    seen = set()
    for slots in (1, 3, 32):
        draw = random.Random(slots)
        folder = tmp_path / str(slots)
        run_decode(
            folder, replace(CONFIG, stop=rule), slots=slots, delay=lambda request, draw=draw: draw.random() / 500
        )
        seen.add((*files(folder), json.dumps(records(folder))))
    assert len(seen) == 1


@pytest.mark.parametrize("rule", ["sharp", "exact", "hybrid"])
def test_a_run_that_died_again_and_again_ends_like_one_that_did_not(tmp_path: Path, rule: str) -> None:
    config = replace(CONFIG, stop=rule)
    _, whole = run_decode(tmp_path / "whole", config, slots=4)
    deaths = 0
    for patience in (4, 5, 6, 7, 8, 4, 5, 6, 999):
        draw, calls = random.Random(patience), iter(range(10_000))

        def dying(prompt: str, request: Request, patience: int = patience, calls: Any = calls) -> str | Exception:
            return EngineError("killed") if next(calls) >= patience else reply(prompt, request)

        try:
            run_decode(
                tmp_path / "died", config, script=dying, slots=4, delay=lambda request, d=draw: d.random() / 1000
            )
        except EngineError:
            deaths += 1
    assert deaths >= 4 and whole.calls > 20
    assert files(tmp_path / "died") == files(tmp_path / "whole")
    assert records(tmp_path / "died") == records(tmp_path / "whole")


def test_the_report_says_what_was_drawn_and_what_was_saved(tmp_path: Path) -> None:
    report, engine = run_decode(tmp_path)
    stopping = report["stopping"]
    assert (stopping["rule"], stopping["alpha"], stopping["total"]) == ("sharp", 0.05, 4 * STEPS)
    drawn = [s for p in report["problems"] for s in p["subthoughts"] if s["outcome"] != "not_drawn"]
    assert stopping["drawn"] == len(drawn) < stopping["total"]
    assert sum(stopping["fired"].values()) == 4 and stopping["fired"]["certified"] >= 2
    assert stopping["tokens"] == sum(s["tokens"] for s in drawn)
    first = report["problems"][0]
    tokens = sum(s["tokens"] for s in first["subthoughts"])
    m = first["stop"]["draws"]
    assert m <= 6
    assert first["stop"]["tokens_saved"] == round(tokens / m * (STEPS - m))
    assert (first["stop"]["margin"], first["stop"]["classes"], first["stop"]["alpha"]) == (m, 1, 0.05)
    rows = {row["name"]: row for row in report["methods"]}
    assert rows["subthought vote"]["tokens"] == rows["last answer"]["tokens"] + stopping["tokens"]
    # What was spent, not what might have been.
    assert rows["self-consistency"]["tokens"] <= rows["subthought vote"]["tokens"]
    used = {key for r in records(tmp_path).values() for key in record_from_json(r).paid()}
    assert report["usage"]["completions"] == len(used)
    assert engine.calls < 4 * STEPS


def test_another_rule_on_the_same_run_generates_only_what_is_missing(tmp_path: Path) -> None:
    config = replace(CONFIG, baselines=False)
    run_decode(tmp_path, replace(config, stop="full"))
    early, engine = run_decode(tmp_path, config)
    assert engine.calls == 0
    fresh, _ = run_decode(tmp_path / "fresh", config)
    assert early == fresh
    _, engine = run_decode(tmp_path / "fresh", replace(config, stop="full"))
    assert 0 < engine.calls < 4 * STEPS
    assert files(tmp_path / "fresh") == files_of_full(tmp_path, config)


def files_of_full(tmp_path: Path, config: DecodeConfig) -> list[bytes]:
    run_decode(tmp_path / "again", replace(config, stop="full"))
    return files(tmp_path / "again")


def test_grading_again_keeps_the_stop(tmp_path: Path) -> None:
    report, _ = run_decode(tmp_path)
    with Run(tmp_path) as run:
        assert score(run) == (report, 0)


def test_several_samples_a_prefix_are_one_population(tmp_path: Path) -> None:
    report, _ = run_decode(tmp_path, replace(CONFIG, n=3))
    assert [p["stop"]["total"] for p in report["problems"]] == [3 * STEPS] * 4
    drawn = [Counter(d.place for d in record_from_json(r).draws) for r in records(tmp_path).values()]
    lengths = [places[place] for places in drawn for place in range(STEPS)]
    assert sum(lengths) == report["stopping"]["drawn"] and max(lengths) > 1 and min(lengths) == 0


def test_greedy_continuations_are_known_and_no_rule_is_asked(tmp_path: Path) -> None:
    report, engine = run_decode(tmp_path, replace(CONFIG, temperature=0.0))
    assert engine.calls == 4
    assert report["stopping"] == {} and [p["stop"] for p in report["problems"]] == [None] * 4


def test_a_heuristic_stop_is_labelled_as_one(tmp_path: Path) -> None:
    report, _ = run_decode(tmp_path, replace(CONFIG, stop="heuristic"))
    assert any("no guarantee" in note for note in report["notes"])
    assert not any("no guarantee" in note for note in run_decode(tmp_path / "s")[0]["notes"])


def test_a_wrong_rule_or_alpha_is_refused_before_anything_is_spent(tmp_path: Path) -> None:
    for wrong in ({"stop": "sharpe"}, {"alpha": 0.0}):
        with pytest.raises(UsageError):
            run_decode(tmp_path, replace(CONFIG, **wrong))
