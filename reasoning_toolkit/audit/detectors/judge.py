"""A language model as a reader of solutions. Its completions go through the run's ledger like any other, so judging again costs nothing.

    single       one greedy verdict
    voting       the majority of n sampled verdicts; the score is the share of "flawed" (Wang et al. 2022, arXiv 2203.11171)
    steps        n sampled indices of the first flawed step, and their majority (as in ProcessBench, arXiv 2412.06559)
    critic       one call looks for a flaw, a second tries to defend the quoted step; flawed only if the defence fails

A reply is parsed from its last JSON object. One that holds none is asked for again once; then it is "unparsed", and the share of those
belongs beside every figure: counting them as flawed or as sound moves a published F1 from .35 to .46.

Only the part of the solution behind its thinking is judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence

from reasoning_toolkit.audit.detectors.finding import MAX_QUOTE, Finding, judged_part, steps_of
from reasoning_toolkit.audit.detectors.judgement import GREEDY, SAMPLED, VOTES, Judgement, reply_of, request, unparsed
from reasoning_toolkit.audit.detectors.prompts import AGAIN, confirm_prompt, find_prompt, index_prompt, verdict_prompt
from reasoning_toolkit.audit.detectors.replies import Reply, read_index, read_verdict
from reasoning_toolkit.audit.detectors.table import asker
from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Completion, Message, Request, Sampling
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline, drive
from reasoning_toolkit.runs.ledger import Ledger

Replies = Generator[Sequence[Request], Sequence[Completion], list[Reply | None]]


def judge(name: str, items: Iterable[tuple[str, Problem, str]], engine: Engine, ledger: Ledger) -> dict[str, Judgement]:
    """The judgement of each solution.

    Args:
        name: a row of `table.JUDGES`.
        items: (name of the item, problem, solution).

    Raises:
        UsageError: no such judge.
        EngineError, DiskError: as `runs.drive`; what was judged before is in the ledger.
    """
    ask = asker(name)
    pipelines = ((item, ask(problem, judged_part(solution), engine)) for item, problem, solution in items)
    return dict(drive(engine, ledger, pipelines))


def single(problem: Problem, solution: str, engine: Engine) -> Pipeline[Judgement]:
    """One greedy verdict."""
    replies = yield from _replies(problem, verdict_prompt(problem, solution), engine, read_verdict, GREEDY, 1)
    return _judgement(replies, solution)


def voting(problem: Problem, solution: str, engine: Engine) -> Pipeline[Judgement]:
    """The majority of sampled verdicts; a tie is sound."""
    replies = yield from _replies(problem, verdict_prompt(problem, solution), engine, read_verdict, SAMPLED, VOTES)
    return _majority(replies, solution)


def first_bad_step(problem: Problem, solution: str, engine: Engine) -> Pipeline[Judgement]:
    """The index of the first flawed step that most samples name; no step wins a tie, then the earlier one."""
    replies = yield from _replies(problem, index_prompt(problem, solution), engine, read_index, SAMPLED, VOTES)
    read = [reply for reply in replies if reply is not None]
    if not read:
        return _judgement(replies, solution)
    counts = Counter(reply.step for reply in read)
    step = min(counts, key=lambda s: (-counts[s], -1 if s is None else s))
    flawed = sum(reply.flawed for reply in read) / len(read)
    finding = Finding(
        step is not None,
        flawed,
        step,
        _text(solution, step),
        f"{counts[step]} of {len(read)} samples agree on the step",
    )
    return Judgement("sound" if step is None else "flawed", finding, "", len(replies), len(replies) - len(read))


def critic_pair(problem: Problem, solution: str, engine: Engine) -> Pipeline[Judgement]:
    """A flaw that was found and that a second call could not defend."""
    found = yield from _replies(problem, find_prompt(problem, solution), engine, read_verdict, GREEDY, 1)
    if found[0] is None or not found[0].flawed:
        return _judgement(found, solution)
    prompt = confirm_prompt(problem, solution, found[0].step, found[0].quote)
    confirmed = yield from _replies(problem, prompt, engine, read_verdict, GREEDY, 1)
    if confirmed[0] is None:
        return _judgement([None, None], solution)
    judged = _judgement(found if confirmed[0].flawed else confirmed, solution)
    return Judgement(judged.verdict, judged.finding, judged.kind, 2, 0)


def _replies(
    problem: Problem, prompt: str, engine: Engine, read: Callable[[str], Reply | None], sampling: Sampling, n: int
) -> Replies:
    """n readings; each that is unparsed is asked for once more, its own reply before it."""
    chat: list[Message] = [{"role": "user", "content": prompt}]
    completions = yield [request(problem, chat, engine, sampling, index) for index in range(n)]
    replies = [read(reply_of(completion)) for completion in completions]
    lost = [index for index, reply in enumerate(replies) if reply is None]
    if lost:
        said = [{"role": "assistant", "content": reply_of(completions[index])} for index in lost]
        asked = [[*chat, words, {"role": "user", "content": AGAIN}] for words in said]
        more = yield [request(problem, again, engine, GREEDY, index) for index, again in zip(lost, asked, strict=True)]
        for index, completion in zip(lost, more, strict=True):
            replies[index] = read(reply_of(completion))
    return replies


def _judgement(replies: Sequence[Reply | None], solution: str) -> Judgement:
    """Of one reply."""
    reply = replies[-1] if len(replies) == 1 else None
    if reply is None:
        return unparsed(len(replies), len(replies))
    finding = Finding(reply.flawed, reply.score, _known(solution, reply.step), reply.quote, reply.kind)
    return Judgement("flawed" if reply.flawed else "sound", finding, reply.kind, 1, 0)


def _majority(replies: Sequence[Reply | None], solution: str) -> Judgement:
    read = [reply for reply in replies if reply is not None]
    against = [reply for reply in read if reply.flawed]
    if not read:
        return unparsed(len(replies), len(replies))
    share, lost = len(against) / len(read), len(replies) - len(read)
    if 2 * len(against) <= len(read):
        return Judgement("sound", Finding(False, share), "", len(replies), lost)
    steps = Counter(reply.step for reply in against)
    step = max(steps, key=lambda s: steps[s])
    words = next(reply for reply in against if reply.step == step)
    reason = f"{len(against)} of {len(read)} samples say flawed"
    return Judgement(
        "flawed", Finding(True, share, _known(solution, step), words.quote, reason), words.kind, len(replies), lost
    )


def _known(solution: str, step: int | None) -> int | None:
    """The step if the solution has it."""
    return step if step is not None and step < len(steps_of(solution)) else None


def _text(solution: str, step: int | None) -> str:
    known = _known(solution, step)
    return "" if known is None else steps_of(solution)[known][:MAX_QUOTE]
