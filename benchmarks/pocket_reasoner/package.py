"""Put trained weights into the package, with a model card made from the measured result."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.pocket_reasoner.train import trained_models
from reasoning_toolkit.engines.pocket import FOLDER
from reasoning_toolkit.errors import UsageError

CARD = """# pocket

A Llama-type transformer of {parameters:,} parameters that solves pocket problems (nested arithmetic, linear equations, short stories) by
thinking aloud between think tags. Made by this project from nothing, to show true effects of voting, entropy and false positives on a
laptop within a minute. It knows nothing else: no language, no facts, no other instruction.

| | |
|---|---|
| data | demonstrations written by `reasoning_toolkit.problems.pocket` (split `train`; test problems share no program with it), with slips at 6 % of equations: 55 % of these are noticed and repaired, 15 % silently cancelled, the rest carried on |
| training | plain supervised fine-tuning from random weights: {steps:,} batches of {batch}, {tokens:,} tokens, seed {seed}, AdamW {learning_rate}, {minutes:.0f} minutes of steps on {threads} thread of {cpu} |
| final loss | {loss:.3f} nats a token (mean of the last 50 batches), a good part of which is the chance in the demonstrations themselves |
| tokenizer | byte-level BPE of our own: digits one by one, markers of subthoughts and think tags whole |
| licence | Apache-2.0 |

Accuracy on the first {count} problems of `pocket:mixed`, with the settings of `reason decode` (trace greedy, continuations and samples at
temperature 1, top-p .95):

| level | {columns} |
|---|{rules}|
{rows}

Of right greedy answers, {false:.1%} do not follow from right steps by the exact checker. Everything above is made by
`python -m benchmarks.pocket_reasoner`.
"""  # noqa: E501  (a row of a table is one line)


def package(run: Path) -> Path:
    """Copy the model of the last step. Returns the package's folder.

    Raises:
        UsageError: the training has not come to its end.
    """
    models = trained_models(run)
    if not models:
        raise UsageError(
            f"expected trained models in {run}, found none", hint="python -m benchmarks.pocket_reasoner train"
        )
    FOLDER.mkdir(exist_ok=True)
    for file in models[max(models)].iterdir():
        shutil.copyfile(file, FOLDER / file.name)
    return FOLDER


def write_card(result: Mapping[str, Any]) -> None:
    """`README.md` beside the weights."""
    training, levels = result["training"], result["by_level"]
    names = [row["name"] for row in result["methods"]]
    rows = [
        f"| {level} | " + " | ".join(f"{by[name]['share']:.1%}" for name in names) + " |"
        for level, by in levels.items()
    ]
    rows.append("| all | " + " | ".join(f"{row['accuracy']:.1%}" for row in result["methods"]) + " |")
    text = CARD.format(
        **training["config"],
        parameters=training["parameters"],
        tokens=training["tokens"],
        minutes=training["seconds"] / 60,
        cpu=result["machine"]["cpu"],
        loss=training["loss"],
        count=result["count"],
        columns=" | ".join(names),
        rules="|".join("---" for _ in names),
        rows="\n".join(rows),
        false=result["last_answer_false_positives"]["share"],
    )
    (FOLDER / "README.md").write_text(text, encoding="utf-8")
