"""A language model behind an OpenAI-compatible server, over HTTP.

Whatever the server does, a call ends within its time with a text or a ``GeneratorError`` that holds nothing of what was
sent or received. No redirect is followed, no proxy and no ``.netrc`` of the environment used: question, passages and key
go to the address that was configured, and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from threading import Thread
from typing import Any

import httpx

from speechbot.errors import GeneratorError
from speechbot.wording import zh_generator

# Bytes of a reply: the text of a thousand tokens with all that servers put around it is a few thousand.
MOST_BYTES = 256_000
# Tokens that the model may write: eight sentences of speeches.
_TOKENS = 1000
# Seconds after the deadline in which a connection may be closed.
_CLOSING = 1.0


class HttpGenerator:
    """Asks the server once for each answer.

    Args:
        url: Its root.
        model: The model's name there.
        key: Sent as a bearer token; "" for none.
        timeout: Seconds for everything, connecting and reading to the last byte included.
    """

    def __init__(self, url: str, model: str, *, key: str = "", timeout: float = 10) -> None:
        self._url = url.rstrip("/") + "/chat/completions"
        self._model = model
        self._timeout = timeout
        # "identity": what a small compressed reply unpacks to has no bound
        self._headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        # Reading the certificates takes longer than asking a server on this machine, which needs none
        secure = url.lower().startswith("https")
        self._trust = httpx.create_ssl_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def complete(self, instructions: str, request: str) -> str:
        """The model's answer.

        Raises:
            GeneratorError: There is none.
        """
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": request}]
        asked = {"model": self._model, "messages": messages, "temperature": 0, "max_tokens": _TOKENS, "stream": False}
        return _content(self._in_time(json.dumps(asked).encode()))

    def _in_time(self, body: bytes) -> bytes:
        """The reply, from a thread of its own with a loop of its own.

        The time-outs of HTTP clients start again with every byte; that of a loop does not. Who asks may have a loop
        running already.
        """
        done: Future[bytes] = Future()

        def work() -> None:
            try:
                done.set_result(asyncio.run(asyncio.wait_for(self._post(body), self._timeout)))
            except BaseException as error:  # noqa: BLE001 - raised again by who waits
                done.set_exception(error)

        Thread(target=work, name="generator", daemon=True).start()
        try:
            return done.result(self._timeout + _CLOSING)
        except (TimeoutError, LateError, httpx.TimeoutException):
            raise GeneratorError(zh_generator.REASON_LATE.format(seconds=f"{self._timeout:g}")) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
            raise GeneratorError(zh_generator.REASON_CONNECTION.format(kind=type(error).__name__)) from None

    async def _post(self, body: bytes) -> bytes:
        client = httpx.AsyncClient(
            timeout=self._timeout, follow_redirects=False, trust_env=False, verify=self._trust, headers=self._headers
        )
        async with client, client.stream("POST", self._url, content=body) as response:
            if response.status_code != httpx.codes.OK:
                raise GeneratorError(zh_generator.REASON_STATUS.format(status=response.status_code))
            reply = bytearray()
            async for part in response.aiter_raw():
                reply += part
                if len(reply) > MOST_BYTES:
                    raise GeneratorError(zh_generator.REASON_LONG)
            return bytes(reply)


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
