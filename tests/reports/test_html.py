"""The page of a decode run: what it shows, that hostile text stays text, and what its script does in a browser."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_report import METHODS, sample_report

from reasoning_toolkit.errors import DataError, DiskError
from reasoning_toolkit.reports.html import render_html, write_html
from reasoning_toolkit.reports.strip import WIDTH, strip_plot

HOSTILE = {
    "closes the script": '</script><script>document.title="hacked"</script>',
    "opens a comment in a script": "<!--<script>",
    "image with a handler": "<img src=x onerror='document.title=\"hacked\"'>",
    "leaves an attribute": '" onmouseover="document.title=1" x="',
    "leaves a template": "{{ 7 * 7 }}{% for %}${alert(1)}",
    "javascript address": "javascript:document.title='hacked'",
    "NUL and escape": "a\x00b\x1b[31mc",
    "lone surrogates": "\ud800 and \udfff",
    "right-to-left override": "\u202etxet\u2066 desrever",
    "line and paragraph separators": "a\u2028b\u2029c\r\nd\re",
    "non-characters": "\ufffe\uffff",
}


class Page(HTMLParser):
    """What a parser sees: the tags with their attributes' names, the text by tag, the JSON blocks by id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.skeleton: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[tuple[str, str | None]] = []
        self.blocks: dict[str, Any] = {}
        self.text = ""
        self._block: str | None = None
        self._raw = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skeleton.append((tag, tuple(name for name, _ in attrs)))
        self.values += attrs
        self._block = dict(attrs).get("id") if tag == "script" else None
        self._raw = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._block, self._raw = None, False

    def handle_data(self, data: str) -> None:
        if self._block:
            self.blocks[self._block] = json.loads(data)
        elif not self._raw:
            self.text += data


def poisoned(report: dict[str, Any], text: str) -> dict[str, Any]:
    """The report with `text` in every place that a model, a data set or a user fills."""
    hurt = copy.deepcopy(report)
    hurt["title"] = text
    hurt["notes"] = [text for _ in hurt["notes"]]
    hurt["run"] |= {"model": text, "problems": text, "config": {f"{key} {text}": text for key in hurt["run"]["config"]}}
    hurt["comparisons"][0]["sentence"] = text
    for number, problem in enumerate(hurt["problems"]):
        problem |= {"id": f"{number}{text}", "question": text, "gold": text, "extra": {text: text}}
        problem["votes"] = [[f"{text}{place}", count] for place, (_, count) in enumerate(problem["votes"])]
        problem["trace"] |= {"before": text, "after": text}
        for answer in problem["answers"].values():
            answer |= {"answer": text, "reason": text}
        for part in problem["subthoughts"]:
            part |= {"text": text, "answer": text, "continuation": text}
        for sample in problem["samples"]:
            sample |= {"text": text, "answer": text}
    return hurt


# ---- what the page shows --------------------------------------------------------------------------------------------


def test_the_page_reads_without_its_script() -> None:
    report = sample_report()
    report["methods"][0] |= {"right": 7, "accuracy": 7 / 12, "interval": [0.3195, 0.8067]}
    text = " ".join(Page(render_html(report)).text.split())
    assert "subthought vote answers 7 of 12 problems right: 58.3%, interval 31.9% to 80.7%." in text
    assert "No difference is visible between subthought vote and last answer" in text
    assert "difference +8.3 points (−25.0 to +41.7); p = 1.000" in text
    assert "48,377 tokens generated" in text
    for problem in report["problems"]:
        assert problem["id"] in text
    for note in report["notes"]:
        assert note in text


def test_each_problem_travels_once_and_whole() -> None:
    report = sample_report(problems=3)
    html = render_html(report)
    blocks = Page(html).blocks
    assert [blocks[f"data-{i}"] for i in range(3)] == report["problems"]
    assert html.count("Counting once more, lamp by lamp") == 3 * 9


