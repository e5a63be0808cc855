"""What the optimizer is shown: the worst first, no hidden tests, nothing endless; and which parent a reflection takes."""

from __future__ import annotations

from random import Random

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Reply
from reasoning_toolkit.prompts.proposers.gepa_reflect import pareto_front
from reasoning_toolkit.prompts.proposers.proposer import PROPOSERS, Proposing, Tried, find_proposer
from reasoning_toolkit.prompts.proposers.showing import clipped, failure, failures, items, ranked
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.prompts.scorer import Score

TESTS = "def check(candidate): assert candidate(2) == 4"


def tried(name: str, *scores: float, kind="value") -> Tried:
    problems = [
        Problem(f"p{i}", f"question {i}", TESTS if kind == "code" else f"gold {i}", "s", kind=kind) for i in range(9)
    ]
    pairs = zip(problems, scores, strict=False)
    examples = [
        (p, Reply(f"reply {p.id}", ()), Score(s, "right" if s == 1 else "wrong", "off by one")) for p, s in pairs
    ]
    return Tried(Candidate({"task": name}), sum(scores) / len(scores), examples)


def question(name: str, history: list[Tried], round: int = 1) -> str:
    """The first thing that a proposer asks."""
    row, settings = find_proposer(name)
    engine = ScriptedEngine([])
    request = next(row.propose(history, Proposing(engine, Template(), 0, settings, round)))[0]
    return engine.tokenizer.decode(request.prompt)


def test_attempts_stand_in_rising_order() -> None:
    history = [tried("middle", 1, 0), tried("best", 1, 1), tried("worst", 0, 0.7)]
    for name in ("opro", "copro"):
        text = question(name, history)
        assert text.index("Score 35: worst") < text.index("Score 50: middle") < text.index("Score 100: best")


def test_attempts_below_the_threshold_are_shown_only_where_there_is_nothing_else() -> None:
    assert "bad" not in question("opro", [tried("bad", 0.1), tried("good", 0.5)])
    assert "bad" in question("opro", [tried("bad", 0.1)])


def test_an_attempt_without_a_score_is_not_ranked() -> None:
    assert [t.score for t in ranked([tried("a", float("nan")), tried("b", 0.0)])] == [0.0]
    assert [score.score for _, _, score in failures(tried("a", float("nan"), 0.5, 1.0))] == [0.5]


def test_a_failure_says_what_was_asked_said_expected_and_wrong() -> None:
    assert failure(tried("x", 0).examples[0]).splitlines() == [
        "Input: question 0",
        "Reply: reply p0",
        "Expected output: gold 0",
        "Verdict: wrong",
        "Feedback: off by one",
    ]


def test_hidden_tests_of_code_are_shown_to_nobody() -> None:
    history = [tried("a", 0, 0, 0, kind="code"), tried("b", 0, 1, 0, kind="code")]
    assert items(history, 3, Random(0)) == ""
    for name in PROPOSERS:
        row, settings = find_proposer(name)
        requests = next(row.propose(history, Proposing(ScriptedEngine([]), Template(), 0, settings, 0)))
        texts = [ScriptedEngine([]).tokenizer.decode(request.prompt) for request in requests]
        assert not any("assert candidate" in text for text in texts)


def test_long_items_are_clipped() -> None:
    assert clipped("a" * 5000 + "z") == "a" * 600 + " [...] " + "a" * 599 + "z"
    assert clipped("short") == "short"


def test_the_front_holds_what_nothing_else_beats() -> None:
    good, other, beaten = tried("good", 1, 1, 0), tried("other", 0, 0, 1), tried("beaten", 1, 0, 0)
    assert pareto_front([beaten, good, other]) == [(good, 2), (other, 1)]
    twins = [tried("a", 1, 0), tried("b", 1, 0)]
    assert pareto_front(twins) == [(twins[0], 2)]  # of equals the older one
    assert pareto_front([tried("nothing", float("nan"))]) == []


def test_a_reflection_takes_a_parent_of_the_front_and_shows_its_failures() -> None:
    history = [tried("start", 0, 0, 0, 0), tried("good", 1, 1, 1, 0)]
    for round in range(5):
        text = question("gepa-reflect", history, round)
        assert "<prompt>good</prompt>" in text
        assert "question 3" in text
        assert "question 1" not in text
