"""The same decode on every real engine: SmolLM2 in transformers, in vLLM, and behind `vllm serve`."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from reasoning_toolkit.engines import Engine
from reasoning_toolkit.engines.types import Request, Sampling
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.runs.drive import Counts
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode

pytestmark = pytest.mark.model

PROBLEMS = load_problems("builtin", where={"level": "1"}, limit=2)
CONFIG = DecodeConfig("builtin", "smollm2", "subthought", max_tokens=48, max_subthoughts=3)


def test_decode_vote_resume_and_score(engine: Engine, tmp_path: Path) -> None:
    assert engine.tokenizer is not None
    first, second = Counts(), Counts()
    with Run(tmp_path) as run:
        report = decode(run, PROBLEMS, engine, CONFIG, counts=first)
        assert {row["name"] for row in report["methods"]} == {"subthought vote", "last answer", "self-consistency"}
        assert any(len(p["subthoughts"]) > 1 for p in report["problems"])
        for problem in report["problems"]:
            trace = problem["trace"]
            assert trace["tokens"] > 0
            assert sum(s["tokens"] for s in problem["samples"]) <= trace["tokens"] + sum(
                s["tokens"] for s in problem["subthoughts"]
            )
        check_prefixes(run, engine)
        again = decode(run, PROBLEMS, engine, CONFIG, counts=second)
    assert first.made > 0
    assert (second.made, second.reused) == (0, first.made)
    assert again == report


def check_prefixes(run: Run, engine: Engine) -> None:
    """Each continuation's prompt is the trace's prompt and the first tokens of the trace, each longer than the one before."""
    rows = run.ledger.connection.execute("SELECT key, request FROM completions").fetchall()
    requests = {key: json.loads(body) for key, body in rows}
    for problem in PROBLEMS:
        record = run.ledger.load("record", problem.id)
        trace = run.ledger.get(record["trace"])
        assert trace is not None
        keys = [piece[0] for draw in record["draws"] for piece in draw["pieces"]]
        cuts = [requests[key]["cut"] for key in keys]
        assert all(a < b for a, b in pairwise(cuts))
        assert cuts[-1] == len(trace.tokens)  # SmolLM2 marks no thinking: the last prefix is the whole response
        assert {requests[key]["parent"] for key in keys} == {record["trace"]}
        assert engine.tokenizer is not None
        for (_, end), cut in zip(record["spans"], cuts, strict=True):
            assert engine.tokenizer.decode(trace.tokens[:cut]) == trace.text[:end]


def test_greedy_continuation_of_a_prefix_is_the_rest_of_the_trace(engine: Engine) -> None:
    """The degenerate case itself: why greedy continuations are not generated."""
    assert engine.tokenizer is not None
    prompt = engine.tokenizer.render([{"role": "user", "content": PROBLEMS[0].question}])
    greedy = Sampling(temperature=0.0, max_tokens=24)
    engine.submit([("trace", Request(prompt, greedy, seed=0))])
    [(_, trace)] = engine.wait()
    kept = len(trace.tokens) // 2
    rest = Sampling(temperature=0.0, max_tokens=24 - kept)
    engine.submit([("rest", Request(prompt + trace.tokens[:kept], rest, seed=0))])
    [(_, continuation)] = engine.wait()
    assert trace.tokens[:kept] + continuation.tokens == trace.tokens
