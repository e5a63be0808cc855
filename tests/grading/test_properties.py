"""What holds of any two answers: drawn by the grammar of the parser, dressed, and damaged."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import benchmarks.fuzz_checks as fuzz_checks
from benchmarks.atheris_target import SEPARATOR, pair_of
from benchmarks.fuzzers import FUZZERS, Round
from benchmarks.grading_fuzz import found
from benchmarks.grammar_answers import ANSWERS, PAIRS, SCALARS
from benchmarks.mutated_answers import SEEDS
from reasoning_toolkit.grading import decide, extract_answer, grade


@settings(deadline=None, max_examples=200)
@given(ANSWERS)
def test_reflexive(answer: str) -> None:
    assert decide(answer, answer).equal


@settings(deadline=None, max_examples=150)
@given(PAIRS)
def test_symmetric_in_the_symmetric_mode_and_the_same_when_asked_again(pair: tuple[str, str]) -> None:
    gold, answer = pair
    forward = decide(gold, answer, symmetric=True)
    assert forward.equal == decide(answer, gold, symmetric=True).equal
    assert forward == decide(gold, answer, symmetric=True)
    assert not forward.equal or decide(gold, answer).equal


@settings(deadline=None, max_examples=150)
@given(ANSWERS)
def test_an_answer_in_a_box_is_extracted_whole_and_right(answer: str) -> None:
    text = rf"Hence \boxed{{{answer}}}."
    assert extract_answer(text) == answer.strip()
    assert grade(answer, text, "stop").outcome == "right"


@settings(deadline=None, max_examples=150)
@given(st.lists(SCALARS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_a_set_is_equal_to_itself_in_another_order(items: list[str], rng: random.Random) -> None:
    first, second = (rf"\{{{'; '.join(order)}\}}" for order in (items, rng.sample(items, len(items))))
    decision = decide(first, second)
    assert decision.equal or decision.reason.startswith("undecided")


def test_the_parser_reads_most_of_what_the_fuzz_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A grammar that the parser refuses would test nothing."""
    monkeypatch.setattr("benchmarks.fuzzers.PAIRS_PER_ROUND", 300)
    pairs = next(FUZZERS["hypothesis"](0, 0.0, Path("no cases"))).pairs
    undecided = [pair for pair in pairs if decide(*pair).reason.startswith("undecided")]
    assert len(undecided) < len(pairs) / 2
    assert len(set(pairs)) > len(pairs) / 2


@pytest.mark.parametrize("fuzzer", ["mutation", "hypothesis"])
def test_a_round_of_a_fuzzer_is_checked_and_finds_nothing(fuzzer: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("benchmarks.fuzzers.PAIRS_PER_ROUND", 150)
    drawn = next(FUZZERS[fuzzer](0, 0.0, tmp_path / "no cases"))
    assert len(drawn.pairs) == drawn.tried == 150
    assert found(drawn.pairs, random.Random(0), 1)[0] == []


def test_atheris_keeps_what_reaches_new_code(tmp_path) -> None:
    pytest.importorskip("atheris")
    drawn = next(FUZZERS["atheris"](0, 0.05, tmp_path / "no cases"))
    assert isinstance(drawn, Round)
    assert drawn.tried >= len(drawn.pairs) >= len(SEEDS)


def test_an_input_of_atheris_is_two_texts_or_one_twice() -> None:
    assert pair_of(f"1{SEPARATOR}2".encode()) == ("1", "2")
    assert pair_of(b"1\xff") == ("1\ufffd", "1\ufffd")


def test_a_broken_property_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fuzz_checks.rule("1/2", "0.5").tier == ""
    monkeypatch.setattr(fuzz_checks, "decide", lambda gold, answer, symmetric=False: decide(gold, answer))
    assert fuzz_checks.rule("0.333", "1/3").tier == "not symmetric in the symmetric mode"
    monkeypatch.setattr(fuzz_checks, "decide", lambda gold, answer, symmetric=False: decide(gold, answer + "1"))
    assert fuzz_checks.rule("5", "6").tier == "not equal to itself"
