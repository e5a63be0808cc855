"""What a prefix cache of blocks spares, counted exactly: for the scripted engine, and to check real ones against.

Only full blocks are kept, and at least one token of a prompt is computed, since its logits are needed. With everything resident a prompt
of P tokens costs P - B⌊(P - 1)/B⌋ of them, 1 to B. Nothing is ever evicted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence


class BlockCache:
    """Blocks of token ids, each known by all that comes before it.

    Args:
        size: tokens of a block (vLLM: 16 on a GPU, 528 and more for hybrid models).
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._numbers: dict[tuple[int, tuple[int, ...]], int] = {}  # (block before, ids) → block

    def prefill(self, prompt: Sequence[int]) -> int:
        """Take a prompt; how many of its tokens need not be computed."""
        found, before = 0, 0
        for block in self._blocks(prompt[:-1]):
            if (number := self._numbers.get((before, block))) is None:
                break
            found, before = found + self.size, number
        self.keep(prompt)
        return found

    def keep(self, computed: Sequence[int]) -> None:
        """Remember the full blocks of a computed sequence."""
        before = 0
        for block in self._blocks(computed):
            before = self._numbers.setdefault((before, block), len(self._numbers) + 1)

    def _blocks(self, ids: Sequence[int]) -> Iterator[tuple[int, ...]]:
        return (tuple(ids[i : i + self.size]) for i in range(0, len(ids) - self.size + 1, self.size))
