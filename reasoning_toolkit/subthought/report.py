"""What a decode found, as one dictionary: intervals, paired tests, costs, and every problem's detail.

A function of the ledger alone, so the same ledger gives the same bytes; wall times are not in it (they are in `attempts`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from reasoning_toolkit.engines.types import Completion, Usage
from reasoning_toolkit.grading import GRADER_VERSION, answer_classes
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.stats.auroc import auroc
from reasoning_toolkit.stats.intervals import bootstrap_interval, wilson_interval
from reasoning_toolkit.stats.paired import compare_paired, holm
from reasoning_toolkit.subthought.cache_note import cache_note
from reasoning_toolkit.subthought.details import Decoded, problem_details
from reasoning_toolkit.subthought.diagnostics import TraceVote, diagnose
from reasoning_toolkit.subthought.equal_tokens import shown, token_curves
from reasoning_toolkit.subthought.judge import LAST, SELF_CONSISTENCY
from reasoning_toolkit.subthought.pools import arms_of
from reasoning_toolkit.subthought.record import Look, Record, joined
from reasoning_toolkit.subthought.savings import stopping_summary

SCHEMA = 1
SINGLE = "single sample"
IMPORTED = "imported"  # in the place of a method, where others made the completions (`exchange.imports`)
LISTED = 10  # undecided answers shown in a note; all of them are in the report's data


def build_report(
    config: Mapping[str, Any],
    decoded: Sequence[Decoded],
    look: Look,
    usage: tuple[int, Usage],
    quarantined: int,
    graders: Collection[str] = (),
) -> dict[str, Any]:
    """The report of a run.

    Args:
        config: the resolved settings.
        decoded: every finished problem, in order.
        look: the completion of a key.
        usage: completions in the ledger and their tokens.
        quarantined: damaged rows that were set aside and made again.
        graders: who read and graded the answers.
    """
    names = list(dict.fromkeys([*(d.record.name for d in decoded), *(name for d in decoded for name in d.verdicts)]))
    methods = [_method_row(name, decoded, look) for name in names]
    several = any(len(d.record.draws) > 1 for d in decoded)
    if config["method"] == "self-consistency" or (config["method"] == IMPORTED and several):
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
        "comparisons": _comparisons(names, decoded),
        "signals": _signals(decoded),
        "diagnostics": _diagnostics(decoded),
        "curves": token_curves(arms_of(decoded, names, look)),
        "stopping": stopping_summary(config, [d.record for d in decoded], look),
        "undecided": undecided,
        "notes": _notes(config, decoded, undecided, quarantined, look) + _grader_notes(graders),
        "problems": [problem_details(d, look) for d in decoded],
    }


def _method_row(name: str, decoded: Sequence[Decoded], look: Look) -> dict[str, Any]:
    verdicts = [d.verdicts.get(name, _NOT_MADE) for d in decoded]
    right, total = sum(v.outcome == "right" for v in verdicts), len(verdicts)
    responses = [c for d in decoded for c in _responses(d.record, name, look)]
    cut = sum(c.finish_reason == "length" for c in responses)
    tokens = sum(look(key).usage.decoded for d in decoded for key in d.record.paid(_part(d.record, name)))
    return {
        "name": name,
        "right": right,
        "total": total,
        "accuracy": right / total,
        "interval": list(wilson_interval(right, total)),
        "truncated": cut / len(responses) if responses else 0.0,
        "unanswered": sum(v.answer is None for v in verdicts) / total,
        "tokens": tokens,
        "tokens_per_problem": tokens / total,
        "cost_note": _COST_NOTES.get(name, ""),
    }


_NOT_MADE = Verdict("error", None, "not made: the engine gave no trace")
_COST_NOTES = {
    "subthought vote": "the trace and the continuations from its subthoughts",
    LAST: "one trace",
    "deer": "one trace, and its trial answers",
    "dynasor": "one trace, and its trial answers",
    "convergence": "one trace, and its trial answers",
    "prefix-consistency": "independent samples, and what was regenerated from a prefix of each",
    "deepconf": "independent samples, those given up on the way included",
    SELF_CONSISTENCY: "independent samples; beside another method, as many as fit the same generated tokens",
}


def _part(record: Record, name: str) -> Literal["draws", "trace", "samples"]:
    """Which part of a record a row of the report is about."""
    if name == record.name and name != LAST:
        return "draws"
    return "trace" if name == LAST else "samples" if name == SELF_CONSISTENCY else "draws"


def _responses(record: Record, name: str, look: Look) -> list[Completion]:
    """The responses behind a row of the report."""
    part = _part(record, name)
    draws = record.samples if part == "samples" else record.draws if part == "draws" else ()
    trace = [look(record.trace)] if record.trace and (part == "trace" or (part == "draws" and record.spans)) else []
    return trace + [joined(draw, look) for draw in draws if draw.pieces and draw.votes]


def _single_sample_row(decoded: Sequence[Decoded], look: Look) -> dict[str, Any]:
    """Mean accuracy of one sample: every sample counted, problems as the unit of the interval."""
    shares = [sum(v.outcome == "right" for v in d.judged.draws) / len(d.judged.draws) for d in decoded]
    verdicts = [v for d in decoded for v in d.judged.draws]
    completions = [joined(draw, look) for d in decoded for draw in d.record.draws]
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


def _comparisons(names: Sequence[str], decoded: Sequence[Decoded]) -> list[dict[str, Any]]:
    """The first row against each other one, Holm-adjusted where there are several."""
    right = {n: [d.verdicts.get(n, _NOT_MADE).outcome == "right" for d in decoded] for n in names}
    own = names[0]
    found = [compare_paired(other, right[other], own, right[own]) for other in names[1:]]
    return [shown(comparison) for comparison in holm(found)]


def _signals(decoded: Sequence[Decoded]) -> dict[str, Any]:
    """Entropy of the subthought answers against the correctness of the last answer, as the paper splits it."""
    pairs = [
        (d.votes.entropy_bits, d.verdicts[LAST].outcome == "right")
        for d in decoded
        if d.record.spans and d.votes is not None and d.votes.counts
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


def _diagnostics(decoded: Sequence[Decoded]) -> dict[str, Any]:
    """Of the votes over subthoughts; empty where no trace was cut."""
    rows = [_trace_vote(d) for d in decoded if d.record.spans and d.record.draws]
    return diagnose(rows) if rows else {}


def _trace_vote(d: Decoded) -> TraceVote:
    last, stop = d.verdicts[LAST], d.record.stop
    *classes, own = answer_classes([*(v.answer for v in d.judged.draws), last.answer])
    return TraceVote(
        problem=d.problem.id,
        classes=tuple(classes),
        right=tuple(v.outcome == "right" for v in d.judged.draws),
        places=tuple(draw.place for draw in d.record.draws),
        subthoughts=len(d.record.spans),
        vote_right=d.verdicts[d.record.name].outcome == "right",
        last=own,
        last_right=last.outcome == "right",
        stopped_at=stop.draws / stop.total if stop else None,
    )


def completions_used(decoded: Sequence[Decoded]) -> set[str]:
    """Keys of all completions that the records name."""
    return {key for d in decoded for key in d.record.paid()}


def _undecided(decoded: Sequence[Decoded]) -> list[dict[str, Any]]:
    """Every answer that the grader could not decide, of whatever completion: to be read by a person."""
    found = []
    for d in decoded:
        unsure = {(v.answer, v.reason) for v in d.judged.all() if v.outcome == "wrong" and "undecided" in v.reason}
        found += [
            {"id": d.problem.id, "gold": d.problem.answer, "answer": answer, "reason": reason}
            for answer, reason in sorted(unsure, key=str)
        ]
    return found


def _notes(
    config: Mapping[str, Any],
    decoded: Sequence[Decoded],
    undecided: Sequence[Mapping[str, Any]],
    quarantined: int,
    look: Look,
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
            "Votes ended before all was drawn: entropy is that of the drawn answers, of fewer where the vote was clear."
        )
        if config["stop"] == "heuristic":
            notes.append("The stopping rule heuristic has no guarantee: the full vote may have elected another answer.")
    longer = sum(_thinks_longer(d.record, look) for d in decoded)
    if longer and not config.get("total_budget"):
        notes.append(
            f"On {longer} problems the trace was cut off, and its continuations had the whole token limit once more: part of a gain over "
            "the last answer may be length alone. With --total-budget they get only what the trace left."
        )
    continued = [[look(k).usage for draw in d.record.draws for k in draw.keys] for d in decoded if d.record.spans]
    if note := cache_note(config["model"], continued):
        notes.append(note)
    if filtered := sum(v.reason.startswith("filtered: ") for d in decoded for v in d.judged.all()):
        notes.append(f"{filtered} answers have no vote: the filter {config['answer_filter']} refused them.")
    if plain := sum(bool(d.record.spans) and d.record.state == "none" for d in decoded):
        notes.append(
            f"On {plain} problems the model marks no thinking, so the whole response was cut: late prefixes already "
            "contain the answer."
        )
    errors = sum(v.outcome == "error" for d in decoded for v in d.verdicts.values())
    if errors:
        notes.append(f"{errors} answers are errors of the engine or the grader; they count as wrong.")
    if config["method"] == IMPORTED:
        notes += _import_notes(decoded, look)
    if undecided:
        listed = "; ".join(
            f"{row['id']}: {_short(row['answer'])} for {_short(row['gold'])}" for row in undecided[:LISTED]
        )
        more = f", and {len(undecided) - LISTED} more in report.json" if len(undecided) > LISTED else ""
        notes.append(f"Not decided by the grader, counted as wrong ({len(undecided)}): {listed}{more}.")
    if config.get("scorer") == "step-checker":
        notes.append("Scored by the step checker, an oracle that knows the program: what a perfect scorer would give.")
    if quarantined:
        notes.append(f"{quarantined} damaged rows of the ledger were set aside and made again.")
    if config.get("limit"):
        notes.append(f"Only the first {config['limit']} problems were asked for.")
    return notes


def _import_notes(decoded: Sequence[Decoded], look: Look) -> list[str]:
    completions = [joined(draw, look) for d in decoded for draw in d.record.draws]
    notes = []
    if gone := sum(c.finish_reason == "error" for c in completions):
        notes.append(
            f"{gone} of {len(completions)} completions have no text in the source: they count as wrong samples, but a majority over the "
            "others says nothing."
        )
    if unknown := sum(c.finish_reason != "error" and not c.usage.decoded for c in completions):
        notes.append(f"The source does not say how many tokens {unknown} of the completions have: they count as 0.")
    if golden := sum(not d.problem.answer for d in decoded):
        notes.append(f"{golden} problems have no gold answer in the source: none of their answers counts as right.")
    return notes


def _grader_notes(graders: Collection[str]) -> list[str]:
    others = sorted(name for name in graders if name != GRADER_VERSION)
    if not others:
        return []
    return [
        f"Verdicts by {', '.join(others)}; the present rules are {GRADER_VERSION}. `reason score RUN` grades by them."
    ]


def _thinks_longer(record: Record, look: Look) -> bool:
    return bool(record.trace and record.spans and record.draws) and look(record.trace or "").finish_reason == "length"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
