"""Pools of a real run's rows: they hold what was paid, and the whole pool votes as the run did."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_toolkit.engines.scripted import ScriptedEngine
from reasoning_toolkit.runs.run import Run
from reasoning_toolkit.stats.budgets import accuracy_at
from reasoning_toolkit.subthought.config import DecodeConfig
from reasoning_toolkit.subthought.decode import decode, read_decoded
from reasoning_toolkit.subthought.pools import arms_of, pool_of
from tests.subthought.test_decode import PROBLEMS, reply


@pytest.mark.parametrize(
    "settings",
    [
        {"method": "subthought", "votes": ("late",)},
        {"method": "subthought", "n": 2},
        {"method": "subthought", "stop": "sharp"},
        {"method": "subthought", "temperature": 0.0},
        {"method": "self-consistency", "n": 5},
        {"method": "last"},
    ],
)
def test_the_whole_pool_costs_and_answers_what_the_row_says(tmp_path: Path, settings: dict) -> None:
    config = DecodeConfig("sums", "scripted", **({"max_subthoughts": 8} | settings))
    with Run(tmp_path) as run:
        report = decode(run, PROBLEMS, ScriptedEngine(reply), config)
        _, decoded, look = read_decoded(tmp_path, run.ledger)
        rows = [row for row in report["methods"] if row["name"] != "single sample"]
        arms = {arm.name: arm for arm in arms_of(decoded, [row["name"] for row in rows], look)}
    assert list(arms) == [row["name"] for row in rows]
    for row in rows:
        pools = [pools[0] for pools in arms[row["name"]].pools.values()]
        assert sum(pool.total for pool in pools) == row["tokens"]
        assert sum(accuracy_at(pool, [pool.total])[0] for pool in pools) == row["right"]


def test_a_rule_of_the_method_s_own_has_one_point_only(tmp_path: Path) -> None:
    config = DecodeConfig("sums", "scripted", "esc", n=10)
    with Run(tmp_path) as run:
        decode(run, PROBLEMS, ScriptedEngine(reply), config)
        _, decoded, look = read_decoded(tmp_path, run.ledger)
    assert pool_of(decoded[0], "esc", look) is None
    assert pool_of(decoded[0], "no such row", look) is None
