"""Maps of a picture to be put into words: from the words back to the picture.

The backward map asks for a picture; a model that cannot make one (its reply is no data URL) writes down what the picture must show, and
the discriminator holds that against the picture. Published is a text-to-image model in this place.
"""

from __future__ import annotations

from reasoning_toolkit.engines.types import Message
from reasoning_toolkit.problems.problem import Problem
from reasoning_toolkit.prompts.maps.comparison import FORM
from reasoning_toolkit.prompts.pictures import picture_of, picture_part, text_part

_DATA_URL = "data:image/"


def backward(problem: Problem, reply: str) -> tuple[Message, ...] | None:
    """Ask for the picture that a text is about."""
    if not reply.strip():
        return None
    asked = (
        "Somebody saw a picture and wrote the words below. Make the picture. If you cannot make pictures, write what it must show, one "
        "thing a line: how many, of what colour, where, doing what, with what writing on it. Add nothing that the words do not say.\n\n"
        f"Words:\n{reply.strip()}"
    )
    return ({"role": "user", "content": asked},)


def discriminate(problem: Problem, rebuilt: str) -> tuple[Message, ...]:
    """Ask whether a picture and what was made from words about it show the same."""
    second = rebuilt.strip()
    made = picture_part(second) if second.startswith(_DATA_URL) else text_part(second)
    asked = (
        "The first is a picture. The second was made, without a look at it, from words about it. Does the second show all that matters in "
        f"the first, and nothing else?\n\n{FORM}"
    )
    parts = [text_part("First:"), picture_part(picture_of(problem) or ""), text_part("Second:"), made, text_part(asked)]
    return ({"role": "user", "content": parts},)
