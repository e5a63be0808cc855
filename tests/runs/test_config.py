"""What may change when a run directory is used again, and what is refused by name."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reasoning_toolkit.errors import ConfigChanged, DiskError, RunError
from reasoning_toolkit.runs.config import fixed, growing, read_config, reconcile, write_atomically
from reasoning_toolkit.subthought.config import DecodeConfig

OTHER: dict[str, Any] = {
    "problems": "other",
    "method": "last",
    "seed": 1,
    "temperature": 0.5,
    "top_p": 0.5,
    "trace_temperature": 0.5,
    "max_tokens": 7,
    "rule": "line",
    "markers": "deer",
    "pattern": "x",
    "every": 3,
    "min_tokens": 4,
    "max_subthoughts": 5,
    "total_budget": True,
    "logprobs": 20,
    "settings": {"mode": "probe"},
    "instruction": "other",
    "system": "other",
}


@dataclass(frozen=True)
class Small:
    rule: str = fixed(default="a")
    pair: tuple[int, int] = fixed(default=(1, 2))
    n: int = growing(default=1)
    note: str = ""


def refused() -> list[str]:
    return [f.name for f in dataclasses.fields(DecodeConfig) if f.metadata.get("change") == "refused"]


def test_the_table_below_names_every_field_that_is_refused() -> None:
    assert sorted(OTHER) == sorted(refused())


@pytest.mark.parametrize("name", sorted(OTHER))
def test_every_field_that_changes_answers_is_refused_by_name_with_both_values(tmp_path: Path, name: str) -> None:
    config = DecodeConfig(problems="builtin", model="m", method="subthought")
    reconcile(tmp_path, config, {"model": "m"})
    before = (tmp_path / "config.json").read_bytes()
    with pytest.raises(ConfigChanged) as caught:
        reconcile(tmp_path, dataclasses.replace(config, **{name: OTHER[name]}), {"model": "m"})
    old, new = json.dumps(getattr(config, name)), json.dumps(OTHER[name])
    assert f"{name} was {old}, now {new}" in caught.value.message
    assert caught.value.message.count(", now ") == 1
    assert (tmp_path / "config.json").read_bytes() == before
    reconcile(tmp_path, config, {"model": "m"})


def test_several_changes_are_named_together_and_long_values_are_cut(tmp_path: Path) -> None:
    reconcile(tmp_path, Small(), {"model": "m"})
    with pytest.raises(ConfigChanged) as caught:
        reconcile(tmp_path, Small(rule="x" * 500, pair=(1, 3)), {"model": "other"})
    message = caught.value.message
    assert 'rule was "a", now "xxx' in message
    assert "pair was [1, 2], now [1, 3]" in message
    assert 'model was "m", now "other"' in message
    assert len(message) < 600


def test_growing_and_plain_fields_change_and_the_new_values_are_recorded(tmp_path: Path) -> None:
    reconcile(tmp_path, Small(), {})
    for n in (5, 2):
        reconcile(tmp_path, Small(n=n, note=f"n is {n}"), {})
        assert read_config(tmp_path)["settings"] == {"rule": "a", "pair": [1, 2], "n": n, "note": f"n is {n}"}


def test_values_that_json_writes_otherwise_are_no_change(tmp_path: Path) -> None:
    for _ in range(2):
        reconcile(tmp_path, Small(), {"tags": ("<think>", "</think>")})


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b"{}", b'{"schema": "1"}', b'{"schema": 1}', b'{"schema": 1, "settings": 3}'],
)
def test_a_damaged_config_is_a_run_error_that_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.json").write_bytes(content)
    for use in (lambda: read_config(tmp_path), lambda: reconcile(tmp_path, Small(), {})):
        with pytest.raises(RunError, match=r"config\.json is damaged") as caught:
            use()
        assert caught.value.hint is not None and "remove it" in caught.value.hint
    assert (tmp_path / "config.json").read_bytes() == content


def test_a_config_cut_anywhere_is_never_read_as_another(tmp_path: Path) -> None:
    reconcile(tmp_path, Small(), {"model": "m"})
    path = tmp_path / "config.json"
    whole = path.read_bytes()
    for length in range(len(whole) - 1):  # without the last line end it is still whole
        path.write_bytes(whole[:length])
        if whole[:length] != whole.rstrip():
            with pytest.raises(RunError):
                read_config(tmp_path)


def test_no_run_and_a_newer_run_are_told_apart(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(RunError, match="holds no run"):
            read_config(folder)
    (tmp_path / "config.json").write_text('{"schema": 2}')
    with pytest.raises(RunError, match="newer version"):
        read_config(tmp_path)


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    write_atomically(path, "old \ud800")
    assert path.read_text() == "old \\ud800"

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(f"os.{step}", full)
            with pytest.raises(DiskError, match=r"report\.json.*No space left.*bytes free"):
                write_atomically(path, "new")
        assert [p.name for p in tmp_path.iterdir()] == ["report.json"]
        assert path.read_text() == "old \\ud800"
