"""HTTP: one request to a server that may do anything, and what the Telegram library wants to know of connections."""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from threading import Thread
from typing import TYPE_CHECKING

import httpx

from speechbot.errors import GeneratorError
from speechbot.wording import zh_generator

if TYPE_CHECKING:
    from collections.abc import Mapping

# Bytes of a reply: the text of a thousand tokens with all that servers put around it is a few thousand.
MOST_BYTES = 256_000
# Seconds after the deadline in which a connection may be closed.
_CLOSING = 1.0


def limits(*, most: int, kept: int) -> httpx.Limits:
    """How many connections a client may have, and how many of them it keeps open when they are idle."""
    return httpx.Limits(max_connections=most, max_keepalive_connections=kept)


class Poster:
    """Posts to one address.

    No redirect is followed, no proxy and no ``.netrc`` of the environment used: what is sent goes to that address, and
    nowhere else.

    Args:
        url: The address.
        headers: Sent with each request.
        timeout: Seconds for everything, connecting and reading to the last byte included.
    """

    def __init__(self, url: str, headers: Mapping[str, str], timeout: float) -> None:
        self._url = url
        # "identity": what a small compressed reply unpacks to has no bound
        self._headers = {**headers, "Accept-Encoding": "identity"}
        self._timeout = timeout
        # Reading the certificates takes longer than asking a server on this machine, which needs none
        secure = url.lower().startswith("https")
        self._trust = httpx.create_ssl_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def post(self, body: bytes) -> bytes:
        """The reply to one request, from a thread of its own with a loop of its own.

        The time-outs of HTTP clients start again with every byte; that of a loop does not. Who asks may have a loop
        running already.

        Raises:
            GeneratorError: There is none in time, or it is no success, or too long.
        """
        done: Future[bytes] = Future()

        def work() -> None:
            try:
                done.set_result(asyncio.run(asyncio.wait_for(self._post(body), self._timeout)))
            except BaseException as error:  # noqa: BLE001 - raised again by who waits
                done.set_exception(error)

        Thread(target=work, name="http", daemon=True).start()
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
