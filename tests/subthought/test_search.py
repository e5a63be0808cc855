"""Tree search over a scripted model: which steps are kept, what comes of it, what it costs, and that a killed search goes the same way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pieces import ask, engine_of, play

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.errors import ConfigChanged, EngineError, UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.scoring.scorer import Scores
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode, score
from reasoning_toolkit.subthought.methods import find_method
from reasoning_toolkit.subthought.scored import RememberedScorer
from reasoning_toolkit.subthought.search import Search, beam_search, verifier_trees

PROBLEM = Problem("p", "What is 2 + 2?", "4", "test")


class Letters:
    """Scores a step by its first letter: a is worst, z is best."""

    identity, separator = "letters", "\n\n"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        self.seen += [text for _, text in pairs]
        return [tuple((ord(step[0]) - 97) / 25 for step in text.split("\n\n") if step) for _, text in pairs]


def searching(outputs: Any, **settings: Any) -> tuple[ScriptedEngine, Letters, Search]:
    """An engine that gives these outputs in order, and a search over it."""
    engine, letters = ScriptedEngine(outputs, tags=None), Letters()
    return engine, letters, Search(PROBLEM, engine, letters, False, **({"lookahead": 0, "width": 2} | settings))


def test_a_tree_goes_on_from_its_best_child_and_ends_with_it() -> None:
    engine, letters, search = searching(["b\n\n", "m\n\n", "c\n\n", "z \\boxed{4}"])
    draws, played = play(engine, verifier_trees([ask(engine, max_tokens=50)], search))
    assert letters.seen == ["b\n\n", "m\n\n", "m\n\nc\n\n", "m\n\nz \\boxed{4}"]
    assert [played.text(draw) for draw in draws] == ["m\n\nc", "m\n\nz \\boxed{4}"]
    (first, second), later = played.rounds[0], played.rounds[1]
    assert first.seed != second.seed and first.prompt == second.prompt
    assert all(r.prompt == first.prompt + tuple(b"m\n\n") and r.parent == second.key(engine.identity) for r in later)
    assert all(r.sampling.stop == ("\n\n",) and r.sampling.max_tokens == 50 - 3 for r in later)
    assert later[0].seed != later[1].seed
    # Each of the four completions is paid by one of the draws at least.
    assert {key for draw in draws for key in draw.keys} == set(played.completions)


def test_the_siblings_of_an_end_do_not_end_a_tree() -> None:
    engine, _, search = searching(["b", "m\n\n", "c\n\n", "d"])
    draws, played = play(engine, verifier_trees([ask(engine)], search))
    assert [played.text(draw) for draw in draws] == ["m\n\nc", "m\n\nd"]
    assert [draw.place for draw in draws] == [0, 1]


def test_of_equal_children_the_first_is_kept() -> None:
    engine, letters, search = searching(["m one\n\n", "m two\n\n", "x", "y"])
    play(engine, verifier_trees([ask(engine)], search))
    assert letters.seen[2:] == ["m one\n\nx", "m one\n\ny"]


def test_trees_are_independent() -> None:
    engine, _, search = searching(["b\n\n", "m\n\n", "y\n\n", "z\n\n", "a", "c", "d", "e"])
    requests = [ask(engine), ask(engine, "<|user|>\nAnother<|assistant|>")]
    draws, played = play(engine, verifier_trees(requests, search))
    assert [played.text(draw) for draw in draws] == ["m\n\na", "m\n\nc", "z\n\nd", "z\n\ne"]
    assert len(played.rounds) == 2  # in step with one another


def test_the_step_ahead_is_scored_and_dropped() -> None:
    engine, letters, search = searching(["y\n\n", "b\n\n", "a\n\n", "z\n\n", "k", "l"], lookahead=1)
    draws, played = play(engine, verifier_trees([ask(engine)], search))
    # means of (y, a) and (b, z): 24/50 < 26/50
    assert letters.seen == ["y\n\na\n\n", "b\n\nz\n\n", "b\n\nk", "b\n\nl"]
    assert [r.sampling.temperature for r in played.rounds[1]] == [0.0, 0.0]
    assert [played.text(draw) for draw in draws] == ["b\n\nk", "b\n\nl"]
    assert {key for draw in draws for key in draw.keys} == set(played.completions)


def test_the_aggregate_decides() -> None:
    for how, kept in (("last", "a\n\nz\n\n"), ("min", "m\n\nm\n\n")):
        engine, letters, search = searching(["a\n\n", "m\n\n", "z\n\n", "m\n\n", "e", "f"], lookahead=1, aggregate=how)
        play(engine, verifier_trees([ask(engine)], search))
        assert letters.seen[-1].startswith(kept[:1])


def test_a_search_ends_at_its_iterations_and_at_the_token_limit() -> None:
    engine, _, search = searching(lambda prompt, request: "m\n\n", iterations=3)
    draws, played = play(engine, verifier_trees([ask(engine)], search))
    assert ([len(r) for r in played.rounds], played.text(draws[0])) == ([2, 2, 2], "m\n\nm\n\nm")
    engine, _, search = searching(lambda prompt, request: "mmmm\n\n")
    draws, played = play(engine, verifier_trees([ask(engine, max_tokens=9)], search))
    assert played.text(draws[0]) == "mmmm\n\nmmm"
    assert played.completions[draws[0].pieces[-1].key].finish_reason == "length"


def test_a_box_ends_a_response_only_behind_its_thinking() -> None:
    outputs = ["m \\boxed{4}\n\n", "a\n\n", "</think>\n\n", "b\n\n", "k \\boxed{4}\n\n", "b\n\n"]
    engine = engine_of(lambda prompt, request: next(script))
    script = iter(outputs)
    search = Search(PROBLEM, engine, _Thinking(), True, width=2, lookahead=0)
    draws, played = play(engine, verifier_trees([ask(engine)], search))
    assert len(played.rounds) == 3
    assert played.text(draws[0]) == "m \\boxed{4}\n\n</think>\n\nk \\boxed{4}"


class _Thinking(Letters):
    def score(self, pairs: Sequence[tuple[Problem, str]]) -> list[Scores]:
        return [(float("</think>" in text) + text.count("boxed"),) for _, text in pairs]


def test_beams_compete_and_n_responses_come_of_it() -> None:
    # Four children of the root; the two best, y and x, have two children each. z ends; the three others compete for one place.
    outputs = ["a\n\n", "x\n\n", "y\n\n", "b\n\n", "z", "c\n\n", "w\n\n", "d\n\n", "e", "f", "g"]
    engine, letters, search = searching(outputs)
    draws, played = play(engine, beam_search(ask(engine), 4, search))
    assert [len(asked) for asked in played.rounds] == [4, 4, 3]
    assert letters.seen[4:8] == ["y\n\nz", "y\n\nc\n\n", "x\n\nw\n\n", "x\n\nd\n\n"]
    assert letters.seen[8:] == ["x\n\nw\n\ne", "x\n\nw\n\nf", "x\n\nw\n\ng"]
    assert [played.text(draw) for draw in draws] == ["y\n\nz", "x\n\nw\n\ne", "x\n\nw\n\nf", "x\n\nw\n\ng"]
    assert {key for draw in draws for key in draw.keys} == set(played.completions)


def test_a_beam_that_never_ends_has_n_responses_too() -> None:
    engine, _, search = searching(lambda prompt, request: f"{'bcdefgh'[request.seed % 7]}\n\n", iterations=3)
    draws, played = play(engine, beam_search(ask(engine), 6, search))
    assert len(draws) == 6 and [len(asked) for asked in played.rounds] == [6, 6, 6]
    assert len({request.key(engine.identity) for request in played.requests}) == 18


def model(prompt: str, request: Request) -> str:
    """Steps of a letter by the seed, then an answer: 4 behind a good last letter, else the letter's number."""
    done = prompt.split("assistant|>")[-1] if "assistant|>" in prompt else prompt
    letter = "bdhmtz"[request.seed % 6]
    if done.count("\n\n") < 4 + request.seed % 2:
        return f"{letter}\n\n"
    return f"{letter} \\boxed{{{4 if letter > 'h' else ord(letter)}}}"


