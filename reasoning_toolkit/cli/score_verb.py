"""`reason score`: grade a run again, generating nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reasoning_toolkit.cli import screen

if TYPE_CHECKING:
    from reasoning_toolkit.engines.engine import Engine


def score_verb(
    run: Annotated[Path, typer.Argument(help="Run directory.")],
    also: Annotated[str | None, typer.Option(help="A second verifier: math-verify.")] = None,
    extractor: Annotated[
        str | None, typer.Option(help="A model that reads the answers instead, ENGINE:MODEL: the paper's way.")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="Server of an extractor behind openai:.")] = None,
    unsafe_exec: Annotated[
        bool, typer.Option("--unsafe-exec", help="Run code that a model wrote without a sandbox; it is recorded.")
    ] = False,
    json_out: Annotated[bool, typer.Option("--json", help="Print the report as JSON instead of a table.")] = False,
) -> None:
    """Grade every completion of a run again with the present grader. Without --extractor nothing is generated.

    With a second verifier, the answers on which the two differ are listed for reading, and written to RUN/disagreements.json.
    """
    from reasoning_toolkit.cli.tables import report_table, summary_json
    from reasoning_toolkit.errors import unknown
    from reasoning_toolkit.runs.config import read_config
    from reasoning_toolkit.runs.run import Run
    from reasoning_toolkit.subthought.decode import score

    if also not in (None, "math-verify"):
        raise unknown("verifier", str(also), ["math-verify"])
    read_config(run)  # an unknown folder is refused before anything is made in it
    with Run(run) as opened, _opened(extractor, base_url) as engine:
        report, changed = score(opened, engine, unsafe_exec=unsafe_exec)
    read = f"answers read by {extractor}" if extractor else "0 completions generated"
    screen.say(f"graded {len(report['problems'])} problems again, {read}; the verdicts of {changed} problems changed")
    if json_out:
        typer.echo(summary_json(report))
    else:
        report_table(report, run)
    if also:
        _second_opinion(report, run)


@contextmanager
def _opened(extractor: str | None, base_url: str | None) -> Iterator[Engine | None]:
    from reasoning_toolkit.engines.spec import open_engine

    engine = open_engine(extractor, {"base_url": base_url} if base_url else {}) if extractor else None
    try:
        yield engine
    finally:
        if engine is not None:
            engine.close()


def _second_opinion(report: Mapping[str, Any], run: Path) -> None:
    import json

    from reasoning_toolkit.grading.second_verifier import disagreements
    from reasoning_toolkit.runs.config import write_atomically

    pairs = [
        (problem["gold"], answered["answer"])
        for problem in report["problems"]
        for answered in [*problem["answers"].values(), *problem["subthoughts"], *problem["samples"]]
        if answered["answer"] is not None
    ]
    found = disagreements(pairs)
    write_atomically(run / "disagreements.json", json.dumps([d._asdict() for d in found], indent=1) + "\n")
    screen.say(
        f"math-verify differs on {len(found)} of {len(set(pairs))} different answers: {run / 'disagreements.json'}"
    )
    for d in found:
        gold, answer = (text if len(text) <= 60 else text[:57] + "..." for text in (d.gold, d.answer))
        ours, theirs = ("equal" if equal else "different" for equal in (d.ours, d.theirs))
        typer.echo(f"gold {gold!r}, answer {answer!r}: ours {ours} ({d.our_reason[:80]}), math-verify {theirs}")
