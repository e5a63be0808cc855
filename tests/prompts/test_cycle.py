"""The cycle over a scripted model: what is asked, when it stops, what is chosen, what it costs, and that it goes on after a kill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.engines.scripted import Output, ScriptedEngine
from reasoning_toolkit.engines.types import Completion, Request, Sampling
from reasoning_toolkit.errors import EngineError, UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.cycle import FIXED_HINT, cycles_of
from reasoning_toolkit.prompts.maps.quotes import RUN
from reasoning_toolkit.prompts.policies import Asking, Reply, find_policy
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.runs.drive import drive
from reasoning_toolkit.runs.ledger import Ledger

QUESTION = "Anna has 3 apples and buys 4 more at the market. How many apples has she now?"
PROBLEM = Problem("apples", QUESTION, "7", "test")
OTHER = Problem("pears", "Ben has 9 pears and eats 2 of them after lunch. How many pears are left?", "7", "test")
FORWARD, BACKWARD, DISCRIMINATE = "forward", "backward", "discriminate"


def kind_of(prompt: str) -> str:
    if "Below is a reply to a question" in prompt:
        return BACKWARD
    return DISCRIMINATE if "Do these two questions" in prompt else FORWARD


class Model:
    """Answers each kind of call from a list, the last entry for ever, and notes what it was asked."""

    def __init__(self, **outputs: list[Output]) -> None:
        self.outputs = {
            FORWARD: ["It is 7."],
            BACKWARD: ["What is 3 + 4?"],
            DISCRIMINATE: ["verdict: different\nhint: name the market"],
        } | outputs
        self.asked: dict[str, list[str]] = {FORWARD: [], BACKWARD: [], DISCRIMINATE: []}
        self.requests: list[Request] = []
        self.engine = ScriptedEngine(self.answer)

    def answer(self, prompt: str, request: Request) -> Output:
        kind = kind_of(prompt)
        self.asked[kind].append(prompt)
        self.requests.append(request)
        outputs = self.outputs[kind]
        return outputs[min(len(self.asked[kind]), len(outputs)) - 1]


def answered(
    model: Model,
    path: Path,
    problem: Problem = PROBLEM,
    policy: str = "cycle",
    demos: tuple[Problem, ...] = (),
    **settings: Any,
) -> Reply:
    candidate = Candidate(policy=policy, settings=settings)
    asking = Asking(model.engine, Template(form="Say it shortly."), demos)
    path.mkdir(exist_ok=True)
    ledger = Ledger(path / "ledger.sqlite")
    try:
        ((_, reply),) = drive(model.engine, ledger, [("p", find_policy(policy)(candidate, problem, asking))])
    finally:
        ledger.close()
    return reply


SAME, DIFFERENT = "verdict: same\nhint: none", "verdict: different\nhint: name the market"


@pytest.mark.parametrize(
    ("verdicts", "cycles", "calls", "chosen"),
    [
        ([SAME], 3, 3, "try 1"),
        ([DIFFERENT, SAME], 3, 6, "try 2"),
        ([DIFFERENT, DIFFERENT, SAME], 3, 9, "try 3"),
        ([DIFFERENT], 3, 9, "try 1"),
        (["I cannot tell."], 3, 9, "try 1"),
        ([DIFFERENT], 1, 3, "try 1"),
        ([DIFFERENT], 5, 15, "try 1"),
        (["I cannot tell.", SAME], 5, 6, "try 2"),
    ],
)
def test_it_stops_where_the_cycle_closes_and_else_keeps_the_first(
    verdicts: list[Output], cycles: int, calls: int, chosen: str, tmp_path: Path
) -> None:
    model = Model(
        forward=[f"try {i}" for i in range(1, 6)], backward=[f"Back {i}?" for i in range(6)], discriminate=verdicts
    )
    reply = answered(model, tmp_path, cycles=cycles)
    assert reply.text == chosen
    assert model.engine.calls == len(reply.keys) == calls <= 3 * cycles
    assert len(set(reply.keys)) == calls


def test_the_hint_stands_before_the_prompt_the_last_alone_or_all_of_them(tmp_path: Path) -> None:
    hints: list[Output] = [f"verdict: different\nhint: hint {i}" for i in range(3)]
    outputs: Mapping[str, list[Output]] = {
        "forward": ["a", "b", "c"],
        "backward": ["x", "y", "z"],
        "discriminate": hints,
    }
    replaced, kept = Model(**outputs), Model(**outputs)
    answered(replaced, tmp_path / "replaced")
    answered(kept, tmp_path / "kept", accumulate=True)
    assert QUESTION in replaced.asked[FORWARD][0] and "Note" not in replaced.asked[FORWARD][0]
    for model, last in ((replaced, "hint 1"), (kept, "hint 0\nhint 1")):
        assert f"Note on an earlier try:\nhint 0\n\n{QUESTION}" in model.asked[FORWARD][1]
        assert f"Note on an earlier try:\n{last}\n\n{QUESTION}" in model.asked[FORWARD][2]


def test_each_map_sees_what_it_may(tmp_path: Path) -> None:
    model = Model(
        forward=[f"<think>Hm: {QUESTION}</think>You ask: {QUESTION} It is 7."],
        backward=["<think>so</think>Three and four?"],
    )
    answered(model, tmp_path, cycles=1)
    (backward,), (compared,) = model.asked[BACKWARD], model.asked[DISCRIMINATE]
    assert not {QUESTION[i : i + RUN] for i in range(len(QUESTION) - RUN + 1)} & {
        backward[i : i + RUN] for i in range(len(backward))
    }
    assert "It is 7." in backward and "Hm" not in backward
    assert (
        QUESTION in compared
        and "Three and four?" in compared
        and "so</think>" not in compared
        and "It is 7." not in compared
    )


def test_the_first_call_is_the_single_one_and_only_later_tries_are_drawn(tmp_path: Path) -> None:
    model = Model(forward=["a", "b", "c"], backward=["x", "y", "z"])
    reply = answered(model, tmp_path, temperature=0.3)
    assert [r.sampling.temperature for r in model.requests] == [0, 0, 0, 0.3, 0, 0, 0.3, 0, 0]
    single = answered(model, tmp_path, policy="single")
    assert single.keys == reply.keys[:1] and single.text == "a"
    forward = [r for r in model.requests if r.sampling.temperature]
    assert len({r.seed for r in forward}) == 2  # the same words twice are two tries


def test_the_fixed_hint_is_the_same_at_every_cycle_and_costs_the_same(tmp_path: Path) -> None:
    model = Model(forward=["a", "b", "c"], backward=["x", "y", "z"])
    reply = answered(model, tmp_path, hint="fixed")
    assert len(reply.keys) == 9
    assert all(f"{FIXED_HINT}\n\n{QUESTION}" in prompt for prompt in model.asked[FORWARD][1:])
    assert not any("name the market" in prompt for prompt in model.asked[FORWARD])


def by_problem(prompt: str, request: Request) -> Output:
    pears = "pears" in prompt
    if kind_of(prompt) == FORWARD:
        return f"{'7 p' if pears else '7 a'}, {request.seed}"
    if kind_of(prompt) == BACKWARD:
        return "Pears?" if "7 p" in prompt else "Apples?"
    return f"verdict: different\nhint: about {'lunch' if pears else 'the market'}"


def test_the_hint_of_another_problem_is_its_own_and_is_paid_once(tmp_path: Path) -> None:
    engine = ScriptedEngine(by_problem)
    seen: list[str] = []
    engine.script = lambda prompt, request: seen.append(prompt) or by_problem(prompt, request)  # type: ignore[func-returns-value]
    candidate = Candidate(policy="cycle", settings={"hint": "other"})
    asking = Asking(engine, Template(), (PROBLEM, OTHER))
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ((_, (cycles, borrowed)),) = drive(engine, ledger, [("p", cycles_of(candidate, PROBLEM, asking))])
    noted = [prompt for prompt in seen if "Note on" in prompt]
    assert "about lunch" in noted[0] and "the market\n\n" not in noted[0] and QUESTION in noted[0]
    assert len(noted) == 1  # nobody else can lend one
    assert len([key for cycle in cycles for key in cycle.reply.keys]) == 9
    assert len(borrowed) == 3
    calls = engine.calls
    own = Candidate(policy="cycle", settings={"cycles": 1})
    ((_, reply),) = drive(engine, ledger, [("q", find_policy("cycle")(own, OTHER, asking))])
    assert (reply.keys, engine.calls) == (borrowed, calls)
    ledger.close()


def test_a_donor_is_not_shown_its_own_answer(tmp_path: Path) -> None:
    engine = ScriptedEngine(by_problem)
    seen: list[str] = []
    engine.script = lambda prompt, request: seen.append(prompt) or by_problem(prompt, request)  # type: ignore[func-returns-value]
    candidate = Candidate(shots=2, policy="cycle", settings={"hint": "other", "cycles": 2})
    third = Problem("plums", "Cleo has 5 plums.", "secret", "test")
    asking = Asking(engine, Template(), (replace(OTHER, answer="donor's own"), third))
    ledger = Ledger(tmp_path / "ledger.sqlite")
    list(drive(engine, ledger, [("p", find_policy("cycle")(candidate, PROBLEM, asking))]))
    ledger.close()
    (donors,) = [p for p in seen if kind_of(p) == FORWARD and QUESTION not in p]
    assert "secret" in donors and "donor's own" not in donors


def failure(prompt: str) -> Completion:
    return Completion((), "", "error", error=f"{prompt} is too long")


@pytest.mark.parametrize(
    ("kind", "calls", "at"),
    [(FORWARD, 1, 0), (BACKWARD, 2, 0), (DISCRIMINATE, 3, 0), (FORWARD, 4, 1), (BACKWARD, 5, 1), (DISCRIMINATE, 6, 1)],
)
def test_a_call_that_fails_is_the_replys_error(kind: str, calls: int, at: int, tmp_path: Path) -> None:
    outputs: dict[str, list[Output]] = {FORWARD: ["a", "b", "c"], BACKWARD: ["x", "y"], DISCRIMINATE: [DIFFERENT]}
    outputs[kind] = [*outputs[kind][:at], failure("it")]
    model = Model(**outputs)
    reply = answered(model, tmp_path)
    assert reply.error == "it is too long"
    assert len(reply.keys) == calls == model.engine.calls


@pytest.mark.parametrize(
    ("outputs", "calls"),
    [
        ({"forward": ["<think>never done"]}, 3),  # nothing to map back
        ({"forward": [" "]}, 3),
        ({"backward": ["<think>never done"]}, 6),  # nothing to compare
        ({"backward": [" "]}, 6),
    ],
)
def test_where_a_map_has_nothing_to_go_on_the_next_try_begins(
    outputs: dict[str, list[Output]], calls: int, tmp_path: Path
) -> None:
    model = Model(**outputs)
    reply = answered(model, tmp_path)
    assert reply.error is None
    assert len(reply.keys) == calls
    assert not any("Note on" in prompt for prompt in model.asked[FORWARD])


def test_a_reply_that_was_cut_off_says_so(tmp_path: Path) -> None:
    model = Model(forward=["a long text that is cut", "b"])
    candidate = Candidate(policy="cycle", settings={"cycles": 1})
    asking = Asking(model.engine, Template(sampling=Sampling(temperature=0, max_tokens=5, stop=("zzz",))))
    with_ledger = Ledger(tmp_path / "ledger.sqlite")
    ((_, reply),) = drive(model.engine, with_ledger, [("p", find_policy("cycle")(candidate, PROBLEM, asking))])
    with_ledger.close()
    assert reply.cut_off and reply.text == "a lon"
    assert [r.sampling.stop for r in model.requests] == [("zzz",), (), ()]


def dies_after(model: Model, calls: int) -> Callable[[str, Request], Output]:
    def answer(prompt: str, request: Request) -> Output:
        return EngineError("killed") if model.engine.calls > calls else model.answer(prompt, request)

    return answer


@pytest.mark.parametrize("calls", range(9))
def test_killed_after_any_call_it_goes_on_to_the_same_reply(calls: int, tmp_path: Path) -> None:
    whole = Model(forward=["a", "b", "c"], backward=["x", "y", "z"])
    expected = answered(whole, tmp_path / "whole")
    first = Model(forward=["a", "b", "c"], backward=["x", "y", "z"])
    first.engine.script = dies_after(first, calls)
    with pytest.raises(EngineError, match="killed"):
        answered(first, tmp_path / "killed")
    first.engine.script = first.answer
    assert answered(first, tmp_path / "killed") == expected
    assert len(first.requests) == len(whole.requests)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cycels": 3}, "did you mean 'cycles'|cycles"),
        ({"cycles": 0}, "at least 1"),
        ({"cycles": 2.5}, "whole number"),
        ({"hint": "shuffled"}, "own"),
        ({"temperature": -1}, "from 0 to 2"),
        ({"hint": "other"}, "there is none"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        answered(Model(), tmp_path, **settings)
    assert any(word in str(caught.value) for word in words.split("|"))
