"""A language model behind an OpenAI-compatible server.

Whatever the server does, a call ends within its time with a text or a ``GeneratorError`` that holds nothing of what was
sent or received.
"""

from __future__ import annotations

import json
from typing import Any

from speechbot.errors import GeneratorError
from speechbot.http_client import Poster
from speechbot.wording import zh_generator

# Tokens that the model may write: eight sentences of speeches.
_TOKENS = 1000


class HttpGenerator:
    """Asks the server once for each answer.

    Args:
        url: Its root.
        model: The model's name there.
        key: Sent as a bearer token; "" for none.
        timeout: Seconds for everything.
    """

    def __init__(self, url: str, model: str, *, key: str = "", timeout: float = 10) -> None:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
        self._model = model
        self._poster = Poster(url.rstrip("/") + "/chat/completions", headers, timeout)

    def complete(self, instructions: str, request: str) -> str:
        """The model's answer.

        Raises:
            GeneratorError: There is none.
        """
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": request}]
        asked = {"model": self._model, "messages": messages, "temperature": 0, "max_tokens": _TOKENS, "stream": False}
        return _content(self._poster.post(json.dumps(asked).encode()))


def _content(reply: bytes) -> str:
    """The text in a reply."""
    try:
        found: Any = json.loads(reply)
        text = found["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise GeneratorError(zh_generator.REASON_FORMAT) from None
    if not isinstance(text, str):
        raise GeneratorError(zh_generator.REASON_FORMAT)
    return text
