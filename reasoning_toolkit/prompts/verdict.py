"""What may be claimed after a search, and what a reader has to know first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reasoning_toolkit.prompts.found import Phase
from reasoning_toolkit.stats.paired import ALPHA


def verdict(report: Mapping[str, Any], pick: str, nothing_new: bool) -> dict[str, Any]:
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
            "sentence": f"Not tested: “{pick}” was the best of the confirmation, which proves nothing. "
            "Keep the baseline, or give a larger budget.",
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


def notes(
    report: Mapping[str, Any], phases: Mapping[str, Phase], settings: Mapping[str, Any], quarantined: int
) -> list[str]:
    """What limits the figures, a sentence each."""
    found = []
    if report["dev"]["between"] == 0:
        found.append(
            f"In the search no differences among {len(phases['search'].ids)} prompts can be seen beyond chance."
        )
    if report["plan"]["warning"]:
        found.append(report["plan"]["warning"].capitalize() + ".")
    for name, phase in phases.items():
        if "budget" in phase.body["stopped"]:
            found.append(f"{name}: {phase.body['stopped']}.")
    for split, count in report["looks"].items():
        if count > 1:
            found.append(
                f"The problems of {split} were looked at {count} times: what they say of the last look is too sure of itself."
            )
    if report["noise"] and report["noise"]["flipped"]:
        found.append(
            f"The baseline, run again, changed on {report['noise']['flipped']} of {report['noise']['problems']} problems."
        )
    if settings["limit"]:
        found.append(f"Only {settings['limit']} problems were asked for.")
    if quarantined:
        found.append(f"{quarantined} damaged rows of the ledger were set aside and made again.")
    return found
