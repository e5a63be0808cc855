"""The one exception family of the toolkit.

    ToolkitError                 message + hint; the command prints both and exits with code 2
    ├── UsageError               an unknown name, a flag that does not fit
    ├── DataError                a problem file: torn line, duplicate id, missing answer
    ├── EngineError              a model that cannot be loaded or stopped answering
    │   └── MissingPackage       an optional package is not installed
    ├── GradingError             the grader's worker cannot be started
    ├── SandboxError             no way to run unread programs works on this machine
    └── RunError                 a run directory
        ├── RunLocked            another process holds it
        ├── ConfigChanged        the same directory was made with other settings
        ├── DiskError            it cannot be written: read-only, full
        └── NothingToShow        it holds no finished result yet

A message says what was expected, what came and where; the hint says what to do about it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ToolkitError(Exception):
    """Base of everything this package raises on purpose.

    Args:
        message: what was expected, what came, and where.
        hint: the nearest valid name or the command that fixes it.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class UsageError(ToolkitError):
    """A name or flag that does not fit."""


class DataError(ToolkitError):
    """A data file that cannot be trusted: the message names file, line and id."""


class EngineError(ToolkitError):
    """A model that cannot be loaded, or an engine that stopped answering."""


class MissingPackage(EngineError):
    """An optional package is needed and not installed."""


class GradingError(ToolkitError):
    """The grader's worker cannot be started."""


class SandboxError(ToolkitError):
    """A program cannot be shut in here, so it is not run."""


class RunError(ToolkitError):
    """Something about a run directory."""


class RunLocked(RunError):
    """Another living process works on this run."""


class ConfigChanged(RunError):
    """The run was made with other settings that change its answers."""


class DiskError(RunError):
    """The run directory cannot be written."""


class NothingToShow(RunError):
    """The run holds no finished result yet."""


def unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that is in no table: nearest valid names first, then all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return UsageError(f"unknown {kind} {name!r}", hint=f"{hint}known: {', '.join(names)}")
