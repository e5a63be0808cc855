"""The families by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from reasoning_toolkit.errors import UsageError, unknown
from reasoning_toolkit.lazy import load_row
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.families import auto
from reasoning_toolkit.prompts.families.arms import Arms

Setting = str | int | float
AUTO = "auto:"  # before the name of a proposer or a bridge: the family of the prompts that it writes
SCREEN = "screen"


@dataclass(frozen=True, slots=True)
class Family:
    """A row of `FAMILIES`.

    Attributes:
        note: what it searches over, in a line.
        file: of this folder; its function `candidates` makes the arms.
        settings: what may be changed, with the defaults; `cot` = `screen` has the search choose it by a few arms first.
    """

    note: str
    file: str
    settings: Mapping[str, Setting] = field(default_factory=dict)

    @property
    def candidates(self) -> Callable[..., Arms]:
        """The function `(problems, **settings) -> Arms`."""
        function: Callable[..., Arms] = load_row(f"reasoning_toolkit.prompts.families.{self.file}:candidates")
        return function


_STIMULUS: Mapping[str, Setting] = {"placement": "instruction-end", "join": " ", "shots": 0, "cot": "off"}

FAMILIES: dict[str, Family] = {
    "positive": Family(
        "positive thinking: 5 openers x 3 tasks x 4 closers of a system message (arXiv 2402.10949)",
        "positive",
        {"cot": SCREEN, "shots": 4, "placement": "system"},
    ),
    "negative": Family(
        "NegativePrompt: ten discouraging sentences and their controls (arXiv 2405.02814)", "negative", _STIMULUS
    ),
    "emotion": Family(
        "EmotionPrompt: eleven emotional sentences and their controls (arXiv 2307.11760)", "emotion", _STIMULUS
    ),
    "cycle": Family(
        "CyclePrompt: forward, backward and discriminator calls (arXiv 2402.08756)",
        "cycle",
        {"cycles": 3, "accumulate": 0, "temperature": 0.4},
    ),
}


def family_arms(name: str, settings: Mapping[str, Setting], problems: Sequence[Problem]) -> Arms:
    """The arms of a family, of `auto:` what it starts from and the control; where the state of reasoning is screened, those without it.

    Raises:
        UsageError: an unknown family or setting.
    """
    if name.startswith(AUTO):
        auto.most_candidates(name.removeprefix(AUTO), settings)
        return auto.candidates(problems)
    row, chosen = find_family(name, settings)
    return row.candidates(problems, **chosen | ({"cot": "off"} if chosen.get("cot") == SCREEN else {}))


def is_screened(name: str, settings: Mapping[str, Setting]) -> bool:
    """Whether the state of reasoning is chosen by a few arms before the search."""
    return not name.startswith(AUTO) and find_family(name, settings)[1].get("cot") == SCREEN


def find_family(name: str, settings: Mapping[str, Setting] | None = None) -> tuple[Family, dict[str, Setting]]:
    """The row of this name, and its settings with these changes.

    Raises:
        UsageError: an unknown name or setting, or a value of another kind.
    """
    if name not in FAMILIES:
        raise unknown("family", name, [*FAMILIES, *(AUTO + one for one in auto.WRITERS)])
    row, chosen = FAMILIES[name], dict(FAMILIES[name].settings)
    for key, value in (settings or {}).items():
        if key not in chosen:
            raise unknown(f"setting of the family {name}", key, chosen)
        kind = type(chosen[key])
        try:
            chosen[key] = kind(value)
        except ValueError as error:
            raise UsageError(
                f"expected {kind.__name__} for {key} of the family {name}, got {value!r}",
                hint=f"the default is {chosen[key]}",
            ) from error
    return row, chosen
