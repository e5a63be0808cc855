"""Unordered comparison: is there a pairing of two lists in which all pairs are equal?

Equal trees are paired first; the rest is matched by augmenting paths (Kuhn 1955, the Hungarian method for 0/1 weights),
so the outcome does not depend on the order of either list, nor does it need an order of the values. Two items are compared
when a path first needs them; a pairing of equal items stands, whatever pair outside of it cannot be decided.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence

from reasoning_toolkit.grading.limits import MAX_ITEMS, Undecidable
from reasoning_toolkit.grading.tree import Collection, Node, children


def match_all(gold: Sequence[Node], prediction: Sequence[Node], same: Callable[[Node, Node], bool]) -> bool:
    """Whether the two multisets are equal.

    Raises:
        Undecidable: more than `MAX_ITEMS` items differ as trees, or a comparison that decides is undecidable.
    """
    if len(gold) != len(prediction):
        return False
    common = Counter(gold) & Counter(prediction)
    left, right = list((Counter(gold) - common).elements()), list((Counter(prediction) - common).elements())
    if max(sum(map(_weight, left)), sum(map(_weight, right))) > MAX_ITEMS:
        raise Undecidable(f"more than {MAX_ITEMS} items to match")
    return _Matching(left, right, same).is_perfect()


def _weight(item: Node) -> int:
    """How many items an item holds, those in its items included."""
    below = [_weight(child) for child in children(item)]
    return sum(below) if isinstance(item, Collection) and below else max(below, default=1)


class _Matching:
    """Which left item is paired with which right one, and what is known of their pairs."""

    def __init__(self, left: list[Node], right: list[Node], same: Callable[[Node, Node], bool]) -> None:
        self.left, self.right, self.same = left, right, same
        self.partner: dict[int, int] = {}  # of a right item
        self.equal = functools.cache(self._compare)
        self.undecided: Undecidable | None = None

    def is_perfect(self) -> bool:
        """Pair every left item. Raises Undecidable where an undecidable pair might have been needed."""
        for row in range(len(self.left)):
            if not self._augment(row, set()):
                if self.undecided:
                    raise self.undecided
                return False
        return True

    def _compare(self, row: int, column: int) -> bool:
        try:
            return self.same(self.left[row], self.right[column])
        except Undecidable as error:
            self.undecided = error
            return False

    def _augment(self, row: int, seen: set[int]) -> bool:
        """Give the row a column, a free one if there is one, else by moving others."""
        columns = [column for column in range(len(self.right)) if column not in seen]
        for column in sorted(columns, key=self.partner.__contains__):
            if column not in seen and self.equal(row, column):
                seen.add(column)
                if column not in self.partner or self._augment(self.partner[column], seen):
                    self.partner[column] = row
                    return True
        return False
