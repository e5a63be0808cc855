"""A report of a made-up decode run: what the tests of the page are given, and what its design was looked at with."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Any

from reasoning_toolkit.stats.budgets import Pool
from reasoning_toolkit.stats.curves import Arm
from reasoning_toolkit.subthought.diagnostics import TraceVote, diagnose
from reasoning_toolkit.subthought.equal_tokens import token_curves

METHODS = ("subthought vote", "last answer", "self-consistency")
_OPENERS = ("So", "Wait,", "Hmm,", "Let me check:", "Then", "But wait,", "Alternatively,", "Now")
_STEPS = (
    "the first crate holds {a} lamps and the second holds {b}.",
    "adding both gives {a} + {b}, and nothing was taken away yet.",
    "{a} times {b} would count every lamp twice, which the question does not ask.",
    "if a third of them is sold, {b} are left on the shelf.\n\n",
    "the wording says each, so I multiply {a} by {b} after all.",
)


def sample_report(problems: int = 12, subthoughts: int = 9, words: int = 1, seed: int = 0) -> dict[str, Any]:
    """A report of schema 1; `words` repeats the text of each continuation to make it longer."""
    draw = random.Random(seed)
    solved = [_problem(number, subthoughts, words, draw) for number in range(problems)]
    return {
        "schema": 1,
        "title": "Lamps and crates: subthought voting on a small model",
        "run": {
            "method": "subthought",
            "model": "smollm2",
            "problems": "builtin",
            "count": problems,
            "seed": seed,
            "config": {"temperature": 1.0, "top_p": 0.95, "max_tokens": 512, "markers": "paper", "min_p": None},
        },
        "methods": [_method(name, solved) for name in METHODS],
        "usage": {"completions": problems * (subthoughts + 9), "prefilled": 9_412, "cached": 61_203, "decoded": 48_377},
        "comparisons": [
            {
                "a": METHODS[0],
                "b": METHODS[1],
                "n": problems,
                "gained": 2,
                "lost": 1,
                "difference": 0.083,
                "interval": [-0.25, 0.417],
                "p_value": 1.0,
                "sentence": "No difference is visible between subthought vote and last answer on these problems.",
            }
        ],
        "signals": _signals(solved),
        "notes": [
            "12 problems are too few to tell methods apart that differ by less than 40 points.",
            "3 of 12 traces were cut off at 512 tokens; a longer limit may help more than voting.",
        ],
        "problems": solved,
    }


def with_diagnostics(report: dict[str, Any]) -> dict[str, Any]:
    """The report with what the page draws of its votes."""
    problems = report["problems"]
    arms = [Arm(name, {p["id"]: [pool(p, name)] for p in problems}) for name in METHODS]
    votes = [_trace_vote(p) for p in problems if p["subthoughts"]]
    return report | {"diagnostics": diagnose(votes), "curves": token_curves(arms)}


def pool(problem: dict[str, Any], method: str) -> Pool:
    """What a method drew for a problem."""
    tokens, right = problem["trace"]["tokens"], problem["answers"]["last answer"]["outcome"] == "right"
    if method == "last answer":
        return Pool([], [], [], fixed=tokens, otherwise=right)
    ours = method == "subthought vote"
    draws = [d for d in problem["subthoughts" if ours else "samples"] if d["outcome"] != "not_drawn"]
    classes = [None if d["answer"] is None else _number(d["answer"]) for d in draws]
    outcomes = [d["outcome"] == "right" for d in draws]
    return Pool(classes, outcomes, [d["tokens"] for d in draws], None, tokens if ours else 0, right and ours)


def _trace_vote(problem: dict[str, Any]) -> TraceVote:
    drawn = [(i, s) for i, s in enumerate(problem["subthoughts"]) if s["outcome"] != "not_drawn"]
    right = {name: answer["outcome"] == "right" for name, answer in problem["answers"].items()}
    last = problem["answers"]["last answer"]["answer"]
    return TraceVote(
        problem=problem["id"],
        classes=tuple(None if s["answer"] is None else _number(s["answer"]) for _, s in drawn),
        right=tuple(s["outcome"] == "right" for _, s in drawn),
        places=tuple(i for i, _ in drawn),
        subthoughts=len(problem["subthoughts"]),
        vote_right=right["subthought vote"],
        last=None if last is None else _number(last),
        last_right=right["last answer"],
    )


def _number(answer: str) -> int:
    """The class of an answer; all made-up ones are whole numbers."""
    return int(answer)


def _problem(number: int, subthoughts: int, words: int, draw: random.Random) -> dict[str, Any]:
    a, b = draw.randint(3, 40), draw.randint(3, 40)
    gold = str(a * b)
    doubt = draw.choice((0.0, 0.25, 0.6, 0.95))
    rivals = [str(a + b), str(a * b + a), str(a * b - b), str(2 * a), None]
    parts = [_subthought(gold, rivals, doubt, words, (a, b), draw) for _ in range(subthoughts)]
    votes = Counter(part["answer"] for part in parts if part["answer"] is not None).most_common()
    samples = [{k: v for k, v in part.items() if k != "continuation"} for part in parts[:4]]
    voted = votes[0][0] if votes else None
    return {
        "id": f"lamps/{number:03d}",
        "question": f"A shop stores {a} crates with {b} lamps each. A driver brings them all in one trip, and none "
        "breaks on the way. How many lamps does the shop hold in the end?",
        "gold": gold,
        "extra": {"level": 1 + number % 3, "subject": "arithmetic"},
        "entropy_bits": _entropy([count for _, count in votes]),
        "votes": [list(vote) for vote in votes],
        "answers": {
            "subthought vote": _answer(voted, gold),
            "last answer": _answer(parts[-1]["answer"] if parts else None, gold),
            "self-consistency": _answer(draw.choice([gold, gold, *rivals]), gold),
        },
        "trace": {
            "before": "<think>\n",
            "after": f"\n</think>\nThe shop holds \\boxed{{{a * b}}} lamps.",
            "finish_reason": draw.choice(("stop", "stop", "stop", "length")),
            "tokens": 41 * max(1, subthoughts),
        },
        "subthoughts": parts,
        "samples": samples,
        "stop": None,
    }


def _subthought(
    gold: str, rivals: list[str | None], doubt: float, words: int, numbers: tuple[int, int], draw: random.Random
) -> dict[str, Any]:
    answer = draw.choice(rivals) if draw.random() < doubt else gold
    step = draw.choice(_STEPS).format(a=numbers[0], b=numbers[1])
    continuation = f" Counting once more, lamp by lamp, I get {answer}." * words
    return {
        "text": f"{draw.choice(_OPENERS)} {step} ",
        "answer": answer,
        "outcome": _answer(answer, gold)["outcome"] if answer is not None else "truncated",
        "finish_reason": "stop" if answer is not None else "length",
        "tokens": draw.randint(20, 200),
        "continuation": continuation,
    }


def _answer(answer: str | None, gold: str) -> dict[str, Any]:
    if answer is None:
        return {"answer": None, "outcome": "no_answer", "reason": "no boxed answer"}
    outcome = "right" if answer == gold else "wrong"
    return {"answer": answer, "outcome": outcome, "reason": "last boxed answer, compared as a number"}


def _entropy(counts: list[int]) -> float | None:
    total = sum(counts)
    return abs(-sum(c / total * math.log2(c / total) for c in counts)) if total else None


def _method(name: str, solved: list[dict[str, Any]]) -> dict[str, Any]:
    outcomes = [problem["answers"][name]["outcome"] for problem in solved]
    total, right = len(outcomes), outcomes.count("right")
    share = right / total if total else None
    spread = 1 / math.sqrt(total) if total else 0
    return {
        "name": name,
        "right": right,
        "total": total,
        "accuracy": share,
        "interval": None if share is None else [max(0, share - spread), min(1, share + spread)],
        "truncated": 0.25,
        "unanswered": 0.083,
        "tokens_per_problem": 512.3,
        "tokens": 6148,
        "cost_note": "the trace and nine continuations" if name == METHODS[0] else "",
    }


def _signals(solved: list[dict[str, Any]]) -> dict[str, Any]:
    def mean(wanted: bool) -> float | None:
        bits = [
            p["entropy_bits"]
            for p in solved
            if p["entropy_bits"] is not None and (p["answers"]["last answer"]["outcome"] == "right") == wanted
        ]
        return sum(bits) / len(bits) if bits else None

    return {
        "entropy_right": mean(True),
        "entropy_wrong": mean(False),
        "auroc": 0.78,
        "auroc_interval": [0.51, 0.94],
        "mean_subthoughts": sum(len(p["subthoughts"]) for p in solved) / max(1, len(solved)),
    }
