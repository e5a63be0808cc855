"""Stories: the operations of a chain in a few plain sentences."""

from __future__ import annotations

from random import Random

from reasoning_toolkit.problems.pocket.levels import LEVELS, chain_steps
from reasoning_toolkit.problems.pocket.program import Program

NAMES = "Ana Ben Carla David Emma Farid Grace Hugo Ines Jonas".split()
THINGS = "pens coins books stamps shells cards stones apples beads tickets".split()
SENTENCES: dict[str, tuple[str, ...]] = {
    "+": ("{name} gets {n} more.", "{name} buys {n} more.", "A friend brings {n} more."),
    "-": ("{name} gives away {n}.", "{name} loses {n}.", "{name} sells {n}."),
    "*": ("Then the number grows to {n} times as many.", "A trick makes {n} of each one."),
    "/": ("{name} keeps one of {n} equal shares.", "{name} splits them into {n} equal boxes and keeps one box."),
}
LEFT_OVER = "{name} packs them in bags of {n}. How many are left over?"
HOW_MANY = "How many {things} does {name} have now?"


def story(rng: Random, level: int) -> tuple[Program, str]:
    """A program and its question, e.g. ``Ana has 47 pens. Ana buys 38 more. ... How many are left over?``"""
    start, steps = chain_steps(rng, LEVELS[level])
    words = {"name": rng.choice(NAMES), "things": rng.choice(THINGS)}
    told = ["{name} has {n} {things}.".format(n=start, **words)]
    told += [rng.choice(SENTENCES[s.operator]).format(n=s.right, **words) for s in steps if s.operator != "mod"]
    told += [(LEFT_OVER if steps[-1].operator == "mod" else HOW_MANY).format(n=steps[-1].right, **words)]
    return tuple(steps), " ".join(told)
