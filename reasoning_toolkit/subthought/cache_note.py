"""A warning for runs whose nested prompts found nothing in the prefix cache: every continuation computed its prefix again."""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_toolkit.engines.types import Usage

LONG = 256  # tokens that two prompts share: two blocks of the largest plain size (vLLM on a CPU: 128), so that hits are due
CAUSES: dict[str, str] = {
    "vllm": (
        "prefix caching is switched off, or the model keeps a state instead of keys and values (Mamba, linear attention), which vLLM "
        "caches in blocks of 528 and more tokens or not at all"
    ),
    "openai": (
        "the server has no prefix cache, does not say what it read from there (vllm serve: --enable-prompt-tokens-details), or runs a "
        "model whose state it cannot cache (Mamba, linear attention)"
    ),
}


def cache_note(model: str, groups: Sequence[Sequence[Usage]]) -> str | None:
    """What to tell the user where the prefix cache gave nothing; None where it did, or where nothing was due.

    Args:
        model: ENGINE:MODEL. Only engines with a prefix cache are spoken of.
        groups: for each trace, the usage of its continuations, whose prompts nest.
    """
    cause = CAUSES.get(model.partition(":")[0])
    usages = [usage for group in groups for usage in group]
    if cause is None or any(usage.cached for usage in usages):
        return None
    if not any(_shared(group) >= LONG for group in groups):
        return None
    prefilled = sum(usage.prefilled for usage in usages)
    return (
        f"Not one of the {prefilled:,} prompt tokens of {len(usages):,} continuations came from the prefix cache, although their prompts "
        f"nest. Likely cause: {cause}. Answers are the same; computing the prefixes again costs time."
    )


def _shared(group: Sequence[Usage]) -> int:
    """Tokens that the two longest prompts of a trace have in common: all of the shorter one."""
    return sorted((0, 0, *(usage.prefilled for usage in group)))[-2]
