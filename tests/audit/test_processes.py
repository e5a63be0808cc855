"""Readers are real processes: two at once never hold one item, and kill -9 at any moment loses nothing."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from reasoning_toolkit.audit.queue import Queue
from tests.audit.test_queue import planned

READER = """
import sys
from pathlib import Path
from reasoning_toolkit.audit.queue import Queue
run, name = Path(sys.argv[1]), sys.argv[2]
queue = Queue(run)
print("ready", flush=True)
sys.stdin.readline()
while handed := queue.take(name):
    print("took", handed.lease, handed.item.item, flush=True)
    verdict = handed.item.text.split()[-1]
    queue.answer(name, handed.lease, {"verdict": verdict, "step": 0, "type": "jump", "note": name})
    print("said", handed.lease, handed.item.item, flush=True)
"""
TRUTH = [[(i * j) % 3 == 1 for j in range(1, 7)] for i in range(1, 25)]


def start(run: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", READER, str(run), name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def lines(process: subprocess.Popen[str]) -> list[list[str]]:
    assert process.stdout
    return [line.split() for line in process.stdout.read().splitlines()]


def test_two_readers_at_once_never_get_one_item_twice(tmp_path: Path) -> None:
    run = planned(tmp_path, TRUTH)
    readers = {name: start(run, name) for name in ("anna", "bob")}
    for process in readers.values():
        go(process)
    took = {name: [row[2] for row in lines(process) if row[0] == "took"] for name, process in readers.items()}
    assert all(process.wait() == 0 for process in readers.values())
    assert all(max(Counter(items).values()) == 1 for items in took.values())
    assert all(len(items) > 10 for items in took.values())  # both did work
    assert_one_holder(run)
    settled = {p.standing for p in Queue(run).progress()}
    assert settled <= {"sound found", "all flawed", "open"}


def assert_one_holder(run: Path) -> None:
    """Between a lease and the reading that uses it up no other reader leases or reads the item."""
    queue = Queue(run)
    held: dict[str, str] = {}
    said: dict[str, list[str]] = defaultdict(list)
    for event in queue.store.events():
        if event.kind == "lease":
            assert held.get(event.item, event.reader) == event.reader
            held[event.item] = event.reader
        elif event.kind == "reading":
            assert held.pop(event.item) == event.reader
            assert event.reader not in said[event.item]
            said[event.item].append(event.reader)


def test_kill_9_in_the_middle_of_reading_loses_nothing(tmp_path: Path) -> None:
    """Two readers are killed again and again at random moments; what either was told is written is there once, to the end."""
    run = planned(tmp_path / "killed", TRUTH)
    rng = random.Random(11)
    acknowledged: list[tuple[str, str]] = []
    killed = 0
    for _ in range(4):
        readers = {name: start(run, name) for name in ("anna", "bob")}
        for process in readers.values():
            go(process)
        for name, process in readers.items():
            try:
                process.wait(timeout=rng.uniform(0.0, 0.1))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            acknowledged += [(name, row[2]) for row in lines(process) if row[0] == "said" and len(row) == 3]
            killed += process.wait() == -signal.SIGKILL
        assert_all_there(run, acknowledged)
    assert killed >= 4
    while True:  # then in peace to the end, each in turn
        before = len(acknowledged)
        for name in ("anna", "bob"):
            process = start(run, name)
            go(process)
            acknowledged += [(name, row[2]) for row in lines(process) if row[0] == "said"]
            assert process.wait() == 0
        if len(acknowledged) == before:
            break
    assert_all_there(run, acknowledged)
    assert_one_holder(run)
    for p, row in zip(Queue(run).progress(), TRUTH, strict=True):
        assert p.standing == ("sound found" if any(row) else "all flawed")
        assert list(p.verdicts) == [row[i] for i in p.plan.order][: len(p.verdicts)]


def assert_all_there(run: Path, acknowledged: list[tuple[str, str]]) -> None:
    queue = Queue(run)
    assert queue.store.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    readings = Counter((e.reader, e.item) for e in queue.store.events(kind="reading"))
    assert max(readings.values(), default=1) == 1
    assert set(acknowledged) <= set(readings)
    assert all(json.loads(json.dumps(e.body))["note"] == e.reader for e in queue.store.events(kind="reading"))
    queue.close()
