"""The probe holds a tier to its guarantees, and refuses one that only looks like it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reasoning_toolkit.errors import SandboxError
from reasoning_toolkit.sandbox import probe, run_code, sandbox_status, tiers, usable_tier
from reasoning_toolkit.sandbox.probe import GUARANTEES, why_refused


@pytest.fixture
def unprobed() -> Iterator[None]:
    """Forget what the probe found, before and after a test that changes the machine."""
    why_refused.cache_clear()
    yield
    why_refused.cache_clear()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which a process is left behind."""
    monkeypatch.setattr(probe, "_GONE_S", 0.3)


@pytest.mark.parametrize("tier", ["A+B", "A", "B"])
def test_a_tier_holds_or_says_why(tier: str) -> None:
    if why := why_refused(tier):
        with pytest.raises(SandboxError, match="does not hold here"):
            run_code("print(1)", tier=tier)
        pytest.skip(f"tier {tier} does not hold here: {why}")
    assert probe._broken(tier) == {}
    assert run_code("print(1)", tier=tier).tier == tier


def test_the_strongest_tier_that_holds_is_taken() -> None:
    status = sandbox_status()
    held = [name for name in ("A+B", "A", "B") if not why_refused(name)]
    if not held:
        assert (status.tier, status.guarantees) == (None, {})
        pytest.skip(f"no tier holds here: {status.refused}")
    assert status.tier == held[0] == usable_tier() == run_code("1").tier
    assert set(status.guarantees) == set(GUARANTEES)
    assert all(status.refused.values())


@pytest.mark.usefixtures("impatient")
def test_the_probe_sees_that_nothing_is_guaranteed_without_a_sandbox() -> None:
    broken = probe._broken("unsafe")
    assert set(broken) == {"reading", "writing", "network", "processes"}
    assert "passwd" in broken["reading"]


@pytest.mark.usefixtures("impatient")
def test_a_bubblewrap_that_shuts_nothing_in_is_refused(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = open_folder / "bwrap"
    jail = Path(tiers.__file__).with_name("jail.py")
    fake.write_text(f'#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$1" "$2" "$3" "$4" "$5" {jail}\n')
    fake.chmod(0o755)
    monkeypatch.setattr(tiers.shutil, "which", lambda name: str(fake))
    broken = probe._broken("A")
    assert {"reading", "writing", "network"} <= set(broken)


def test_a_jail_without_landlock_or_seccomp_is_refused(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose profile refuses their system calls: the jail says so, and nothing runs."""
    source = Path(tiers.__file__).with_name("jail.py").read_text()
    for name, was, becomes in (
        ("landlock", "= 444, 445, 446", "= 9444, 9445, 9446"),
        ("seccomp", "seccomp.so.2", "none.so"),
    ):
        assert was in source
        jail = open_folder / f"{name}.py"
        jail.write_text(source.replace(was, becomes))
        monkeypatch.setattr(tiers, "_JAIL", jail)
        with pytest.raises(SandboxError, match="tier B cannot shut a program in") as caught:
            probe._broken("B")
        assert name in caught.value.message.lower() or "none.so" in caught.value.message


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("missing", ["restrict_files", "deny_system_calls", "_become"])
def test_a_jail_that_forgets_a_step_is_refused(
    missing: str, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step matters: without it a guarantee breaks, and the probe notices."""
    if why := why_refused("B"):
        pytest.skip(f"tier B does not hold here: {why}")
    if missing == "_become" and os.getuid() != 0:
        pytest.skip("only root becomes another user")
    source = Path(tiers.__file__).with_name("jail.py").read_text()
    head, call = f"        {missing}(", "        (lambda *_: None)("
    assert source.count(head) == 1
    jail = open_folder / "jail.py"
    jail.write_text(source.replace(head, call))
    monkeypatch.setattr(tiers, "_JAIL", jail)
    expected = {"restrict_files": "reading", "deny_system_calls": "processes", "_become": "privileges"}[missing]
    assert expected in probe._broken("B")


def test_without_bubblewrap_the_tier_says_so(monkeypatch: pytest.MonkeyPatch, unprobed: None) -> None:
    monkeypatch.setattr(tiers.shutil, "which", lambda name: None)
    assert why_refused("A") == "bubblewrap (bwrap) is not installed"
    with pytest.raises(SandboxError, match="tier A does not hold here: bubblewrap") as caught:
        run_code("print(1)", tier="A")
    assert "install bubblewrap" in str(caught.value.hint)


def test_where_no_tier_holds_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "why_refused", lambda tier: f"{tier} was broken by hand")
    monkeypatch.setattr(probe, "run_together", lambda *_: pytest.fail("a program was run"))
    with pytest.raises(SandboxError, match="none holds here") as caught:
        run_code("print(1)")
    assert "A+B: A+B was broken by hand; A: A was broken by hand; B: B was" in caught.value.message
    assert "--unsafe-exec" in str(caught.value.hint)
    status = sandbox_status()
    assert (status.tier, set(status.refused)) == (None, {"A+B", "A", "B"})
