"""A response that is written in pieces: by the model, by what is put there for it, and by what is cut away. Exact in tokens.

Every piece continues from the very ids that the engine returned. Text that is put there is encoded once, alone, without special tokens
added. Draws made of pieces have the distribution of draws made at once: each token depends on the ids before it alone.

Two things to know:

1. A piece after the first has a seed of its own, derived from the request's, so the whole differs from the same request drawn at once.
2. A character whose tokens lie on both sides of a piece's end shows as U+FFFD in the text, never in the ids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reasoning_toolkit.engines.engine import Engine
from reasoning_toolkit.engines.prefix import snap
from reasoning_toolkit.engines.think import opens_thinking
from reasoning_toolkit.engines.tokenizer import Tokenizer
from reasoning_toolkit.engines.types import Completion, Request, Sampling, stable_seed
from reasoning_toolkit.errors import UsageError
from reasoning_toolkit.subthought.record import Draw, Piece


@dataclass(frozen=True, slots=True)
class Draft:
    """A response so far.

    Attributes:
        base: the request that it answers; its prompt, seed, sampling and labels are those of every piece.
        tokens: ids behind the prompt, inserted ones too.
        text: their text.
        pieces: what it is made of.
        written: tokens that the model generated for it, those that were cut away too.
        finish_reason: of its last piece.
        before: text behind the last piece that no piece holds yet.
        inserted: ids behind the last piece that the model did not write.
        cut: how many tokens of the last piece are kept.
    """

    base: Request
    tokens: tuple[int, ...] = ()
    text: str = ""
    pieces: tuple[Piece, ...] = ()
    written: int = 0
    finish_reason: str = "length"
    before: str = ""
    inserted: tuple[int, ...] = ()
    cut: int = 0

    @property
    def left(self) -> int:
        """How many tokens the model may still write."""
        return self.base.sampling.max_tokens - self.written

    def request(self, sampling: Sampling) -> Request:
        """Ask for the next piece."""
        prompt = self.base.prompt + self.tokens
        if not self.pieces:
            seed = stable_seed(self.base.seed, "inserted") if self.inserted else self.base.seed
            return replace(self.base, prompt=prompt, sampling=sampling, seed=seed, inserted=self.inserted)
        seed = stable_seed(self.base.seed, "piece", len(self.pieces))
        parent = self.pieces[-1].key
        return replace(
            self.base,
            prompt=prompt,
            sampling=sampling,
            seed=seed,
            parent=parent,
            cut=self.cut,
            inserted=self.inserted,
        )

    def insert(self, text: str, tokenizer: Tokenizer) -> Draft:
        """Put text there for the model."""
        ids = tokenizer.encode(text)
        return replace(
            self,
            tokens=self.tokens + ids,
            text=self.text + text,
            before=self.before + text,
            inserted=self.inserted + ids,
        )

    def add(
        self, key: str, completion: Completion, tokenizer: Tokenizer, *, cut: int | None = None, end: int | None = None
    ) -> Draft:
        """Take the next piece.

        Args:
            key: of the completion in the ledger.
            completion: what was generated behind the draft.
            tokenizer: of its engine.
            cut: how many of its tokens are kept; None for all. They hold a stop text that ended it, which its text leaves out.
            end: how many characters of its text are kept, for a last piece; None for all.
        """
        cut = len(completion.tokens) if cut is None else cut
        text = whole_text(completion, tokenizer)
        if cut < len(completion.tokens):
            text = text[: tokenizer.token_starts(completion.tokens)[cut]]
        text = text[:end]
        kept = len(text) if len(text) < len(completion.text) else None
        return Draft(
            self.base,
            self.tokens + completion.tokens[:cut],
            self.text + text,
            (*self.pieces, Piece(key, self.before, kept)),
            self.written + completion.usage.decoded,
            completion.finish_reason,
            text[len(completion.text) :],
            (),
            cut,
        )

    def is_full(self, refused: Completion) -> bool:
        """Whether there was no room for another piece: the last was cut off and the next is refused, so the response stays cut off."""
        return refused.finish_reason == "error" and bool(self.pieces) and self.finish_reason == "length"

    def is_thinking(self, engine: Engine) -> bool:
        """Whether it ends inside a thinking block."""
        return opens_thinking(tokenizer_of(engine).decode(self.base.prompt + self.tokens), engine.tags)

    def ends_line(self, engine: Engine) -> bool:
        """Whether the last character, of the prompt where nothing is written yet, is a line break."""
        return tokenizer_of(engine).decode((self.base.prompt + self.tokens)[-4:]).endswith("\n")

    def completion(self) -> Completion:
        """What is written so far, as if drawn at once."""
        finish = self.finish_reason
        return Completion(self.tokens, self.text, finish)  # type: ignore[arg-type]

    def draw(self, *, place: int = 0, paid: tuple[str, ...] = (), votes: bool = True, forced: bool = False) -> Draw:
        """The response as it stands."""
        return Draw(self.pieces, place, paid, votes, forced)


def whole_text(completion: Completion, tokenizer: Tokenizer) -> str:
    """The text of a completion with the stop text that ended it, which its tokens hold."""
    whole = tokenizer.decode(completion.tokens)
    return whole if whole.startswith(completion.text) else completion.text


def tokens_before(completion: Completion, position: int, tokenizer: Tokenizer) -> int:
    """How many tokens of a completion stay before a character of its text; all of them for one behind its end."""
    starts = tokenizer.token_starts(completion.tokens)
    behind = position >= len(tokenizer.decode(completion.tokens))
    return len(starts) if behind else snap([position], starts)[0]


def tokenizer_of(engine: Engine) -> Tokenizer:
    """The tokenizer of an engine.

    Raises:
        UsageError: it has none, so nothing can be continued from token ids.
    """
    if engine.tokenizer is None:
        raise UsageError(
            "this method continues from token ids, and this server takes only chat messages",
            hint="use vllm: or hf:, or name the tokenizer: --engine-arg tokenizer=NAME",
        )
    return engine.tokenizer
