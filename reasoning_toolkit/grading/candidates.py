"""The pieces an answer is made of: numbers, formulas, option letters, and the answer at the start of a sentence.

A ``$`` opens a formula or names an amount of money. It opens a formula if its partner is not followed by a digit, both
or neither stand beside a space, and no plain words stand between them.
"""

from __future__ import annotations

import re
from collections import deque

NUMBER = re.compile(
    r"""((?<![\w)\]}])[-\u2212+])?                             # a sign, unless it is an operator or a hyphen
        (?:\\?\$)?
        (\\[dt]?frac\{\d+\}\{\d+\}
        |(?<![\w.,^])\d{1,3}[ ]\d{1,2}/\d{1,2}(?![\d/.])      # 3 1/2
        |(?:(?<![A-Za-z_\d])(?<![A-Za-z]\^)\d++(?:,\d{3}(?!\d))*+(?:\.\d+)?|(?<![\w)])\.\d+)  # 1,234.5 and .5
         (?:\s?/\s?\d++(?!\.\d)                           # 3/4
         |[eE][-+]?\d{1,4}(?!\w)                          # 3e8
         |\s?(?:\\times|×|\*|x)\s?10\s?\^\s?\{?[-+]?\d{1,4}\}?)?
         (?:\s?\\?%)?)""",
    re.VERBOSE,
)
# A delimiter behind a backslash is none; if it were, a text of `\\(` would be scanned to its end from each.
DISPLAY = re.compile(r"\$\$((?:[^$\\]|\\.)++)\$\$|(?<!\\)\\\[((?:[^\\]|\\[^\[\]])++)\\\]", re.DOTALL)
_INLINE = r"(?<!\\)\$(?!\s*\$)((?:[^$\\\n]|\\[^\n]){1,300}+)\$(?![\d$])|(?<!\\)\\\(((?:[^\\]|\\[^()])++)\\\)"
FORMULA = re.compile(rf"{DISPLAY.pattern}|{_INLINE}", re.DOTALL)
_PROSE = re.compile(r"(?<![\\A-Za-z{])[a-z]{3,}")
_MACRO_TEXT = re.compile(r"\\(?:text|mbox|mathrm|textbf|operatorname)\s*\{[^{}]*\}|\\(?:begin|end)\{[^{}]*\}")
_BARE_NAME = re.compile(r"(?!\\(?:pi|infty|emptyset|varnothing)\b)\\?[A-Za-z]+(?:_\{?\w+\}?)?(?:\(\w\))?")
_PERCENT = re.compile(r"\s{0,3}(?:\\?%|percent\b)")
_UNITS = (
    "thousand million billion trillion dozen percent degrees? mm cm dm km m kg g mg lbs? ml ft feet foot inch inches miles? "
    "meters? metres? kilometers? centimeters? grams? kilograms? pounds? ounces? liters? litres? gallons? seconds? minutes? "
    "hours? days? weeks? months? years? mph dollars? cents? euros? square cubic per am pm a.m. p.m. o'clock"
)
_UNIT = re.compile(
    rf"(?:\s?(?:k?m|ft|mi|cm)/(?:s|h|hr|min|sec)(?:\^?2|²)?(?![a-z])|\s?(?:°\s?[CF]?|%|\b(?:{'|'.join(_UNITS.split())})(?![A-Za-z])|[a-z]{{1,2}}[²³]))+",
    re.IGNORECASE,
)
_FURTHER_AMOUNT = re.compile(
    r"\s+(?:and\s+)?\d{1,9}(?:\.\d{1,9})?\s?(?:in|inch(?:es)?|sec|s|seconds?|min|minutes?|oz|ounces?|cents?|cm|m|g)\b"
)
LIST_LINK = re.compile(r"\s*(?:[,;]\s*(?:and|or)?|\b(?:and|or|und|et|y|и)\b|和|或|、)\s*")
_LETTER = re.compile(r"(?<![\w\\$])\(?([A-J])\)?(?![\w'’])(?!\s[a-z]{2})")
_RESULT = re.compile(
    r"(?:\b(?:is|are|was|equals|be|makes|gives|est|es|ist|é|è)\b|[=≈:]|равен|является)\s*(?:\w+\s)?(?=[-\u2212$\\*\d])"
)
_SENTENCE_END = re.compile(r"(?<!\\)[.!?]\*{0,2}(?:\s|$)|。|।|\n")
_CHAIN_LINK = re.compile(r"(?<![<>!:\\])=(?!=)")
_NUMERIC = re.compile(
    r"(?=[^\d]*\d)(?:[\d\s.,+\-\u2212*/×÷^()%${}]|(?<=[\d ])x(?=[\d ])|\\(?:times|cdot|div|[dt]?frac|left|right|[%$,;! ]))++"
)
_MARKUP = re.compile(r"\*\*|\\?\$|`|(?<!\\)\\[()\[\]]")
_GROUP = re.compile(r"\\?[(\[{](?=[^()\[\]{}\n]*\d)[^()\[\]{}\n]{1,100}?\\?[)\]}](?![\d^_])")
_TUPLE = re.compile(r"[(\[]\s*(?:[-+\u2212]?\d[\d./]*\s*,\s*)+[-+\u2212]?\d[\d./]*\s*[)\]]")
_WORD = re.compile(r"(?<![\\A-Za-z{])(?!and\b|sin|cos|tan|log|mod\b|sqrt)[A-Za-z]{3,}")
_UNSPACED_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}")
_ALIGNED = re.compile(
    r"\\begin\{(?:aligned|align\*?|split|gathered)\}(.*)\\end\{(?:aligned|align\*?|split|gathered)\}", re.DOTALL
)
_BULLET = re.compile(r"[-•*]\s+")
_OPEN_BOX = re.compile(r"\\(?:boxed|fbox)\s*(?:\{\s*\}|\{?)")
_OPTION = re.compile(r"(?:option|choice)\s+(?=\(?[A-J]\b)", re.IGNORECASE)
_QUOTED = re.compile(r"([\"'_])([^\"'_]+)\1|“([^“”]+)”")
_SIGNS_AROUND = " \t\n→➡✅✓✔🎉\ufe0f"
_BEFORE, _BEHIND, _MACRO = re.compile(r"[^\s=$]*\Z"), re.compile(r"[^\s=$]{0,80}"), re.compile(r"\\[A-Za-z]")
_END_OF_ITEM = re.compile(  # an unspaced script needs no space before its words
    r"\s*(?:$|[.,;:)\]](?![\d\\])|[—–]|[^\W\d_]{2,}|(?<=\s)\([A-Za-z]{2}|\s[A-Za-z]\s"
    r"|[\u0600-\u06ff\u0900-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
)
_LEADING_LETTER = re.compile(r"\(?([A-J])\)?(?=\s*[,;—]|\s+(?:because|since|as|for|by)\b)")
_WORDS_OF_AN_ANSWER = 4
_LONGEST_SENTENCE = 4096
_LONGEST_WHOLE = 80


