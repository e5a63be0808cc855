"""Every proposer climbs to a planted optimum, keeps its promises, and can be killed anywhere."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.errors import EngineError, UsageError
from reasoning_toolkit.prompts.proposers.proposer import PROPOSERS, Value, find_proposer
from tests.prompts.proposers.planted import START, WORDS, search, writer

ROUNDS = {"ape": 4, "opro": 4, "protegi": 3, "copro": 4, "gepa-reflect": 6}


@pytest.fixture(scope="module", params=list(PROPOSERS))
def searched(request, tmp_path_factory):
    """A whole search: name, history, and what each round asked for."""
    name = request.param
    return name, *search(name, tmp_path_factory.mktemp(name) / "ledger", ROUNDS[name])


def test_a_planted_optimum_is_found(searched) -> None:
    _, history, _ = searched
    assert history[0].score == 0.25
    best = max(history, key=lambda tried: tried.score)
    assert best.score == 1
    assert all(word in best.candidate.system for word in WORDS)


def test_no_round_asks_for_more_than_it_promised(searched) -> None:
    name, history, spent = searched
    row, settings = find_proposer(name)
    assert sum(new for _, new in spent) == len(history) - 1
    assert spent[0][0].made > 0
    for counts, new in spent:
        assert counts.made + counts.reused <= row.most(settings).calls
        assert new <= row.most(settings).candidates


def test_candidates_are_new_and_all_different(searched) -> None:
    _, history, _ = searched
    assert len({tried.candidate.id for tried in history}) == len(history) > 1


@pytest.mark.parametrize("name", PROPOSERS)
@pytest.mark.parametrize("after", [1, 9])
def test_a_search_that_was_killed_goes_on_to_the_same_end(name: str, after: int, tmp_path: Path) -> None:
    small: dict[str, Value] = {"gradients": 1, "edits": 2} if name == "protegi" else {}
    whole, _ = search(name, tmp_path / "whole", 2, small)
    left = [after]

    def dying(prompt, request):
        left[0] -= 1
        return EngineError("gone") if left[0] < 0 else writer(prompt, request)

    killed = ScriptedEngine(dying, identity="writer", slots=1)
    with contextlib.suppress(EngineError):  # GEPA asks for less in all
        search(name, tmp_path / "ledger", 2, small, killed)
    again, spent = search(name, tmp_path / "ledger", 2, small)
    assert [tried.candidate for tried in again] == [tried.candidate for tried in whole]
    assert sum(counts.reused for counts, _ in spent) >= 1


@pytest.mark.parametrize("name", PROPOSERS)
@pytest.mark.parametrize("reply", ["", "<prompt></prompt>", "</prompt>" * 50, "%s {0} {text}\x00", "<prompt>a"])
def test_no_reply_of_the_optimizer_breaks_a_round(name: str, reply: str, tmp_path: Path) -> None:
    history, _ = search(name, tmp_path / "ledger", 2, optimizer=ScriptedEngine(lambda prompt, request: reply))
    assert history[0].candidate == START
    assert len(history) <= 3


@pytest.mark.parametrize("name", PROPOSERS)
def test_an_optimizer_that_fails_writes_nothing(name: str, tmp_path: Path) -> None:
    failing = ScriptedEngine(lambda prompt, request: Completion((), "", "error", error="out of memory"))
    assert len(search(name, tmp_path / "ledger", 2, optimizer=failing)[0]) == 1


@pytest.mark.parametrize("name", PROPOSERS)
def test_the_instruction_can_be_rewritten_instead(name: str, tmp_path: Path) -> None:
    history, _ = search(name, tmp_path / "ledger", 1, {"slot": "instruction"})
    assert all(set(tried.candidate.slots) <= {"instruction", "prefix"} for tried in history)
    assert max(tried.score for tried in history) > 0.25


@pytest.mark.parametrize(
    ("name", "settings", "says"),
    [
        ("orpo", {}, "did you mean opro"),
        ("opro", {"bredth": 3}, "setting of opro"),
        ("opro", {"proposals": 0}, "at least 1"),
        ("opro", {"proposals": 2.5}, "whole number"),
        ("opro", {"proposals": True}, "whole number"),
        ("opro", {"temperature": float("nan")}, "got nan"),
        ("opro", {"slot": "user"}, "slot of opro"),
    ],
)
def test_a_wrong_name_or_setting_is_refused(name: str, settings: dict, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        find_proposer(name, settings)
