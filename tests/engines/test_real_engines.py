"""What every real engine promises, asked of each: transformers, vLLM in process, vLLM behind HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ask, chat, run

from reasoning_toolkit.engines import Engine, Request, Sampling, continue_from
from reasoning_toolkit.engines.types import as_prompt
from reasoning_toolkit.runs.drive import Counts, Pipeline, Until, drive
from reasoning_toolkit.runs.ledger import Ledger

pytestmark = pytest.mark.model

STORY = "Once upon a time there was a little"
COUNT = "one, two, three, four, five,"


def test_greedy_completion_is_what_its_tokens_say(engine: Engine) -> None:
    request = ask(engine, STORY, temperature=0.0, max_tokens=12)
    first, second = run(engine, [request, request])
    assert first.tokens == second.tokens and len(first.tokens) == 12
    assert first.finish_reason == "length"
    assert first.text == engine.tokenizer.decode(first.tokens)
    assert first.usage.prefilled + first.usage.cached == len(request.prompt)
    assert first.usage.decoded == 12
    assert first.logprobs is None


def test_seeds_make_the_draw(engine: Engine) -> None:
    seeds = [1, 2, 3, 2**63 - 1]
    requests = [ask(engine, STORY, seed, temperature=1.0, top_p=0.95, max_tokens=12) for seed in seeds]
    once, again = run(engine, requests), run(engine, requests[::-1])[::-1]
    assert [c.tokens for c in once] == [c.tokens for c in again]
    assert len({c.tokens for c in once}) == len(seeds)


def test_end_token_is_counted_and_not_kept(engine: Engine) -> None:
    (done,) = run(
        engine, [chat(engine, "Answer with one word: the capital of France?", temperature=0.0, max_tokens=24)]
    )
    assert done.finish_reason == "stop"
    assert not engine.tokenizer.end_ids & set(done.tokens)
    assert done.usage.decoded == len(done.tokens) + 1
    assert done.text == engine.tokenizer.decode(done.tokens)


def test_what_is_in_flight_when_it_was_enough_is_cancelled(engine: Engine, tmp_path: Path) -> None:
    """Two short completions are enough; the long ones beside them are given up, and the engine takes more work."""
    requests = [ask(engine, COUNT, i, max_tokens=2 if i < 2 else 500, ignore_eos=True) for i in range(12)]
    later, shown, counts = ask(engine, COUNT, 99, max_tokens=3, ignore_eos=True), [], Counts()

    def pipeline() -> Pipeline[list[int]]:
        first = yield Until(requests, lambda completion: shown.append(completion) or len(shown) == 2)
        second = yield [later]
        return [completion.usage.decoded for completion in [*first, *second]]

    ledger = Ledger(tmp_path / "ledger.sqlite")
    assert dict(drive(engine, ledger, [("a", pipeline())], counts=counts)) == {"a": [2, 2, 3]}
    assert (counts.made, counts.cancelled, counts.waiting) == (
        3,
        10,
        0,
    )  # all were asked for: the engine had nothing else to do
    ledger.close()


def test_ignore_eos_goes_on_to_the_limit(engine: Engine) -> None:
    request = chat(
        engine, "Answer with one word: the capital of France?", temperature=0.0, max_tokens=24, ignore_eos=True
    )
    (done,) = run(engine, [request])
    assert (done.finish_reason, done.usage.decoded, len(done.tokens)) == ("length", 24, 24)
    assert engine.tokenizer.end_ids & set(done.tokens)


def test_stop_text_ends_a_completion_and_is_not_in_it(engine: Engine) -> None:
    requests = [
        ask(engine, COUNT, temperature=0.0, max_tokens=30, stop=("eight", "never written")),
        ask(engine, COUNT, temperature=0.0, max_tokens=30),
    ]
    stopped, whole = run(engine, requests)
    assert "eight" in whole.text
    assert stopped.finish_reason == "stop"
    assert stopped.text == whole.text.split("eight")[0]
    assert stopped.usage.decoded < 30
    assert (
        engine.tokenizer.decode(stopped.tokens) == stopped.text + "eight"
    )  # what goes on from its ids has the stop text before it
    assert whole.tokens[: len(stopped.tokens)] == stopped.tokens


def test_log_probabilities_are_those_of_score(engine: Engine) -> None:
    requests = [
        ask(engine, STORY, 5, temperature=1.5, max_tokens=10, logprobs=3),
        ask(engine, COUNT, 5, temperature=0.0, max_tokens=10, logprobs=1),
    ]
    done = run(engine, requests)
    scores = engine.score([(r.prompt, c.tokens) for r, c in zip(requests, done, strict=True)])
    for request, completion, score in zip(requests, done, scores, strict=True):
        assert completion.logprobs is not None
        assert len(completion.logprobs) == len(completion.tokens) == len(score)
        assert [entry.chosen for entry in completion.logprobs] == pytest.approx(score, abs=1e-3)
        assert {len(entry.top) for entry in completion.logprobs} == {request.sampling.logprobs}
        for token, entry in zip(completion.tokens, completion.logprobs, strict=True):
            assert max(entry.top.values()) >= entry.chosen - 1e-6
            assert entry.top.get(token, entry.chosen) == pytest.approx(entry.chosen, abs=1e-6)
    greedy = done[1]
    assert [next(iter(entry.top)) for entry in greedy.logprobs] == list(greedy.tokens)


def test_prompt_without_room_is_an_error_of_its_own(engine: Engine) -> None:
    long = Request(engine.tokenizer.encode(STORY) * 1200, Sampling(temperature=0.0, max_tokens=4), 0)
    assert len(long.prompt) > 8192
    fine = ask(engine, STORY, temperature=0.0, max_tokens=4)
    before, error, after = run(engine, [fine, long, fine])
    assert error.finish_reason == "error" and error.tokens == () and error.error
    assert before.tokens == after.tokens and len(before.tokens) == 4


def test_cancelled_requests_are_never_handed_over(engine: Engine) -> None:
    long = ask(engine, STORY, temperature=0.0, max_tokens=400, ignore_eos=True)
    short = ask(engine, STORY, temperature=0.0, max_tokens=3)
    engine.submit([("a", long), ("b", short), ("c", long)])
    engine.cancel(["a", "never submitted"])
    assert [ticket for ticket, _ in engine.wait()] == ["b"]
    engine.cancel(["c", "a"])
    assert engine.wait() == []
    assert len(run(engine, [short])[0].tokens) == 3


def test_completions_come_as_each_finishes(engine: Engine) -> None:
    limits = [30, 2, 12]
    engine.submit((str(n), ask(engine, STORY, temperature=0.0, max_tokens=n, ignore_eos=True)) for n in limits)
    order: list[str] = []
    while finished := engine.wait():
        order += [ticket for ticket, _ in finished]
    assert order == ["2", "12", "30"]


def test_rows_that_join_late_change_nothing(engine: Engine) -> None:
    early = ask(engine, STORY, 1, temperature=1.0, top_p=0.95, max_tokens=48, ignore_eos=True)
    short = ask(engine, COUNT, 2, temperature=1.0, max_tokens=2, ignore_eos=True)
    late = ask(engine, COUNT * 3, 3, temperature=1.0, top_k=40, max_tokens=12, ignore_eos=True)
    alone = [run(engine, [request])[0].tokens for request in (early, late)]
    engine.submit([("early", early), ("short", short)])
    found = dict(engine.wait())
    assert found  # the short one, unless a server on a busy machine took the other first
    engine.submit([("late", late)])
    while finished := engine.wait():
        found |= dict(finished)
    assert [found["early"].tokens, found["late"].tokens] == alone


def test_greedy_continuation_of_any_cut_is_the_rest_of_the_trace(engine: Engine) -> None:
    request = chat(engine, "What is 3 + 4? Wait, think first 🤖.", temperature=0.0, max_tokens=12)
    (trace,) = run(engine, [request])
    cuts = range(len(trace.tokens) + 1)
    rest = Sampling(temperature=0.0, max_tokens=12)
    requests = continue_from(request, trace, cuts, rest, run_seed=0, key="k")
    whole = request.prompt + trace.tokens
    for cut, continued, done in zip(cuts, requests, run(engine, requests), strict=True):
        assert continued.prompt == whole[: len(request.prompt) + cut]
        overlap = len(trace.tokens) - cut
        assert done.tokens[:overlap] == trace.tokens[cut:]


def test_score_of_nothing_and_of_several(engine: Engine) -> None:
    prompt = engine.tokenizer.encode(STORY)
    tokens = engine.tokenizer.encode(" girl who liked 🤖 robots")
    nothing, several, one = engine.score([(prompt, ()), (prompt, tokens), ((*prompt, *tokens[:-1]), tokens[-1:])])
    assert nothing == ()
    assert len(several) == len(tokens) and all(p < 0 for p in several)
    assert one == pytest.approx(several[-1:], abs=1e-3)
    assert engine.score([]) == []


def test_prompts_of_any_text_come_through(engine: Engine) -> None:
    for text in ["\x00", "🤖👩‍👩‍👧", "مرحبا", "<|im_end|>", "é" * 50]:
        (done,) = run(engine, [ask(engine, text, temperature=1.0, max_tokens=3, ignore_eos=True)])
        assert done.finish_reason == "length" and len(done.tokens) == 3


def test_identity_names_the_model_and_tells_engines_apart(engine: Engine) -> None:
    assert "smollm2" in engine.identity or "tiny" in engine.identity
    request = ask(engine, STORY)
    assert request.key(engine.identity) != request.key(engine.identity + " ")
    assert as_prompt(list(request.prompt)) == request.prompt
    assert engine.tags is None