def test_the_interval_bar_is_drawn_to_scale() -> None:
    report = sample_report()
    report["methods"] = [report["methods"][0] | {"accuracy": 0.5, "interval": [0.25, 0.75]}]
    html = render_html(report)
    assert 'd="M58.0 10H158.0M58.0 5.5v9M158.0 5.5v9"' in html  # 200 units wide, from x = 8
    assert '<circle class="dot" cx="108.0"' in html


def test_empty_parts_are_left_out_and_absent_figures_are_dashes() -> None:
    report = sample_report(problems=0)
    for key in ("comparisons", "signals", "notes", "usage"):
        del report[key]
    page = Page(render_html(report))
    assert "Does disagreement warn" not in page.text
    assert "Comparisons" not in page.text
    assert "Read this first" not in page.text
    assert "answers 0 of 0 problems right: –" in " ".join(page.text.split())


def test_a_method_without_subthoughts_has_no_strip_plot() -> None:
    report = sample_report(problems=2)
    for problem in report["problems"]:
        problem |= {"entropy_bits": None, "subthoughts": [], "votes": []}
    assert 'class="strip"' not in render_html(report)


def test_columns_follow_the_methods_table_and_keep_unlisted_methods() -> None:
    report = sample_report(problems=2)
    report["problems"][1]["answers"]["another"] = {"answer": "4", "outcome": "right", "reason": ""}
    names = re.findall(r"data-method>([^<]*)<", render_html(report))
    assert names == [*METHODS, "another"]


def test_numbers_that_are_not_finite_are_dashes_and_null() -> None:
    report = sample_report(problems=1)
    report["signals"]["auroc"] = float("nan")
    report["problems"][0]["entropy_bits"] = float("inf")
    html = render_html(report)
    assert Page(html).blocks["data-0"]["entropy_bits"] is None
    assert not re.search(r"\b(nan|inf|NaN|Infinity)\b", html.split("<main>")[1].split("<script")[0])


# ---- the strip plot -------------------------------------------------------------------------------------------------


def entropy_problem(name: str, bits: float | None, outcome: str) -> dict[str, Any]:
    return {"id": name, "entropy_bits": bits, "answers": {"last answer": {"outcome": outcome}}}


def test_strip_plot_by_hand() -> None:
    cases = [("a", 0.5, "right"), ("b", 1.5, "right"), ("c", 2.0, "truncated"), ("d", None, "wrong")]
    plot = strip_plot([entropy_problem(*case) for case in cases])
    assert plot is not None
    assert [tick["x"] for tick in plot["ticks"]] == [0, WIDTH / 2, WIDTH]  # 0, 1 and 2 bits
    right, wrong = plot["rows"]
    assert (right["mean"], right["mean_x"], right["count"]) == (1.0, WIDTH / 2, 2)
    assert [(dot["id"], dot["x"]) for dot in right["dots"]] == [("a", WIDTH / 4), ("b", 3 * WIDTH / 4)]
    assert [dot["id"] for dot in wrong["dots"]] == ["c"]


def test_strip_plot_without_a_last_answer_asks_the_first_method() -> None:
    answers = {"vote": {"outcome": "right"}, "other": {"outcome": "wrong"}}
    plot = strip_plot([{"id": "a", "entropy_bits": 0.0, "answers": answers}])
    assert plot is not None
    assert plot["judge"] == "other"
    assert [row["count"] for row in plot["rows"]] == [0, 1]


@given(st.lists(st.floats(0, 12), min_size=1, max_size=300))
def test_strip_plot_keeps_every_dot_within_its_row_and_apart(entropies: list[float]) -> None:
    plot = strip_plot([entropy_problem(str(i), bits, "right") for i, bits in enumerate(entropies)])
    assert plot is not None
    dots = plot["rows"][0]["dots"]
    assert sorted(dot["id"] for dot in dots) == sorted(str(i) for i in range(len(entropies)))
    assert all(abs(dot["y"]) <= plot["row"] / 2 and 0 <= dot["x"] <= WIDTH for dot in dots)
    same = [dot["y"] for dot in dots if dot["x"] == dots[0]["x"]]
    assert len(same) <= 50 or len(set(same)) > 25


