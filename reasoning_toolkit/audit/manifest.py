"""The plan of an audit, written down before anyone reads: every probability, every reading order, and a hash over all of it.

RUN/audit/manifest.json   the plan in force
RUN/audit/queue.sqlite    what is read, all plans so far, every event of the reading (`queue.py`)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import RunError

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class PlannedProblem:
    """What the plan says of one problem.

    Attributes:
        problem: its id.
        n: samples.
        c: accepted ones.
        probability: with which it was drawn; 1 where all are read, and where nothing was accepted: that is known.
        guess: of the plan, made before the draw: the chance that any accepted sample is sound. Wrong guesses cost
            readings and width, never bias.
        drawn: whether its samples are read.
        order: numbers of its accepted samples in reading order.
        items: what is read for each of them; equal texts are one item, read once.
    """

    problem: str
    n: int
    c: int
    probability: float
    guess: float
    drawn: bool
    order: tuple[int, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A plan.

    Attributes:
        revision: 1 for the first plan of a run; every later one draws anew.
        previous: hash of the plan before.
        seed: of the draw of problems and of the reading orders, with the revision.
        budget: readings that the plan was made for; a reading is one verdict of one reader.
        design: "stop" or "two-phase", as in `audit.designs`.
        confirmations: readers who must agree that a sample is sound.
        after_thinking: whether only what follows the thinking is read.
        expected_readings: by the plan's guesses.
        twice: items that two readers read whatever the first one says: a random part, from which agreement is measured.
        problems: in the order of the run.
    """

    revision: int
    previous: str | None
    seed: int
    budget: int
    design: str
    confirmations: int
    after_thinking: bool
    expected_readings: float
    twice: tuple[str, ...]
    problems: tuple[PlannedProblem, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain data, with the hash over it."""
        body: dict[str, Any] = json.loads(json.dumps({"schema": SCHEMA, **asdict(self)}))
        return body | {"hash": content_hash(body)}

    @property
    def hash(self) -> str:
        """SHA-256 over all that the plan says."""
        return str(self.to_json()["hash"])


def content_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 over a manifest's content, all but its hash."""
    content = {key: value for key, value in body.items() if key != "hash"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def manifest_text(manifest: Manifest) -> str:
    """The file as it is written; equal plans give equal bytes."""
    return json.dumps(manifest.to_json(), indent=1, sort_keys=True) + "\n"


def manifest_from_json(body: Mapping[str, Any], path: Path) -> Manifest:
    """The plan that a manifest holds.

    Raises:
        RunError: it was made by another version, or its hash is not that of its content.
    """
    if body.get("schema") != SCHEMA:
        raise RunError(
            f"{path} has schema {body.get('schema')!r}, this version reads {SCHEMA}",
            hint="`reason audit plan` makes it again",
        )
    if body.get("hash") != content_hash(body):
        raise changed(path)
    problems = tuple(
        PlannedProblem(**p | {"order": tuple(p["order"]), "items": tuple(p["items"])}) for p in body["problems"]
    )
    rest = {name: body[name] for name in Manifest.__slots__}
    return Manifest(**rest | {"twice": tuple(body["twice"]), "problems": problems})


def read_manifest(path: Path) -> Manifest:
    """The plan in a file.

    Raises:
        RunError: there is none, or it is not as it was written.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(
            f"{path} is not there: the audit has no plan yet", hint="reason audit plan RUN --budget N"
        ) from error
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read: {error}", hint=RESTORE) from error
    if not isinstance(body, dict):
        raise changed(path)
    return manifest_from_json(body, path)


RESTORE = "`reason audit plan` with the same settings puts the registered plan back; who reads must then start again"


def changed(path: Path) -> RunError:
    """The error for a manifest that is not what was registered."""
    return RunError(
        f"{path} is not the plan that was registered: it was changed, or planned anew meanwhile", hint=RESTORE
    )
