from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_toolkit.audit.manifest import content_hash, read_manifest
from reasoning_toolkit.audit.queue import Queue
from reasoning_toolkit.audit.register import plan_audit, registered_plan
from reasoning_toolkit.audit.store import Store
from reasoning_toolkit.errors import RunError, UsageError
from tests.audit.sample_run import sound_at, write_run
from tests.audit.test_queue import read_all

TRUTH = [[False, True, True], [False] * 5, [True] * 8]


def manifest_of(run: Path) -> Path:
    return run / "audit" / "manifest.json"


def test_the_same_plan_twice_is_one_plan(tmp_path: Path) -> None:
    run = write_run(tmp_path, sound_at(TRUTH))
    first = plan_audit(run, budget=100, seed=5)
    written = manifest_of(run).read_bytes()
    again = plan_audit(run, budget=100, seed=5)
    assert (first.fresh, again.fresh, again.restored) == (True, False, False)
    assert first.manifest == again.manifest == read_manifest(manifest_of(run))
    assert manifest_of(run).read_bytes() == written


def test_a_changed_manifest_is_noticed_even_with_a_new_hash_and_can_be_put_back(tmp_path: Path) -> None:
    run = write_run(tmp_path, sound_at(TRUTH))
    plan_audit(run, budget=100)
    path = manifest_of(run)
    sound = path.read_text()
    body = json.loads(sound)
    body["problems"][0]["order"].reverse()
    body["problems"][0]["items"].reverse()
    path.write_text(json.dumps(body))
    with pytest.raises(RunError, match="not the plan that was registered"):
        Queue(run)
    path.write_text(json.dumps(body | {"hash": content_hash(body)}))
    assert read_manifest(path)
    with pytest.raises(RunError, match="not the plan that was registered"):
        Queue(run)
    for content in ("", "[]", "{}", '{"schema": 1}'):
        path.write_text(content)
        with pytest.raises(RunError, match=r"manifest\.json"):
            Queue(run)
    planned = plan_audit(run, budget=100)
    assert (planned.fresh, planned.restored, path.read_text()) == (False, True, sound)
    Queue(run)


@pytest.mark.parametrize("key", ["seed", "budget", "confirmations", "design", "expected_readings", "twice", "previous"])
def test_the_hash_covers_everything(tmp_path: Path, key: str) -> None:
    run = write_run(tmp_path, sound_at(TRUTH))
    plan_audit(run, budget=100)
    body = json.loads(manifest_of(run).read_text())
    manifest_of(run).write_text(json.dumps(body | {key: "other"}))
    with pytest.raises(RunError, match="not the plan"):
        read_manifest(manifest_of(run))


def test_new_samples_keep_the_verdicts_and_draw_the_order_anew(tmp_path: Path) -> None:
    run = write_run(tmp_path, sound_at(TRUTH))
    first = plan_audit(run, budget=100).manifest
    queue = Queue(run)
    read_all(queue, "anna", "bob")
    before = queue.state()
    more = [[*row, True, False] for row in TRUTH]
    write_run(tmp_path, sound_at(more))
    second = plan_audit(run, budget=100).manifest
    assert (second.revision, second.previous) == (2, first.hash)
    with pytest.raises(RunError, match="planned anew"):  # a page that is still open
        queue.take("anna")
    assert any(
        [i for i in new.order if i < old.n] != list(old.order)
        for old, new in zip(first.problems, second.problems, strict=True)
    )
    queue = Queue(run)
    assert {i: r for i, r in queue.state().readings.items() if r} == {i: r for i, r in before.readings.items() if r}
    known = {item for item, readings in before.readings.items() if readings}
    handed = []
    while found := queue.take("anna") or queue.take("carl"):
        handed.append(found.item.item)
        reader = queue.state().leases[found.item.item].reader
        verdict = found.item.text.split()[-1]
        queue.answer(reader, found.lease, {"verdict": verdict, "step": 0, "type": "jump"})
    settled_before = {i for i in known if i not in handed}
    assert settled_before  # what was read was not read again
    for p, row in zip(queue.progress(), more, strict=True):
        assert list(p.verdicts) == [row[i] for i in p.plan.order][: len(p.verdicts)]
        assert p.standing == ("sound found" if any(row) else "all flawed")


def test_every_plan_stays_in_the_queue(tmp_path: Path) -> None:
    run = write_run(tmp_path, sound_at(TRUTH))
    hashes = [plan_audit(run, budget=100, seed=seed).manifest.hash for seed in range(3)]
    store = Store(run / "audit" / "queue.sqlite")
    assert [e.body["hash"] for e in store.events(kind="plan")] == hashes
    last = registered_plan(store)
    assert last is not None
    assert (last.hash, last.revision) == (hashes[-1], 3)


def test_a_plan_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    run = write_run(tmp_path, sound_at(TRUTH))
    with pytest.raises(UsageError):
        plan_audit(run, budget=0)
    assert not (run / "audit").exists()
