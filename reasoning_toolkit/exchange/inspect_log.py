"""Logs of inspect_ai: `.eval` (a zip with a JSON file a sample) or `.json` (one object with all of them).

Schema as `inspect_ai/log/_log.py` has it: a sample has id, epoch, input, target, output (choices with message and stop_reason,
usage), scores, metadata, and attachments, which texts name as `attachment://HASH`. Each epoch is a completion of the sample's problem.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.archive import open_archive, read_member
from reasoning_toolkit.exchange.fields import a_problem, may, need, need_count, need_each
from reasoning_toolkit.exchange.sample import Label, Sample, agreed
from reasoning_toolkit.problems.files import parse_json, read_json
from reasoning_toolkit.runs.config import write_atomically

OURS = "reasoning_toolkit"  # a key of a sample's metadata
_CUT = ("max_tokens", "model_length")
_ATTACHMENT = "attachment://"
_VALUES = {"C": True, "I": False, "N": False, 1: True, 0: False}  # true is 1, and 1.0; partial credit is neither


def read_inspect(path: Path) -> Iterator[Sample]:
    """The completions of a log; problem ids are TASK/ID.

    Raises:
        DataError: it is not of this form.
    """
    log, samples = _opened(path)
    spec = need(log, "eval", dict, str(path))
    task, model = may(spec, "task", str, str(path)) or path.stem, may(spec, "model", str, str(path))
    for place, sample in samples:
        yield _sample(place, sample, path.name, task, model)


def write_inspect(rows: list[dict[str, Any]], path: Path, run: Mapping[str, Any]) -> None:
    """Write a log in JSON: a sample's epochs are the completions of a problem, with whole responses; the scorer is our grader.

    Raises:
        DiskError: it cannot be written.
    """
    epochs: dict[str, int] = {}
    samples = []
    for row in rows:
        epochs[row["problem_id"]] = epochs.get(row["problem_id"], 0) + 1
        samples.append(_written(row, epochs[row["problem_id"]], str(run["model"])))
    spec = {
        "task": str(run["problems"]),
        "model": str(run["model"]),
        "created": "1970-01-01T00:00:00+00:00",  # a run does not know when it was made; the same ledger gives the same bytes
        "dataset": {"name": str(run["problems"]), "samples": len(epochs)},
        "config": {"epochs": max(epochs.values(), default=0)},
    }
    log = {"version": 2, "status": "success", "eval": spec, "samples": samples}
    write_atomically(path, json.dumps(log, indent=1) + "\n")


def _opened(path: Path) -> tuple[Mapping[str, Any], Iterator[tuple[str, Any]]]:
    if path.name.endswith(".eval"):
        return _unpacked(path)
    log = read_json(path)
    if not isinstance(log, dict):
        raise DataError(f"{path}: expected an inspect log, got {type(log).__name__}", hint="give the log's own file")
    samples = need_each(log, "samples", dict, str(path))
    return log, ((f"{path}, sample {i}", sample) for i, sample in enumerate(samples, start=1))


def _unpacked(path: Path) -> tuple[Mapping[str, Any], Iterator[tuple[str, Any]]]:
    archive = open_archive(path)
    names = archive.namelist()
    header = next((n for n in ("header.json", "_journal/start.json") if n in names), None)
    if header is None:
        raise DataError(f"{path}: expected header.json in the archive, found none", hint="is it a log of inspect_ai?")
    inside = sorted(n for n in names if n.startswith("samples/") and n.endswith(".json"))

    def member(name: str) -> Any:
        return parse_json(read_member(archive, name, path), f"{path}, {name!r}")

    log = need({"header": member(header)}, "header", dict, str(path))
    return log, ((f"{path}, {n!r}", member(n)) for n in inside)


def _sample(place: str, sample: Any, source: str, task: str, model: str | None) -> Sample:
    row = need({"sample": sample}, "sample", dict, place)
    attached, metadata = may(row, "attachments", dict, place) or {}, dict(may(row, "metadata", dict, place) or {})
    ours = may(metadata, OURS, dict, place) or {}
    metadata.pop(OURS, None)
    name = str(ours.get("problem_id") or f"{task}/{row.get('id')}")
    target = row.get("target")
    gold = target[0] if isinstance(target, list) and target else target
    question = _asked(row.get("input"), attached, place)
    problem = a_problem(place, str(ours.get("source", source)), name, question, gold, metadata)
    completion = Sample(
        place,
        problem,
        None,
        label=_label(may(row, "scores", dict, place) or {}, model, row.get("epoch")),
        identity=f"{name}, epoch {row.get('epoch')}",
        votes=may(ours, "votes", bool, place) is not False,
    )
    return _completed(completion, need(row, "output", dict, place), attached)


def _completed(sample: Sample, output: Mapping[str, Any], attached: Mapping[str, Any]) -> Sample:
    """The sample with the first choice of the model's output; one without any stays without a text."""
    choices = need_each(output, "choices", dict, sample.place) if output.get("choices") else []
    if not choices:
        return sample
    message, stop = need(choices[0], "message", dict, sample.place), choices[0].get("stop_reason")
    usage = may(output, "usage", dict, sample.place) or {}
    return replace(
        sample,
        text=_text(message.get("content"), attached, sample.place),
        finish_reason="length" if stop in _CUT else "stop",
        tokens=need_count(usage, "output_tokens", sample.place) if usage.get("output_tokens") else 0,
    )


