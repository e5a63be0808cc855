"""Where the parts of a line chart go: ticks, lines, bands, dots with whiskers, as plain numbers for the template to draw.

Charts are drawn on the server, so the page needs no script for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 520, 220  # user units of the plot itself, without its labels
Point = tuple[float, float]
Bounds = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its ends, where its ticks stand and what they say; `logarithmic` for equal factors."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, from 0 at the low end to 1 at the high end."""
        low, high, at = (
            (math.log(v) for v in (self.low, self.high, value)) if self.logarithmic else (self.low, self.high, value)
        )
        return (at - low) / (high - low) if high > low else 0.5


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart.

    Attributes:
        name: in the legend.
        colour: a class of the style sheet, k0 to k7.
        points: in the axes' units.
        bounds: an interval for each point; None for none.
        band: draw the intervals as one band instead of a whisker each.
        titles: what a dot says when it is pointed at; no dots without.
        dashed: a line for reference.
    """

    name: str
    colour: str
    points: Sequence[Point]
    bounds: Sequence[Bounds] = ()
    band: bool = False
    titles: Sequence[str] = field(default=())
    dashed: bool = False


def line_chart(label: str, x: Axis, y: Axis, series: Sequence[Series], x_name: str, y_name: str) -> dict[str, Any]:
    """The chart's drawing.

    Args:
        label: what a reader who cannot see it is told.
        x_name: what stands under the horizontal axis.
        y_name: what stands above the vertical one.
    """
    return {
        "label": label,
        "width": WIDTH,
        "height": HEIGHT,
        "x_name": x_name,
        "y_name": y_name,
        "x_ticks": [{"at": _x(x, value), "text": text} for value, text in x.ticks],
        "y_ticks": [{"at": _y(y, value), "text": text} for value, text in y.ticks],
        "series": [_series(one, x, y) for one in series],
    }


def percent_axis(values: Sequence[float]) -> Axis:
    """A vertical axis of shares that holds all the values, with round ticks of 5, 10 or 20 points."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    step = next(step for step in (5, 10, 20) if 100 * (high - low) <= 6 * step or step == 20)
    first, last = math.floor(100 * low / step) * step, math.ceil(100 * high / step) * step
    first, last = max(0, min(first, 100 - step)), min(100, max(last, first + step))
    return Axis(first / 100, last / 100, [(at / 100, f"{at}%") for at in range(first, last + 1, step)])


def token_axis(budgets: Sequence[float]) -> Axis:
    """A logarithmic axis from the least to the most tokens, with a tick for each of at most six of them."""
    step = -(-len(budgets) // 6)
    ticks = [(float(budget), f"{budget:,.0f}") for budget in list(reversed(budgets))[::step]]
    return Axis(min(budgets), max(budgets), ticks, logarithmic=True)


def _series(one: Series, x: Axis, y: Axis) -> dict[str, Any]:
    places = [(_x(x, a), _y(y, b)) for a, b in one.points]
    bounds = [None if ends is None else (_y(y, ends[0]), _y(y, ends[1])) for ends in one.bounds]
    bounded = [(place[0], ends) for place, ends in zip(places, bounds, strict=False) if ends]
    whiskers = [f"M{at} {low}V{high}M{at - 4:g} {low}h8M{at - 4:g} {high}h8" for at, (low, high) in bounded]
    return {
        "name": one.name,
        "colour": one.colour,
        "dashed": one.dashed,
        "path": _path(places),
        "band": _path([(at, low) for at, (low, _) in bounded] + [(at, high) for at, (_, high) in reversed(bounded)])
        if one.band
        else "",
        "whiskers": "" if one.band else "".join(whiskers),
        "dots": [{"x": at, "y": up, "title": title} for (at, up), title in zip(places, one.titles, strict=False)],
    }


def _path(places: Sequence[Point]) -> str:
    return "M" + "L".join(f"{at:g} {up:g}" for at, up in places) if places else ""


def _x(axis: Axis, value: float) -> float:
    return round(WIDTH * axis.share(value), 1)


def _y(axis: Axis, value: float) -> float:
    return round(HEIGHT * (1 - axis.share(value)), 1)