SCORER = (
    "def letter(problem, text):\n    return [ord(s.strip()[0]) / 122 for s in text.split('\\n\\n') if s.strip()] or 0\n"
)


def decoded(folder: Path, scorer: Path, dies_after: int | None = None, **settings: Any) -> tuple[dict[str, Any], int]:
    """A decode, and how many completions were made; the engine may die on the way."""
    calls = 0

    def reply(prompt: str, request: Request) -> Any:
        nonlocal calls
        calls += 1
        return EngineError("dead") if calls == dies_after else model(prompt, request)

    settings = {"method": "dvts", "n": 8, "settings": {"width": 2}} | settings
    config = DecodeConfig(
        problems="p",
        model="scripted",
        max_tokens=60,
        scorer=f"{scorer}@letter",
        votes=("weighted", "plurality"),
        **settings,
    )
    problems = [PROBLEM, Problem("q", "What is 1 + 3?", "4", "test")]
    engine = ScriptedEngine(reply, tags=None, slots=3)
    with Run(folder) as run:
        report = decode(run, problems, engine, config)
        assert score(run) == (report, 0)
    return report, calls


@pytest.fixture
def scorer(tmp_path: Path) -> Path:
    file = tmp_path / "scorer.py"
    file.write_text(SCORER)
    return file


