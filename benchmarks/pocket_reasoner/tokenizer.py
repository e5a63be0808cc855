"""The model's tokenizer: byte-level BPE, so that any text has ids; digits one by one, markers of subthoughts whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reasoning_toolkit.engines.think import THINK_TAGS
from reasoning_toolkit.subthought.markers import PRESETS

SPECIAL = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
VOCABULARY = 512
CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n<think>\n{% endif %}"
)
_PIECES = r" ?[A-Za-z']+| ?[^\sA-Za-z0-9]+ ?\n?|\s+"


def train_tokenizer(texts: Iterable[str]) -> Any:
    """A `PreTrainedTokenizerFast` with chat template and think tags, its merges learned from `texts`.

    A prompt ends inside the thinking, as with the R1 family.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d"), "isolated"),
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    think = THINK_TAGS["think"]
    markers = [AddedToken(marker, single_word=True, normalized=False) for marker in PRESETS["paper"]]
    tags = [AddedToken(tag, normalized=False) for tag in (think.opening, think.closing)]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(markers) - len(tags),
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([*tags, *markers])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
        model_max_length=1024,
    )
