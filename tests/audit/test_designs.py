"""Designs: what each promises, and the refusal of those that promise nothing."""

from __future__ import annotations

import pytest

from reasoning_toolkit import audit
from reasoning_toolkit.audit.designs import DESIGNS, Estimate, require_unbiased
from reasoning_toolkit.errors import UsageError


@pytest.mark.parametrize("design", [name for name, row in DESIGNS.items() if row.unbiased_for])
def test_a_design_left_to_chance_is_taken(design: str) -> None:
    assert require_unbiased(design) is DESIGNS[design]
    assert DESIGNS[design].unbiased_for in Estimate(0.5, design).statement


@pytest.mark.parametrize("design", ["model", "convenience"])
def test_a_design_without_chance_is_refused_and_its_figures_say_so(design: str) -> None:
    with pytest.raises(UsageError, match="no unbiased estimate"):
        audit.require_unbiased(design)
    figure = Estimate(0.5, design)
    assert figure.unbiased_for is None
    assert "model-based" in figure.statement


def test_an_unknown_design_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean two-phase"):
        require_unbiased("two phase")


def test_every_public_name_loads() -> None:
    for name in audit.__all__:
        assert callable(getattr(audit, name))
    with pytest.raises(AttributeError):
        audit.nothing
