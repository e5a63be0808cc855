"""Exact audited values from rational arithmetic, where they lie beside the repository; AUDIT_VECTORS names another file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit import audit

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "false_positives" / "estimator_vectors.jsonl"
VECTORS = Path(os.environ.get("AUDIT_VECTORS", BESIDE))
ESTIMATORS = {
    "audited_stop": lambda row: audit.audited_pass_at_k(
        row["n"], row["c"], row["k"], row["verdicts_in_audit_order"], stop_at=row["r"]
    ),
    "audited_srs": lambda row: audit.audited_pass_at_k_from_sample(
        row["n"], row["c"], row["k"], row["m"], row["flawed_among_audited"]
    ),
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    if VECTORS == BESIDE and not BESIDE.exists():
        pytest.skip(f"no vectors at {VECTORS}")
    return [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_every_vector_to_nine_places(kind: str, rows: list[dict[str, Any]]) -> None:
    chosen = [row for row in rows if row["kind"] == kind]
    assert chosen
    for row in chosen:
        assert ESTIMATORS[kind](row) == pytest.approx(row["value"], abs=1e-9), row