# ---- hostile text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_leaves_the_skeleton_of_the_page_as_it_is(text: str) -> None:
    report = sample_report(problems=2)
    hurt = Page(render_html(poisoned(report, text)))
    assert hurt.skeleton == Page(render_html(poisoned(report, "harmless"))).skeleton
    assert set(hurt.blocks) == {"data-0", "data-1"}
    assert not [value for name, value in hurt.values if name == "href" and not (value or "").startswith("#problem=")]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_text_leaves_the_skeleton_and_comes_back_from_its_block(text: str) -> None:
    report = sample_report(problems=1, subthoughts=2)
    html = render_html(poisoned(report, text))
    page = Page(html)
    assert page.skeleton == Page(render_html(poisoned(report, "harmless"))).skeleton
    html.encode("utf-8")
    if text.isprintable():
        assert page.blocks["data-0"]["subthoughts"][0]["continuation"] == text


def test_control_characters_and_lone_surrogates_become_the_replacement_character() -> None:
    html = render_html(poisoned(sample_report(problems=1), "a\x00b\x1bc\ud800d\r\ne\tf"))
    assert Page(html).blocks["data-0"]["question"] == "a\ufffdb\ufffdc\ufffdd\ne\tf"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", html)


def test_a_line_of_a_million_characters_is_shortened_in_the_tables_only() -> None:
    line = "x" * 1_000_000
    report = sample_report(problems=1, subthoughts=1)
    report["problems"][0] |= {"question": line, "gold": line}
    html = render_html(report)
    assert len(html) < 2_100_000
    assert Page(html).blocks["data-0"]["question"] == line


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    html = render_html(sample_report(problems=1))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy is not None
    granted = dict(part.split(" ", 1) for part in policy[1].split("; "))
    style = re.findall(r"<style>(.*?)</style>", html, re.S)
    script = re.findall(r"<script>(.*?)</script>", html, re.S)
    assert granted == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "style-src": source(*style),
        "script-src": source(*script),
    }
    assert not re.search(r'\s(style|on\w+|src)="', html.split("</style>")[1].split("<script")[0])
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", html)


def source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_script_never_parses_text_as_markup() -> None:
    script = re.findall(r"<script>(.*?)</script>", render_html(sample_report(problems=0)), re.S)[0]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser", script
    )


# ---- the same page, errors, the file --------------------------------------------------------------------------------


def shuffled(value: Any, draw: random.Random) -> Any:
    if isinstance(value, dict):
        items = list(value.items())
        draw.shuffle(items)
        return {key: shuffled(item, draw) for key, item in items}
    return [shuffled(item, draw) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(3))
def test_equal_reports_give_the_same_bytes_in_whatever_order_their_keys_stand(seed: int) -> None:
    report = sample_report()
    other = shuffled(report, random.Random(seed))
    assert list(other) != list(report)
    assert render_html(other) == render_html(report)


def test_rendering_leaves_the_report_as_it_was() -> None:
    report = sample_report(problems=2)
    before = copy.deepcopy(report)
    render_html(report)
    assert report == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": 2}, "expected schema 1, came 2"),
        ({"schema": None}, "expected schema 1, came None"),
        ({"problems": [{"id": "a"}]}, "has no attribute"),
        ({"methods": [{}]}, "a field is missing: 'name'"),
    ],
)
def test_what_is_not_a_report_is_refused_with_a_hint(change: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told) as refused:
        render_html(sample_report(problems=1) | change)
    assert refused.value.hint


def test_a_report_without_problems_key_is_refused_by_name() -> None:
    report = sample_report(problems=1)
    del report["problems"]
    with pytest.raises(DataError, match="came none of problems"):
        render_html(report)


