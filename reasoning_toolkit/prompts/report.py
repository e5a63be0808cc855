"""The report of a search: a function of the run's config and the documents of its ledger, so equal ledgers give equal bytes.

What is said of a prompt comes in this order: its score on the confirmation, which did not choose it; its score in the search drawn
towards the mean of all, as far as chance explains the spread; its score in the search as it stands, which is too high for whoever was chosen by it. Better
than the baseline is only what the test says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reasoning_toolkit.errors import NothingToShow
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.evaluate import KIND
from reasoning_toolkit.prompts.figures import compared, comparison_json, dev_figures, effects_table, score_figures
from reasoning_toolkit.prompts.showing import label_of, shown_prompt
from reasoning_toolkit.reports.optimize import write_optimize
from reasoning_toolkit.runs.config import read_config, write_atomically
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.run import Run, read_problems
from reasoning_toolkit.stats.best_set import best_set
from reasoning_toolkit.stats.max_t import max_t
from reasoning_toolkit.stats.noise_floor import noise_floor
from reasoning_toolkit.stats.paired import ALPHA, holm

SCHEMA = 1
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """What one phase found, as `search` wrote it down.

    Attributes:
        ids: of the candidates.
        items: ids of the problems.
        scores: shape (candidates, items), NaN where there is none.
        filled: the same with what a panel stood for.
        body: the rest.
    """

    ids: tuple[str, ...]
    items: tuple[str, ...]
    scores: Floats
    filled: Floats
    body: Mapping[str, Any]

    def of(self, candidate: str | None) -> Floats | None:
        """The scores of a candidate, shape (items,); None where it is not there."""
        return self.scores[self.ids.index(candidate)] if candidate in self.ids else None


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
    phases = {name: _phase(ledger.load("phase", name)) for name in reached}
    if "search" not in phases:
        raise NothingToShow(f"{folder} holds no finished search yet", hint="run the same command again to go on")
    bodies = ledger.load_all("candidate")
    shown = {one for name, phase in phases.items() if name != "screen" for one in phase.ids}
    names = label_of({one: bodies[one] for one in bodies if one in shown})
    roles = _roles(ledger, phases)
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
    report["screen"] = _screen(phases.get("screen"), bodies, names)
    report["noise"] = _noise(phases, roles["baseline"])
    report["leaders"] = _leaders(phases, roles, names, report["dev"], evaluations)
    report["test"] = _tested(phases.get("test"), roles, names)
    report["spent"] = _spent(phases, report["plan"], settings)
    report["looks"] = _looks(ledger)
    report["verdict"] = _verdict(report, names[roles["pick"]], roles["pick"] == roles["baseline"])
    kept = roles["pick"] if report["verdict"]["supported"] else roles["baseline"]
    example = _example(read_problems(ledger), dev)
    report["prompts"] = [
        {"role": role, "label": names[one]} | shown_prompt(one, bodies[one], example, settings)
        for role, one in (("kept", kept), *((("picked", roles["pick"]),) if roles["pick"] != kept else ()))
    ]
    report["notes"] = _notes(report, phases, settings, ledger.quarantined())
    return report


def _phase(body: Mapping[str, Any]) -> Phase:
    scores, filled = (np.array(body[name], dtype=np.float64) for name in ("scores", "filled"))
    rest = {name: value for name, value in body.items() if name not in ("scores", "filled")}
    return Phase(tuple(body["candidates"]), tuple(body["items"]), scores, filled, rest)


def _roles(ledger: Ledger, phases: Mapping[str, Phase]) -> dict[str, Any]:
    """Who is who; before the confirmation the first finalist is the pick."""
    found = ledger.load_all("roles")
    if found:
        return {role: found.get(role) for role in ("pick", "baseline", "neutral")}
    dev = phases["search"]
    return {"pick": dev.ids[dev.body["finalists"][0]], "baseline": dev.ids[0], "neutral": None}


def _leaders(
    phases: Mapping[str, Phase],
    roles: Mapping[str, Any],
    names: Mapping[str, str],
    dev: Mapping[str, Any],
    evaluations: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Finalists and controls on the confirmation, the best first."""
    phase = phases.get("confirm")
    if phase is None:
        return []
    complete = int((~np.isnan(phase.scores).any(axis=0)).sum())
    tied = best_set(phase.scores) if complete > 1 and len(phase.ids) > 1 else np.ones(len(phase.ids), dtype=bool)
    baseline, searched = phase.of(roles["baseline"]), {row["id"]: row for row in dev["rows"]}
    others = [i for i, one in enumerate(phase.ids) if one != roles["baseline"]]
    adjusted = dict(zip(others, max_t(phase.scores[others], baseline), strict=True)) if others else {}
    finalists = {phases["search"].ids[arm] for arm in phases["search"].body["finalists"]}
    rows = [
        {
            "id": one,
            "label": names[one],
            "role": _role(one, roles, finalists),
            **score_figures(phase.scores[place]),
            "indistinguishable": bool(tied[place]),
            "p_adjusted": float(adjusted[place]) if place in adjusted else None,
            "against_baseline": compared(phase, roles["baseline"], one, names),
            "against_neutral": compared(phase, roles["neutral"], one, names),
            "search": {key: searched[one][key] for key in ("shrunk", "naive", "optimism", "problems")}
            if one in searched
            else None,
            "outcomes": _outcomes(evaluations, one, phase),
        }
        for place, one in enumerate(phase.ids)
    ]
    return sorted(rows, key=lambda row: -1.0 if row["score"] is None else -row["score"])


