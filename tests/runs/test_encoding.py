"""Completions as bytes and back."""

from __future__ import annotations

import json
import math
import struct

from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.engines.types import Completion, TokenLogprobs, Usage
from reasoning_toolkit.runs.encoding import pack_completion, unpack_completion

VALUES = st.floats(max_value=0, allow_nan=False) | st.sampled_from([-math.inf, -0.0])
TOKENS = st.builds(TokenLogprobs, VALUES, st.dictionaries(st.integers(0, 2**32 - 1), VALUES, max_size=21))


@given(st.lists(TOKENS, max_size=6), st.text(max_size=5))
def test_log_probabilities_come_back_to_the_last_bit(logprobs: list[TokenLogprobs], text: str) -> None:
    completion = Completion(tuple(range(len(logprobs))), text, "stop", Usage(1, 2, 3), tuple(logprobs))
    found = unpack_completion(*pack_completion(completion))
    assert found == completion
    assert [list(t.top) for t in found.logprobs or ()] == [list(t.top) for t in logprobs]  # and in their order
    assert pack_completion(found) == pack_completion(completion)


def test_twenty_alternatives_take_less_than_half_of_their_json() -> None:
    def value(i: int) -> float:
        return float(struct.unpack("f", struct.pack("f", -math.sqrt(i + 1)))[0])

    logprobs = tuple(TokenLogprobs(value(i), {i * 7 + k: value(i * 20 + k) for k in range(20)}) for i in range(200))
    body, _ = pack_completion(Completion((), "", "stop", logprobs=logprobs))
    assert len(body) < 0.5 * len(json.dumps([[t.chosen, list(t.top.items())] for t in logprobs]))
