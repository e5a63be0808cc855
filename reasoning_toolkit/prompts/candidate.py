"""What is searched over: a candidate fills the slots of a prompt, and says how the question is then answered.

Every family makes candidates; whatever differs between two prompts differs in a slot, a toggle or the policy, so that any two of them, of
whatever family, are compared on the same items under the same template.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from reasoning_toolkit.errors import UsageError, unknown

SLOTS = ("opener", "task", "closer", "instruction", "stimulus", "prefix")
CoT = Literal["off", "trigger", "fewshot"]
Placement = Literal["system", "instruction-end", "before-question", "after-question"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to ask.

    Attributes:
        slots: text by slot: `opener`, `task` and `closer` are the system message, in this order; `instruction` stands first in
            the user's message, in place of the problem's own; `stimulus` where `placement` says; `prefix` begins the reply.
        cot: `off` asks for the answer only, `trigger` for step-by-step reasoning, `fewshot` shows worked examples.
        shots: examples shown, from the split `demos`, the same for every candidate on an item.
        placement: of the stimulus.
        join: what stands between a text and the stimulus behind it (`""` is the published code of NegativePrompt).
        empty_system: send an empty system message where no slot fills it; by default none is sent, which is another prompt where a
            chat template supplies a text of its own.
        policy: a row of `policies.POLICIES`: how many calls answer one question, `single` or `cycle`, ...
        settings: of the policy.
        name: for people; not part of what it is.
    """

    slots: Mapping[str, str] = field(default_factory=dict)
    cot: CoT = "off"
    shots: int = 0
    placement: Placement = "instruction-end"
    join: str = " "
    empty_system: bool = False
    policy: str = "single"
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for slot in self.slots:
            if slot not in SLOTS:
                raise unknown("slot", slot, SLOTS)
        for kind, value, allowed in (
            ("cot", self.cot, get_args(CoT)),
            ("placement", self.placement, get_args(Placement)),
        ):
            if value not in allowed:
                raise unknown(kind, value, allowed)
        if self.shots < 0 or (self.cot == "fewshot" and not self.shots):
            raise UsageError(f"shots is {self.shots}: at least {int(self.cot == 'fewshot')} are needed")

    def slot(self, name: str) -> str:
        """The text of a slot, empty where it is not filled."""
        return self.slots.get(name, "").strip()

    @property
    def system(self) -> str:
        """The system message: the filled slots, one space between them; empty where there is none."""
        parts = [self.slot(name) for name in ("opener", "task", "closer")]
        stimulus = self.slot("stimulus") if self.placement == "system" else ""
        return joined(" ".join(filter(None, parts)), stimulus, self.join)

    @property
    def id(self) -> str:
        """A hash of all that is asked, the same in every process; names and empty slots do not count."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()[:12]

    def to_json(self) -> dict[str, object]:
        """All that is asked."""
        return {
            "slots": {name: self.slot(name) for name in SLOTS if self.slot(name)},
            "cot": self.cot,
            "shots": self.shots,
            "placement": self.placement if self.slot("stimulus") else "instruction-end",
            "join": self.join if self.slot("stimulus") else " ",
            "empty_system": self.empty_system,
            "policy": self.policy,
            "settings": dict(self.settings),
        }


def joined(text: str, addition: str, join: str) -> str:
    """Two texts with a separator where both say something."""
    return join.join(filter(None, (text, addition)))
