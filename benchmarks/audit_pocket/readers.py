"""Readers who know: the exact step checker reads, through the queue of a real audit or without its file, and may err at a known rate."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reasoning_toolkit.audit.events import State
from reasoning_toolkit.audit.manifest import Manifest
from reasoning_toolkit.audit.pools import Pool
from reasoning_toolkit.audit.queue import Queue
from reasoning_toolkit.audit.steps import split_steps
from reasoning_toolkit.audit.verdicts import Reading, settle
from reasoning_toolkit.problems.pocket import TraceCheck, check_trace
from reasoning_toolkit.problems.problem import Problem

Truth = Mapping[str, Reading]  # of each accepted text, by item
_TYPES = {"wrong equation": "calculation", "unjustified jump": "jump"}


def true_readings(pools: Sequence[Pool], extras: Sequence[Mapping[str, Any]]) -> dict[str, Reading]:
    """What the checker says of every accepted sample."""
    found: dict[str, Reading] = {}
    for pool, extra in zip(pools, extras, strict=True):
        problem = Problem(pool.problem, pool.question, pool.reference, "pocket", extra)
        for number, sample in enumerate(pool.samples):
            if sample.accepted:
                found[pool.item(number)] = _reading(check_trace(problem, sample.text), sample.text)
    return found


def read_queue(run: Path, truth: Truth, readers: Sequence[str]) -> int:
    """Let the readers work in turn until there is nothing for any of them; how many items they were handed."""
    queue, handed, idle = Queue(run), 0, 0
    try:
        while idle < len(readers):
            for reader in readers:
                item = queue.take(reader)
                idle = 0 if item else idle + 1
                if item:
                    queue.answer(reader, item.lease, asdict(truth[item.item.item]))
                    handed += 1
    finally:
        queue.close()
    return handed


def read_quickly(manifest: Manifest, truth: Truth, readers: Sequence[str], error: float, seed: int) -> State:
    """The same readings without the queue's file: each item goes to one reader after the other until it is settled."""
    state, twice = State(), set(manifest.twice)
    for problem in manifest.problems:
        for item in problem.items:
            if _settled(state, item, truth[item], manifest, item in twice, readers, error, seed) == "sound":
                break
    return state


def _settled(
    state: State,
    item: str,
    true: Reading,
    manifest: Manifest,
    twice: bool,
    readers: Sequence[str],
    error: float,
    seed: int,
) -> str | None:
    for reader in readers:
        verdict = settle(state.verdicts(item), manifest.confirmations, twice)
        if verdict is not None:
            return verdict
        errs = error > 0 and _uniform(f"{seed} {reader} {item}") < error
        state.readings[item].setdefault(reader, _opposite(true) if errs else true)
    return settle(state.verdicts(item), manifest.confirmations, twice)


def _opposite(reading: Reading) -> Reading:
    return Reading("flawed", 0, "other") if reading.verdict == "sound" else Reading("sound")


def _uniform(name: str) -> float:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) / 2**64


def _reading(check: TraceCheck, text: str) -> Reading:
    if not check.right:
        return Reading("grader wrong")
    if check.sound:
        return Reading("sound")
    bad = next((step for step in check.steps if step.kind in _TYPES), None)
    if bad is None:
        return Reading("flawed", 0, "jump")  # a step of the program is missing
    return Reading("flawed", _step_at(text, bad.start), _TYPES[bad.kind])


def _step_at(text: str, place: int) -> int:
    end = 0
    for number, step in enumerate(split_steps(text)):
        end += len(step)
        if place < end:
            return number
    return 0
