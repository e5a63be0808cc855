"""Subthought decoding: cut a reasoning trace into subthoughts, continue from each, vote."""

from reasoning_toolkit.subthought.segment import segment
from reasoning_toolkit.subthought.stopping import Stop, replay
from reasoning_toolkit.subthought.vote import Vote, vote

__all__ = ["Stop", "Vote", "replay", "segment", "vote"]
