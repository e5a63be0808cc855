"""The ledger keeps what it is given to the last character, and never hands on what it cannot vouch for."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reasoning_toolkit.engines.types import Completion, Request, Sampling, TokenLogprobs, Usage
from reasoning_toolkit.errors import DiskError, RunError
from reasoning_toolkit.runs.encoding import pack, pack_completion, unpack, unpack_completion
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.runs.store import checksum

any_text = st.text(st.characters(exclude_categories=()))  # NUL and lone surrogates too
token = st.integers(0, 2**32 - 1)
log_probability = st.floats(max_value=0, allow_nan=False)
completions = st.builds(
    Completion,
    st.lists(token, max_size=8).map(tuple),
    any_text,
    st.sampled_from(("stop", "length", "error")),
    st.builds(Usage, token, token, token),
    st.none()
    | st.lists(
        st.builds(TokenLogprobs, log_probability, st.dictionaries(token, log_probability, max_size=3)), max_size=4
    ).map(tuple),
    st.none() | any_text,
)
cells = st.none() | st.integers() | st.binary(max_size=6) | any_text.filter(lambda t: len(t) < 6)


def request(seed: int, **labels: object) -> Request:
    return Request((1, 2, 3), Sampling(), seed, **labels)  # type: ignore[arg-type]


def fill(ledger: Ledger, count: int) -> list[str]:
    keys = []
    for i in range(count):
        asked = request(i, problem_id=f"p{i}")
        keys.append(asked.key("model"))
        ledger.put(keys[-1], asked, Completion((i, i + 1), f"text {i}", "stop", Usage(3, 1, 2)))
    return keys


@given(completions)
@example(Completion((), "\ud83d\ude00", "stop"))  # two halves that JSON's escapes would join into one character
@example(
    Completion((2**32 - 1,), "\0a\ud800", "error", logprobs=(TokenLogprobs(-math.inf, {0: -0.0}),), error="\udfff")
)
def test_packing_keeps_every_completion(completion: Completion) -> None:
    assert unpack_completion(*pack_completion(completion)) == completion


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(completion=completions, name=any_text)
def test_the_file_keeps_every_completion_and_document(tmp_path: Path, completion: Completion, name: str) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.put("key", request(0), completion)
    ledger.save("record", {"p": {"text": name}})
    assert ledger.get("key") == completion
    assert ledger.load("record", "p") == {"text": name}
    ledger.close()


@given(st.lists(cells, max_size=5), st.lists(cells, max_size=5))
@example(["1"], [1])
@example([b"1"], ["1"])
@example([None], [b"\0"])
@example(["ab", "c"], ["a", "bc"])
@example([""], [])
@example(["\udc80"], [b"\x80"])
def test_checksums_differ_wherever_values_or_types_differ(one: list[object], other: list[object]) -> None:
    typed = [[(type(v), v) for v in values] for values in (one, other)]
    assert (checksum(one) == checksum(other)) == (typed[0] == typed[1])


@given(st.dictionaries(any_text, any_text | st.integers() | st.lists(any_text)))
def test_equal_documents_give_equal_bytes_whatever_their_order(body: dict[str, object]) -> None:
    assert pack(dict(reversed(body.items()))) == pack(body)
    assert unpack(pack(body)) == body


def test_a_missing_key_is_none_and_usage_sums_what_is_there(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert ledger.get("nothing") is None
    assert ledger.usage() == (0, Usage())
    fill(ledger, 3)
    assert ledger.usage() == (3, Usage(9, 3, 6))


def test_a_continuation_does_not_store_its_prompt_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.put("a", request(0), Completion((), "", "stop"))
    ledger.put("b", request(0, parent="a", cut=1), Completion((), "", "stop"))
    rows = ledger.connection.execute("SELECT key, length(prompt) FROM completions ORDER BY key").fetchall()
    assert rows == [("a", 12), ("b", None)]


def test_what_was_inserted_behind_a_parent_is_kept(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.put("b", request(0, parent="a", cut=1, inserted=(7, 8)), Completion((), "", "stop"))
    (asked,) = ledger.connection.execute("SELECT request FROM completions").fetchone()
    assert unpack(asked)["inserted"] == [7, 8]


def test_documents_are_written_all_or_none(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.save("record", {"a": 1})
    ledger.connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON documents WHEN NEW.name = 'c' BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    with pytest.raises(DiskError):
        ledger.save("record", {"a": 2, "b": 3, "c": 4})
    assert ledger.load_all("record") == {"a": 1}


def test_documents_come_in_the_order_of_their_names_and_kinds_do_not_mix(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.save("record", {"b": 2, "a": 1})
    ledger.save("verdict", {"a": "other"})
    assert list(ledger.load_all("record").items()) == [("a", 1), ("b", 2)]
    assert ledger.load("verdict", "b") is None


def test_a_changed_document_keeps_its_row(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for i in range(50):
        ledger.save("record", {"a": i, "b": i})
    assert ledger.connection.execute("SELECT max(rowid) FROM documents").fetchone() == (2,)
    assert ledger.load_all("record") == {"a": 49, "b": 49}


def test_a_damaged_document_takes_no_other_kind_of_the_same_name_with_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for kind in ("problem", "record", "verdict"):
        ledger.save(kind, {"p": kind})
    with ledger.connection:
        ledger.connection.execute("UPDATE documents SET body = '\"wrong\"' WHERE kind = 'record'")
    assert ledger.load("record", "p") is None
    assert (ledger.load("problem", "p"), ledger.load("verdict", "p")) == ("problem", "verdict")
    assert ledger.quarantined() == 1


@pytest.mark.parametrize(
    "change",
    [
        "body = CAST(body AS TEXT)",
        "tokens = CAST(tokens AS TEXT)",
        "problem_id = CAST(x'ff' AS TEXT)",
        "prompt = NULL",
        "problem_id = CAST(problem_id AS BLOB)",
        "checksum = zeroblob(16)",
        "tokens = x'010203'",
    ],
)
def test_a_changed_row_is_set_aside_and_not_handed_on(tmp_path: Path, change: str) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    first, second, _ = fill(ledger, 3)
    with ledger.connection:
        ledger.connection.execute(f"UPDATE completions SET {change} WHERE key = ?", (first,))
    assert ledger.usage()[0] == 2
    assert ledger.get(first) is None
    assert ledger.get(second) is not None
    kept = ledger.connection.execute("SELECT source, name, why FROM quarantine").fetchall()
    assert kept == [("completions", first, "checksum does not match")]
    assert ledger.connection.execute("SELECT count(*) FROM completions").fetchone() == (2,)


def test_check_lists_every_damaged_row_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    keys = fill(ledger, 5)
    ledger.save("record", {"p": 1, "q": 2})
    with ledger.connection:
        ledger.connection.execute("UPDATE completions SET problem_id = 'x' WHERE key IN (?, ?)", keys[1:3])
        ledger.connection.execute("UPDATE documents SET body = 'x' WHERE name = 'q'")
    assert sorted(ledger.check()) == sorted([("completions", keys[1]), ("completions", keys[2]), ("documents", "q")])
    assert list(ledger.check()) == []
    assert ledger.quarantined() == 3


def test_a_reader_sees_rows_while_they_are_written_and_writes_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    (key,) = fill(ledger, 1)
    with ledger.connection:
        ledger.connection.execute("UPDATE completions SET problem_id = 'x'")
    reader = Ledger(ledger.path, readonly=True)
    assert (reader.get(key), reader.quarantined()) == (None, 0)
    keys = fill(ledger, 4)
    assert [reader.get(k) is not None for k in keys] == [True] * 4
    with pytest.raises(RunError, match="cannot write"):
        reader.save("record", {"a": 1})


@pytest.mark.parametrize("folder", ["a#b", "100%", "what?", "sp ace"])
def test_a_reader_opens_a_folder_whatever_its_name(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    path = tmp_path / folder / "ledger.sqlite"
    writer = Ledger(path)
    (key,) = fill(writer, 1)
    assert Ledger(path, readonly=True).get(key) == writer.get(key)


def test_a_reader_refuses_a_file_that_is_no_ledger_or_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with pytest.raises(RunError, match="cannot read"):
        Ledger(path, readonly=True)
    assert not path.exists()
    path.touch()
    with pytest.raises(RunError, match="holds nothing yet"):
        Ledger(path, readonly=True)
    path.write_bytes(b"no database at all, only text" * 100)
    with pytest.raises(RunError, match="is damaged"):
        Ledger(path, readonly=True)


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_schema_is_refused_and_left_as_it_is(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    with ledger.connection:
        ledger.connection.execute("UPDATE meta SET value = '2', checksum = ?", (checksum(("schema", "2")),))
        ledger.connection.execute("ALTER TABLE documents ADD COLUMN added TEXT")
    ledger.close()
    before = path.read_bytes()
    with pytest.raises(RunError, match=r"schema 2, this version reads up to 1") as caught:
        Ledger(path, readonly=readonly)
    assert caught.value.hint is not None and "pip install" in caught.value.hint
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*damaged*"))


def test_attempts_show_killed_ones_by_their_missing_end(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.begin_attempt("here", 1, "0", 5.0)
    ledger.end_attempt(ledger.begin_attempt("here", 2, "0", 6.0), 1.5, 3, 4, 50)
    rows = ledger.connection.execute("SELECT pid, seconds, made, reused, decoded FROM attempts ORDER BY id").fetchall()
    assert rows == [(1, None, None, None, None), (2, 1.5, 3, 4, 50)]


def test_twenty_thousand_completions_open_and_sum(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.connection.execute("PRAGMA synchronous=OFF")
    text = "Wait, let me see. " * 20
    for i in range(20_000):
        ledger.put(f"{i:032x}", request(i), Completion((i,), text, "stop", Usage(1, 0, 2)))
    ledger.close()
    started = time.monotonic()
    ledger = Ledger(path)
    assert ledger.salvaged is None
    assert ledger.usage() == (20_000, Usage(20_000, 0, 40_000))
    assert list(ledger.check()) == []
    assert time.monotonic() - started < 30  # it takes about half a second; a slow machine may take its time
