"""Problems whose answers are programs, from the file to pass@k: sampled, judged in the sandbox, graded again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.audit.pools import read_pools
from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.errors import DataError, SandboxError, UsageError
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.sandbox import probe, sandbox_status
from reasoning_toolkit.stats import pass_at_k
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode, score
from reasoning_toolkit.subthought.kinds import require_means
from tests.sandbox.problems import ROWS

REPLIES = {
    "add": [
        "    return x + y",
        "    return x - y",
        "```python\ndef add(x, y):\n    return y + x\n```",
        "<think>hm</think>",
    ],
    "spread": ["    return groups", "I cannot.", "    return []", "    return None"],
}


def reply(prompt: str, request: Any) -> str:
    return REPLIES["add" if "def add" in prompt else "spread"][request.index]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


@pytest.fixture
def problems(file: Path) -> list[Problem]:
    return load_problems(str(file))


def config(**changes: Any) -> DecodeConfig:
    return DecodeConfig(**{"problems": "own", "model": "scripted", "method": "self-consistency", "n": 4} | changes)


def outcomes(report: dict[str, Any]) -> dict[str, list[str]]:
    return {p["id"]: [s["outcome"] for s in p["samples"]] for p in report["problems"]}


EXPECTED = {"own/add": ["right", "wrong", "right", "no_answer"], "own/spread": ["wrong"] * 4}


def needs_a_sandbox() -> None:
    if sandbox_status().tier is None:
        pytest.skip(f"no tier of the sandbox holds here: {sandbox_status().refused}")


def test_samples_are_judged_by_the_tests_and_give_pass_at_k(tmp_path: Path, problems: list[Problem]) -> None:
    needs_a_sandbox()
    with Run(tmp_path / "run") as run:
        report = decode(run, problems, ScriptedEngine(reply), config())
        verdicts = run.ledger.load_all("verdict")["own/add"]["draws"]
    assert outcomes(report) == EXPECTED
    assert [v["tier"] for v in verdicts[:3]] == [f"sandbox {sandbox_status().tier}"] * 3
    assert [v["reason"] for v in verdicts] == [
        "reply; body; passed",
        "reply; body; failed: AssertionError",
        "reply; fenced function; passed",
        "no reply",
    ]
    pools = read_pools(tmp_path / "run")
    right = [sum(sample.accepted for sample in pool.samples) for pool in pools]
    assert pass_at_k([4, 4], right, 2).tolist() == pytest.approx([5 / 6, 0])  # 1 - C(2, 2) / C(4, 2)


def test_they_are_graded_again_from_the_ledger_alone(tmp_path: Path, problems: list[Problem]) -> None:
    needs_a_sandbox()
    with Run(tmp_path / "run") as run:
        first = decode(run, problems, ScriptedEngine(reply), config())
        second, changed = score(run)
    assert changed == 0
    assert second == first
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match="they are programs"):
        score(run, ScriptedEngine(reply))


def test_without_a_sandbox_only_where_it_is_asked_for_and_then_recorded(
    tmp_path: Path, problems: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "why_refused", lambda tier: "broken by hand")
    engine = ScriptedEngine(lambda prompt, request: pytest.fail("something was generated"))
    with Run(tmp_path / "safe") as run, pytest.raises(SandboxError, match="none holds here"):
        decode(run, problems, engine, config())
    with Run(tmp_path / "run") as run:
        report = decode(run, problems, ScriptedEngine(reply), config(unsafe_exec=True))
        assert {v["tier"] for v in run.ledger.load_all("verdict")["own/spread"]["draws"]} == {"sandbox unsafe"}
        assert any("code run without a sandbox" in note for note in report["notes"])
        assert outcomes(report) == EXPECTED
        with pytest.raises(SandboxError):
            score(run)
        assert outcomes(score(run, unsafe_exec=True)[0]) == EXPECTED


@pytest.mark.parametrize(
    "changes",
    [{"method": "subthought", "n": 1}, {"method": "esc"}, {"settings": {"mode": "forced"}}, {"answer_filter": "aime"}],
)
def test_methods_that_read_answers_while_they_draw_are_refused(
    changes: dict[str, Any], problems: list[Problem]
) -> None:
    with pytest.raises(UsageError, match="asks for code") as caught:
        require_means(problems, config(**changes))
    assert "--method self-consistency" in str(caught.value.hint)


def test_tests_that_cannot_be_run_are_refused_before_anything_is_generated() -> None:
    bad = Problem("bad", "def f(): ...", "4", "here", kind="code")
    with pytest.raises(DataError, match=r"check\(NAME\)"):
        require_means([bad], config())
    require_means([Problem("good", "2+2", "4", "here")], config(method="subthought"))
