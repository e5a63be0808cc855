"""The cost model of a prefix cache: exact for any block size, on prompts that nest, and as the scripted engine charges it."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from reasoning_toolkit.engines import Completion, Engine, Request, Sampling, continue_from, generate
from reasoning_toolkit.engines.block_cache import BlockCache
from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Usage
from reasoning_toolkit.runs.drive import Pipeline, Until, drive
from reasoning_toolkit.runs.ledger import Ledger

PROMPT, TRACE, CUTS = 200, 8192, 150  # tokens, tokens, prefixes
LENGTHS = [PROMPT + TRACE * i // CUTS for i in range(1, CUTS + 1)]


def ids(count: int) -> tuple[int, ...]:
    make = random.Random(0)
    return tuple(make.randrange(200) for _ in range(count))


@pytest.mark.parametrize("block", [1, 16, 528])
@pytest.mark.parametrize("shuffled", [False, True])
def test_with_the_trace_at_hand_a_prompt_costs_what_its_last_block_leaves(block: int, shuffled: bool) -> None:
    whole, cache = ids(PROMPT + TRACE), BlockCache(block)
    cache.keep(whole[:-1])  # the trace's last token was drawn, not computed
    lengths = random.Random(1).sample(LENGTHS, CUTS) if shuffled else LENGTHS
    for length in lengths:
        computed = length - cache.prefill(whole[:length])
        assert 1 <= computed == rest(length, block) <= block


def rest(length: int, block: int) -> int:
    """What a prompt of this length costs when all before it is at hand."""
    return length - block * ((length - 1) // block)


@pytest.mark.parametrize("block", [1, 16, 528])
def test_without_it_the_trace_is_computed_once_more_whatever_the_order(block: int) -> None:
    """Shortest first, a prefix finds the full blocks of the one before; longest first, each finds all but its rest."""
    rising = LENGTHS[0] + sum(b - block * min(a // block, (b - 1) // block) for a, b in pairwise(LENGTHS))
    falling = LENGTHS[-1] + sum(rest(length, block) for length in LENGTHS[:-1])
    assert cold(LENGTHS, block) == rising
    assert cold(LENGTHS[::-1], block) == falling
    shuffled = random.Random(1).sample(LENGTHS, CUTS)
    assert PROMPT + TRACE <= cold(shuffled, block) <= PROMPT + TRACE + CUTS * block


def cold(lengths: list[int], block: int) -> int:
    whole, cache = ids(PROMPT + TRACE), BlockCache(block)
    return sum(length - cache.prefill(whole[:length]) for length in lengths)


def test_the_example_of_150_cuts_of_a_long_trace() -> None:
    """No cache: 648,496 prompt tokens; with blocks of 16 about 1,275, or 9,667 where the trace is not at hand."""
    assert sum(LENGTHS) == pytest.approx(648_496, abs=CUTS)
    assert sum(rest(length, 16) for length in LENGTHS) == pytest.approx(1_275, rel=0.05)
    assert cold(LENGTHS, 16) == pytest.approx(9_667, rel=0.02)


def test_only_what_begins_alike_is_shared() -> None:
    cache = BlockCache(2)
    cache.keep((1, 2, 3, 4))
    assert cache.prefill((9, 2, 3, 4, 5)) == 0
    assert cache.prefill((1, 2, 9, 4, 5)) == 2
    assert cache.prefill((3, 4, 5)) == 0  # the same ids after something else
    assert cache.prefill((1, 2, 3, 4)) == 2  # the last token is always computed
    assert cache.prefill((1, 2, 3, 4, 5)) == 4
    assert cache.prefill(()) == cache.prefill((1,)) == 0


def scripted(block: int | None) -> ScriptedEngine:
    return ScriptedEngine(
        lambda prompt, request: "x" * (40 if request.parent is None else 10),
        slots=1,
        cache=BlockCache(block) if block else None,
    )


def totals(usages: list[Usage]) -> tuple[int, int, int]:
    return sum(u.prefilled for u in usages), sum(u.cached for u in usages), sum(u.decoded for u in usages)


@pytest.mark.parametrize("block", [1, 16, 528])
def test_the_scripted_engine_charges_a_trace_and_its_continuations(block: int) -> None:
    engine = scripted(block)
    first = Request(ids(100), Sampling(max_tokens=1000), 0)
    ((_, trace),) = generate(engine, [first])
    assert trace.usage == Usage(100, 0, 40)
    requests = continue_from(first, trace, range(0, 41, 5), Sampling(max_tokens=1000), run_seed=0, key="trace")
    done = dict(generate(engine, requests))
    for i, request in enumerate(requests):
        computed = rest(len(request.prompt), block)
        assert done[i].usage == Usage(computed, len(request.prompt) - computed, 10)
    ((_, plain),) = generate(scripted(None), [requests[-1]])
    assert plain.usage == Usage(140, 0, 10)


def test_a_vote_that_ends_early_is_charged_for_what_was_begun(tmp_path: Path) -> None:
    """Enough with the third; those behind it in the queue cost nothing."""
    engine = scripted(16)
    requests = [Request(ids(64 + i), Sampling(max_tokens=1000), i) for i in range(8)]
    shown: list[Completion] = []

    def vote() -> Pipeline[int]:
        def enough(completion: Completion) -> bool:
            shown.append(completion)
            return len(shown) == 3

        return len((yield Until(requests, enough, ahead=3)))

    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert dict(drive(engine, ledger, [("a", vote())])) == {"a": 3}
    assert engine.calls == 3
    assert totals([c.usage for c in shown]) == (64 + 1 + 2, 128, 120)
    assert ledger.usage()[0] == 3
    ledger.close()


@pytest.mark.model
def test_vllm_reads_from_its_cache_what_the_model_says(vllm: Engine) -> None:
    """A trace, its continuations in any order, and once more: every figure that vLLM gives is that of the formula."""
    make = random.Random(11)
    first = Request(tuple(make.randrange(1000, 40000) for _ in range(75)), Sampling(max_tokens=90, ignore_eos=True), 3)
    ((_, trace),) = generate(vllm, [first])
    block = vllm._engine.vllm_config.cache_config.block_size  # type: ignore[attr-defined]
    sampling = Sampling(max_tokens=2, ignore_eos=True)
    requests = continue_from(first, trace, range(0, 91, 9), sampling, run_seed=0, key="trace")
    make.shuffle(requests)
    for again in range(2):
        batch = [replace(r, index=again) for r in requests]
        for i, done in generate(vllm, batch):
            computed = rest(len(batch[i].prompt), block)
            assert done.usage == Usage(computed, len(batch[i].prompt) - computed, 2)
