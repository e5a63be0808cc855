"""vLLM in process: prefix cache, seeded prompts in bulk, a dead engine. (`test_real_engines.py` has what all engines share.)"""

from __future__ import annotations

import random
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from conftest import CONTEXT, ask, chat, run

from reasoning_toolkit.engines import Engine, Request, Sampling, continue_from, open_engine
from reasoning_toolkit.engines import vllm as room
from reasoning_toolkit.engines.vllm import VLLMEngine, check_version, installed_version, version_problem
from reasoning_toolkit.errors import EngineError, MissingPackage


@pytest.mark.parametrize(
    ("version", "fits"),
    [
        ("0.28.0", True),
        ("0.32.0", True),
        ("0.33.1", True),
        ("0.32.0+cpu", True),
        ("0.30.1rc2.dev3+gabc", True),
        ("0.33rc1", True),
        ("0.27.9", False),
        ("0.34.0", False),
        ("0.9.2", False),
        ("1.0.0", False),
        ("1", False),
        ("dev", False),
    ],
)
def test_tested_versions(version: str, fits: bool) -> None:
    problem = version_problem(version)
    assert (problem is None) == fits
    assert problem is None or (version in problem and "0.28" in problem and "0.34" in problem)


def test_a_version_that_is_not_tested_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "installed_version", lambda: "0.11.0")
    with pytest.raises(EngineError, match=r"vLLM 0\.11\.0 is installed") as caught:
        check_version()
    assert caught.value.hint == "pip install 'vllm>=0.28,<0.34'"


def test_no_vllm_at_all_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "installed_version", lambda: None)
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(MissingPackage) as caught:
        open_engine("vllm:smollm2")
    assert caught.value.hint == "pip install 'reasoning-toolkit[vllm]'"


class DeadCore:
    """Stands for an engine whose process is gone: every call raises."""

    def add_request(self, *args: Any) -> None:
        raise RuntimeError("EngineCore encountered an issue.\nSee the stack trace above\n" * 100)

    step = abort_request = add_request


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> VLLMEngine:
    """An engine that dies at its first step."""
    exceptions = ModuleType("vllm.exceptions")
    exceptions.VLLMValidationError = KeyError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm.exceptions", exceptions)
    monkeypatch.setattr(
        room, "find_model", lambda spec, arguments: SimpleNamespace(identity="m", tags=None, tokenizer=None)
    )
    engine = VLLMEngine(None, {})  # type: ignore[arg-type]
    engine._engine = DeadCore()
    return engine


REQUEST = Request((1, 2), Sampling(), 0)


def test_a_dead_engine_is_one_line_with_a_hint(dead: VLLMEngine) -> None:
    dead._requests["t"] = REQUEST
    with pytest.raises(
        EngineError, match="the vLLM engine died: RuntimeError: EngineCore encountered an issue"
    ) as caught:
        dead.wait()
    assert "\n" not in caught.value.message and "the same command" in str(caught.value.hint)
    dead.cancel(["t"])  # what a caller does while it leaves: must not hide the error behind another one
    assert dead.wait() == []


