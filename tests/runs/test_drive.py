"""Many problems through one engine: nothing is made twice, nothing finished is lost, order does not matter."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion, Request, Sampling
from reasoning_toolkit.errors import DiskError, EngineError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Counts, Pipeline, Until, drive
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode
from tests.scripts.reasoner import question, reply


def ask(*seeds: int) -> list[Request]:
    return [Request((104, 105), Sampling(), seed) for seed in seeds]


def echo(prompt: str, request: Request) -> str:
    return f"seed {request.seed}"


def chain(seeds: Sequence[int]) -> Pipeline[list[str]]:
    """One request after the other."""
    texts = []
    for seed in seeds:
        (completion,) = yield ask(seed)
        texts.append(completion.text)
    return texts


def at_once(seeds: Sequence[int]) -> Pipeline[list[str]]:
    completions = yield ask(*seeds)
    return [completion.text for completion in completions]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    yield ledger
    ledger.close()


def kept(ledger: Ledger) -> set[str]:
    return {key for (key,) in ledger.connection.execute("SELECT key FROM completions")}


def test_completions_come_back_in_the_order_they_were_asked_for(ledger: Ledger) -> None:
    engine = ScriptedEngine(echo, delay=lambda request: (5 - request.seed) / 200, slots=5)
    results = dict(drive(engine, ledger, [("a", at_once((0, 1, 2, 3, 4, 2)))]))
    assert results == {"a": [f"seed {i}" for i in (0, 1, 2, 3, 4, 2)]}
    assert engine.calls == 5
    counts = Counts()
    assert dict(drive(engine, ledger, [("a", at_once((0, 1, 2, 3, 4, 2)))], counts=counts)) == results
    assert (engine.calls, counts.made, counts.reused) == (5, 0, 5)


def test_what_is_in_the_ledger_is_not_made_again(ledger: Ledger) -> None:
    dict(drive(ScriptedEngine(echo), ledger, [("a", chain((0, 1)))]))
    engine, counts = ScriptedEngine(echo), Counts()
    results = dict(drive(engine, ledger, [("a", chain((0, 1, 2)))], counts=counts))
    assert results == {"a": ["seed 0", "seed 1", "seed 2"]}
    assert (engine.calls, counts.made, counts.reused, counts.decoded, counts.waiting) == (1, 1, 2, len("seed 2"), 0)


def test_equal_requests_of_two_problems_are_made_once(ledger: Ledger) -> None:
    engine = ScriptedEngine(echo, delay=0.001)
    results = dict(drive(engine, ledger, [(name, at_once((1, 2, 3))) for name in "abc"]))
    assert results == {name: ["seed 1", "seed 2", "seed 3"] for name in "abc"}
    assert engine.calls == 3


def test_another_model_shares_nothing(ledger: Ledger) -> None:
    for identity in ("one", "two"):
        engine = ScriptedEngine(echo, identity=identity)
        dict(drive(engine, ledger, [("a", chain((0, 1)))]))
        assert engine.calls == 2
    assert len(kept(ledger)) == 4


def test_problems_that_ask_nothing_or_for_nothing_end_too(ledger: Ledger) -> None:
    def silent() -> Pipeline[str]:
        return "silent"
        yield []

    def nothing() -> Pipeline[int]:
        return len((yield []))

    engine = ScriptedEngine(echo)
    assert dict(drive(engine, ledger, [("a", silent()), ("b", nothing()), ("c", at_once((1,)))])) == {
        "a": "silent",
        "b": 0,
        "c": ["seed 1"],
    }
    assert list(drive(engine, ledger, [])) == []


def test_problems_are_taken_up_only_while_the_engine_has_room(ledger: Ledger) -> None:
    taken: list[int] = []
    most = 0

    def source() -> Iterator[tuple[str, Pipeline[list[str]]]]:
        for i in range(500):
            taken.append(i)
            yield str(i), chain((2 * i, 2 * i + 1))

    ended = 0
    for _ in drive(ScriptedEngine(echo, slots=4), ledger, source()):
        ended += 1
        most = max(most, len(taken) - ended)
    assert (ended, len(taken)) == (500, 500)
    assert most <= 5  # four at work, one that is being taken up


def test_no_more_requests_are_in_flight_than_the_engine_takes_at_once(ledger: Ledger) -> None:
    counts, seen = Counts(), []
    pipelines = [(str(i), chain((i, 100 + i))) for i in range(30)]
    list(
        drive(ScriptedEngine(echo, slots=3), ledger, pipelines, counts=counts, notify=lambda c: seen.append(c.waiting))
    )
    assert max(seen) <= 3
    assert len(seen) == counts.made == 60


def test_an_engine_that_says_it_has_no_room_still_ends(ledger: Ledger) -> None:
    engine = ScriptedEngine(echo)
    engine.capacity = 0
    assert dict(drive(engine, ledger, [("a", chain((1,)))])) == {"a": ["seed 1"]}


@pytest.mark.parametrize("fault", range(1, 21))
def test_an_engine_that_dies_at_its_nth_call_loses_nothing_it_finished(ledger: Ledger, fault: int) -> None:
    engine = ScriptedEngine(echo, slots=3)
    engine.script = lambda prompt, request: EngineError("dead") if engine.calls == fault else echo(prompt, request)
    counts, pipelines = Counts(), lambda: [(str(i), chain((3 * i, 3 * i + 1, 3 * i + 2))) for i in range(7)]
    with pytest.raises(EngineError, match="dead"):
        list(drive(engine, ledger, pipelines(), counts=counts))
    assert len(kept(ledger)) == counts.made == fault - 1
    again = ScriptedEngine(echo)
    results = dict(drive(again, ledger, pipelines()))
    assert results == {str(i): [f"seed {3 * i + j}" for j in range(3)] for i in range(7)}
    assert again.calls == 21 - counts.made


class Misbehaving(ScriptedEngine):
    """An engine whose finished requests are changed before they are handed over."""

    def __init__(self, change: str) -> None:
        super().__init__(echo)
        self.change = change

    def wait(self) -> list[tuple[str, Completion]]:
        finished = super().wait()
        return {"none": [], "twice": finished * 2, "foreign": [*finished, ("foreign", Completion((), "", "stop"))]}[
            self.change
        ]


@pytest.mark.parametrize(
    ("change", "message", "saved"),
    [("none", "2 completions unfinished", 0), ("twice", "nobody waits for", 1), ("foreign", "nobody waits for", 1)],
)
def test_an_engine_that_stops_early_or_answers_what_was_not_asked_is_an_engine_error(
    ledger: Ledger, change: str, message: str, saved: int
) -> None:
    with pytest.raises(EngineError, match=message):
        list(drive(Misbehaving(change), ledger, [("a", at_once((1, 2)))]))
    assert len(kept(ledger)) == saved


class Batch(ScriptedEngine):
    """An engine that hands over everything at once, as a batch engine does."""

    def wait(self) -> list[tuple[str, Completion]]:
        finished = []
        while more := super().wait():
            finished += more
        return finished


def test_a_problem_that_raises_ends_the_work_with_everything_finished_kept(ledger: Ledger) -> None:
    def broken() -> Pipeline[None]:
        yield ask(1)
        raise ValueError("a fault of the method")

    engine = Batch(echo)
    with pytest.raises(ValueError, match="a fault of the method"):
        list(drive(engine, ledger, [("a", broken()), ("b", at_once((2, 3, 4)))]))
    assert len(kept(ledger)) == 4
    assert engine.wait() == []  # the rest was cancelled


def test_a_caller_that_stops_early_leaves_nothing_at_work(ledger: Ledger) -> None:
    engine = ScriptedEngine(echo)
    work = drive(engine, ledger, [(str(i), chain((i, 10 + i))) for i in range(6)])
    next(work)
    work.close()
    assert engine.wait() == []


def test_a_completion_that_cannot_be_written_is_not_handed_on(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise DiskError("full")

    seen = []

    def method() -> Pipeline[None]:
        seen.append((yield ask(1)))

    monkeypatch.setattr(ledger, "put", full)
    with pytest.raises(DiskError):
        list(drive(ScriptedEngine(echo), ledger, [("a", method())]))
    assert seen == []


def test_counts_see_what_a_limit_cut_off_made_and_reused(ledger: Ledger) -> None:
    short = Request((1,), Sampling(max_tokens=2), 0)

    def method() -> Pipeline[None]:
        yield [short, *ask(1)]

    for made in (2, 0):
        counts = Counts()
        list(drive(ScriptedEngine(echo), ledger, [("a", method())], counts=counts))
        assert (counts.made, counts.reused, counts.truncated) == (made, 2 - made, 1)


@pytest.mark.parametrize("method", ["subthought", "self-consistency"])
def test_the_report_does_not_depend_on_slots_or_on_the_order_of_finishing(tmp_path: Path, method: str) -> None:
    problems = [Problem(f"p{i}", question(i, 2 * i), str(3 * i), "test") for i in range(6)]
    config = DecodeConfig(problems="test", model="scripted", method=method, n=3, max_tokens=600)
    seen = set()
    for slots in (1, 3, 8):
        draw = random.Random(slots)
        engine = ScriptedEngine(reply, slots=slots, delay=lambda request, draw=draw: draw.random() / 1000)
        with Run(tmp_path / str(slots)) as run:
            decode(run, problems, engine, config)
        seen.add(tuple((tmp_path / str(slots) / name).read_bytes() for name in ("report.json", "report.html")))
    assert len(seen) == 1


def until(seeds: Sequence[int], last: int, seen: list[int], ahead: int = 3) -> Pipeline[list[str]]:
    """Ask in order until the completion of seed `last` was shown."""

    def enough(completion: Completion) -> bool:
        seen.append(int(completion.text.split()[1]))
        return seen[-1] == last

    completions = yield Until(ask(*seeds), enough, ahead)
    return [completion.text for completion in completions]


@pytest.mark.parametrize(("slots", "ahead"), [(1, 3), (2, 3), (8, 6)])
def test_until_shows_completions_in_order_and_once_whatever_finished_first(
    ledger: Ledger, slots: int, ahead: int
) -> None:
    draw, seen = random.Random(slots), []
    engine = ScriptedEngine(echo, slots=slots, delay=lambda request: draw.random() / 200)
    seeds = [5, 3, 8, 3, 1, 9, 2, 7, 4, *range(20, 40)]
    results = dict(drive(engine, ledger, [("a", until(seeds, 1, seen))]))
    assert seen == [5, 3, 8, 3, 1]
    assert results == {"a": [f"seed {i}" for i in seen]}
    assert engine.calls <= len(
        set(seeds[: 4 + ahead])
    )  # when the last but one was shown, so many more may be on their way


def test_until_with_all_shown_and_none_enough_returns_all(ledger: Ledger) -> None:
    seen: list[int] = []
    results = dict(drive(ScriptedEngine(echo), ledger, [("a", until((4, 2, 6), 99, seen, ahead=1))]))
    assert results == {"a": ["seed 4", "seed 2", "seed 6"]}
    assert dict(drive(ScriptedEngine(echo), ledger, [("a", until((), 99, seen))])) == {"a": []}


def test_what_is_not_needed_any_more_is_cancelled(ledger: Ledger) -> None:
    """The first is enough; the seven behind it would take for ever."""
    counts, seen = Counts(), []
    engine = ScriptedEngine(echo, slots=8, delay=lambda request: 0.0 if request.seed == 0 else 1000.0)
    results = dict(drive(engine, ledger, [("a", until(range(20), 0, seen, ahead=8))], counts=counts))
    assert results == {"a": ["seed 0"]}
    assert (counts.made, counts.cancelled, counts.waiting, engine.calls) == (1, 7, 0, 8)
    assert engine.wait() == []


@pytest.mark.parametrize(("slots", "begun"), [(4, 5), (6, 7), (16, 9)])
def test_more_is_asked_ahead_only_where_the_engine_would_idle(ledger: Ledger, slots: int, begun: int) -> None:
    """Enough with the second; four are asked ahead, and up to eight once there is no other problem and the engine has room."""
    counts = Counts()
    engine = ScriptedEngine(echo, slots=slots, delay=lambda request: 0.0 if request.seed < 2 else 1000.0)
    results = dict(drive(engine, ledger, [("a", until(range(20), 1, [], ahead=4))], counts=counts))
    assert results == {"a": ["seed 0", "seed 1"]}
    assert (counts.made, counts.made + counts.cancelled) == (2, begun)


def test_a_request_that_another_problem_needs_is_not_cancelled(ledger: Ledger) -> None:
    engine = ScriptedEngine(echo, slots=4, delay=lambda request: request.seed / 100)
    pipelines = [("a", until((0, 1, 2), 0, [], ahead=3)), ("b", at_once((2, 1)))]
    assert dict(drive(engine, ledger, pipelines)) == {"a": ["seed 0"], "b": ["seed 2", "seed 1"]}
    assert engine.calls == 3


class AllAtOnce(ScriptedEngine):
    """Hands over everything that was submitted together, last first."""

    def wait(self) -> list[tuple[str, Completion]]:
        finished: list[tuple[str, Completion]] = []
        while more := super().wait():
            finished = more + finished
        return finished


def test_completions_that_finish_together_with_the_one_that_is_enough(ledger: Ledger) -> None:
    def then_more() -> Pipeline[list[str]]:
        first = yield Until(ask(0, 1, 2, 3), lambda completion: True, 4)
        second = yield ask(2, 5)  # 2 finished with 0, and is asked for again
        return [completion.text for completion in [*first, *second]]

    engine = AllAtOnce(echo)
    assert dict(drive(engine, ledger, [("a", then_more())])) == {"a": ["seed 0", "seed 2", "seed 5"]}
    assert engine.calls == 5
    assert len(kept(ledger)) == 5  # what finished is written down, needed or not


def test_a_stopped_until_goes_on_from_the_ledger_to_the_same_end(ledger: Ledger) -> None:
    def fails_at_third(prompt: str, request: Request) -> str | Exception:
        return EngineError("gone") if request.seed == 3 else echo(prompt, request)

    with pytest.raises(EngineError, match="gone"):
        dict(drive(ScriptedEngine(fails_at_third, slots=1), ledger, [("a", until((1, 2, 3, 4, 5), 4, []))]))
    seen: list[int] = []
    engine = ScriptedEngine(echo, slots=1)
    assert dict(drive(engine, ledger, [("a", until((1, 2, 3, 4, 5), 4, seen))])) == {
        "a": ["seed 1", "seed 2", "seed 3", "seed 4"]
    }
    assert seen == [1, 2, 3, 4] and engine.calls == 2
