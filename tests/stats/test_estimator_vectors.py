"""Exact values from rational arithmetic, where they lie beside the repository; AUDIT_VECTORS names another file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit import stats

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "false_positives" / "estimator_vectors.jsonl"
VECTORS = Path(os.environ.get("AUDIT_VECTORS", BESIDE))
METRICS = {
    "pass_at_k": lambda row: stats.pass_at_k(row["n"], row["c"], row["k"]),
    "g_pass_at_k": lambda row: stats.g_pass_at_k(row["n"], row["c"], row["k"], row["tau"]),
    "best_of_k_weights_ties_shared": lambda row: stats.best_of_k_weights(row["scores"], row["k"]),
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    if VECTORS == BESIDE and not BESIDE.exists():
        pytest.skip(f"no vectors at {VECTORS}")
    return [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("kind", METRICS)
def test_every_vector_to_nine_places(kind: str, rows: list[dict[str, Any]]) -> None:
    chosen = [row for row in rows if row["kind"] == kind]
    assert chosen
    for row in chosen:
        assert METRICS[kind](row) == pytest.approx(row["value"], abs=1e-9), row
