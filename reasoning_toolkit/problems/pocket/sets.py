"""The sets `pocket:NAME`: endless, seeded, and their splits share no program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice
from random import Random

from reasoning_toolkit.errors import unknown
from reasoning_toolkit.problems.pocket.chain import chain
from reasoning_toolkit.problems.pocket.equation import equation
from reasoning_toolkit.problems.pocket.levels import LEVELS
from reasoning_toolkit.problems.pocket.program import SPLITS, Program, Split, split_of, to_json, values
from reasoning_toolkit.problems.pocket.story import story
from reasoning_toolkit.problems.problem import Problem

PREFIX = "pocket:"
KINDS: dict[str, Callable[[Random, int], tuple[Program, str]]] = {"chain": chain, "equation": equation, "story": story}
MIXED = "mixed"
_ABOUT = {
    MIXED: "chains, equations and stories in turn",
    "chain": "nested arithmetic",
    "equation": "solve for x, then compute with it",
    "story": "arithmetic in sentences",
}
POCKET_COUNT = 500


def pocket_problems(kind: str = MIXED, split: Split = "test", seed: int = 0) -> Iterator[Problem]:
    """An endless stream of problems, of each kind and level in turn; no program comes twice.

    Args:
        kind: chain, equation, story, or mixed for all three.
        split: every program belongs to one split, whatever its words (`program.split_of`).
        seed: another seed gives other problems of the same split.

    Raises:
        UsageError: an unknown kind or split.
    """
    kinds = list(KINDS) if kind == MIXED else [kind]
    if kinds[0] not in KINDS:
        raise unknown("kind of pocket problem", kind, [*KINDS, MIXED])
    if split not in SPLITS:
        raise unknown("split of the pocket problems", split, SPLITS)
    return _stream(kind, kinds, split, seed)


def pocket_set(name: str, number: int = POCKET_COUNT) -> list[Problem]:
    """The first problems of `pocket:NAME`, NAME being KIND (the test split) or KIND-SPLIT.

    Raises:
        UsageError: there is no such set.
    """
    if name not in pocket_sets():
        raise unknown("pocket set", name, pocket_sets())
    kind, _, split = name.partition("-")
    return list(islice(pocket_problems(kind, split or "test"), number))  # type: ignore[arg-type]


def pocket_sets() -> list[str]:
    """Every NAME of `pocket:NAME`."""
    kinds = list(_ABOUT)
    return [*kinds, *(f"{kind}-{split}" for kind in kinds for split in ("train", "validation"))]


def pocket_notes() -> dict[str, str]:
    """`pocket:KIND` to a line about it, for listings."""
    more = "five levels; every step checkable; add -train or -validation for another split"
    return {f"{PREFIX}{kind}": f"{about}; {more}" for kind, about in _ABOUT.items()}


def _stream(name: str, kinds: list[str], split: Split, seed: int) -> Iterator[Problem]:
    seen: set[Program] = set()
    for place in count():
        kind, level = kinds[place % len(kinds)], place // len(kinds) % len(LEVELS) + 1
        rng = Random(f"{PREFIX}{name}-{split}/{seed}/{place}")
        program, question = KINDS[kind](rng, level)
        while split_of(program) != split or program in seen:
            program, question = KINDS[kind](rng, level)
        seen.add(program)
        extra = {"kind": kind, "level": level, "program": to_json(program)}
        answer = str(values(program)[-1])
        yield Problem(f"{name}-{split}-{place}", question, answer, f"{PREFIX}{name}-{split}", extra)
