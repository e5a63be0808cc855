from __future__ import annotations

import json
from pathlib import Path

import pytest

from reasoning_toolkit.audit.pools import item_of, read_pools
from reasoning_toolkit.errors import RunError, UsageError
from tests.audit.sample_run import write_run

TEXT = "<think>long thoughts</think>\n\nSo it is 7."


def test_samples_with_their_outcomes(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[("a", True), ("b", False)], [("c", True), ("c", True)]])
    first, second = read_pools(run)
    assert (first.problem, first.question, first.reference) == ("p0", "Question 0?", "7")
    assert [(s.text, s.answer, s.accepted) for s in first.samples] == [("a", "7", True), ("b", "8", False)]
    assert second.item(0) == second.item(1)


def test_only_what_follows_the_thinking(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[(TEXT, True), ("it never closed", True)]])
    texts = [[s.text for s in read_pools(run, after_thinking=flag)[0].samples] for flag in (False, True)]
    assert texts == [[TEXT, "it never closed"], ["So it is 7.", "it never closed"]]


def test_what_a_browser_or_utf8_cannot_hold_is_replaced(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[("a\ud800b\x00c\r\nd", True)]])
    assert read_pools(run)[0].samples[0].text == "a\ufffdb\ufffdc\nd"


def test_white_space_alone_makes_no_new_reading() -> None:
    assert item_of("q", "a  b\n\nc ") == item_of("q ", "a b c") != item_of("q", "a bc")
    assert item_of("q a", "b") != item_of("q", "a b")


def test_a_report_that_is_missing_damaged_old_or_of_another_method_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [[("a", True)]])
    config = json.loads((run / "config.json").read_text())
    config["settings"]["n"] = 99
    (run / "config.json").write_text(json.dumps(config))
    with pytest.raises(RunError, match="older than the run"):
        read_pools(run)
    for content in ("", "[]", '{"schema": 99}', "\x00"):
        (run / "report.json").write_text(content)
        with pytest.raises(RunError, match=r"report\.json") as caught:
            read_pools(run)
        assert "decode" in str(caught.value.hint)
    (run / "report.json").unlink()
    with pytest.raises(RunError, match="is not there"):
        read_pools(run)
    with pytest.raises(RunError, match="holds no run"):
        read_pools(tmp_path / "nothing")
    with pytest.raises(UsageError, match="independent samples"):  # its number of samples depends on what they say
        read_pools(write_run(tmp_path / "esc", [[("a", True)]], method="esc"))
