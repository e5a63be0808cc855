"""A task with a planted optimum: a scripted model does it the better the more of three words its prompt holds.

The optimizer is scripted too. It sees only the meta-prompt, and adds one of the words to what it is shown there: so a proposer climbs only
if it shows the right thing, in the right order, and puts what is written where the model under study reads it.
"""

from __future__ import annotations

import re
from pathlib import Path

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Request, Sampling
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Asking, single
from reasoning_toolkit.prompts.proposers.proposer import Proposing, Tried, Value, find_proposer
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.prompts.scorer import Score
from reasoning_toolkit.runs.drive import Counts, drive
from reasoning_toolkit.runs.ledger import Ledger

WORDS = ("reverse", "letters", "carefully")
ITEMS = [Problem(f"p{i}", f"word{i:02d}", f"{i:02d}drow", "planted") for i in range(8)]
TEMPLATE = Template(sampling=Sampling(temperature=0.0, max_tokens=64))
START = Candidate(name="start")


def student(prompt: str, request: Request) -> str:
    """Right on item i if the prompt has enough of the words for its difficulty, i modulo 4."""
    number = int(re.findall(r"word(\d\d)", prompt)[-1])
    held = sum(word in prompt for word in WORDS)
    return f"{number:02d}drow" if number % 4 <= held else "no idea"


def writer(prompt: str, request: Request) -> str:
    """Adds a word to the last text of the meta-prompt that is not empty; guesses two words from shown pairs."""
    if "What is missing" in prompt:
        return "It does not say what to do."
    texts = re.findall(r"<prompt>(.*?)</prompt>|Score \d+: ([^\n]*)", prompt, re.DOTALL)
    shown = [text for pair in texts for text in pair if text and text not in ("(empty)", " and ")]
    base = shown[-1] if shown else ""
    missing = [word for word in WORDS if word not in base]
    if not missing:
        return f"<prompt>{base} please {request.seed % 97}</prompt>"
    return f"<prompt>{(base + ' ' + missing[request.seed % len(missing)]).strip()}</prompt><prefix>So:</prefix>"


def grade(problem: Problem, text: str) -> Score:
    right = problem.answer in text
    return Score(float(right), "right" if right else "wrong", None if right else "the word was not turned round")


def tried(engine: ScriptedEngine, ledger: Ledger, candidate: Candidate) -> Tried:
    """A candidate on all items."""
    asking = Asking(engine, TEMPLATE)
    replies = dict(drive(engine, ledger, [(p.id, single(candidate, p, asking)) for p in ITEMS]))
    examples = [(p, replies[p.id], grade(p, replies[p.id].text)) for p in ITEMS]
    return Tried(candidate, sum(score.score for _, _, score in examples) / len(ITEMS), examples)


def search(
    name: str,
    ledger_path: Path,
    rounds: int,
    settings: dict[str, Value] | None = None,
    optimizer: ScriptedEngine | None = None,
) -> tuple[list[Tried], list[tuple[Counts, int]]]:
    """The history after some rounds; of each round what was asked for and how many candidates came."""
    row, chosen = find_proposer(name, settings)
    engine, optimizer = (
        ScriptedEngine(student, identity="student"),
        optimizer or ScriptedEngine(writer, identity="writer"),
    )
    ledger, spent = Ledger(ledger_path), []
    history = [tried(engine, ledger, START)]
    for number in range(rounds):
        counts = Counts()
        proposing = Proposing(optimizer, TEMPLATE, 7, chosen, number)
        ((_, new),) = drive(optimizer, ledger, [(name, row.propose(history, proposing))], counts=counts)
        spent.append((counts, len(new)))
        history += [tried(engine, ledger, candidate) for candidate in new]
    ledger.close()
    return history, spent