def test_an_engine_that_is_dead_at_submission_is_no_fault_of_the_request(
    dead: VLLMEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_sampling", lambda request: None)
    with pytest.raises(EngineError, match="the vLLM engine died"):
        dead.submit([("t", REQUEST)])
    assert dead.wait() == []


@pytest.mark.parametrize("reason", ["abort", "error", "repetition", None])
def test_a_request_that_vllm_gives_up_is_an_error(dead: VLLMEngine, reason: str | None) -> None:
    best = SimpleNamespace(finish_reason=reason, token_ids=[1], stop_reason=None, logprobs=None)
    done = dead._completion(REQUEST, SimpleNamespace(outputs=[best], num_cached_tokens=0))
    assert done.finish_reason == "error" and str(reason) in str(done.error)


@pytest.mark.model
def test_nothing_is_loaded_for_no_request() -> None:
    assert installed_version() is not None
    engine = open_engine("vllm:smollm2", {"max_num_seqs": 16})
    engine.submit([])
    engine.cancel(["x"])
    assert engine.wait() == [] and engine._engine is None  # type: ignore[attr-defined]
    assert engine.capacity == 16
    engine.close()


@pytest.mark.model
def test_an_argument_that_vllm_does_not_know_is_named() -> None:
    engine = open_engine("vllm:smollm2", {"no_such_argument": 1})
    with pytest.raises(EngineError, match="no_such_argument") as caught:
        engine.submit([("t", ask(engine, "A"))])
    assert "--engine-arg" in str(caught.value.hint)


@pytest.mark.model
def test_it_works_on_as_many_requests_as_vllm_takes_on_this_device(vllm: Engine) -> None:
    run(vllm, [ask(vllm, "A", max_tokens=1)])
    assert vllm.capacity == vllm._engine.vllm_config.scheduler_config.max_num_seqs >= 256  # type: ignore[attr-defined]


@pytest.mark.model
def test_an_engine_outlives_another_of_its_process(vllm: Engine) -> None:
    """Closing one tore down what vLLM keeps once a process, and the other died at its next step."""
    request = ask(vllm, "One, two,", max_tokens=4, temperature=0.0)
    before = run(vllm, [request])
    other = open_engine("vllm:pocket")
    assert run(other, [ask(other, "1", max_tokens=2)])[0].tokens
    other.close()
    assert run(vllm, [request])[0].tokens == before[0].tokens


@pytest.mark.model
def test_a_shared_prefix_is_read_from_the_cache(vllm: Engine) -> None:
    make = random.Random(7)
    prefix = tuple(make.randrange(1000, 40000) for _ in range(512))
    first, second = (Request((*prefix, i), Sampling(max_tokens=2), i) for i in (11, 12))
    cold, warm = (run(vllm, [request])[0].usage for request in (first, second))
    assert (cold.cached, cold.prefilled) == (0, 513)
    assert (warm.cached, warm.prefilled) == (512, 1)  # whole blocks


@pytest.mark.model
def test_continuations_of_a_trace_reuse_its_cache(vllm: Engine) -> None:
    request = Request(vllm.tokenizer.encode("Once upon a time, ") * 60, Sampling(temperature=0.0, max_tokens=8), 0)
    (trace,) = run(vllm, [request])
    requests = continue_from(request, trace, [2, 5, 8], Sampling(max_tokens=1), run_seed=0, key="k")
    for made, done in zip(requests, run(vllm, requests), strict=True):
        assert done.usage.cached > 0
        assert done.usage.cached + done.usage.prefilled == len(made.prompt)


@pytest.mark.model
def test_many_seeded_prompts_do_not_kill_the_engine(vllm: Engine) -> None:
    make = random.Random(3)
    prompts = [
        tuple(make.randrange(1000, 40000) for _ in range(100)) for _ in range(120)
    ]  # more than one wave of 8,192 tokens
    done = run(vllm, [Request(p, Sampling(temperature=1.0, max_tokens=1), i) for i, p in enumerate(prompts)])
    assert len(done) == 120 and {c.finish_reason for c in done} <= {"stop", "length"}


@pytest.mark.model
def test_a_refused_request_can_be_cancelled_before_it_is_handed_over(vllm: Engine) -> None:
    vllm.submit([("long", Request((5,) * (CONTEXT + 1), Sampling(max_tokens=1), 0))])
    vllm.cancel(["long"])
    assert vllm.wait() == []


@pytest.mark.model
def test_a_sequence_that_cannot_be_scored_is_an_error(vllm: Engine) -> None:
    with pytest.raises(EngineError, match="cannot score sequence 1"):
        vllm.score([((5,), (6,)), ((5,) * CONTEXT, (6,))])
    (fine,) = vllm.score([((5,), (6,))])
    assert len(fine) == 1


@pytest.mark.model
def test_vllm_and_transformers_agree_on_greedy_tokens(vllm: Engine, hf: Engine) -> None:
    requests = [
        *(ask(hf, t, temperature=0.0, max_tokens=8) for t in ["Once upon a time", "one, two, three,", "2 + 2 ="]),
        chat(hf, "Name a colour.", temperature=0.0, max_tokens=8),
    ]
    here, there = run(vllm, requests), run(hf, requests)
    assert [c.tokens for c in here] == [c.tokens for c in there]
    sequences = [(r.prompt, c.tokens) for r, c in zip(requests, there, strict=True)]
    for a, b in zip(vllm.score(sequences), hf.score(sequences), strict=True):
        assert a == pytest.approx(b, abs=2e-3)
