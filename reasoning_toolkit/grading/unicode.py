"""Unicode mathematics to ASCII LaTeX, sign by sign, so that one lexer reads both.

An explicit table and not NFKC, which turns ``10²`` into ``102``. Decimal digits of every script become ASCII digits;
runs of raised or lowered characters become one ``^{…}`` or ``_{…}``.
"""

from __future__ import annotations

import re
import unicodedata

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_SIGNS = {
    **dict.fromkeys("\u2212\uff0d\u2013\u2014\ufe63\u2010\u2011", "-"),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_ZERO_WIDTH, ""),
    **{chr(ord(sign) + 0xFEE0): sign for sign in "+.,%/()=[]{}<>:;|*^_!$"},
    **{chr(ord(letter) + 0xFEE0): letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
    "、": ",",
    "，": ",",
    "。": ".",
    "’": "'",
    "′": "'",
    "″": "''",
    "º": "°",
    "˚": "°",
    **dict.fromkeys("“”", '"'),
    "∶": ":",
    "…": "...",
    "⋯": "...",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "×": r"\times ",
    "·": r"\cdot ",
    "⋅": r"\cdot ",
    "∙": r"\cdot ",
    "√": r"\sqrt ",
    "∛": r"\sqrt[3]",
    "π": r"\pi ",
    "∞": r"\infty ",
    "≤": r"\le ",
    "⩽": r"\le ",
    "≥": r"\ge ",
    "⩾": r"\ge ",
    "≠": r"\ne ",
    "≈": r"\approx ",
    "±": r"\pm ",
    "∓": r"\mp ",
    "∪": r"\cup ",
    "∩": r"\cap ",
    "∈": r"\in ",
    "∖": r"\setminus ",
    "∅": r"\emptyset ",
    "ℝ": r"\mathbb{R}",
    "ℤ": r"\mathbb{Z}",
    "ℕ": r"\mathbb{N}",
    "ℚ": r"\mathbb{Q}",
    "ℂ": r"\mathbb{C}",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
    "⌈": r"\lceil ",
    "⌉": r"\rceil ",
    "⟨": r"\langle ",
    "⟩": r"\rangle ",
    "∠": r"\angle ",
    "∥": r"\parallel ",
    "⊥": r"\perp ",
    "或": " or ",
    **dict.fromkeys("和且及与", " and "),
    "∆": r"\Delta ",
}
_GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi . . rho . sigma tau upsilon phi chi psi omega"
_SIGNS |= {chr(0x3B1 + place): rf"\{name} " for place, name in enumerate(_GREEK.split()) if name != "."}
_SIGNS |= {
    sign: rf"\{name} "
    for sign, name in zip("ΓΔΘΛΞΠΣΦΨΩ", "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(), strict=True)
}
_SIGNS |= {
    sign: rf"\frac{{{unicodedata.numeric(sign).as_integer_ratio()[0]}}}{{{unicodedata.numeric(sign).as_integer_ratio()[1]}}}"
    for sign in "½¼¾⅛⅜⅝⅞"
}
_SIGNS |= dict(
    zip(
        "⅓⅔⅕⅖⅗⅘⅙⅚",
        (rf"\frac{{{top}}}{{{bottom}}}" for top, bottom in ("13", "23", "15", "25", "35", "45", "16", "56")),
        strict=True,
    )
)
_TABLE = str.maketrans(_SIGNS)

_RAISED, _RAISED_AS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+-()n"
_LOWERED, _LOWERED_AS = "₀₁₂₃₄₅₆₇₈₉₊₋₍₎", "0123456789+-()"
_TO_BASELINE = str.maketrans(_RAISED + _LOWERED, _RAISED_AS + _LOWERED_AS)
_RUN = re.compile(f"([{_RAISED}]+)|([{_LOWERED}]+)")


def to_ascii(text: str) -> str:
    """The text with every known sign written in ASCII LaTeX; other characters stay."""
    if text.isascii():
        return text
    text = _RUN.sub(lambda run: ("^" if run[1] else "_") + "{" + run[0].translate(_TO_BASELINE) + "}", text)
    mapped = text.translate(_TABLE)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in mapped)