def _role(one: str, roles: Mapping[str, Any], finalists: set[str]) -> str:
    found = [role for role, known in roles.items() if known == one]
    return ", ".join(found) or ("finalist" if one in finalists else "")


def _outcomes(evaluations: Mapping[str, Any], candidate: str, phase: Phase) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in phase.items:
        row = evaluations.get(f"{candidate}/0/{item}")
        if row is not None:
            counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    return counts


def _tested(phase: Phase | None, roles: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any] | None:
    """Pick, baseline and neutral control on the test; the comparisons adjusted for one another."""
    if phase is None or phase.of(roles["pick"]) is None:
        return None
    rows = [
        {"id": one, "label": names[one], "role": _role(one, roles, set()), **score_figures(phase.scores[i])}
        for i, one in enumerate(phase.ids)
    ]
    against = [roles[role] for role in ("baseline", "neutral") if roles[role] not in (None, roles["pick"])]
    pairs = [pair for other in against if (pair := compared(phase, other, roles["pick"], names, plain=True))]
    adjusted = holm(pairs)
    return {
        "rows": rows,
        "comparisons": [comparison_json(pair) for pair in adjusted],
        "problems": len(phase.items),
    }


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


def _screen(phase: Phase | None, bodies: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]] | None:
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


def _spent(phases: Mapping[str, Phase], plan: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
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


def _verdict(report: Mapping[str, Any], pick: str, nothing_new: bool) -> dict[str, Any]:
    """What may be claimed. A gain counts if the test shows it, adjusted, and if it is above what the engine differs from itself."""
    if nothing_new:
        return {
            "supported": False,
            "sentence": "Keep the baseline: no other prompt did better in the search and the confirmation.",
        }
    test = report["test"]
    if test is None or not test["comparisons"]:
        return {
            "supported": False,
            "sentence": f"Not tested: “{pick}” was the best of the confirmation, which proves nothing. Keep the baseline, or give a larger budget.",
        }
    pair, *rest = test["comparisons"]
    p_value = pair["p_holm"] if pair["p_holm"] is not None else pair["p_value"]
    floor = report["noise"]["rate"] if report["noise"] else 0.0
    better = p_value < ALPHA and pair["difference"] > 0
    if better and pair["difference"] > floor:
        told = (
            ""
            if not rest or ((rest[0]["p_holm"] or 0) < ALPHA and rest[0]["difference"] > 0)
            else (" It is not told from the neutral control: a sentence that says nothing may do as much.")
        )
        return {"supported": True, "sentence": f"“{pick}” is better than the baseline.{told}"}
    why = " The gain is not above what the engine differs from itself." if better else ""
    return {
        "supported": False,
        "sentence": f"No prompt is shown to be better than the baseline; keep it. The pick was “{pick}”.{why}",
    }


def _example(problems: Sequence[Problem], dev: Phase) -> Problem:
    return next((problem for problem in problems if problem.id == dev.items[0]), problems[0])


def _notes(
    report: Mapping[str, Any], phases: Mapping[str, Phase], settings: Mapping[str, Any], quarantined: int
) -> list[str]:
    notes = []
    if report["dev"]["between"] == 0:
        notes.append(
            f"In the search no differences among {len(phases['search'].ids)} prompts can be seen beyond chance."
        )
    if report["plan"]["warning"]:
        notes.append(report["plan"]["warning"].capitalize() + ".")
    for name, phase in phases.items():
        if "budget" in phase.body["stopped"]:
            notes.append(f"{name}: {phase.body['stopped']}.")
    for split, count in report["looks"].items():
        if count > 1:
            notes.append(
                f"The problems of {split} were looked at {count} times: what they say of the last look is too sure of itself."
            )
    if report["noise"] and report["noise"]["flipped"]:
        notes.append(
            f"The baseline, run again, changed on {report['noise']['flipped']} of {report['noise']['problems']} problems."
        )
    if settings["limit"]:
        notes.append(f"Only {settings['limit']} problems were asked for.")
    if quarantined:
        notes.append(f"{quarantined} damaged rows of the ledger were set aside and made again.")
    return notes