def test_the_file_is_replaced_in_one_step_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    report = sample_report(problems=1)
    assert write_html(report, path) == path
    assert path.read_bytes() == render_html(report).encode()
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_failed_replacement_keeps_the_old_file_and_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "report.html"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(DiskError, match="No space left on device"):
        write_html(sample_report(problems=1), path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_missing_folder_is_a_disk_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="No such file") as refused:
        write_html(sample_report(problems=1), tmp_path / "absent" / "report.html")
    assert refused.value.hint


# ---- in a real browser ----------------------------------------------------------------------------------------------

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
in_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium, chromium-browser or google-chrome on PATH")


def browse(html: str, folder: Path, hash_: str = "", steps: str = "") -> tuple[str, str]:
    """The page's DOM after `steps` (JavaScript that acts as a reader, allowed for the test alone), and the console."""
    if steps:
        html = re.sub(r"script-src [^;]*;", "script-src 'unsafe-inline';", html, count=1)
        html = html.replace("</body>", f"<script>{DRIVER}{steps}</script></body>")
    path = folder / "page.html"
    path.write_bytes(html.encode())
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --enable-logging=stderr --virtual-time-budget=3000 --dump-dom"
    )
    command = [str(BROWSER), *flags.split(), f"--user-data-dir={folder / 'profile'}", f"{path.as_uri()}{hash_}"]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    console = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
    return done.stdout.decode(), "\n".join(console)


DRIVER = """
const seen = [];
const press = (key, on = document.body) =>
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const click = (selector) => document.querySelector(selector).dispatchEvent(new MouseEvent("click", { bubbles: true }));
const input = (id, value) => {
  const node = document.getElementById(id);
  node.value = value;
  node.dispatchEvent(new Event("input"));
};
const wait = () => new Promise((done) => setTimeout(done, 50));
const opened = () => document.querySelector("#detail h2")?.textContent ?? null;
const order = () => [...document.querySelectorAll("#table tbody tr:not([hidden])")].map((row) => row.dataset.id);
const report = () => {
  const node = document.createElement("pre");
  node.id = "seen";
  node.textContent = JSON.stringify(seen);
  document.body.append(node);
};
"""


def acted(html: str, folder: Path, steps: str, hash_: str = "") -> Any:
    """What `steps` pushed to `seen`."""
    dom, console = browse(html, folder, hash_, f"(async () => {{ {steps} report(); }})();")
    assert console == ""
    found = re.search(r'<pre id="seen">(.*?)</pre>', dom, re.S)
    assert found is not None, "a step failed"
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@in_browser
def test_browser_opens_the_problem_of_the_address(tmp_path: Path) -> None:
    report = sample_report(problems=3, subthoughts=7)
    report["problems"][1]["samples"][0]["label"] = {"right": True, "sound": False, "first_error": 0}  # of an import
    dom, console = browse(render_html(report), tmp_path, "#problem=lamps%2F001")
    detail = dom.split('<article id="detail"')[1].split("</article>")[0]
    problem = report["problems"][1]
    assert console == ""
    assert f"<h2>{problem['id']}</h2>" in detail
    assert detail.count("run subthought") == 7
    assert detail.count("<circle") == 7
    assert detail.count("its source: right, not sound, first error in step 1") == detail.count("its source") == 1
    assert problem["subthoughts"][0]["continuation"] in detail
    assert len(re.findall(r"subthought (k0)", detail)) == [s["answer"] for s in problem["subthoughts"]].count(
        problem["gold"]
    )


