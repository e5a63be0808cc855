r"""Text to tokens, in one linear pass of one regular expression.

A token is a kind, a text and whether space stood before it:

    number    a numeral, see `numerals.py`            letter   a variable, by name: ``x``, ``theta``
    function  ``sin``, ``sqrt``, ``frac``, …          word     anything of `\text{}` or prose
    open, close   brackets: ``( [ { set <``           mark     an operator, relation or separator
    end       behind the last

Spacing, ``\left``, ``\displaystyle`` and dollar delimiters leave no token.
"""

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import NamedTuple

import reasoning_toolkit.grading.vocabulary as vocabulary
from reasoning_toolkit.grading.limits import MAX_TOKENS, Unreadable
from reasoning_toolkit.grading.numerals import NUMERAL, NUMERAL_WITH_COMMAS


class Token(NamedTuple):
    """One token; `spaced`: white space stood before it."""

    kind: str
    text: str
    spaced: bool


_TEXT = r"\\(?:text|mbox|hbox|textbf|textit|textrm|textsf|texttt|textnormal|mathrm|mathbf|mathsf|mathit|operatorname\*?|bm|boldsymbol)"
_IGNORED = "(?:left|right|[bB]ig{1,2}[lrm]?|displaystyle|textstyle|limits|nolimits|therefore)"
_PATTERN = r"""
    (?P<space>(?:\\left\s*\\\{{(?=\s*\\begin)|&(?=\s*[=<>])|\s|~|\\[ ,;:!>]|\\q?quad(?![A-Za-z])|\\{ignored}(?![A-Za-z])\.?)+)
  | (?P<number>{numeral})
  | (?P<text>{text}(?![A-Za-z])\s*\{{[^{{}}]*\}})
  | (?P<command>\\(?:begin|end)\s*\{{[A-Za-z]+\*?\}}|\\[A-Za-z]+|\\.)
  | (?P<times>[xX](?=\s?10\s?\^))
  | (?P<rate>(?:[kcm]?m|ft|mi)/(?:s|h|hr|min|sec)(?![A-Za-z]))
  | (?P<article>[Aa]n?(?=\s+[A-Za-z]{{4}}))
  | (?P<letters>[AaPp]\.\s?[Mm]\b|(?:one|two|six|ten|[A-Za-z]{{4,}})-[a-z]{{3,}}(?![A-Za-z(])|[A-Za-z]+)
  | (?P<sign>\*\*|<=|>=|!=|==|=>|->|\.\.\.|[^\s])
"""
_LEXERS = {
    commas: re.compile(
        _PATTERN.format(numeral=NUMERAL_WITH_COMMAS if commas else NUMERAL, text=_TEXT, ignored=_IGNORED), re.VERBOSE
    )
    for commas in (False, True)
}
_LETTERS_OF_TEXT = re.compile(r"\{(.*)\}", re.DOTALL)
_WORD_OF_TEXT = re.compile(
    rf"(?P<number>{NUMERAL_WITH_COMMAS})|(?P<word>[AaPp]\.\s?[Mm]\b|[A-Za-z]+(?:['’-][A-Za-z]+)*)|(?P<sign>\\[%$]|[^\sA-Za-z])"
)

_ABBREVIATED = re.compile(r"\.\s?")

