"""A run as rows, one a completion, and as a file of any format that can be written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.exchange.formats import FORMATS, Format
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.run import read_run
from reasoning_toolkit.subthought.decode import read_decoded
from reasoning_toolkit.subthought.details import Decoded
from reasoning_toolkit.subthought.reading import prefix_of
from reasoning_toolkit.subthought.record import Draw, Look, joined

_HALF = re.compile("[\ud800-\udfff]")


def export_run(folder: Path, path: Path, name: str | None = None) -> int:
    """Write the completions of a run to a file.

    Args:
        folder: the run; it may still be at work.
        name: a format that can be written; the file's ending says it where it is None.

    Returns:
        How many completions were written.

    Raises:
        UsageError: there is no such format, or the file has another ending.
        NothingToShow: no problem is finished yet.
        DiskError: it cannot be written.
    """
    row = _format_for(path, name)
    _, ledger = read_run(folder)
    try:
        settings, rows = rows_of(folder, ledger)
    finally:
        ledger.close()
    row.writer(rows, path, settings)
    return len(rows)


def rows_of(folder: Path, ledger: Ledger) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """A run's settings, and a row for each response of its finished problems.

    A row has problem_id, question, gold, source and extra of the problem; kind (`trace`, `continuation`, `sample`, or `baseline`: a
    sample for comparison), number within the kind, subthought; text, `continues` (how many characters of the trace it continues),
    response (both together), finish_reason, tokens that were paid for it, keys of its completions; our answer, outcome and reason;
    whether it votes; label: what the source of an import said, else None. Halves of surrogate pairs, which no file of UTF-8 can hold, are
    U+FFFD, one for one, so that positions stay.
    """
    settings, decoded, look = read_decoded(folder, ledger)
    return settings, [_whole(row) for d in decoded for row in _rows(d, look)]


def _rows(d: Decoded, look: Look) -> Iterator[dict[str, Any]]:
    if d.record.trace and d.judged.trace:
        completion = look(d.record.trace)
        ends = {
            "text": completion.text,
            "continues": 0,
            "response": completion.text,
            "votes": not d.record.draws,
            "subthought": None,
        }
        ends |= {"finish_reason": completion.finish_reason, "tokens": completion.usage.decoded}
        yield _row(d, "trace", 0, d.judged.trace, [d.record.trace]) | ends
    own = "continuation" if d.record.spans else "sample"
    for kind, draws, verdicts in (
        (own, d.record.draws, d.judged.draws),
        ("baseline", d.record.samples, d.judged.samples),
    ):
        for i, (draw, verdict) in enumerate(zip(draws, verdicts, strict=True)):
            yield _row(d, kind, i, verdict, list(draw.keys)) | _drawn(d, kind, draw, look)


def _drawn(d: Decoded, kind: str, draw: Draw, look: Look) -> dict[str, Any]:
    prefix = prefix_of(d.record, draw, look) if kind == "continuation" else ""
    response = joined(draw, look) if draw.pieces else _rest(look(d.record.trace or ""), prefix)
    return {
        "text": response.text,
        "continues": len(prefix),
        "response": prefix + response.text,
        "votes": draw.votes and kind != "baseline",
        "subthought": draw.place if kind == "continuation" else None,
        "finish_reason": response.finish_reason,
        "tokens": response.usage.decoded,
        "label": draw.label,
    }


def _rest(trace: Completion, prefix: str) -> Completion:
    """A continuation that is known to repeat the trace: nothing was paid for it."""
    return Completion((), trace.text[len(prefix) :], trace.finish_reason)


def _row(d: Decoded, kind: str, number: int, verdict: Verdict, keys: list[str]) -> dict[str, Any]:
    return {
        "problem_id": d.problem.id,
        "question": d.problem.question,
        "gold": d.problem.answer,
        "source": d.problem.source,
        "extra": dict(d.problem.extra),
        "kind": kind,
        "number": number,
        "answer": verdict.answer,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "keys": keys,
        "label": None,
    }


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _HALF.sub("\ufffd", value) if isinstance(value, str) else value for name, value in row.items()}


def _format_for(path: Path, name: str | None) -> Format:
    """The format that was named, or the first one of the file's ending."""
    written = {n: row for n, row in FORMATS.items() if row.write}
    if name is not None and name not in written:
        raise unknown("format to write", name, written)
    row = written[name] if name else next((row for row in written.values() if row.ending == path.suffix), None)
    if row is None or row.ending != path.suffix:
        endings = {row.ending} if row else {row.ending for row in written.values()}
        raise UsageError(
            f"expected a name ending in {' or '.join(sorted(endings))}, got {path.name!r}",
            hint="reason export RUN FILE.jsonl, .parquet or .json; --as lm-eval writes .jsonl",
        )
    return row
