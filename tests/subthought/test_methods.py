"""The methods, driven by hand: what they ask for, and what they do not."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion, Request, Usage
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.methods import METHODS, find_method
from reasoning_toolkit.subthought.record import Record
from reasoning_toolkit.subthought.requests import Context, within_budget

PROBLEM = Problem("p1", "What is 2 + 2?", "4", "test")
TRACE = "<think>Okay, 2. Wait, 2 more. So 4.</think>\\boxed{4}"
SUBTHOUGHTS = 3


def context(method: str = "subthought", **settings: Any) -> Context:
    settings = {"baselines": False} | settings
    return Context(ScriptedEngine([]), DecodeConfig(problems="p", model="m", method=method, **settings))


def completion(text: str, finish: str = "stop", decoded: int | None = None) -> Completion:
    ids = tuple(text.encode())
    return Completion(ids, text, finish, Usage(decoded=len(ids) if decoded is None else decoded))  # type: ignore[arg-type]


def drive_by_hand(ctx: Context, replies: list[list[Completion]]) -> tuple[list[list[Request]], Record]:
    pipeline = METHODS[ctx.config.method].run(PROBLEM, ctx)
    asked = [list(next(pipeline))]
    for reply in replies:
        try:
            asked.append(list(pipeline.send(reply)))
        except StopIteration as end:
            return asked, end.value
    raise AssertionError(f"the method asks for more: {asked[-1]}")


def test_subthought_continues_from_every_prefix_token_exactly() -> None:
    asked, record = drive_by_hand(context(), [[completion(TRACE)], [completion("x</think>4")] * SUBTHOUGHTS])
    (trace,), continuations = asked
    assert trace.sampling.temperature == 0
    assert (continuations[0].sampling.temperature, continuations[0].sampling.top_p) == (1.0, 0.95)
    prompts = [c.prompt for c in continuations]
    for shorter, longer in pairwise(prompts):
        assert longer[: len(shorter)] == shorter
        assert len(longer) > len(shorter)
    assert prompts[-1] == trace.prompt + tuple(b"<think>Okay, 2. Wait, 2 more. So 4.")
    assert len({c.seed for c in continuations}) == SUBTHOUGHTS
    assert all(c.parent == record.trace for c in continuations)
    assert [draw.place for draw in record.draws] == [0, 1, 2]


def test_n_samples_each_prefix_prefix_by_prefix() -> None:
    asked, record = drive_by_hand(context(n=4), [[completion(TRACE)], [completion("4")] * 4 * SUBTHOUGHTS])
    assert [c.cut for c in asked[1]] == [c for c in sorted({c.cut for c in asked[1]}) for _ in range(4)]  # type: ignore[type-var]
    assert [draw.place for draw in record.draws] == [place for place in range(3) for _ in range(4)]
    assert len({c.seed for c in asked[1]}) == 4 * SUBTHOUGHTS


def test_greedy_continuations_of_a_finished_greedy_trace_are_not_generated() -> None:
    asked, record = drive_by_hand(context(temperature=0.0), [[completion(TRACE)]])
    assert len(asked) == 1
    assert record.short_circuit
    assert [draw.pieces for draw in record.draws] == [()] * SUBTHOUGHTS


def test_greedy_continuation_of_a_truncated_trace_is_one_call_from_its_end() -> None:
    cut_off = completion("<think>Okay, 2. Wait, 2 mo", "length")
    asked, record = drive_by_hand(context(temperature=0.0), [[cut_off], [completion("re.</think>4")]])
    assert len(asked[1]) == 1
    assert asked[1][0].prompt[-len(cut_off.tokens) :] == cut_off.tokens
    assert [draw.pieces for draw in record.draws] == [record.draws[0].pieces] * 2 and record.draws[0].pieces


def test_a_sampled_trace_is_not_degenerate_under_greedy_continuations() -> None:
    asked, record = drive_by_hand(
        context(temperature=0.0, trace_temperature=0.7), [[completion(TRACE)], [completion("4")] * SUBTHOUGHTS]
    )
    assert not record.short_circuit
    assert len(asked[1]) == SUBTHOUGHTS


def test_probes_close_every_prefix_also_where_all_is_greedy() -> None:
    settings = {"temperature": 0.0, "settings": {"mode": "probe"}}
    asked, record = drive_by_hand(context(**settings), [[completion(TRACE)], [completion("4}")] * SUBTHOUGHTS])
    assert not record.short_circuit
    assert all(bytes(request.prompt).endswith(b"</think>\n\n\\boxed{") for request in asked[1])
    assert [draw.forced for draw in record.draws] == [True] * SUBTHOUGHTS


def test_a_response_that_was_cut_off_is_made_to_answer() -> None:
    cut_off, whole = completion("so I", "length"), completion("x</think>4")
    replies = [[completion(TRACE)], [whole, cut_off, whole], [completion("4}")]]
    asked, record = drive_by_hand(context(settings={"mode": "forced"}), replies)
    assert len(asked[2]) == 1
    assert [draw.forced for draw in record.draws] == [False, True, False]
    assert [len(draw.pieces) for draw in record.draws] == [1, 2, 1]


def test_a_total_budget_gives_a_continuation_what_its_prefix_left() -> None:
    replies = [[completion(TRACE)], [completion("x</think>4")] * SUBTHOUGHTS]
    asked, _ = drive_by_hand(context(total_budget=True, max_tokens=100), replies)
    assert [r.sampling.max_tokens + (r.cut or 0) for r in asked[1]] == [100] * SUBTHOUGHTS


def test_self_consistency_gets_the_tokens_that_the_subthoughts_took() -> None:
    """Trace 100 tokens, three continuations of 50: 250. Samples of 90 in waves of 3 and 1: two fit (180), the third would be 270."""
    replies = [
        [completion(TRACE, decoded=100)],
        [completion("4", decoded=50)] * SUBTHOUGHTS,
        [completion("4", decoded=90)] * 3,
    ]
    asked, record = drive_by_hand(context(baselines=True), replies)
    assert len(asked[2]) == 3  # 250 tokens by traces of 100: three samples asked first
    assert len(record.samples) == 2


def test_waves_of_samples_go_on_until_the_budget_is_reached() -> None:
    replies = [
        [completion(TRACE, decoded=100)],
        [completion("4", decoded=50)] * SUBTHOUGHTS,
        [completion("4", decoded=40)] * 3,  # 120 of 250: mean 40, four more
        [completion("4", decoded=40)] * 4,  # 280: six fit
    ]
    asked, record = drive_by_hand(context(baselines=True), replies)
    assert [r.index for r in asked[3]] == [3, 4, 5, 6]
    assert len(record.samples) == 6


@given(st.lists(st.integers(1, 50), min_size=1, max_size=40), st.integers(0, 500))
def test_what_fits_a_budget(costs: list[int], budget: int) -> None:
    kept = within_budget(costs, budget)
    assert 1 <= kept <= len(costs)
    assert sum(costs[:kept]) <= budget or kept == 1
    assert kept == len(costs) or sum(costs[: kept + 1]) > budget


def test_growing_n_asks_for_the_same_samples_first() -> None:
    few, many = (drive_by_hand(context("self-consistency", n=n), [[completion("4")] * n])[0][0] for n in (3, 8))
    assert many[:3] == few
    assert len({r.key("m") for r in many}) == 8


def test_an_error_of_the_trace_ends_the_problem() -> None:
    asked, record = drive_by_hand(context(), [[Completion((), "", "error", error="too long")]])
    assert len(asked) == 1
    assert record.spans == ()


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UsageError, match="one trace"):
        find_method(DecodeConfig(problems="p", model="m", method="last", n=4))
    with pytest.raises(UsageError, match="subthought"):
        find_method(DecodeConfig(problems="p", model="m", method="subthoughts"))
    for wrong in ({"n": 0}, {"max_tokens": 0}, {"temperature": -1.0}, {"top_p": 0.0}, {"top_p": 1.5}):
        with pytest.raises(UsageError):
            DecodeConfig(problems="p", model="m", method="subthought", **wrong)  # type: ignore[arg-type]


def test_a_chat_server_cannot_continue_from_tokens() -> None:
    ctx = context()
    ctx.engine.tokenizer = None
    with pytest.raises(UsageError, match="token ids"):
        next(METHODS["subthought"].run(PROBLEM, ctx))
