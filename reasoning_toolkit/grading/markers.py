"""Words that announce an answer, by language, and words that start another question after it.

Each row has the stems of its words, in lower case, and what may stand before the answer itself; spaces, colons, stars and
dashes behind that are skipped. A text without any stem has no marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_COPULA = r"(?:is|are|was|would\s+be|will\s+be|should\s+be|must\s+be|equals|comes?\s+to)"
_HEDGE = (
    r"(?:\s+(?:therefore|thus|then|hence|simply|just|exactly|approximately|about|indeed|clearly|now"
    r"|found\s+to\s+be|given\s+by))?"
)
MARKERS = {
    "English, named": ("answer result", rf"final\s{{1,3}}(?:answer|result)\b(?:\s{{1,3}}{_COPULA}\b)?{_HEDGE}"),
    "English": ("answer", rf"answers?(?:\s+(?:to|for|of|in)(?:\s+[\w'-]+){{1,5}}?)?\s+{_COPULA}\b{_HEDGE}"),
    "English, sign": ("answer result", r"(?:answers?|result)\*{0,2}\s?[:=]"),
    "English, formula": ("answer", r"^answer(?=\s+(?:\$|\\[\[(]))"),
    "English, option": ("correct", rf"correct\s+(?:option|choice|alternative)\s+{_COPULA}\b(?:\s+option\b)?"),
    "Spanish": ("respuesta", r"respuesta(?:\s+(?:final|correcta))?(?:\s+es\b|\s?:)"),
    "French": ("réponse", r"réponse(?:\s+(?:finale|correcte))?(?:\s+est\b(?:\s+donc\b)?|\s?:)"),
    "German": (
        "antwort ergebnis",
        r"(?:antwort|endergebnis|ergebnis)(?:\s+(?:lautet|ist|beträgt)\b(?:\s+(?:also|daher|somit)\b)?|\s?:)",
    ),
    "Italian": ("risposta", r"risposta(?:\s+(?:finale|corretta))?(?:\s+è|\s?:)"),
    "Portuguese": ("resposta", r"resposta(?:\s+(?:final|correta))?(?:\s+é|\s?:)"),
    "Dutch": ("antwoord", r"antwoord(?:\s+is\b|\s?:)"),
    "Polish": ("odpowied", r"odpowied[źz](?:\s+(?:to|brzmi|końcowa)\b|\s?:)"),
    "Czech": ("odpověď", r"odpověď(?:\s+je\b|\s?:)"),
    "Russian": ("ответ", r"ответ(?:ом)?(?:\s+(?:равен|является|будет)|\s?[:—–-])"),
    "Ukrainian": ("відповідь", r"відповідь(?:\s+є|\s?[:—–-])"),
    "Turkish": ("cevap cevab yanıt", r"(?:cevap|yanıt|cevabı)(?:\s?:|\s+olarak)"),
    "Vietnamese": ("đáp lời", r"(?:đáp\s+(?:án|số)|câu\s+trả\s+lời)(?:\s+(?:cuối\s+cùng|đúng))?(?:\s+là\b|\s?:)"),
    "Indonesian": ("jawaban", r"jawaban(?:nya)?(?:\s+akhir)?(?:\s+adalah\b|\s?:)"),
    "Swahili": ("jibu", r"jibu(?:\s+ni\b|\s?:)"),
    "Chinese": ("答 结果 結果 选 選", r"(?:答案|结果|結果)\s?(?:应?[是为為选選]|[:：])|^答[:：]|故[选選]"),
    "Japanese": ("答え 解答 正解", r"(?:答え|解答|正解)\s?(?:は|[:：])"),
    "Korean": ("답", r"(?:정답|답변|답)\s?(?:은|는|[:：])"),
    "Arabic": ("إجاب اجاب جواب", r"(?:الإجابة|الجواب|الاجابة)(?:\s+النهائية)?\s?(?:هي|هو|:)"),
    "Persian": ("پاسخ جواب", r"(?:پاسخ|جواب)(?:\s+نهایی)?\s?:"),
    "Hindi": ("उत्तर", r"उत्तर\s?(?:है|[:：])?"),
    "Bengali": ("উত্তর", r"উত্তর\s?[:：]?"),
    "Telugu": ("సమాధానం", r"సమాధానం\s?:?"),
    "Thai": ("คำตอบ", r"คำตอบ(?:สุดท้าย)?\s?(?:คือ|:)"),
}
_UNSPACED = "Chinese", "Japanese", "Korean", "Thai"  # a word may follow another without a space
_STEMS = tuple(dict.fromkeys(stem for stems, _ in MARKERS.values() for stem in stems.split()))
_SPACED_WORDS = "|".join(pattern for language, (_, pattern) in MARKERS.items() if language not in _UNSPACED)
_UNSPACED_WORDS = "|".join(MARKERS[language][1] for language in _UNSPACED)
_WORDS = rf"(?:(?<!\w)(?:{_SPACED_WORDS})|{_UNSPACED_WORDS})"
_MARKER = re.compile(rf"{_WORDS}[\s:：*=\u2014→➡\ufe0f、，]*+", re.IGNORECASE | re.MULTILINE)
_LINE_MARKER = re.compile(r"^A:[ \t]*+(?=\S)", re.MULTILINE)
_ANSWERED = re.compile(rf"\\boxed|\\fbox|####|{_LINE_MARKER.pattern}|{_WORDS}", re.IGNORECASE | re.MULTILINE)
_NEXT_QUESTION = re.compile(
    r"(?:Question|Problem|Q|Exercise|Instruction|Human|User)(?:[ \t]+\d{1,4})?\*{0,2}[:：]"
    r"|<\|im_end\|>|<\|im_start\|>(?:user|human)|<\|endoftext\|>|<\|eot_id\|>|</s>"
)
_QUESTION_HINTS = (
    "Question",
    "Problem",
    "Exercise",
    "Instruction",
    "Human",
    "User",
    "Q:",
    "Q：",
    "Q ",
    "Q*",
    "<|",
    "</s>",
)
_LINE_START = re.compile(r"(?:^|\n)[#* ]{0,6}$")
_REACH = 64  # a marker begins at most this far before its stem
_TRIED = 32


def marker_ends(text: str) -> Iterator[int]:
    """Where the answers behind the last few markers start, the last one first.

    Nearly always the last marker is right before the last stem, so most of the text is never searched for markers.
    """
    lowered = text.lower()
    last_stem = max(map(lowered.rfind, _STEMS))
    for start in dict.fromkeys((max(0, last_stem - _REACH), 0)):
        ends = [match.end() for match in _LINE_MARKER.finditer(text, start)]
        if last_stem >= 0:
            ends += [match.end() for match in _MARKER.finditer(text, start)]
        yield from sorted(ends, reverse=True)[:_TRIED]


def before_next_question(text: str) -> str:
    """The text up to another question, or the end of the turn, that follows an answer: a model that ran on."""
    if not any(hint in text for hint in _QUESTION_HINTS):
        return text
    starts = [match.start() for match in _NEXT_QUESTION.finditer(text) if _starts_a_turn(text, match)]
    if not starts:
        return text
    answered = _ANSWERED.search(text)
    cut = next((start for start in starts if answered and start >= answered.end()), len(text))
    return text[:cut]


def _starts_a_turn(text: str, match: re.Match[str]) -> bool:
    return match[0][0] == "<" or _LINE_START.search(text, max(0, match.start() - 7), match.start()) is not None
