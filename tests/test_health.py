"""``/healthz`` and ``/metrics`` over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from speechbot.setting_types import Endpoint
from speechbot.telegram.health import Health, HealthServer
from speechbot.telegram.metrics import CONTENT_TYPE, IndexFacts, Metrics

LOCAL = Endpoint("127.0.0.1", 0)


def healthy() -> Health:
    """A bot that can answer."""
    health = Health(Metrics(lambda: IndexFacts(3, 0.0), clock=lambda: 0.0, now=lambda: 1.0))
    health.beat()
    return health


def exchange(server: HealthServer, request: bytes, host: str = "127.0.0.1") -> bytes:
    """Send bytes, read to the end."""
    with socket.create_connection((host, server.port), timeout=10) as connection:
        connection.sendall(request)
        found = b""
        while part := connection.recv(65536):
            found += part
        return found


def test_a_healthy_bot_says_ok() -> None:
    """The whole answer, byte by byte."""
    with HealthServer(LOCAL, healthy()) as server:
        answer = exchange(server, b"GET /healthz HTTP/1.1\r\nHost: localhost:9090\r\n\r\n")

    assert answer == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"
        b"Cache-Control: no-store\r\nConnection: close\r\n\r\nok\n"
    )


def test_metrics_are_shown() -> None:
    """With the content type of the format, as rendered."""
    health = healthy()
    with HealthServer(LOCAL, health) as server:
        head, _, body = exchange(server, b"GET /metrics?x=1 HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")

    assert f"Content-Type: {CONTENT_TYPE}".encode() in head.split(b"\r\n")
    assert body.decode() == health.metrics.render()


def test_head_has_the_length_but_no_body() -> None:
    """As HTTP has it."""
    with HealthServer(LOCAL, healthy()) as server:
        answer = exchange(server, b"HEAD /healthz HTTP/1.1\r\n\r\n")

    assert b"\r\nContent-Length: 3\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"404 Not Found"),
        (b"POST /healthz HTTP/1.1\r\nContent-Length: 0\r\n\r\n", b"405 Method Not Allowed"),
        (b"GET healthz HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"GET /healthz HTTP/2\r\n\r\n", b"400 Bad Request"),
        (b"\x16\x03\x01\r\n\r\n", b"400 Bad Request"),
        (b"GET /" + b"a" * 8188, b"431 Request Header Fields Too Large"),
        (b"GET /healthz HTTP/1.1\r\n", b"408 Request Timeout"),
    ],
)
def test_what_is_not_served_is_refused(request_bytes: bytes, status: bytes) -> None:
    """Unknown paths, other methods, what is no HTTP/1, too much, and what never ends."""
    with HealthServer(LOCAL, healthy(), request_seconds=0.3) as server:
        answer = exchange(server, request_bytes)

    assert answer.partition(b"\r\n")[0] == b"HTTP/1.1 " + status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (b"127.0.0.1:9090", b"200"),
        (b"[::1]:9090", b"200"),
        (b"LOCALHOST", b"200"),
        (b"evil.example:9090", b"403"),
        (b"localhost.evil.example", b"403"),
        (b"10.0.0.1", b"403"),
        (b"[x]", b"403"),
    ],
)
def test_only_who_means_this_machine_is_answered(host: bytes, status: bytes) -> None:
    """A web site that has its own name lead here is not: a browser would let it read the answer."""
    with HealthServer(LOCAL, healthy()) as server:
        answer = exchange(server, b"GET /metrics HTTP/1.1\r\nAccept: */*\r\nhOST: " + host + b"\r\n\r\n")

    assert answer.split()[1] == status
    assert (b"speechbot" in answer) == (status == b"200")


def test_a_client_that_goes_away_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The next one is served, and nothing is printed."""
    with HealthServer(LOCAL, healthy()) as server:
        socket.create_connection(("127.0.0.1", server.port)).close()
        answer = exchange(server, b"GET /healthz HTTP/1.1\r\n\r\n")

    assert answer.endswith(b"ok\n")
    assert capsys.readouterr() == ("", "")


def test_a_bot_that_cannot_answer_says_why() -> None:
    """No index, no loop yet, a loop that fell silent: 503 and one line."""
    seconds = [0.0]
    facts: list[IndexFacts | None] = [None]
    health = Health(Metrics(lambda: facts[0]), clock=lambda: seconds[0])
    found = [health.problem()]
    facts[0] = IndexFacts(3, 0.0)
    found.append(health.problem())
    health.beat()
    seconds[0] = 30.0
    found.append(health.problem())
    seconds[0] = 45.0
    found.append(health.problem())

    with HealthServer(LOCAL, health) as server:
        answer = exchange(server, b"GET /healthz HTTP/1.1\r\n\r\n")

    assert found == ["no index is open", "the bot is starting", None, "the bot's loop was not heard for 45 s"]
    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert answer.endswith(b"\r\n\r\nthe bot's loop was not heard for 45 s\n")


def test_the_loop_beats_until_it_is_cancelled() -> None:
    """A task of the bot's loop says that the loop runs."""
    health = Health(Metrics(lambda: IndexFacts(3, 0.0)))

    async def run() -> None:
        task = asyncio.create_task(health.keep_beating())
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(run())

    assert health.problem() is None


def test_a_taken_port_is_an_error() -> None:
    """The caller says it; nothing listens elsewhere."""
    with HealthServer(LOCAL, healthy()) as server, pytest.raises(OSError, match="in use"):
        HealthServer(Endpoint("127.0.0.1", server.port), healthy())
