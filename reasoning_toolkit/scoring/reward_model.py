"""What the reward models share: a model of transformers that is loaded at the first score, without weights made up on the way."""

from __future__ import annotations

from typing import Any

from reasoning_toolkit.engines.local_model import LocalModel, first_line
from reasoning_toolkit.errors import EngineError
from reasoning_toolkit.lazy import require

LONGEST = 4096  # tokens; of a longer input the last ones count, as in the official code of arXiv 2502.06217


def load_model(found: LocalModel, kind: str, options: dict[str, Any]) -> Any:
    """Load a model for scoring.

    Args:
        found: the model.
        kind: the class of transformers; one that runs the model's own code needs `trust_remote_code` among the options.
        options: of `from_pretrained`.

    Raises:
        EngineError: it cannot be loaded, or the checkpoint lacks weights, which transformers would draw at random.
    """
    transformers = require("transformers", "hf")
    import torch

    defaults: dict[str, Any] = {"dtype": "auto"} | ({"device_map": "auto"} if torch.cuda.is_available() else {})
    loader = getattr(transformers, "AutoModel" if options.get("trust_remote_code") else kind)
    try:
        model, info = loader.from_pretrained(
            found.path, revision=found.revision, output_loading_info=True, **defaults | options
        )
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(
            f"transformers cannot load {found.path!r}: {first_line(error)}", hint="check --scorer-arg"
        ) from error
    if info["missing_keys"]:
        raise EngineError(
            f"{found.path!r} has no weights for {', '.join(sorted(info['missing_keys'])[:3])}, so {kind} cannot score with it",
            hint="--scorer-arg style=... names another head; trust_remote_code=true runs the model's own code",
        )
    return model.eval()


def last_tokens(ids: list[int], marked: list[int], longest: int) -> tuple[list[int], list[int]]:
    """The last tokens of an input, and the marked positions that are left, counted anew."""
    gone = max(0, len(ids) - longest)
    return ids[gone:], [i - gone for i in marked if i >= gone]
