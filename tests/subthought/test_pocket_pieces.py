"""Responses in pieces on the packaged model: forced answers, early exits, kills and regenerations on real token ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pieces import play

from reasoning_toolkit.engines.engine import Engine, generate, render
from reasoning_toolkit.engines.prefix import continue_from
from reasoning_toolkit.engines.spec import open_engine
from reasoning_toolkit.engines.types import Completion, Request, Sampling
from reasoning_toolkit.grading import extract_answer
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.subthought.confidence import group_confidence, token_confidence
from reasoning_toolkit.subthought.config import INSTRUCTION
from reasoning_toolkit.subthought.exit_rules import convergence, deer, dynasor
from reasoning_toolkit.subthought.exits import exit_early
from reasoning_toolkit.subthought.forcing import budget_forced, probe
from reasoning_toolkit.subthought.online import deepconf_online
from reasoning_toolkit.subthought.regenerate import regenerated
from reasoning_toolkit.subthought.together import together

pytestmark = pytest.mark.model

COUNT = 12


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    pytest.importorskip("transformers", reason="needs the extra hf")
    engine = open_engine("hf:pocket", {"batch_size": 32})
    yield engine
    engine.close()


def requests(engine: Engine, **sampling: object) -> list[Request]:
    """One for each problem."""
    found = []
    for i, problem in enumerate(load_problems("pocket:mixed", limit=COUNT)):
        prompt, _ = render(engine, [{"role": "user", "content": f"{problem.question}\n\n{INSTRUCTION}"}])
        found.append(Request(prompt, Sampling(**sampling), i, problem_id=problem.id))  # type: ignore[arg-type]
    return found


def run(engine: Engine, asked: list[Request]) -> list[Completion]:
    found = dict(generate(engine, asked))
    return [found[i] for i in range(len(asked))]


def test_a_probe_at_the_end_of_the_thinking_gives_the_trace_s_answer(engine: Engine) -> None:
    asked = requests(engine, temperature=0.0, max_tokens=400)
    whole, played = play(engine, together([budget_forced(r, engine) for r in asked]))
    texts = [played.text(draw) for draw in whole]
    assert all("</think>" in text for text in texts)
    ends, starts = [], []
    for request, draw in zip(asked, whole, strict=True):
        trace = played.completions[draw.pieces[0].key]
        stops = engine.tokenizer.token_starts(trace.tokens)  # type: ignore[union-attr]
        end = stops.index(
            len(trace.text)
        )  # the closing tag is one token of its own, held by the tokens and not by the text
        key = draw.pieces[0].key
        ends += continue_from(request, trace, [end], request.sampling, run_seed=0, key=key)
        starts += continue_from(request, trace, [0], request.sampling, run_seed=0, key=key)
    probes, seen = play(engine, together([probe(r, engine) for r in (*ends, *starts)]))
    answers = [extract_answer(seen.text(draw)) for draw in probes]
    own = [extract_answer(text) for text in texts]
    assert sum(a == b for a, b in zip(answers[:COUNT], own, strict=True)) >= COUNT - 1
    assert sum(a == b for a, b in zip(answers[COUNT:], own, strict=True)) < COUNT / 2  # nothing was thought yet
    assert sum(seen.cost(draw) for draw in probes[:COUNT]) < 8 * COUNT


def test_dropping_the_end_of_the_thinking_makes_it_go_on(engine: Engine) -> None:
    asked = requests(engine, temperature=0.0, max_tokens=400)[:4]
    short, played = play(engine, together([budget_forced(r, engine) for r in asked]))
    long, more = play(engine, together([budget_forced(r, engine, ignore=1) for r in asked]))
    for a, b in zip(short, long, strict=True):
        thought = played.text(a).split("</think>")[0]
        assert more.text(b).startswith(thought + "Wait")
        assert more.text(b).count("</think>") == 1
        assert more.cost(b) > played.cost(a)


def test_a_tight_budget_forces_every_answer(engine: Engine) -> None:
    draws, played = play(
        engine, together([budget_forced(r, engine, answer_tokens=90) for r in requests(engine, max_tokens=100)])
    )
    assert all(draw.forced for draw in draws)
    assert all(played.text(draw).count("\n</think>\n\nFinal Answer:") == 1 for draw in draws)


def test_trials_change_nothing_where_no_rule_is_settled(engine: Engine) -> None:
    """Pieces of a greedy trace, held at markers, at sentences and every few tokens, are the trace drawn at once."""
    asked = requests(engine, temperature=0.0, max_tokens=400)[1:6]
    whole = run(engine, asked)
    for rule in (deer(marker="Now"), replace(dynasor(), every=16), convergence()):
        never = replace(rule, settled=lambda trials: False, checks=None, thinking=1.0, tokens=2)
        draws, played = play(engine, together([exit_early(r, engine, never) for r in asked]))
        assert [played.text(d) for d in draws] == [c.text for c in whole]
        assert sum(len(d.paid) for d in draws) > len(asked)


def test_early_exits_end_sooner_with_an_answer(engine: Engine) -> None:
    asked = requests(engine, temperature=0.0, max_tokens=400)[1:7]
    whole = run(engine, asked)
    for rule in (deer(marker="Now", plain=True), convergence(2)):
        draws, played = play(engine, together([exit_early(r, engine, rule) for r in asked]))
        left = [i for i, draw in enumerate(draws) if draw.forced]
        assert left
        assert all(len(played.text(draws[i])) <= len(whole[i].text) for i in left)
        assert any(len(played.text(draws[i])) < len(whole[i].text) / 2 for i in left)
        assert all(extract_answer(played.text(draws[i])) for i in left)
        stayed = [i for i in range(len(asked)) if i not in left]
        assert all(played.text(draws[i]) == whole[i].text for i in stayed)


def samples(engine: Engine, count: int) -> list[Request]:
    """Samples of one problem of a level at which they disagree."""
    request = requests(engine, temperature=1.0, top_p=0.95, max_tokens=300)[8]
    return [replace(request, seed=seed, index=seed) for seed in range(count)]


def test_unsure_samples_are_given_up_on_the_way(engine: Engine) -> None:
    online = deepconf_online(samples(engine, 24), engine, lambda c: extract_answer(c.text), kept=50, window=16)
    result, played = play(engine, online)
    later = result.draws[16:]
    assert any(draw.votes for draw in later) and any(not draw.votes for draw in later)
    for draw in later:
        tokens = [t for piece in draw.pieces for t in played.completions[piece.key].logprobs or ()]
        groups = group_confidence(token_confidence(tokens), 16)
        assert draw.votes == bool((groups >= result.threshold).all())
        assert not draw.votes or "</think>" in played.text(draw)
    given_up = [draw for draw in later if not draw.votes]
    assert sum(played.cost(d) for d in given_up) / len(given_up) < 0.8 * sum(map(played.cost, result.draws[:16])) / 16


def test_an_end_written_once_more_shares_the_beginning(engine: Engine) -> None:
    draws, played = play(engine, regenerated(samples(engine, 8), engine))
    assert len(draws) == 16
    answers = [extract_answer(played.text(draw)) for draw in draws]
    assert all(answers)
    for first, again in zip(draws[::2], draws[1::2], strict=True):
        kept = again.pieces[0].kept
        assert kept and played.text(again)[:kept] == played.text(first)[:kept]
        assert 0.5 < kept / len(played.text(first)) < 0.9
    same = [a == b for a, b in zip(answers[::2], answers[1::2], strict=True)]
    assert any(same)
    assert len({played.text(draw) for draw in draws}) > 8  # some were written otherwise
