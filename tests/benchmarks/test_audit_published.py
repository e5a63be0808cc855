"""The reproduction on a small made-up folder, worked by hand, and on the published labels where they lie beside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.audit_published.__main__ import reproduce
from benchmarks.audit_published.baselines import NOT_IN_FOLDER, answer_not_derived
from benchmarks.audit_published.expected import compare
from reasoning_toolkit.errors import DataError

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "false_positives"
PIDS = [f"D/{i}" for i in range(4)]


def sample(name: str, label: str | None = None) -> dict[str, Any]:
    return {"sol_id": name, "individual_label": label}


def pool(pid: str, solutions: list[dict[str, Any]], false: bool | None) -> dict[str, Any]:
    counts = {"c4": min(4, len(solutions)), "c16": min(16, len(solutions)), "c64": len(solutions)}
    return {"pid": pid, "n": 64, **counts, "all_false_positive": dict.fromkeys(("4", "16", "64"), false)} | {
        "correct_solutions": solutions
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run = {"model": "m", "generator": "iid", "selector": "best", "dataset": "D"}
    texts = {
        "a": "So 2+3=5. \\boxed{5}",
        "b": "Clearly \\boxed{7}",
        "c": "It is \\frac{1}{2}: \\boxed{\\dfrac12}",
        "d": "8",
    }
    files: dict[str, list[dict[str, Any]]] = {
        "problems": [{"pid": pid, "dataset": "D"} for pid in PIDS],
        "solutions": [
            {"sol_id": key, "pid": PIDS[i % 2], "label": "false_positive" if key == "b" else "sound", "solution": text}
            for i, (key, text) in enumerate(texts.items())
        ],
        "runs": [run | {"run_id": "r4", "n_samples": 4}, run | {"run_id": "r64", "n_samples": 64}],
        "run_rows": [
            {"run_id": "r4", "pid": "D/0", "auto_correct": True, "false_positive": True},
            {"run_id": "r64", "pid": "D/0", "auto_correct": True, "false_positive": False},
            {"run_id": "r64", "pid": "D/1", "auto_correct": True, "false_positive": True},
        ],
        "detection_benchmark": [
            {"row": 3, "pid": "D/0", "sol_id": "a", "false_positive": False},
            {"row": 5, "pid": "D/1", "sol_id": "b", "false_positive": True},
        ],
        "judge_outputs": [
            {"row": row, "judge": judge, "verdict": verdict, "response": response}
            for judge, verdict, response in (
                ("gpt-4o", "flawed", "False"),
                ("LLaMA-70B", "sound", "True"),
                ("Qwen-72B", "unparsed", "The solution to this is incorrect."),
            )
            for row in (3, 5)
        ],
        "pass_at_n_qwen72b_aime": [
            pool("D/0", [sample("x"), sample("x"), sample("y", "sound")], False),
            pool("D/1", [sample("u"), sample("v")], True),
            pool("D/2", [], None),
            pool("D/3", [sample("w")], False),
        ],
    }
    for name, rows in files.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def test_by_hand(folder: Path) -> None:
    found, summary = reproduce(folder)
    assert found["runs"]["r64"]["manual_acc"] == 1 / 4
    assert found["runs"]["r64"]["false_positive_share"] == 1 / 2
    assert found["judges"]["gpt-4o"] | {"f1_interval": None} == {
        "n": 2, "tp": 1, "fp": 1, "fn": 0, "tn": 0, "precision": 0.5, "recall": 1.0, "f1": 2 / 3, "f1_interval": None, "unparsed": 0,
    }  # fmt: skip
    assert found["judges"]["Qwen-72B"]["unparsed"] == 2
    pools = found["pass_at_n_qwen72b_aime"]
    assert pools["N64"] == {"auto_solved": 3, "all_false_positive": 1}
    assert pools["unbiased_auto_pass_at_k"]["1"] == pytest.approx(6 / 64 / 4)
    assert pools["upper_bound_audited"]["1"] == pytest.approx(4 / 64 / 4)
    assert pools["audited_pass_at_64"] == pytest.approx(2 / 4)
    (test,) = summary["tests"].values()
    assert (test["audited_gained"], test["audited_lost"], test["gap_change"]) == (1, 0, 0)


def test_the_audit_of_the_pools_is_the_same_whatever_the_unknown_ones_are(folder: Path) -> None:
    replay = reproduce(folder)[1]["replay"]
    rows = {row["share"]: row for row in replay["by_share_of_unknown_that_are_sound"]}
    assert all(row["audited_pass_at_64"] == [0.5, 0.5] for row in rows.values())
    assert rows[1.0]["readings"] == 4  # one, two wholly false, one
    # Texts x, x, y with y sound: in two of three orders an x comes first, and the second x costs nothing.
    assert rows[0.0]["readings"] == pytest.approx(1 + 2 / 3 + 2 + 1, abs=0.15)


def test_the_reading_of_missing_verdicts_is_named(folder: Path) -> None:
    for reading, flagged in (("sound", 0), ("flawed", 2)):
        expected = {"judges": {"Qwen-72B": {"tp": flagged // 2, "fp": flagged // 2}}}
        (folder / "expected.json").write_text(json.dumps(expected), encoding="utf-8")
        summary = reproduce(folder)[1]
        assert summary["expected"]["agree"] == 2
        assert (summary["unparsed_judges_read_as"] == "sound") is (reading == "sound")


def test_differences_are_listed_and_what_cannot_be_recomputed_is_apart() -> None:
    expected = {"a": 1, "b": {"c": 0.3556}, "E_or_A": {"tp": 3}, "note": "text"}
    found = compare({"a": 1, "b": {"c": 0.35562}}, expected, NOT_IN_FOLDER)
    assert found == {"numbers": 3, "agree": 2, "differ": {}, "rest_on_a_program_not_there": 1}
    assert compare({"a": 2}, expected, NOT_IN_FOLDER)["differ"] == {
        "a": {"expected": 1, "found": 2},
        "b/c": {"expected": 0.3556, "found": None},
    }


def test_the_rule_on_text() -> None:
    assert [answer_not_derived(text) for text in ("so 5. \\boxed{5}", "so \\boxed{5}", "5", "\\boxed{5")] == [
        False, True, True, True,
    ]  # fmt: skip
    assert not answer_not_derived("\\frac{1}{2} = \\boxed{\\dfrac{1} {2}}")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"problems\.jsonl"):
        reproduce(tmp_path)


@pytest.mark.skipif(not BESIDE.exists(), reason=f"no labels at {BESIDE}")
def test_every_published_number() -> None:
    summary = reproduce(BESIDE)[1]
    assert summary["expected"]["differ"] == {}
    rows = summary["replay"]["by_share_of_unknown_that_are_sound"]
    assert all(row["audited_pass_at_64"] == pytest.approx([16 / 45, 16 / 45]) for row in rows)
    assert all(row["at_most_a_sixth"] for row in rows if row["share"] >= 0.5)
