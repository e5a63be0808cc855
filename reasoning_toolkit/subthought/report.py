"""What a decode found, as one dictionary: intervals, paired tests, costs, and every problem's detail.

A function of the ledger alone, so the same ledger gives the same bytes; wall times are not in it (they are in `attempts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reasoning_toolkit.engines.types import Completion, Usage
from reasoning_toolkit.grading import answer_classes
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.stats.auroc import auroc
from reasoning_toolkit.stats.intervals import bootstrap_interval, wilson_interval
from reasoning_toolkit.stats.paired import compare_paired
from reasoning_toolkit.subthought.judge import LAST, SELF_CONSISTENCY, SUBTHOUGHT, Judged, Look, method_verdicts
from reasoning_toolkit.subthought.methods import Record
from reasoning_toolkit.subthought.savings import stop_shown, stopping_summary
from reasoning_toolkit.subthought.vote import Vote

SCHEMA = 1
SINGLE = "single sample"
LISTED = 10  # undecided answers shown in a note; all of them are in the report's data


@dataclass(frozen=True, slots=True)
class Decoded:
    """One problem with all that is known of it."""

    problem: Problem
    record: Record
    judged: Judged
    verdicts: Mapping[str, Verdict]
    votes: Vote[str] | None


def build_report(
    config: Mapping[str, Any], decoded: Sequence[Decoded], look: Look, usage: tuple[int, Usage], quarantined: int
) -> dict[str, Any]:
    """The report of a run.

    Args:
        config: the resolved settings.
        decoded: every finished problem, in order.
        look: the completion of a key.
        usage: completions in the ledger and their tokens.
        quarantined: damaged rows that were set aside and made again.
    """
    names = [name for name in (SUBTHOUGHT, LAST, SELF_CONSISTENCY) if any(name in d.verdicts for d in decoded)]
    costs = {name: [_tokens(d, name, look) for d in decoded] for name in names}
    methods = [_method_row(name, decoded, costs[name], look) for name in names]
    if config["method"] == "self-consistency":
        methods.append(_single_sample_row(decoded, look))
    total, used = usage
    undecided = _undecided(decoded)
    return {
        "schema": SCHEMA,
        "title": f"{config['method']} on {config['problems']} with {config['model']}",
        "run": {
            "method": config["method"],
            "model": config["model"],
            "problems": config["problems"],
            "count": len(decoded),
            "seed": config["seed"],
            "config": dict(config),
        },
        "methods": methods,
        "usage": {"completions": total, "prefilled": used.prefilled, "cached": used.cached, "decoded": used.decoded},
        "comparisons": [_comparison(names[0], other, decoded) for other in names[1:]],
        "signals": _signals(decoded),
        "stopping": stopping_summary(config, [d.record for d in decoded], look),
        "undecided": undecided,
        "notes": _notes(config, decoded, undecided, quarantined),
        "problems": [_problem(d, look) for d in decoded],
    }


def _method_row(name: str, decoded: Sequence[Decoded], costs: Sequence[int], look: Look) -> dict[str, Any]:
    verdicts = [d.verdicts[name] for d in decoded]
    right, total = sum(v.outcome == "right" for v in verdicts), len(verdicts)
    completions = [look(key) for d in decoded for key in _keys(d, name)]
    cut = sum(c.finish_reason == "length" for c in completions)
    return {
        "name": name,
        "right": right,
        "total": total,
        "accuracy": right / total,
        "interval": list(wilson_interval(right, total)),
        "truncated": cut / len(completions) if completions else 0.0,
        "unanswered": sum(v.answer is None for v in verdicts) / total,
        "tokens": sum(costs),
        "tokens_per_problem": sum(costs) / total,
        "cost_note": _COST_NOTES[name],
    }


_COST_NOTES = {
    SUBTHOUGHT: "the trace and the continuations from its subthoughts",
    LAST: "one trace",
    SELF_CONSISTENCY: "independent samples; beside subthought voting, as many as fit the same generated tokens",
}


def _single_sample_row(decoded: Sequence[Decoded], look: Look) -> dict[str, Any]:
    """Mean accuracy of one sample: every sample counted, problems as the unit of the interval."""
    shares = [sum(v.outcome == "right" for v in d.judged.samples) / len(d.judged.samples) for d in decoded]
    verdicts = [v for d in decoded for v in d.judged.samples]
    completions = [look(key) for d in decoded for key in d.record.samples]
    tokens = sum(c.usage.decoded for c in completions)
    return {
        "name": SINGLE,
        "right": sum(v.outcome == "right" for v in verdicts),
        "total": len(verdicts),
        "accuracy": sum(shares) / len(shares),
        "interval": list(bootstrap_interval(shares)),
        "truncated": sum(c.finish_reason == "length" for c in completions) / len(completions),
        "unanswered": sum(v.answer is None for v in verdicts) / len(verdicts),
        "tokens": tokens,
        "tokens_per_problem": tokens / len(completions),
        "cost_note": "the mean over all samples; interval over problems",
    }


def _comparison(name: str, other: str, decoded: Sequence[Decoded]) -> dict[str, Any]:
    right = {n: [d.verdicts[n].outcome == "right" for d in decoded] for n in (name, other)}
    found = compare_paired(other, right[other], name, right[name])
    return {
        "a": other,
        "b": name,
        "n": found.n,
        "gained": found.gained,
        "lost": found.lost,
        "difference": found.difference,
        "interval": list(found.interval),
        "p_value": found.p_value,
        "sentence": found.sentence,
    }


def _signals(decoded: Sequence[Decoded]) -> dict[str, Any]:
    """Entropy of the subthought answers against the correctness of the last answer, as the paper splits it."""
    pairs = [
        (d.votes.entropy_bits, d.verdicts[LAST].outcome == "right")
        for d in decoded
        if d.votes is not None and d.votes.counts
    ]
    if not pairs:
        return {}
    right, wrong = ([h for h, ok in pairs if ok is wanted] for wanted in (True, False))
    area = auroc([-h for h, _ in pairs], [ok for _, ok in pairs])
    return {
        "entropy_right": sum(right) / len(right) if right else None,
        "entropy_wrong": sum(wrong) / len(wrong) if wrong else None,
        "auroc": area.value if area else None,
        "auroc_interval": list(area.interval) if area and area.interval else None,
        "mean_subthoughts": sum(len(d.record.spans) for d in decoded) / len(decoded),
    }


def completions_used(decoded: Sequence[Decoded]) -> set[str]:
    """Keys of all completions that the records name."""
    return {key for d in decoded for name in (SUBTHOUGHT, SELF_CONSISTENCY) for key in _keys(d, name)}


def _undecided(decoded: Sequence[Decoded]) -> list[dict[str, Any]]:
    """Every answer that the grader could not decide, of whatever completion: to be read by a person."""
    found = []
    for d in decoded:
        verdicts = [d.judged.trace, *d.judged.samples, *(v for group in d.judged.continuations for v in group)]
        unsure = {(v.answer, v.reason) for v in verdicts if v and v.outcome == "wrong" and "undecided" in v.reason}
        found += [
            {"id": d.problem.id, "gold": d.problem.answer, "answer": answer, "reason": reason}
            for answer, reason in sorted(unsure, key=str)
        ]
    return found


def _notes(
    config: Mapping[str, Any], decoded: Sequence[Decoded], undecided: Sequence[Mapping[str, Any]], quarantined: int
) -> list[str]:
    """What a reader must know before trusting the figures."""
    notes = []
    if short := sum(d.record.short_circuit for d in decoded):
        notes.append(
            f"Greedy continuations of a greedy trace repeat it: on {short} problems nothing was generated and all subthoughts agree by "
            "construction. Use a temperature above 0 for a vote that means something."
        )
    if any(d.record.stop for d in decoded):
        notes.append(
            "Votes ended before all continuations were drawn: entropy is that of the drawn answers, of fewer where the vote was clear."
        )
        if config["stop"] == "heuristic":
            notes.append("The stopping rule heuristic has no guarantee: the full vote may have elected another answer.")
    if plain := sum(bool(d.record.spans) and d.record.state == "none" for d in decoded):
        notes.append(
            f"On {plain} problems the model marks no thinking, so the whole response was cut: late prefixes already "
            "contain the answer."
        )
    errors = sum(v.outcome == "error" for d in decoded for v in d.verdicts.values())
    if errors:
        notes.append(f"{errors} answers are errors of the engine or the grader; they count as wrong.")
    if undecided:
        listed = "; ".join(
            f"{row['id']}: {_short(row['answer'])} for {_short(row['gold'])}" for row in undecided[:LISTED]
        )
        more = f", and {len(undecided) - LISTED} more in report.json" if len(undecided) > LISTED else ""
        notes.append(f"Not decided by the grader, counted as wrong ({len(undecided)}): {listed}{more}.")
    if quarantined:
        notes.append(f"{quarantined} damaged rows of the ledger were set aside and made again.")
    if config.get("limit"):
        notes.append(f"Only the first {config['limit']} problems were asked for.")
    return notes


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _problem(d: Decoded, look: Look) -> dict[str, Any]:
    trace = look(d.record.trace) if d.record.trace else None
    shown: dict[str, Any] = {
        "id": d.problem.id,
        "question": d.problem.question,
        "gold": d.problem.answer,
        "extra": dict(d.problem.extra),
        "entropy_bits": d.votes.entropy_bits if d.votes else None,
        "votes": [list(pair) for pair in d.votes.counts] if d.votes else [],
        "answers": {name: _verdict(v) | {"reason": v.reason} for name, v in d.verdicts.items()},
        "subthoughts": [],
        "stop": stop_shown(d.record, look),
        "samples": [_completion(look(k), v) for k, v in zip(d.record.samples, d.judged.samples, strict=True)],
    }
    if trace is None:
        return shown | {"trace": {"before": "", "after": "", "finish_reason": "stop", "tokens": 0}}
    start, end = (d.record.spans[0][0], d.record.spans[-1][1]) if d.record.spans else (0, 0)
    ends = {"finish_reason": trace.finish_reason, "tokens": trace.usage.decoded}
    shown["trace"] = {"before": trace.text[:start], "after": trace.text[end:]} | ends
    keys = d.record.continuations or ((),) * len(d.record.spans)
    shown_as = _shown_as(d.judged)
    for span, group, verdicts in zip(d.record.spans, keys, d.judged.continuations, strict=True):
        text = trace.text[span[0] : span[1]]
        if not verdicts:
            shown["subthoughts"].append(_NOT_DRAWN | {"text": text})
            continue
        first = look(group[0]) if group else None  # none was generated where all are known to repeat the trace
        continuation = {"continuation": first.text if first else trace.text[span[1] :]}
        voted = {"answer": shown_as.get(verdicts[0].answer)}
        shown["subthoughts"].append(_completion(first or trace, verdicts[0]) | continuation | voted | {"text": text})
    return shown


_NOT_DRAWN = {"answer": None, "outcome": "not_drawn", "finish_reason": "stop", "tokens": 0, "continuation": ""}


def _shown_as(judged: Judged) -> dict[str | None, str | None]:
    """Each answer of the continuations as its class is written in the votes: the first of those that are equal to it."""
    answers = [v.answer for group in judged.continuations for v in group]
    first: dict[int | None, str | None] = {}
    classes = answer_classes(answers)
    for answer, number in zip(answers, classes, strict=True):
        first.setdefault(number, answer)
    return {answer: first[number] for answer, number in zip(answers, classes, strict=True)}


def _completion(completion: Completion, verdict: Verdict) -> dict[str, Any]:
    ends = {"finish_reason": completion.finish_reason, "tokens": completion.usage.decoded}
    return {"text": completion.text} | _verdict(verdict) | ends


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"answer": verdict.answer, "outcome": verdict.outcome}


def _keys(d: Decoded, name: str) -> list[str]:
    """The completions that a method paid for, each once."""
    if name == SELF_CONSISTENCY:
        return list(dict.fromkeys(d.record.samples))
    trace = [d.record.trace] if d.record.trace else []
    return (
        trace
        if name == LAST
        else list(dict.fromkeys([*trace, *(k for group in d.record.continuations for k in group)]))
    )


def _tokens(d: Decoded, name: str, look: Look) -> int:
    return sum(look(key).usage.decoded for key in _keys(d, name))


def decide(problem: Problem, record: Record, judged: Judged) -> Decoded:
    """Join a problem's parts."""
    verdicts, votes = method_verdicts(judged)
    return Decoded(problem, record, judged, verdicts, votes)