_SHORT_WORDS = (
    vocabulary.WORDS
    | vocabulary.FILLERS
    | vocabulary.SEPARATORS
    | vocabulary.QUALIFIERS
    | vocabulary.CONDITIONS
    | set(vocabulary.NUMBER_WORDS)
)
_MARKS = {
    **dict.fromkeys(("\\cdot", "\\times", "\\ast", "\\cdotp", "*"), "*"),
    **dict.fromkeys(("\\div", "/"), "/"),
    **dict.fromkeys(("\\le", "\\leq", "\\leqslant", "\\leqq", "<="), "<="),
    **dict.fromkeys(("\\ge", "\\geq", "\\geqslant", "\\geqq", ">="), ">="),
    **dict.fromkeys(("\\ne", "\\neq", "!="), "!="),
    **dict.fromkeys(("\\lt", "<"), "<"),
    **dict.fromkeys(("\\gt", ">"), ">"),
    **dict.fromkeys(("=", "==", "\\equiv"), "="),
    **dict.fromkeys(("\\approx", "\\simeq", "\\sim", "\\thickapprox", "\\doteq"), "≈"),
    **dict.fromkeys(("\\pm", "+/-"), "±"),
    "\\mp": "∓",
    **dict.fromkeys(("\\mid", "\\vert", "\\lvert", "\\rvert", "\\|", "|"), "|"),
    **dict.fromkeys(("\\cup", "\\bigcup", "\\cupdot"), "∪"),
    "\\cap": "∩",
    "\\in": "∈",
    **dict.fromkeys(("\\setminus", "\\backslash"), "∖"),
    **dict.fromkeys(("\\circ", "\\degree", "°"), "°"),
    **dict.fromkeys(("\\%", "%"), "%"),
    **dict.fromkeys(("\\prime", "'"), "'"),
    **dict.fromkeys(("\\colon", ":"), ":"),
    **dict.fromkeys(("\\ldots", "\\dots", "\\cdots", "..."), "…"),
    **dict.fromkeys(("\\wedge", "\\land", "\\lor", "\\vee"), ";"),
    **dict.fromkeys(("\\$", "$"), "$"),
    **{sign: sign for sign in "+-^_!,;&€£¥₹"},
    "**": "^",
    **dict.fromkeys(("\\to", "\\rightarrow", "->"), "→"),
    **dict.fromkeys(("\\\\", "\\cr"), "\\\\"),
}
_BRACKETS = {
    **{sign: ("open", sign) for sign in "([{"},
    **{sign: ("close", sign) for sign in ")]}"},
    **dict.fromkeys(("\\{", "\\lbrace"), ("open", "set")),
    **dict.fromkeys(("\\}", "\\rbrace"), ("close", "set")),
    "\\langle": ("open", "<"),
    "\\rangle": ("close", ">"),
    "\\lfloor": ("open", "floor"),
    "\\rfloor": ("close", "floor"),
    "\\lceil": ("open", "ceil"),
    "\\rceil": ("close", "ceil"),
}
_SAME_COMMAND = {
    **dict.fromkeys(("dfrac", "tfrac", "cfrac", "sfrac", "nicefrac"), "frac"),
    **dict.fromkeys(("dbinom", "tbinom"), "binom"),
    **dict.fromkeys(("varnothing", "O"), "emptyset"),
}


def tokens_of(text: str) -> list[Token]:
    """The tokens of a tidy answer, the last of kind "end".

    Raises:
        Unreadable: a character that belongs to no answer, or more than `MAX_TOKENS` tokens.
    """
    tokens: list[Token] = []
    position, depth, spaced = 0, 0, False
    dollars_enclose = len(re.findall(r"(?<!\\)\$", text)) % 2 == 0
    while position < len(text):
        match = _LEXERS[depth == 0].match(text, position)
        assert match is not None, text[position:]
        position, group = match.end(), match.lastgroup
        if group == "space" or (match[0] == "$" and dollars_enclose):
            spaced = True
            continue
        found = list(_READERS[str(group)](match[0], spaced, tokens[-1] if tokens else None))
        depth += sum((t.kind == "open") - (t.kind == "close") for t in found if t.text not in "{}")
        tokens += found
        spaced = False
        if len(tokens) > MAX_TOKENS:
            raise Unreadable(f"more than {MAX_TOKENS} tokens")
    tokens.append(Token("end", "", spaced))
    return tokens


def _number(text: str, spaced: bool, _: Token | None) -> list[Token]:
    return [Token("number", text, spaced)]


def _sign(text: str, spaced: bool, before: Token | None) -> list[Token]:
    if text in _BRACKETS:
        return [Token(*_BRACKETS[text], spaced)]
    if text in _MARKS:
        return [Token("mark", _MARKS[text], spaced)]
    if text == "." and before is not None and before.kind == "word":
        return []  # an abbreviation
    raise Unreadable(f"a sign of no answer: {text[:8]!r}")


def _command(text: str, spaced: bool, _: Token | None) -> list[Token]:
    if text in _BRACKETS or text in _MARKS:
        return _sign(text, spaced, None)
    name = text[1:].replace(" ", "")
    name = vocabulary.ALIASES.get(name, name)
    return [_named(_SAME_COMMAND.get(name, name), spaced)]


