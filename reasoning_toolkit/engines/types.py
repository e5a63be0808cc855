"""Two nouns: what is asked of a model (`Request`) and what it gave back (`Completion`)."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Message = Mapping[str, Any]  # role and content: a text, or for pictures the list of parts of the OpenAI chat API
FinishReason = Literal["stop", "length", "error"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw tokens. Every field changes the answer, so every field is part of a request's identity.

    Attributes:
        temperature: 0 is greedy.
        top_p: nucleus mass; 1 is off.
        top_k: 0 is off.
        min_p: 0 is off.
        max_tokens: limit of generated tokens.
        stop: texts that end the completion (they are not part of its text).
        ignore_eos: go on after the end token (fixed-work benchmarks).
        logprobs: how many top alternatives to return with each token; None for none.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    max_tokens: int = 1024
    stop: tuple[str, ...] = ()
    ignore_eos: bool = False
    logprobs: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One completion to be made.

    Attributes:
        prompt: token ids, rendered once; empty only when `messages` is given instead.
        sampling: how to draw.
        seed: per-request seed (0 ≤ seed < 2**63), derived from the run seed, never from the clock.
        index: sample index; the same prompt and seed asked twice are two samples.
        messages: the chat, for servers that do not take token ids.
        problem_id: whose request it is; a label, not part of the identity.
        parent: key of the completion this one continues; a label.
        cut: how many of the parent's tokens the prompt keeps; a label.
        inserted: ids at the end of the prompt, behind those of the parent, that no model wrote; a label.
    """

    prompt: tuple[int, ...]
    sampling: Sampling
    seed: int
    index: int = 0
    messages: tuple[Message, ...] = ()
    problem_id: str = ""
    parent: str | None = None
    cut: int | None = None
    inserted: tuple[int, ...] = ()

    def key(self, model: str) -> str:
        """Identity: a hash of all that can change the answer.

        Args:
            model: the engine's own identity (model, revision, dtype, settings that matter).
        """
        sampling = {k: float(v) if isinstance(v, int) else v for k, v in asdict(self.sampling).items()}  # 1 is 1.0
        body = {
            "model": model,
            "messages": [dict(m) for m in self.messages],
            "sampling": sampling,
            "seed": self.seed,
            "index": self.index,
        }
        digest = hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=True).encode())
        digest.update(array("I", self.prompt).tobytes())
        return digest.hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one completion: computed from the prompt, read from the prefix cache, generated."""

    prefilled: int = 0
    cached: int = 0
    decoded: int = 0


@dataclass(frozen=True, slots=True)
class TokenLogprobs:
    """Log-probabilities of one generated token: its own, and the top alternatives by token id."""

    chosen: float
    top: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model gave back.

    Attributes:
        tokens: generated token ids, without the end token; empty where a server returns none.
        text: their text, special tokens kept, end token and stop text left out.
        finish_reason: ``stop``, ``length`` (cut off by a limit) or ``error`` (this request cannot be answered).
        usage: what it cost.
        logprobs: one entry a token, on request.
        error: why, for ``finish_reason == "error"``.
    """

    tokens: tuple[int, ...]
    text: str
    finish_reason: FinishReason
    usage: Usage = field(default_factory=Usage)
    logprobs: Sequence[TokenLogprobs] | None = None
    error: str | None = None


def stable_seed(*parts: Any) -> int:
    """A seed from names and numbers, the same on every machine and in every process: 0 ≤ seed < 2**63."""
    text = json.dumps([str(p) for p in parts], ensure_ascii=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def as_prompt(ids: Sequence[int]) -> tuple[int, ...]:
    """Token ids from any engine (lists, tensors' lists, arrays) as the hashable form a `Request` holds."""
    return tuple(int(i) for i in ids)
