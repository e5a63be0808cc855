"""A fake model, public: a script of outputs with finish reasons, log-probs, delays and faults.

It serves tests, examples and the practice of new pipelines; it never stands in for a real engine where the real one is the point.

    ScriptedEngine(["The answer is 4.", "The answer is 5."])           # in order of submission, then an error
    ScriptedEngine({"2 + 2": "The answer is 4."})                      # by a text that the prompt contains
    ScriptedEngine(lambda prompt, request: f"\\\\boxed{{{request.seed % 3}}}")  # any function
    open_engine("scripted:file.py@function", {"delay": 0.01, "workers": 2})  # from the command line

An output is a text, a `Completion`, or an exception, which is raised by `wait` as a dying engine would.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from reasoning_toolkit.engines.block_cache import BlockCache
from reasoning_toolkit.engines.bytes_tokenizer import BytesTokenizer
from reasoning_toolkit.engines.spec import ModelSpec
from reasoning_toolkit.engines.think import THINK_TAGS, ThinkTags
from reasoning_toolkit.engines.types import Completion, Request, Usage
from reasoning_toolkit.errors import EngineError, ToolkitError, UsageError
from reasoning_toolkit.lazy import load_function

Output = str | Completion | Exception
Script = Callable[[str, Request], Output]


class ScriptedEngine:
    """An engine that plays a script.

    Args:
        outputs: a list or iterator (in order of submission), a mapping (first key that the prompt contains), or a
            function of the prompt's text and the request.
        delay: seconds that one completion takes, or a function of the request.
        slots: how many completions are worked on at once.
        tags: think delimiters.
        identity: the model's name in a run.
        log_probability: what `score` says of every token.
        cache: charges prompts as an engine with a prefix cache would; without it every prompt is computed whole.
    """

    def __init__(
        self,
        outputs: Iterable[Output] | Mapping[str, Output] | Script,
        *,
        delay: float | Callable[[Request], float] = 0.0,
        slots: int = 8,
        tags: ThinkTags | None = THINK_TAGS["think"],
        identity: str = "scripted",
        log_probability: float = -0.5,
        cache: BlockCache | None = None,
    ) -> None:
        self.script = _as_script(outputs)
        self.delay = delay if callable(delay) else lambda request: float(delay)
        self.slots, self.capacity = slots, slots
        self.tags, self.identity, self.log_probability = tags, identity, log_probability
        self.cache = cache
        self.tokenizer = BytesTokenizer()
        self.calls = 0
        self._order = itertools.count()
        self._waiting: list[tuple[str, Request]] = []
        self._working: list[tuple[float, int, str, Output, Request, int]] = []  # heap by finish time, then submission

    def submit(self, tickets: Iterable[tuple[str, Request]]) -> None:
        self._waiting.extend(tickets)

    def wait(self) -> list[tuple[str, Completion]]:
        self._start()
        if not self._working:
            return []
        finish, _, ticket, output, request, cached = heapq.heappop(self._working)
        time.sleep(max(0.0, finish - time.monotonic()))
        return [(ticket, self._charged(as_completion(output, request, self.tokenizer), request, cached))]

    def cancel(self, tickets: Iterable[str]) -> None:
        gone = set(tickets)
        self._waiting = [w for w in self._waiting if w[0] not in gone]
        self._working = [w for w in self._working if w[2] not in gone]
        heapq.heapify(self._working)

    def score(self, sequences: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        return [(self.log_probability,) * len(tokens) for _, tokens in sequences]

    def close(self) -> None:
        self._waiting, self._working = [], []

    def _start(self) -> None:
        while self._waiting and len(self._working) < self.slots:
            ticket, request = self._waiting.pop(0)
            self.calls += 1
            output = self.script(prompt_text(request, self.tokenizer), request)
            cached = self.cache.prefill(request.prompt) if self.cache else 0
            finish = time.monotonic() + self.delay(request)
            heapq.heappush(self._working, (finish, next(self._order), ticket, output, request, cached))

    def _charged(self, completion: Completion, request: Request, cached: int) -> Completion:
        """With its prompt charged by the cache, which from now on knows its tokens too; the last one was never computed."""
        if self.cache is None:
            return completion
        self.cache.keep(request.prompt + completion.tokens[:-1])
        return replace(completion, usage=Usage(len(request.prompt) - cached, cached, completion.usage.decoded))


class ScriptedWorkers:
    """The same, each completion made by one of several worker processes, as a data-parallel engine would.

    Args:
        path: `file.py@function`, which every worker loads for itself.
        workers: how many processes.
        delay: seconds that one completion takes.
    """

    def __init__(
        self, path: str, *, workers: int, delay: float = 0.0, tags: ThinkTags | None = THINK_TAGS["think"]
    ) -> None:
        load_function(path)  # fail here, with a good message, not in a worker
        self.path, self.delay, self.tags = path, delay, tags
        self.identity, self.capacity = script_identity(path), 4 * workers
        self.tokenizer = BytesTokenizer()
        # Spawned, so that a worker inherits no open file or lock; it ends itself when its parent is gone.
        self.pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_end_with_parent)
        self._pending: dict[Future[Output], tuple[str, Request]] = {}

    def submit(self, tickets: Iterable[tuple[str, Request]]) -> None:
        for ticket, request in tickets:
            text = prompt_text(request, self.tokenizer)
            try:
                future = self.pool.submit(_reply, self.path, text, request, self.delay)
            except BrokenProcessPool as error:
                raise _worker_died() from error
            self._pending[future] = (ticket, request)

    def wait(self) -> list[tuple[str, Completion]]:
        if not self._pending:
            return []
        done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
        good = [future for future in done if not future.exception()]
        if not good:
            self._raise(next(iter(done)))
        finished = [(future, *self._pending.pop(future)) for future in good]
        return [(ticket, as_completion(f.result(), request, self.tokenizer)) for f, ticket, request in finished]

    def cancel(self, tickets: Iterable[str]) -> None:
        gone = set(tickets)
        for future, (ticket, _) in list(self._pending.items()):
            if ticket in gone:
                future.cancel()
                del self._pending[future]

    def score(self, sequences: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        return [(-0.5,) * len(tokens) for _, tokens in sequences]

    def close(self) -> None:
        self.pool.shutdown(cancel_futures=True)

    def _raise(self, failed: Future[Output]) -> None:
        del self._pending[failed]
        try:
            failed.result()
        except BrokenProcessPool as error:
            raise _worker_died() from error


def open_scripted(spec: ModelSpec, arguments: dict[str, Any]) -> ScriptedEngine | ScriptedWorkers:
    """`scripted:file.py@function`, with engine arguments `delay` (seconds), `slots`, `workers`."""
    known = {"delay": 0.0, "slots": 8, "workers": 0}
    if wrong := set(arguments) - set(known):
        raise UsageError(f"the scripted engine does not know {sorted(wrong)}", hint=f"it takes {sorted(known)}")
    options = known | arguments
    if options["workers"]:
        return ScriptedWorkers(spec.model, workers=int(options["workers"]), delay=float(options["delay"]))
    delay, slots = float(options["delay"]), int(options["slots"])
    return ScriptedEngine(user_script(spec.model), delay=delay, slots=slots, identity=script_identity(spec.model))


def user_script(path: str) -> Script:
    """The function that `file.py@function` names; what it raises of its own becomes an `EngineError`."""
    function = load_function(path)

    def call(prompt: str, request: Request) -> Output:
        try:
            output: Output = function(prompt, request)
        except ToolkitError:
            raise
        except Exception as error:
            raise EngineError(
                f"{path} failed: {type(error).__name__}: {error}", hint="reason --debug shows where"
            ) from error
        return output

    return call


def script_identity(path: str) -> str:
    """A scripted model's name: its function and a hash of its file, so that an edited script is another model."""
    file, _, name = path.rpartition("@")
    return f"scripted:{name}#{hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]}"


