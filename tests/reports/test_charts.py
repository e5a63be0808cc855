"""Charts: where their parts stand, what the pages draw of curves and diagnostics, and hostile names."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sample_report import METHODS, pool, sample_report, with_diagnostics
from test_html import HOSTILE, Page

from reasoning_toolkit.errors import DiskError
from reasoning_toolkit.reports.chart import HEIGHT, WIDTH, Axis, Series, line_chart, percent_axis, token_axis
from reasoning_toolkit.reports.comparison import render_comparison, write_comparison
from reasoning_toolkit.reports.html import render_html
from reasoning_toolkit.subthought.compare import Contender, compare_reports

UNIT = Axis(0, 1, [(0, "0%"), (1, "100%")])


def test_a_line_by_hand() -> None:
    series = Series("a", "k4", [(0, 0.5), (1, 1)], [(0.25, 0.75), None], titles=["first", "second"])
    chart = line_chart("label", UNIT, UNIT, [series], "x", "y")
    (drawn,) = chart["series"]
    assert drawn["path"] == f"M0 {HEIGHT / 2:g}L{WIDTH} 0"
    assert drawn["whiskers"] == f"M0.0 {0.75 * HEIGHT}V{0.25 * HEIGHT}M-4 {0.75 * HEIGHT}h8M-4 {0.25 * HEIGHT}h8"
    assert drawn["band"] == ""
    assert [dot["title"] for dot in drawn["dots"]] == ["first", "second"]
    assert [tick["at"] for tick in chart["y_ticks"]] == [HEIGHT, 0]


def test_a_band_goes_there_below_and_back_above() -> None:
    series = Series("a", "k4", [(0, 0.5), (1, 0.5)], [(0, 1), (0.25, 0.75)], band=True)
    (drawn,) = line_chart("label", UNIT, UNIT, [series], "x", "y")["series"]
    assert drawn["band"] == f"M0 {HEIGHT}L{WIDTH} {0.75 * HEIGHT:g}L{WIDTH} {0.25 * HEIGHT:g}L0 0"
    assert drawn["whiskers"] == ""


def test_equal_factors_are_equal_steps() -> None:
    axis = token_axis([100, 200, 400])
    assert [axis.share(at) for at in (100, 200, 400)] == pytest.approx([0, 0.5, 1])
    assert [text for _, text in token_axis([1000.0] + [2000.0] * 11).ticks] == ["2,000"] * 6


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
@example([1.0])
@example([0.0])
def test_a_percent_axis_holds_its_values_and_no_more_than_is_there(values: list[float]) -> None:
    axis = percent_axis(values)
    assert axis.low <= min(values) + 1e-9 and max(values) <= axis.high + 1e-9
    assert 0 <= axis.low < axis.high <= 1
    assert 2 <= len(axis.ticks) <= 9


# ---- the page of a run ----------------------------------------------------------------------------------------------


def plain(html: str) -> str:
    return " ".join(Page(html).text.split())


def test_the_page_shows_curves_and_diagnostics_without_a_script() -> None:
    report = with_diagnostics(sample_report(problems=40))
    html = render_html(report)
    text = plain(html)
    for part in (
        "Accuracy at equal tokens",
        "If only the most certain are answered",
        "Is the winner's share a probability?",
    ):
        assert part in text
    assert "Not shown" not in text
    found = report["diagnostics"]
    assert f"Mean error along the line (AURC): {found['risk_coverage']['aurc']:.1%}" in text
    assert f"Mean gap (ECE): {100 * found['calibration']['raw']['ece']:.1f} points" in text
    assert f"{found['evolution']['settled']['mean']:.0%} of the trace" in text
    assert html.count('<figure class="chart">') == 4
    for comparison in report["curves"]["comparisons"]:
        assert comparison["sentence"] in text


def test_small_runs_say_why_a_part_is_missing() -> None:
    report = with_diagnostics(sample_report(problems=3))
    text = plain(render_html(report))
    assert "Not shown: 3 problems with votes; calibration needs at least 10." in text
    nothing = with_diagnostics(sample_report(problems=2, subthoughts=0))
    assert "Not shown: no problem has votes." in plain(render_html(nothing))


def test_a_report_without_them_has_neither_section() -> None:
    text = plain(render_html(sample_report()))
    assert "Accuracy at equal tokens" not in text
    assert "Does the vote know" not in text


def test_a_full_page_is_the_same_every_time() -> None:
    pages = {render_html(with_diagnostics(sample_report(problems=12))) for _ in range(2)}
    assert len(pages) == 1


# ---- the page of a comparison ---------------------------------------------------------------------------------------


def result(problems: int = 20, **changes: Any) -> dict[str, Any]:
    report = sample_report(problems=problems)
    report["run"] |= changes
    return compare_reports(
        [Contender(report, name, {p["id"]: pool(p, name) for p in report["problems"]}) for name in METHODS]
    )


def test_a_comparison_is_one_page_without_script_or_network() -> None:
    html = render_comparison(result())
    assert "script-src 'none'" in html
    assert "<script" not in html
    assert "https://" not in html
    for comparison in result()["comparisons"]:
        assert comparison["sentence"] in plain(html)
    assert html.count('class="band fill-k') == 3


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_model_name_stays_text(text: str) -> None:
    safe, hurt = sample_report(), sample_report()
    hurt["run"]["model"] = text
    harmless = copy.deepcopy(hurt)
    harmless["run"]["model"] = "harmless"
    pages = [
        Page(render_comparison(compare_reports([Contender(safe, METHODS[0]), Contender(other, METHODS[0])]))).skeleton
        for other in (hurt, harmless)
    ]
    assert pages[0] == pages[1]


def test_a_comparison_is_written_in_one_step(tmp_path: Path) -> None:
    path = write_comparison(result(), tmp_path / "compare.html")
    assert path.read_text("utf-8") == render_comparison(result())
    assert os.listdir(tmp_path) == ["compare.html"]
    with pytest.raises(DiskError, match="No such file"):
        write_comparison(result(), tmp_path / "absent" / "compare.html")
