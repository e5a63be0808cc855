"""Which answers may vote."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_toolkit.engines.types import Completion
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.subthought.filters import find_filter, whole_number
from reasoning_toolkit.subthought.reading import answer_of, read_whole


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("7", 7),
        ("1,000", 1000),
        ("12.0", 12),
        ("-3", -3),
        ("\\frac{8}{4}", 2),
        ("1/2", None),
        ("x+1", None),
        ("5\\%", None),
    ],
)
def test_a_whole_number_however_it_is_written(answer: str, value: int | None) -> None:
    assert whole_number(answer) == value


@pytest.mark.parametrize(
    ("name", "kept", "refused"),
    [
        ("aime", ["0", "999", "042"], ["1000", "-1", "1/2", "x"]),
        ("integer", ["-5", "10000"], ["0.5", "\\pi"]),
        ("10-20", ["10", "20", "15.0"], ["9", "21", "15.5"]),
    ],
)
def test_what_a_filter_keeps(name: str, kept: list[str], refused: list[str]) -> None:
    keep = find_filter(name)
    assert keep is not None
    assert all(map(keep, kept)) and not any(map(keep, refused))


def test_a_function_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def even(answer):\n    return answer[-1] in '02468'\n")
    keep = find_filter(f"{tmp_path / 'mine.py'}@even")
    assert keep is not None and keep("12") and not keep("13")


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="aime"):
        find_filter("aimes")
    with pytest.raises(UsageError, match="no number"):
        find_filter("9-1")
    assert find_filter(None) is None


def test_a_refused_answer_abstains_and_says_what_it_was() -> None:
    completion = Completion((), "The answer is \\boxed{5694}.", "stop")
    found = read_whole(completion, None, opened=False, keep=find_filter("aime"))
    assert isinstance(found, Verdict)
    assert (found.outcome, found.answer, found.reason) == ("no_answer", None, "filtered: 5694")
    assert answer_of(read_whole(completion, None, opened=False)) == "5694"
