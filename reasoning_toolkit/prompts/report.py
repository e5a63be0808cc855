"""The report of a search: a function of the run's config and the documents of its ledger, so equal ledgers give equal bytes.

What is said of a prompt comes in this order: its score on the confirmation, which did not choose it; its score in the search drawn towards
the mean of all, as far as chance explains the spread; its score in the search as it stands, which is too high for whoever was chosen
by it. Better than the baseline is only what the test says is better.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import NothingToShow
from reasoning_toolkit.prompts.evaluate import KIND
from reasoning_toolkit.prompts.figures import dev_figures, effects_table
from reasoning_toolkit.prompts.found import Phase, phase_from_json
from reasoning_toolkit.prompts.leaders import leaders, tested
from reasoning_toolkit.prompts.showing import label_of, shown_prompt
from reasoning_toolkit.prompts.splits import demos_of, split_problems
from reasoning_toolkit.prompts.verdict import notes, verdict
from reasoning_toolkit.reports.optimize import write_optimize
from reasoning_toolkit.runs.config import read_config, write_atomically
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.run import Run, read_problems
from reasoning_toolkit.stats.noise_floor import noise_floor

SCHEMA = 1
Floats = NDArray[np.float64]


def write_report(run: Run) -> dict[str, Any]:
    """`report.json` and `report.html` from the ledger.

    Raises:
        NothingToShow: no search has come to its finalists yet.
    """
    report = make_report(run.folder, run.ledger)
    write_atomically(run.folder / "report.json", json.dumps(report, indent=1, sort_keys=True) + "\n")
    write_optimize(report, run.folder / "report.html")
    return report


def make_report(folder: Path, ledger: Ledger) -> dict[str, Any]:
    """The report of what a ledger holds so far.

    Raises:
        NothingToShow: no search has come to its finalists yet.
    """
    settings = read_config(folder)["settings"]
    reached = ledger.load("phases", "names") or []
    bodies = ledger.load_all("phase")
    phases = {name: phase_from_json(bodies[name]) for name in reached if name in bodies}
    if "search" not in phases:
        raise NothingToShow(f"{folder} holds no finished search yet", hint="run the same command again to go on")
    candidates = ledger.load_all("candidate")
    shown = {one for name, phase in phases.items() if name != "screen" for one in phase.ids}
    names = label_of({one: body for one, body in candidates.items() if one in shown})
    roles = ledger.load_all("roles")
    evaluations = ledger.load_all(KIND)
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "optimize",
        "title": f"Prompts of the family {settings['family']} for {settings['problems']} with {settings['model']}",
        "settings": settings,
        "plan": ledger.load("plan", "plan"),
        "roles": {role: names.get(one, one) for role, one in roles.items()},
    }
    dev = phases["search"]
    report["dev"] = dev_figures(dev, names)
    report["effects"] = effects_table(dev.filled, ledger.load("grid", "grid"))
    report["screen"] = _screen(phases.get("screen"), candidates)
    report["noise"] = _noise(phases, roles["baseline"])
    report["leaders"] = leaders(phases, roles, names, report["dev"], evaluations)
    report["test"] = tested(phases.get("test"), roles, names)
    report["spent"] = _spent(phases, settings)
    report["looks"] = _looks(ledger)
    report["verdict"] = verdict(report, names[roles["pick"]], roles["pick"] == roles["baseline"])
    kept = roles["pick"] if report["verdict"]["supported"] else roles["baseline"]
    report["prompts"] = [
        {"role": role, "label": names[one]} | _shown(ledger, one, candidates[one], dev.items[0], settings)
        for role, one in (("kept", kept), *((("picked", roles["pick"]),) if roles["pick"] != kept else ()))
    ]
    report["notes"] = notes(report, phases, settings, ledger.quarantined())
    return report


def _noise(phases: Mapping[str, Phase], baseline: str) -> dict[str, Any] | None:
    """How far the baseline agrees with itself."""
    first, again = phases.get("confirm"), phases.get("repeat")
    if first is None or again is None:
        return None
    place = {item: number for number, item in enumerate(first.items)}
    known = first.of(baseline)
    before = np.array([known[place[item]] if known is not None and item in place else np.nan for item in again.items])
    both = ~(np.isnan(before) | np.isnan(again.scores[0]))
    if not both.any():
        return None
    floor = noise_floor(before, again.scores[0])
    return {
        "flipped": floor.flipped,
        "problems": floor.items,
        "rate": floor.rate,
        "interval": list(floor.interval),
        "drift": floor.drift,
    }


def _screen(phase: Phase | None, bodies: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The states of reasoning by their mean over the cells that tried them."""
    if phase is None:
        return None
    states: dict[str, list[int]] = {}
    for place, one in enumerate(phase.ids):
        states.setdefault(bodies[one]["cot"], []).append(place)
    return [
        {"cot": cot, "score": _mean(phase.scores[places]), "arms": [_mean(phase.scores[place]) for place in places]}
        for cot, places in states.items()
    ]


def _mean(scores: Floats) -> float | None:
    known = scores[~np.isnan(scores)]
    return float(known.mean()) if known.size else None


def _spent(phases: Mapping[str, Phase], settings: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {"phase": n, "evaluations": p.body["evaluations"], "stopped": p.body["stopped"], **p.body["spent"]}
        for n, p in phases.items()
    ]
    total = {
        key: sum(row[key] for row in rows)
        for key in ("evaluations", "calls", "prompt_tokens", "output_tokens", "seconds")
    }
    dev = phases["search"]
    return {"phases": rows, "total": total, "grid": len(dev.ids) * len(dev.items), "budget": settings["budget"]}


def _looks(ledger: Ledger) -> dict[str, int]:
    """How often finalists were looked at on the problems that are kept for the end."""
    looks = [body["split"] for body in ledger.load_all("look").values()]
    return {split: looks.count(split) for split in ("confirm", "test")}


def _shown(ledger: Ledger, one: str, body: Mapping[str, Any], item: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A prompt with the first problem of the search."""
    problems = read_problems(ledger)
    example = next(problem for problem in problems if problem.id == item)
    pool = split_problems(problems, settings["seed"])["demos"]
    demos = demos_of(example, pool, body["shots"], settings["seed"])
    rendered = ledger.load("rendered", one)
    return shown_prompt(one, body, example, settings, demos) | {"rendered": rendered["text"] if rendered else ""}
