"""Extraction: a table of completions, hostile text in linear time, and nothing is ever raised."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.grading.extract import extract_answer, extract_with_rule
from reasoning_toolkit.grading.markers import MARKERS

BOXED = [
    (r"So we get $\boxed{42}$.", "42"),
    (r"\boxed{1}, no, \boxed{2}", "2"),
    (r"\boxed{\frac{1}{2}}", r"\frac{1}{2}"),
    (r"\boxed{\frac{\sqrt{3}}{2}} is the height, and 7 is not.", r"\frac{\sqrt{3}}{2}"),
    (r"\fbox{17}", "17"),
    (r"\boxed {8}", "8"),
    ("\\boxed{\n x = 3 \n}", "x = 3"),
    (r"\boxed{\boxed{3}}", "3"),
    (r"\boxed{x=\boxed{3}}", "3"),
    (r"\boxed{5} and then \boxed{6", "5"),
    (r"\boxed{5} and an empty \boxed{}", "5"),
    (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
    (r"\boxed{\left\{ x \right.}", r"\left\{ x \right."),
    (r"\boxed{a \\ b}", r"a \\ b"),
    (r"a line break \\\boxed{9}", "9"),
    ("escaped twice: \\\\boxed{9}", "9"),
    (r"{{{ \boxed{8}", "8"),
    (r"}}} \boxed{8}", "8"),
    (r"\boxed{\begin{pmatrix}1\\2\end{pmatrix}}", r"\begin{pmatrix}1\\2\end{pmatrix}"),
    (r"\boxed{\text{east}}", r"\text{east}"),
    (r"The answer is 4. \boxed{5}", "5"),
    ("\\boxed{5}\n#### 6", "5"),
    (r"$\boxed{2}$ and $\boxed{3}$", "2, 3"),
    (r"\[\boxed{(1,2)} \quad \text{or} \quad \boxed{(3,4)}\]", "(1,2), (3,4)"),
    (r"$\boxed{1}, \boxed{2}$ and $\boxed{3}$.", "1, 2, 3"),
    (r"$p = \boxed{4}$, $q_1 = \boxed{6}$", "4, 6"),
    (r"\boxed{5}, that is \boxed{6}", "6"),
    (r"\boxed{5}. And \boxed{6}", "6"),
    (r"\boxed{5}, \boxed{5}", "5"),
    ("\\boxed{5}\n\n\\boxed{6}", "6"),
    (r"so $\boxed 9$ it is", "9"),
    (r"so $\boxed -\frac{1}{3}$ it is", r"-\frac{1}{3}"),
    ("so \\boxed 12 apples", "12"),
    (r"put it in \boxed form: \boxed{3}", "3"),
    ("\\boxed{15\\ }", "15"),
    ("\\framebox{8}", "8"),
    ("The answer is $\\boxed{1/2}$ or $\\boxed{0.5}$.", "1/2, 0.5"),
]
HASH = [
    ("2 + 2 = 4\n#### 4", "4"),
    ("#### 1,234", "1,234"),
    ("#### -5", "-5"),
    ("#### $12.50", "12.50"),
    ("#### 42.", "42"),
    ("####7", "7"),
    ("#### \\frac{1}{2}", r"\frac{1}{2}"),
    ("#### 18\n\nQuestion: Tom has 3.\nAnswer: 7\n#### 7", "18"),
    ("#### Step 1: add\n1 + 1\n#### 2", "2"),
    ("#### 1. First, add 5 and 6\n#### 11", "11"),
    ("Thus 8 hours in all. #### 8 ", "8"),
    ("#### 8 eggs are left for the market", "8"),
    ("#### 20 km", "20 km"),
]
MARKER = [
    ("The answer is 8.", "8"),
    ("the answer is: 5", "5"),
    ("The answer is -3", "-3"),
    ("The answer is 3.75. Done with 2 steps.", "3.75"),
    ("Answer: B", "B"),
    ("Answer: $C$", "C"),
    ("ANSWER: x = 3", "x = 3"),
    ("**Answer:** 12", "12"),
    ("**Answer**: 12", "12"),
    ("Final Answer: **73**", "73"),
    ("**Final Answer**\n\n15", "15"),
    ("Final answer\n$$x = \\frac{5}{2}$$", r"x = \frac{5}{2}"),
    ("So the final answer is:\n\\[\n\\sqrt{2}\n\\]", r"\sqrt{2}"),
    (r"The final answer is \(7\pi\).", r"7\pi"),
    ("The final answer is $\\frac{3}{4}$. I hope it is correct.", r"\frac{3}{4}"),
    ("The answer is $x=1$ and $y=2$.", "x=1 and y=2"),
    ("The answer is $5$ dollars for each of the seven of them.", "5 dollars"),
    ("The answer is 1,000,000.", "1,000,000"),
    ("The answer is 12 because there are 3 rows of 4.", "12"),
    ("The answer is the sum of both, which makes 14 in all.", "14"),
    ("The answer is 3. Wait, no. The answer is 4.", "4"),
    ("The answer is no", "no"),
    ("The answer is 10. What is the final answer?", "10"),
    ("answer=.5", ".5"),
    ("The answer is 4 + 9 = 13.", "13"),
    ("The answer is $4 \\cdot 9 = 36$.", "36"),
    ("The answer is x = 4 + 9 = 13.", "13"),
    ("The answer is (4 + 9 = 13).", "13"),
    ("The answer is $y = 3x + 1$.", "y = 3x + 1"),
    ("The answer is $x^2 - 4 = 0$.", "x^2 - 4 = 0"),
    ("The answer is 7 apples.", "7"),
    ("The answer is 7 cm.", "7 cm"),
    ("The answer is 3.2 million.", "3.2 million"),
    ("The answers are 2, 3, 5, 7 and 11.", "2, 3, 5, 7 and 11"),
    ("The answer is $2$ or $-2$, by symmetry of the graph.", "2 or -2"),
    ("The answer to the first question is 4.", "4"),
    ("The answer is approximately 2.718", "2.718"),
    ("Final Answer: The largest possible value of $g(n)$ is 31.", "31"),
    ("Final answer: Ann has read 14 pages of it by now", "14"),
    ("The answer is certainly C, since A and B are too small", "C"),
    ("The correct option is (D) because of that", "D"),
    ("The answer is (B).", "(B)"),
    ("Answer $$ 6 $$", "6"),
    ("Result: 0.125", "0.125"),
    ("Q: what is 2+2?\nA: 4", "4"),
    ("La respuesta final es 12.", "12"),
    ("Réponse : il reste 30 euros pour 4 jours.", "30"),
    ("Die Antwort lautet 7.", "7"),
    ("Ergebnis: 3,14", "3,14"),
    ("La risposta è 8.", "8"),
    ("A resposta é 15.", "15"),
    ("Het antwoord is 9.", "9"),
    ("Odpowiedź: 21", "21"),
    ("Ответ: 33", "33"),
    ("Відповідь: 34", "34"),
    ("Cevap: 16", "16"),
    ("Đáp án là 17.", "17"),
    ("Jawabannya adalah 18.", "18"),
    ("所以答案是 42。", "42"),
    ("最终答案：$\\frac{1}{3}$", "\\frac{1}{3}"),
    ("よって答えは 19 です。", "19"),
    ("따라서 정답은 20입니다.", "20"),
    ("الإجابة هي 23", "23"),
    ("उत्तर: 24", "24"),
    ("คำตอบคือ 25", "25"),
    ("Answer: x = 2 or x = 3", "x = 2 or x = 3"),
    ("Answer: (3, 4) by symmetry of the two given circles", "(3, 4)"),
    ("Answer: (3, 4), (-3, 4)", "(3, 4), (-3, 4)"),
    ("Answer: [0, 2) is the whole domain of it", "[0, 2)"),
    ("The answer is:\n\n- 5 apples for each of them", "5"),
    ("The answer is \\boxed{42", "42"),
    ("The answer is 4:30 p.m.", "4:30 p.m"),
    ("The answer is 3e8", "3e8"),
    ("The answer is 42 (rounded)", "42"),
    ("The answer is: (x+2)(y+3)", "(x+2)(y+3)"),
    ("The answer is: 4(x+2)", "4(x+2)"),
    ("The answer is: 12,\\!345", "12,\\!345"),
    ("The answer is: 1,\\! 234,\\! 567", "1,\\! 234,\\! 567"),
    ("答案选C", "C"),
    ("故选：B", "B"),
    ("The answer is 5.\n\nQuestion: What is 3 + 3?\nThe answer is 6.", "5"),
    ("The answer is 5.\n\n**Problem 2:** What is 3 + 3?\nThe answer is 6.", "5"),
    ("The answer is 5.<|im_end|>\n<|im_start|>user\nThe answer is 6.", "5"),
    ("Question: What is 3 + 3?\nThe answer is 6.", "6"),
    ("The correct answer is option C.", "C"),
    ("The answer is choice (E).", "(E)"),
    ("The answer is 25 m/s.", "25 m/s"),
    ("Answer: 3 hours and 20 minutes", "3 hours and 20 minutes"),
    ("Answer: 5 ft 6 in", "5 ft 6 in"),
    ("The answer is 5 feet 6 inches", "5 feet 6 inches"),
    ('The answer is "12".', "12"),
    ("The answer is “Paris”.", "Paris"),
    ("The answer is _12_.", "12"),
    ("Final answer → 12", "12"),
    ("The answer is 12 ✅", "12"),
    ("La réponse est donc 5.", "5"),
    ("Die Antwort ist also 5.", "5"),
    ("答えは、5です。", "5"),
    ("答：小明一共有 15 个苹果。", "15"),
]
TAG = [
    ("<answer>B</answer>", "B"),
    ("<think>x</think> <answer>The answer is 12.</answer>", "12"),
    ("<answer>\n\\frac{3}{4}\n</answer>", "\\frac{3}{4}"),
    ("A guess: <answer>3</answer> no: <answer>4</answer>", "4"),
]
LETTER = [
    ("D", "D"),
    ("(b)", "B"),
    ("c.", "C"),
    ("I would choose option B because 3 > 2.", "B"),
    ("It cannot be A, and C is out, so it must be D.", "D"),
    ("A) 5\nB) 6\nThe best choice is B, since 6 > 5.", "B"),
    ("Option D is correct.", "D"),
    ("Thus, B is the correct answer.", "B"),
    ("We compute 4. Hence (B).", "B"),
]
BOLD = [
    ("That makes **15** of the 20 boxes.", "15"),
    ("So there are **858颗** in all.", "858"),
    ("**Step 1:** add 3 and 4\n\nTogether they have **7 apples**.", "7"),
    ("The final speed is **25 m/s**", "25 m/s"),
]
FORMULA = [
    (r"We find that $x \neq 3$.", r"x \neq 3"),
    (r"The inverse is $\begin{pmatrix}1 & 0 \\ 0 & 2\end{pmatrix}$", r"\begin{pmatrix}1 & 0 \\ 0 & 2\end{pmatrix}"),
    (r"Then \[ S = 1 + 2 + 3 = 6. \]", "6"),
    ("This is $40$ percent", "40%"),
    (r"so we get $$\pi$$", r"\pi"),
    (r"hence the rate is \(r = 0.2\) for each $n$.", "r = 0.2"),
    ("The solutions are $x=1$ and $x=4$.", "x=1, x=4"),
    ("So the roots are $2$, $3$, and $5$.", "2, 3, 5"),
    ("We have $x=3$. Then $y=4$.", "y=4"),
    ("$$\n\\begin{aligned}\nS &= 1+2+3\\\\\n&= 6\n\\end{aligned}\n$$", "6"),
    ("$$\\begin{aligned}x &= 1\\\\ y &= 2\\end{aligned}$$", "\\begin{aligned}x &= 1\\\\ y &= 2\\end{aligned}"),
]
LAST_NUMBER = [
    ("Adding gives 3+4=7. So, 7 apples.", "7"),
    ("She pays $1,234.50 in total.", "1,234.50"),
    ("It is \\$15", "15"),
    ("It rose by 45%", "45%"),
    ("It rose by 45\\%", r"45\%"),
    ("That leaves -6", "-6"),
    ("That leaves \u22126", "\u22126"),
    ("That is 10-6", "6"),
    ("which is 3/4 of it", "3/4"),
    ("which is 3/4.", "3/4"),
    ("hence x = -\\frac{3}{4}", r"-\frac{3}{4}"),
    ("we are left with .25", ".25"),
    ("one, two: 1,2,3", "3"),
    ("it costs Rs.500", "500"),
    ("120 of them are H2O", "120"),
    ("It is 5.", "5"),
    ("x = 5^", "5"),
    ("111,222,3334", "3334"),
    ("She has $5 and he has $6", "6"),
    ("so the point is (3, -4).", "(3, -4)"),
    ("f(3) = 4, f(4) = 5 (as in 3)", "3"),
    ("so the side is 3\\sqrt{2}.", "3\\sqrt{2}"),
    ("so s = \\frac{\\sqrt{3}}{2}", "\\frac{\\sqrt{3}}{2}"),
    ("a speed of 3e8", "3e8"),
    ("about 6.02 \\times 10^{23} of them", "6.02 \\times 10^{23}"),
    ("It went from $720 to $480 = a loss of $240.", "240"),
    (r"where $n$ is odd and 7 are left", "7"),
    ("She ran at 9.8 m/s^2", "9.8"),
    ("Each gets 3 1/2 pies.", "3 1/2"),
    ("It took place in 2020, 1/2 a century later.", "1/2"),
]
THINKING = [
    (r"<think>it is \boxed{7}</think> The answer is 8.", "8"),
    (r"it is \boxed{7}</think>It is \boxed{8}", "8"),
    (r"<think>a</think>\boxed{1}<think>b</think>\boxed{2}", "2"),
    (r"<thought>\boxed{7}</thought>\boxed{8}", "8"),
    (r"<thinking>\boxed{7}</thinking>\boxed{8}", "8"),
    (r"[THINK]\boxed{7}[/THINK]\boxed{8}", "8"),
    (
        r"<|channel|>analysis<|message|>\boxed{7}<|end|><|start|>assistant<|channel|>final<|message|>It is \boxed{8}",
        "8",
    ),
]
NOTHING = [
    ("", "none"),
    ("  \n ", "none"),
    ("I could not finish.", "none"),
    ("\\boxed{", "none"),
    ("\\boxed{" * 30, "none"),
    ("\\boxed{}", "none"),
    ("boxed{x}", "none"),
    ("<think>only thoughts about 5</think>", "none"),
    (r"<think>\boxed{42}</think>I could not finish.", "none"),
    (r"<think>so it must be \boxed{42}", "unfinished thinking"),
    (r"<think>a</think> 5 <think>wait, \boxed{42}", "unfinished thinking"),
    (r"[THINK]\boxed{42} the answer is 42", "unfinished thinking"),
    (r"<|channel|>analysis<|message|>\boxed{42}", "unfinished thinking"),
    ("The answer is \\boxed{}.", "none"),
]


def named(rule: str, table: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [(text, answer, rule) for text, answer in table]


@pytest.mark.parametrize(
    ("text", "answer", "rule"),
    named("boxed", BOXED)
    + named("tag", TAG)
    + named("hash", HASH)
    + named("marker", MARKER)
    + named("letter", LETTER)
    + named("bold", BOLD)
    + named("formula", FORMULA)
    + named("last number", LAST_NUMBER),
)
def test_the_answer_and_the_rule_that_found_it(text: str, answer: str, rule: str) -> None:
    assert extract_with_rule(text) == (answer, rule)


@pytest.mark.parametrize(("text", "answer"), THINKING)
def test_what_was_thought_is_not_what_was_answered(text: str, answer: str) -> None:
    assert extract_answer(text) == answer


@pytest.mark.parametrize(("text", "rule"), NOTHING)
def test_no_answer_is_none_and_says_why(text: str, rule: str) -> None:
    assert extract_with_rule(text) == (None, rule)


def test_unfinished_thinking_is_read_on_request() -> None:
    text = r"<think>it may be \boxed{42}"
    assert extract_answer(text) is None
    assert extract_answer(text, unfinished=True) == "42"
    assert extract_answer(r"<think>\boxed{1}</think>\boxed{2}", unfinished=True) == "2"


def test_each_language_has_its_words_found() -> None:
    for language, (stems, pattern) in MARKERS.items():
        assert any(stem in pattern.lower().replace(r"\s+", " ") for stem in stems.split()), language


HOSTILE = {
    "open boxes": "\\boxed{" * 100_000,
    "open braces": "{" * 1_000_000,
    "closing braces": "}" * 1_000_000,
    "backslashes": "\\" * 1_000_000,
    "boxes in boxes": "\\boxed{" * 100_000 + "5" + "}" * 100_000,
    "boxed and spaces": "\\boxed" + " " * 1_000_000,
    "markers": "answer is " * 100_000,
    "markers without answers": "answer: `\n" * 100_000,
    "formulas never closed": "answer: " + "\\( " * 300_000,
    "dollars": "answer: " + "$ a " * 250_000,
    "hashes": "####" * 250_000,
    "headings": "#### 1. \n" * 100_000,
    "digits": "1" * 1_000_000,
    "groups of digits": "111," * 250_000 + "1111",
    "fractions never closed": "\\frac{1" * 140_000,
    "slashes": "1/" * 500_000,
    "signs": "-" * 1_000_000,
    "questions": "the answer is\nQ: " * 60_000,
    "empty answers": "answer: ` " * 100_000,
    "bold": "**" * 500_000,
    "bold stars": "**a" * 330_000,
    "stars": "answer" + "*" * 1_000_000,
    "chains": "answer: " + "1=" * 500_000,
    "spaced chains": "answer: " + "x = 1 " * 160_000,
    "spaced lists": "#### 5 is " + "1 and 2 is " * 90_000,
    "lists": "answer: " + "1, " * 330_000,
    "options": "choose option " * 70_000,
    "boxes without braces": "\\boxed " * 140_000,
    "linked boxes": "\\boxed{1}, " * 90_000,
    "words": "answer to a b c d " * 60_000,
    "displays never closed": "\\[" * 500_000,
    "two dollars": "$$a" * 330_000,
    "units": "answer: 5" + " cm" * 300_000,
    "turns": "<|im_start|>" * 80_000,
    "lines": "A: \n" * 250_000,
    "thoughts never closed": "<think>" * 140_000,
    "thoughts never opened": "</think>" * 120_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_anything_takes_linear_time(name: str) -> None:
    start = time.process_time()
    extract_answer(HOSTILE[name])
    assert time.process_time() - start < 5  # measured 0.1 to 1.1 s; a quadratic rule takes minutes


FRAGMENTS = st.sampled_from(
    [
        "\\boxed{",
        "{",
        "}",
        "\\",
        "$",
        "####",
        "answer is",
        "final answer",
        "<think>",
        "</think>",
        "1,2",
        ".",
        "\n",
        "\0",
    ]
)


@given(st.lists(FRAGMENTS | st.text(), max_size=30).map("".join))
def test_never_raises_and_never_makes_up_text(text: str) -> None:
    answer = extract_answer(text)
    assert answer is None or (
        answer == answer.strip() and set(answer.upper()) <= {*text.upper(), ",", " ", "%"} and answer
    )


@given(st.text(alphabet="ab +-^\\\n", max_size=40).filter(str.strip))
def test_a_closed_box_at_the_end_is_always_the_answer(content: str) -> None:
    content = content.replace("\\", "")
    if content.strip():
        assert extract_answer(f"Say 5. \\boxed{{6}} The answer is 7. \\boxed{{{content}}}") == content.strip()


def test_a_lone_surrogate_survives() -> None:
    assert extract_answer("\\boxed{\ud800}") == "\ud800"