def _asked(given: Any, attached: Mapping[str, Any], place: str) -> str:
    """The text of the last message of the user."""
    if isinstance(given, list):
        messages = need_each({"input": given}, "input", dict, place)
        asked = [m.get("content") for m in messages if m.get("role") == "user"]
        given = _text(asked[-1], attached, place) if asked else None
    return _resolved(need({"input": given}, "input", str, place), attached, place)


def _text(content: Any, attached: Mapping[str, Any], place: str) -> str:
    """A message's text; reasoning that stands apart is put before it between think delimiters."""
    if isinstance(content, str):
        return _resolved(content, attached, place)
    parts = [
        p for p in need_each({"content": content}, "content", dict, place) if not p.get("redacted")
    ]  # encrypted thinking
    thought, text = (
        "".join(_resolved(need(p, name, str, place), attached, place) for p in parts if p.get("type") == name)
        for name in ("reasoning", "text")
    )
    return f"<think>\n{thought}\n</think>\n\n{text}" if thought else text


def _resolved(text: str, attached: Mapping[str, Any], place: str) -> str:
    """A text that stands elsewhere in the log is only named."""
    return need(attached, text.removeprefix(_ATTACHMENT), str, place) if text.startswith(_ATTACHMENT) else text


def _label(scores: Mapping[str, Any], model: str | None, epoch: Any) -> Label:
    said = {name: score for name, score in scores.items() if isinstance(score, dict)}
    answer = next((str(s["answer"]) for s in said.values() if s.get("answer") is not None), None)
    values = [s.get("value") for s in said.values()]
    right = agreed([_VALUES.get(v) if isinstance(v, str | int | float) else None for v in values])
    extra = {"scores": {name: s.get("value") for name, s in said.items()}, "model": model, "epoch": epoch}
    return Label(answer, right, extra={name: value for name, value in extra.items() if value not in (None, {})})


def _written(row: Mapping[str, Any], epoch: int, model: str) -> dict[str, Any]:
    user: Mapping[str, Any] = {"role": "user", "content": row["question"]}
    reply = {"role": "assistant", "content": row["response"]}
    gone = row["finish_reason"] == "error"
    stop = {"length": "max_tokens", "stop": "stop"}.get(row["finish_reason"])
    usage = {"input_tokens": 0, "output_tokens": row["tokens"], "total_tokens": row["tokens"]}
    score = {"value": "C" if row["outcome"] == "right" else "I", "answer": row["answer"], "explanation": row["reason"]}
    messages: Sequence[Mapping[str, Any]] = [user] if gone else [user, reply]
    choices = [] if gone else [{"message": reply, "stop_reason": stop}]
    ours = {name: row[name] for name in ("problem_id", "source", "kind", "number", "keys", "votes")}
    return {
        "id": row["problem_id"],
        "epoch": epoch,
        "input": row["question"],
        "target": row["gold"],
        "messages": messages,
        "output": {"model": model, "choices": choices, "usage": usage},
        "scores": {"reasoning_toolkit": score},
        "metadata": {**row["extra"], OURS: ours},
    }
