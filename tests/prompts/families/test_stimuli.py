"""NegativePrompt and EmotionPrompt: published texts, controls of as many words, placements, the paper's own join."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.families.snippets import EMOTION, NEGATIVE, NEUTRAL, matched_neutral
from reasoning_toolkit.prompts.families.table import FAMILIES, find_family
from reasoning_toolkit.prompts.render import Template, user_text
from reasoning_toolkit.prompts.spoken import words

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "prompt_tasks" / "snippets.json"
PROBLEM = Problem("1", "dull", "negative", "test", {"instruction": "Is the review positive or negative?"})


@pytest.mark.parametrize(("family", "stimuli"), [("negative", NEGATIVE), ("emotion", EMOTION)])
def test_arms_are_the_stimuli_and_their_controls(family: str, stimuli) -> None:
    row, settings = find_family(family)
    arms = row.candidates([PROBLEM], **settings)
    texts = [candidate.slot("stimulus") for candidate in arms.candidates]
    assert texts[arms.baseline] == "" and texts[-len(stimuli) :] == [snippet.text for snippet in stimuli]
    assert texts[arms.neutral] in [snippet.text for snippet in NEUTRAL]
    assert {matched_neutral(snippet.text).text for snippet in stimuli} <= set(texts)
    assert len({candidate.id for candidate in arms.candidates}) == len(arms.candidates)
    assert arms.factors == ()


def test_neutral_sentences_have_as_many_words() -> None:
    for snippet in (*NEGATIVE, *EMOTION):
        gap = abs(len(words(matched_neutral(snippet.text).text)) - len(words(snippet.text)))
        assert gap <= 3, snippet.name
    assert [snippet.name for snippet in NEUTRAL] == [f"neutral-{len(words(snippet.text))}" for snippet in NEUTRAL]


def test_every_placement_is_a_level_and_no_cell_comes_twice() -> None:
    arms = FAMILIES["negative"].candidates([PROBLEM], placement="all")
    assert len({candidate.id for candidate in arms.candidates}) == len(arms.candidates) == 1 + 4 * 13
    assert len(set(map(tuple, arms.factors))) == len(arms.candidates)
    assert arms.factor_names == ("stimulus", "placement")
    for candidate, (_, place) in zip(arms.candidates[1:], arms.factors[1:], strict=True):
        assert candidate.placement == ("system", "instruction-end", "before-question", "after-question")[place]
    with pytest.raises(UsageError, match="did you mean instruction-end"):
        FAMILIES["negative"].candidates([PROBLEM], placement="instruction")


def test_the_papers_join_leaves_out_the_space() -> None:
    ours = FAMILIES["negative"].candidates([PROBLEM]).candidates[-10]
    papers = FAMILIES["negative"].candidates([PROBLEM], join="").candidates[-10]
    said = "You've never been particularly good at this, have you?\n\ndull"
    assert user_text(ours, PROBLEM, Template()) == f"Is the review positive or negative? {said}"
    assert user_text(papers, PROBLEM, Template()) == f"Is the review positive or negative?{said}"


def test_texts_are_those_beside_the_repository() -> None:
    if not SHARED.is_file():
        pytest.skip("no snippets beside the repository")
    published = json.loads(SHARED.read_text(encoding="utf-8"))
    order = published["negativeprompt"]["paper_order"]
    assert [[snippet.name, snippet.text, snippet.theory] for snippet in NEGATIVE] == order
    assert sorted(published["negativeprompt"]["repo_pnum_to_paper"].values()) == [snippet.name for snippet in NEGATIVE]
    emotion = [[snippet.name, snippet.text] for snippet in EMOTION if snippet.name != "EP06"]
    assert emotion == [item for item in published["emotionprompt"]["items"] if item[0] != "EP06"]
    compound = {snippet.name: snippet.text for snippet in EMOTION}
    assert compound["EP06"] == " ".join(compound[name] for name in ("EP01", "EP02", "EP03"))
