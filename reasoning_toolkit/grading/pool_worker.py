"""A child process of `pool.py`: ``python -m reasoning_toolkit.grading.pool_worker module:rule``.

Protocol, one JSON value a line:

    worker → caller   true once it is ready, or a text: why it can never work
    caller → worker   [[gold, answer], ...]
    worker → caller   [equal, tier, reason], one line a pair

It ends when its standard input does; limits on memory and on the CPU time of a pair hold even if its caller is gone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from reasoning_toolkit.errors import GradingError
from reasoning_toolkit.grading.process_limits import allow_cpu_time, limit_memory
from reasoning_toolkit.lazy import load_row

MEMORY_BYTES = 4 << 30
CPU_SECONDS_PER_PAIR = 60


def main(row: str) -> int:
    """Answer messages until standard input ends. Returns the exit code."""
    replies = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)  # whatever a library prints goes nowhere
    limit_memory(MEMORY_BYTES)
    try:
        rule = load_row(row)
    except (ImportError, AttributeError) as error:
        _send(replies, f"{row} cannot be imported: {error}")
        return 1
    _send(replies, True)
    for message in sys.stdin.buffer:
        for gold, answer in json.loads(message):
            allow_cpu_time(CPU_SECONDS_PER_PAIR)
            reply = _reply(rule, gold, answer)
            _send(replies, reply)
            if isinstance(reply, str):
                return 1
    return 0


def _reply(rule: Callable[[str, str], tuple[bool, str, str]], gold: str, answer: str) -> tuple[bool, str, str] | str:
    try:
        return rule(gold, answer)
    except GradingError as error:
        return str(error)
    except Exception as error:
        return False, "", f"undecided: {type(error).__name__}"


def _send(descriptor: int, reply: Any) -> None:
    os.write(descriptor, json.dumps(reply).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
