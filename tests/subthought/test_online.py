"""DeepConf online: the threshold, the token at which a sample is given up, who votes, and where sampling ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pieces import Played, ask, engine_of, play

from reasoning_toolkit.engines.types import Completion, Request, TokenLogprobs, Usage
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.grading import extract_answer
from reasoning_toolkit.subthought.confidence import group_confidence
from reasoning_toolkit.subthought.online import Online, deepconf_online

Sample = tuple[str, Sequence[float]]  # text of one-byte tokens, confidence of each


def read(completion: Completion) -> str | None:
    return extract_answer(completion.text) if "boxed" in completion.text else None


def sample(answer: str, confidence: float | Sequence[float], tokens: int = 40) -> Sample:
    ending = f"\\boxed{{{answer}}}"
    text = "." * (tokens - len(ending)) + ending
    return text, [confidence] * tokens if isinstance(confidence, (int, float)) else confidence


def online(samples: Sequence[Sample], **options: float) -> tuple[Online, Played]:
    """Run over samples that are known, written by a model that goes on from wherever a prompt ends."""

    def reply(prompt: str, request: Request) -> Completion:
        text, confidence = samples[request.index]
        done = len(request.prompt) - len(base.prompt)
        end = done + request.sampling.max_tokens
        assert request.sampling.logprobs == 20
        assert bytes(request.prompt[len(base.prompt) :]).decode() == text[:done]
        logprobs = tuple(TokenLogprobs(-0.1, dict.fromkeys(range(20), -c)) for c in confidence[done:end])
        tokens = tuple(text[done:end].encode())
        finish = "length" if end < len(text) else "stop"
        return Completion(tokens, text[done:end], finish, Usage(decoded=len(tokens)), logprobs)  # type: ignore[arg-type]

    engine = engine_of(reply)
    base = ask(engine, max_tokens=100)
    requests = [replace(base, index=i, seed=i) for i in range(len(samples))]
    return play(engine, deepconf_online(requests, engine, read, window=8, **options))


WARM = [sample("4", 10.0 + i) for i in range(16)]  # lowest groups 10 to 25


@pytest.mark.parametrize(
    ("kept", "threshold", "voters"), [(10, 23.5, 2), (90, 11.5, 14), (100, 10.0, 16), (0, 25.0, 1)]
)
def test_the_threshold_is_what_the_surest_of_the_warm_up_reach(kept: int, threshold: float, voters: int) -> None:
    result, played = online(WARM, kept=kept)
    assert result.threshold == pytest.approx(threshold)
    assert sum(draw.votes for draw in result.draws) == voters
    assert result.weights[-voters:] == tuple(float(c) for c in range(26 - voters, 26))
    assert set(result.weights[:-voters]) <= {0.0}
    assert len(played.rounds) == 1 and {len(d.pieces) for d in result.draws} == {1}


def test_a_later_sample_is_given_up_at_the_token_whose_window_is_too_low() -> None:
    """Threshold 11.5, window 8; confidence 20, from the eleventh token on 3. A window with L tokens of 3 has the mean 20 - 17 L / 8: 11.5,
    which is not below, for L = 4, and less for L = 5, at token 15."""
    low = sample("5", [20.0] * 10 + [3.0] * 30)
    split = [sample("4", 10.0 + i) if i % 2 else sample("7", 10.0 + i) for i in range(16)]
    result, played = online([*split, low, sample("4", 20.0)], kept=90)
    given_up, fine = result.draws[16:]
    assert not given_up.votes and fine.votes
    assert played.text(given_up) == "." * 15  # ten, and five of 3
    assert [played.completions[p.key].usage.decoded for p in given_up.pieces] == [8, 2, 2, 2, 2]
    assert played.cost(given_up) == 16  # one token more than it should: the rest of its piece
    assert result.weights[16:] == (0.0, 20.0)
    assert played.text(fine) == sample("4", 20.0)[0]


def test_a_short_sample_is_one_group_and_votes_if_its_mean_reaches_the_threshold() -> None:
    split = [sample("4", 10.0 + i) if i % 2 else sample("7", 10.0 + i) for i in range(16)]
    sure, unsure = ("\\boxed4", [20.0] * 7), ("\\boxed4", [4.0] * 7)
    result, _ = online([*split, sure, unsure], kept=90)
    assert [d.votes for d in result.draws[16:]] == [True, False]
    assert all(len(d.pieces) == 1 for d in result.draws[16:])


def test_sampling_ends_with_the_warm_up_where_it_agrees() -> None:
    result, played = online([*WARM, *[sample("9", 30.0)] * 20])
    assert (result.stop.rule, result.stop.draws, result.stop.answer) == ("deepconf", 16, "4")
    assert len(played.requests) == 16 == len(result.draws)


def test_sampling_goes_on_until_95_percent_agree_and_no_further_than_its_wave() -> None:
    """Warm-up voters, kept 10 %: weights 24 ("7") and 25 ("4"). Each later "4" adds 100: 25 + 100 k ≥ .95 (49 + 100 k) from k = 5."""
    split = [sample("4", 10.0 + i) if i % 2 else sample("7", 10.0 + i) for i in range(16)]
    result, played = online([*split, *[sample("4.0", 100.0)] * 30])
    assert (result.stop.rule, result.stop.draws, result.stop.total, result.stop.answer) == ("deepconf", 21, 46, "4")
    assert len(result.draws) == 24  # one wave of eight
    assert [d.votes for d in result.draws[16:]] == [True] * 5 + [False] * 3
    assert {r.index for r in played.requests} == set(range(24))


def test_a_budget_that_runs_out_elects_the_heaviest() -> None:
    split = [sample("4", 10.0 + i) if i % 2 else sample("7", 10.0 + i) for i in range(16)]
    result, _ = online([*split, *[sample(str(i), 24.0) for i in (7, 8, 9)]], kept=10)
    assert (result.stop.rule, result.stop.draws, result.stop.answer) == ("full", 19, "7")
    assert len(result.draws) == 19


def test_an_answer_that_is_missing_has_no_weight_and_a_refused_request_no_part_in_the_threshold() -> None:
    def reply(prompt: str, request: Request) -> Completion:
        if request.index < 8:
            return Completion((), "", "error", error="too long")
        logprobs = (TokenLogprobs(-0.1, dict.fromkeys(range(20), -5.0)),)
        return Completion((46,), ".", "stop", Usage(decoded=1), logprobs)

    engine = engine_of(reply)
    requests = [replace(ask(engine), index=i, seed=i) for i in range(16)]
    result, _ = play(engine, deepconf_online(requests, engine, read))
    assert result.threshold == 5.0
    assert [d.votes for d in result.draws] == [False] * 8 + [True] * 8
    assert result.stop.answer is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.floats(0.0, 30.0), min_size=1, max_size=40), min_size=17, max_size=26),
    st.sampled_from([10, 50, 90]),
)
def test_who_votes_is_what_whole_samples_would_say(confidences: list[list[float]], kept: int) -> None:
    """Written in pieces or at once: a sample votes exactly if no group of it is below the threshold."""
    samples = [("." * len(c), c) for c in confidences]
    result, played = online(samples, kept=kept)
    for draw, (text, confidence) in zip(result.draws, samples, strict=True):
        groups = group_confidence(np.array(confidence), 8)
        assert draw.votes == bool((groups >= result.threshold).all())
        assert text.startswith(played.text(draw))
        if not draw.votes and draw.place >= 16 and len(confidence) >= 8:
            assert len(played.text(draw)) == int(np.flatnonzero(groups < result.threshold)[0]) + 8
            assert played.cost(draw) - len(played.text(draw)) < 8  # at most the rest of a piece is lost


@pytest.mark.parametrize("context", [60, 61])
def test_a_full_context_cuts_a_sample_off_without_an_error(context: int) -> None:
    def write(prompt: str, request: Request) -> Completion:
        room = min(request.sampling.max_tokens, context - len(request.prompt) + len(ask(engine).prompt))
        if room < 1:
            return Completion((), "", "error", error="the prompt is too long")
        logprobs = (TokenLogprobs(-0.1, dict.fromkeys(range(20), -5.0)),) * room
        return Completion((46,) * room, "." * room, "length", Usage(decoded=room), logprobs)

    engine = engine_of(write)
    requests = [replace(ask(engine, max_tokens=100), index=i, seed=i) for i in range(17)]
    result, played = play(engine, deepconf_online(requests, engine, read, window=8))
    assert [played.text(d) for d in result.draws] == ["." * context] * 17
    assert {played.completions[d.pieces[-1].key].finish_reason for d in result.draws} == {"length"}


def test_what_cannot_be_is_refused() -> None:
    engine = engine_of(lambda prompt, request: "x")
    for requests, options in (([], {}), ([ask(engine)], {"kept": 101}), ([ask(engine)], {"window": 0})):
        with pytest.raises(UsageError, match="expected samples"):
            play(engine, deepconf_online(requests, engine, read, **options))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="lacks"):
        play(engine, deepconf_online([ask(engine)], engine, read))
