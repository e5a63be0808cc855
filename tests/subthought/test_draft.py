"""Responses in pieces: ids are exact, labels lead back to the parent, text is what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest
from pieces import ask, engine_of

from reasoning_toolkit.engines.bytes_tokenizer import BytesTokenizer
from reasoning_toolkit.engines.tokenizer import Tokenizer
from reasoning_toolkit.engines.types import Completion, Sampling, Usage
from reasoning_toolkit.subthought.draft import Draft, tokens_before
from reasoning_toolkit.subthought.record import Piece

TOKENIZER = BytesTokenizer()
ENGINE = engine_of(lambda prompt, request: "")


def completion(ids: bytes, text: str | None = None) -> Completion:
    return Completion(tuple(ids), TOKENIZER.decode(ids) if text is None else text, "length", Usage(decoded=len(ids)))


def test_the_first_piece_is_the_request_itself() -> None:
    request = ask(ENGINE, max_tokens=50)
    assert Draft(request).request(request.sampling) == request


def test_labels_lead_back_to_the_prompt() -> None:
    request = ask(ENGINE, max_tokens=50)
    trace = completion(b"one two three")
    draft = Draft(request).add("k1", trace, TOKENIZER, cut=7).insert("!", TOKENIZER).insert("?", TOKENIZER)
    asked = draft.request(Sampling())
    assert asked.prompt == request.prompt + trace.tokens[: asked.cut] + asked.inserted
    assert (asked.parent, asked.cut, asked.inserted, asked.problem_id) == ("k1", 7, tuple(b"!?"), "p")
    assert draft.pieces == (Piece("k1", "", 7),) and draft.left == 50 - 13  # what was cut away was written too
    more = draft.add("k2", completion(b" go"), TOKENIZER)
    assert more.pieces[1] == Piece("k2", "!?", None)
    assert (more.text, more.request(Sampling()).parent) == ("one two!? go", "k2")
    assert more.request(Sampling()).seed != asked.seed


def test_a_stop_text_belongs_to_what_follows() -> None:
    stopped = completion(b"so. Wait", "so. ")
    draft = Draft(ask(ENGINE)).add("k1", stopped, TOKENIZER)
    assert draft.tokens == stopped.tokens and draft.text == "so. Wait"
    assert draft.add("k2", completion(b", no"), TOKENIZER).pieces == (Piece("k1"), Piece("k2", "Wait"))
    before = Draft(ask(ENGINE)).add("k1", stopped, TOKENIZER, cut=tokens_before(stopped, 4, TOKENIZER))
    assert (before.text, before.pieces) == ("so. ", (Piece("k1"),))


def test_a_character_across_two_pieces_is_whole_in_the_ids() -> None:
    face = "🤖".encode()
    draft = (
        Draft(ask(ENGINE)).add("k1", completion(b"a" + face[:2]), TOKENIZER).add("k2", completion(face[2:]), TOKENIZER)
    )
    assert TOKENIZER.decode(draft.tokens) == "a🤖"
    assert "\ufffd" in draft.text


@pytest.mark.parametrize(("position", "tokens"), [(0, 0), (1, 1), (2, 5), (3, 6), (9, 6)])
def test_tokens_before_a_character(position: int, tokens: int) -> None:
    assert tokens_before(completion("a🤖b".encode()), position, TOKENIZER) == tokens


class Words:
    """A tokenizer as byte-level BPE makes them: a space belongs to the word behind it."""

    texts = ("It", " is", " 5", ".", " Wait", "ing")

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(self.texts[i] for i in ids)

    def token_starts(self, ids: Sequence[int]) -> list[int]:
        return [len(self.decode(ids[:i])) for i in range(len(ids))]


def test_a_marker_inside_a_token_goes_with_the_token() -> None:
    """What is tried ends before the marker's space; what goes on has the token itself, and all that came with it."""
    tokenizer, tokens = cast(Tokenizer, Words()), (0, 1, 2, 3, 4, 5)
    stopped = Completion(tokens, "It is 5. ", "stop", Usage(decoded=len(tokens)))
    cut = tokens_before(stopped, len(stopped.text), tokenizer)
    before = Draft(ask(ENGINE)).add("k", stopped, tokenizer, cut=cut)
    assert (before.tokens, before.text, before.pieces) == (tokens[:4], "It is 5.", (Piece("k", "", 8),))
    on = Draft(ask(ENGINE)).add("k", stopped, tokenizer)
    assert (on.tokens, on.before, on.pieces) == (tokens, "Waiting", (Piece("k"),))
