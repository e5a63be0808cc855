"""Exact match on the tasks of Instruction Induction: a rule for each task, lenient in what the task leaves open.

The published code (github.com/orhonovich/instruction-induction and the copy in NegativePrompt's repository) was read, and is left where it
rewards what is no answer:

1. A number is read by our grader from the line that answers; published: the digits anywhere in the reply.
2. A word counts where it is the answer, or stands in a sentence; of a list of alternatives the first one is the answer, and the word of
   the question does not count in a sentence. Published: any of the targets anywhere.
3. `larger_animal`, `sentiment`, `cause_and_effect`: exactly one of the two may be named. Published: a digit anywhere proves
   the animal; either of "Sentence k" and the sentence itself, also beside the other.
4. `first_word_letter`, `second_word_letter`: the last letter that stands alone. Published: the search finds "is" inside words.
5. `sentence_similarity`: a digit from 0 to 5 that is no scale ("out of 5"); the words of the label do not count.
6. `word_in_context`: same or not by the words that begin the line, else by a negation in it; published: a list of first words.
7. A line ends at its end; published: at the first full stop, which cuts decimals.
8. "and" is dropped from numbers in words alone, not from every reply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reasoning_toolkit.grading.grade import grade
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.spoken import named, says, words

Read = tuple[float, str | None]
"""The score and what was read; None where there is no answer."""

_OFFERS = re.compile(r"[,;/]|\bor\b")
_SENTENCES = re.compile(r"Sentence 1:\s*(.+?)\s*Sentence 2:\s*(.+)", re.DOTALL)
_SCALE = re.compile(r"\b0\s*(?:-|–|to)\s*5\b|/\s*5\b|\bout of 5\b|\bof 5\b|\bto 5\b")
_DIGIT = re.compile(r"(?<![\w.])[0-5](?![\w]|\.\d)")
_SAME = re.compile(r"\b(?:same|yes|true)\b")
_NOT_SAME = re.compile(r"\b(?:not|no|false|different|differs?|neither)\b|n't\b")


def exact_match(problem: Problem, line: str) -> Read:
    """1 where the line that answers gives one of the targets by the rule of the task."""
    rule = RULES.get(problem.extra["task"], _same_words)
    return rule(problem, line) if words(line) else (0.0, None)


def word_given(problem: Problem, line: str) -> Read:
    """Whether a target is the answer, or stands in the sentence that is."""
    targets = [words(target) for target in problem.extra["targets"]]
    offered = line if words(line) in targets else _OFFERS.split(line)[0]
    said, asked = words(offered), words(problem.question)
    return float(said in targets or any(says(said, t) for t in targets if t != asked)), offered.strip()


def _same_words(problem: Problem, line: str) -> Read:
    return float(any(words(line) == words(target) for target in problem.extra["targets"])), line


def _number(problem: Problem, line: str) -> Read:
    verdicts = [grade(target, line, "stop") for target in problem.extra["targets"]]
    return float(any(verdict.outcome == "right" for verdict in verdicts)), verdicts[0].answer


def _number_in_words(problem: Problem, line: str) -> Read:
    said = [word for word in words(line) if word != "and"]
    targets = ([word for word in words(target) if word != "and"] for target in problem.extra["targets"])
    return float(said in targets), line


def _letter(problem: Problem, line: str) -> Read:
    letters = [word for word in words(line) if len(word) == 1]
    if not letters:
        return 0.0, None
    return float([letters[-1]] in [words(target) for target in problem.extra["targets"]]), letters[-1]


def _one_of(choices: Sequence[Sequence[str]], problem: Problem, line: str) -> Read:
    """The choice that is named; it is right where one of its texts is a target."""
    number = named(line, choices)
    if number is None:
        return 0.0, None
    targets = [words(target) for target in problem.extra["targets"]]
    return float(any(words(text) in targets for text in choices[number])), choices[number][0]


def _larger_animal(problem: Problem, line: str) -> Read:
    return _one_of([[animal.strip()] for animal in problem.question.split(",")], problem, line)


def _sentiment(problem: Problem, line: str) -> Read:
    return _one_of([["positive"], ["negative"]], problem, line)


def _cause_and_effect(problem: Problem, line: str) -> Read:
    found = _SENTENCES.match(problem.question)
    if found is None:
        return _same_words(problem, line)
    return _one_of([[text, f"Sentence {n}"] for n, text in enumerate(found.groups(), start=1)], problem, line)


def _sentence_similarity(problem: Problem, line: str) -> Read:
    digit = _DIGIT.search(_SCALE.sub(" ", line))
    if digit is None:
        return 0.0, None
    return float(any(target.startswith(digit[0]) for target in problem.extra["targets"])), digit[0]


def _word_in_context(problem: Problem, line: str) -> Read:
    said = line.casefold().replace("’", "'")
    first = (words(line) or [""])[0]
    if first in ("yes", "true", "same"):
        same = True
    elif _NOT_SAME.search(said):
        same = False
    elif _SAME.search(said):
        same = True
    else:
        return 0.0, None
    return float(same == ("same" in problem.extra["targets"])), "same" if same else "not the same"


RULES: dict[str, Callable[[Problem, str], Read]] = {
    "antonyms": word_given,
    "cause_and_effect": _cause_and_effect,
    "diff": _number,
    "first_word_letter": _letter,
    "larger_animal": _larger_animal,
    "num_to_verbal": _number_in_words,
    "rhymes": word_given,
    "second_word_letter": _letter,
    "sentence_similarity": _sentence_similarity,
    "sentiment": _sentiment,
    "singular_to_plural": word_given,
    "sum": _number,
    "translation_en-de": word_given,
    "translation_en-es": word_given,
    "translation_en-fr": word_given,
    "word_in_context": _word_in_context,
}
