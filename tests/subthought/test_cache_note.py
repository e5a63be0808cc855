"""A run without any hit in the prefix cache is told so, and only where hits were due."""

from __future__ import annotations

import pytest

from reasoning_toolkit.engines.block_cache import BlockCache
from reasoning_toolkit.engines.types import Usage
from reasoning_toolkit.subthought.cache_note import LONG, cache_note

NO_HITS = [Usage(300, 0, 50), Usage(600, 0, 40), Usage(900, 0, 30)]


def test_nested_prompts_without_a_hit_are_worth_a_warning() -> None:
    note = cache_note("vllm:some/hybrid", [NO_HITS, NO_HITS])
    assert note is not None
    assert "3,600 prompt tokens of 6 continuations" in note and "Mamba" in note
    assert "--enable-prompt-tokens-details" in str(cache_note("openai:m", [NO_HITS]))


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [[]],
        [[Usage(5000, 0, 1)]],  # one prompt alone nests with nothing
        [[Usage(5000, 0, 1)], [Usage(5000, 0, 1)]],  # of two traces
        [[Usage(LONG - 1, 0, 1), Usage(5000, 0, 1)]],  # too little in common for a block of every plain size
        [NO_HITS, [Usage(44, 256, 9)]],  # one hit: the cache works
    ],
)
def test_where_nothing_was_due_or_something_came_nothing_is_said(groups: list[list[Usage]]) -> None:
    assert cache_note("vllm:m", groups) is None


@pytest.mark.parametrize("model", ["hf:m", "scripted:file.py@f", "pocket", ""])
def test_an_engine_without_a_prefix_cache_is_not_warned_about(model: str) -> None:
    assert cache_note(model, [NO_HITS]) is None


@pytest.mark.parametrize(("block", "warned"), [(1, False), (16, False), (128, False), (528, True), (2048, True)])
def test_a_block_of_every_plain_size_has_hits_where_they_are_due_and_a_hybrid_one_may_have_none(
    block: int, warned: bool
) -> None:
    """Prompts of 260 to 500 tokens of one trace, longest last, as an engine with such blocks charges them."""
    cache, ids = BlockCache(block), tuple(range(500))
    group = []
    for length in range(260, 501, 40):
        cached = cache.prefill(ids[:length])
        group.append(Usage(length - cached, cached, 10))
    assert (cache_note("vllm:m", [group]) is not None) == warned
