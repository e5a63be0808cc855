"""Prefix consistency: pairs of draws that share the first tokens, exactly."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pieces import ask, engine_of, play

from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.record import Piece, joined
from reasoning_toolkit.subthought.regenerate import regenerated


def test_pairs_share_three_quarters_of_the_tokens() -> None:
    texts = {0: "12345678", 1: "123456789"}
    engine = engine_of(lambda prompt, request: "new" if request.parent else texts[request.index])
    requests = [replace(ask(engine, max_tokens=20), index=i, seed=i) for i in texts]
    draws, played = play(engine, regenerated(requests, engine))
    assert [played.text(d) for d in draws] == ["12345678", "123456new", "123456789", "1234567new"]
    assert [d.parent for d in draws] == [None, 0, None, 2]
    assert [d.place for d in draws] == [0, 1, 2, 3]
    assert all(d.votes and not d.forced for d in draws)
    first, second = played.rounds
    assert [r.cut for r in second] == [6, 7]
    assert [r.sampling.max_tokens for r in second] == [14, 13]  # of 20
    assert [r.parent for r in second] == [r.key("scripted") for r in first]
    assert all(s.prompt == r.prompt + tuple(b"1234567"[: s.cut]) for r, s in zip(first, second, strict=True))
    assert len({r.seed for r in played.requests}) == 4
    assert joined(draws[1], played.completions.__getitem__).text == "123456new"


def test_a_sample_without_tokens_stays_alone() -> None:
    def reply(prompt: str, request: Request) -> str | Completion:
        if request.index == 0:
            return Completion((), "", "error", error="too long")
        return "" if request.index == 1 and not request.parent else "abcd"

    engine = engine_of(reply)
    draws, played = play(engine, regenerated([replace(ask(engine), index=i, seed=i) for i in range(3)], engine))
    assert [d.parent for d in draws] == [None, None, None, 2]
    assert draws[3].pieces[0] == Piece(played.rounds[0][2].key("scripted"), "", 3)
    alone, played = play(engine, regenerated([ask(engine)], engine))
    assert len(alone) == 1 and len(played.rounds) == 1


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40), st.floats(0.01, 0.99))
def test_any_text_and_share(text: str, kept: float) -> None:
    engine = engine_of(lambda prompt, request: "!" if request.parent else text)
    (_, again), played = play(engine, regenerated([ask(engine)], engine, kept=kept))
    sample, new = played.requests
    tokens = played.completions[sample.key("scripted")].tokens
    assert new.prompt == sample.prompt + tokens[: math.ceil(kept * len(tokens))]
    assert text.startswith(played.text(again).removesuffix("!"))


@pytest.mark.parametrize("kept", [0.0, 1.0, -1.0, 75])
def test_a_share_that_is_none_is_refused(kept: float) -> None:
    engine = engine_of(lambda prompt, request: "x")
    with pytest.raises(UsageError, match="share"):
        play(engine, regenerated([ask(engine)], engine, kept=kept))
