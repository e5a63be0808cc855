"""Completions and JSON documents as bytes of the ledger, and back, unchanged to the last character.

JSON in UTF-8 that lets lone surrogates through: a model's text may hold them, and escaping them would join two halves into one character.
Log-probabilities are packed numbers, compressed: twenty alternatives with each token take a quarter of the place that they take as JSON.
"""

from __future__ import annotations

import base64
import json
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, overload

from reasoning_toolkit.engines.types import Completion, TokenLogprobs, Usage


def pack(value: Any) -> bytes:
    """A JSON value; equal values give equal bytes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")


def unpack(data: bytes) -> Any:
    """What `pack` was given."""
    return json.loads(data.decode("utf-8", "surrogatepass"))


def pack_completion(completion: Completion) -> tuple[bytes, bytes]:
    """A completion as its body and its tokens (4 bytes each)."""
    logprobs = completion.logprobs
    body = {
        "text": completion.text,
        "finish_reason": completion.finish_reason,
        "usage": asdict(completion.usage),
        "logprobs": None if logprobs is None else _pack_logprobs(logprobs),
        "error": completion.error,
    }
    return pack(body), array("I", completion.tokens).tobytes()


def unpack_completion(body: bytes, tokens: bytes) -> Completion:
    """What `pack_completion` was given."""
    found = unpack(body)
    logprobs = found["logprobs"]
    return Completion(
        tuple(array("I", tokens)),
        found["text"],
        found["finish_reason"],
        Usage(**found["usage"]),
        None if logprobs is None else PackedLogprobs(logprobs),
        found["error"],
    )


class PackedLogprobs(Sequence[TokenLogprobs]):
    """Log-probabilities that are unpacked when they are looked at: most readers of a completion never do."""

    def __init__(self, packed: str) -> None:
        self._packed = packed
        self._tokens: tuple[TokenLogprobs, ...] | None = None

    @property
    def tokens(self) -> tuple[TokenLogprobs, ...]:
        """One entry a token."""
        if self._tokens is None:
            self._tokens = tuple(_unpack_logprobs(self._packed))
        return self._tokens

    @overload
    def __getitem__(self, index: int) -> TokenLogprobs: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TokenLogprobs, ...]: ...
    def __getitem__(self, index: int | slice) -> TokenLogprobs | tuple[TokenLogprobs, ...]:
        return self.tokens[index]

    def __len__(self) -> int:
        return len(self.tokens)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.tokens == tuple(other)

    def __hash__(self) -> int:
        return hash(self._packed)


def _pack_logprobs(logprobs: Sequence[TokenLogprobs]) -> str:
    """Numbers of alternatives (4 bytes each), their ids (4), then the token's own value and theirs (8)."""
    counts = array("I", [len(token.top) for token in logprobs])
    ids = array("I", [i for token in logprobs for i in token.top])
    values = array("d", [value for token in logprobs for value in (token.chosen, *token.top.values())])
    packed = len(counts).to_bytes(4, "little") + counts.tobytes() + ids.tobytes() + values.tobytes()
    return base64.b64encode(zlib.compress(packed, 1)).decode("ascii")


def _unpack_logprobs(text: str) -> Iterator[TokenLogprobs]:
    packed = memoryview(zlib.decompress(base64.b64decode(text)))
    tokens = int.from_bytes(packed[:4], "little")
    counts = array("I", packed[4 : 4 + 4 * tokens].tobytes())
    start = 4 + 4 * tokens
    ids = array("I", packed[start : start + 4 * sum(counts)].tobytes()).tolist()
    values = array("d", packed[start + 4 * len(ids) :].tobytes()).tolist()
    place = 0
    for token, count in enumerate(counts):
        end, own = place + count, place + token
        yield TokenLogprobs(values[own], dict(zip(ids[place:end], values[own + 1 : own + 1 + count], strict=True)))
        place = end