def formula_content(match: re.Match[str]) -> str:
    """What a match of `FORMULA` or `DISPLAY` holds; "" if its dollars are money."""
    content = match[match.lastindex or 0]
    if match[0].startswith("$") and not match[0].startswith("$$"):
        uneven = content[:1].isspace() != content[-1:].isspace()
        if uneven or _PROSE.search(_MACRO_TEXT.sub("", content)):
            return ""
    return content.strip()


def is_bare_name(formula: str) -> bool:
    """Whether a formula only names something: ``n``, ``f(x)``, ``ABC``."""
    return _BARE_NAME.fullmatch(formula) is not None


def last_number(text: str) -> str:
    """The last number, fraction or percentage, with the tuple or LaTeX it is a part of; "" if there is none."""
    found = deque(NUMBER.finditer(text), maxlen=1)
    if not found:
        return ""
    number = found[0]
    for whole in _TUPLE.finditer(text, max(0, number.start() - _LONGEST_WHOLE), number.end() + 2):
        if whole.end() > number.end():
            return whole[0]
    return _latex_around(text, number) or number_text(number)


def number_text(match: re.Match[str]) -> str:
    """A match of `NUMBER` without its currency sign."""
    return f"{match[1] or ''}{match[2]}"


def result_of_chain(text: str) -> str:
    """The last link of a calculation: ``9 + 6 = 15`` and ``x = 9 + 6 = 15`` are ``15``; ``x = 15`` and systems stay."""
    if aligned := _ALIGNED.fullmatch(text.strip()):
        last = aligned[1].rstrip("\\ \n").rpartition("\\\\")[2].replace("&", "").strip()
        text = last.removeprefix("=").strip() if last.startswith("=") else text
    links = _CHAIN_LINK.split(text.strip("() ") if text.startswith("(") else text)
    values = links[1:] if len(links) > 2 else links
    if len(links) > 1 and all(_NUMERIC.fullmatch(link) for link in values):
        return links[-1].strip()
    return text


