"""What becomes a candidate: nothing that is copied, too long, empty or known."""

from __future__ import annotations

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.policies import Reply
from reasoning_toolkit.prompts.proposers.admitting import admit, text_of, with_text
from reasoning_toolkit.prompts.proposers.proposer import Proposing, Tried, find_proposer
from reasoning_toolkit.prompts.render import Template
from reasoning_toolkit.prompts.scorer import Score

NOTHING = Candidate()
FORM = "Answer with yes or no, and give no reason for it."
QUESTIONS = [
    "Natalia sold clips to 48 of her friends in April and then half as many in May.",
    "Weng earns 12 dollars an hour for babysitting her neighbour's three small children.",
    "A robe takes 2 bolts of blue fiber and half that much white fiber.",
]


def proposing(**settings) -> Proposing:
    return Proposing(ScriptedEngine([]), Template(instruction="Solve it."), 0, find_proposer("opro", settings)[1])


def history(start: Candidate = NOTHING) -> list[Tried]:
    problems = [Problem(f"q{i}", f"{q} {FORM}", "yes", "here") for i, q in enumerate(QUESTIONS)]
    return [Tried(start, 0.5, [(p, Reply("no", ()), Score(0.0, "wrong")) for p in problems])]


def admitted(texts: list[str], start: Candidate = NOTHING, limit: int = 9, **settings) -> list[str]:
    with_settings = proposing(**settings)
    new = [with_text(start, with_settings, text, "new") for text in texts]
    return [candidate.slot("task") for candidate in admit(new, history(start), with_settings, limit)]


def test_copied_phrases_are_dropped() -> None:
    copies = ["For example: natalia SOLD clips, to 48 of her friends in April!", "Be exact."]
    assert admitted(copies) == ["Be exact."]
    assert admitted(copies, ngram=0) == copies
    seven = "Say who sold clips to 48 of her friends."  # seven words in a row of the item
    assert admitted([seven]) == [seven]
    assert admitted([seven], ngram=7) == []


def test_words_that_most_items_share_are_the_form_of_the_task() -> None:
    text = "Think, then answer with yes or no, and give no reason for it."
    assert admitted([text]) == [text]


def test_what_a_person_wrote_may_quote() -> None:
    quoting = Candidate({"closer": QUESTIONS[0], "prefix": QUESTIONS[1]})
    assert admitted(["Be exact."], quoting) == ["Be exact."]  # the prefix stays, and is no copy of the optimizer's


@pytest.mark.parametrize("again", ["Be exact.", "be  EXACT.\n"])
def test_a_duplicate_is_dropped(again: str) -> None:
    assert admitted(["Be exact.", again]) == ["Be exact."]
    assert admitted([again], Candidate({"opener": "Be", "closer": "exact."})) == []


def test_length_markup_and_limit() -> None:
    assert admitted(["x" * 501, "x" * 500]) == ["x" * 500]
    assert admitted(["Use <prompt> tags", "Dear [insert name]", "x < y > z"]) == ["x < y > z"]
    assert admitted(["a", "b", "c"], limit=2) == ["a", "b"]


def test_the_text_stands_in_its_slot_and_everything_else_stays() -> None:
    parent = Candidate(
        {"opener": "You are", "closer": "wise.", "stimulus": "Go!", "prefix": "So"}, cot="trigger", shots=2
    )
    new = with_text(parent, proposing(), "Be exact.", "n")
    assert dict(new.slots) == {"stimulus": "Go!", "prefix": "So", "task": "Be exact."}
    assert (new.cot, new.shots, new.name) == ("trigger", 2, "n")
    assert with_text(parent, proposing(), "x", "n", "").slot("prefix") == ""
    instruction = with_text(parent, proposing(slot="instruction"), "Be exact.", "n")
    assert (instruction.system, instruction.slot("instruction")) == ("You are wise.", "Be exact.")


def test_the_text_that_is_rewritten_is_the_one_that_was_sent() -> None:
    own = Problem("a", "?", "1", "here", {"instruction": "The task's own."})
    said = [(own, Reply("", ()), Score(0.0, "wrong"))]
    system, instruction = proposing(), proposing(slot="instruction")
    assert text_of(Tried(Candidate({"opener": "A.", "closer": "B."}), 0, said), system) == "A. B."
    assert text_of(Tried(Candidate(), 0, said), instruction) == "The task's own."
    assert text_of(Tried(Candidate(), 0), instruction) == "Solve it."
    assert text_of(Tried(Candidate({"instruction": "Mine."}), 0, said), instruction) == "Mine."
