r"""Hypothesis strategies for answers by the grammar of the parser: numbers, expressions, lists, sets, relations, words.

`PAIRS` draws a gold answer and an answer that is another one, the same one dressed otherwise, or the same one damaged.
"""

from __future__ import annotations

from hypothesis import strategies as st

_BROKEN = (
    r"{ } ( ) [ ] | $ \ ^ _ , ; : = < ! % & \\ \frac \sqrt \left( \right. \{ \} \text{ \pm \sum_ … ' 0 9 .".split()
)
_NUMBERS = st.one_of(
    st.integers(-999, 9_999).map(str),
    st.integers(-(10**9), 10**9).map("{:,}".format),
    st.decimals(-1_000, 1_000, places=3).map(str),
    st.tuples(st.integers(-20, 20), st.integers(0, 20)).map("{0[0]}/{0[1]}".format),
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)).map(r"{0[0]}\frac{{{0[1]}}}{{{0[2]}}}".format),
    st.tuples(st.integers(1, 99), st.integers(-30, 30)).map(r"{0[0]}\times 10^{{{0[1]}}}".format),
    st.sampled_from([r"0.\overline{3}", "1011_2", "6.02e23", ".5", "½", "٣", "10²", "1e400", r"25\%", "90°", r"\$5"]),
)
_NAMES = st.sampled_from([*"abfknxyzeiEC", r"\pi", r"\theta", r"\infty", "x_1", "a_{12}", "f(x)", "x'", "AB"])
_FUNCTIONS = st.sampled_from(
    r"\sin \cos \tan^2 \log \ln \exp \arctan \log_2 \sqrt \sin^{-1} \gcd \max \min sin sqrt log \Gamma \cosh".split()
)
_UNITS = st.sampled_from([r"\text{ cm}", " km/h", r"\%", r"^\circ", " dollars", r"\text{ m}^2", " million", "!"])
_WORDS = st.sampled_from(["east", "yes", r"\text{no}", "(C)", "B: 7", "DNE", "undefined", "Monday", "7 am", "A and C"])


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two, three = st.tuples(inner, inner), st.tuples(inner, inner, inner)
    return st.one_of(
        two.map("{0[0]}+{0[1]}".format),
        two.map("{0[0]} - {0[1]}".format),
        two.map("{0[0]}{0[1]}".format),
        two.map(r"{0[0]} \cdot {0[1]}".format),
        two.map("{0[0]}/{0[1]}".format),
        two.map(r"\frac{{{0[0]}}}{{{0[1]}}}".format),
        two.map("{0[0]}^{{{0[1]}}}".format),
        two.map(r"\binom{{{0[0]}}}{{{0[1]}}}".format),
        two.map(r"\sqrt[{0[0]}]{{{0[1]}}}".format),
        two.map(r"{0[0]} \pm {0[1]}".format),
        two.map(r"{0[0]} \bmod {0[1]}".format),
        three.map(r"\max({0[0]}, {0[1]}, {0[2]})".format),
        st.tuples(_FUNCTIONS, inner).map("{0[0]}({0[1]})".format),
        st.tuples(_FUNCTIONS, inner).map("{0[0]} {0[1]}".format),
        st.tuples(inner, _UNITS).map("".join),
        inner.map(r"\sqrt{{{0}}}".format),
        inner.map("-{0}".format),
        inner.map("({0})".format),
        inner.map(r"\left( {0} \right)".format),
        inner.map("|{0}|".format),
        inner.map(r"\lfloor {0} \rfloor".format),
    )


SCALARS = st.recursive(_NUMBERS | _NAMES, _expressions, max_leaves=6)
_LISTED = st.lists(SCALARS, min_size=1, max_size=5)
_RELATIONS = st.sampled_from(["=", "<", ">", r"\le ", r"\ge ", r"\ne ", r"\in ", r"\approx "])
_SYMPY = st.sampled_from([r"\sum_{k=1}^{n} k", r"\int_0^1 x dx", r"\lim_{x \to 0} x", r"\prod_{k=1}^{3} k"])


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    listed = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        listed.map(", ".join),
        listed.map(" and ".join),
        listed.map(" or ".join),
        listed.map(",".join).map(r"\{{{0}\}}".format),
        listed.map(",".join).map("({0})".format),
        listed.map(",".join).map("[{0})".format),
        listed.map(r" \cup ".join),
        listed.map(":".join),
        listed.map(r"\\".join).map(r"\begin{{pmatrix}}{0}\end{{pmatrix}}".format),
        listed.map("&".join).map(r"\begin{{bmatrix}}{0}\end{{bmatrix}}".format),
        st.tuples(inner, _RELATIONS, inner).map("".join),
        st.tuples(inner, _RELATIONS, inner, _RELATIONS, inner).map("".join),
        st.tuples(_NAMES, inner).map("{0[0]} = {0[1]}".format),
        inner.map(r"\{{ x \mid {0} \}}".format),
        inner.map(r"\text{{all }} {0}".format),
        st.tuples(inner, inner).map(r"{0[0]} \text{{ if }} {0[1]}".format),
    )


ANSWERS = st.one_of(SCALARS, st.recursive(SCALARS | _WORDS, _statements, max_leaves=5))


def _dressed(answer: str) -> st.SearchStrategy[str]:
    """The same answer as someone else would write it, or a completion that ends in it."""
    return st.sampled_from(
        [
            answer,
            f"${answer}$.",
            rf"\boxed{{{answer}}}",
            rf"\({answer}\)",
            f" {answer} ",
            f"**{answer}**",
            f"{{{answer}}}",
            f"The answer is {answer}.",
            f"So 3 + 4. Thus:\n#### {answer}",
            f"<think>\\boxed{{3}}</think> It is \\[ {answer} \\]",
            rf"First \boxed{{1}}, then \boxed{{{answer}}} and \boxed{{2}}.",
            answer.replace(" ", ""),
            answer.replace(r"\frac", r"\dfrac"),
            answer.replace("(", r"\left(").replace(")", r"\right)"),
            answer.replace("-", "−").replace(r"\pi", "π").replace(r"\infty", "∞"),
            answer.replace(",", ", ").replace("+", " + "),
            f"x = {answer}",
            f"{answer} = {answer}",
        ]
    )


@st.composite
def _damaged(draw: st.DrawFn, answer: str) -> str:
    start = draw(st.integers(0, len(answer)))
    end = draw(st.integers(start, min(len(answer), start + 3)))
    return answer[:start] + draw(st.sampled_from(_BROKEN) | st.text(max_size=2)) + answer[end:]


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[str, str]:
    gold = draw(st.one_of(ANSWERS, ANSWERS, ANSWERS, ANSWERS, _SYMPY))
    answer = draw(st.just(gold) | ANSWERS)
    for change in draw(st.lists(st.sampled_from([_dressed, _damaged]), max_size=3)):
        answer = draw(change(answer))
    return (gold, answer) if draw(st.booleans()) else (answer, gold)


PAIRS = _pairs()