def answer_at(text: str, start: int) -> str:
    """The answer in the sentence that starts here; a formula at its very start may span lines. "" if it is blank."""
    formula = FORMULA.match(text, start)
    end = _SENTENCE_END.search(text, formula.end() if formula else start)
    return condensed(text[start : end.start() if end else len(text)])


def condensed(sentence: str) -> str:
    """The answer in a sentence: all of it if it is short, else the one formula, number or letter it is about."""
    sentence = _OPEN_BOX.sub("", sentence[:_LONGEST_SENTENCE].replace("**", "").replace("`", "")).strip()
    sentence = _BULLET.sub("", sentence, count=1) if _BULLET.match(sentence) else sentence
    if option := _OPTION.match(sentence):
        sentence = sentence[option.end() :]
    if leading := _leading(sentence):
        return result_of_chain(leading)
    is_short = len(sentence.split()) <= _WORDS_OF_AN_ANSWER and not _UNSPACED_WORDS.search(sentence)
    if is_short or not (_WORD.search(sentence) or _UNSPACED_WORDS.search(sentence)):
        return result_of_chain(without_markup(sentence))
    results = [leading for match in _RESULT.finditer(sentence) if (leading := _leading(sentence[match.end() :]))]
    if results:
        return result_of_chain(results[-1])
    formulas = [content for match in FORMULA.finditer(sentence) if (content := formula_content(match))]
    telling = [content for content in formulas if not is_bare_name(content)] or formulas
    if telling:
        return result_of_chain(telling[-1])
    letter, number = _LETTER.search(sentence), NUMBER.search(sentence)
    if letter and not (number and number.start() < letter.start()):
        return letter[1]
    return number_text(number) if number else without_markup(sentence)


def without_markup(text: str) -> str:
    """Drop ``**``, backticks and math delimiters around and inside, quotes around, and the period at the end."""
    bare = _MARKUP.sub("", text).strip(_SIGNS_AROUND).rstrip(".。").strip(_SIGNS_AROUND)
    quoted = _QUOTED.fullmatch(bare)
    return (quoted[2] or quoted[3]).strip().rstrip(".") if quoted else bare


def _latex_around(text: str, number: re.Match[str]) -> str:
    """The unspaced LaTeX that a number is a part of, such as ``3\\sqrt{2}``; "" if it is part of none."""
    before = _BEFORE.search(text, max(0, number.start() - _LONGEST_WHOLE), number.start())
    behind = _BEHIND.match(text, number.end())
    assert before and behind  # both match the empty text
    token = (before[0] + number[0] + behind[0]).rstrip(".,;:。")
    return token if _MACRO.search(token) and token.count("{") == token.count("}") else ""


def _leading(sentence: str) -> str:
    """The letter, formulas or numbers that a sentence starts with, "" if it starts with something else or goes on as a formula."""
    if letter := _LEADING_LETTER.match(sentence):
        return letter[1]
    end = _item_end(sentence, 0)
    if end == 0:
        return ""
    while (link := LIST_LINK.match(sentence, end)) and (further := _item_end(sentence, link.end())):
        end = further
    rest = sentence[end:]
    if _PERCENT.match(rest):
        return without_markup(sentence[:end]) + "%"
    if (end_of_units := _units_end(sentence, end)) > end:
        return without_markup(sentence[:end_of_units])
    return without_markup(sentence[:end]) if _ends_here(rest) else ""


def _item_end(sentence: str, start: int) -> int:
    """Where the formula or number that starts here ends; 0 if none does."""
    formula = FORMULA.match(sentence, start)
    if formula and formula_content(formula):
        return formula.end()
    item = NUMBER.match(sentence, start) or _GROUP.match(sentence, start)
    return item.end() if item else 0


def _units_end(sentence: str, end: int) -> int:
    """Where the unit behind a number ends, and any smaller units behind that: ``5 feet 6 inches``; `end` without a unit."""
    unit = _UNIT.match(sentence, end)
    further = unit
    while further:
        end = further.end()
        further = _FURTHER_AMOUNT.match(sentence, end)
    return end


def _ends_here(rest: str) -> bool:
    """Whether what follows a number is not the rest of an expression: nothing, a bracket, or a word."""
    return _END_OF_ITEM.match(rest) is not None
