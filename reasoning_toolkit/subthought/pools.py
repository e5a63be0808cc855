"""What each row of a report drew and paid, problem by problem: the pools from which its accuracy at a token budget follows."""

from __future__ import annotations

from collections.abc import Sequence

from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.stats.budgets import Pool
from reasoning_toolkit.stats.curves import Arm
from reasoning_toolkit.subthought.details import Decoded
from reasoning_toolkit.subthought.judge import LAST, PLURALITY, SELF_CONSISTENCY, row_name
from reasoning_toolkit.subthought.record import Draw, Look, Record
from reasoning_toolkit.subthought.voting import find_weighting


def arms_of(decoded: Sequence[Decoded], names: Sequence[str], look: Look) -> list[Arm]:
    """The rows of a report as arms; without those whose vote on a part of their draws is not known (`pool_of`).

    Args:
        names: of the rows.
        look: the completion of a key.
    """
    pools = {d.problem.id: {name: pool_of(d, name, look) for name in names} for d in decoded}
    return [
        Arm(name, {i: [pool] for i, own in pools.items() if (pool := own[name])})
        for name in names
        if all(own[name] for own in pools.values())
    ]


def pool_of(d: Decoded, name: str, look: Look) -> Pool | None:
    """What a row of the report drew for a problem.

    Where votes over subthoughts ended early, the pool is what was drawn until then. None for a row whose vote on a part of the draws
    does not follow from them one by one: pairs, trees, votes by a scorer, and samples that a rule of the method's own ended.
    """
    record, judged = d.record, d.judged
    trace = look(record.trace).usage.decoded if record.trace else 0
    last_right = LAST in d.verdicts and d.verdicts[LAST].outcome == "right"
    if name == LAST:
        return Pool([], [], [], fixed=trace, otherwise=last_right)
    if name == SELF_CONSISTENCY and name != record.name:
        answers = [v.answer for v in judged.samples]
        return Pool(answer_classes(answers), _right(judged.samples), _tokens(record.samples, look))
    votes = list(d.weighed.weights)
    vote = next((vote for vote in votes if row_name(record.name, vote, votes[0]) == name), None)
    if vote is None or find_weighting(vote).scored or _depend(record) or (record.stop and not record.spans):
        return None
    classes: list[int | None] = [None] * len(record.draws)
    weights = [0.0] * len(record.draws)
    for i, number, weight in zip(record.voting, d.weighed.classes, d.weighed.weights[vote], strict=True):
        classes[i], weights[i] = number, weight
    return Pool(
        classes=classes,
        right=_right(judged.draws),
        tokens=_tokens(record.draws, look, record.trace if record.spans else None),
        weights=None if vote == PLURALITY else weights,
        fixed=trace if record.spans else 0,
        otherwise=last_right and bool(record.spans),
    )


def _depend(record: Record) -> bool:
    """Whether draws share what was written, as pairs and trees do."""
    if record.spans:
        return any(draw.parent is not None for draw in record.draws)
    keys = [key for draw in record.draws for key in dict.fromkeys(draw.keys)]
    return len(set(keys)) < len(keys)


def _right(verdicts: Sequence[Verdict]) -> list[bool]:
    return [verdict.outcome == "right" for verdict in verdicts]


def _tokens(draws: Sequence[Draw], look: Look, trace: str | None = None) -> list[int]:
    """Generated for each draw; what several share, or the trace, is paid once."""
    paid = {trace}
    tokens = []
    for draw in draws:
        new = [key for key in dict.fromkeys(draw.keys) if key not in paid]
        paid.update(new)
        tokens.append(sum(look(key).usage.decoded for key in new))
    return tokens
