"""Exact match, task by task: what counts, and what the published code took for right and is not."""

from __future__ import annotations

import pytest

from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.short_answers import exact_match

ANIMALS = "mirror carp, alligator"
PAIR = "Sentence 1: The child hurt its knee. Sentence 2: The child cried."


@pytest.mark.parametrize(
    ("task", "question", "targets", "line", "score"),
    [
        ("sum", "22 10", ["32"], "22 + 10 = 32", 1),
        ("sum", "22 10", ["32"], "132", 0),  # the published containment takes it
        ("diff", "10 22", ["-12"], "-12", 1),
        ("diff", "10 22", ["-12"], "12", 0),
        ("antonyms", "hot", ["cold"], "The opposite of hot is cold.", 1),
        ("antonyms", "hot", ["cold"], "warm, cool, cold", 0),
        ("antonyms", "hot", ["cold"], "cold or chilly", 1),
        ("antonyms", "hot", ["cold"], "coldness", 0),
        ("rhymes", "compete", ["compete", "meet"], "A rhyme for compete is table", 0),
        ("rhymes", "compete", ["compete", "meet"], "meet", 1),
        ("singular_to_plural", "sheep", ["sheep"], "sheep", 1),
        ("translation_en-de", "place", ["Platz", "Ort"], "Das Wort ist 'Ort'.", 1),
        ("larger_animal", ANIMALS, ["alligator"], "The alligator is larger.", 1),
        ("larger_animal", ANIMALS, ["alligator"], "2", 0),  # the published code takes any digit
        ("larger_animal", ANIMALS, ["alligator"], "either mirror carp or alligator", 0),
        ("sentiment", "dull", ["negative"], "The review is negative", 1),
        ("sentiment", "dull", ["negative"], "positive and negative", 0),
        ("cause_and_effect", PAIR, ["The child hurt its knee."], "Sentence 1", 1),
        ("cause_and_effect", PAIR, ["The child hurt its knee."], "The child hurt its knee.", 1),
        ("cause_and_effect", PAIR, ["The child hurt its knee."], "Sentence 2", 0),
        ("cause_and_effect", PAIR, ["The child hurt its knee."], "It is Sentence 1 or Sentence 2", 0),
        ("cause_and_effect", "no such form", ["left"], "left", 1),
        ("first_word_letter", "is", ["i"], "The first letter is 'i'", 1),
        ("first_word_letter", "this", ["t"], "this", 0),
        ("second_word_letter", "place", ["l"], "L", 1),
        ("letters_list", "cat", ["c a t"], "c, a, t", 1),
        ("letters_list", "cat", ["c a t"], "cat", 0),
        ("num_to_verbal", "105", ["one hundred five"], "one hundred and five", 1),
        ("num_to_verbal", "94", ["ninety-four"], "Ninety four.", 1),
        ("sentence_similarity", "", ["3 - probably"], "I rate them 3 out of 5", 1),
        ("sentence_similarity", "", ["3 - probably"], "On a scale of 0 to 5: 3", 1),
        ("sentence_similarity", "", ["3 - probably"], "30", 0),
        ("word_in_context", "", ["not the same", "no", "false"], "No", 1),
        ("word_in_context", "", ["not the same", "no", "false"], "It does not have the same meaning", 1),
        ("word_in_context", "", ["same", "yes", "true"], "The same", 1),
        ("word_in_context", "", ["same", "yes", "true"], "not the same", 0),
        ("negation", "It rains.", ["It does not rain."], "it does not rain", 1),
        ("negation", "It rains.", ["It does not rain."], "It does not rain today.", 0),
    ],
)
def test_the_rule_of_the_task(task: str, question: str, targets: list[str], line: str, score: float) -> None:
    problem = Problem("1", question, targets[0], "test", {"task": task, "targets": targets})
    assert exact_match(problem, line)[0] == score


@pytest.mark.parametrize("task", ["sum", "sentiment", "first_word_letter", "word_in_context", "negation", "antonyms"])
def test_silence_is_no_answer(task: str) -> None:
    problem = Problem("1", "hot", "cold", "test", {"task": task, "targets": ["cold"]})
    assert exact_match(problem, " ... ") == (0.0, None)
