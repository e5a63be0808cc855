"""When thinking may end early: where it is held for a trial answer, how the trial is asked, and when the trials are enough.

    DEER           at each "Wait"; ends when the trial answer is confident (Yang et al. 2025, arXiv 2504.15895)
    Dynasor-CoT    every 32 or 64 tokens; ends when the last trials agree without hesitation (Fu et al. 2024, arXiv 2412.20993)
    convergence    after each sentence; ends when the last k trials agree (Liu and Wang 2025, arXiv 2506.02536)

A rule is part of the population that it makes: an answer of a trace that exits is another random variable than that of a full one.
`exits.exit_early` applies one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, geometric_mean

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.subthought.ballot import Classes
from reasoning_toolkit.subthought.forcing import ANSWER_STUB, PROBE_TOKENS

DEER_STUB = "\n**Final Answer**\n\\boxed"
DYNASOR_STUB = "... Oh, I suddenly got the answer to the whole problem, **Final Answer**\n\n\\[ \\boxed{"
DYNASOR_EFFORTS = {
    "mild": (8, 64),
    "low": (5, 64),
    "mid": (3, 64),
    "high": (2, 64),
    "crazy": (2, 32),
}  # (window, tokens)
HESITATION = ("wait", "hold", "but", "okay", "no", "hmm")  # Dynasor's, as parts of words too: "no" is in "not"
SENTENCE_ENDS = (". ", ".\n", "? ", "?\n", "! ", "!\n", "\n\n")


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial answer.

    Attributes:
        answer: what its box holds; None where the box stays open or is empty.
        text: all that was generated.
        closed: it closes the thinking itself, or there is none to close.
        probabilities: of its tokens up to the end of the box, where the rule asks for them.
    """

    answer: str | None
    text: str
    closed: bool = False
    probabilities: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Exit:
    """When to hold the thinking, how to ask, and when it is enough.

    Attributes:
        settled: whether the trials so far end the thinking.
        pauses: texts at which it is held.
        behind: it is tried behind such a text, not before it.
        every: hold after so many tokens instead; 0 for never.
        stub: how the trial answer begins; it must open a box.
        closes: the trial closes the thinking first.
        tokens: limit of a trial.
        checks: at most so many trials; None for any number.
        logprobs: the trials need probabilities.
        concludes: the model writes its own answer behind the closed thinking; else the last trial's is the answer.
        thinking: share of the request's limit that thinking may take.
    """

    settled: Callable[[Sequence[Trial]], bool]
    pauses: tuple[str, ...] = ()
    behind: bool = False
    every: int = 0
    stub: str = ANSWER_STUB
    closes: bool = False
    tokens: int = PROBE_TOKENS
    checks: int | None = None
    logprobs: bool = False
    concludes: bool = False
    thinking: float = 1.0


def deer(
    *,
    threshold: float = 0.95,
    checks: int = 10,
    thinking: float = 0.9,
    geometric: bool = False,
    marker: str = "Wait",
    plain: bool = False,
) -> Exit:
    """DEER (arXiv 2504.15895, section 3; official `vllm-deer.py`): exit when the trial's mean token probability is above 0.95.

    The first token of the trial, the opening brace, does not count. `geometric` is the rule of its Qwen3 script: the geometric mean, and
    the trial must close the thinking itself. Behind the exit the model writes its conclusion. With `plain`, the trial is that of
    `forcing.probe` and its answer is the answer, for a model that does not know the words "Final Answer".

    Deviations:
        1. Trials are greedy. The release leaves their temperature at its engine's default of 1.
        2. Tokens behind the box do not count; the release stops at a list of texts with a closing brace.
        3. A trial without an answer is not sure, whatever its probabilities; the release looks at these alone.
        4. Thinking goes on from the model's own ids, the marker included; the release encodes the text again and appends the marker.

    Raises:
        UsageError: a setting is out of its range.
    """
    _check("threshold", threshold, 0, 1)
    _check("checks", checks, 1, math.inf)
    _check("thinking", thinking, 0, 1)

    def settled(trials: Sequence[Trial]) -> bool:
        last = trials[-1]
        if last.answer is None or (geometric and not last.closed):
            return False
        return mean_probability(last.probabilities[1:], geometric=geometric) > threshold

    return Exit(
        settled,
        pauses=(marker,),
        stub=ANSWER_STUB.removesuffix("{") if plain else DEER_STUB,
        closes=plain,
        tokens=20,
        checks=checks,
        logprobs=True,
        concludes=not plain,
        thinking=thinking,
    )


def dynasor(effort: str = "mid", *, plain: bool = False) -> Exit:
    """Dynasor-CoT (Fu et al. 2024, arXiv 2412.20993; official client `dynasor/cot.py`): exit when the last w trials agree.

    All of the last w trials must have an answer, of one value, and none may hold a word of hesitation. The answer is the trial's, behind
    a closing tag, as in the client. With `plain`, the trial is that of `forcing.probe`.

    Deviations:
        1. Trials are greedy (release: temperature 0.6, top-p 0.95), so that a resumed run asks the same.
        2. A trial sees the piece just written; the release sends it along with the piece that follows.
        3. Equality is that of `grading` (release: its own `math_equal`).

    Raises:
        UsageError: there is no such effort.
    """
    if effort not in DYNASOR_EFFORTS:
        raise unknown("effort", effort, DYNASOR_EFFORTS)
    window, every = DYNASOR_EFFORTS[effort]

    def settled(trials: Sequence[Trial]) -> bool:
        hesitates = any(word in trial.text.lower() for trial in trials[-window:] for word in HESITATION)
        return not hesitates and agree(trials, window)

    return Exit(settled, every=every, stub=ANSWER_STUB if plain else DYNASOR_STUB, closes=plain, tokens=20)


def convergence(k: int = 10) -> Exit:
    """Answer convergence (arXiv 2506.02536, "answer consistency"): exit when the forced answers of k sentences in a row agree.

    Deviations:
        1. A sentence ends at ".", "?" or "!" before a blank or a line break, and at an empty line; the release splits with NLTK.
        2. The answer is forced as by `forcing.probe`.
        3. k = 10 is our choice: the paper's own setting was not at hand.

    Raises:
        UsageError: k is below 1.
    """
    _check("k", k, 1, math.inf)
    return Exit(lambda trials: agree(trials, k), pauses=SENTENCE_ENDS, behind=True, closes=True)


def agree(trials: Sequence[Trial], k: int) -> bool:
    """Whether the last k trials all have an answer, of one value."""
    classes = Classes()
    numbers = {classes.number(trial.answer) for trial in trials[-k:]}
    return len(trials) >= k and len(numbers) == 1 and None not in numbers


def mean_probability(probabilities: Sequence[float], *, geometric: bool = False) -> float:
    """Arithmetic or geometric mean; 0 for none."""
    if not probabilities or (geometric and min(probabilities) <= 0):
        return 0.0
    return geometric_mean(probabilities) if geometric else fmean(probabilities)


def _check(name: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        raise UsageError(f"{name} is {value}, from {lowest} to {highest} is needed")