@pytest.mark.parametrize("method", ["dvts", "beam"])
def test_a_search_that_is_killed_goes_the_same_way(tmp_path: Path, scorer: Path, method: str) -> None:
    whole, made = decoded(tmp_path / "whole", scorer, method=method)
    assert len(whole["problems"][0]["samples"]) == 8
    assert {row["name"] for row in whole["methods"]} == {
        method, f"{method}, weighted", f"{method}, plurality", "self-consistency"
    }  # fmt: skip
    for number, dies in enumerate((1, made // 3, made - 2)):
        with pytest.raises(EngineError, match="dead"):
            decoded(tmp_path / str(number), scorer, dies_after=dies, method=method)
        again, rest = decoded(tmp_path / str(number), scorer, method=method)
        assert again == whole
        assert rest <= made - dies + 4  # at most what was under way is made again
    assert decoded(tmp_path / "whole", scorer, method=method) == (whole, 0)


def test_costs_are_all_that_was_generated(tmp_path: Path, scorer: Path) -> None:
    report, made = decoded(tmp_path, scorer, baselines=False)
    assert report["usage"]["completions"] == made
    assert report["methods"][0]["tokens"] == report["usage"]["decoded"]
    assert [arm["name"] for arm in report["curves"].get("arms", [])] == []  # draws of a tree are not drawn one by one


def test_scores_are_asked_for_once(tmp_path: Path) -> None:
    letters, pairs = Letters(), [(PROBLEM, "b\n\nm"), (PROBLEM, "z"), (PROBLEM, "z")]
    ledger = Ledger(tmp_path / "ledger.sqlite")
    first = RememberedScorer(letters, ledger).score(pairs)
    assert letters.seen == ["b\n\nm", "z"] and first[1] == first[2] == (1.0,)
    assert RememberedScorer(letters, ledger).score([*pairs, (PROBLEM, "a")]) == [*first, (0.0,)]
    assert letters.seen == ["b\n\nm", "z", "a"]
    other = Letters()
    other.identity = "another"
    RememberedScorer(other, ledger).score(pairs)
    assert other.seen == ["b\n\nm", "z"]
    ledger.close()


def test_another_scorer_is_another_search(tmp_path: Path, scorer: Path) -> None:
    decoded(tmp_path / "run", scorer)
    scorer.write_text(SCORER.replace("122", "121"))
    with pytest.raises(ConfigChanged, match="scorer was"):
        decoded(tmp_path / "run", scorer)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"method": "dvts", "n": 8}, "dvts needs a scorer"),
        (
            {"method": "self-consistency", "n": 8, "votes": ("plurality", "best-of-n-min")},
            "best-of-n-min needs a scorer",
        ),
        ({"method": "beam", "scorer": "step-checker"}, "needs several samples"),
        ({"method": "dvts", "n": 8, "scorer": "step-checker", "settings": {"aggregate": "sum"}}, "unknown aggregate"),
    ],
)
def test_what_does_not_fit_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        find_method(DecodeConfig(problems="p", model="m", **settings))


def test_trees_need_a_multiple_of_the_width(tmp_path: Path, scorer: Path) -> None:
    with pytest.raises(UsageError, match="multiple of the width 3"):
        decoded(tmp_path / "run", scorer, settings={"width": 3})
