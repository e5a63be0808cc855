"""Details of lighteval (`--save-details`): a Parquet row a document, with the document, the model's responses and the metrics.

Three namings are read: `doc`, `model_response`, `metric` (lighteval 0.13); the same between double underscores (until 0.12); and the flat
rows of 2024 (`example`, `predictions`, `gold`, `metrics`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.exchange.fields import a_problem, may, need, need_each
from reasoning_toolkit.exchange.sample import Label, Sample, agreed
from reasoning_toolkit.problems.files import read_rows

_TASK = re.compile(r"details_(.+?)(?:_\d{4}-\d\d-\d\d.*)?\.parquet")


def read_lighteval(path: Path) -> Iterator[Sample]:
    """The completions of a `details_TASK_TIME.parquet`; problem ids are TASK/ID, or TASK/NUMBER of the row.

    Raises:
        DataError: a row is not of this form.
        MissingPackage: pyarrow is not installed.
    """
    named = _TASK.match(path.name)
    task = named.group(1) if named else path.stem
    for number, (place, row) in enumerate(read_rows(path)):
        doc, response, scores = _parts(row, place)
        name = f"{task}/{doc.get('id') or number}"
        extra = {n: doc[n] for n in ("instruction", "specific", "specifics") if doc.get(n)}
        problem = a_problem(place, path.name, name, need(doc, "query", str, place), _gold(doc, place), extra)
        texts = need_each(response, "text", str, place)
        counts = [len(ids) if isinstance(ids, list) else 0 for ids in may(response, "output_tokens", list, place) or ()]
        right = agreed([bool(v) if v in (0, 1) else None for v in scores.values()]) if len(texts) == 1 else None
        label = Label(None, right, extra={"metrics": scores} if scores else {})
        for i, text in enumerate(texts):
            tokens = counts[i] if len(counts) == len(texts) else 0
            yield Sample(place, problem, text, tokens=tokens, label=label, identity=f"{name}, {i}")


def _parts(row: Mapping[str, Any], place: str) -> tuple[Mapping[str, Any], Mapping[str, Any], dict[str, Any]]:
    """Document, response and metrics of a row in any of the three namings."""
    if "predictions" in row:
        doc = {
            "query": row.get("example") or row.get("full_prompt"),
            "gold": row.get("gold"),
            **_some(row, "specifics"),
        }
        response = {"text": row["predictions"], "output_tokens": row.get("cont_tokens")}
        return doc, response, _numbers(may(row, "metrics", dict, place))
    around = "__" if "__doc__" in row else ""
    doc, response = (need(row, f"{around}{name}{around}", dict, place) for name in ("doc", "model_response"))
    return doc, response, _numbers(may(row, f"{around}metric{around}", dict, place))


def _some(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: row[name]} if row.get(name) else {}


def _numbers(metrics: Mapping[str, Any] | None) -> dict[str, Any]:
    return {n: v for n, v in (metrics or {}).items() if isinstance(v, int | float)}


def _gold(doc: Mapping[str, Any], place: str) -> Any:
    """The first gold answer: one of the choices, by its index."""
    if "gold" in doc:
        gold = doc["gold"]
        return gold[0] if isinstance(gold, list) and gold else gold
    choices, index = need(doc, "choices", list, place), doc.get("gold_index")
    index = index[0] if isinstance(index, list) and index else index
    if not isinstance(index, int) or not 0 <= index < len(choices):
        raise DataError(
            f"{place}: expected gold_index from 0 to {len(choices) - 1}, got {index!r}", hint="is the file complete?"
        )
    return choices[index]
