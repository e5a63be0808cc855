"""Two problems of our own in the form of HumanEval."""

from __future__ import annotations

ADD = {
    "task_id": "own/add",
    "prompt": 'def add(x: int, y: int) -> int:\n    """ Add two numbers.\n    >>> add(2, 3)\n    5\n    """\n',
    "entry_point": "add",
    "canonical_solution": "    return x + y\n",
    "test": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate(2, 3) == 5\n    assert candidate(-1, 1) == 0\n"
    "    assert candidate(10**20, 1) == 10**20 + 1\n",
}
SPREAD = {
    "task_id": "own/spread",
    "prompt": "from typing import List, Tuple\nimport math\n\n\ndef width(xs: List[float]) -> float:\n    return max(xs) - min(xs)\n\n\n"
    'def spread(groups: List[List[float]]) -> List[Tuple[int, float]]:\n    """ Index and width of every group, widest first.\n    """\n',
    "entry_point": "spread",
    "canonical_solution": "    widths = [(i, width(g)) for i, g in enumerate(groups)]\n"
    "    return sorted(widths, key=lambda pair: -pair[1])\n",
    "test": "\n\ndef check(candidate):\n    import random\n    rng = random.Random(0)\n    for _ in range(20):\n"
    "        groups = [[rng.random() for _ in range(3)] for _ in range(4)]\n        found = candidate(groups)\n"
    "        assert all(math.isclose(w, width(groups[i])) for i, w in found)\n"
    "        assert [w for _, w in found] == sorted((w for _, w in found), reverse=True)\n"
    "    assert candidate([[1.0, 2.0], [0.0, math.inf]]) == [(1, math.inf), (0, 1.0)]\n    assert candidate([]) == []\n",
}
ROWS = (ADD, SPREAD)


def program_of(row: dict[str, str]) -> str:
    """The program that a completion has to pass."""
    return f"{row['prompt']}\n{row['test']}\ncheck({row['entry_point']})"