def prompt_text(request: Request, tokenizer: BytesTokenizer) -> str:
    """What the script sees: the decoded prompt, or the contents of the chat."""
    if request.prompt:
        return tokenizer.decode(request.prompt)
    return "\n".join(text for message in request.messages for text in _texts(message["content"]))


def as_completion(output: Output, request: Request, tokenizer: BytesTokenizer) -> Completion:
    """An output as an engine would hand it over: cut at `max_tokens` and at stop texts, counted."""
    if isinstance(output, Exception):
        raise output
    if isinstance(output, Completion):
        return output
    tokens = tokenizer.encode(_through_stop(output, request.sampling.stop))
    kept = tokens[: request.sampling.max_tokens]
    text = tokenizer.decode(kept)
    for stop in request.sampling.stop:  # its tokens stay, as in real engines
        text = text.split(stop, 1)[0]
    usage = Usage(prefilled=len(request.prompt), decoded=len(kept))
    return Completion(kept, text, "stop" if kept == tokens else "length", usage)


def _texts(content: str | Sequence[Mapping[str, Any]]) -> list[str]:
    """The texts of a message, and the addresses of its pictures."""
    if isinstance(content, str):
        return [content]
    return [part["text"] if part["type"] == "text" else part["image_url"]["url"] for part in content]


def _through_stop(output: str, stops: Sequence[str]) -> str:
    """An output up to the end of the stop text that is complete first."""
    return output[: min((output.index(stop) + len(stop) for stop in stops if stop in output), default=len(output))]


def _as_script(outputs: Iterable[Output] | Mapping[str, Output] | Script) -> Script:
    if isinstance(outputs, Mapping):
        table = dict(outputs)
        return lambda prompt, request: next(
            (output for text, output in table.items() if text in prompt),
            EngineError(f"the script has no output for the prompt {prompt[-200:]!r}"),
        )
    if callable(outputs):
        return outputs
    iterator: Iterator[Output] = iter(outputs)
    return lambda prompt, request: next(iterator, EngineError("the script has no more outputs"))


def _worker_died() -> EngineError:
    return EngineError("a worker process of the engine died", hint="run the same command again to go on")


def _reply(path: str, prompt: str, request: Request, delay: float) -> Output:
    time.sleep(delay)
    output = user_script(path)(prompt, request)
    if isinstance(output, Exception):
        raise output
    return output


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_exit, args=(parent,), daemon=True).start()


def _wait_and_exit(parent: Any) -> None:
    import os

    parent.join()
    os._exit(1)
