"""What a meta-prompt shows: items of the task, attempts with their scores, replies that were wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from reasoning_toolkit.engines.types import stable_seed
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.policies import Reply
from reasoning_toolkit.prompts.proposers.admitting import text_of
from reasoning_toolkit.prompts.proposers.proposer import Proposing, Tried
from reasoning_toolkit.prompts.scorer import Score

Example = tuple[Problem, Reply, Score]
_CLIP = 1200  # characters of one item or reply: a few of them fit into any context


def draws(proposing: Proposing, *parts: object) -> Random:
    """Random numbers of this round."""
    return Random(stable_seed(proposing.seed, proposing.round, *parts))


def items(history: Sequence[Tried], count: int, random: Random) -> str:
    """Some items of the task with the expected output; empty where none are at hand."""
    known = {problem.id: problem for tried in history for problem, _, _ in tried.examples}
    problems = [known[i] for i in sorted(known) if expected(known[i])]
    chosen = random.sample(problems, min(count, len(problems)))
    return "\n\n".join(f"Input: {clipped(p.question)}\nExpected output: {clipped(expected(p))}" for p in chosen)


def expected(problem: Problem) -> str:
    """The gold answer; empty for code, whose hidden tests no optimizer may see."""
    return "" if problem.kind == "code" else problem.answer


def ranked(history: Sequence[Tried]) -> list[Tried]:
    """The scored ones, best first; of equals the older one."""
    return sorted((tried for tried in history if not math.isnan(tried.score)), key=lambda tried: -tried.score)


def failures(tried: Tried) -> list[Example]:
    """The examples that are not fully right, in their order; those that could not be scored left out."""
    return [example for example in tried.examples if example[2].score < 1]


def attempt(tried: Tried, proposing: Proposing) -> str:
    """A text with its score, in whole points of 100 (official code of OPRO)."""
    return f"Score {round(100 * tried.score)}: {text_of(tried, proposing) or '(empty)'}"


def failure(example: Example) -> str:
    """An item with the reply to it and what was wrong with that."""
    problem, reply, score = example
    gold = expected(problem)
    lines = [f"Input: {clipped(problem.question)}", f"Reply: {clipped(reply.text) or '(empty)'}"]
    lines += [f"Expected output: {clipped(gold)}"] if gold else []
    verdict = "cut off by the length limit" if score.outcome == "truncated" else score.outcome.replace("_", " ")
    return "\n".join(
        [*lines, f"Verdict: {verdict}", *([f"Feedback: {clipped(score.feedback)}"] if score.feedback else [])]
    )


def clipped(text: str) -> str:
    """A text, its middle left out where it is long."""
    text = text.strip()
    return text if len(text) <= _CLIP else f"{text[: _CLIP // 2]} [...] {text[-_CLIP // 2 :]}"


def section(title: str, body: str) -> str:
    """A titled part of a meta-prompt; empty where there is nothing to show."""
    return f"{title}\n\n{body}\n\n" if body else ""
