"""A search on the packaged model: rendered prompts, real tokens, nothing asked twice."""

from pathlib import Path

import pytest

from reasoning_toolkit.engines.spec import open_engine
from reasoning_toolkit.problems import load_problems
from reasoning_toolkit.prompts.config import OptimizeConfig
from reasoning_toolkit.prompts.search import optimize
from reasoning_toolkit.runs.run import Run


@pytest.mark.model
def test_a_search_on_the_packaged_model(tmp_path: Path) -> None:
    problems = load_problems("pocket:mixed", limit=40)
    settings = OptimizeConfig(
        problems="pocket:mixed", model="hf:pocket", family="negative", budget={"calls": 60}, max_tokens=16
    )
    reports = []
    for _ in range(2):
        engine = open_engine("hf:pocket")
        with Run(tmp_path) as run:
            reports.append(optimize(run, problems, engine, settings))
        engine.close()
    assert reports[0] == reports[1]
    assert 0 < reports[0]["spent"]["total"]["calls"] <= 60
    assert reports[0]["spent"]["total"]["output_tokens"] > 0
    shown = reports[0]["prompts"][0]
    assert shown["messages"][-1]["content"] in shown["rendered"]  # and around it what the chat template adds
    assert len(shown["rendered"]) > len(shown["messages"][-1]["content"])
    assert reports[0]["noise"]["rate"] == 0.0
