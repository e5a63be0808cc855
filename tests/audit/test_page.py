"""The reading page in a real browser, by key presses alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reasoning_toolkit.audit.queue import Queue
from reasoning_toolkit.audit.register import plan_audit
from tests.audit.browser import BROWSER, Browser
from tests.audit.sample_run import sound_at, write_run

pytest.importorskip("fastapi")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium, chromium-browser or google-chrome on PATH")
PICTURES = os.environ.get("RT_PICTURES")  # a folder to look at the page in

READY = "!busy && (!$('work').hidden || !$('idle').hidden)"
SOLUTION = "[...document.querySelectorAll('#steps .untrusted')].map((n) => n.textContent).join('\\n')"


@contextmanager
def reading(run: Path, reader: str) -> Iterator[str]:
    """The address of a reader's page, served by the command itself."""
    command = [
        sys.executable,
        "-m",
        "reasoning_toolkit.cli",
        "audit",
        "read",
        str(run),
        "--reader",
        reader,
        "--no-browser",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        yield process.stderr.readline().split()[-1]
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 143


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


def press(browser: Browser, *keys: str) -> None:
    for key in keys:
        browser.press(key)
        browser.wait("!busy")


def hosts_of(*urls: str) -> set[str]:
    """Whom the addresses ask; what the browser paints itself with (data:) asks nobody."""
    return {urlsplit(url).netloc for url in urls if not url.startswith("data:")}


def hosts(browser: Browser) -> set[str]:
    return hosts_of(*browser.asked)


def picture(browser: Browser, name: str) -> None:
    if PICTURES:
        browser.picture(Path(PICTURES) / f"{name}.png")


def test_two_readers_audit_a_run_by_keys(browser: Browser, tmp_path: Path) -> None:
    """Two readers, each on their own page, say what is known of each solution; the audit ends with the truth."""
    truth = [[False, False, True], [True, True], [False, False]]
    run = write_run(tmp_path, sound_at(truth))
    plan_audit(run, budget=100)
    browser.console.clear()
    with reading(run, "anna") as anna, reading(run, "bob") as bob:
        for _ in range(20):
            for url in (anna, bob):
                browser.open(url)
                browser.wait(READY)
                while not browser.run("$('work').hidden"):
                    if browser.run(SOLUTION).endswith("sound"):
                        press(browser, "s")
                    else:
                        press(browser, "j", "ArrowDown", "f", "2")
            if Queue(run).progress()[0].standing != "open" and all(p.standing != "open" for p in Queue(run).progress()):
                break
        browser.open(anna)
        browser.wait(READY)
        assert browser.run("$('why').textContent") == "Every problem is settled. Thank you."
        picture(browser, "settled")
    queue = Queue(run)
    for p, row in zip(queue.progress(), truth, strict=True):
        assert p.standing == ("sound found" if any(row) else "all flawed")
        assert list(p.verdicts) == [row[i] for i in p.plan.order][: len(p.verdicts)]
        for readings in p.readings:
            for said in readings.values():
                assert (said.step, said.type) == ((None, None) if said.verdict == "sound" else (2, "logical"))
                assert said.seconds > 0
    assert browser.console == []


MATH = r"""By Vieta \(x_1 + x_2 = -\frac{b}{a}\), so $\vec{v} \ne \overline{w}$ and it costs $5 and then $6.
\[
\begin{aligned} S &= \sum_{k=1}^{n} k^2 \\ &= \frac{n(n+1)(2n+1)}{6} \end{aligned}
\]
Broken: $\frac{1}{$ and \(\undefinedmacro{x}\) stay as they are.
Hence $$\int_0^1 \sqrt{x}\,dx = \tfrac23.$$

The answer is \boxed{\frac{2}{3}}."""


def test_formulas_notes_undo_and_the_other_keys(browser: Browser, tmp_path: Path) -> None:
    run = write_run(tmp_path, [[(MATH, True)]])
    plan_audit(run, budget=100, confirmations=1)
    browser.console.clear()
    browser.asked.clear()
    with reading(run, "anna") as url:
        browser.open(url)
        browser.wait(READY)
        browser.wait("document.querySelectorAll('.katex').length === 5")
        assert browser.run("[...document.querySelectorAll('code.tex')].map((n) => n.textContent)") == [
            r"$\frac{1}{$",
            r"\(\undefinedmacro{x}\)",
        ]
        assert "it costs $5 and then $6" in browser.run("$('steps').children[0].textContent")
        loaded = "document.fonts.ready.then(() => [...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family))"
        assert "KaTeX_Main" in browser.run(loaded)
        picture(browser, "formulas")
        press(browser, "m")
        assert browser.run("document.querySelectorAll('.katex').length") == 0
        assert browser.run(SOLUTION).startswith(MATH[:80])
        press(browser, "m", "n")
        browser.type("see step s f 1")  # letters in a note are no commands
        press(browser, "Escape", "j", "j", "f", "k")
        assert browser.run("$('asked').textContent") == "What is wrong in step 2, the first that does not hold?"
        assert browser.run("document.querySelector('.bad').textContent").startswith("S")
        picture(browser, "asking")
        press(browser, "Escape")
        assert browser.run("$('ask').hidden && !document.querySelector('.bad')")
        press(browser, "f", "3")
        assert Queue(run).progress()[0].settled == ("flawed",)
        (said,) = Queue(run).progress()[0].readings[0].values()
        assert (said.step, said.type, said.note) == (1, "calculation", "see step s f 1")
        press(browser, "u")
        assert Queue(run).progress()[0].standing == "open"
        assert browser.run("$('message').textContent") == "taken back: say it anew"
        press(browser, "u")
        assert browser.run("$('message').textContent") == "there is nothing to take back"
        for key, standing in (("w", "all flawed"), ("d", "defective"), ("x", "open")):
            press(browser, key)
            assert Queue(run).progress()[0].standing == standing
            press(browser, "u")
        press(browser, "s")
        assert Queue(run).progress()[0].standing == "sound found"
    assert browser.console == []
    assert hosts(browser) == hosts_of(url)  # nothing beyond this server


HOSTILE = [
    "</script><script>hit('script')</script>",
    "<img src=x onerror=\"hit('img')\"> <svg onload=\"hit('svg')\"> <iframe srcdoc=\"<script>hit('frame')</script>\">",
    "<style>footer{display:none}</style><base href='http://203.0.113.7/'><meta http-equiv=refresh content='0;url=//203.0.113.7'>",
    r"$\href{javascript:hit('href')}{press}$ \(\url{javascript:hit('url')}\) $\includegraphics{http://203.0.113.7/x.png}$",
    r"$\htmlData{a=b}{x}$ $\htmlStyle{position:fixed;inset:0}{x}$ $\htmlClass{actions}{x}$ $\htmlId{actions}{x}$",
    r"$\rule{9999em}{9999em}$ $\kern-9999em \text{over}$ $\raisebox{-9999em}{under}$ $\hspace{-500em}\text{left}$",
    r"$\def\a{\a\a}\a$ \(\newcommand{\b}[1]{\b{#1#1}}\b{x}\) $\gdef\frac#1#2{hit}$ $\frac12$",
    r"$\text{<img src=x onerror=hit('text')>}$ $\unicode{x3c}$ \[ " + "{" * 3000 + r" \]",
    "javascript:hit('plain') data:text/html,<script>hit('data')</script> \u202egnihtyreve\u2066",
    r"\[" * 2000 + r"\boxed{" * 2000 + "$$" * 1001,
]


def test_a_hostile_solution_neither_runs_nor_breaks_out(browser: Browser, tmp_path: Path) -> None:
    text = "\n".join(HOSTILE)
    run = write_run(tmp_path, [[(text, True)]])
    plan_audit(run, budget=100, confirmations=1)
    browser.asked.clear()
    with reading(run, "anna") as url:
        browser.open(url)
        browser.wait(READY)
        browser.run("window.hits = []; window.hit = (name) => hits.push(name)")
        footer = "JSON.stringify([$('actions'), $('message'), document.querySelector('header')].map((n) => n.getBoundingClientRect()))"
        before = browser.run(footer)
        for _ in HOSTILE:
            press(browser, "j")
        browser.wait("$('steps').children.length >= 9")
        browser.run("[...$('steps').children].forEach((n) => n.scrollIntoView())")
        browser.wait("document.querySelectorAll('#steps .katex, #steps code.tex').length >= 8")
        picture(browser, "hostile")
        assert browser.run("hits") == []
        assert (
            browser.run(
                "document.querySelectorAll('#work :is(script, img, iframe, style, base, meta, a[href], [onload], [onerror])').length"
            )
            == 0
        )
        assert browser.run("document.querySelectorAll('#actions').length") == 1
        assert browser.run("document.documentElement.scrollWidth <= innerWidth")
        assert browser.run(footer) == before
        outside = "[...document.querySelectorAll('#steps li')].every((n) => n.getBoundingClientRect().height < 6000)"
        assert browser.run(outside)
        assert r"$\frac12$" not in browser.run(
            "$('steps').children[6].textContent"
        )  # one formula cannot redefine another's words
        press(browser, "s")
        assert Queue(run).progress()[0].standing == "sound found"
    assert hosts(browser) == hosts_of(url)


def test_a_page_outlives_its_server_and_says_so(browser: Browser, tmp_path: Path) -> None:
    run = write_run(tmp_path, sound_at([[True], [True]]))
    plan_audit(run, budget=100, confirmations=1)
    with reading(run, "anna") as url:
        browser.open(url)
        browser.wait(READY)
    press(browser, "s")
    assert "does not answer" in browser.run("$('message').textContent")
    assert not browser.run("$('work').hidden")
    assert Queue(run).state().done["anna"] == []


def test_an_item_that_another_has_taken_is_explained_and_the_next_comes(browser: Browser, tmp_path: Path) -> None:
    run = write_run(tmp_path, sound_at([[True], [True]]))
    plan_audit(run, budget=100)
    with reading(run, "anna") as url:
        browser.open(url)
        browser.wait(READY)
        question = browser.run("$('question').textContent")
        late = Queue(run, clock=lambda: 1e12)
        taken = late.take("bob")
        assert taken
        assert taken.item.question == question
        press(browser, "s")
        browser.wait(f"!busy && $('question').textContent !== {question!r}")
        assert "not in your hands" in browser.run("$('message').textContent")
