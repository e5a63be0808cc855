"""The arms of the cost benchmark on a scripted model: the same answers for less, and a fixed work that is fixed."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.decode_cost.arms import Recorded, elect, vote
from benchmarks.decode_cost.cases import Case, Traced, _script_cuts, pocket, trace_problems
from benchmarks.decode_cost.engines import FixedWork, fixed
from benchmarks.decode_cost.measure import Row, summary
from reasoning_toolkit.engines.block_cache import BlockCache
from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request, Usage
from reasoning_toolkit.runs.drive import drive
from reasoning_toolkit.runs.ledger import Ledger

STEPS = 60


def reply(prompt: str, request: Request) -> str:
    """A trace of 60 steps; a continuation writes what the trace has left, then 7, or 8 in one of ten cases."""
    done = prompt.count("Wait, step")
    rest = "".join(f"Wait, step {i:02}. " for i in range(done, STEPS))
    answer = 8 if random.Random(request.seed).random() < 0.1 else 7
    return ("" if done else "<think>") + rest + f"</think>\\boxed{{{answer}}}"


def scripted(block: int = 16) -> ScriptedEngine:
    return ScriptedEngine(reply, slots=8, cache=BlockCache(block))


def traced_one(engine: ScriptedEngine) -> tuple[Case, Traced]:
    case = pocket(problems=1, samples=1)
    case = replace(case, config=replace(case.config, max_tokens=4000), trace=replace(case.trace, max_tokens=4000))
    (traced,) = trace_problems(engine, case)
    return case, traced


def run_vote(
    engine: ScriptedEngine | FixedWork, case: Case, traced: Traced, rule: str, folder: Path
) -> tuple[Recorded, str | None]:
    ledger = Ledger(folder / f"{rule}.sqlite")
    (result,) = dict(drive(engine, ledger, [("p", vote(traced, engine, case.config, rule))])).values()
    ledger.close()
    return result


@pytest.mark.parametrize("block", [1, 16, 528])
def test_the_full_vote_costs_what_the_cost_model_says(tmp_path: Path, block: int) -> None:
    engine = scripted(block)
    case, traced = traced_one(engine)
    made, answer = run_vote(engine, case, traced, "full", tmp_path)
    assert answer == "7" == elect(traced, engine, case.config, made)
    assert len(traced.requests) == STEPS == len(made)
    for request in traced.requests:
        length = len(request.prompt)
        computed = length - block * ((length - 1) // block)
        usage = made[request.key(engine.identity)].usage
        assert (usage.prefilled, usage.cached) == (computed, length - computed)


def test_a_vote_that_ends_early_elects_the_same_for_less(tmp_path: Path) -> None:
    spent = {}
    for rule in ("full", "exact", "certified", "sharp"):
        engine = scripted()
        case, traced = traced_one(engine)
        made, answer = run_vote(engine, case, traced, rule, tmp_path)
        assert answer == "7"
        spent[rule] = (len(made), sum(c.usage.decoded for c in made.values()))
    assert spent["full"][0] == STEPS
    assert spent["sharp"][0] <= spent["certified"][0] <= STEPS / 3
    assert max(spent["certified"][1], spent["exact"][1]) < 0.5 * spent["full"][1]  # exact draws the short ones first


def test_fixed_work_asks_for_the_recorded_length_and_says_what_was_recorded(tmp_path: Path) -> None:
    engine = scripted()
    case, traced = traced_one(engine)
    recorded, answer = run_vote(engine, case, traced, "full", tmp_path)
    asked: list[Request] = []

    def other(prompt: str, request: Request) -> str:
        asked.append(request)
        return "x" * 5000

    replayed, again = run_vote(FixedWork(ScriptedEngine(other), recorded), case, traced, "sharp", tmp_path)
    assert again == answer == "7"
    assert all(r.sampling.ignore_eos for r in asked)
    for key, completion in replayed.items():
        assert completion.text == recorded[key].text
        assert completion.usage.decoded == recorded[key].usage.decoded
    first = traced.requests[0]
    short = replace(recorded[first.key(engine.identity)], usage=Usage(0, 0, 3))
    assert fixed(first, short).sampling.max_tokens == 3


def test_a_script_cuts_right_before_the_word() -> None:
    text = "One. Two.\n\nThree."
    assert list(_script_cuts(text, [(0, 4), (4, 9), (9, len(text))])) == ["One. ", "One. Two.\n\n", text]


def test_ratios_are_of_medians() -> None:
    cost = {
        "N0": 40.0,
        "N1": 20.0,
        "N2": 11.0,
        "N3 bare": 9.0,
        "N3": 10.0,
        "exact": 8.0,
        "certified": 5.0,
        "sharp": 4.0,
    }
    rows = {
        name: Row(
            wall_s=[wall, wall, 100 * wall],
            cpu_s=[2 * wall],
            prefilled=[1000 if name == "N1" else 50],
            cached=[0],
            decoded=[100],
            peak_memory=[0.5],
            begun=[9],
            needed=[9],
            agrees=[True, False],
        )
        for name, wall in cost.items()
    }
    ratios = summary(rows)["ratios"]
    assert ratios["prefilled, N1 over N3"] == 20
    assert ratios["wall_s, certified over N3"] == 0.5
    assert ratios["cpu_s, N3 over N3 bare"] == pytest.approx(10 / 9)
    assert summary(rows)["arms"]["N3"]["agreement_with_n3"] == 0.5
