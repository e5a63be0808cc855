"""One self-contained HTML page from the report of a decode run.

The template draws every summary on the server, so the page reads without JavaScript. Each problem travels once, as its
own JSON block, which the script parses when the problem is opened: a large page opens without reading its traces.

What a model wrote is untrusted:

1. jinja2 escapes everything it writes; JSON blocks have ``<``, ``>``, ``&`` and all non-ASCII text as ``\\uXXXX``.
2. The script builds elements from nodes and attributes only, never from markup.
3. Behind both, the content security policy lets nothing run or load but this package's style and script, named by
   their SHA-256.

Equal dictionaries give byte-identical pages: keys are sorted, and there is no clock and no random number.
"""

from __future__ import annotations

import base64
import hashlib
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from reasoning_toolkit.errors import DataError, DiskError
from reasoning_toolkit.reports.strip import strip_plot

SCHEMA = 1
_ROOM = Path(__file__).parent
_REQUIRED = ("methods", "problems", "run", "title")
_OPTIONAL: Mapping[str, Any] = {"comparisons": [], "notes": [], "signals": {}, "stopping": {}, "usage": {}}
# Line ends that a browser would rewrite; characters that HTML forbids or UTF-8 cannot hold.
_LINE_END = re.compile(r"\r\n?")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MISSING = "–"


def render_html(report: Mapping[str, Any]) -> str:
    """The page as text, ready to be written as UTF-8.

    Args:
        report: the content of ``report.json``, schema 1.

    Raises:
        DataError: another schema, or a field that the page needs is missing.
    """
    page = _checked(_clean(report))
    style, script = (_ROOM / "decode.css").read_text("utf-8"), (_ROOM / "decode.js").read_text("utf-8")
    try:
        return _template().render(
            report=page,
            columns=_columns(page),
            strip=strip_plot(page["problems"]),
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
        )
    except (jinja2.UndefinedError, KeyError) as error:
        raise _not_a_report(f"a field is missing: {error}") from error


def write_html(report: Mapping[str, Any], path: Path) -> Path:
    """Write the page to `path` in one step: a reader sees the old page or the new one, never half of it.

    Raises:
        DataError: see `render_html`.
        DiskError: the page cannot be written.
    """
    content = render_html(report).encode("utf-8")
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            draft.write_bytes(content)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise DiskError(
            f"expected to write the report to {path}, came {error.strerror}",
            hint="choose a folder that exists, is writable and has room",
        ) from error
    return path


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ROOM),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": _percent, "figure": _figure, "brief": _brief, "anchor": _anchor}
    return environment.get_template("decode.html.jinja")


def _checked(report: dict[str, Any]) -> dict[str, Any]:
    if report.get("schema") != SCHEMA:
        raise _not_a_report(f"expected schema {SCHEMA}, came {report.get('schema')!r}")
    missing = [key for key in _REQUIRED if key not in report]
    if missing:
        raise _not_a_report(f"expected the keys {', '.join(_REQUIRED)}, came none of {', '.join(missing)}")
    return {**_OPTIONAL, **report}


def _not_a_report(what: str) -> DataError:
    return DataError(f"report of a decode run: {what}", hint="make the report again from its run directory")


def _clean(value: Any) -> Any:
    """Plain JSON data with sorted keys, printable text, and None for a number that is not finite."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return _UNPRINTABLE.sub("\ufffd", _LINE_END.sub("\n", value))
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {_clean(str(key)): _clean(value[key]) for key in sorted(value, key=str)}
        case Sequence():
            return [_clean(item) for item in value]
        case _:
            return _clean(str(value))


def _columns(report: Mapping[str, Any]) -> list[str]:
    """Methods that answered at least one problem: in the order of the methods table, unlisted ones after."""
    listed = [method["name"] for method in report["methods"]]
    answered = {name for problem in report["problems"] for name in problem.get("answers", {})}
    return [name for name in listed if name in answered] + sorted(answered - set(listed))


def _policy(style: str, script: str) -> Markup:
    def source(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    rules = f"style-src {source(style)}; script-src {source(script)}"
    return Markup(f"default-src 'none'; {rules}; base-uri 'none'; form-action 'none'")


def _percent(share: float | None, digits: int = 1) -> str:
    return _MISSING if share is None else f"{share:.{digits}%}"


def _figure(value: float | None, digits: int = 0, sign: str = "") -> str:
    return _MISSING if value is None else f"{value:{sign},.{digits}f}".replace("-", "−")


def _brief(text: str | None, limit: int) -> str:
    """The start of a text on one line; bounded work, however long the text is."""
    if text is None:
        return _MISSING
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1].rstrip() + "…"


def _anchor(problem_id: str) -> str:
    """The address of a problem within the page."""
    return "#problem=" + quote(problem_id, safe="")
