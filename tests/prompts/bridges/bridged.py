"""The planted task behind a bridge: a writer that speaks the layout of each library, and counts what is asked."""

from __future__ import annotations

import json
import re
from pathlib import Path

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request
from reasoning_toolkit.prompts.bridges.bridge import Bridging, find_bridge
from reasoning_toolkit.prompts.bridges.desk import Desk
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Asking, single
from reasoning_toolkit.prompts.proposers.proposer import Proposing, Value
from reasoning_toolkit.runs.drive import drive
from reasoning_toolkit.runs.ledger import Ledger
from tests.prompts.proposers.planted import ITEMS, START, TEMPLATE, WORDS, grade, student

PLANTED = "Take the letters, carefully, in reverse."
assert all(word in PLANTED for word in WORDS)


def scaffolded(prompt: str, request: Request) -> str:
    """The student; inside DSPy's scaffold it keeps the layout. At a temperature it is right by luck at times, which SIMBA needs."""
    lucky = request.sampling.temperature > 0 and request.seed % 2
    said = student(f"{PLANTED} {prompt}" if lucky else prompt, request)
    return f"[[ ## answer ## ]]\n{said}\n\n[[ ## completed ## ]]" if "[[ ## answer ## ]]" in prompt else said


def writer(prompt: str, request: Request) -> str:
    """Writes the planted prompt in whatever layout is asked for, or something useless, by the seed."""
    text = PLANTED if request.seed % 3 == 0 or "drow" in prompt else f"Do what is asked, number {request.seed % 9}."
    if "<IMPROVED_VARIABLE>" in prompt:
        return f"<IMPROVED_VARIABLE>{text}</IMPROVED_VARIABLE>"
    fields = re.findall(r"\[\[ ## (\w+) ## \]\]", prompt.rpartition("Respond with")[2])
    if "Respond with a JSON object" in prompt:
        return json.dumps({"new_instruction": text})
    if fields:  # DSPy: its last line says which fields it wants
        wanted = [field for field in dict.fromkeys(fields) if field != "completed"]
        special = {"proposed_prefix_for_output_field": "So:", "module_advice": f'{{"self": "{text}"}}'}
        parts = [f"[[ ## {field} ## ]]\n{special.get(field, text)}" for field in wanted]
        return "\n\n".join([*parts, "[[ ## completed ## ]]"])
    return f"Here it is:\n```\n{text}\n```"


def bridging(
    name: str,
    ledger: Ledger,
    settings: dict[str, Value] | None = None,
    engine: Engine | None = None,
    optimizer: Engine | None = None,
    start: Candidate = START,
) -> Bridging:
    """A bridge's view of the planted task."""
    engine = engine or ScriptedEngine(scaffolded, identity="student")
    optimizer = optimizer or ScriptedEngine(writer, identity="writer")

    def evaluate(candidate, problems):
        asking = Asking(engine, TEMPLATE)
        replies = dict(drive(engine, ledger, [(p.id, single(candidate, p, asking)) for p in problems]))
        return [(p, replies[p.id], grade(p, replies[p.id].text)) for p in problems]

    proposing = Proposing(optimizer, TEMPLATE, 3, find_bridge(name, settings)[1])
    return Bridging(proposing, engine, start, ITEMS, evaluate, grade, Desk(ledger, 3))


def open_ledger(folder: Path) -> Ledger:
    folder.mkdir(exist_ok=True)
    return Ledger(folder / "ledger")
