"""``/healthz`` and ``/metrics`` on this machine, for whoever watches over the bot.

A thread of its own with a bare ``socketserver``: it still answers, and says what is wrong, when the bot's event loop hangs, which a server
inside that loop could not. ``http.server`` would be a few lines shorter but bounds neither the size of a request nor its whole time.
"""

from __future__ import annotations

import asyncio
import re
import socket
import socketserver
import threading
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self

from speechbot.telegram.metrics import CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from speechbot.setting_types import Endpoint
    from speechbot.telegram.metrics import Metrics

_PLAIN = "text/plain; charset=utf-8"
_REQUEST_BYTES = 8192
_REQUEST_SECONDS = 5.0
# A loop that beats every five seconds and was not heard for thirty hangs, or its machine does.
_BEAT_SECONDS = 5.0
_SILENT_SECONDS = 30.0
_REQUEST = re.compile(rb"([A-Z]+) (/[!-~]*) HTTP/1\.[01]\r\n")
_HOST = re.compile(rb"\r\nhost:[ \t]*(\[[0-9a-f:.]+\]|[^:\s]*)", re.IGNORECASE)
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class Health:
    """Whether the bot can answer: an index is open, and the loop was heard lately."""

    def __init__(self, metrics: Metrics, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Set up; until the first ``beat`` the bot counts as starting.

        Args:
            metrics: What is shown; its ``index`` tells whether one is open.
            clock: Seconds that never go back.
        """
        self.metrics = metrics
        self._clock = clock
        self._heard: float | None = None

    def beat(self) -> None:
        """Say that the loop is running."""
        self._heard = self._clock()

    async def keep_beating(self) -> None:
        """Beat until cancelled: a task of the bot's loop."""
        while True:
            self.beat()
            await asyncio.sleep(_BEAT_SECONDS)

    def problem(self) -> str | None:
        """Why the bot cannot answer, in one line; None when it can."""
        if self.metrics.index() is None:
            return "no index is open"
        if self._heard is None:
            return "the bot is starting"
        silent = self._clock() - self._heard
        return f"the bot's loop was not heard for {silent:.0f} s" if silent > _SILENT_SECONDS else None


class HealthServer:
    """Serves until it is closed; a context manager."""

    def __init__(self, endpoint: Endpoint, health: Health, *, request_seconds: float = _REQUEST_SECONDS) -> None:
        """Listen, and answer in threads.

        Args:
            endpoint: Where; the settings let only this machine's addresses through. Port 0 is any.
            health: What to tell.
            request_seconds: How long a request may take to arrive.

        Raises:
            OSError: The address is taken, or not this machine's.
        """

        class Handler(_Handler):
            state = health
            seconds = request_seconds

        kind = _Server6 if ":" in endpoint.host else _Server
        self._server = kind((endpoint.host, endpoint.port), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close."""
        self.close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # a slow client does not hold up the bot's end

    def handle_error(self, request: object, client_address: object) -> None:
        """Leave out what socketserver prints: a client that went away is nobody's concern."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(socketserver.BaseRequestHandler):
    state: Health
    seconds: float
    request: socket.socket

    def handle(self) -> None:
        """Read one request, answer it, close."""
        method, status, kind, body = self._answer()
        content = body.encode()
        rows = [
            f"HTTP/1.1 {status} {_REASONS[status]}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(content)}",
            "Cache-Control: no-store",
            *(["Allow: GET, HEAD"] if status == 405 else []),
            "Connection: close",
        ]
        head = "\r\n".join([*rows, "", ""])
        self.request.settimeout(self.seconds)
        self.request.sendall(head.encode() + (b"" if method == b"HEAD" else content))

    def _answer(self) -> tuple[bytes, int, str, str]:
        """The request's method, and the status, content type and body of the answer."""
        request, status = self._read()
        match = _REQUEST.match(request)
        if status == 200 and match is None:
            status = 400
        if status == 200 and not _meant(request):
            status = 403
        if match is None or status != 200:
            return b"", status, _PLAIN, f"{_REASONS[status].lower()}\n"
        method, path = match[1], match[2].partition(b"?")[0]
        if method not in {b"GET", b"HEAD"}:
            return method, 405, _PLAIN, "method not allowed\n"
        if path == b"/metrics":
            return method, 200, CONTENT_TYPE, self.state.metrics.render()
        if path != b"/healthz":
            return method, 404, _PLAIN, "not found\n"
        problem = self.state.problem()
        return (method, 200, _PLAIN, "ok\n") if problem is None else (method, 503, _PLAIN, f"{problem}\n")

    def _read(self) -> tuple[bytes, int]:
        """A request's head, and 200 or what is wrong with it; a body is not waited for."""
        until = time.monotonic() + self.seconds
        found = b""
        while b"\r\n\r\n" not in found:
            left = until - time.monotonic()
            if left <= 0:
                return found, 408
            self.request.settimeout(left)
            try:
                part = self.request.recv(_REQUEST_BYTES + 1 - len(found))
            except TimeoutError:
                return found, 408
            found += part
            if len(found) > _REQUEST_BYTES:
                return found, 431
            if not part:
                return found, 400
        return found, 200


def _meant(request: bytes) -> bool:
    """Whether a request names this machine, or nothing.

    A web site whose name leads here for a moment (DNS rebinding) has a browser ask in that name, and could read the answer.
    """
    found = _HOST.search(request)
    name = found[1].decode("latin-1").strip("[]").lower() if found else ""
    try:
        return name in {"", "localhost"} or ip_address(name).is_loopback
    except ValueError:
        return False
