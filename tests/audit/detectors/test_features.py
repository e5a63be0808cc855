"""X: the fit against what defines it, and what ships with the package."""

from __future__ import annotations

import json

import numpy as np
import pytest

from reasoning_toolkit.audit.detectors import Context, detector
from reasoning_toolkit.audit.detectors.features import COEFFICIENTS, NAMES, features
from reasoning_toolkit.audit.detectors.logistic import fit


def test_the_fit_is_where_the_penalised_gradient_vanishes() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(200, 2)) * [3, 0.1] + [5, -1]
    labels = rng.random(200) < 1 / (1 + np.exp(-(values[:, 0] - 5)))
    rows = [{"a": a, "b": b} for a, b in values]
    model = fit(rows, labels.tolist(), ("a", "b"), ridge=7.0)
    missed = labels - np.array([model.probability(row) for row in rows])
    assert missed.sum() == pytest.approx(0, abs=1e-6)
    for place, name in enumerate("ab"):
        scale = values[:, place].std()
        standardised = (values[:, place] - values[:, place].mean()) / scale
        assert standardised @ missed == pytest.approx(7.0 * model.weights[name] * scale, abs=1e-6)


def test_a_feature_that_never_changes_has_no_weight() -> None:
    model = fit([{"a": 1.0}, {"a": 1.0}, {"a": 1.0}], [True, False, False], ("a",))
    assert model.weights["a"] == pytest.approx(0)
    assert model.probability({"a": 1.0}) == pytest.approx(1 / 3)


def test_the_packaged_coefficients_are_of_these_features() -> None:
    models = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))["models"]
    assert set(models["accepted rate"]["weights"]) == set(NAMES) == set(features("", "", Context()))
    assert set(models["text"]["weights"]) == set(NAMES) - {"accepted rate"}
    assert models["text"]["weights"]["answer not derived"] > 0 > models["text"]["weights"]["checked equations"]


def test_a_false_equation_raises_the_probability_and_the_ensemble_quotes_it() -> None:
    right, wrong = (rf"We add: $2 + 3 = {x}$.{chr(10)}{chr(10)}So $5 - 1 = 4$ and \boxed{{4}}." for x in (5, 6))
    scores = [detector("X")("", text, Context()).score for text in (right, wrong)]
    assert scores[0] < scores[1]
    found = detector("ensemble")("", wrong, Context())
    assert (found.flawed, found.step) == (True, 0)
    assert "2 + 3 = 6" in found.quote
