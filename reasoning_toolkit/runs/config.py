"""The resolved configuration of a run, and which of its fields may change when the same directory is used again.

A field of a config dataclass says so itself: `fixed()` changes answers and is refused by name; `growing()` may become larger, which
generates only what is new, or smaller, which reads a part; a plain field only changes how the work is done.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, field, fields
from pathlib import Path
from typing import Any

from reasoning_toolkit.disk import disk_error
from reasoning_toolkit.errors import ConfigChanged, RunError

CONFIG_SCHEMA = 1


def fixed(**options: Any) -> Any:
    """A field that changes answers."""
    return field(metadata={"change": "refused"}, **options)


def growing(**options: Any) -> Any:
    """A field that may grow or shrink: sample counts, limits."""
    return field(metadata={"change": "allowed"}, **options)


def reconcile(folder: Path, config: Any, identity: Mapping[str, Any]) -> None:
    """Write the resolved config of a run, or compare it with the one that is there.

    Args:
        folder: the run directory.
        config: a dataclass made with `fixed` and `growing`.
        identity: further things that must not change, by name (the model's identity).

    Raises:
        ConfigChanged: a field that changes answers differs; all of them are named, with both values.
    """
    path = folder / "config.json"
    text = json.dumps({"schema": CONFIG_SCHEMA, "settings": asdict(config), "identity": dict(identity)}, indent=2)
    if path.exists():
        old, new = read_config(folder), json.loads(text)
        names = [f.name for f in fields(config) if f.metadata.get("change") == "refused"]
        changes = _differences(old["settings"], new["settings"], names)
        changes += _differences(old["identity"], new["identity"], list(identity))
        if changes:
            raise ConfigChanged(
                f"{folder} was made with other settings: " + "; ".join(changes),
                hint="give the same settings to go on, or another directory with --run",
            )
    write_atomically(path, text + "\n")


def read_config(folder: Path) -> dict[str, Any]:
    """The resolved config of a run.

    Raises:
        RunError: there is no run in this folder, or it was made by a newer version.
    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(f"{folder} holds no run (no config.json)", hint="give the directory that --run named") from error
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error}", hint="is it yours to read?") from error
    except ValueError as error:  # no JSON, or no UTF-8
        raise _damaged(path, str(error)) from error
    if not isinstance(config, dict) or not isinstance(config.get("schema"), int):
        raise _damaged(path, "it has no schema number")
    if config["schema"] > CONFIG_SCHEMA:
        raise RunError(f"{path} was made by a newer version", hint="pip install -U reasoning-toolkit")
    if not all(isinstance(config.get(part), dict) for part in ("settings", "identity")):
        raise _damaged(path, "settings and identity are expected")
    return config


def _damaged(path: Path, why: str) -> RunError:
    hint = "restore it, or remove it: the command that made the run writes it again, and reuses what fits its settings"
    return RunError(f"{path} is damaged: {why}", hint=hint)


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that it is either the old one or the whole new one, whatever happens.

    Raises:
        DiskError: it cannot be written; the old one is untouched.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):  # what stopped the writing may stop this too
            part.unlink(missing_ok=True)
        raise disk_error(path, error) from error


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], names: list[str]) -> list[str]:
    return [f"{n} was {_short(old.get(n))}, now {_short(new.get(n))}" for n in names if old.get(n) != new.get(n)]


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 160 else text[:157] + "..."
