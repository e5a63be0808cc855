"""What a completion answered, and what each method makes of it."""

from __future__ import annotations

import pytest

from reasoning_toolkit.engines.think import THINK_TAGS, ThinkTags
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.subthought.judge import (
    LAST,
    SELF_CONSISTENCY,
    Judged,
    judge,
    method_verdicts,
    weigh,
)
from reasoning_toolkit.subthought.reading import Readings, read_record, read_whole
from reasoning_toolkit.subthought.record import Draw, Record, draws_of
from reasoning_toolkit.subthought.vote import Vote

TAGS = THINK_TAGS["think"]
VOTE = "subthought vote"


def done(text: str, finish: str = "stop") -> Completion:
    return Completion((), text, finish)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "finish", "opened", "outcome", "answer"),
    [
        ("<think>maybe 5</think>The answer is \\boxed{4}.", "stop", False, "right", "4"),
        ("maybe \\boxed{5}</think>\\boxed{4}", "stop", True, "right", "4"),
        (
            "<think>it is \\boxed{4}, but",
            "length",
            False,
            "truncated",
            None,
        ),  # a box inside unfinished thinking is no answer
        ("it is \\boxed{4}, but", "length", True, "truncated", None),
        ("<think>I give up", "stop", False, "no_answer", None),
        ("<think>4</think>", "stop", False, "no_answer", None),
        ("<think>4</think>So \\boxed{4} and more that never en", "length", False, "right", "4"),
        ("<think>4</think>So it is 4 plus somethi", "length", False, "truncated", None),
        ("The answer is 5.", "stop", False, "wrong", "5"),
        ("", "error", False, "error", None),
    ],
)
def test_a_whole_completion(text: str, finish: str, opened: bool, outcome: str, answer: str | None) -> None:
    verdict = judge(Readings(read_whole(done(text, finish), TAGS, opened=opened), ()), "4").trace
    assert verdict is not None
    assert (verdict.outcome, verdict.answer) == (outcome, answer)


def judged(trace: str, spans: list[tuple[int, int]], texts: list[str], *, tags: ThinkTags | None, state: str) -> Judged:
    completions = {"t": done(trace)} | {f"c{i}": done(text) for i, text in enumerate(texts)}
    draws = draws_of(tuple(f"c{i}" for i in range(len(texts))))
    record = Record(VOTE, "t", tuple(spans), draws, state)  # type: ignore[arg-type]
    return judge(read_record(record, completions.__getitem__, tags), "4")


def test_an_answer_in_the_prefix_is_not_read_as_if_found_again() -> None:
    """The prefix boxed 4 already; the continuation says 5: its vote is 5. Without any answer of its own, the prefix counts."""
    trace = "So \\boxed{4}. Wait, no"
    result = judged(trace, [(0, 13), (13, len(trace))], ["hence \\boxed{5}", "!"], tags=None, state="none")
    assert [v.answer for v in result.draws] == ["5", "4"]


def test_a_continuation_inside_thinking_answers_after_its_closing_tag() -> None:
    trace = "<think>So 2. Wait, 4</think>\\boxed{4}"
    texts = ["then \\boxed{9}</think>\\boxed{4}", "\\boxed{4} but I still think"]
    result = judged(trace, [(7, 13), (13, 20)], texts, tags=TAGS, state="closed")
    assert [v.outcome for v in result.draws] == ["right", "no_answer"]


def verdict(outcome: str, answer: str | None) -> Verdict:
    return Verdict(outcome, answer)  # type: ignore[arg-type]


def verdicts_of(judged: Judged) -> tuple[dict[str, Verdict], Vote[str] | None]:
    """Of a record with as many draws and samples as there are verdicts."""
    draws, samples = (draws_of(("",) * len(verdicts)) for verdicts in (judged.draws, judged.samples))
    spans = tuple((i, i + 1) for i in range(len(draws)))
    record = Record(VOTE, "t", spans, draws, samples=samples)
    return method_verdicts(record, judged, weigh(record, judged, {}.__getitem__, ["plurality"]))


def test_the_vote_joins_equal_answers_and_leaves_abstentions_out() -> None:
    right, wrong, none = verdict("right", "1/2"), verdict("wrong", "3"), verdict("truncated", None)
    half = verdict("right", "0.5")
    verdicts, votes = verdicts_of(Judged(wrong, (wrong, right, none, half, none), (none, wrong)))
    assert votes is not None
    assert votes.counts == (("1/2", 2), ("3", 1))
    assert votes.abstained == 2
    assert {name: v.outcome for name, v in verdicts.items()} == {
        VOTE: "right",
        LAST: "wrong",
        SELF_CONSISTENCY: "wrong",
    }


def test_the_tie_goes_to_the_answer_seen_first() -> None:
    a, b = verdict("wrong", "7"), verdict("right", "601")
    verdicts, _ = verdicts_of(Judged(b, (a, b, b, a), ()))
    assert verdicts[VOTE].answer == "7"


def test_without_any_vote_the_last_answer_stands_and_says_so() -> None:
    none, last = verdict("no_answer", None), verdict("right", "4")
    verdicts, votes = verdicts_of(Judged(last, (none, none), (none,)))
    assert votes is not None
    assert votes.answer is None
    assert (verdicts[VOTE].outcome, verdicts[VOTE].answer) == ("right", "4")
    assert "last answer" in verdicts[VOTE].reason
    assert verdicts[SELF_CONSISTENCY].outcome == "no_answer"


def test_only_truncated_samples_are_truncated_not_unanswered() -> None:
    cut = verdict("truncated", None)
    assert verdicts_of(Judged(None, (), (cut, cut)))[0][SELF_CONSISTENCY].outcome == "truncated"


def test_a_short_circuit_gives_every_subthought_the_last_answer() -> None:
    record = Record(VOTE, "t", ((0, 3), (3, 9)), (Draw(()), Draw((), 1)), short_circuit=True)
    result = judge(read_record(record, {"t": done("So 4. Then 4")}.__getitem__, None), "4")
    assert [v.answer for v in result.draws] == ["4", "4"]
