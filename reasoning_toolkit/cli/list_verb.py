"""`reason list`: what there is to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer


def list_verb(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="problems, engines, models, methods, votes, scorers, rules, stops, thinking or formats; all without it."
        ),
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Also list the sets of this folder.")] = None,
) -> None:
    """List problem sets, engines, models, methods, votes, scorers, cutting rules, stopping rules, think delimiters and formats."""
    from reasoning_toolkit.errors import unknown

    tables = {
        "problems": lambda: _problems(data),
        "engines": _engines,
        "models": _models,
        "methods": _methods,
        "votes": _votes,
        "scorers": _scorers,
        "rules": _rules,
        "stops": _stops,
        "thinking": _thinking,
        "formats": _formats,
    }
    if kind is not None and kind not in tables:
        raise unknown("list", kind, tables)
    for name in [kind] if kind else tables:
        rows = tables[name]()
        width = max(len(row[0]) for row in rows)
        typer.echo(f"{name}")
        for left, right in rows:
            typer.echo(f"  {left:<{width}}  {right}")


def _problems(data: Path | None) -> list[tuple[str, str]]:
    from reasoning_toolkit.problems import list_problem_sets

    return [
        (row["name"], f"{row['description']} ({row['source']}, {row['licence']})") for row in list_problem_sets(data)
    ]


def _engines() -> list[tuple[str, str]]:
    from reasoning_toolkit.engines.spec import ENGINE_NOTES

    return list(ENGINE_NOTES.items())


def _models() -> list[tuple[str, str]]:
    from reasoning_toolkit.engines.spec import ALIAS_NOTES

    return list(ALIAS_NOTES.items())


def _methods() -> list[tuple[str, str]]:
    from reasoning_toolkit.subthought.methods import METHODS

    return [(name, method.note + _defaults(method.settings)) for name, method in METHODS.items()]


def _defaults(settings: Mapping[str, Any]) -> str:
    return f" ({', '.join(f'{name}={value}' for name, value in settings.items())})" if settings else ""


def _votes() -> list[tuple[str, str]]:
    from reasoning_toolkit.subthought.voting import WEIGHTS

    return [(name, row.note) for name, row in WEIGHTS.items()]


def _scorers() -> list[tuple[str, str]]:
    from reasoning_toolkit.scoring.table import SCORERS

    return [(name, note) for name, (note, _) in SCORERS.items()]


def _rules() -> list[tuple[str, str]]:
    from reasoning_toolkit.subthought.segment import RULES

    return [(name, rule.note) for name, rule in RULES.items()]


def _stops() -> list[tuple[str, str]]:
    from reasoning_toolkit.subthought.stopping import RULES

    return [(name, rule.note) for name, rule in RULES.items()]


def _thinking() -> list[tuple[str, str]]:
    from reasoning_toolkit.engines.think import THINK_TAGS

    return [(name, f"{tags.opening} … {tags.closing}") for name, tags in THINK_TAGS.items()]


def _formats() -> list[tuple[str, str]]:
    from reasoning_toolkit.exchange.formats import FORMATS

    return [(name, row.note + ("; import and export" if row.write else "; import")) for name, row in FORMATS.items()]
