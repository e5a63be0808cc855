"""Votes of the items drawn so far, and the exact rule: can the rest still change the winner?"""

from __future__ import annotations


class Tally:
    """Votes among the items drawn from a fixed population.

    Args:
        total: size of the population, abstentions included.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.drawn = 0
        self.votes: dict[int, int] = {}
        self.first: dict[int, int] = {}  # smallest position drawn of each class
        self._seen = bytearray(total)
        self._unseen = 0  # smallest position not drawn

    def add(self, position: int, label: int | None) -> None:
        """Count the answer at a position (0 to total - 1) of the trace; None abstains."""
        self.drawn += 1
        self._seen[position] = 1
        while self._unseen < self.total and self._seen[self._unseen]:
            self._unseen += 1
        if label is not None:
            self.votes[label] = self.votes.get(label, 0) + 1
            self.first[label] = min(position, self.first.get(label, position))

    @property
    def leader(self) -> int | None:
        """The class with most votes, of equals the one that occurs first in the trace; None without votes."""
        return min(self.votes, key=lambda c: (-self.votes[c], self.first[c]), default=None)

    @property
    def margin(self) -> int:
        """Votes of the leader minus those of the runner-up."""
        most = sorted(self.votes.values(), reverse=True)[:2]
        return most[0] - sum(most[1:]) if most else 0

    def settled(self) -> bool:
        """Rule D: no values of the items not drawn make another class win the vote, not even one never seen.

        The leader must be ahead of every rival by more than what is left, or by exactly that and win the tie: its first
        position comes before the rival's and before every position not drawn. Abstentions only take votes from rivals.
        """
        leader = self.leader
        if leader is None:
            return False
        left = self.total - self.drawn
        rivals = [(votes, self.first[c]) for c, votes in self.votes.items() if c != leader]
        for votes, first in [*rivals, (0, self.total)]:
            ahead = self.votes[leader] - votes - left
            if ahead < 0 or (ahead == 0 and self.first[leader] > min(first, self._unseen)):
                return False
        return True
