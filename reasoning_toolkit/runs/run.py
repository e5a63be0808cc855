"""The fifth noun: a run, a directory with its resolved config, its ledger, and the reports made from it.

RUN/config.json     the resolved settings
RUN/ledger.sqlite   every completion, problem, record and verdict (ledger.damaged-N.sqlite: one that was mended)
RUN/report.json     what came out; the same ledger gives the same bytes
RUN/report.html     the same to look at
RUN/run.log         what the engine had to say
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from reasoning_toolkit import __version__
from reasoning_toolkit.disk import disk_error
from reasoning_toolkit.errors import ConfigChanged, RunError
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.config import read_config, reconcile
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.lock import Lock


class Run:
    """A run directory, open and locked for writing.

    Args:
        folder: made if missing.

    Raises:
        RunLocked: another process works on it.
        DiskError: it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(self.folder, error) from error
        self._lock = Lock(self.folder / "lock")
        try:
            self.ledger = Ledger(self.folder / "ledger.sqlite")
        except BaseException:
            self._lock.release()
            raise

    def configure(self, config: Any, identity: Mapping[str, Any]) -> None:
        """Record the settings, or refuse them where they contradict what is there (`reconcile`)."""
        reconcile(self.folder, config, identity)

    def keep_problems(self, problems: Sequence[Problem]) -> None:
        """Remember the problems with their positions.

        Raises:
            ConfigChanged: one of them is known here with another question.
        """
        known = self.ledger.load_all("problem")
        for problem in problems:
            if problem.id in known and known[problem.id]["question"] != problem.question:
                raise ConfigChanged(
                    f"problem {problem.id!r} has another question than when {self.folder} was made",
                    hint="the data changed: start a new run with --run",
                )
        self.ledger.save("problem", {p.id: problem_to_json(p) for p in problems})
        self.ledger.save("order", {"ids": [p.id for p in problems]})

    @contextlib.contextmanager
    def attempt(self, counts: Any) -> Iterator[None]:
        """Note when one stretch of work began and what it did, however it ends.

        Args:
            counts: an object with `made`, `reused` and `decoded`, read at the end.
        """
        started = time.time()
        number = self.ledger.begin_attempt(socket.gethostname(), os.getpid(), __version__, started)
        try:
            yield
        finally:
            self.ledger.end_attempt(number, time.time() - started, counts.made, counts.reused, counts.decoded)

    def close(self) -> None:
        self.ledger.close()
        self._lock.release()

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_run(folder: Path) -> tuple[dict[str, Any], Ledger]:
    """Config and ledger of a run, for reading, also while another process works on it.

    Raises:
        RunError: there is no run in this folder.
    """
    config = read_config(folder)
    path = folder / "ledger.sqlite"
    if not path.exists():
        raise RunError(
            f"{folder} has no ledger", hint="the run was stopped before its first completion: run the command again"
        )
    return config, Ledger(path, readonly=True)


def read_problems(ledger: Ledger) -> list[Problem]:
    """The problems of a run, in order; none before they were written down.

    Raises:
        RunError: one of them is damaged.
    """
    known = ledger.load_all("problem")
    order = ledger.load("order", "ids") or []
    if lost := [i for i in order if i not in known]:
        raise RunError(
            f"{len(lost)} problems in {ledger.path} are damaged, the first is {lost[0]!r}",
            hint="run the command that made it again: it writes them down again",
        )
    return [problem_from_json(i, known[i]) for i in order]


def problem_to_json(problem: Problem) -> dict[str, Any]:
    kind = {} if problem.kind == "value" else {"kind": problem.kind}  # as runs of before there were others
    return kind | {
        "question": problem.question,
        "answer": problem.answer,
        "source": problem.source,
        "extra": json.loads(json.dumps(dict(problem.extra), default=str)),  # dates and the like of a Parquet file
    }


def problem_from_json(identifier: str, body: Mapping[str, Any]) -> Problem:
    return Problem(
        identifier, body["question"], body["answer"], body["source"], body["extra"], body.get("kind", "value")
    )
