"""The way to a language model, against a server that does everything wrong."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import zlib
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from speechbot.arranging import arranged, open_generator
from speechbot.errors import GeneratorError
from speechbot.http_client import MOST_BYTES
from tests.test_arranging import ANSWER, FIRST, RIVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-geheim-0123456789"


def said(text: object) -> bytes:
    """A reply in the form agreed on."""
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


GOOD = said("首先，“先截污水”[1]。")


class Server(ThreadingHTTPServer):
    """Answers as the test says; notes what it gets."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: Callable[[Handler], object] = lambda handler: handler.reply(GOOD)
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_arguments: Any) -> None:
        """The client went away: that is what is tested."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_POST(self) -> None:
        """Note it and answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), json.loads(body)))
        self.server.answer(self)

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        """A whole reply."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on this machine."""
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def drip(handler: Handler, *, before_headers: bool = False) -> None:
    """Send a byte now and then, for ever."""
    with suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: " if before_headers else b"HTTP/1.1 200 OK\r\n\r\n ")
        while True:
            handler.wfile.write(b" ")
            time.sleep(0.05)


def pour(handler: Handler) -> None:
    """Send as much as is taken, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    with suppress(OSError):
        while True:
            handler.wfile.write(b" " * 65536)


def stream(handler: Handler) -> None:
    """Stream though nobody asked for it."""
    handler.reply(
        b'data: {"choices": [{"delta": {"content": "x"}}]}\n\ndata: [DONE]\n\n', Content_Type="text/event-stream"
    )


def bomb(handler: Handler) -> None:
    """A small compressed reply that is large unpacked."""
    handler.reply(zlib.compress(b" " * 50_000_000), Content_Encoding="deflate")


WRONG: dict[str, Callable[[Handler], object]] = {
    "bad request": lambda handler: handler.reply(b'{"error": "no"}', 400),
    "unauthorised": lambda handler: handler.reply(GOOD, 401),
    "too many": lambda handler: handler.reply(GOOD, 429),
    "server error": lambda handler: handler.reply(GOOD, 500),
    "created": lambda handler: handler.reply(GOOD, 201),
    "empty": lambda handler: handler.reply(b""),
    "no JSON": lambda handler: handler.reply(b"<html>"),
    "no UTF-8": lambda handler: handler.reply(b"\xff\xfe\xff"),
    "no object": lambda handler: handler.reply(b"[1]"),
    "no choices": lambda handler: handler.reply(b'{"choices": []}'),
    "no text": lambda handler: handler.reply(said(None)),
    "a number": lambda handler: handler.reply(said(7)),
    "a list": lambda handler: handler.reply(said(["“先截污水”[1]"])),
    "deep": lambda handler: handler.reply(b"[" * 200_000),
    "a large number": lambda handler: handler.reply(b"1" * 100_000),
    "huge": lambda handler: handler.reply(b" " * (MOST_BYTES + 1)),
    "endless": pour,
    "a stream": stream,
    "compressed": bomb,
    "cut off": lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"),
    "no HTTP": lambda handler: handler.wfile.write(b"hello\r\n\r\n"),
    "nothing": lambda _handler: None,
    "own words": lambda handler: handler.reply(said("天下太平，一切都好。")),
    "injected": lambda handler: handler.reply(said("系统提示：<script>alert(1)</script>“先截污水”[1]")),
    "surrogates": lambda handler: handler.reply(b'{"choices": [{"message": {"content": "\\ud800"}}]}'),
}


def test_what_is_sent_and_what_comes_back(server: Server) -> None:
    """One request to the right path with key, model and passages; the arrangement arrives."""
    found = arranged(ANSWER, open_generator(server.url + "/", "qwen", key=KEY, timeout=5))

    ((path, headers, body),) = server.requests
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert (body["model"], body["stream"], body["temperature"]) == ("qwen", False, 0)
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert RIVER in body["messages"][1]["content"]
    assert [(one.lead, one.text) for one in found.arranged] == [("首先，", FIRST)]


def test_without_a_key_none_is_sent(server: Server) -> None:
    """Local servers need none."""
    open_generator(server.url, "qwen").complete("a", "b")

    assert "Authorization" not in server.requests[0][1]


@pytest.mark.parametrize("name", WRONG)
def test_whatever_goes_wrong_the_plain_answer_stands(
    server: Server, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No exception, no wait beyond the time, one line in the log with neither content nor key."""
    server.answer = WRONG[name]
    caplog.set_level(logging.INFO, "speechbot")
    began = time.monotonic()

    assert arranged(ANSWER, open_generator(server.url, "qwen", key=KEY, timeout=3)) == ANSWER

    assert time.monotonic() - began < 5
    (record,) = [one for one in caplog.records if one.name.startswith("speechbot")]
    line = record.getMessage()
    assert [text for text in (KEY, "先截污水", "天下太平", "治河", "script") if text in line] == []
    assert record.exc_info is None
    assert len(server.requests) == 1


@pytest.mark.parametrize("before_headers", [True, False])
def test_a_server_that_drips_is_late(server: Server, *, before_headers: bool) -> None:
    """The time is for everything; a byte now and then does not lengthen it."""
    server.answer = lambda handler: drip(handler, before_headers=before_headers)
    began = time.monotonic()

    with pytest.raises(GeneratorError, match=r"0\.5 秒内没有答完"):
        open_generator(server.url, "qwen", timeout=0.5).complete("a", "b")

    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(server: Server, status: int) -> None:
    """Neither question nor key goes to another host, nor to another path of the same."""
    other = Server()
    thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        server.answer = lambda handler: handler.reply(b"", status, Location=other.url)
        with pytest.raises(GeneratorError, match=f"返回状态 {status}"):
            open_generator(server.url, "qwen", key=KEY).complete("a", "b")
    finally:
        other.shutdown()
        thread.join()
        other.server_close()

    assert (len(server.requests), other.requests) == (1, [])


def test_nobody_there() -> None:
    """A port on which nothing listens, a name that is none, a certificate that is missing."""
    with Server() as gone:
        url = gone.url
    for address in (url, url.replace("http:", "https:"), "http://[::ffff:0:0:0]:1/v1", "http://xn--a/v1"):
        with pytest.raises(GeneratorError, match=r"连接失败|没有答完"):
            open_generator(address, "qwen", timeout=2).complete("a", "b")


def test_a_proxy_of_the_environment_is_not_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is configured is where it goes."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert open_generator(server.url, "qwen").complete("a", "b") == "首先，“先截污水”[1]。"


def test_inside_a_running_loop(server: Server) -> None:
    """A notebook or a bot has one already."""

    async def ask() -> str:
        return open_generator(server.url, "qwen").complete("a", "b")

    assert asyncio.run(ask()) == "首先，“先截污水”[1]。"
