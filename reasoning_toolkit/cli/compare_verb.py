"""`reason compare`: runs and their methods on the same problems, paired, also at equal tokens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reasoning_toolkit.cli import screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoning_toolkit.stats.budgets import Pool
    from reasoning_toolkit.subthought.compare import Contender


def compare_verb(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN[:METHOD]",
            help="Run directories, each with a method of its table after a colon (default: its first; all: every one). "
            "The first named is what the others are compared with.",
        ),
    ],
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    html: Annotated[Path | None, typer.Option(help="Also write one self-contained HTML page to this file.")] = None,
) -> None:
    """Compare runs, or methods of a run, problem by problem: exact McNemar, intervals, accuracy at equal tokens."""
    import json

    from reasoning_toolkit.cli.comparison_table import print_comparison
    from reasoning_toolkit.reports.comparison import write_comparison
    from reasoning_toolkit.subthought.compare import compare_reports

    result = compare_reports(_contenders(runs))
    if html:
        screen.say(f"page: {write_comparison(result, html)}")
    if json_out:
        typer.echo(json.dumps(result, indent=1, sort_keys=True))
        return
    print_comparison(result)
    if result["left_out"]:
        screen.say(f"{result['left_out']} problems are not in all of the runs and were left out")


def _contenders(runs: Sequence[str]) -> list[Contender]:
    """The methods that the arguments name; each run is read once."""
    from reasoning_toolkit.subthought.compare import Contender, methods_of

    reports = {folder: _report(folder) for folder in dict.fromkeys(folder for folder, _ in map(_parted, runs))}
    contenders = []
    for folder, method in map(_parted, runs):
        report, pools = reports[folder]
        own = methods_of(report)
        names = own if method == "all" else [method or own[0]]
        contenders += [Contender(report, name, pools.get(name, {})) for name in names]
    return contenders


def _report(folder: Path) -> tuple[dict[str, Any], dict[str, dict[str, Pool]]]:
    """The report of a run, and the pools of its methods by problem."""
    from reasoning_toolkit.runs.run import read_run
    from reasoning_toolkit.subthought.compare import methods_of
    from reasoning_toolkit.subthought.decode import make_report, read_decoded
    from reasoning_toolkit.subthought.pools import arms_of

    ledger = read_run(folder)[1]
    report = make_report(folder, ledger)
    _, decoded, look = read_decoded(folder, ledger)
    arms = arms_of(decoded, methods_of(report), look)
    return report, {arm.name: {i: pools[0] for i, pools in arm.pools.items()} for arm in arms}


def _parted(run: str) -> tuple[Path, str]:
    """The run's folder, and the method behind its last colon where the text as a whole is no folder."""
    folder, _, method = run.rpartition(":")
    return (Path(folder), method) if folder and not Path(run).is_dir() else (Path(run), "")
