"""A request's identity, and seeds: they hold every promise of resuming."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoning_toolkit.engines import Request, Sampling
from reasoning_toolkit.engines.types import as_prompt, stable_seed

REQUEST = Request(
    (1, 2, 300), Sampling(), 7, index=2, messages=({"role": "user", "content": "2 + 2? 🤖"},), problem_id="p1"
)

OTHER_SAMPLING = {
    "temperature": 0.5,
    "top_p": 0.9,
    "top_k": 5,
    "min_p": 0.1,
    "max_tokens": 1025,
    "stop": ("x",),
    "ignore_eos": True,
    "logprobs": 0,
}


@pytest.mark.parametrize("name", [f.name for f in fields(Sampling)])
def test_every_sampling_field_is_identity(name: str) -> None:
    other = replace(REQUEST, sampling=replace(REQUEST.sampling, **{name: OTHER_SAMPLING[name]}))
    assert other.key("m") != REQUEST.key("m")


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": (1, 2, 301)},
        {"prompt": (1, 2)},
        {"prompt": ()},
        {"seed": 8},
        {"index": 3},
        {"messages": ()},
        {"messages": ({"role": "system", "content": "2 + 2? 🤖"},)},
    ],
)
def test_what_is_asked_is_identity(change: dict) -> None:
    assert replace(REQUEST, **change).key("m") != REQUEST.key("m")


def test_the_model_is_identity_and_labels_are_not() -> None:
    assert REQUEST.key("m") != REQUEST.key("n")
    assert replace(REQUEST, problem_id="p2", parent="k", cut=3, inserted=(1,)).key("m") == REQUEST.key("m")


def test_stop_texts_do_not_run_into_each_other() -> None:
    keys = {Request((), Sampling(stop=stop), 0).key("m") for stop in [("ab",), ("a", "b"), ("b", "a"), ("a,b",), ()]}
    assert len(keys) == 5


def test_equal_requests_have_one_key_however_their_numbers_are_written() -> None:
    a = Request((1,), Sampling(temperature=1, top_p=1, min_p=0, max_tokens=8), 0)
    b = Request((1,), Sampling(temperature=1.0, top_p=1.0, min_p=0.0, max_tokens=8), 0)
    assert a == b and a.key("m") == b.key("m")


def test_a_model_name_cannot_play_the_rest_of_a_request() -> None:
    key = Request((), Sampling(), 0)
    body = '"messages": [], "sampling": {}}'
    assert len({key.key(m) for m in ["m", "m" + body, body, "", '"', "\\"]}) == 6


requests = st.builds(
    Request,
    st.lists(st.integers(0, 2**32 - 1), max_size=4).map(tuple),
    st.builds(
        Sampling,
        temperature=st.floats(0, 2),
        top_p=st.floats(0, 1),
        top_k=st.integers(0, 3),
        max_tokens=st.integers(1, 3),
        stop=st.lists(st.text(max_size=2), max_size=2).map(tuple),
        ignore_eos=st.booleans(),
        logprobs=st.none() | st.integers(0, 2),
    ),
    st.integers(0, 2**63 - 1),
    index=st.integers(0, 2),
    messages=st.lists(
        st.fixed_dictionaries({"role": st.text(max_size=2), "content": st.text(max_size=2)}), max_size=2
    ).map(tuple),
)


@given(requests, requests, st.text(max_size=3), st.text(max_size=3))
def test_keys_are_equal_exactly_where_what_is_asked_is(a: Request, b: Request, m: str, n: str) -> None:
    assert (a.key(m) == b.key(n)) == ((a, m) == (b, n))
    assert len(a.key(m)) == 32 and set(a.key(m)) <= set("0123456789abcdef")


def test_keys_and_seeds_are_the_same_in_every_process() -> None:
    code = (
        "from reasoning_toolkit.engines import Request, Sampling\n"
        "from reasoning_toolkit.engines.types import stable_seed\n"
        "r = Request((1, 2, 300), Sampling(), 7, index=2, messages=({'content': '2 + 2? \\U0001f916', 'role': 'user'},))\n"
        "print(r.key('m'), stable_seed(0, 'p1', 'continue', 3, 0))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()[0:2][i]
        for seed in ("0", "1", "12345")
        for i in (0, 1)
    }
    assert said == {REQUEST.key("m"), str(stable_seed(0, "p1", "continue", 3, 0))}


def test_seeds_are_pinned() -> None:
    assert stable_seed() == 2858069222894195974
    assert stable_seed(0, "gsm8k/1", "trace") == 6959901701157508877


@given(
    st.lists(st.text(max_size=3) | st.integers(), max_size=4), st.lists(st.text(max_size=3) | st.integers(), max_size=4)
)
def test_seeds_are_in_range_and_tell_parts_apart(a: list, b: list) -> None:
    assert 0 <= stable_seed(*a) < 2**63
    assert (stable_seed(*a) == stable_seed(*b)) == ([str(x) for x in a] == [str(x) for x in b])


def test_as_prompt_is_plain_and_hashable() -> None:
    np = pytest.importorskip("numpy")
    ids = as_prompt(np.array([3, 1, 2]))
    assert ids == (3, 1, 2) and {type(i) for i in ids} == {int}
