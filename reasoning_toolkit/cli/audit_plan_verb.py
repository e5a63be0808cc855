"""`reason audit plan`: choose what is read, and freeze it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reasoning_toolkit.cli import screen


def audit_plan_verb(
    run: Annotated[Path, typer.Argument(help="Directory of a run of --method self-consistency, or of an import.")],
    budget: Annotated[int, typer.Option(help="Readings to spend; a reading is one verdict of one reader.")],
    design: Annotated[
        str, typer.Option(help="stop: all problems; two-phase: problems drawn with known chances; auto.")
    ] = "auto",
    seed: Annotated[int, typer.Option(help="Of the draw and of the reading orders.")] = 0,
    confirmations: Annotated[
        int, typer.Option(help="Readers who must agree that a sample is sound: 2, or 1 alone.")
    ] = 2,
    after_thinking: Annotated[
        bool, typer.Option("--after-thinking", help="Read only what follows the thinking.")
    ] = False,
    gold: Annotated[
        Path | None, typer.Option(help="JSONL with question, text, sound: known solutions to mix in, unseen.")
    ] = None,
) -> None:
    """Plan the false-positive audit of a run: which problems, with which probability, in which order.

    The plan is written to RUN/audit/manifest.json with a hash, before anyone reads. After new samples the same command plans anew
    and keeps every verdict.
    """
    from reasoning_toolkit.audit.register import plan_audit

    planned = plan_audit(
        run,
        gold=gold,
        after_thinking=after_thinking,
        budget=budget,
        design=design,
        seed=seed,
        confirmations=confirmations,
    )
    manifest = planned.manifest
    drawn = sum(bool(p.order) for p in manifest.problems)
    solved, accepted = sum(p.c > 0 for p in manifest.problems), sum(p.c for p in manifest.problems)
    if planned.restored:
        screen.say("note: the manifest was not as registered; it has been put back")
    state = "made" if planned.fresh else "unchanged"
    typer.echo(f"plan {manifest.revision} {state}: {run / 'audit' / 'manifest.json'}, hash {manifest.hash[:16]}…")
    typer.echo(
        f"design {manifest.design}: {drawn} of {solved} problems with accepted samples, about "
        f"{manifest.expected_readings:.0f} readings (budget {budget}; {accepted} samples were accepted)"
    )
    if manifest.expected_readings > budget:
        screen.say("note: more readings are expected than the budget; problems left open give bounds only")
    typer.echo(f"next: reason audit read {run} --reader NAME")
