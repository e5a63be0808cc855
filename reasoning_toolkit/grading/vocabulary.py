"""The words an answer may hold: functions, units, numbers, separators, and words that say nothing about the value."""

from __future__ import annotations

from collections.abc import Sequence

FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan arccot sinh cosh tanh exp ln log lg sqrt cbrt abs floor ceil"
    " max min gcd lcm cis".split()
)
ALIASES = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "ceiling": "ceil",
    "tg": "tan",
    "ctg": "cot",
    "cotg": "cot",
    "arctg": "arctan",
    "arcctg": "arccot",
    "cosec": "csc",
    "infinity": "infty",
    "inf": "infty",
    "oo": "infty",
}
GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma tau"
    " upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega hbar ell".split()
)
# Commands that only decorate or introduce the name on the left of an equation.
NAME_COMMANDS = frozenset("angle triangle overline vec hat bar widehat overrightarrow tilde mathcal mathbb".split())

SEPARATORS = frozenset({"and", "or", "und", "et", "oder", "ou"})
QUALIFIERS = frozenset({"for", "where", "with", "such", "whenever", "provided"})
# Words that change the value or make it conditional: behind a value they are never dropped.
CONDITIONS = frozenset(
    "if when unless otherwise else except not never less more fewer than squared cubed factorial half halves third thirds"
    " quarter quarters fourths fifths sixths eighths tenths hundredths times plus minus divided over".split()
)
MULTIPLIERS = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
FILLERS = frozenset(
    "the is are a about approximately approx only exactly roughly answer solution value all real numbers option"
    " choice day total of to equals either both integers values solutions point points ratio".split()
)
COPULAS = frozenset("is are was were be equals".split())
ARTICLES = frozenset({"a", "an", "the"})

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty".split()
)
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ORDERS = {
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
NUMBER_WORDS = (
    {word: value for value, word in enumerate(_SMALL)} | _TENS | {"hundred": 100, "thousand": 1000, "million": 10**6}
)
DENOMINATORS = {
    **dict.fromkeys(("half", "halves"), 2),
    **{word + plural: value for word, value in _ORDERS.items() for plural in ("", "s")},
}

# phrases that name a value or say the same as another one
REALS = frozenset(
    {"all real numbers", "all reals", "all real number", "real numbers", "set of real numbers", "any real number"}
)
EMPTY = frozenset({"empty set", "null set"})
NO_SOLUTION = frozenset(
    {
        "no solutions",
        "there is no solution",
        "there are no solutions",
        "no real solution",
        "no real solutions",
        "has no solution",
    }
)

# canonical unit: its other names; plurals in -s are understood
_UNIT_NAMES = {
    "percent": "percentage pct",
    "degree": "deg",
    "mm": "millimeter millimetre",
    "cm": "centimeter centimetre",
    "m": "meter metre",
    "km": "kilometer kilometre",
    "in": "inch inches",
    "ft": "foot feet",
    "yd": "yard",
    "mi": "mile",
    "mg": "milligram",
    "g": "gram",
    "kg": "kilogram kilo",
    "lb": "pound gbp GBP",  # of weight and of money: they share their name
    "oz": "ounce",
    "ml": "milliliter millilitre mL",
    "l": "liter litre L",
    "gal": "gallon",
    "s": "second sec",
    "min": "minute mins",
    "h": "hour hr",
    "day": "",
    "week": "",
    "month": "",
    "year": "yr",
    "usd": "dollar USD bucks",
    "cent": "",
    "eur": "euro EUR",
    "yen": "JPY",
    "inr": "INR rupee Rs",
    "mi/h": "mph",
    "km/h": "kmh kph",
    "N": "newton",
    "J": "joule",
    "W": "watt",
    "V": "volt",
    "Hz": "hertz",
    "K": "kelvin",
    "Pa": "pascal",
    "kPa": "",
    "MPa": "",
    "atm": "",
    "kJ": "",
    "MJ": "",
    "kW": "",
    "kWh": "",
    "kV": "",
    "mA": "",
    "mol": "mole",
    "kmol": "",
    "nm": "",
    "um": "",
    "ms": "",
    "kHz": "",
    "MHz": "",
    "eV": "",
    "kN": "",
    "ton": "tonne",
    "acre": "",
    "ha": "hectare",
    "rpm": "",
    "bit": "",
    "byte": "",
    "square": "sq squared",
    "cubic": "cubed",
    "/": "per",
    "am": "",
    "pm": "",
}
UNITS = {name: unit for unit, names in _UNIT_NAMES.items() for name in (unit, *names.split())}
UNITS |= {f"{name}s": unit for name, unit in UNITS.items() if len(name) > 2 and not name.endswith("s")}
SINGLE_LETTER_UNITS = frozenset(name for name in UNITS if len(name) == 1)
CURRENCY_CODES = frozenset("USD EUR GBP JPY INR Rs".split())
CURRENCY_SIGNS = {"$": "usd", "€": "eur", "£": "lb", "¥": "yen", "₹": "inr"}

WORDS = frozenset("yes no odd even true false none all day neither only".split())
ORDINALS = frozenset({"st", "nd", "rd", "th"})
SUFFIXES = ORDINALS | {"am", "pm"}  # words only right behind a number


def unit_of(words: str) -> str:
    """The canonical unit of some words (``square inches``: ``in^2``), or "" if they name none that is known."""
    units = [UNITS.get(word) or UNITS.get(word.lower()) for word in words.replace("per cent", "percent").split()]
    known = [unit for unit in units if unit is not None]
    power = {"square": "^2", "cubic": "^3"}
    return "".join(unit for unit in known if unit not in power) + "".join(power.get(unit, "") for unit in known)


def number_of(words: Sequence[str]) -> tuple[int, int] | None:
    """The number that the first words spell (``two hundred five``), and how many words that takes; None for none."""
    total, group, used = 0, 0, 0
    for word in words:
        value = NUMBER_WORDS.get(word.lower())
        if value is None:
            break
        used += 1
        if value < 100:
            group += value
        elif value == 100:
            group = max(group, 1) * 100
        else:
            total, group = total + max(group, 1) * value, 0
    return (total + group, used) if used else None
