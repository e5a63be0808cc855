"""What the grader is willing to read and to compute. Every limit is checked before the work is done.

The sizes follow the longest answers of the public benchmarks with a wide margin; an answer beyond them is refused or
left undecided, never decided by halves.
"""

from __future__ import annotations

MAX_CHARACTERS = 1500  # of an answer without its spacing
MAX_TOKENS = 1200
MAX_NESTING = 50  # brackets in brackets, powers in powers; the parser needs about 12 Python frames for each
MAX_DEPTH = 100  # of the syntax tree
MAX_NODES = 5000  # of a determinant or a matrix product written out
MAX_BITS = 40_000  # of an exact number, and of the magnitude of an approximate one
MAX_ARGUMENT = 10_000  # of a factorial or a binomial coefficient
MAX_ITEMS = 64  # of a list that must be matched pair by pair, the items of its items included
MAX_SIGNS = 4  # independent ± in one answer
MAX_PRINTED = 200  # characters of a normal form in a decision


class Unreadable(Exception):
    """The answer is not in the language that the parser reads; the text says where it stopped."""


class Undecidable(Exception):
    """A value that cannot be computed within the limits; the text says why."""
