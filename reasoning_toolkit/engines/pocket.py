"""`pocket`: this project's own small reasoner, packaged with its weights (`pocket_model/`; its `README.md` is the model card).

It was made from nothing on the demonstrations of `problems/pocket/` and reads nothing else; within them it truly reasons aloud, errs,
notices some of its errors, and is sometimes right for wrong reasons.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).with_name("pocket_model")


def folder() -> tuple[str, str]:
    """The model's folder and its name; the weights' own hash is in the identity of every engine that loads it."""
    return str(FOLDER), "pocket"
