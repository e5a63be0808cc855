"""Make the plan of an audit and register it: from then on any change of it is noticed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from reasoning_toolkit.audit.gold import read_gold
from reasoning_toolkit.audit.manifest import Manifest, manifest_from_json, manifest_text
from reasoning_toolkit.audit.plan import make_plan
from reasoning_toolkit.audit.pools import Pool, read_pools
from reasoning_toolkit.audit.store import Item, Store
from reasoning_toolkit.runs.config import write_atomically


class Planned(NamedTuple):
    """The plan in force; `fresh` where it is a new one, `restored` where its file had been changed."""

    manifest: Manifest
    fresh: bool
    restored: bool


def plan_audit(run: Path, *, gold: Path | None = None, after_thinking: bool = False, **settings: Any) -> Planned:
    """Plan the audit of a run and write RUN/audit/manifest.json.

    The same settings and samples give the same plan, which then stays as it is. Anything else, such as new samples, makes a new
    one with its own draw; verdicts are kept by the text they were given on. Every plan stays in the queue.

    Args:
        gold: a file of solutions whose verdicts are known (`read_gold`), to be mixed in.
        after_thinking, settings: of `make_plan`.

    Raises:
        RunError, UsageError: of `read_pools` and `make_plan`.
        DataError: the gold file does not fit.
        DiskError: the plan cannot be written.
    """
    pools = read_pools(run, after_thinking=after_thinking)
    known = read_gold(gold) if gold else []
    make_plan(pools, after_thinking=after_thinking, **settings)  # refused before anything is written
    path = run / "audit" / "manifest.json"
    store = Store(run / "audit" / "queue.sqlite")
    try:
        with store.transaction():
            before = registered_plan(store)
            manifest = _next_plan(before, pools, {**settings, "after_thinking": after_thinking})
            fresh = before is None or manifest.hash != before.hash
            store.add_items([*_items(pools, manifest), *known])
            if fresh:
                store.add(time.time(), "", "plan", "", manifest.to_json())
    finally:
        store.close()
    text = manifest_text(manifest)
    as_written = path.exists() and path.read_text(encoding="utf-8", errors="replace") == text
    if not as_written:
        write_atomically(path, text)
    return Planned(manifest, fresh, restored=not fresh and not as_written)


def registered_plan(store: Store) -> Manifest | None:
    """The last plan that was registered in the queue; None before the first."""
    plans = list(store.events(kind="plan"))
    return manifest_from_json(plans[-1].body, store.path) if plans else None


def _next_plan(before: Manifest | None, pools: Sequence[Pool], settings: dict[str, Any]) -> Manifest:
    """The plan before, where the settings and samples are the same; else the one after it."""
    if before is None:
        return make_plan(pools, **settings)
    again = make_plan(pools, **settings, revision=before.revision, previous=before.previous)
    if again.hash == before.hash:
        return again
    return make_plan(pools, **settings, revision=before.revision + 1, previous=before.hash)


def _items(pools: Sequence[Pool], manifest: Manifest) -> Iterator[Item]:
    """What the plan says is to be read; of equal texts the first in reading order stands for all."""
    for pool, problem in zip(pools, manifest.problems, strict=True):
        for number, item in zip(problem.order, problem.items, strict=True):
            sample = pool.samples[number]
            yield Item(item, pool.question, pool.reference, sample.answer or "", sample.text)