@in_browser
def test_browser_moves_by_keys_and_picks_subthoughts(tmp_path: Path) -> None:
    steps = """
    for (const key of ["j", "j", "j", "k"]) { press(key); await wait(); seen.push(opened()); }
    click('.subthought[data-place="2"]'); seen.push(document.querySelector(".continuation h3").textContent);
    press("ArrowRight", document.querySelector('.subthought[data-place="2"]'));
    seen.push(document.querySelector(".continuation h3").textContent);
    click('circle[data-place="0"]'); seen.push(document.querySelector(".subthought[aria-current]").dataset.place);
    press("/"); seen.push(document.activeElement.id);
    press("j", document.getElementById("filter")); await wait(); seen.push(opened());
    press("Escape"); await wait(); seen.push(opened());
    """
    assert acted(render_html(sample_report(problems=3, subthoughts=5)), tmp_path, steps) == [
        "lamps/000",
        "lamps/001",
        "lamps/002",
        "lamps/001",
        "Continuation after subthought 3 of 5",
        "Continuation after subthought 4 of 5",
        "0",
        "filter",
        "lamps/001",
        None,
    ]


@in_browser
def test_browser_sorts_and_filters(tmp_path: Path) -> None:
    report = sample_report(problems=4)
    for problem, bits in zip(report["problems"], (1.5, None, 0.25, 10.75), strict=True):
        problem["entropy_bits"] = bits
        for name, outcome in zip(METHODS, ("right", "wrong", "wrong"), strict=True):
            problem["answers"][name]["outcome"] = "wrong" if problem["id"] == "lamps/003" else outcome
    steps = """
    const buttons = [...document.querySelectorAll("#table th button")];
    const sort = () => buttons.find((button) => button.textContent.startsWith("Entropy")).click();
    sort(); seen.push(order()); sort(); seen.push(order());
    input("filter", "LAMPS/00 2"); seen.push(order().includes("lamps/002"));
    input("filter", "no such text"); seen.push(order(), document.getElementById("shown").textContent);
    input("filter", ""); input("show", "differ"); seen.push(order().sort());
    input("show", "not 0"); seen.push(order()); input("show", "right 0"); seen.push(order().sort());
    """
    up, down, found, none, count, differ, wrong, right = acted(render_html(report), tmp_path, steps)
    assert up == ["lamps/002", "lamps/000", "lamps/003", "lamps/001"]  # without an entropy: last both ways
    assert down == ["lamps/003", "lamps/000", "lamps/002", "lamps/001"]
    assert found is True
    assert (none, count) == ([], "0 of 4")
    assert differ == right == ["lamps/000", "lamps/001", "lamps/002"]
    assert wrong == ["lamps/003"]


@in_browser
@pytest.mark.parametrize("place", ["every place", "one place each"])
def test_browser_shows_hostile_text_as_text(tmp_path: Path, place: str) -> None:
    text = " ".join(HOSTILE.values())
    report = poisoned(sample_report(problems=2), text)
    if place == "one place each":
        report = sample_report(problems=2) | {"title": "safe"}
        report["problems"] = poisoned(report, text)["problems"]
    steps = """
    press("j"); await wait(); press("j"); await wait();
    const count = (selector) => document.querySelectorAll(selector).length;
    seen.push(opened() !== null, count("img"), count("[onerror], [onmouseover]"),
      document.title.startsWith("hacked"), document.querySelector(".trace .subthought").textContent);
    """
    opened, images, handlers, hacked, shown = acted(render_html(report), tmp_path, steps)
    assert (opened, images, handlers, hacked) == (True, 0, 0, False)
    for sign in ("</script>", "<img src=x onerror=", "javascript:", "\u202e"):
        assert sign in shown


@in_browser
def test_browser_refuses_an_inline_script_that_got_in(tmp_path: Path) -> None:
    html = render_html(sample_report(problems=1)).replace("</main>", "<script>document.title='hacked'</script></main>")
    dom, console = browse(html, tmp_path)
    assert "<title>hacked" not in dom
    assert "Content Security Policy" in console


