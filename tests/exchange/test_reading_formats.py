"""Each format is read as its schema says; by hand, sample by sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from reasoning_toolkit.errors import DataError, UsageError
from reasoning_toolkit.exchange.gather import gather
from reasoning_toolkit.exchange.sample import Sample
from tests.exchange import sources
from tests.exchange.sources import OTHER, QUESTION, archive, document, lines, write, zstandard


def read(path: Path, name: str | None = None) -> list[Sample]:
    return gather(path, name).all()


@pytest.mark.parametrize("name", sources.TEXTS)
def test_a_format_is_recognised_by_its_columns(name: str, tmp_path: Path) -> None:
    assert gather(write(name, tmp_path)).format == name


def test_published_rows_keep_the_label_beside(tmp_path: Path) -> None:
    first, second = read(write("false-positives", tmp_path))
    assert (first.problem.id, first.problem.question, first.problem.answer) == ("0", QUESTION, "4")
    assert (second.problem.id, second.problem.answer, second.text) == ("7", "15", "Guess \\boxed{15}.")
    assert [(s.label.right, s.label.sound) for s in (first, second)] == [(True, True), (True, False)]


def test_published_rows_without_an_id_share_their_problem_by_its_text(tmp_path: Path) -> None:
    samples = read(lines(tmp_path / "benchmark.jsonl", sources.BENCHMARK))
    assert [s.problem.id for s in samples] == ["0", "0", "1"]
    assert [s.label.extra["model"] for s in samples] == ["A-BoN", "B-SC", "B-SC"]


def test_published_labels_of_the_analysis_and_of_types(tmp_path: Path) -> None:
    labels = [s.label for s in read(lines(tmp_path / "analysis.jsonl", sources.ANALYSIS))]
    assert [(label.right, label.sound) for label in labels] == [(True, True), (True, False), (False, None)]
    (typed,) = read(lines(tmp_path / "types.jsonl", sources.TYPES))
    assert typed.label.extra == {"model": "A", "fp_type": "calculation_error"}
    assert (typed.label.right, typed.label.sound) == (True, False)


def test_a_published_pool_has_n_samples_of_which_the_accepted_have_texts(tmp_path: Path) -> None:
    found = gather(lines(tmp_path / "Qwen-Pass_at_N_4samples.jsonl", sources.PASS_AT_4))
    assert {name: [s.text is not None for s in group] for name, group in found.samples.items()} == {
        "0": [True, True, False, False],
        "7": [True, False, False, False],
    }
    assert [s.label.sound for s in found.samples["0"]] == [False, False, None, None]
    assert found.samples["7"][0].label.sound is None  # at least one is sound, but nobody says which


def test_a_pool_of_more_accepted_samples_than_its_name_says_is_refused(tmp_path: Path) -> None:
    path = lines(tmp_path / "Pass_at_N_1samples.jsonl", sources.PASS_AT_4)
    with pytest.raises(DataError, match=r"line 1: expected at most n = 1 correct_solutions, got 2"):
        gather(path)


def test_split_solutions_take_their_problems_from_the_file_beside(tmp_path: Path) -> None:
    sound, flawed, wrong = read(write("false-positives-split", tmp_path))
    assert (sound.problem.id, sound.problem.extra["level"], wrong.problem.question) == ("SUMS/0", 1, OTHER)
    assert [(s.label.right, s.label.sound) for s in (sound, flawed, wrong)] == [
        (True, True),
        (True, False),
        (False, None),
    ]
    assert flawed.label.extra == {"sol_id": "s_2", "fp_type": "logical_error", "models": ["A", "B"]}


def test_pools_keep_accepted_samples_as_early_as_the_source_says(tmp_path: Path) -> None:
    found = gather(write("false-positives-pools", tmp_path))
    texts = [(s.text or "")[:1] for s in found.samples["SUMS/0"]]
    assert len(texts) == len(found.samples["SUMS/1"]) == 20
    assert {i: text for i, text in enumerate(texts) if text} == {0: "a", 4: "b", 5: "c", 16: "d"}
    assert [s.label.sound for s in found.samples["SUMS/0"] if s.text] == [True, None, None, None]
    assert {s.label.right for s in found.samples["SUMS/1"]} == {False}


def test_what_has_no_place_among_the_first_samples_comes_next(tmp_path: Path) -> None:
    """The published pools call a text that was drawn twice one of the first 16 twice, where it was so once."""
    crowded = [sources.accepted(f"{i:02}", min(i, 15)) for i in range(17)]
    pool = sources.POOLS[0] | {"correct_solutions": crowded}
    (group,) = gather(write("false-positives-pools", tmp_path, [pool])).samples.values()
    assert [s.text[:2] for s in group if s.text] == [f"{i:02}" for i in range(17)]
    assert [s.text is not None for s in group] == [True] * 17 + [False] * 3


def test_processbench_steps_are_joined_and_their_ends_kept(tmp_path: Path) -> None:
    right, wrong = read(write("processbench", tmp_path))
    assert right.text == "Two and two.\n\nThat is \\boxed{4}."
    assert [right.text[:end].rsplit("\n\n", 1)[-1] for end in right.label.step_ends] == [
        "Two and two.",
        "That is \\boxed{4}.",
    ]
    assert (right.label.right, right.label.sound, right.label.first_error) == (True, True, None)
    assert (wrong.label.right, wrong.label.sound, wrong.label.first_error) == (False, False, 0)
    assert (right.problem.answer, wrong.problem.answer) == ("4", "")
    assert "the source calls right" in right.problem.extra["gold_from"]


def test_processbench_as_a_list_in_one_file(tmp_path: Path) -> None:
    assert gather(document(tmp_path / "sums.json", sources.PROCESSBENCH)).format == "processbench"


def test_prm800k_follows_the_path_of_the_labeler_or_the_solution_that_was_rated(tmp_path: Path) -> None:
    path, rated = read(write("prm800k", tmp_path))
    assert path.text == "Two and two.\n\nThat is 4."
    assert (path.label.sound, path.label.first_error, path.label.extra["ratings"]) == (True, None, [1, None])
    assert rated.text == "Two and two.\n\nThat is 5.\n\n# Answer\n\n5"
    assert (rated.label.sound, rated.label.first_error, rated.label.answer) == (False, 1, "5")
    assert path.problem.id == rated.problem.id and path.problem.answer == "4"


def test_prmbench_gives_the_original_and_the_modified_of_each_classification(tmp_path: Path) -> None:
    found = gather(write("prmbench", tmp_path))
    assert [p.id for p in found.problems] == [
        "prm_0/confidence/original",
        "prm_0/confidence",
        "prm_0/missing_condition/original",
        "prm_0/missing_condition",
    ]
    modified = found.samples["prm_0/missing_condition"][0]
    assert (modified.problem.question, modified.problem.answer) == ("What is 2 + ?", "4")
    assert modified.label.first_error == 1  # a step 9 is not there
    assert modified.label.extra["error_steps"] == [2, 9]
    assert (modified.label.right, modified.label.sound) == (None, False)
    assert found.samples["prm_0/confidence/original"][0].label.sound is True


def test_lm_eval_filters_over_one_response_are_one_completion(tmp_path: Path) -> None:
    first, second = read(write("lm-eval", tmp_path))
    assert (first.problem.id, first.problem.question, first.problem.answer) == ("sums/0", QUESTION, "4")
    assert first.problem.extra["answer"] == "Reason. #### 4"
    assert (first.text, first.label.right) == ("It is \\boxed{4}.", None)  # its two filters differ
    assert first.label.extra["strict-match"] == {"exact_match": 0.0, "answer": "[invalid]"}
    assert (second.text, second.label.right, second.label.answer) == ("It is \\boxed{8}.", False, "8")


def test_lm_eval_repeats_are_samples_and_a_template_is_the_question_where_the_document_names_none(
    tmp_path: Path,
) -> None:
    row = sources.lm_eval_row(0, "none", "4", 1.0, ["\\boxed{4}", "\\boxed{5}"]) | {"doc": {"a": 2}}
    samples = read(write("lm-eval", tmp_path, [row]))
    assert [s.text for s in samples] == ["\\boxed{4}", "\\boxed{5}"]
    assert {s.problem.question for s in samples} == {"Question: 0"}
    assert {s.label.right for s in samples} == {None}  # one score for both


def test_lm_eval_likelihoods_are_refused(tmp_path: Path) -> None:
    row = sources.LM_EVAL[0] | {"resps": [[[-1.5, False]]]}
    with pytest.raises(DataError, match="line 1: expected generated texts in resps") as error:
        gather(write("lm-eval", tmp_path, [row]))
    assert "generate_until" in (error.value.hint or "")


def test_inspect_epochs_are_samples_and_reasoning_apart_is_thinking(tmp_path: Path) -> None:
    for path in (document(tmp_path / "log.json", sources.INSPECT), archive(tmp_path / "log.eval")):
        found = gather(path)
        assert found.format == "inspect"
        assert [p.id for p in found.problems] == ["sums/1"]
        first, second = found.all()
        assert (first.text, first.finish_reason, first.tokens, first.label.right) == ("\\boxed{4}", "stop", 5, True)
        assert second.text == "<think>\nSay \\boxed{9}.\n</think>\n\nNo: \\boxed{5}"
        assert (second.finish_reason, second.label.right, second.label.answer) == ("length", False, "5")
        assert second.problem.question == QUESTION  # from an attachment
        assert first.problem.extra == {"level": 1}
        assert first.label.extra["model"] == "mock/model"


def test_inspect_archives_of_zstandard(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="before Python 3.14 it reads Zstandard")
    plain, packed = read(archive(tmp_path / "plain.eval")), read(zstandard(tmp_path / "packed.eval", pyarrow))
    assert [(s.text, s.label) for s in packed] == [(s.text, s.label) for s in plain]


def test_inspect_passes_over_thinking_that_is_encrypted(tmp_path: Path) -> None:
    parts = [{"type": "reasoning", "reasoning": "c2VjcmV0", "redacted": True}, {"type": "text", "text": "\\boxed{4}"}]
    choice = {"message": {"role": "assistant", "content": parts}, "stop_reason": "stop"}
    sample = sources.INSPECT["samples"][0] | {"output": {"choices": [choice]}}
    (found,) = read(document(tmp_path / "log.json", sources.INSPECT | {"samples": [sample]}))
    assert found.text == "\\boxed{4}"


def test_lighteval_details_in_their_three_namings(tmp_path: Path) -> None:
    pyarrow, parquet = (
        pytest.importorskip(name, reason="details are Parquet") for name in ("pyarrow", "pyarrow.parquet")
    )
    plain = [{name.strip("_"): part for name, part in row.items()} for row in sources.LIGHTEVAL]
    flat = [
        {"example": QUESTION, "predictions": ["\\boxed{4}", "\\boxed{5}"], "gold": ["4"], "metrics": {"pass@k": 0.5}},
        {"example": OTHER, "predictions": ["\\boxed{15}"], "gold": ["15"], "metrics": {"pass@k": 1.0}},
    ]
    for rows in (sources.LIGHTEVAL, plain, flat):
        path = tmp_path / "details_lighteval|sums|0_2026-01-01T00-00-00.parquet"
        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
        found = gather(path)
        assert found.format == "lighteval"
        assert [(p.id, p.question, p.answer) for p in found.problems] == [
            ("lighteval|sums|0/0", QUESTION, "4"),
            ("lighteval|sums|0/1", OTHER, "15"),
        ]
        assert [s.text for s in found.all()] == ["\\boxed{4}", "\\boxed{5}", "\\boxed{15}"]
        assert [s.label.right for s in found.all()] == [None, None, True]


def test_our_own_rows_continue_their_trace(tmp_path: Path) -> None:
    samples = read(write("jsonl", tmp_path))
    assert [s.text for s in samples] == ["Well. So \\boxed{4}.", "Well. Then \\boxed{5}.", "Well. Or \\boxed{4}."]
    assert [s.votes for s in samples] == [False, True, True]


def test_a_folder_of_one_format_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name, rows in (("b.jsonl", sources.PROCESSBENCH[1:]), ("a.jsonl", sources.PROCESSBENCH[:1])):
        lines(tmp_path / name, rows)
    found = gather(tmp_path)
    assert (found.format, [p.id for p in found.problems]) == ("processbench", ["sums-0", "sums-1"])


def test_a_folder_of_several_formats_wants_a_name(tmp_path: Path) -> None:
    write("processbench", tmp_path)
    write("prmbench", tmp_path)
    with pytest.raises(
        UsageError, match=r"holds several formats: prmbench \(prmtest.jsonl\), processbench \(sums.jsonl\)"
    ):
        gather(tmp_path)
    assert gather(tmp_path, "prmbench").format == "prmbench"


def test_an_unknown_format_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown format 'lmeval'") as error:
        gather(write("lm-eval", tmp_path), "lmeval")
    assert "did you mean lm-eval" in (error.value.hint or "")


def test_unknown_columns_name_the_nearest_format(tmp_path: Path) -> None:
    rows = [{"problem": QUESTION, "steps": ["a"], "label": 0}]
    with pytest.raises(DataError, match="got the columns label, problem, steps") as error:
        gather(lines(tmp_path / "rows.jsonl", rows))
    assert error.value.hint == "nearest: processbench, which also has final_answer_correct"


def test_an_empty_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found none"):
        gather(tmp_path)
    with pytest.raises(DataError, match="expected a file or folder"):
        gather(tmp_path / "nothing.jsonl")
    with pytest.raises(DataError, match="got the columns none"):
        gather(lines(tmp_path / "empty.jsonl", []))
    with pytest.raises(DataError, match="expected at least one completion"):
        gather(tmp_path / "empty.jsonl", "jsonl")
