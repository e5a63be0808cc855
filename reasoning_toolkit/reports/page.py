"""What every page is made with: the template's environment, clean data, the content security policy, the file.

What a model wrote is untrusted:

1. jinja2 escapes everything it writes; JSON blocks have ``<``, ``>``, ``&`` and all non-ASCII text as ``\\uXXXX``.
2. A script builds elements from nodes and attributes only, never from markup.
3. Behind both, the content security policy lets nothing run or load but this package's style and script, named by
   their SHA-256.

Equal dictionaries give byte-identical pages: keys are sorted, and there is no clock and no random number.
"""

from __future__ import annotations

import base64
import functools
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

from reasoning_toolkit.disk import disk_error

_ROOM = Path(__file__).parent
# Line ends that a browser would rewrite; characters that HTML forbids or UTF-8 cannot hold.
_LINE_END = re.compile(r"\r\n?")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MISSING = "–"


def render_page(template: str, script: str = "", **values: Any) -> str:
    """A template of this room, filled, with the common style and a script that alone may run.

    Raises:
        jinja2.UndefinedError, KeyError: a value that the template needs is missing.
    """
    style = (_ROOM / "page.css").read_text("utf-8")
    return _template(template).render(
        style=Markup(style), script=Markup(script), policy=_policy(style, script), **values
    )


def read_script(name: str) -> str:
    """A script of this room."""
    return (_ROOM / name).read_text("utf-8")


def clean(value: Any) -> Any:
    """Plain JSON data with sorted keys, printable text, and None for a number that is not finite."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return _UNPRINTABLE.sub("\ufffd", _LINE_END.sub("\n", value))
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {clean(str(key)): clean(value[key]) for key in sorted(value, key=str)}
        case Sequence():
            return [clean(item) for item in value]
        case _:
            return clean(str(value))


def write_page(text: str, path: Path) -> Path:
    """Write a page to `path` in one step: a reader sees the old page or the new one, never half of it.

    Raises:
        DiskError: the page cannot be written.
    """
    content = text.encode("utf-8")
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            draft.write_bytes(content)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(path, error) from error
    return path


@functools.cache  # compiling costs more than filling a small page
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_ROOM),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": _percent,
        "figure": _figure,
        "brief": _brief,
        "anchor": _anchor,
        "p_value": _p_value,
    }
    return environment.get_template(name)


def _policy(style: str, script: str) -> Markup:
    def source(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    scripts = source(script) if script else "'none'"
    rules = f"style-src {source(style)}; script-src {scripts}"
    return Markup(f"default-src 'none'; {rules}; base-uri 'none'; form-action 'none'")


def _percent(share: float | None, digits: int = 1) -> str:
    return _MISSING if share is None else f"{share:.{digits}%}"


def _figure(value: float | None, digits: int = 0, sign: str = "") -> str:
    return _MISSING if value is None else f"{value:{sign},.{digits}f}".replace("-", "−")


def _p_value(p: float | None) -> str:
    return _MISSING if p is None else "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _brief(text: str | None, limit: int) -> str:
    """The start of a text on one line; bounded work, however long the text is."""
    if text is None:
        return _MISSING
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1].rstrip() + "…"


def _anchor(problem_id: str) -> str:
    """The address of a problem within the page."""
    return "#problem=" + quote(problem_id, safe="")
