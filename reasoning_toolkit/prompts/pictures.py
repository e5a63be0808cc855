"""Pictures in a chat, as parts of a message in the form of the OpenAI chat API.

A problem's picture is `extra["image"]`: an address (http, https), a data URL, or a file. Only an engine that is sent chats can be shown
one: `openai:` with `tokenizer=none`, any vision model behind a server.
"""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path
from typing import Any

from reasoning_toolkit.errors import DataError
from reasoning_toolkit.problems.problem import Problem

Content = str | list[dict[str, Any]]
_ADDRESSES = ("data:image/", "http://", "https://")


def picture_of(problem: Problem) -> str | None:
    """The address of a problem's picture; a file becomes a data URL. None where it has none.

    Raises:
        DataError: the file cannot be read, or is no picture by its ending.
    """
    image = problem.extra.get("image")
    if not isinstance(image, str) or not image:
        return None
    return image if image.startswith(_ADDRESSES) else _data_url(Path(image), problem)


def with_picture(text: str, problem: Problem) -> Content:
    """The content of a message: the text, behind the problem's picture where it has one."""
    picture = picture_of(problem)
    return [picture_part(picture), text_part(text)] if picture else text


def picture_part(address: str) -> dict[str, Any]:
    """A picture as a part of a message."""
    return {"type": "image_url", "image_url": {"url": address}}


def text_part(text: str) -> dict[str, Any]:
    """A text as a part of a message."""
    return {"type": "text", "text": text}


def _data_url(path: Path, problem: Problem) -> str:
    kind = mimetypes.guess_type(path.name)[0] or ""
    if not kind.startswith("image/"):
        raise DataError(
            f"expected the picture of problem {problem.id!r} to be an address or a picture's file, got {str(path)[:80]!r}",
            hint="png, jpg, gif or webp",
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"the picture of problem {problem.id!r} cannot be read: {error}",
            hint="paths of pictures are relative to the current folder",
        ) from error
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
