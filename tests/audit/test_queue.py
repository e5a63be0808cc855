from __future__ import annotations

import contextlib
import json
import random
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.audit.queue import LEASE, Handed, LeaseLost, Queue
from reasoning_toolkit.audit.register import plan_audit
from reasoning_toolkit.errors import DataError, DiskError, RunError, UsageError
from tests.audit.sample_run import sound_at, write_run

FLAW = {"verdict": "flawed", "step": 1, "type": "logical"}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def planned(folder: Path, truth: Sequence[Sequence[bool]], **settings: Any) -> Path:
    run = write_run(folder, sound_at(truth))
    plan_audit(run, **{"budget": 10_000} | settings)
    return run


def say(queue: Queue, reader: str, handed: Handed | None, verdict: str | None = None) -> None:
    """Answer with a verdict, or with the truth that the text holds."""
    assert handed is not None
    verdict = verdict or handed.item.text.split()[-1]
    queue.answer(reader, handed.lease, FLAW if verdict == "flawed" else {"verdict": verdict})


def read_all(queue: Queue, *readers: str) -> int:
    """Readers who tell the truth, in turn, until there is nothing for any of them; how many items they were handed."""
    count, idle = 0, 0
    while idle < len(readers):
        for reader in readers:
            handed = queue.take(reader)
            idle = 0 if handed else idle + 1
            if handed:
                say(queue, reader, handed)
                count += 1
    return count


def test_reading_ends_at_the_first_sound_sample_that_two_confirm(tmp_path: Path) -> None:
    truth = [[False] * 4, [True] * 4, [False, True, False, True], [False]]
    queue = Queue(planned(tmp_path, truth))
    read_all(queue, "anna", "bob")
    progress = queue.progress()
    assert [p.standing for p in progress] == ["all flawed", "sound found", "sound found", "all flawed"]
    for p, row in zip(progress, truth, strict=True):
        in_order = [row[i] for i in p.plan.order]
        expected = in_order[: in_order.index(True) + 1] if any(row) else in_order
        assert list(p.verdicts) == expected
        assert all(len(who) == (2 if sound else len(who)) for sound, who in zip(p.verdicts, p.readings, strict=True))
    assert queue.take("carl") is None  # a third is not needed where two agree


def test_two_readers_never_hold_one_item_and_none_meets_one_twice(tmp_path: Path) -> None:
    queue = Queue(planned(tmp_path, [[True] * 3] * 5))
    held = [queue.take("anna"), queue.take("bob"), queue.take("carl")]
    assert len({h.item.item for h in held if h}) == 3
    assert queue.take("anna").item == held[0].item  # type: ignore[union-attr]  # what she holds comes back to her
    say(queue, "bob", held[1], "sound")
    assert queue.take("bob").item.item not in {h.item.item for h in held if h}  # type: ignore[union-attr]


def test_a_split_goes_to_a_third_reader(tmp_path: Path) -> None:
    queue = Queue(planned(tmp_path, [[True]]))
    say(queue, "anna", queue.take("anna"), "sound")
    assert queue.take("anna") is None
    say(queue, "bob", queue.take("bob"), "flawed")
    assert (queue.take("anna"), queue.take("bob"), queue.progress()[0].standing) == (None, None, "open")
    say(queue, "carl", queue.take("carl"), "flawed")
    (only,) = queue.progress()
    assert (only.standing, only.settled, [*only.readings[0]]) == ("all flawed", ("flawed",), ["anna", "bob", "carl"])


def test_one_reader_alone(tmp_path: Path) -> None:
    queue = Queue(planned(tmp_path, [[False, True], [False, False]], confirmations=1))
    read_all(queue, "anna")
    assert [p.standing for p in queue.progress()] == ["sound found", "all flawed"]


def test_a_lease_runs_out(tmp_path: Path) -> None:
    clock = Clock()
    queue = Queue(planned(tmp_path, [[True]]), clock=clock)
    first = queue.take("anna")
    assert queue.take("bob") is None
    clock.now += LEASE + 1
    second = queue.take("bob")
    assert second is not None
    with pytest.raises(LeaseLost, match="not in your hands"):
        say(queue, "anna", first, "sound")
    say(queue, "bob", second, "sound")
    with pytest.raises(LeaseLost, match="not in your hands"):  # pressed twice
        say(queue, "bob", second, "sound")
    assert queue.state().verdicts(second.item.item) == ["sound"]


def test_a_late_verdict_counts_where_nobody_took_the_item(tmp_path: Path) -> None:
    clock = Clock()
    queue = Queue(planned(tmp_path, [[True]]), clock=clock)
    first = queue.take("anna")
    clock.now += 10 * LEASE
    say(queue, "anna", first, "sound")
    assert queue.state().done["anna"]


