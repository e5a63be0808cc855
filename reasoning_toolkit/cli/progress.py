"""Progress of a decode: problems done, tokens a second, time left, share cut off, running accuracy."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from reasoning_toolkit.cli import screen
from reasoning_toolkit.runs.drive import Counts

if TYPE_CHECKING:
    from reasoning_toolkit.subthought.details import Decoded

PLAIN_SECONDS = 15.0  # between lines where there is no terminal to redraw


class DecodeProgress:
    """A live line on a terminal; elsewhere a plain line every few seconds.

    Args:
        total: problems to decode.
    """

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self.counts = Counts()
        self.right: dict[str, int] = {}
        self.console = screen.console()
        self.bar: Any = None
        self.started = self.printed = time.monotonic()

    def __enter__(self) -> DecodeProgress:
        if self.console.is_terminal:
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                SpinnerColumn,
                TextColumn,
                TimeElapsedColumn,
                TimeRemainingColumn,
            )

            columns = (SpinnerColumn(), BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}"))
            self.bar = Progress(
                *columns, TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=self.console
            )
            self.bar.start()
            self.task = self.bar.add_task("opening the model", total=self.total)
        return self

    def update(self, counts: Counts) -> None:
        """After every completion."""
        if self.bar is not None:
            self.bar.update(self.task, completed=self.done, description=self.line())
        elif time.monotonic() - self.printed > PLAIN_SECONDS:
            self.printed = time.monotonic()
            screen.say(f"{self.done}/{self.total} problems, {self.line()}, {self.left()}")

    def finished(self, decoded: Decoded) -> None:
        """After every problem."""
        self.done += 1
        for name, verdict in decoded.verdicts.items():
            self.right[name] = self.right.get(name, 0) + (verdict.outcome == "right")
        self.update(self.counts)

    def line(self) -> str:
        """Completions, rate, truncation, accuracy so far."""
        c = self.counts
        rate = c.decoded / max(time.monotonic() - self.started, 1e-9)
        finished = c.made + c.reused
        reused = f", {c.reused} from the ledger" if c.reused else ""
        cut = f", {100 * c.truncated / finished:.0f} % cut off" if finished else ""
        right = "".join(f", {name} {100 * k / self.done:.0f} %" for name, k in self.right.items() if self.done)
        return f"{finished} completions{reused}, {c.waiting} waiting, {rate:,.0f} tokens/s{cut}{right}"

    def left(self) -> str:
        """Time left, from the pace so far."""
        if not self.done:
            return "time left unknown"
        seconds = (time.monotonic() - self.started) / self.done * (self.total - self.done)
        return f"about {seconds:,.0f} s left"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.stop()
        seconds = time.monotonic() - self.started
        screen.say(f"{self.done}/{self.total} problems, {self.line()}, {seconds:.1f} s")
