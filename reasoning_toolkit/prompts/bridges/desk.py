"""A desk that other libraries' threads ask: questions wait in line, and the thread that owns engine and ledger answers them together.

Every answer is in the ledger before it is handed over, under a key made of what was asked and how often it was asked before. So an
optimizer that asks the same questions in the same order is answered from the ledger when it is run again.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from reasoning_toolkit.engines.engine import Engine, render
from reasoning_toolkit.engines.types import Completion, Message, Request, Sampling, Usage, stable_seed
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.runs.drive import Counts, Pipeline, drive
from reasoning_toolkit.runs.ledger import Ledger

T = TypeVar("T")
_TOGETHER = 0.005  # seconds in which a question waits for others to join it
_LOOK = 0.1  # seconds after which an idle desk looks whether the work has ended


@dataclass(frozen=True, slots=True)
class Question:
    """A chat for one of the engines."""

    engine: Engine
    messages: tuple[Message, ...]
    sampling: Sampling


class Desk:
    """Answers questions by engines through one ledger.

    Args:
        seed: every request's seed is derived from it.
        counts: kept up to date.
        most_calls: answers after which every further one is an error: the library runs to its end, at no cost.

    Attributes:
        used: what the answers so far cost, made or found.
        failed: what an engine raised: some libraries go on as if nothing had happened.
    """

    def __init__(self, ledger: Ledger, seed: int, counts: Counts | None = None, most_calls: float = math.inf) -> None:
        self.ledger, self.seed, self.counts, self.most_calls = ledger, seed, counts or Counts(), most_calls
        self.used: list[Usage] = []
        self.failed: Exception | None = None
        self._line: SimpleQueue[tuple[Question | Callable[[], Any], Future[Any]]] = SimpleQueue()
        self._asked: Counter[str] = Counter()
        self._owner = threading.get_ident()
        self._closed = False

    def ask(self, question: Question) -> Completion:
        """The answer; from any thread while the owner serves, or from the owner itself."""
        if threading.get_ident() == self._owner:
            return self.answer([question])[0]
        answer: Completion = self._wait_for(question)
        return answer

    def do(self, call: Callable[[], T]) -> T:
        """What a call returns that the owner's thread makes: for whatever touches the ledger."""
        if threading.get_ident() == self._owner:
            return call()
        result: T = self._wait_for(call)
        return result

    def answer(self, questions: Sequence[Question]) -> list[Completion]:
        """The answers in order, made together. Only for the owner's thread."""
        if self.failed is not None:
            raise self.failed
        answers: dict[str, Completion] = {}
        left = self.most_calls - len(self.used)
        paid = questions if math.isinf(left) else questions[: max(0, int(left))]
        requests = [self._request(question) for question in paid]
        for engine in {id(question.engine): question.engine for question in paid}.values():
            mine = [(str(i), one(r)) for i, (q, r) in enumerate(zip(paid, requests, strict=True)) if q.engine is engine]
            try:
                answers |= dict(drive(engine, self.ledger, mine, counts=self.counts))
            except Exception as error:
                self.failed = error
                raise
        self.used += [answer.usage for answer in answers.values()]
        spent = Completion((), "", "error", error=f"the budget of {self.most_calls:g} calls is spent")
        return [answers.get(str(i), spent) for i in range(len(questions))]

    def serve(self, work: Callable[[], T]) -> T:
        """Run work in a thread of its own and answer what it asks until it ends.

        Raises:
            Exception: what the work raised, or what an engine raised while it answered.
        """
        result: Future[T] = Future()
        worker = threading.Thread(target=_run, args=(work, result), daemon=True)
        worker.start()
        try:
            while not result.done():
                self._attend()
        except BaseException:
            self._closed = True
            raise
        finally:
            self._turn_away()
        return result.result()

    def _wait_for(self, question: Question | Callable[[], Any]) -> Any:
        future: Future[Any] = Future()
        self._line.put((question, future))
        if self._closed:
            self._turn_away()
        return future.result()

    def _attend(self) -> None:
        """Take what waits in line: calls one by one, questions together."""
        taken = []
        with contextlib.suppress(Empty):
            taken.append(self._line.get(timeout=_LOOK))
            while True:
                taken.append(self._line.get(timeout=_TOGETHER))
        asked = [(question, future) for question, future in taken if isinstance(question, Question)]
        for call, future in taken:
            if not isinstance(call, Question):
                _run(call, future)
        try:
            answers = self.answer([question for question, _ in asked])
        except BaseException as error:
            for _, future in asked:
                future.set_exception(error)
            raise
        for (_, future), answer in zip(asked, answers, strict=True):
            future.set_result(answer)

    def _turn_away(self) -> None:
        """Nobody waits for an answer that never comes: a thread that did would hold the whole process at its end."""
        with contextlib.suppress(Empty):
            while True:
                self._line.get_nowait()[1].set_exception(EngineError("the desk is closed"))

    def _request(self, question: Question) -> Request:
        """What is drawn at random is drawn anew each time it is asked for; a greedy reply is the same each time."""
        prompt, chat = render(question.engine, question.messages)
        drawn = Request(prompt, question.sampling, 0, 0, chat).key(question.engine.identity)
        index = self._asked[drawn]
        self._asked[drawn] += question.sampling.temperature > 0
        return Request(prompt, question.sampling, stable_seed(self.seed, drawn, index), index, chat, "bridge")


def one(request: Request) -> Pipeline[Completion]:
    """A pipeline of a single request."""
    (completion,) = yield [request]
    return completion


def _run(work: Callable[[], T], result: Future[T]) -> None:
    try:
        result.set_result(work())
    except BaseException as error:  # handed on to whoever waits
        result.set_exception(error)
