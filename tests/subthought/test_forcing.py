"""Forced answers: what is put there, what is kept, and that every prompt is made of the ids that came back."""

from __future__ import annotations

import pytest
from pieces import QUESTION, Played, ask, engine_of, play, writer

from reasoning_toolkit.engines.think import THINK_TAGS
from reasoning_toolkit.engines.types import Completion, Request
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.grading import Verdict, extract_answer
from reasoning_toolkit.grading.grade import read_answer
from reasoning_toolkit.subthought.draft import Draft
from reasoning_toolkit.subthought.forcing import box_end, budget_forced, force_close, probe
from reasoning_toolkit.subthought.together import Steps, together

CLOSED = "\n</think>\n\n\\boxed{"


def capped(text: str, answer: str, **kwargs: object) -> tuple[str, Played, Request]:
    """A response that was cut off behind `text`, and forced; the model answers `answer`."""
    engine = engine_of(lambda prompt, request: answer, **kwargs)  # type: ignore[arg-type]
    request = ask(engine)
    tokens = engine.tokenizer.encode(text)
    draft = Draft(request).add("first", Completion(tokens, text, "length"), engine.tokenizer)
    draw, played = play(engine, force_close(draft, engine))
    played.completions["first"] = Completion(tokens, text, "length")
    assert draw.forced and draw.votes
    (asked,) = played.requests
    assert asked.prompt == request.prompt + tokens + engine.tokenizer.encode(draw.pieces[1].before)
    assert (asked.sampling.temperature, asked.sampling.max_tokens) == (0.0, 64)
    assert (asked.parent, asked.cut, asked.inserted) == (
        "first",
        len(tokens),
        engine.tokenizer.encode(draw.pieces[1].before),
    )
    return played.text(draw), played, asked


def test_capped_thinking_is_closed_on_a_line_of_its_own_and_answers_in_a_box() -> None:
    assert capped("So 2 mo", "12}")[0] == "So 2 mo" + CLOSED + "12}"
    assert capped("So 2.\n", "12}")[0] == "So 2.\n" + CLOSED[1:] + "12}"
    text, _, _ = capped("So 2 mo", "12}")
    assert extract_answer(text) == "12"


def test_what_follows_the_box_is_cut_away_but_was_paid() -> None:
    text, played, asked = capped("So", "\\frac{1}{2}} or \\boxed{3}")
    assert text == "So" + CLOSED + "\\frac{1}{2}}"
    assert played.completions[asked.key("scripted")].usage.decoded == len("\\frac{1}{2}} or \\boxed{3}")


def test_a_box_that_stays_open_is_no_answer() -> None:
    text, _, _ = capped("So", "well {" * 40)
    assert text == "So" + CLOSED + ("well {" * 40)[:64]
    assert isinstance(found := read_answer(text, "length", "default"), Verdict) and found.outcome == "truncated"


def test_a_response_cut_off_in_its_answer_is_not_closed_again() -> None:
    assert capped("So.\n</think>\nThe answer", "4}")[0] == "So.\n</think>\nThe answer\n\n\\boxed{4}"


def test_a_response_that_fills_the_context_stays_cut_off() -> None:
    engine = engine_of(lambda prompt, request: Completion((), "", "error", error="the prompt is too long"))
    draft = Draft(ask(engine)).add("first", Completion((46,), ".", "length"), engine.tokenizer)
    draw, _ = play(engine, force_close(draft, engine))
    assert draw.pieces == draft.pieces and not draw.forced
    refused, _ = play(engine, probe(ask(engine), engine))
    assert len(refused.pieces) == 1  # a probe that is refused is an error, not nothing


def test_a_model_without_tags_has_nothing_to_close() -> None:
    assert capped("So 2 mo", "4}", tags=None)[0] == "So 2 mo\n\n\\boxed{4}"


def test_harmony_opens_its_answer_channel() -> None:
    tags = THINK_TAGS["harmony"]
    engine = engine_of(lambda prompt, request: "4}", tags)
    request = ask(engine, f"Q{tags.opening}hm")
    draw, played = play(engine, probe(request, engine))
    assert played.text(draw) == "\n<|end|><|start|>assistant<|channel|>final<|message|>\n\n\\boxed{4}"


