"""What ending votes early saved, for the report: draws, what fired, tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reasoning_toolkit.subthought.record import Look, Record


def stopping_summary(config: Mapping[str, Any], records: Sequence[Record], look: Look) -> dict[str, Any]:
    """Over all problems; empty where no vote could end early.

    Args:
        config: the resolved settings.
        look: the completion of a key.
    """
    stops = [record.stop for record in records if record.stop]
    if not stops:
        return {}
    shown = [stop for record in records if (stop := stop_shown(record, look))]
    return {
        "rule": config["method"] if config["stop"] == "full" else config["stop"],
        "alpha": None if config["stop"] == "full" else config["alpha"],
        "drawn": sum(stop.draws for stop in stops),
        "total": sum(stop.total for stop in stops),
        "fired": dict(sorted(Counter(stop.rule for stop in stops).items())),
        "tokens": sum(stop["tokens"] for stop in shown),
        "tokens_saved": sum(stop["tokens_saved"] for stop in shown),
    }


def stop_shown(record: Record, look: Look) -> dict[str, Any] | None:
    """Where one vote stopped, without its answer, which the vote says; None where it could not end early.

    What was not drawn is priced at the mean length of the problem's own continuations that were.
    """
    if record.stop is None:
        return None
    tokens = sum(look(key).usage.decoded for draw in record.draws for key in draw.keys)
    saved = round((record.stop.total - record.stop.draws) * tokens / record.stop.draws)
    stop = {name: value for name, value in asdict(record.stop).items() if name != "answer"}
    return stop | {"tokens": tokens, "tokens_saved": saved}