def test_undo_goes_back_step_by_step_and_over_a_skip(tmp_path: Path) -> None:
    queue = Queue(planned(tmp_path, [[False, True]] * 3, confirmations=1))
    seen = []
    for verdict in ("sound", "skip", "flawed"):
        seen.append(queue.take("anna"))
        say(queue, "anna", seen[-1], verdict)
    for earlier in reversed(seen):
        assert queue.undo("anna")
        assert queue.take("anna").item == earlier.item  # type: ignore[union-attr]
    assert not queue.undo("anna")
    assert all(p.standing == "open" and p.settled == () for p in queue.progress())
    read_all(queue, "anna")
    assert [p.standing for p in queue.progress()] == ["sound found"] * 3


def test_an_undone_verdict_that_another_built_on(tmp_path: Path) -> None:
    """Anna said sound, Bob holds the item to confirm; she takes it back: he is first now, she reads it after him."""
    queue = Queue(planned(tmp_path, [[True]]))
    say(queue, "anna", queue.take("anna"), "sound")
    bobs = queue.take("bob")
    assert queue.undo("anna")
    assert queue.take("anna") is None
    say(queue, "bob", bobs, "sound")
    say(queue, "anna", queue.take("anna"), "sound")
    assert [*queue.progress()[0].readings[0]] == ["bob", "anna"]


def test_a_verdict_behind_an_undone_one_is_kept_for_when_reading_comes_there(tmp_path: Path) -> None:
    queue = Queue(planned(tmp_path, [[False, False]], confirmations=1))
    say(queue, "anna", queue.take("anna"), "flawed")
    say(queue, "bob", queue.take("bob"), "sound")
    assert queue.undo("anna")
    assert queue.progress()[0].standing == "open"
    say(queue, "anna", queue.take("anna"), "flawed")
    (only,) = queue.progress()
    assert (only.standing, only.settled) == ("sound found", ("flawed", "sound"))


def test_a_skipped_item_goes_to_others_and_not_back(tmp_path: Path) -> None:
    queue = Queue(planned(tmp_path, [[True]]))
    say(queue, "anna", queue.take("anna"), "skip")
    assert queue.take("anna") is None
    assert queue.take("bob") is not None


def test_a_defective_problem_is_set_aside_and_a_wrong_grader_is_not_sound(tmp_path: Path) -> None:
    queue = Queue(planned(tmp_path, [[True, True], [True]], confirmations=1))
    for _ in range(2):
        handed = queue.take("anna")
        assert handed is not None
        say(queue, "anna", handed, "defective" if handed.item.question == "Question 0?" else "grader wrong")
    assert queue.take("anna") is None
    first, second = queue.progress()
    assert (first.standing, second.standing) == ("defective", "all flawed")
    assert (second.settled, second.verdicts) == (("grader wrong",), (False,))


def test_equal_texts_are_read_once_and_counted_each(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[("same flawed", True)] * 5 + [("other flawed", True)]])
    plan_audit(run, budget=100, confirmations=1)
    queue = Queue(run)
    queue_reads = 0
    while handed := queue.take("anna"):
        queue.answer("anna", handed.lease, {"verdict": "flawed", "step": 0, "type": "jump"})
        queue_reads += 1
    assert queue_reads == 2
    assert queue.progress()[0].verdicts == (False,) * 6


def gold_file(folder: Path, count: int) -> Path:
    rows = [
        {"question": f"g{i}", "text": "known\nsound" if i % 2 else "known\nflawed", "sound": bool(i % 2)}
        for i in range(count)
    ]
    path = folder / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_gold_items_come_now_and_then_to_each_reader_and_change_no_figure(tmp_path: Path) -> None:
    truth = [[False] * 10 + [True]] * 6
    plain = Queue(planned(tmp_path / "plain", truth))
    mixed = Queue(planned(tmp_path / "mixed", truth, gold=gold_file(tmp_path, 4)))
    without = read_all(plain, "anna", "bob")
    places: dict[str, list[int]] = {"anna": [], "bob": []}
    met: dict[str, set[str]] = {"anna": set(), "bob": set()}
    count, busy = 0, True
    while busy:
        busy = False
        for reader in places:
            if handed := mixed.take(reader):
                busy, number = True, len(mixed.state().done[reader])
                if handed.item.item in mixed.gold:
                    places[reader].append(number)
                    assert handed.item.item not in met[reader]
                    met[reader].add(handed.item.item)
                    mixed.answer(reader, handed.lease, {"verdict": "sound"})
                else:
                    say(mixed, reader, handed)
                count += 1
    assert count == without + sum(map(len, places.values()))
    assert all(places.values())
    assert [p.settled for p in mixed.progress()] == [p.settled for p in plain.progress()]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"question": "q", "text": "t"}', '{"question": 1, "text": "t", "sound": true}']
)
def test_a_gold_file_that_does_not_fit_is_named_by_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"question": "q", "text": "t", "sound": True}) + "\n" + line + "\n")
    with pytest.raises(DataError, match=r"gold\.jsonl, line 2"):
        planned(tmp_path / "run", [[True]], gold=path)
    with pytest.raises(DataError, match="cannot be read"):
        planned(tmp_path / "run", [[True]], gold=tmp_path / "none")
    assert not (tmp_path / "run" / "audit").exists()


