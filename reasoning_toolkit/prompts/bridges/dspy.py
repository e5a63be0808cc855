"""DSPy's optimizers on the toolkit's engines: COPRO, MIPROv2, SIMBA and GEPA.

Package dspy 3.4, MIT (Khattab et al. 2023, arXiv 2310.03714). A program is one `dspy.Predict("question -> answer")`; its requests reach an
engine as DSPy's own objects, and are answered through the desk: many threads ask, the engine is filled, everything is in the ledger. A vLLM
server is an engine like any other (`openai:URL`). Deviations from DSPy's defaults:

1. No demonstrations: a prompt is text here, and zero-shot stays zero-shot (dspy issue 8508).
2. A reply that does not keep the layout is wrong at once; DSPy asks a second time, in JSON.
3. Errors of parsing never end a run: DSPy stops at ten.

What is found is the instruction inside DSPy's scaffold, so it is scored again in the template of the search. Prefixes are taken from
COPRO alone; the adapters of DSPy 3 do not show them to the model, so they are as good as chance until they are scored again.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.types import Message, Sampling
from reasoning_toolkit.grading.thinking import after_thinking
from reasoning_toolkit.lazy import require
from reasoning_toolkit.prompts.bridges.bridge import Bridging
from reasoning_toolkit.prompts.bridges.desk import Question
from reasoning_toolkit.prompts.candidate import Candidate
from reasoning_toolkit.prompts.proposers.showing import expected

_FIELD = "answer"
_DEFAULT_PREFIX = "Answer:"  # DSPy's own for a field of this name


def copro(bridging: Bridging) -> list[Candidate]:
    """Instructions and prefixes of `dspy.COPRO`."""

    def compile(dspy: Any, student: Any, examples: list[Any], threads: int) -> Any:
        settings = bridging.proposing.settings
        optimizer = dspy.COPRO(
            prompt_model=_writer(dspy, bridging),
            metric=_metric(bridging),
            breadth=bridging.number("breadth"),
            depth=bridging.number("rounds"),
            init_temperature=float(settings["temperature"]),
        )
        evaluation = {"num_threads": threads, "display_progress": False, "display_table": 0}
        return optimizer.compile(student, trainset=examples, eval_kwargs=evaluation)

    return _find(bridging, compile, "dspy-copro", prefixes=bridging.engine.tokenizer is not None)


def miprov2(bridging: Bridging) -> list[Candidate]:
    """Instructions of `dspy.MIPROv2`; needs optuna."""

    def compile(dspy: Any, student: Any, examples: list[Any], threads: int) -> Any:
        require("optuna", "dspy")
        optimizer = dspy.MIPROv2(
            _metric(bridging),
            prompt_model=_writer(dspy, bridging),
            task_model=dspy.settings.lm,
            max_bootstrapped_demos=0,
            max_labeled_demos=0,
            num_threads=threads,
            seed=bridging.proposing.seed,
        )
        return optimizer.compile(student, trainset=examples)

    return _find(bridging, compile, "dspy-miprov2")


def simba(bridging: Bridging) -> list[Candidate]:
    """Instructions of `dspy.SIMBA`, with rules that a model wrote."""

    def compile(dspy: Any, student: Any, examples: list[Any], threads: int) -> Any:
        optimizer = dspy.SIMBA(
            metric=_metric(bridging),
            bsize=min(bridging.number("batch"), len(examples)),
            num_candidates=bridging.number("proposals"),
            max_steps=bridging.number("rounds"),
            max_demos=0,
            prompt_model=_writer(dspy, bridging),
            num_threads=threads,
        )
        return optimizer.compile(student, trainset=examples, seed=bridging.proposing.seed)

    return _find(bridging, compile, "dspy-simba")


def gepa(bridging: Bridging) -> list[Candidate]:
    """Instructions of `dspy.GEPA`."""

    def compile(dspy: Any, student: Any, examples: list[Any], threads: int) -> Any:
        optimizer = dspy.GEPA(
            _feedback_metric(dspy, bridging),
            max_metric_calls=bridging.number("calls"),
            reflection_lm=_writer(dspy, bridging),
            num_threads=threads,
            track_stats=True,
            seed=bridging.proposing.seed,
        )
        half = len(examples) // 2
        return optimizer.compile(student, trainset=examples[:half], valset=examples[half:])

    return _find(bridging, compile, "dspy-gepa")


def _find(
    bridging: Bridging, compile: Callable[[Any, Any, list[Any], int], Any], name: str, *, prefixes: bool = False
) -> list[Candidate]:
    """Run an optimizer in a thread, answer what it asks, and take its texts out.

    Raises:
        MissingPackage: dspy is not installed.
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else both packages fetch price tables when imported
    dspy = require("dspy", "dspy")
    problems = bridging.problems[: bridging.number("train")]
    examples = [dspy.Example(question=p.question, place=i).with_inputs("question") for i, p in enumerate(problems)]

    def work() -> Any:
        student = dspy.Predict(dspy.Signature(f"question -> {_FIELD}", *filter(None, [bridging.text])))
        lm = _lm(dspy, bridging, bridging.engine, bridging.proposing.template.sampling)
        adapter = dspy.ChatAdapter(use_json_adapter_fallback=False)
        with _quiet(), dspy.context(lm=lm, adapter=adapter, max_errors=10**9):
            return compile(dspy, student, examples, bridging.number("threads"))

    default = dspy.Signature(f"question -> {_FIELD}").instructions
    found = (_text(program, prefixes) for program in _ranked(bridging.desk.serve(work)))
    return bridging.candidates(((text.replace(default, "").strip(), prefix) for text, prefix in found), name)


