"""Progress of a search: the phase, evaluations done, rates, time left."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from reasoning_toolkit.cli import screen
from reasoning_toolkit.cli.progress import PLAIN_SECONDS
from reasoning_toolkit.runs.drive import Counts

if TYPE_CHECKING:
    from reasoning_toolkit.prompts.evaluate import Evaluation
    from reasoning_toolkit.prompts.search import Watch


class SearchProgress:
    """A line that is redrawn on a terminal; elsewhere a plain line every few seconds, and one at the end of each phase.

    Args:
        total: evaluations expected of all phases.
    """

    def __init__(self, total: float) -> None:
        self.total, self.done, self.right = total, 0, 0.0
        self.counts = Counts()
        self.phase, self.expected, self.in_phase = "", 0.0, 0
        self.console = screen.console()
        self.status = self.console.status("opening the model") if self.console.is_terminal else None
        self.started = self.printed = time.monotonic()

    def __enter__(self) -> SearchProgress:
        if self.status:
            self.status.start()
        return self

    def watch(self) -> Watch:
        """What tells this display."""
        from reasoning_toolkit.prompts.search import Watch  # heavy

        return Watch(self.counts, self.notify, self.begin, self.finished)

    def begin(self, phase: str, evaluations: float) -> None:
        """A phase begins."""
        if self.phase:
            screen.say(self.line())
        self.phase, self.expected, self.in_phase, self.right = phase, evaluations, 0, 0.0

    def notify(self, counts: Counts) -> None:
        """After every completion."""
        if self.status:
            self.status.update(self.line())
        elif time.monotonic() - self.printed > PLAIN_SECONDS:
            self.printed = time.monotonic()
            screen.say(self.line())

    def finished(self, evaluation: Evaluation) -> None:
        """After every evaluation."""
        self.done, self.in_phase = self.done + 1, self.in_phase + 1
        self.right += evaluation.score if evaluation.score == evaluation.score else 0.0
        self.notify(self.counts)

    def line(self) -> str:
        """The phase, how far it is, rates, time left."""
        c, seconds = self.counts, max(time.monotonic() - self.started, 1e-9)
        mean = f", mean score {100 * self.right / self.in_phase:.0f} %" if self.in_phase else ""
        reused = f", {c.reused:,} from the ledger" if c.reused else ""
        return (
            f"{self.phase}: {self.in_phase:,} of about {self.expected:,.0f} evaluations{mean}, {c.made:,} calls{reused}, "
            f"{c.made / seconds:,.1f} calls/s, {c.decoded / seconds:,.0f} tokens/s, {self.left(seconds)}"
        )

    def left(self, seconds: float) -> str:
        """Time left, from the pace so far."""
        if not self.done or self.done >= self.total:
            return f"{seconds:,.0f} s"
        return f"{seconds:,.0f} s, about {seconds / self.done * (self.total - self.done):,.0f} s left"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status:
            self.status.stop()
        screen.say(self.line())
