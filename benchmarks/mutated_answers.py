"""Mutated answers and completions for the fuzz.

A text of the corpus (the seeds below and, where they are there, the public cases) is cut, spliced with another, repeated,
or has pieces of LaTeX and Unicode put in.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reasoning_toolkit.grading.pool import Pair
from reasoning_toolkit.grading.profiles.ruling import MAX_CHARACTERS

LONGEST = MAX_CHARACTERS // 2
_LATEX = (
    r"{ } ( ) [ ] $ $$ \ \\ ^ _ ^{ _{ \frac \frac{ \sqrt \sqrt[ \boxed{ \left \right \left( \right. \text{ \pm \cup \infty \le "
    r"\begin{pmatrix} \end{pmatrix}"
)
_SIGNS = "& , ; : = < > ! % / * + - . | 0 1 9 99999 1e999 0.1 i e \\pi x n f(x) and or nan inf"
SEEDS = (
    *(
        "42",
        "-7",
        "1,234.50",
        "3/4",
        r"\frac{3}{4}",
        r"1\frac{1}{2}",
        r"0.\overline{3}",
        "25\\%",
        r"\$12.50",
        "1011_2",
        "3:4",
    ),
    *(
        "x^2+2x+1",
        r"(x+1)^2",
        r"\sqrt{2}/2",
        r"2\pi",
        "3+4i",
        r"\sin^2 x",
        "x=5",
        "y = 3x + 1",
        r"\log_2 8",
        "5!",
        r"\binom{5}{2}",
    ),
    *(
        "(1,2)",
        "[0,1)",
        r"(-\infty, 3]",
        r"x \ge 3",
        r"\{1,2,3\}",
        "1, 2 and 3",
        r"2 \pm \sqrt{3}",
        r"\begin{pmatrix}1\\2\end{pmatrix}",
    ),
    *(
        "(C)",
        r"\text{(C) } 12",
        "east",
        "yes",
        "90^\\circ",
        r"5\text{ cm}",
        "6.02e23",
        r"3 \times 10^8",
        r"\sum_{k=1}^n k",
        "|x-1|",
    ),
    *(
        r"so \boxed{5} and \boxed{6}",
        "The answer is $9$.",
        "#### 12",
        "<think>7</think>It is **8**.",
        "答案是 42。",
        r"Then \[ x = 3. \]",
    ),
)
PIECES = (
    *_LATEX.split(),
    *_SIGNS.split(),
    *(
        " ",
        "\n",
        "\0",
        "\t",
        "\u200b",
        "\ud800",
        "²",
        "½",
        "−",
        "∞",
        "π",
        "٣",
        "４",
        "é",
        "😀",
        "####",
        "**",
        "The answer is ",
        "<think>",
    ),
    *("__import__('os')", "9**9**9**9", "!" * 9, "(" * 70, "9" * 500, "^{9" * 9, r"\frac{1}{" * 30, "1,2," * 40),
)


def corpus_of(path: Path) -> list[str]:
    """The seeds and the texts of a file of cases, if there is one."""
    return [*SEEDS, *_public(path)]


def mutated_pair(rng: random.Random, corpus: Sequence[str]) -> Pair:
    """A gold answer, mutated or not, and a mutated answer or completion."""
    gold = rng.choice(corpus) if rng.random() < 0.5 else _mutated(rng, corpus)
    text = gold if rng.random() < 0.2 else _mutated(rng, corpus)
    return gold[:LONGEST], text[:LONGEST]


def _mutated(rng: random.Random, corpus: Sequence[str]) -> str:
    text = rng.choice(corpus)[-LONGEST:]
    for _ in range(rng.randint(1, 6)):
        a, b = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
        change = rng.randrange(5)
        if change == 0:
            text = text[:a] + text[b:]
        elif change == 1:
            text = text[:b] + text[a:b] * rng.choice((1, 2, 8)) + text[b:]
        elif change == 2:
            text = text[:a] + rng.choice(corpus)[:200] + text[b:]
        else:
            text = text[:a] + rng.choice(PIECES) + text[a:]
        text = text[:LONGEST]
    return text


def _public(path: Path) -> list[str]:
    if not path.exists():
        return []
    cases: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = [case.get(key) for case in cases for key in ("gold", "prediction", "text")]
    return list(dict.fromkeys(text[-LONGEST:] for text in texts if text))
