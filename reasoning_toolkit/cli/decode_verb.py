"""`reason decode`: decode problems with a method, beside its honest baselines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reasoning_toolkit.cli import screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reasoning_toolkit.engines.engine import Engine
    from reasoning_toolkit.problems.problem import Problem
    from reasoning_toolkit.subthought.config import DecodeConfig

Opt = typer.Option


def decode_verb(
    problems: Annotated[str, typer.Argument(help="A set's name (`reason list`), a file, or file.py@function.")],
    model: Annotated[
        str, Opt("--model", "-m", help="ENGINE:MODEL[@REVISION], for example vllm:Qwen/Qwen3-4B or pocket.")
    ],
    method: Annotated[str, Opt(help="How to decode: see `reason list methods`.")] = "subthought",
    n: Annotated[int, Opt("--n", "-n", help="Samples a prefix (subthought) or a problem (self-consistency).")] = 1,
    limit: Annotated[int | None, Opt(help="At most so many problems.")] = None,
    ids: Annotated[str | None, Opt(help="Only these problem ids, separated by commas.")] = None,
    where: Annotated[list[str] | None, Opt(help="column=value: only problems that have it, e.g. level=1.")] = None,
    shuffle: Annotated[int | None, Opt(help="Shuffle the problems with this seed before the limit.")] = None,
    seed: Annotated[int, Opt(help="Every sample's seed is derived from it.")] = 0,
    run: Annotated[
        Path | None, Opt(help="Run directory; the same one goes on. Default: runs/PROBLEMS-MODEL-METHOD.")
    ] = None,
    data: Annotated[Path | None, Opt(help="A folder of NAME.jsonl files that stands in for the hub.")] = None,
    column: Annotated[list[str] | None, Opt(help="question=COLUMN, answer=COLUMN or id=COLUMN of a file.")] = None,
    temperature: Annotated[float, Opt(help="Of continuations and samples; 0 is greedy.")] = 1.0,
    top_p: Annotated[float, Opt(help="Nucleus mass of continuations and samples.")] = 0.95,
    trace_temperature: Annotated[float, Opt(help="Of the first trace.")] = 0.0,
    max_tokens: Annotated[int, Opt(help="Limit of each completion.")] = 8192,
    rule: Annotated[
        str, Opt(help="Where to cut: anywhere, sentence, line, paragraph, regex, fixed, line_compat.")
    ] = "anywhere",
    markers: Annotated[str, Opt(help="Marker texts: paper, reflection or deer.")] = "paper",
    pattern: Annotated[str | None, Opt(help="For --rule regex.")] = None,
    every: Annotated[int | None, Opt(help="Tokens a piece, for --rule fixed.")] = None,
    min_tokens: Annotated[int, Opt(help="Drop cuts closer than this to the one before.")] = 0,
    max_subthoughts: Annotated[int | None, Opt(help="At most so many subthoughts, evenly spaced.")] = None,
    stop: Annotated[str, Opt(help="When a vote ends: full, exact, certified, sharp, heuristic, hybrid.")] = "full",
    alpha: Annotated[float, Opt(help="How often a certificate of --stop may be wrong, over random orders.")] = 0.05,
    vote: Annotated[
        list[str] | None, Opt(help="Another way to weigh the votes, as a further row: see `reason list votes`.")
    ] = None,
    setting: Annotated[
        list[str] | None, Opt("--set", help="NAME=VALUE of the method: see `reason list methods`.")
    ] = None,
    scorer: Annotated[
        str | None, Opt(help="Scores responses for votes and tree search: see `reason list scorers`.")
    ] = None,
    scorer_arg: Annotated[
        list[str] | None, Opt(help="key=value for the scorer: step=line, style=skywork, dtype=bfloat16, ...")
    ] = None,
    total_budget: Annotated[
        bool, Opt("--total-budget", help="A continuation gets only what its prefix left of --max-tokens.")
    ] = False,
    answer_filter: Annotated[
        str | None, Opt(help="Answers that may vote: aime, integer, a range such as 0-999, or file.py@function.")
    ] = None,
    instruction: Annotated[str | None, Opt(help="Added after each question instead of the usual instruction.")] = None,
    system: Annotated[str | None, Opt(help="A system message.")] = None,
    baselines: Annotated[bool, Opt(help="Also spend the same tokens on self-consistency.")] = True,
    engine_arg: Annotated[
        list[str] | None, Opt(help="key=value for the engine: tensor_parallel_size=2, dtype=float32, ...")
    ] = None,
    base_url: Annotated[str | None, Opt(help="Server of the openai engine.")] = None,
    unsafe_exec: Annotated[
        bool, Opt("--unsafe-exec", help="Run code that the model wrote without a sandbox; it is recorded.")
    ] = False,
    json_out: Annotated[bool, Opt("--json", help="Print the report as JSON instead of a table.")] = False,
    dry_run: Annotated[bool, Opt("--dry-run", help="Say what would be done, and stop.")] = False,
) -> None:
    """Decode problems with a language model and vote.

    Every completion is written to the run's ledger before it is used: stop the command at any moment, and the same command goes on.
    """
    given: dict[str, Any] = dict(locals())  # most options are fields of the config, under their own names
    from dataclasses import fields, replace

    from reasoning_toolkit.engines.spec import open_engine, parse_engine_args, parse_spec
    from reasoning_toolkit.problems import load_problems
    from reasoning_toolkit.subthought.config import INSTRUCTION, DecodeConfig
    from reasoning_toolkit.subthought.kinds import CODE_INSTRUCTION, require_means
    from reasoning_toolkit.subthought.methods import find_method

    given |= {
        "model": str(parse_spec(model)),
        "instruction": INSTRUCTION if instruction is None else instruction,
        "votes": tuple(vote or ()),
        "settings": _pairs("--set", setting or []),
        "scorer_args": parse_engine_args(scorer_arg or [], "--scorer-arg"),
    }
    config = DecodeConfig(**{f.name: given[f.name] for f in fields(DecodeConfig) if f.name in given})
    find_method(config)
    loaded = load_problems(
        problems,
        data=data,
        limit=limit,
        ids=ids.split(",") if ids else None,
        where=_pairs("--where", where or []),
        shuffle=shuffle,
        columns=_pairs("--column", column or []),
    )
    if instruction is None and all(problem.kind == "code" for problem in loaded):
        config = replace(config, instruction=CODE_INSTRUCTION)
    require_means(loaded, config)
    arguments = parse_engine_args(engine_arg or []) | ({"base_url": base_url} if base_url else {})
    folder = run or Path("runs") / _name(problems, config.model, method)
    screen.say(preflight(config, len(loaded), folder))
    if not dry_run:
        report = _decode(folder, loaded, lambda: open_engine(model, arguments), config)
        _show(report, folder, json_out)


def preflight(config: DecodeConfig, count: int, folder: Path) -> str:
    """What is coming, before anything is spent: calls and the most tokens they can take."""
    most = count * config.max_tokens
    head = f"{count} problems from {config.problems}, {config.model}, {config.method} → {folder}\n"
    if config.method != "subthought":
        from reasoning_toolkit.subthought.methods import METHODS

        if METHODS[config.method].scored:
            grown = f"{config.n} responses a problem, grown step by step as {config.scorer} scores them"
            return head + f"coming: {grown}" + (", then as many tokens of self-consistency" if config.baselines else "")
        traces = "one trace" if config.n == 1 else f"up to {config.n} samples"
        worth = ", then as many tokens of self-consistency" if config.baselines and config.method in _COMPARED else ""
        return head + f"coming: {traces} a problem, at most {most * config.n:,} generated tokens{worth}"
    cuts = f"up to {config.max_subthoughts}" if config.max_subthoughts else "about one for every 40 tokens of trace"
    early = "" if config.stop == "full" else f" until the rule {config.stop} ends the vote"
    extra = ", then as many tokens of self-consistency" if config.baselines and config.temperature > 0 else ""
    return head + (
        f"coming: {count} traces of at most {config.max_tokens:,} tokens, "
        f"{config.n} continuation(s) for each subthought ({cuts}){early}{extra}"
    )


def _decode(folder: Path, problems: Sequence[Problem], opener: Any, config: DecodeConfig) -> dict[str, Any]:
    from reasoning_toolkit.cli.progress import DecodeProgress
    from reasoning_toolkit.runs.run import Run
    from reasoning_toolkit.subthought.decode import decode

    with Run(folder) as run, screen.chatter_to(folder / "run.log"):
        if run.ledger.salvaged is not None:
            screen.say(f"the ledger was damaged: {run.ledger.salvaged} rows saved, the rest is made again")
        with DecodeProgress(len(problems)) as progress:
            engine: Engine = opener()
            try:
                return decode(
                    run,
                    problems,
                    engine,
                    config,
                    counts=progress.counts,
                    notify=progress.update,
                    finished=progress.finished,
                )
            finally:
                engine.close()


def _show(report: dict[str, Any], folder: Path, as_json: bool) -> None:
    from reasoning_toolkit.cli.tables import report_table, summary_json

    if as_json:
        typer.echo(summary_json(report))
    else:
        report_table(report, folder)


def _pairs(option: str, pairs: list[str]) -> dict[str, str]:
    from reasoning_toolkit.errors import UsageError

    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise UsageError(f"{option} {wrong[0]!r} is not name=value", hint=f"for example {_EXAMPLES[option]}")
    return dict(pair.split("=", 1) for pair in pairs)


_COMPARED = ("deepconf", "prefix-consistency")  # with self-consistency at equal tokens; beside subthought
_EXAMPLES = {
    "--where": "--where level=1",
    "--column": "--column question=prompt --column answer=target",
    "--set": "--set window=8",
}


def _name(problems: str, model: str, method: str) -> str:
    """A folder name from what is decoded."""
    parts = [Path(problems.rpartition("@")[0] or problems).stem, model.rpartition("/")[2], method]
    return "-".join("".join(c if c.isalnum() or c in "._" else "-" for c in part).strip("-") for part in parts)
