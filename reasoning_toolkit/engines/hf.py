"""transformers in process, batched: runs anywhere that torch does; the default on a machine without a GPU.

Rows join the batch as others leave (`batch.py`), take one token a step, and are handed over the moment they finish. Each row draws with
its own parameters and seed (`sampling.py`). The prefix cache of other engines has no counterpart here: every prompt token is computed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reasoning_toolkit.engines.batch import Batch
from reasoning_toolkit.engines.local_model import find_model, first_line
from reasoning_toolkit.engines.sampling import draw
from reasoning_toolkit.engines.spec import ModelSpec
from reasoning_toolkit.engines.types import Completion, Request, TokenLogprobs, Usage
from reasoning_toolkit.errors import EngineError, UsageError
from reasoning_toolkit.lazy import require

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(slots=True)
class _Row:
    """A request being decoded."""

    ticket: str
    request: Request
    limit: int
    uniform: random.Random
    tokens: list[int] = field(default_factory=list)
    logprobs: list[TokenLogprobs] = field(default_factory=list)
    ended: bool = False


class HuggingFaceEngine:
    """One model in transformers.

    Args:
        spec: which model.
        arguments: `batch_size` (default 32) and anything that `AutoModelForCausalLM.from_pretrained` takes (dtype,
            device_map, attn_implementation, quantization_config, ...).
    """

    def __init__(self, spec: ModelSpec, arguments: dict[str, Any]) -> None:
        found = find_model(spec, arguments)
        self.identity, self.tags, self.tokenizer = found.identity, found.tags, found.tokenizer
        self.path, self.revision = found.path, found.revision
        self.batch_size = int(arguments.get("batch_size", 32))
        if self.batch_size < 1:
            raise UsageError(f"batch_size is {self.batch_size}", hint="--engine-arg batch_size=32")
        self.capacity = 2 * self.batch_size
        self.options = {k: v for k, v in arguments.items() if k != "batch_size"}
        self._model: Any = None
        self._queue: list[tuple[str, Request]] = []
        self._rows: list[_Row] = []
        self._finished: list[tuple[str, Completion]] = []
        self._batch: Batch | None = None
        self._logits: Tensor | None = None  # (rows, vocabulary), of each row's next token

    def submit(self, tickets: Iterable[tuple[str, Request]]) -> None:
        self._queue.extend(tickets)

    def wait(self) -> list[tuple[str, Completion]]:
        while not self._finished and (self._rows or self._queue):
            self._join()
            if self._rows:
                self._step()
        finished, self._finished = self._finished, []
        return finished

    def cancel(self, tickets: Iterable[str]) -> None:
        gone = set(tickets)
        self._queue = [q for q in self._queue if q[0] not in gone]
        if any(row.ticket in gone for row in self._rows):
            self._keep([i for i, row in enumerate(self._rows) if row.ticket not in gone])

    def score(self, sequences: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        import torch

        model, scores = self._load(), []
        for prompt, tokens in sequences:
            ids = torch.tensor([[*prompt, *tokens]], device=model.device)
            with torch.inference_mode():
                logits = model(ids, logits_to_keep=len(tokens) + 1).logits[0, :-1].float()
            chosen = torch.log_softmax(logits, dim=-1).gather(1, ids[0, len(prompt) :, None])
            scores.append(tuple(chosen[:, 0].tolist()))
        return scores

    def close(self) -> None:
        self._model, self._batch, self._logits, self._rows, self._queue = None, None, None, [], []

    def _load(self) -> Any:
        if self._model is None:
            transformers = require("transformers", "hf")
            import torch

            options: dict[str, Any] = {"dtype": "auto"} | self.options
            if "device_map" not in options and torch.cuda.is_available():
                options["device_map"] = "auto"
            try:
                model = transformers.AutoModelForCausalLM.from_pretrained(self.path, revision=self.revision, **options)
            except (OSError, ValueError, TypeError) as error:
                raise EngineError(
                    f"transformers cannot load {self.path!r}: {first_line(error)}", hint="check --engine-arg"
                ) from error
            self._model = model.eval()
            ends = model.generation_config.eos_token_id
            self._ends = self.tokenizer.end_ids | frozenset(
                ends if isinstance(ends, list) else [ends] if ends is not None else []
            )
            self._context = int(getattr(model.config.get_text_config(), "max_position_embeddings", 1 << 30))
        return self._model

    def _join(self) -> None:
        """Take rows from the queue once a quarter of the batch is free: a prefill for every single row would cost more than it gains."""
        import torch

        batch = self._batch or Batch(self._load())
        self._batch = batch
        free = self.batch_size - len(self._rows)
        if not self._queue or (self._rows and (4 * free < self.batch_size or not batch.joins)):
            return
        taken, self._queue = self._queue[:free], self._queue[free:]
        rows = [row for ticket, request in taken if (row := self._row(ticket, request))]
        if rows:
            logits = batch.join([row.request.prompt for row in rows])
            self._logits = logits if self._logits is None else torch.cat([self._logits, logits])
            self._rows += rows

    def _row(self, ticket: str, request: Request) -> _Row | None:
        """A request as a row; one that the model's context has no room for is finished at once."""
        room = self._context - len(request.prompt)
        if room < 1 or not request.prompt:
            why = f"the prompt has {len(request.prompt)} tokens, the model's context {self._context}"
            self._finished.append((ticket, Completion((), "", "error", error=why)))
            return None
        return _Row(ticket, request, min(room, request.sampling.max_tokens), random.Random(request.seed))

    def _step(self) -> None:
        """One token for each row; the finished ones leave, the others are fed."""
        assert self._batch is not None and self._logits is not None  # rows came through `_join`
        logits = self._logits
        uniforms = [row.uniform.random() for row in self._rows]
        tokens = draw(logits, [row.request.sampling for row in self._rows], uniforms)
        for i, (row, token) in enumerate(zip(self._rows, tokens.tolist(), strict=True)):
            self._append(row, token, logits[i])
        done = [self._is_done(row) for row in self._rows]
        self._finished.extend((row.ticket, self._completion(row)) for row, d in zip(self._rows, done, strict=True) if d)
        kept = [i for i, d in enumerate(done) if not d]
        self._keep(kept)
        if kept:
            self._logits = self._batch.step(tokens[kept])

    def _append(self, row: _Row, token: int, logits: Tensor) -> None:
        row.tokens.append(token)
        row.ended = token in self._ends and not row.request.sampling.ignore_eos
        if (k := row.request.sampling.logprobs) is not None and not row.ended:
            log_probs = logits.log_softmax(-1)
            values, ids = log_probs.topk(k)
            top = dict(zip(ids.tolist(), values.tolist(), strict=True))
            row.logprobs.append(TokenLogprobs(float(log_probs[token]), top))

    def _is_done(self, row: _Row) -> bool:
        if row.ended or len(row.tokens) >= row.limit:
            return True
        stops = row.request.sampling.stop
        if not stops:
            return False
        longest = (
            4 * max(map(len, stops)) + 8
        )  # a character is at most four tokens; a stop text that is new ends in the last
        tail = self.tokenizer.decode(row.tokens[-longest:])
        return any(stop in tail for stop in stops)

    def _completion(self, row: _Row) -> Completion:
        kept = tuple(row.tokens[:-1] if row.ended else row.tokens)
        text = self.tokenizer.decode(kept)
        stopped = row.ended
        for stop in row.request.sampling.stop:
            stopped |= stop in text
            text = text.split(stop, 1)[0]
        usage = Usage(prefilled=len(row.request.prompt), decoded=len(row.tokens))
        logprobs = tuple(row.logprobs) if row.request.sampling.logprobs is not None else None
        return Completion(kept, text, "stop" if stopped else "length", usage, logprobs)

    def _keep(self, indices: list[int]) -> None:
        """Drop the other rows."""
        if len(indices) == len(self._rows) or self._batch is None:
            return
        self._rows = [self._rows[i] for i in indices]
        self._batch.keep(indices)
        self._logits = self._logits[indices] if indices and self._logits is not None else None


def open_hf(spec: ModelSpec, arguments: dict[str, Any]) -> HuggingFaceEngine:
    """Open `hf:MODEL`."""
    return HuggingFaceEngine(spec, arguments)
