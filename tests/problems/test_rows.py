"""Rows to Problems: which columns are taken, which values are text, what is refused and how it is named."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.problems.rows import to_problems


def problems(*rows: dict[str, Any], **columns: str) -> list[Any]:
    placed = [(f"x.jsonl, line {number}", row) for number, row in enumerate(rows, start=1)]
    return to_problems(placed, source="x.jsonl", stem="x", columns=columns)


@pytest.mark.parametrize("question", ["question", "problem", "prompt", "input"])
@pytest.mark.parametrize("answer", ["answer", "gold", "target"])
def test_default_columns(question: str, answer: str) -> None:
    (problem,) = problems({question: "1+1?", answer: "2"})
    assert (problem.question, problem.answer, problem.extra) == ("1+1?", "2", {})


def test_default_columns_are_tried_in_order_and_the_others_are_kept() -> None:
    (problem,) = problems({"input": "b", "question": "a", "target": "2", "answer": "1", "level": 3, "solution": "s"})
    assert (problem.question, problem.answer) == ("a", "1")
    assert problem.extra == {"input": "b", "target": "2", "level": 3, "solution": "s"}


def test_a_solution_is_never_taken_for_the_answer() -> None:
    with pytest.raises(DataError, match="expected the answer in a column answer or gold or target"):
        problems({"problem": "q", "solution": "so it is 4"})


def test_ids_are_kept_or_made_from_the_stem_and_the_row_index() -> None:
    rows = [{"id": 7, "problem": "q", "answer": 1}, {"id": None, "problem": "q", "answer": 1}]
    assert [p.id for p in problems(*rows)] == ["7", "x-1"]
    assert [p.id for p in problems({"problem": "q", "answer": 1}, {"problem": "r", "answer": 2})] == ["x-0", "x-1"]


def test_mapping_renames_and_joins() -> None:
    row = {"Body": "Ann has 2. ", "Question": "How many?", "gold": 2, "uid": "u1", "id": "other"}
    (problem,) = problems(row, question="Body+Question", answer="gold", id="uid")
    assert (problem.id, problem.question, problem.answer) == ("u1", "Ann has 2. How many?", "2")
    assert problem.extra == {"id": "other"}


def test_a_column_whose_name_holds_a_plus_comes_first() -> None:
    (problem,) = problems({"a+b": "q", "a": "1", "b": "2", "answer": "3"}, question="a+b")
    assert problem.question == "q"


def test_wrong_mapping_shows_the_columns_and_the_nearest() -> None:
    with pytest.raises(DataError) as caught:
        problems({"problem": "q", "gold_answer": "1"}, answer="gold_anser")
    assert "no column 'gold_anser' for the answer" in str(caught.value)
    assert "'problem', 'gold_answer'" in str(caught.value)
    assert "nearest: 'gold_answer'" in str(caught.value)


def test_mapping_of_an_unknown_field_is_refused() -> None:
    with pytest.raises(UsageError, match=r"unknown problem field 'anwser'[\s\S]*did you mean answer"):
        problems({"problem": "q", "answer": "1"}, anwser="answer")


@pytest.mark.parametrize(
    ("value", "text"),
    [(4, "4"), (4.0, "4"), (-0.5, "-0.5"), (" 4 ", "4"), ("4.0", "4.0"), (1e20, "1" + "0" * 20), (0, "0"), ("0", "0")],
)
def test_numbers_become_text(value: object, text: str) -> None:
    assert problems({"problem": "q", "answer": value})[0].answer == text


@pytest.mark.parametrize("value", [None, "", "  ", float("nan")])
def test_missing_answer_names_line_and_id(value: object) -> None:
    rows = [{"id": "a", "problem": "q", "answer": "1"}, {"id": "b", "problem": "q", "answer": value}]
    with pytest.raises(DataError, match=r"x\.jsonl, line 2 \(id 'b'\): expected an answer, got none"):
        problems(*rows)


@pytest.mark.parametrize("field", ["problem", "answer"])
def test_a_column_that_goes_missing_later_is_refused(field: str) -> None:
    rows = [{"id": "a", "problem": "q", "answer": "1"}, {"id": "b", "problem": "q", "answer": "1", "gold": "1"}]
    del rows[1][field]
    with pytest.raises(DataError, match=r"line 2 \(id 'b'\): expected an? (question|answer), got none"):
        problems(*rows)


def test_a_first_row_without_answer_is_named() -> None:
    with pytest.raises(DataError, match=r"line 1 \(id 'a'\): expected the answer"):
        problems({"id": "a", "problem": "q"})


@pytest.mark.parametrize("value", [True, [1], {"a": 1}, float("inf"), float("-inf"), "half \ud83d"])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(DataError, match=r"line 1 \(id 'a'\): answer column 'answer': expected Unicode text") as caught:
        problems({"id": "a", "problem": "q", "answer": value})
    str(caught.value).encode()  # the message itself can be printed


def test_duplicate_ids_list_the_first_five_with_both_places() -> None:
    rows = [{"id": n % 7, "problem": "q", "answer": n} for n in range(14)]
    with pytest.raises(DataError) as caught:
        problems(*rows)
    message = caught.value.message
    assert "'0' (x.jsonl, line 8; first at x.jsonl, line 1)" in message
    assert "'4' (" in message
    assert "'5' (" not in message
    assert "and 2 more" in message


def test_a_made_id_may_not_meet_a_written_one() -> None:
    with pytest.raises(DataError, match="duplicates: 'x-1'"):
        problems({"id": "x-1", "problem": "q", "answer": 1}, {"id": None, "problem": "r", "answer": 2})


def test_no_rows_are_refused() -> None:
    with pytest.raises(DataError, match=r"at least one problem in x\.jsonl"):
        problems()


def test_gsm8k_gold_is_what_follows_the_mark() -> None:
    worked = "She has 1,000 + 80 = <<1000+80=1080>>1,080 eggs.\n#### 1,080"
    (problem,) = problems({"question": "q", "answer": worked})
    assert problem.answer == "1080"
    assert problem.extra == {"solution": worked}


def test_gsm8k_takes_the_last_mark_and_keeps_a_solution_that_is_there() -> None:
    (problem,) = problems({"question": "q", "answer": "#### 1 then\n#### -2", "solution": "mine"})
    assert (problem.answer, problem.extra["solution"]) == ("-2", "mine")


def test_gsm8k_without_gold_is_refused() -> None:
    with pytest.raises(DataError, match=r"id 'x-0'\): expected an answer, got none: nothing follows ####"):
        problems({"question": "q", "answer": "work\n#### "})


def test_problems_travel_to_other_processes() -> None:
    loaded = problems({"problem": "q", "answer": "1", "level": 2})
    assert pickle.loads(pickle.dumps(loaded)) == loaded


CODE = {
    "task_id": "H/0",
    "prompt": "def f():\n",
    "entry_point": "f",
    "test": "def check(g): pass",
    "canonical_solution": " 1",
}


def test_a_row_of_humaneval_has_its_tests_as_its_answer() -> None:
    (problem,) = to_problems([("here", CODE)], source="s", stem="t", columns={})
    assert (problem.id, problem.question, problem.kind) == ("H/0", "def f():", "code")
    assert problem.answer == "def f():\n\ndef check(g): pass\ncheck(f)"
    assert problem.extra == {"entry_point": "f", "test": "def check(g): pass", "canonical_solution": " 1"}


def test_a_row_with_an_answer_of_its_own_is_none_of_humaneval() -> None:
    (problem,) = to_problems([("here", CODE | {"answer": "4"})], source="s", stem="t", columns={})
    assert (problem.kind, problem.answer) == ("value", "4")
    (mapped,) = to_problems([("here", CODE)], source="s", stem="t", columns={"answer": "canonical_solution"})
    assert (mapped.kind, mapped.answer) == ("value", "1")


def test_a_mark_of_gsm8k_in_tests_is_a_comment() -> None:
    (problem,) = to_problems([("here", CODE | {"test": "#### 4"})], source="s", stem="t", columns={})
    assert problem.answer.endswith("#### 4\ncheck(f)")


@pytest.mark.parametrize("column", ["prompt", "test", "entry_point"])
@pytest.mark.parametrize("value", [None, "", " ", 4])
def test_a_row_of_humaneval_without_a_part_is_refused(column: str, value: object) -> None:
    with pytest.raises(DataError, match=f"H/0.*{column}"):
        to_problems([("here", CODE | {column: value})], source="s", stem="t", columns={})
