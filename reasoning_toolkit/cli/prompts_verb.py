"""`reason prompts`: the families, their candidates, and the prompt that a search found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

_QUESTION = "(the question)"


def list_verb(
    family: Annotated[str | None, typer.Argument(help="List the prompts of this family.")] = None,
) -> None:
    """List the families of prompts, or the prompts of one."""
    from reasoning_toolkit.prompts.families.auto import WRITERS
    from reasoning_toolkit.prompts.families.table import AUTO, FAMILIES, family_arms

    if family is None:
        rows = {name: row.note + _defaults(row.settings) for name, row in FAMILIES.items()}
        rows |= {f"{AUTO}{name}": note for name, note in WRITERS.items()}
    else:
        arms = family_arms(family, {}, ())
        roles = {arms.baseline: " [baseline]"} | ({} if arms.neutral is None else {arms.neutral: " [neutral]"})
        rows = {one.id: one.name + roles.get(place, "") for place, one in enumerate(arms.candidates)}
    width = max(map(len, rows))
    for name, note in rows.items():
        typer.echo(f"  {name:<{width}}  {note}")


def show_verb(
    where: Annotated[str, typer.Argument(help="A family, or the directory of a run of `reason optimize`.")],
    prompt: Annotated[str | None, typer.Argument(help="Its id; of a run by default the one to keep.")] = None,
) -> None:
    """Show a prompt as it is sent."""
    from reasoning_toolkit.problems.problem import Problem
    from reasoning_toolkit.prompts.showing import shown_prompt

    if Path(where).is_dir():
        shown = _of_run(Path(where), prompt)
    else:
        one, body = _chosen(_family(where), prompt)
        example = Problem("example", _QUESTION, "", "example")
        shown = shown_prompt(one, body, example, {"instruction": "", "form": ""})
    for message in shown["messages"]:
        typer.echo(f"[{message['role']}]\n{message['content']}\n")
    if prefix := shown["slots"].get("prefix"):
        typer.echo(f"[the reply begins with]\n{prefix}\n")


def _of_run(folder: Path, prompt: str | None) -> dict[str, Any]:
    from reasoning_toolkit.prompts.report import make_report
    from reasoning_toolkit.prompts.showing import shown_prompt
    from reasoning_toolkit.runs.run import read_problems, read_run

    config, ledger = read_run(folder)
    if prompt is None:
        kept: dict[str, Any] = make_report(folder, ledger)["prompts"][0]
        return kept
    one, body = _chosen(ledger.load_all("candidate"), prompt)
    return shown_prompt(one, body, read_problems(ledger)[0], config["settings"])


def _family(name: str) -> dict[str, Mapping[str, Any]]:
    from reasoning_toolkit.prompts.families.table import family_arms

    return {one.id: one.to_json() | {"name": one.name} for one in family_arms(name, {}, ()).candidates}


def _chosen(bodies: Mapping[str, Mapping[str, Any]], prompt: str | None) -> tuple[str, Mapping[str, Any]]:
    """By id, its beginning or the name."""
    from reasoning_toolkit.errors import UsageError, unknown

    if prompt is None:
        raise UsageError("which prompt?", hint="its id, from `reason prompts list FAMILY`")
    found = [one for one, body in bodies.items() if one.startswith(prompt) or body["name"] == prompt]
    if not found:
        raise unknown("prompt", prompt, [*bodies, *(str(body["name"]) for body in bodies.values())])
    if len(found) > 1:
        raise UsageError(
            f"{prompt!r} begins the ids of {len(found)} prompts", hint=f"give more of it: {', '.join(found[:5])}"
        )
    return found[0], bodies[found[0]]


def _defaults(settings: Mapping[str, Any]) -> str:
    return f" ({', '.join(f'{name}={value!r}' for name, value in settings.items())})" if settings else ""