def _named(name: str, spaced: bool) -> Token:
    if name in vocabulary.GREEK or name in ("pi", "infty", "imath", "jmath", "top"):
        return Token("letter", {"imath": "i", "jmath": "j"}.get(name, name), spaced)
    return Token("function", name, spaced)


def _letters(text: str, spaced: bool, before: Token | None) -> list[Token]:
    """A run of letters outside `\\text{}`: a function, a name, a word, or a product of variables."""
    text = _ABBREVIATED.sub("", text)
    name = vocabulary.ALIASES.get(text.lower(), text)
    is_unit = text in vocabulary.UNITS and before is not None and before.kind == "number"
    if name in vocabulary.FUNCTIONS and not is_unit:
        return [Token("function", name, spaced)]
    if name in vocabulary.GREEK or name in ("pi", "infty"):
        return [Token("letter", name, spaced)]
    if text == "U" and before is not None and before.kind == "close":
        return [Token("mark", "∪", spaced)]
    if _is_word(text, before) or _counts_things(text, spaced, before):
        return [Token("word", text, spaced)]
    return [Token("letter", letter, spaced and place == 0) for place, letter in enumerate(text)]


def _article(text: str, spaced: bool, before: Token | None) -> list[Token]:
    """The article of ``an ellipse``; behind anything a variable."""
    return [Token("word", text, spaced)] if before is None else _letters(text, spaced, before)


def _is_word(text: str, before: Token | None) -> bool:
    if len(text) == 1:
        return False
    if len(text) > 3 or text.lower() in _SHORT_WORDS or text in vocabulary.CURRENCY_CODES:
        return True
    behind_value = before is not None and before.kind in ("number", "close", "word")
    if behind_value and (text in vocabulary.UNITS or text.lower() in vocabulary.SUFFIXES):
        return True
    return text[0].isupper() and text[1:].islower()


def _counts_things(text: str, spaced: bool, before: Token | None) -> bool:
    """Whether three letters behind a number are a word, ``15 men``; neighbours in the alphabet are variables, ``2 abc``."""
    return spaced and len(text) == 3 and before is not None and before.kind == "number" and text not in ascii_lowercase


def _times(text: str, spaced: bool, before: Token | None) -> list[Token]:
    """The sign of ``4.5 x 10^6``; without a number before it the variable."""
    behind_number = before is not None and before.kind == "number"
    return [Token("mark", "*", spaced) if behind_number else Token("letter", text, spaced)]


def _rate(text: str, spaced: bool, before: Token | None) -> list[Token]:
    """A unit such as ``km/h`` behind a number; else a quotient of variables."""
    length, _, time = text.partition("/")
    if before is not None and before.kind == "number":
        return [Token("word", length, spaced), Token("mark", "/", False), Token("word", time, False)]
    return [*_letters(length, spaced, before), Token("mark", "/", False), *_letters(time, False, None)]


def _text(text: str, spaced: bool, before: Token | None) -> list[Token]:
    r"""The words and numbers of `\text{...}`; a lone letter is a variable, or the unit of the number before it."""
    inside = _LETTERS_OF_TEXT.search(text)
    content = inside[1].replace("~", " ") if inside else ""
    tokens: list[Token] = []
    for match in _WORD_OF_TEXT.finditer(content):
        if match.lastgroup == "number":
            tokens.append(Token("number", match[0], spaced))
        elif match.lastgroup == "word":
            last = tokens[-1] if tokens else before
            tokens.append(_word_of_text(_ABBREVIATED.sub("", match[0]), last))
        elif match[0] not in ".?-":
            tokens += _sign(match[0], spaced, None)
    return tokens


def _word_of_text(word: str, before: Token | None) -> Token:
    behind_value = before is not None and (before.kind in ("number", "close", "word") or before.text == "/")
    if len(word) == 1 and not (behind_value and word in vocabulary.SINGLE_LETTER_UNITS):
        return Token("letter", word, True)
    name = vocabulary.ALIASES.get(word, word)
    if name in vocabulary.FUNCTIONS and word not in vocabulary.UNITS:
        return Token("function", name, True)
    return Token("word", word, True)


_READERS = {
    "number": _number,
    "text": _text,
    "command": _command,
    "times": _times,
    "rate": _rate,
    "article": _article,
    "letters": _letters,
    "sign": _sign,
}
