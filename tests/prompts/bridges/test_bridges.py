"""The other libraries for real, on a planted task: each finds it through our engines, speaks to nobody else, and goes on after a kill."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.errors import EngineError, MissingPackage, UsageError
from reasoning_toolkit.prompts.bridges.bridge import BRIDGES, find_bridge
from reasoning_toolkit.prompts.bridges.gepa import floor_warning
from tests.prompts.bridges.bridged import PLANTED, bridging, open_ledger, writer

SMALL: dict[str, dict] = {
    "gepa": {"calls": 40, "validation": 4, "train": 8},
    "dspy-copro": {"breadth": 3, "rounds": 2},
    "dspy-miprov2": {},
    "dspy-simba": {"batch": 4, "rounds": 2, "proposals": 2},
    "dspy-gepa": {"calls": 40},
    "textgrad": {"rounds": 3},
}


def installed(name: str) -> bool:
    packages = [BRIDGES[name].package, *(["optuna"] if name == "dspy-miprov2" else [])]
    return all(importlib.util.find_spec(package) for package in packages)


@pytest.fixture(params=list(BRIDGES))
def name(request):
    if not installed(request.param):
        pytest.skip(f"the package {BRIDGES[request.param].package} is not installed: it is an extra")
    return request.param


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch):
    """Whoever opens a connection, or looks a host up, fails the test."""
    tried = []

    def refuse(self, address, *rest):
        tried.append(address)
        raise OSError(f"no network here: {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: refuse(None, host))
    yield
    assert tried == []


def test_the_planted_prompt_is_found(name: str, tmp_path: Path) -> None:
    view = bridging(name, open_ledger(tmp_path), SMALL[name])
    found = BRIDGES[name].find(view)
    assert PLANTED in [candidate.system for candidate in found]
    assert 0 < len(found) <= view.number("candidates")
    best = view.evaluate(found[0], view.problems)
    assert sum(score.score for _, _, score in best) >= sum(
        s.score for _, _, s in view.evaluate(view.start, view.problems)
    )
    assert all(candidate.name == name for candidate in found)


def test_a_second_run_is_answered_from_the_ledger(name: str, tmp_path: Path) -> None:
    left = [0 if "gepa" in name else 1]  # GEPA is done after one good reply

    def dying(prompt, request):
        left[0] -= 1
        return EngineError("gone") if left[0] < 0 else writer(prompt, request)

    whole = BRIDGES[name].find(bridging(name, open_ledger(tmp_path / "whole"), SMALL[name]))
    ledger = open_ledger(tmp_path)
    with pytest.raises(EngineError, match="gone"):
        BRIDGES[name].find(bridging(name, ledger, SMALL[name], optimizer=ScriptedEngine(dying, identity="writer")))
    assert BRIDGES[name].find(bridging(name, ledger, SMALL[name])) == whole
    again = ScriptedEngine(writer, identity="writer")
    assert BRIDGES[name].find(bridging(name, ledger, SMALL[name], optimizer=again)) == whole
    assert again.calls == 0


@pytest.mark.parametrize("reply", ["", "[[ ## answer ## ]] ``` <IMPROVED_VARIABLE>"])
def test_an_optimizer_that_writes_nonsense_finds_nothing_or_little(name: str, reply: str, tmp_path: Path) -> None:
    nonsense = ScriptedEngine(lambda prompt, request: reply)
    view = bridging(name, open_ledger(tmp_path), SMALL[name], optimizer=nonsense)
    if name in ("dspy-copro", "dspy-miprov2"):  # they give up where their layout is not kept
        with pytest.raises(EngineError, match="dspy gave up"):
            BRIDGES[name].find(view)
    else:
        assert not any(PLANTED in candidate.system for candidate in BRIDGES[name].find(view))


def test_a_model_that_fails_is_wrong_and_ends_nothing(name: str, tmp_path: Path) -> None:
    failing = ScriptedEngine(lambda prompt, request: Completion((), "", "error", error="too long"))
    found = BRIDGES[name].find(bridging(name, open_ledger(tmp_path), SMALL[name], engine=failing))
    assert isinstance(found, list)


def test_prefixes_are_taken_from_copro_where_they_can_be_used(tmp_path: Path) -> None:
    if not installed("dspy-copro"):
        pytest.skip("the package dspy is not installed: it is an extra")
    found = BRIDGES["dspy-copro"].find(bridging("dspy-copro", open_ledger(tmp_path), SMALL["dspy-copro"]))
    assert "So:" in [candidate.slot("prefix") for candidate in found]


@pytest.mark.parametrize(
    ("calls", "validation", "says"), [(400, 30, None), (138, 30, None), (137, 30, "2 accepted"), (20, 30, "0 accepted")]
)
def test_a_budget_that_pays_for_nothing_is_said(calls: int, validation: int, says: str | None) -> None:
    warning = floor_warning(calls, validation, 3)
    assert (warning is None) if says is None else (warning is not None and says in warning and "138" in warning)


@pytest.mark.parametrize("bridge", BRIDGES)
def test_a_missing_package_is_said_with_the_command_that_installs_it(bridge: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, BRIDGES[bridge].package, None)
    with pytest.raises(MissingPackage, match=rf"reasoning-toolkit\[{BRIDGES[bridge].package}\]"):
        BRIDGES[bridge].find(bridging(bridge, open_ledger(tmp_path)))


def test_unknown_bridges_and_settings_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean gepa"):
        find_bridge("gepaa")
    with pytest.raises(UsageError, match="setting of gepa"):
        find_bridge("gepa", {"depth": 3})
