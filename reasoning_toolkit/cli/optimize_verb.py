"""`reason optimize`: search for a better prompt, and say whether it is better."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reasoning_toolkit.cli import screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoning_toolkit.problems.problem import Problem
    from reasoning_toolkit.prompts.config import OptimizeConfig
    from reasoning_toolkit.prompts.search import Prepared

Opt = typer.Option


def optimize_verb(
    problems: Annotated[str, typer.Argument(help="A set's name (`reason list`), a file, or file.py@function.")],
    model: Annotated[
        str,
        Opt("--model", "-m", help="ENGINE:MODEL[@REVISION] of the model under study, for example vllm:Qwen/Qwen3-4B."),
    ],
    family: Annotated[str, Opt(help="positive, negative, emotion, cycle or auto:NAME: see `reason prompts list`.")],
    budget: Annotated[
        str | None, Opt(help="Most of calls=, prompt_tokens=, output_tokens=, seconds=, separated by commas.")
    ] = None,
    optimizer_model: Annotated[
        str | None, Opt(help="The model that writes prompts, for auto:NAME. Default: the one under study.")
    ] = None,
    setting: Annotated[list[str] | None, Opt("--set", help="NAME=VALUE of the family.")] = None,
    allocator: Annotated[str, Opt(help="halving, uniform, erace, thompson or factor-screen.")] = "halving",
    allocator_set: Annotated[list[str] | None, Opt(help="NAME=VALUE of the allocator, such as n0=32.")] = None,
    confirm: Annotated[int, Opt(help="Most problems of the confirmation.")] = 600,
    test: Annotated[int, Opt(help="Most problems of the test.")] = 1500,
    limit: Annotated[int | None, Opt(help="At most so many problems.")] = None,
    seed: Annotated[int, Opt(help="Of the splits, the order and every reply.")] = 0,
    temperature: Annotated[float, Opt(help="Of replies; 0 is greedy.")] = 0.0,
    top_p: Annotated[float, Opt(help="Nucleus mass of replies.")] = 1.0,
    max_tokens: Annotated[int, Opt(help="Limit of each reply.")] = 512,
    samples: Annotated[int, Opt(help="Replies a pair, where the temperature is above 0.")] = 1,
    instruction: Annotated[str, Opt(help="Where neither prompt nor problem has one.")] = "",
    form: Annotated[str, Opt(help="How the answer shall be written, behind every question.")] = "",
    run: Annotated[
        Path | None, Opt(help="Run directory; the same one goes on. Default: runs/PROBLEMS-MODEL-FAMILY.")
    ] = None,
    data: Annotated[Path | None, Opt(help="A folder of NAME.jsonl files that stands in for the hub.")] = None,
    column: Annotated[list[str] | None, Opt(help="question=COLUMN, answer=COLUMN or id=COLUMN of a file.")] = None,
    engine_arg: Annotated[list[str] | None, Opt(help="key=value for the engine under study.")] = None,
    optimizer_arg: Annotated[list[str] | None, Opt(help="key=value for the engine that writes prompts.")] = None,
    base_url: Annotated[str | None, Opt(help="Server of the openai engine.")] = None,
    json_out: Annotated[bool, Opt("--json", help="Print the report as JSON instead of a table.")] = False,
    dry_run: Annotated[bool, Opt("--dry-run", help="Say what would be done and what it can show, and stop.")] = False,
) -> None:
    """Search for the prompt of a family that does best, confirm it on other problems, test it once on others again.

    Every reply is written to the run's ledger before it is used: stop the command at any moment, and the same command goes on.
    """
    given: dict[str, Any] = dict(locals())
    from dataclasses import fields

    from reasoning_toolkit.engines.spec import open_engine, parse_engine_args, parse_spec
    from reasoning_toolkit.problems import load_problems
    from reasoning_toolkit.prompts.config import OptimizeConfig
    from reasoning_toolkit.prompts.search import prepare

    given |= {
        "model": str(parse_spec(model)),
        "optimizer_model": str(parse_spec(optimizer_model)) if optimizer_model else None,
        "settings": parse_engine_args(setting or [], "--set"),
        "allocator_settings": parse_engine_args(allocator_set or [], "--allocator-set"),
        "budget": _budget(budget),
    }
    config = OptimizeConfig(**{f.name: given[f.name] for f in fields(OptimizeConfig) if f.name in given})
    columns = parse_engine_args(column or [], "--column")
    loaded = load_problems(problems, data=data, limit=limit, shuffle=seed if limit else None, columns=columns)
    prepared = prepare(config, loaded)
    folder = run or Path("runs") / _name(problems, config.model, family)
    screen.say(preflight(config, prepared, folder))
    if dry_run:
        return
    server = {"base_url": base_url} if base_url else {}
    openers = [lambda: open_engine(model, parse_engine_args(engine_arg or []) | server)]
    if optimizer_model:
        openers.append(lambda: open_engine(optimizer_model, parse_engine_args(optimizer_arg or [], "--optimizer-arg")))
    report = _optimize(folder, loaded, openers, config, sum(prepared.plan.calls.values()) / config.samples)
    if json_out:
        typer.echo(json.dumps(report, indent=1, sort_keys=True))
    else:
        _print(report, folder)


def preflight(config: OptimizeConfig, prepared: Prepared, folder: Path) -> str:
    """What is coming and what it can show, before anything is spent."""
    plan, splits = prepared.plan, prepared.splits
    sizes = ", ".join(f"{len(items)} {name}" for name, items in splits.items())
    calls = ", ".join(f"{name} {number:,.0f}" for name, number in plan.calls.items() if number)
    settings = ", ".join(f"{name}={value:g}" for name, value in plan.settings.items())
    lines = [
        f"{plan.arms} prompts of the family {config.family} for {config.problems} with {config.model} → {folder}",
        f"problems: {sizes}",
        f"coming: about {sum(plan.calls.values()):,.0f} replies of at most {config.max_tokens} tokens ({calls}); "
        f"{config.allocator} with {settings}",
        *(_power(name, plan.items[name], seen) for name, seen in plan.power.items()),  # type: ignore[index]
    ]
    return "\n".join([*lines, *([f"warning: {plan.warning}"] if plan.warning else [])])


def _power(split: str, items: int, seen: float | None) -> str:
    shows = "no difference" if seen is None else f"a true difference of {100 * seen:.1f} points in four of five cases"
    return f"power: {items} problems of {split} show {shows}, if two prompts disagree on a fifth of them"


def _optimize(
    folder: Path, problems: Sequence[Problem], openers: Sequence[Any], config: OptimizeConfig, evaluations: float
) -> dict[str, Any]:
    from contextlib import ExitStack, closing

    from reasoning_toolkit.cli.search_progress import SearchProgress
    from reasoning_toolkit.prompts.search import optimize
    from reasoning_toolkit.runs.run import Run

    with Run(folder) as run, screen.chatter_to(folder / "run.log"), SearchProgress(evaluations) as progress:
        if run.ledger.salvaged is not None:
            screen.say(f"the ledger was damaged: {run.ledger.salvaged} rows saved, the rest is made again")
        with ExitStack() as stack:
            engines = [stack.enter_context(closing(opener())) for opener in openers]
            return optimize(run, problems, engines[0], config, engines[-1], watch=progress.watch())


def _print(report: Mapping[str, Any], folder: Path) -> None:
    from rich.table import Table

    out = screen.console(sys.stdout)
    table = Table(title=report["title"], title_justify="left", title_style="bold")
    for name in ("prompt", "role", "confirmed", "95 % interval", "to the baseline", "not told apart", "search, shrunk"):
        table.add_column(name, justify="left" if name in ("prompt", "role") else "right")
    for row in report["leaders"]:
        pair, searched = row["against_baseline"], row["search"]
        table.add_row(
            row["label"],
            row["role"],
            _percent(row["score"]),
            "–" if row["interval"] is None else f"{100 * row['interval'][0]:.1f} to {100 * row['interval'][1]:.1f}",
            f"{100 * pair['difference']:+.1f}" if pair else "–",
            "●" if row["indistinguishable"] else "",
            _percent(searched["shrunk"]) if searched else "–",
        )
    out.print(table)
    tested = report["test"]["comparisons"] if report["test"] else []
    lines = [report["verdict"]["sentence"], *(f"test: {pair['sentence']}" for pair in tested)]
    total = report["spent"]["total"]
    lines.append(
        f"spent: {total['calls']:,.0f} calls, {total['prompt_tokens']:,.0f} prompt and {total['output_tokens']:,.0f} output tokens, "
        f"{total['seconds']:,.0f} s; every prompt on every problem of the search would be {report['spent']['grid']:,} calls"
    )
    for line in [*lines, *(f"note: {note}" for note in report["notes"])]:
        out.print(line, markup=False)
    out.print(f"report: {folder / 'report.html'}   details: {folder / 'report.json'}", markup=False)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _budget(text: str | None) -> dict[str, Any]:
    from reasoning_toolkit.engines.spec import parse_engine_args

    return parse_engine_args(text.split(","), "--budget") if text else {}


def _name(problems: str, model: str, family: str) -> str:
    """A folder name from what is searched."""
    parts = [Path(problems.rpartition("@")[0] or problems).stem, model.rpartition("/")[2], family]
    return "-".join("".join(c if c.isalnum() or c in "._" else "-" for c in part).strip("-") for part in parts)
