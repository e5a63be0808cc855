"""A small finished run of self-consistency, as its folder would hold it, with chosen texts and outcomes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Samples = Sequence[tuple[str, bool]]  # text, whether it was accepted


def write_run(folder: Path, problems: Sequence[Samples], **changes: Any) -> Path:
    """Write config.json and report.json; problem i is named p0, p1, … and asks "Question i?"."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"method": "self-consistency", "model": "pocket", "n": len(problems[0])} | changes
    identity = {"model": "hidden-model-name", "tags": ["<think>", "</think>"]}
    (folder / "config.json").write_text(json.dumps({"schema": 1, "settings": settings, "identity": identity}))
    rows = [
        {
            "id": f"p{number}",
            "question": f"Question {number}?",
            "gold": "7",
            "samples": [
                {"text": text, "answer": "7" if right else "8", "outcome": "right" if right else "wrong"}
                for text, right in samples
            ],
        }
        for number, samples in enumerate(problems)
    ]
    run = {"method": settings["method"], "config": settings}
    (folder / "report.json").write_text(json.dumps({"schema": 1, "run": run, "problems": rows}))
    return folder


def sound_at(truth: Sequence[Sequence[bool]]) -> list[Samples]:
    """Accepted samples of known soundness: the text says it, so that a scripted reader can."""
    return [
        [(f"step one of {i}.{j}\nstep two\n{'sound' if ok else 'flawed'}", True) for j, ok in enumerate(row)]
        for i, row in enumerate(truth)
    ]
