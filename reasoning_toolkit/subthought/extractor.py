"""A language model as the reader of answers, for parity with the paper; our own reader is the default.

The paper reads every answer with Qwen2.5-14B-Instruct, which sees the prefix and the continuation and gives the final number in a box, or
else the likeliest final result (Hammoud et al. 2025, arXiv 2504.20708, section 3.2; its prompt is not given, this one is ours). Such a
reader may solve the problem itself, or choose among answers: figures made with it are not those of the vote alone.

Its completions are in the run's ledger like any other, so reading again costs nothing.
"""

from __future__ import annotations

from reasoning_toolkit.engines.engine import Engine, render
from reasoning_toolkit.engines.types import Completion, Request, Sampling, stable_seed
from reasoning_toolkit.grading import extract_with_rule
from reasoning_toolkit.grading.verdict import Verdict
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.runs.drive import Pipeline
from reasoning_toolkit.subthought.filters import Filter
from reasoning_toolkit.subthought.reading import Found, Readings, prefix_of
from reasoning_toolkit.subthought.record import Draw, Look, Record, joined

SAMPLING = Sampling(temperature=0.0, max_tokens=256)
ASK = (
    "Below are a problem and a solution that may be unfinished. Give the final answer that the solution arrives at, inside \\boxed{{}}. "
    "If it states none, give the number that is most likely its final result. Do not solve the problem yourself; if there is nothing to "
    "go by, give \\boxed{{none}}.\n\nProblem:\n{question}\n\nSolution:\n{response}"
)


def extraction(problem: Problem, record: Record, engine: Engine, look: Look, keep: Filter | None) -> Pipeline[Readings]:
    """Read every response of a record with the model behind `engine`: one greedy completion for each different response.

    Args:
        problem: whose question stands beside the response.
        look: the completion of a key.
        keep: answers that it refuses abstain.
    """
    trace = look(record.trace).text if record.trace else None

    def response(draw: Draw) -> str:
        return prefix_of(record, draw, look) + joined(draw, look).text if draw.pieces else trace or ""

    parts = [
        [] if trace is None else [trace],
        [response(d) for d in record.draws],
        [response(d) for d in record.samples],
    ]
    texts = list(dict.fromkeys(text for part in parts for text in part))
    completions = yield [_request(problem, text, engine) for text in texts]
    found = {text: _read(completion, keep) for text, completion in zip(texts, completions, strict=True)}
    own, draws, samples = ([found[text] for text in part] for part in parts)
    return Readings(own[0] if own else None, tuple(draws), tuple(samples))


def _request(problem: Problem, response: str, engine: Engine) -> Request:
    content = ASK.format(question=problem.question, response=response)
    prompt, messages = render(engine, [{"role": "user", "content": content}])
    seed = stable_seed("extract", problem.id)
    return Request(prompt, SAMPLING, seed, messages=messages, problem_id=problem.id)


def _read(completion: Completion, keep: Filter | None) -> Found:
    if completion.finish_reason == "error":
        return Verdict("error", None, completion.error or "the extractor gave no completion")
    answer, rule = extract_with_rule(completion.text)
    if answer is None or answer.strip().strip("{}").lower() in ("none", "\\text{none}"):
        return Verdict("no_answer", None, "the extractor found none")
    if keep is not None and not keep(answer):
        return Verdict("no_answer", None, f"filtered: {answer}")
    return answer, f"read by a model: {rule}"
