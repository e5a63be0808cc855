"""How long the page of a large run takes to open from a file in headless Chromium, and how long one of its problems.

    python -m benchmarks.viewer [--problems 500] [--subthoughts 100] [--repeats 5] [--out results]

The report is made up, its continuations about 400 characters long. Opened: from the start of the navigation until the page is loaded and
laid out, by the browser's own clock. A problem: from the key that opens it until it is laid out. The whole process stands beside:
the browser's start, and the writing out of the finished page, which a reader never waits for.
Goal: 500 problems of 100 subthoughts open in under 3 s.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, write_result
from reasoning_toolkit.reports.html import render_html
from tests.reports.sample_report import sample_report, with_diagnostics

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WORDS = 8  # repetitions of the made-up sentence in a continuation
# Reading a size makes the browser lay the page out.
CLOCK = """
addEventListener("load", () => {
  const laidOut = () => { document.body.offsetHeight; return performance.now(); };
  const opened = laidOut();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
  dispatchEvent(new HashChangeEvent("hashchange"));
  const shown = laidOut();
  const subthoughts = document.querySelectorAll("#detail .subthought").length;
  const node = document.createElement("pre");
  node.id = "clock";
  node.textContent = JSON.stringify({ opened_ms: opened, problem_ms: shown - opened, subthoughts });
  document.body.append(node);
});
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=500)
    parser.add_argument("--subthoughts", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("results"))
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"expected one of {', '.join(BROWSERS)} on PATH")
    report = with_diagnostics(sample_report(options.problems, options.subthoughts, WORDS))
    started = time.perf_counter()
    html = render_html(report)
    rendered = time.perf_counter() - started
    runs = measure(browser, html, options.repeats)
    found = {name: statistics.median(run[name] for run in runs) for name in ("opened_ms", "problem_ms", "process_s")}
    print(
        f"{len(html) / 1e6:.0f} MB, rendered in {rendered:.1f} s; opened in {found['opened_ms'] / 1000:.2f} s, a problem in "
        f"{found['problem_ms']:.0f} ms, the whole process {found['process_s']:.1f} s (medians of {len(runs)})"
    )
    settings = {"problems": options.problems, "subthoughts": options.subthoughts, "words": WORDS, "seed": 0}
    sizes = {"html_bytes": len(html.encode()), "rendered_s": rendered}
    version = subprocess.run([browser, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    result = {"settings": settings, "browser": version, "median": found, "runs": runs} | sizes
    write_result("viewer", result | {"machine": machine(["jinja2"])}, options.out)


def measure(browser: str, html: str, repeats: int) -> list[dict[str, Any]]:
    """Open the page several times, each with a fresh profile."""
    page = re.sub(r"script-src [^;]*;", "script-src 'unsafe-inline';", html, count=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page.replace("</head>", f"<script>{CLOCK}</script></head>", 1), encoding="utf-8")
        return [_open(browser, path, Path(folder) / f"profile{i}") for i in range(repeats)]


def _open(browser: str, path: Path, profile: Path) -> dict[str, Any]:
    flags = (
        "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync --dump-dom"
    )
    command = [browser, *flags.split(), f"--user-data-dir={profile}", path.as_uri()]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, timeout=300, check=True)
    spent = time.perf_counter() - started
    found = re.search(rb'<pre id="clock">(.*?)</pre>', done.stdout)
    assert found is not None, "the page did not load"
    clock: dict[str, Any] = json.loads(found[1])
    assert clock["subthoughts"] > 0, "no problem was opened"
    return clock | {"process_s": spent}


if __name__ == "__main__":
    main()
