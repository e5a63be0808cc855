"""Three ways to draw pairs of texts for the grader; each is an endless iterator of rounds.

mutation     cuts, splices and repeats of real and made answers (`mutated_answers.py`)
hypothesis   answers by the parser's grammar, dressed and damaged (`grammar_answers.py`)
atheris      coverage-guided: what libFuzzer kept since it reached new code of the grader (`atheris_target.py`)
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.atheris_target import LONGEST, SEPARATOR, pair_of
from benchmarks.mutated_answers import PIECES, corpus_of, mutated_pair
from reasoning_toolkit.errors import MissingPackage
from reasoning_toolkit.grading.pool import Pair

PAIRS_PER_ROUND = 4_000
HANG_S = 10
_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


class Round(NamedTuple):
    """Pairs to check, and how many were tried to find them."""

    pairs: list[Pair]
    tried: int


def mutation(seed: int, minutes: float, cases: Path) -> Iterator[Round]:
    """Mutated pairs without end."""
    rng, corpus = random.Random(seed), corpus_of(cases)
    while True:
        yield Round([mutated_pair(rng, corpus) for _ in range(PAIRS_PER_ROUND)], PAIRS_PER_ROUND)


def hypothesis(seed: int, minutes: float, cases: Path) -> Iterator[Round]:
    """Pairs by the grammar, without end."""
    while True:
        pairs = _drawn(seed)
        yield Round(pairs, len(pairs))
        seed += 1


def _drawn(seed: int) -> list[Pair]:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    from benchmarks.grammar_answers import PAIRS

    drawn: list[Pair] = []

    @seeded(seed)
    @settings(
        max_examples=PAIRS_PER_ROUND,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(PAIRS)
    def draw(pair: Pair) -> None:
        drawn.append((pair[0][:LONGEST], pair[1][:LONGEST]))

    draw()
    return drawn


def atheris(seed: int, minutes: float, cases: Path) -> Iterator[Round]:
    """One round: the inputs that libFuzzer kept in that time.

    Raises:
        MissingPackage: atheris is not installed.
    """
    try:
        import atheris as _  # noqa: F401
    except ImportError as error:
        raise MissingPackage("this needs the package 'atheris'", hint="pip install atheris==3.0.0") from error
    with tempfile.TemporaryDirectory() as place:
        folder, dictionary = Path(place, "corpus"), Path(place, "dictionary")
        folder.mkdir()
        for number, text in enumerate(corpus_of(cases)):
            other = f"{text}{SEPARATOR}{text}" if number % 2 else text
            (folder / f"seed-{number}").write_bytes(other.encode("utf-8", "replace"))
        dictionary.write_text("".join(map(_dictionary_row, PIECES)), encoding="ascii")
        options = [f"-max_total_time={int(minutes * 60)}", f"-timeout={HANG_S}", f"-seed={seed + 1}"]
        options += [f"-max_len={2 * LONGEST}", f"-dict={dictionary}", f"-artifact_prefix={folder}/"]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.atheris_target", folder, *options, "-print_final_stats=1"],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        )
        executed = _EXECUTED.search(done.stderr)
        if executed is None:
            raise RuntimeError(f"atheris ended with {done.returncode}: {done.stderr[-2_000:]}")
        yield Round([pair_of(path.read_bytes()) for path in sorted(folder.iterdir())], int(executed[1]))


def _dictionary_row(piece: str) -> str:
    escaped = "".join(f"\\x{byte:02x}" for byte in piece.encode("utf-8", "replace")[:60])
    return f'"{escaped}"\n'


FUZZERS: dict[str, Callable[[int, float, Path], Iterator[Round]]] = {
    "mutation": mutation,
    "hypothesis": hypothesis,
    "atheris": atheris,
}