def test_events_are_only_added(tmp_path: Path) -> None:
    run = planned(tmp_path, [[True]])
    with sqlite3.connect(run / "audit" / "queue.sqlite") as connection:
        for statement in ("DELETE FROM events", "UPDATE events SET reader = 'other'"):
            with pytest.raises(sqlite3.IntegrityError, match="only added"):
                connection.execute(statement)


@pytest.mark.parametrize("lease", [0, -1, 10**30, None, "1", [1], 1.5, {}])
def test_a_lease_that_was_never_given_is_refused(tmp_path: Path, lease: Any) -> None:
    queue = Queue(planned(tmp_path, [[True]]))
    queue.take("anna")
    with pytest.raises(LeaseLost, match="not in your hands"):
        queue.answer("bob", lease, {"verdict": "sound"})


def test_a_refused_answer_changes_nothing_and_the_item_stays_in_hand(tmp_path: Path) -> None:
    queue = Queue(planned(tmp_path, [[True]]))
    handed = queue.take("anna")
    assert handed is not None
    with pytest.raises(UsageError, match="first bad step"):
        queue.answer("anna", handed.lease, {"verdict": "flawed", "step": 3, "type": "jump"})  # the text has 3 steps
    say(queue, "anna", handed, "sound")


def test_no_plan_and_a_file_that_is_no_queue_are_explained(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no plan yet"):
        Queue(write_run(tmp_path / "a", [[("x", True)]]))
    run = planned(tmp_path / "b", [[True]])
    for side in ("", "-wal", "-shm"):
        (run / "audit" / f"queue.sqlite{side}").unlink(missing_ok=True)
    (run / "audit" / "queue.sqlite").write_bytes(b"no database" * 500)
    with pytest.raises((RunError, DiskError), match=r"queue\.sqlite"):
        Queue(run)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_readers_do_in_whatever_order(tmp_path: Path, seed: int) -> None:
    """Three readers who take, answer, err, skip, undo and go away at random: promises hold after every step."""
    rng, clock = random.Random(seed), Clock()
    truth = [[rng.random() < 0.4 for _ in range(rng.randint(1, 6))] for _ in range(6)]
    run = planned(tmp_path, truth, seed=seed, gold=gold_file(tmp_path, 3))
    queues = {name: Queue(run, clock=clock) for name in ("anna", "bob", "carl")}
    hands: dict[str, tuple[Handed, float]] = {}
    for _ in range(150):
        name = rng.choice(list(queues))
        action = rng.choice(["take", "take", "answer", "answer", "undo", "wait", "crash"])
        if action == "take" and (handed := queues[name].take(name)):
            assert not queues[name].state().has_met(name, handed.item.item)
            others = [h.item for other, (h, until) in hands.items() if other != name and until >= clock.now]
            assert handed.item not in others
            hands[name] = handed, clock.now + LEASE
        elif action == "answer" and name in hands:
            choice = rng.choice([None, None, None, "sound", "flawed", "skip"])
            with contextlib.suppress(LeaseLost):  # undone or run out meanwhile
                say(queues[name], name, hands.pop(name)[0], choice)
        elif action == "undo":
            queues[name].undo(name)
        elif action == "wait":
            clock.now += rng.choice([1.0, LEASE])
        elif action == "crash":
            queues[name].close()
            queues[name] = Queue(run, clock=clock)
        states = [queue.progress() for queue in queues.values()]
        assert states[0] == states[1] == states[2]
    clock.now += 2 * LEASE
    for _ in range(20):  # then all three read on honestly, with a fourth and a fifth for what was split
        read_all(queues["anna"], "anna", "bob", "carl", "dora", "emil")
    assert {p.standing for p in queues["anna"].progress()} <= {"all flawed", "sound found"}