@pytest.mark.parametrize(
    ("stub", "text", "end"),
    [
        ("\\boxed{", "12}", 3),
        ("\\boxed{", "\\{1\\}}.", 6),
        ("\\boxed", "{12} }", 4),
        ("\\boxed{", "}", 1),
        ("\\boxed{", "{", None),
        ("Final Answer:", "\\frac{1}{2}", None),
    ],
)
def test_where_a_box_ends(stub: str, text: str, end: int | None) -> None:
    assert box_end(stub, text) == end


def test_probes_of_several_prefixes_are_asked_together_and_hold_the_answer_alone() -> None:
    engine = engine_of(lambda prompt, request: f"{len(prompt)}}}")
    requests = [ask(engine, QUESTION + "one " * i) for i in (1, 2, 3)]
    draws, played = play(engine, together([probe(r, engine, place=i) for i, r in enumerate(requests)]))
    assert len(played.rounds) == 1
    assert [d.place for d in draws] == [0, 1, 2] and all(d.forced for d in draws)
    assert all(played.text(d).startswith(CLOSED) for d in draws)
    assert {r.sampling.max_tokens for r in played.requests} == {32}


def test_together_keeps_order_where_pipelines_end_in_different_rounds() -> None:
    engine = engine_of(lambda prompt, request: "x")

    def rounds(count: int) -> Steps[list[int]]:
        seen = []
        for i in range(count):
            seen += [c.usage.decoded for c in (yield [ask(engine, f"{count} {i} {j}") for j in range(i + 1)])]
        return seen

    results, played = play(engine, together([rounds(c) for c in (2, 0, 3, 1)]))
    assert [len(r) for r in results] == [3, 0, 6, 1]
    assert [len(r) for r in played.rounds] == [3, 4, 3]
    assert play(engine, together([]))[0] == []


def test_thinking_that_reaches_its_budget_is_closed_with_final_answer() -> None:
    def reply(prompt: str, request: Request) -> str:
        return " 4." if prompt.endswith("Final Answer:") else "hm " * 400

    engine = engine_of(reply)
    draw, played = play(engine, budget_forced(ask(engine, max_tokens=130), engine))
    assert played.text(draw) == "hm " * 10 + "\n</think>\n\nFinal Answer: 4."
    assert draw.forced


def test_thinking_that_ends_by_itself_is_left_alone() -> None:
    whole = "2 and 2.\n</think>\n\n\\boxed{4}"
    engine = engine_of(writer(whole))
    draw, played = play(engine, budget_forced(ask(engine, max_tokens=300), engine))
    assert played.text(draw) == whole
    assert not draw.forced
    assert played.requests[0].seed == ask(engine).seed  # its thinking is that of the same request without a budget


def test_an_early_end_is_dropped_and_the_thinking_goes_on_behind_wait() -> None:
    prompts: list[str] = []

    def reply(prompt: str, request: Request) -> str:
        prompts.append(prompt.removeprefix(QUESTION))
        return (
            f"thought {len(prompts)}.\n</think>\n\n\\boxed{{4}}" if "</think>" not in prompts[-1] else "\n\n\\boxed{4}"
        )

    engine = engine_of(reply)
    draw, played = play(engine, budget_forced(ask(engine, max_tokens=300), engine, ignore=2))
    assert prompts[:3] == ["", "thought 1.\nWait", "thought 1.\nWaitthought 2.\nWait"]
    assert played.text(draw) == "thought 1.\nWaitthought 2.\nWaitthought 3.\n</think>\n\n\\boxed{4}"
    assert not draw.forced
    assert len({r.seed for r in played.requests}) == 4


def test_the_end_of_a_model_without_tags_is_ignored_too() -> None:
    replies = iter(["It is 5.", " no, 4."])
    engine = engine_of(lambda prompt, request: next(replies), tags=None)
    draw, played = play(engine, budget_forced(ask(engine, max_tokens=300), engine, ignore=1))
    assert played.text(draw) == "It is 5.Wait no, 4."


def test_an_error_ends_it() -> None:
    engine = engine_of(lambda prompt, request: Completion((), "", "error", error="too long"))
    draw, _ = play(engine, budget_forced(ask(engine), engine, ignore=3))
    assert len(draw.pieces) == 1 and not draw.forced


def test_a_chat_server_is_refused() -> None:
    engine = engine_of(lambda prompt, request: "x")
    request = ask(engine)
    engine.tokenizer = None  # type: ignore[assignment]
    with pytest.raises(UsageError, match="token ids"):
        play(engine, force_close(Draft(request), engine))
