"""Early exits: where the thinking is held, what the rules see, what is kept and what was only paid."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pieces import QUESTION, ask, engine_of, play, within, writer

from reasoning_toolkit.engines.bytes_tokenizer import BytesTokenizer
from reasoning_toolkit.engines.types import Completion, Request, TokenLogprobs, Usage
from reasoning_toolkit.errors import EngineError, UsageError
from reasoning_toolkit.grading import extract_answer
from reasoning_toolkit.runs.drive import Counts, drive
from reasoning_toolkit.runs.ledger import Ledger
from reasoning_toolkit.subthought.exit_rules import (
    DEER_STUB,
    Exit,
    Trial,
    agree,
    convergence,
    deer,
    dynasor,
    mean_probability,
)
from reasoning_toolkit.subthought.exits import exit_early

WHOLE = "2 and 2 is 5. Wait, 4. Wait, yes 4.\n</think>\n\nSo \\boxed{4}"


def with_trials(whole: str, trials: list[str], sure: list[float] | None = None, concluded: str = "So \\boxed{7}"):
    """A model that writes `whole`, gives trial answers in turn, and concludes behind thinking that was closed for it."""
    answers, sureness, write = iter(trials), iter(sure or [1.0] * len(trials)), writer(whole)

    def reply(prompt: str, request: Request) -> str | Completion:
        if prompt.endswith((DEER_STUB, "\\boxed", "\\boxed{")):
            text, p = next(answers), next(sureness)
            tokens = tuple(text.encode())
            # the first token is as good as never sure, and so is all behind the box: neither counts
            inside = text.find("}") + 1 or len(text)
            chosen = [-9.0] + [math.log(p)] * (inside - 1) + [-9.0] * (len(text) - inside)
            logprobs = tuple(TokenLogprobs(c, {}) for c in chosen) if request.sampling.logprobs is not None else None
            return Completion(tokens, text, "stop", Usage(decoded=len(tokens)), logprobs)
        closed_for_it = prompt.endswith("</think>\n\n") and not whole.startswith(prompt.removeprefix(QUESTION))
        return concluded if closed_for_it else write(prompt, request)

    return engine_of(reply)


def test_deer_exits_at_the_first_marker_where_the_trial_is_sure() -> None:
    engine = with_trials(WHOLE, ["{5} hm", "{4}"], [0.9, 0.99])
    draw, played = play(engine, exit_early(ask(engine, max_tokens=300), engine, deer()))
    assert played.text(draw) == "2 and 2 is 5. Wait, 4. \n</think>\n\nSo \\boxed{7}"
    assert draw.forced and draw.votes
    trials = [r for r in played.requests if r.sampling.max_tokens == 20]
    assert [r.key("scripted") for r in trials] == list(draw.paid)
    assert {r.sampling.temperature for r in trials} == {0.0}  # the release draws them at temperature 1
    assert [BytesTokenizer().decode(r.prompt).removeprefix(QUESTION) for r in trials] == [
        "2 and 2 is 5. " + DEER_STUB,
        "2 and 2 is 5. Wait, 4. " + DEER_STUB,
    ]


def test_plain_deer_answers_with_its_trial() -> None:
    engine = with_trials(WHOLE, ["{5} hm", "{4} so"], [0.9, 0.99])
    draw, played = play(engine, exit_early(ask(engine, max_tokens=300), engine, deer(plain=True)))
    assert played.text(draw) == "2 and 2 is 5. Wait, 4. \n</think>\n\n\\boxed{4}"
    assert draw.forced and len(draw.paid) == 1


def test_a_sure_trial_without_an_answer_is_none() -> None:
    engine = with_trials(WHOLE, ["{4 + 4 = 8", "{}"])
    draw, played = play(engine, exit_early(ask(engine, max_tokens=300), engine, deer()))
    assert played.text(draw) == WHOLE


def test_deer_that_is_never_sure_is_the_trace_itself() -> None:
    engine = with_trials(WHOLE, ["{5}", "{4}"], [0.5, 0.95])  # not above .95
    draw, played = play(engine, exit_early(ask(engine, max_tokens=300), engine, deer()))
    assert played.text(draw) == WHOLE
    assert not draw.forced and len(draw.paid) == 2
    assert played.requests[0].seed == ask(engine).seed


def test_deer_tries_at_most_so_often() -> None:
    whole = "Wait, " * 30 + "\n</think>\n\n\\boxed{1}"
    engine = with_trials(whole, ["{1}"] * 30, [0.1] * 30)
    draw, played = play(engine, exit_early(ask(engine, max_tokens=400), engine, deer(checks=4)))
    assert len(draw.paid) == 4
    assert played.text(draw) == whole


def test_deer_closes_thinking_that_takes_its_share_of_the_limit() -> None:
    engine = with_trials("hm " * 100, [])
    draw, played = play(engine, exit_early(ask(engine, max_tokens=100), engine, deer(thinking=0.6)))
    assert played.text(draw) == "hm " * 20 + "\n</think>\n\nSo \\boxed{7}"
    assert draw.forced
    assert played.requests[-1].sampling.max_tokens == 40


def test_the_geometric_rule_wants_the_thinking_closed_and_punishes_one_unsure_token() -> None:
    sure = (0.99,) * 9
    rule = deer(geometric=True)
    assert rule.settled([Trial("4", "", True, (0.0, *sure))])
    assert not rule.settled([Trial("4", "", False, (0.0, *sure))])
    assert not rule.settled([Trial("4", "", True, (0.0, *sure, 0.2))])
    assert not rule.settled([Trial(None, "", True, (1.0,))])
    assert mean_probability((1.0, 0.25)) == 0.625
    assert mean_probability((1.0, 0.25), geometric=True) == pytest.approx(0.5)
    assert mean_probability((0.0, 1.0), geometric=True) == 0.0


def test_dynasor_exits_when_the_last_trials_agree() -> None:
    thought = "abcdefgh" * 50
    engine = with_trials(thought, ["1} \\]", "2}", "\\frac12} x", "0.5}", "1/2} that"])
    draw, played = play(engine, exit_early(ask(engine, max_tokens=400), engine, dynasor("mid")))
    assert played.text(draw) == thought[: 5 * 64] + "\n</think>\n\n\\boxed{1/2}"
    assert draw.forced and len(draw.paid) == 4
    assert extract_answer(played.text(draw)) == "1/2"
    assert draw.pieces[-1].key not in draw.paid


@pytest.mark.parametrize(
    ("effort", "trials", "drawn"),
    [
        ("high", ["4}", "4}"], 2),
        ("high", ["4", "4", "4}", "4}"], 4),  # a box that stays open is no answer
        ("high", ["}", "}", "4}", "4}"], 4),  # an empty one neither
        ("high", ["4} Wait", "4}", "4}"], 3),  # hesitation in either of the two
        ("high", ["4}", "4} I know", "4}", "4}"], 4),  # "no" is in "know": the release looks for parts of words too
        ("low", ["4}", "3}", *["4}"] * 5], 7),
        ("mild", ["4}"] * 8, 8),
    ],
)
def test_when_dynasor_is_settled(effort: str, trials: list[str], drawn: int) -> None:
    engine = with_trials("abcdefgh" * 100, trials)
    draw, played = play(engine, exit_early(ask(engine, max_tokens=800), engine, dynasor(effort)))
    assert len(draw.paid) + 1 == drawn
    assert played.text(draw).startswith("abcdefgh" * 8 * drawn + "\n</think>")


def test_crazy_tries_twice_as_often() -> None:
    engine = with_trials("abcdefgh" * 100, ["4}", "4}"])
    draw, played = play(engine, exit_early(ask(engine, max_tokens=800), engine, dynasor("crazy")))
    assert played.text(draw) == "abcdefgh" * 8 + "\n</think>\n\n\\boxed{4}"


def test_convergence_tries_behind_each_sentence_with_the_thinking_closed() -> None:
    engine = with_trials("It is 3.5. So 7? Now 7.\nThen 7. Done.\n\nEnd", ["4}", "7}", "7.0}", "7}"])
    draw, played = play(engine, exit_early(ask(engine, max_tokens=300), engine, convergence(3)))
    assert played.text(draw) == "It is 3.5. So 7? Now 7.\nThen 7. \n</think>\n\n\\boxed{7}"
    tried = [BytesTokenizer().decode(r.prompt).removeprefix(QUESTION) for r in played.requests if r.inserted]
    assert tried[2] == "It is 3.5. So 7? Now 7.\n</think>\n\n\\boxed{"


def test_a_response_that_reaches_its_limit_is_forced() -> None:
    engine = with_trials("abcdefgh" * 100, ["1}", "2}", "9}"])
    draw, played = play(engine, exit_early(ask(engine, max_tokens=128), engine, dynasor("mid")))
    assert played.text(draw) == "abcdefgh" * 16 + "\n</think>\n\n\\boxed{9}"
    assert draw.forced and len(draw.paid) == 2


def test_agreement_is_of_value_and_of_the_last_trials_alone() -> None:
    trials = [Trial(answer, "") for answer in ("3", "0.5", "1/2", "\\frac{1}{2}")]
    assert agree(trials, 3)
    assert not agree(trials, 4)
    assert not agree(trials[-2:], 3)
    assert not agree([*trials, Trial(None, "")], 1)


RULES = {
    "deer": replace(deer(), settled=lambda trials: False, checks=None),
    "dynasor": replace(dynasor("crazy"), settled=lambda trials: False),
    "convergence": replace(convergence(1), settled=lambda trials: False),
}


@pytest.mark.parametrize("name", RULES)
@settings(deadline=None)
@given(
    words=st.lists(
        st.sampled_from(["Wait", ", ", "so.", " ", "\n", "naïve", "🤖", "4? ", "\n\n", "Waiting"]), max_size=60
    )
)
def test_trials_that_settle_nothing_change_nothing(name: str, words: list[str]) -> None:
    """Whatever the text: the pieces make the whole, and every prompt is a prefix of it, which the writer checks."""
    whole = "".join(words) + "\n</think>\n\n\\boxed{4} Wait. "
    whole = (
        whole.encode("ascii", "replace").decode() if name == "dynasor" else whole
    )  # its pieces may end within a character
    engine = with_trials(whole, ["{1} "] * 200)
    draw, played = play(engine, exit_early(ask(engine, max_tokens=2000), engine, RULES[name]))
    prompts = [r.prompt for r in played.requests if not r.inserted]
    assert all(len(a) < len(b) and b[: len(a)] == a for a, b in pairwise(prompts))
    assert played.text(draw) == whole
    assert not draw.forced


def test_a_killed_run_asks_for_nothing_twice(tmp_path: Path) -> None:
    counts = [Counts(), Counts()]
    draws = []
    for count in counts:
        engine = with_trials(WHOLE, ["{5} hm", "{4}"], [0.9, 0.99])
        ledger = Ledger(tmp_path / "ledger.sqlite")
        draws += list(
            drive(engine, ledger, [("p", exit_early(ask(engine, max_tokens=300), engine, deer()))], counts=count)
        )
        ledger.close()
    assert draws[0] == draws[1]
    assert (counts[0].made, counts[1].made, counts[1].reused) == (5, 0, 5)


@pytest.mark.parametrize("rule", [dynasor("crazy"), dynasor("mid", plain=True), convergence(2)])
@pytest.mark.parametrize("context", [96, 100])  # where a piece ends, and within one
def test_a_full_context_cuts_the_response_off(rule: Exit, context: int) -> None:
    write = writer("abcdefgh" * 100)
    engine = engine_of(within(len(QUESTION) + context, lambda p, r: "?" if r.inserted else write(p, r)))
    draw, played = play(engine, exit_early(ask(engine, max_tokens=400), engine, rule))
    assert played.text(draw) == ("abcdefgh" * 100)[:context]
    assert not draw.forced
    assert played.completions[draw.pieces[-1].key].finish_reason == "length"


def test_an_error_ends_the_response() -> None:
    engine = engine_of(lambda prompt, request: Completion((), "", "error", error="too long"))
    draw, _ = play(engine, exit_early(ask(engine), engine, dynasor()))
    assert len(draw.pieces) == 1 and not draw.forced


def test_an_engine_without_log_probabilities_is_told() -> None:
    engine = engine_of(lambda prompt, request: "{4}" if prompt.endswith(DEER_STUB) else "So. Wait, no.")
    with pytest.raises(EngineError, match="log-probabilities"):
        play(engine, exit_early(ask(engine), engine, deer()))


@pytest.mark.parametrize(
    "wrong", [lambda: deer(threshold=2), lambda: deer(checks=0), lambda: convergence(0), lambda: dynasor("lowest")]
)
def test_settings_out_of_range_are_refused(wrong: object) -> None:
    with pytest.raises(UsageError):
        wrong()  # type: ignore[operator]


def test_every_rule_opens_a_box() -> None:
    rules: list[Exit] = [deer(), deer(plain=True), dynasor(), dynasor(plain=True), convergence()]
    assert all("\\boxed" in rule.stub for rule in rules)