@in_browser
def test_browser_keeps_an_override_of_direction_inside_its_element(tmp_path: Path) -> None:
    report = sample_report(problems=2, subthoughts=3)
    for part in report["problems"][0]["subthoughts"]:
        part |= {"text": "\u202eabc ", "answer": "\u202e1"}
    steps = """
    press("j"); await wait();
    const parts = document.querySelectorAll("#detail .run, #detail td, #detail dd, #table td, #table th, #detail h2");
    seen.push([...new Set([...parts].map((part) => getComputedStyle(part).unicodeBidi))]);
    """
    assert acted(render_html(report), tmp_path, steps) == [["isolate"]]


@in_browser
def test_browser_draws_the_grey_rest_the_unanswered_and_a_gold_answer_nobody_gave(tmp_path: Path) -> None:
    report = sample_report(problems=1, subthoughts=1)
    problem = report["problems"][0]
    part = problem["subthoughts"][0]
    answers = [*(str(-n) for n in range(1, 10)), "none", "rest", None]
    problem["subthoughts"] = [
        {**part, "answer": answer, "outcome": "wrong" if answer else "no_answer"} for answer in answers
    ]
    problem["votes"] = [[answer, 1] for answer in answers if answer]
    steps = """
    press("j"); await wait();
    seen.push([...document.querySelectorAll(".evolution .name")].map((node) => node.textContent),
      [...document.querySelectorAll(".subthought")].map((node) => node.className.split(" ").pop()),
      [...document.querySelectorAll(".evolution circle")].slice(-4).map((node) => Number(node.getAttribute("cy"))));
    """
    labels, colours, heights = acted(render_html(report), tmp_path, steps)
    assert labels == [f"{problem['gold']} ✓", *answers[:7], "others", "no answer", "tokens"]
    assert colours == [f"k{n}" for n in range(1, 8)] + ["other"] * 4 + ["none"]
    assert heights[0] == heights[1] == heights[2] < heights[3]


def stopped_report() -> dict[str, Any]:
    """One problem of nine subthoughts, of which the first and the sixth were not drawn."""
    report = sample_report(problems=1, subthoughts=9)
    problem = report["problems"][0]
    for place in (0, 5):
        problem["subthoughts"][place] |= {"answer": None, "outcome": "not_drawn", "tokens": 0, "continuation": ""}
    problem["stop"] = {
        "rule": "certified",
        "draws": 7,
        "total": 9,
        "alpha": 0.05,
        "margin": 7,
        "classes": 1,
        "tokens_saved": 812,
    }
    report["stopping"] = {
        "rule": "sharp",
        "alpha": 0.05,
        "drawn": 7,
        "total": 9,
        "fired": {"certified": 1},
        "tokens": 2842,
        "tokens_saved": 812,
    }
    return report


def test_what_ending_votes_early_saved_is_said() -> None:
    text = " ".join(Page(render_html(stopped_report())).text.split())
    assert "Votes stopped by the rule sharp (α = 0.05) after 7 of 9 draws (77.8%): certified 1." in text
    assert "About 812 tokens saved" in text
    assert "Votes stopped" not in Page(render_html(sample_report())).text


@in_browser
def test_browser_shows_subthoughts_that_were_not_continued(tmp_path: Path) -> None:
    steps = """
    press("j"); await wait();
    seen.push(document.querySelectorAll(".subthought").length, document.querySelectorAll(".evolution circle").length,
      document.querySelectorAll(".evolution .cost").length,
      document.querySelector(".subthought[aria-current]").dataset.place,
      document.querySelector(".evolution").closest("div.wide").parentElement.querySelector("p").textContent);
    click('.subthought[data-place="5"]'); seen.push(document.querySelector(".continuation").textContent);
    """
    subthoughts, dots, bars, current, stop, pane = acted(render_html(stopped_report()), tmp_path, steps)
    assert (subthoughts, dots, bars, current) == (9, 7, 7, "1")
    assert (
        stop == "Stopped after 7 of 9 continuations: the winner was certified up to α = 0.05; about 812 tokens saved."
    )
    assert pane == "Subthought 6 of 9Not continued: the vote was decided before its turn."