def _ranked(best: Any) -> list[Any]:
    """The programs of an optimizer's result, best first."""
    scored = [(row["score"], row["program"]) for row in getattr(best, "candidate_programs", [])]
    if details := getattr(best, "detailed_results", None):
        scored = list(zip(details.val_aggregate_scores, details.candidates, strict=True))
    return [best, *(program for _, program in sorted(scored, key=lambda pair: -pair[0]))]


def _text(program: Any, prefixes: bool) -> tuple[str, str | None]:
    """A program's instruction, and its output prefix where one was written."""
    signature = program.predictors()[0].signature
    prefix = str(signature.fields[_FIELD].json_schema_extra["prefix"]).strip()
    return signature.instructions.strip(), prefix if prefixes and prefix != _DEFAULT_PREFIX else None


def _metric(bridging: Bridging) -> Callable[..., float]:
    """The score of a prediction, as the optimizers call it."""

    def metric(example: Any, prediction: Any, *rest: Any) -> float:
        score = _graded(bridging, example, prediction).score
        return 0.0 if score != score else score

    return metric


def _feedback_metric(dspy: Any, bridging: Bridging) -> Callable[..., Any]:
    """The same with what was wrong, as GEPA calls it."""

    def metric(example: Any, prediction: Any, trace: Any = None, name: Any = None, part: Any = None) -> Any:
        found, gold = _graded(bridging, example, prediction), expected(bridging.problems[example.place])
        said = [found.outcome, found.feedback or "", f"The expected output is: {gold}" if gold else ""]
        return dspy.Prediction(
            score=0.0 if found.score != found.score else found.score, feedback=". ".join(filter(None, said))
        )

    return metric


def _graded(bridging: Bridging, example: Any, prediction: Any) -> Any:
    problem, text = bridging.problems[example.place], str(getattr(prediction, _FIELD, "") or "")
    return bridging.desk.do(lambda: bridging.grade(problem, text))


def _writer(dspy: Any, bridging: Bridging) -> Any:
    settings = bridging.proposing.settings
    sampling = Sampling(temperature=float(settings["temperature"]), max_tokens=bridging.number("max_tokens"))
    return _lm(dspy, bridging, bridging.proposing.engine, sampling)


def _lm(dspy: Any, bridging: Bridging, engine: Engine, sampling: Sampling) -> Any:
    model = dspy.LM(
        "local/engine",
        engine=_LocalEngine(dspy, bridging, engine, sampling),
        cache=False,  # the ledger is the cache
        num_retries=0,
        temperature=sampling.temperature,
        max_tokens=sampling.max_tokens,
    )
    model.inspect_history = lambda *rest, **more: None  # COPRO prints by it
    return model


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """DSPy logs every step on the screen."""
    log = logging.getLogger("dspy")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


class _LocalEngine:
    """What DSPy asks in process: one request, one response."""

    def __init__(self, dspy: Any, bridging: Bridging, engine: Engine, sampling: Sampling) -> None:
        self.lm15, self.bridging, self.engine, self.sampling = dspy.lm15, bridging, engine, sampling

    def complete(self, request: Any) -> Any:
        config = request.config
        sampling = Sampling(
            temperature=self.sampling.temperature if config.temperature is None else config.temperature,
            top_p=self.sampling.top_p if config.top_p is None else config.top_p,
            max_tokens=config.max_tokens or self.sampling.max_tokens,
            stop=tuple(config.stop),
        )
        completion = self.bridging.desk.ask(Question(self.engine, tuple(_messages(request)), sampling))
        if completion.finish_reason == "error":
            raise self.lm15.ServerError(completion.error or "the engine failed")
        usage = completion.usage
        return self.lm15.Response(
            id=None,
            model=request.model,
            message=self.lm15.Message.assistant(after_thinking(completion.text) or ""),
            finish_reason=completion.finish_reason,
            usage=self.lm15.Usage(input_tokens=usage.prefilled + usage.cached, output_tokens=usage.decoded),
        )

    def stream(self, request: Any) -> Iterable[Any]:
        events: Iterable[Any] = self.lm15.response_to_events(self.complete(request))
        return events

    def close(self) -> None:
        """Nothing to free: the engine is borrowed."""


def _messages(request: Any) -> Iterator[Message]:
    if request.system is not None:
        parts = [request.system] if isinstance(request.system, str) else [part.text for part in request.system]
        yield {"role": "system", "content": "".join(parts)}
    for message in request.messages:
        yield {"role": "system" if message.role == "developer" else message.role, "content": message.text or ""}
