"""Names that a solution needs only to look for the tests that judge it, or to equal whatever they expect.

In two sandboxes they reach nothing (`boundary.py`). They are looked for because whoever optimises against a score finds every way to
forge it, and should be seen trying.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

NAMES = frozenset({"_getframe", "gc", "settrace", "inspect", "__eq__"})
_FIELDS = ("id", "attr", "name", "module", "value")  # of names, attributes, definitions and imports, constants


def suspicious_names(sources: Sequence[str]) -> list[str]:
    """Those of the names that the sources hold, in code or as a whole text."""
    found: set[str] = set()
    for source in sources:
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        texts = (getattr(node, field, None) for node in nodes for field in _FIELDS)
        found |= {text for text in texts if isinstance(text, str)} & NAMES
    return sorted(found)
